"""The idea of unit 05 as a design: the exponential decay that walks a given distance."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number

from . import UNIT


def _total(gamma: float, lr0: float, steps: int) -> float:
    return float(lr0 * np.sum(gamma ** (np.arange(steps) / steps)))


def _gamma_for_total(total, *, lr0, steps):
    low, high = -60.0, 0.0
    if total >= _total(1.0, lr0, steps):
        return 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if _total(math.exp(middle), lr0, steps) < total:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def with_total_of(gamma: float, lr0: float, steps: int) -> Case:
        return given(_total(gamma, lr0, steps), lr0=lr0, steps=steps)

    for low, high in ((0.3, 0.8), (0.03, 0.2), (0.001, 0.01)):
        for steps in (int(rng.integers(4, 12)), int(rng.integers(40, 90))):
            gamma, lr0 = float(rng.uniform(low, high)), float(rng.uniform(0.05, 3))
            yield with_total_of(gamma, lr0, steps).on(
                "values", f"{steps} updates keep {gamma:.3g} of the rate"
            )
    yield with_total_of(0.01, 0.5, 1500).on("values", "the run is that of this lesson")
    yield with_total_of(0.9, 3e-4, 200).on("values", "the rates are small")
    yield given(12, lr0=2, steps=6).on("edge", "the rate has to stay as it is")
    yield given(60.0, lr0=0.5, steps=120).on("edge", "only a fixed rate walks so far")
    yield given(3, lr0=2, steps=2).on("edge", "there are two updates and whole numbers")
    tiny = 10 ** float(rng.uniform(-7, -5))
    yield with_total_of(tiny, 1.0, 20).on("edge", "hardly anything is left at the end")


GAMMA_FOR_TOTAL = Exercise(
    name="gamma_for_total",
    unit=UNIT,
    signature="gamma_for_total(total, *, lr0, steps)",
    returns=Number(),
    reference=_gamma_for_total,
    cases=_cases,
    worth={"values": 2, "edge": 1},
    statements={
        "values": "gives the factor with which the rates of the run add up to the total",
        "edge": "works for a fixed rate, two updates and very small factors",
    },
)


@GAMMA_FOR_TOTAL.variant
def by_halving_an_interval(total, *, lr0, steps):
    low, high = 0.0, 1.0
    for _ in range(200):
        gamma = (low + high) / 2
        reached = sum(lr0 * gamma ** (t / steps) for t in range(steps))
        low, high = (gamma, high) if reached < total else (low, gamma)
    return high


@GAMMA_FOR_TOTAL.variant
def by_the_factor_of_one_update(total, *, lr0, steps):
    low, high = 0.0, 1.0
    for _ in range(200):
        each = (low + high) / 2
        rates = lr0 * each ** np.arange(steps)
        low, high = (each, high) if rates.sum() < total else (low, each)
    return high**steps


@GAMMA_FOR_TOTAL.variant
def with_the_geometric_sum(total, *, lr0, steps):
    low, high = 0.0, 1.0
    for _ in range(200):
        each = (low + high) / 2
        reached = lr0 * (1 - each**steps) / (1 - each) if each < 1 else lr0 * steps
        low, high = (each, high) if reached < total else (low, each)
    return high**steps


@GAMMA_FOR_TOTAL.variant
def with_finer_and_finer_grids(total, *, lr0, steps):
    low, high = 0.0, 1.0
    for _ in range(20):
        grid = np.linspace(low, high, 21)
        sums = [lr0 * np.sum(gamma ** (np.arange(steps) / steps)) for gamma in grid]
        k = min(max(int(np.searchsorted(sums, total)), 1), 20)
        low, high = float(grid[k - 1]), float(grid[k])
    return high


@GAMMA_FOR_TOTAL.variant
def by_newtons_method(total, *, lr0, steps):
    log_gamma, share = 0.0, np.arange(steps) / steps
    for _ in range(200):
        rates = lr0 * np.exp(share * log_gamma)
        log_gamma -= (rates.sum() - total) / (rates * share).sum()
    return np.exp(log_gamma)


GAMMA_FOR_TOTAL.misconception(
    "factor-of-one-update",
    Edit(by_the_factor_of_one_update, ("high**steps", "high")),
    where="Take 100 updates: is your factor what is left after one of them, or after all?",
    why="This is the factor of a single update; gamma is what is left after the whole run.",
    how="Raise it to the power `steps`.",
)

GAMMA_FOR_TOTAL.misconception(
    "share-of-the-fixed-total",
    Edit(by_halving_an_interval, ("return high", "return total / (lr0 * steps)")),
    where="Put your factor back: add up lr0 * gamma ** (t / steps). Is it the total?",
    why="The total as a share of that of a fixed rate is the mean rate, not the last one.",
    how="Search for the factor whose rates add up to the total; the sum grows with the factor.",
)

GAMMA_FOR_TOTAL.misconception(
    "end-of-a-straight-line",
    Edit(by_halving_an_interval, ("return high", "return 2 * total / (lr0 * steps) - 1")),
    where="Put your factor back: add up lr0 * gamma ** (t / steps). Is it the total?",
    why="For a straight line the mean is half-way between the ends; an exponential lies below it.",
    how="Add up the exponential itself, and search for the factor.",
)

GAMMA_FOR_TOTAL.misconception(
    "decays-for-ever",
    Edit(by_halving_an_interval, ("return high", "return max(1 - lr0 / total, 0) ** steps")),
    where="What do the rates of the run add up to, and what those that would come after it?",
    why="lr0 / (1 - q) is the sum of endlessly many rates; the run ends after `steps`.",
    how="Add up `steps` rates only.",
)

GAMMA_FOR_TOTAL.misconception(
    "adds-the-rate-after-the-last",
    Edit(by_halving_an_interval, ("in range(steps))", "in range(steps + 1))")),
    where="With two updates: which two rates are added?",
    why="`steps` updates have the rates of t = 0 to steps - 1; one more was added.",
    how="Use `range(steps)`.",
)

GAMMA_FOR_TOTAL.misconception(
    "leaves-out-the-first-rate",
    Edit(by_halving_an_interval, ("in range(steps))", "in range(1, steps + 1))")),
    where="With two updates: which two rates are added?",
    why="The first update has t = 0 and the whole rate; your sum begins one later.",
    how="Use `range(steps)`, which begins at 0.",
)

GAMMA_FOR_TOTAL.misconception(
    "last-update-has-the-whole-factor",
    Edit(by_halving_an_interval, ("(t / steps)", "(t / (steps - 1))")),
    where="With two updates: what is left of the rate in the second?",
    why="gamma is what is left after `steps` updates, not at the last of them.",
    how="The exponent is `t / steps`.",
)

GAMMA_FOR_TOTAL.misconception(
    "forgets-the-first-rate",
    Edit(by_halving_an_interval, ("sum(lr0 * gamma", "sum(gamma")),
    where="Make lr0 and the total ten times as large: the factor has to stay.",
    why="The powers of gamma are shares of lr0; only together with it do they add up to a total.",
    how="Multiply each of them by `lr0`.",
)

GAMMA_FOR_TOTAL.misconception(
    "area-under-the-curve",
    Edit(
        by_halving_an_interval,
        (
            "sum(lr0 * gamma ** (t / steps) for t in range(steps))",
            "lr0 * steps * (gamma - 1) / math.log(gamma) if gamma < 1 else lr0 * steps",
        ),
    ),
    where="Take two updates, and add the two rates by hand.",
    why="The area under the smooth curve is less than the sum of the rates, which are its stairs.",
    how="Add up the rates of all updates instead of integrating.",
)

GAMMA_FOR_TOTAL.misconception(
    "on-a-coarse-grid",
    Edit(with_finer_and_finer_grids, ("range(20):", "range(1):")),
    where="Put your factor back: do the rates add up to the total, to six digits?",
    why="The grid has too few factors; the right one lies between two of them.",
    how="Search on between the two neighbours, again and again, or halve an interval 60 times.",
)
