"""An experiment that a learner plans: what a plan may ask for, and what was found, as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import LearnersError
from .exercise import Question, Quiz
from .returns import Number, WrongKind, describe, show

PARTS = ("training", "validation", "test")
CRITERIA = {
    "spacing": "tries rates that lie evenly on a logarithmic scale",
    "inside": "has the best rate of every method inside its grid, not at an end",
    "seeds": "repeats every run with enough seeds, the same for all",
    "fair": "gives every method the same number of updates and of rates",
    "apart": "chooses the rate on validation data and judges it on test data",
    "finding": "states what its own runs support, and no more",
}
POINTS = {"spacing": 0.5, "inside": 0.5, "seeds": 0.5, "fair": 0.25, "apart": 0.25, "finding": 1.0}
LEAST_RATES, MOST_RATES = 4, 100
WIDEST, EVEN = 5.3, 1.6
"""A factor of 4 between rates may become one of 5.2 when both move to their nearest rungs."""

Interval = tuple[float, float, float]


def is_blank(plan: Any) -> bool:
    """Whether a plan is still the one that was released: without a rate."""
    rates = plan.get("rates") if isinstance(plan, Mapping) else None
    if isinstance(rates, np.ndarray):
        return rates.size == 0
    return rates is None or (isinstance(rates, (list, tuple, Mapping, str)) and not rates)


class PlanError(LearnersError, ValueError):
    """Why a plan cannot be run, and what it should hold."""


@dataclass(frozen=True)
class Plan:
    """A plan as it will be run: `rungs[method]` are places on the experiment's ladder of rates."""

    rungs: Mapping[str, tuple[int, ...]]
    seeds: int
    updates: Mapping[str, int]
    choose_on: str
    judge_on: str

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that are compared, in the order of the plan."""
        return tuple(self.rungs)


@dataclass(frozen=True, kw_only=True)
class Experiment(Quiz):
    """A variable that holds `{"plan": {...}, "finding": {...}}`, worth 3 points.

    The grader never trains: `table` gives the loss of every run that a plan can ask for, shape
    `(methods, updates, parts, seeds, rates)` in the order of `methods`, `updates`, `PARTS` and
    `ladder`, infinite where a run diverged. `train(method, updates, rungs, seeds)` makes such runs
    in a learner's notebook and returns `(parts, seeds, rates)`. `interval(a, b)` returns mean, low
    and high of the paired difference a - b. Of one method its rates are compared, of several the
    methods, each at the rate that it chose.
    """

    methods: tuple[str, ...]
    ladder: tuple[float, ...]
    updates: tuple[int, ...]
    seeds: int
    table: Callable[[], np.ndarray] = field(repr=False)
    train: Callable[[str, int, Sequence[int], int], np.ndarray] = field(repr=False)
    interval: Callable[[np.ndarray, np.ndarray], Interval] = field(repr=False)
    least_methods: int = 1
    least_seeds: int = 5
    points: float = 3.0
    questions: dict[str, Question] = field(
        default_factory=lambda: {id: Question(text, {}, None) for id, text in CRITERIA.items()}
    )

    def parse(self, given: Any) -> Plan:
        """A learner's plan, its rates moved to the nearest rungs; PlanError says what is amiss."""
        if not isinstance(given, Mapping):
            raise PlanError(f"expected a dict as the plan, got {describe(given)}")
        needs = ("methods", "rates", "seeds", "updates", "choose_on", "judge_on")
        missing = [key for key in needs if key not in given]
        if missing:
            raise PlanError(f"the plan lacks {', '.join(missing)}; it needs {', '.join(needs)}")
        methods = self._methods(given["methods"])
        return Plan(
            {name: self._rungs(self._own(given["rates"], name), name) for name in methods},
            self._seeds(given["seeds"]),
            {name: self._updates(self._own(given["updates"], name)) for name in methods},
            self._part(given["choose_on"], "choose_on"),
            self._part(given["judge_on"], "judge_on"),
        )

    def _methods(self, given: Any) -> list[str]:
        names = [given] if isinstance(given, str) else given
        if (
            not isinstance(names, (list, tuple))
            or not names
            or not all(isinstance(name, str) for name in names)
            or len(set(names)) != len(names)
        ):
            raise PlanError(f"expected a list of methods, each once, got {describe(given)}")
        for name in names:
            if name not in self.methods:
                known = ", ".join(map(repr, self.methods))
                raise PlanError(f"there is no method {name[:40]!r} here; there are {known}")
        return list(names)

    def _own(self, given: Any, name: str) -> Any:
        """What a dict by method says of one, or what holds for all."""
        if not isinstance(given, Mapping):
            return given
        if name not in given:
            raise PlanError(f"nothing is said of {name!r} in {describe(given)}")
        return given[name]

    def _rungs(self, given: Any, name: str) -> tuple[int, ...]:
        try:
            flat = np.ravel(np.asarray(given))
            if flat.dtype.kind in "bc":
                raise TypeError
            few = len(flat) <= MOST_RATES
            rates = sorted(float(rate) for rate in flat) if few else []
        except (TypeError, ValueError, OverflowError):
            listed = given if isinstance(given, (list, tuple)) else ()
            texts = [show(rate) for rate in listed if isinstance(rate, str)][:3]
            came = f"the text {', '.join(texts)} in it" if texts else describe(given)
            raise PlanError(f"expected a list of numbers as rates of {name}, got {came}") from None
        if not few:
            raise PlanError(f"expected at most {MOST_RATES} rates for {name}, got {len(flat)}")
        if not rates or not all(math.isfinite(rate) and rate > 0 for rate in rates):
            raise PlanError(f"expected rates above 0 for {name}, got {show(rates, 3)}")
        logs = np.log(self.ladder)
        reach = 1.5 * float(logs[1] - logs[0])
        for rate in rates:
            if not logs[0] - reach <= math.log(rate) <= logs[-1] + reach:
                raise PlanError(
                    f"the rates that were recorded run from {self.ladder[0]:.2g} to "
                    f"{self.ladder[-1]:.3g}; {name} asks for {rate:.3g}"
                )
        rungs = sorted({int(np.abs(logs - math.log(rate)).argmin()) for rate in rates})
        return tuple(rungs)

    def _seeds(self, given: Any) -> int:
        listed = isinstance(given, (list, tuple)) or (isinstance(given, np.ndarray) and given.ndim)
        if listed and len(given) > self.seeds:
            raise PlanError(f"expected at most {self.seeds} seeds, got {len(given)}")
        try:
            seeds = [Number().read(seed) for seed in given] if listed else []
            count = float(len(seeds)) if listed else Number().read(given)
        except WrongKind:
            count = math.nan
        if not (count >= 1 and count % 1 == 0):
            raise PlanError(f"expected the number of seeds, such as 10, got {describe(given)}")
        if len(set(seeds)) != len(seeds):
            raise PlanError(f"expected each seed once, got {show(seeds)}")
        if count > self.seeds:
            raise PlanError(f"expected at most {self.seeds} seeds, got {count:g}")
        return int(count)

    def _updates(self, given: Any) -> int:
        try:
            steps = Number().read(given)
        except WrongKind:
            steps = math.nan
        if steps not in self.updates:
            known = " or ".join(map(str, self.updates))
            raise PlanError(f"expected {known} updates, got {describe(given)}")
        return int(steps)

    def _part(self, given: Any, key: str) -> str:
        part = given.strip().lower() if isinstance(given, str) else None
        if part not in PARTS:
            raise PlanError(
                f"expected {key} to be one of {', '.join(PARTS)}, got {describe(given)}"
            )
        return part
