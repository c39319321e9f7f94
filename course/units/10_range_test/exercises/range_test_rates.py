"""The rates of a range test: evenly spaced on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers
from course.shared.draws import one_at_a_time
from lrlib.training import range_test_rates

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for decades, steps in ((7, 8), (4, 21), (1, int(rng.integers(5, 12)))):
        low = 10.0 ** float(rng.uniform(-6, -3))
        yield given(low, low * 10**decades, steps).on("values", f"the range spans 10**{decades}")
    for _ in range(3):
        low = float(rng.uniform(0.001, 0.1))
        case = given(low, low * float(rng.uniform(3, 900)), int(rng.integers(3, 30)))
        yield case.on("values", "the bounds are arbitrary")
    yield given(1e-4, 1.0, 100).on("values", "there are many rates")
    yield given(1, 16, 5).on("values", "the bounds are whole numbers")
    for low, high in (
        (0.01 * float(rng.uniform(0.5, 2)), 10.0),
        (0.3, float(rng.uniform(0.6, 0.9))),
    ):
        yield given(low, high, 2).on("edge", "there are two rates, the bounds themselves")
        yield given(low, high, 3).on("edge", "there are three rates")
    usual = given(1e-4, 1.0, 40)
    yield from one_at_a_time(
        usual, "lr_min lr_max steps", lr_min=(1e-11,), lr_max=(3e3,), steps=(1500,)
    )
    yield given(3e3, 9e5, 7).on("values", "both bounds are large")
    yield given(1e-11, 5e-10, 6).on("values", "both bounds are tiny")


RANGE_TEST_RATES = Exercise(
    name="range_test_rates",
    unit=UNIT,
    signature="range_test_rates(lr_min, lr_max, steps)",
    returns=Numbers(),
    reference=range_test_rates,
    cases=_cases,
    worth={"values": 2, "edge": 1},
    statements={"edge": "gives exactly `steps` rates, with both ends"},
)


@RANGE_TEST_RATES.variant
def with_geomspace(lr_min, lr_max, steps):
    return np.geomspace(lr_min, lr_max, steps)


@RANGE_TEST_RATES.variant
def with_logspace(lr_min, lr_max, steps):
    return np.logspace(np.log10(lr_min), np.log10(lr_max), steps)


@RANGE_TEST_RATES.variant
def with_powers(lr_min, lr_max, steps):
    return [lr_min * (lr_max / lr_min) ** (i / (steps - 1)) for i in range(steps)]


@RANGE_TEST_RATES.variant
def with_exp(lr_min, lr_max, steps):
    return tuple(math.exp(x) for x in np.linspace(math.log(lr_min), math.log(lr_max), steps))


@RANGE_TEST_RATES.variant
def by_repeated_multiplication(lr_min, lr_max, steps):
    ratio = (lr_max / lr_min) ** (1 / (steps - 1))
    rates = [lr_min]
    while len(rates) < steps:
        rates.append(rates[-1] * ratio)
    return np.array(rates)


RANGE_TEST_RATES.misconception(
    "evenly-spaced",
    Edit(with_geomspace, ("geomspace", "linspace")),
    where="Print the rates from 0.001 to 10: how many lie below 1?",
    why="Equal distances spend nearly all rates in the last decade.",
    how="Multiply by the same factor each time, as `np.geomspace` does.",
)

RANGE_TEST_RATES.misconception(
    "misses-the-end",
    Edit(with_powers, ("(steps - 1)", "steps")),
    where="Look at the last rate.",
    why="`steps` rates have `steps - 1` gaps between them; dividing by `steps` stops one short.",
    how="Use `steps - 1` in the exponent.",
)

RANGE_TEST_RATES.misconception(
    "one-rate-too-many",
    Edit(with_geomspace, ("steps", "steps + 1")),
    where="Count the rates.",
    why="`steps + 1` points are made by `steps` gaps; the contract counts the points.",
    how="Make exactly `steps` rates.",
)

RANGE_TEST_RATES.misconception(
    "misses-the-start",
    Edit(with_powers, ("i / (steps - 1)", "(i + 1) / steps")),
    where="Look at the first rate.",
    why="Counting from 1 leaves out the lower bound.",
    how="Let the exponent start at 0.",
)

RANGE_TEST_RATES.misconception(
    "returns-exponents",
    Edit(with_logspace, ("logspace", "linspace")),
    where="Look at the sign of what comes back.",
    why="Logarithms are evenly spaced, but the optimizer needs rates.",
    how="Raise 10 to them.",
)

RANGE_TEST_RATES.misconception(
    "bounds-as-exponents",
    Edit(with_geomspace, ("np.geomspace(lr_min, lr_max", "np.logspace(lr_min, min(lr_max, 200.0)")),
    Edit(with_geomspace, ("geomspace", "logspace")),
    where="Look at the first rate: is it lr_min?",
    why="`np.logspace` takes exponents, not the bounds themselves.",
    how="Use `np.geomspace`, or give `np.logspace` the logarithms.",
)

RANGE_TEST_RATES.misconception(
    "mixes-logarithms",
    Edit(with_logspace, ("np.log10(lr_min), np.log10(lr_max)", "np.log(lr_min), np.log(lr_max)")),
    where="Look at the ends: are they the bounds?",
    why="Natural logarithms need `exp` to undo them, not a power of ten.",
    how="Use `np.log10` with `10**`, or `np.log` with `np.exp`.",
)

RANGE_TEST_RATES.misconception(
    "backwards",
    Edit(with_geomspace, ("lr_min, lr_max", "lr_max, lr_min")),
    where="Look at the order.",
    why="A range test starts small: falling rates would blow up at the first update.",
    how="Go from lr_min to lr_max.",
)


@RANGE_TEST_RATES.misconception(
    "grows-with-the-square",
    where="Compare neighbouring rates: is their ratio always the same?",
    why="Powers of the place give ratios that shrink; a geometric sequence has one ratio.",
    how="Multiply by the same factor each time.",
)
def quadratic(lr_min, lr_max, steps):
    return lr_min + (lr_max - lr_min) * np.linspace(0, 1, steps) ** 2
