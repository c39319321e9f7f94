"""Finds exercises by name or by unit in a package of exercise modules: any course's."""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from ..errors import LearnersError
from .exercise import Exercise, Quiz

COURSE = "course.units"
ASKED_IN = {"exercises", "quiz", "curves", "experiment"}
"""The packages and modules of a course that hold what is graded; its lessons are not imported."""

VARIABLE = "AUTOGRADERS_EXERCISES"


@dataclass(frozen=True)
class Surroundings:
    """What student code finds beside NumPy and Matplotlib, as an exercises package declares it.

    `withheld` is the course's reference (`WITHHELD` in the package): set-up cells may import its
    names, nobody can use them. `inert` (`INERT`) are modules of figures and widgets, which do
    nothing. `packages` (`PACKAGES`) are installed ones that student code may really use.
    """

    withheld: tuple[str, ...] = ()
    inert: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class UnknownExercise(LearnersError, LookupError):
    """No exercise of this name: the message lists what comes close."""

    def __str__(self) -> str:
        return str(self.args[0])


def use(package: str) -> None:
    """Take exercises from this package from now on, here and in every process started from here.

    A course of one's own says so in the set-up cell of its notebooks; its nbgrader_config.py says
    it through `autograders.submission.settings.configure`.
    """
    os.environ[VARIABLE] = package


def chosen() -> str:
    """The package in use: the one that the environment names, else this course's own."""
    return os.environ.get(VARIABLE) or COURSE


def surroundings(package: str | None = None) -> Surroundings:
    """What the package says of the surroundings of student code."""
    root = _package(package or chosen())
    return Surroundings(
        *(tuple(getattr(root, name, ())) for name in ("WITHHELD", "INERT", "PACKAGES"))
    )


def catalogue(package: str | None = None) -> dict[str, Exercise | Quiz]:
    """All exercises of a package by name, in the order of its modules; default: the one in use."""
    return _exercises_of(package or chosen())


def _package(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise UnknownExercise(
            f"expected a package of exercises that can be imported, got {name!r}; install the "
            f"course that it belongs to, or name another one with {VARIABLE}"
        ) from error


@cache
def _exercises_of(package: str) -> dict[str, Exercise | Quiz]:
    root = _package(package)
    found: dict[str, Exercise | Quiz] = {}
    modules = (info.name for info in pkgutil.walk_packages(root.__path__, f"{package}."))
    asked = [name for name in modules if ASKED_IN & set(name.split("."))]
    for module in sorted(asked, key=_as_a_lesson_asks):
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, (Exercise, Quiz)):
                kept = found.setdefault(value.name, value)
                if kept is not value:
                    raise ValueError(f"two exercises are named {value.name!r}")
    return found


def _as_a_lesson_asks(module: str) -> tuple[str, bool, str]:
    """A unit's predictions and quiz before its functions: what is open begins with a prediction."""
    unit = re.split(r"\.(?:exercises|quiz|curves|experiment)\b", module)[0]
    return unit, not module.endswith(".quiz"), module


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
