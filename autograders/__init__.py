"""The grader: asks a function for numbers, compares them with the reference, names the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalogue import use
    from .checking import check
    from .grading import grade_source
    from .progress import Progress
    from .report import Report

__all__ = ["Progress", "Report", "check", "grade_source", "use"]

_HOMES = {
    "check": "checking",
    "grade_source": "grading",
    "Progress": "progress",
    "Report": "report",
    "use": "catalogue",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
