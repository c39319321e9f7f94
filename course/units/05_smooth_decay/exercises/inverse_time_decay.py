"""Inverse time decay: the first rate divided by a number that grows with time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import InverseTimeDecay

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for every, rate in (
        (10, 0.5),
        (int(rng.integers(6, 9)), float(rng.uniform(1.5, 4))),
        (int(rng.integers(13, 30)), float(rng.uniform(0.1, 0.9))),
        (7, float(rng.uniform(0.02, 0.06))),
    ):
        at = partial(given, lr0=float(rng.uniform(0.05, 3)), rate=rate, every=every)
        yield at(0).on("boundary", "t is 0")
        yield at(1).on("values", "one update has been made")
        yield at(every // 2).on("values", "t is about half of every")
        yield at(every - 1).on("values", "t is one less than every")
        yield at(every).on("boundary", "t equals every")
        yield at(every + 1).on("values", "t is one more than every")
        yield at(3 * every).on("boundary", "t is three times every")
        yield at(12 * every + 1).on("values", "t lies far beyond every")
        yield at(np.int64(2 * every + 3)).on("values", "t is a NumPy integer")
    at = partial(given, lr0=0.3 * scale, rate=0.7, every=1)
    yield at(0).on("edge", "every is 1 and t is 0")
    yield at(3).on("edge", "every is 1")
    yield given(9, lr0=0.2 * scale, rate=0.0, every=4).on("edge", "rate is 0, so nothing decays")
    yield given(13, lr0=1, rate=2, every=4).on("edge", "lr0 and rate are whole numbers")
    yield given(100_000, lr0=0.1 * scale, rate=0.3, every=20).on("edge", "t is large")
    yield given(3, lr0=0.6 * scale, rate=9.0, every=2000).on("edge", "every is large")
    usual = given(1500, lr0=0.3 * scale, rate=0.7, every=1200)
    yield from one_at_a_time(usual, "t", t=(500,), lr0=(1e-10, 3e3), rate=(3e3,), every=(700,))
    still = given(100_000, lr0=0.3 * scale, rate=0.0, every=1)
    yield still.on("edge", "rate is 0 and t is large")


INVERSE_TIME_DECAY = Exercise(
    name="inverse_time_decay",
    unit=UNIT,
    signature="inverse_time_decay(t, *, lr0, rate, every)",
    returns=Number(),
    reference=lambda t, *, lr0, rate, every: InverseTimeDecay(lr0, rate, every)(t),
    cases=_cases,
    curve=lambda: [given(t, lr0=0.4, rate=1.0, every=6) for t in range(48)],
    worth={"values": 1.5, "boundary": 1, "edge": 0.5},
    statements={
        "boundary": "starts at lr0 and divides it by 1 + rate after one full `every`",
        "edge": "works for every = 1, rate = 0, whole numbers, large t and large every",
    },
)


@INVERSE_TIME_DECAY.variant
def as_written(t, *, lr0, rate, every):
    return lr0 / (1 + rate * t / every)


@INVERSE_TIME_DECAY.variant
def over_a_common_denominator(t, *, lr0, rate, every):
    return lr0 * every / (every + rate * t)


@INVERSE_TIME_DECAY.variant
def as_a_reciprocal(t, *, lr0, rate, every):
    return 1 / (1 / lr0 + rate / lr0 * (t / every))


@INVERSE_TIME_DECAY.variant
def growing_the_divisor(t, *, lr0, rate, every):
    divisor = 1.0
    for _ in range(int(t)):
        divisor += rate / every
    return lr0 / divisor


@INVERSE_TIME_DECAY.variant
def with_numpy(t, *, lr0, rate, every):
    return np.divide(lr0, np.add(1, np.multiply(rate, np.divide(t, every))))


@INVERSE_TIME_DECAY.variant
def as_a_negative_power(t, *, lr0, rate, every):
    return lr0 * math.pow(1 + (rate / every) * t, -1)


INVERSE_TIME_DECAY.misconception(
    "decays-in-stairs",
    Edit(as_written, ("t / every", "(t // every)")),
    where="Look at two updates inside one `every`: the rate has to fall between them.",
    why="`//` makes stairs, as Keras' InverseTimeDecay does with `staircase=True`.",
    how="Divide `t` by `every` with `/`.",
)

INVERSE_TIME_DECAY.misconception(
    "ignores-every",
    Edit(as_written, (" / every", "")),
    where="Make `every` ten times larger: the decay has to become ten times slower.",
    why="`lr0 / (1 + rate * t)` is the old Keras `decay=` argument, which counts single updates.",
    how="Here `rate` is the growth over `every` updates: divide `t` by `every`.",
)

INVERSE_TIME_DECAY.misconception(
    "multiplies-by-every",
    Edit(as_written, ("/ every", "* every")),
    where="Look at t = every: the divisor has to be 1 + rate.",
    why="`t * every` makes a longer `every` decay faster; it has to slow the decay down.",
    how="Divide: `rate * t / every`.",
)

INVERSE_TIME_DECAY.misconception(
    "ignores-rate",
    Edit(as_written, ("rate * ", "")),
    where="Change `rate` only: does the result move?",
    why="Without `rate` the first rate is always halved after `every` updates.",
    how="Multiply `t / every` by `rate`.",
)


@INVERSE_TIME_DECAY.misconception(
    "compounds",
    where="Follow the rate for a few updates, by hand: 1, then 1/2, then 1/3 - or 1/6?",
    why="`lr *= 1 / (1 + rate * t)` at each update divides by all earlier divisors once more.",
    how="Divide the first rate `lr0` once, by the divisor of this `t` alone.",
)
def compounded(t, *, lr0, rate, every):
    lr = lr0
    for step in range(1, min(int(t), 3000) + 1):
        lr /= 1 + rate * step / every
    return lr


INVERSE_TIME_DECAY.misconception(
    "decays-like-compound-interest",
    Edit(as_written, ("(1 + rate * t / every)", "(1 + rate) ** (t / every)")),
    Edit(as_written, ("/ (1 + rate * t / every)", "* math.exp(-rate * t / every)")),
    where="Look at a large t: does the rate fall like 1/t, or much faster?",
    why="Raising `1 + rate` to a power is exponential decay.",
    how="Let the divisor grow by adding: `1 + rate * t / every`.",
)

INVERSE_TIME_DECAY.misconception(
    "rate-as-exponent",
    Edit(as_written, ("(1 + rate * t / every)", "(1 + t / every) ** rate")),
    where="Look at t = every: the divisor has to be 1 + rate, not 2 to some power.",
    why="`(1 + t / every) ** rate` is another family, with the rate as its power.",
    how="Multiply `t / every` by `rate` inside the bracket, without a power.",
)

INVERSE_TIME_DECAY.misconception(
    "takes-a-root",
    Edit(as_written, ("(1 +", "math.sqrt(1 +")),
    where="Look at a large t: the rate has to fall like 1/t.",
    why="With a square root the rate falls like 1/sqrt(t), as in the inverse-sqrt schedule.",
    how="Divide by `1 + rate * t / every` as it is.",
)

INVERSE_TIME_DECAY.misconception(
    "counts-updates-from-one",
    Edit(as_written, ("* t", "* (t + 1)")),
    where="Look at t = 0: the first update has to use the whole `lr0`.",
    why="`t` is the number of updates already made, so it is 0 at the first one.",
    how="Use `t` itself, not `t + 1`.",
)

INVERSE_TIME_DECAY.misconception(
    "falls-in-a-straight-line",
    Edit(as_written, ("/ (1 + rate", "* (1 - rate")),
    where="Follow the rate to a large t: can it become negative?",
    why="`1 - x` is close to `1 / (1 + x)` only while x is tiny.",
    how="Divide `lr0` by `1 + rate * t / every`.",
)

INVERSE_TIME_DECAY.misconception(
    "forgets-the-brackets",
    Edit(as_written, ("(1 + rate * t / every)", "1 + rate * t / every")),
    where="Look at the rate for growing t: does it rise?",
    why="`lr0 / 1 + rate * t / every` divides by 1 only, and then adds the rest.",
    how="Put the whole divisor in brackets.",
)

INVERSE_TIME_DECAY.misconception(
    "forgets-the-one",
    Edit(as_written, ("1 + ", "")),
    where="Look at t = 0: the divisor has to be 1, not 0.",
    why="Without the 1 the first rates are far too large, and t = 0 divides by zero.",
    how="Start the divisor at 1: `1 + rate * t / every`.",
)

INVERSE_TIME_DECAY.misconception(
    "grows",
    Edit(as_written, ("lr0 /", "lr0 *")),
    where="Does the rate rise or fall with t?",
    why="Multiplying by a number above 1 makes the rate grow.",
    how="Divide by `1 + rate * t / every`.",
)

INVERSE_TIME_DECAY.misconception(
    "divides-by-every-outside",
    Edit(as_written, (" / every)", ") / every")),
    where="Look at t = 0: the rate has to be `lr0`.",
    why="`every` belongs to `t` inside the divisor; outside it shrinks every rate.",
    how="Write `lr0 / (1 + rate * t / every)`.",
)

INVERSE_TIME_DECAY.misconception(
    "stops-after-every",
    Edit(as_written, ("t / every", "min(t, every) / every")),
    where="Look at t = 3 * every: the decay goes on.",
    why="`every` is a time scale, not the length of the run: this decay has no last step.",
    how="Leave out `min(t, every)`.",
)
