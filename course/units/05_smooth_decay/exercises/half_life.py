"""The half-life of an exponential decay: after how many updates half of the rate is left."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for low, high in ((0.6, 0.75), (0.78, 0.88), (0.9, 0.97)):
        for every in (int(rng.integers(2, 9)), int(rng.integers(11, 80))):
            yield given(float(rng.uniform(low, high)), every).on(
                "values", "gamma is between a half and 1"
            )
    yield given(float(rng.uniform(0.2, 0.45)), int(rng.integers(5, 40))).on(
        "values", "gamma is below a half"
    )
    yield given(float(rng.uniform(0.01, 0.1)), int(rng.integers(100, 400))).on(
        "values", "gamma is small"
    )
    yield given(0.9, 100).on("values", "gamma is 0.9 and every is 100")
    yield given(0.5, 30).on("edge", "gamma is exactly a half")
    yield given(0.25, 30).on("edge", "gamma is a half squared")
    yield given(float(rng.uniform(0.7, 0.9)), 1).on("edge", "every is 1")
    yield given(float(rng.uniform(0.02, 0.2)), 1).on("edge", "it is shorter than one update")
    yield given(0.999, 10).on("edge", "gamma is almost 1")
    yield given(0.96, np.int64(391)).on("edge", "every is a NumPy integer")
    yield given(7e-4, 1).on("values", "gamma is tiny and every is 1")
    yield given(0.9, 5000).on("values", "every is in the thousands")


HALF_LIFE = Exercise(
    name="half_life",
    unit=UNIT,
    signature="half_life(gamma, every)",
    returns=Number(),
    reference=lambda gamma, every: every * math.log(2) / -math.log(gamma),
    cases=_cases,
    worth={"values": 1.5, "edge": 0.5},
    harmless={"result at least .*": "as short a half-life takes a gamma below 1e-300"},
    statements={"edge": "works for every = 1 and for gamma at a half, near 0 and near 1"},
)


@HALF_LIFE.variant
def as_written(gamma, every):
    return every * math.log(2) / -math.log(gamma)


@HALF_LIFE.variant
def ratio_of_logarithms(gamma, every):
    return math.log(0.5) / math.log(gamma) * every


@HALF_LIFE.variant
def in_base_two(gamma, every):
    return -every / np.log2(gamma)


@HALF_LIFE.variant
def logarithm_to_base_gamma(gamma, every):
    return every * math.log(0.5, gamma)


@HALF_LIFE.variant
def in_base_ten(gamma, every):
    return np.array(every * np.log10(2) / np.log10(1 / gamma))


@HALF_LIFE.variant
def through_the_decay_constant(gamma, every):
    constant = -math.log1p(gamma - 1) / every
    return math.log(2) / constant


HALF_LIFE.misconception(
    "rounds",
    Edit(as_written, ("every *", "round(every *"), ("(gamma)", "(gamma))")),
    Edit(as_written, ("every *", "math.ceil(every *"), ("(gamma)", "(gamma))")),
    Edit(as_written, ("every *", "int(every *"), ("(gamma)", "(gamma))")),
    where="Look at the decimals: the half-life of gamma = 0.9, every = 100 is about 657.9.",
    why="A half-life is a point on a smooth curve, which need not fall on a whole update.",
    how="Return the number as it is, without `round`, `int` or `ceil`.",
)


@HALF_LIFE.also("rounds")
def first_update_at_half(gamma, every):
    t = 0
    while gamma ** (t / every) > 0.5:
        t += 1
    return t


HALF_LIFE.misconception(
    "counts-in-units-of-every",
    Edit(as_written, ("every * ", "")),
    where="Make `every` ten times larger: the half-life has to become ten times longer.",
    why="`ln 2 / -ln gamma` counts stretches of `every` updates, not updates.",
    how="Multiply by `every`.",
)

HALF_LIFE.misconception(
    "divides-by-every",
    Edit(as_written, ("every *", "1 / every *")),
    where="Make `every` ten times larger: does the half-life grow or shrink?",
    why="A longer `every` means slower decay, so the half-life has to grow with it.",
    how="Multiply by `every` instead of dividing.",
)

HALF_LIFE.misconception(
    "wrong-sign",
    Edit(as_written, ("-math", "math")),
    where="Is the result positive?",
    why="The logarithm of a gamma below 1 is negative; a duration is not.",
    how="Divide by `-math.log(gamma)`.",
)

HALF_LIFE.misconception(
    "turns-the-ratio-over",
    Edit(as_written, ("math.log(2) / -math.log(gamma)", "-math.log(gamma) / math.log(2)")),
    where="Bring gamma closer to 1: the half-life has to grow.",
    why="`ln gamma / ln 2` counts the halvings in `every` updates: the inverse of what is asked.",
    how="Put `ln 2` above and `-ln gamma` below.",
)

HALF_LIFE.misconception(
    "returns-the-time-constant",
    Edit(as_written, (" * math.log(2)", "")),
    where="Put your result back into the decay: is half of the rate left, or 37 %?",
    why="`every / -ln gamma` is the time to fall by a factor of e, not of 2.",
    how="Multiply by `ln 2`.",
)

HALF_LIFE.misconception(
    "approximates-the-logarithm",
    Edit(as_written, ("-math.log(gamma)", "(1 - gamma)")),
    Edit(as_written, ("math.log(2) / -math.log(gamma)", "0.7 / (1 - gamma)")),
    where="Try gamma = 0.5: the half-life has to be `every` exactly.",
    why="`1 - gamma` is close to `-ln gamma` only when gamma is close to 1.",
    how="Divide by `-math.log(gamma)`.",
)

HALF_LIFE.misconception(
    "assumes-a-straight-line",
    Edit(as_written, ("math.log(2) / -math.log(gamma)", "0.5 / (1 - gamma)")),
    where="Try gamma = 0.25: two halvings happen in `every` updates, so one takes half of them.",
    why="Half of the way down a straight line is not half of the way down an exponential.",
    how="Solve `gamma ** (t / every) = 1/2` for t by taking logarithms.",
)

HALF_LIFE.misconception(
    "mixes-logarithms",
    Edit(as_written, ("log(gamma)", "log2(gamma)")),
    Edit(as_written, ("log(gamma)", "log10(gamma)")),
    where="Which base does each of your two logarithms have?",
    why="The ratio of two logarithms is right in any base, but only if both have the same one.",
    how="Use `math.log` for both, or `math.log2` for both.",
)

HALF_LIFE.misconception(
    "divides-instead-of-logarithms",
    Edit(as_written, ("math.log(2) / -math.log(gamma)", "0.5 / gamma")),
    where="Put your result back into the decay: is half of the rate left?",
    why="`0.5 / gamma` treats a power as if it were a product.",
    how="Take logarithms of both sides of `gamma ** (t / every) = 1/2`.",
)

HALF_LIFE.misconception(
    "halves-every",
    Edit(as_written, ("* math.log(2) / -math.log(gamma)", "/ 2")),
    where="Change gamma only: does the result move?",
    why="Half of `every` is not the time in which the rate halves; that depends on gamma.",
    how="Solve `gamma ** (t / every) = 1/2` for t.",
)
