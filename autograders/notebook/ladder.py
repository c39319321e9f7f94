"""Beyond the hints: a similar function, solved in full, for a learner who has tried."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..declare.catalogue import chosen
from ..declare.exercise import Exercise
from ..judging.report import UNWRITTEN, Report
from . import missing

SIBLING = 4
"""The level of `hint` that shows the worked sibling."""
FIRST = (
    "A similar function, solved in full, opens once you have tried: write a first version, however"
    " wrong it may be, and check it."
)
TRIES = 3
"""After this many attempts that were not right, a card offers it."""


def sibling_of(exercise: Exercise) -> Callable[..., Any] | None:
    """The worked sibling of an exercise: what `worked.py` in the unit's folder has for it."""
    module = f"{chosen()}.{exercise.unit}.worked"
    try:
        siblings = importlib.import_module(module).SIBLINGS
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        return None
    found: Callable[..., Any] | None = siblings.get(exercise.name)
    return found


def allowed() -> bool:
    """Whether the notebook's class goes beyond hints; see `ClearAnswers.ladder`."""
    path = missing.notebook()
    try:
        metadata = json.loads(path.read_text("utf-8"))["metadata"] if path else {}
        return bool(metadata.get("autograders", {}).get("ladder", True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True


def beyond_hints(report: Report, exercise: Exercise, hint: int, tries: int) -> Report:
    """The report with the worked sibling, where it was asked for, or with the offer of it."""
    sibling = sibling_of(exercise)
    if hint < SIBLING and (report.passed or tries < TRIES):
        return report
    if sibling is None or not allowed():
        nothing = "There is no worked sibling of this function here; three hints are all there are."
        return replace(report, offer=nothing if hint >= SIBLING else "")
    if hint < SIBLING:
        ask = f"`check({exercise.name}, hint={SIBLING})`"
        return replace(report, offer=f"Stuck? {ask} shows a similar function, solved in full.")
    if report.status == UNWRITTEN:
        return replace(report, offer=FIRST)
    return replace(report, worked=inspect.getsource(sibling))
