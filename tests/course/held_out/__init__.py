"""Answers that no exercise module has seen: the grader still has to tell right from wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograders.declare.exercise import Exercise
from autograders.judging.laws import SEEDS, run
from autograders.judging.plan import plan_for
from autograders.judging.report import Report

Function = Callable[..., Any]


class Strangers:
    """Collects right and wrong implementations of exercises as parameters of two tests."""

    def __init__(self) -> None:
        self.right_ones: list[Any] = []
        self.wrong_ones: list[Any] = []

    def right(self, exercise: Exercise) -> Callable[[Function], Function]:
        """Declare a right implementation (a decorator)."""
        return _collect(self.right_ones, exercise)

    def wrong(self, exercise: Exercise) -> Callable[[Function], Function]:
        """Declare a wrong implementation (a decorator)."""
        return _collect(self.wrong_ones, exercise)


def _collect(into: list[Any], exercise: Exercise) -> Callable[[Function], Function]:
    def declare(function: Function) -> Function:
        into.append(pytest.param(exercise, function, id=f"{exercise.name}-{function.__name__}"))
        return function

    return declare


def reports(exercise: Exercise, function: Function) -> list[Report]:
    """What the judge says of a function on each seed of the selftest."""
    return [run(plan_for(exercise, seed), function) for seed in SEEDS]


def faults(report: Report) -> list[str]:
    """Each property that did not hold, with what spoke against it."""
    return [f"{item.property}: {item.message}" for item in report.findings if not item.passed]
