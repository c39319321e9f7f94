"""Finds exercises by name or by unit in a package of exercise modules."""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
from functools import cache

from .exercise import Exercise, Quiz

COURSE = "autograders.exercises"


class UnknownExercise(LookupError):
    """No exercise of this name: the message lists what comes close."""

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def catalogue(package: str | None = None) -> dict[str, Exercise | Quiz]:
    """All exercises of a package by name, in the order of its modules.

    The package is `autograders.exercises`, or the one that the environment variable
    `AUTOGRADERS_EXERCISES` names: the grader takes any course.
    """
    package = package or os.environ.get("AUTOGRADERS_EXERCISES") or COURSE
    root = importlib.import_module(package)
    found: dict[str, Exercise | Quiz] = {}
    for module in sorted(i.name for i in pkgutil.walk_packages(root.__path__, f"{package}.")):
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, (Exercise, Quiz)):
                kept = found.setdefault(value.name, value)
                if kept is not value:
                    raise ValueError(f"two exercises are named {value.name!r}")
    return found


def find(name: str) -> Exercise | Quiz:
    """Return the exercise called `name`."""
    known = catalogue()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=3) or sorted(known)[:8]
        raise UnknownExercise(
            f"expected the name of a graded function, got {name!r}; "
            f"did you mean {', '.join(close)}?"
        )
    return known[name]


def of_unit(unit: str) -> dict[str, Exercise | Quiz]:
    """All exercises of one unit, by name."""
    found = {name: item for name, item in catalogue().items() if item.unit == unit}
    if not found:
        units = sorted({item.unit for item in catalogue().values()})
        raise UnknownExercise(
            f"expected a unit with exercises, got {unit!r}; there are: {', '.join(units)}"
        )
    return found
