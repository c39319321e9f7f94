"""The grader: asks a function for numbers, compares them with the reference, names the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .declare.catalogue import use
    from .judging.report import Report
    from .notebook.check import check
    from .notebook.experiment import experiment
    from .notebook.progress import Progress
    from .submission.grading import grade_source

__all__ = ["Progress", "Report", "check", "experiment", "grade_source", "use", "your_code"]

_HOMES = {
    "check": "notebook.check",
    "experiment": "notebook.experiment",
    "grade_source": "submission.grading",
    "Progress": "notebook.progress",
    "Report": "judging.report",
    "use": "declare.catalogue",
    "your_code": "notebook.your_code",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
