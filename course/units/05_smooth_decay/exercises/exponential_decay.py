"""Exponential decay: the rate is multiplied by the same number at every update."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import ExponentialDecay

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for every, gamma in (
        (10, 0.5),
        (int(rng.integers(6, 9)), float(rng.uniform(0.08, 0.2))),
        (int(rng.integers(13, 30)), float(rng.uniform(0.6, 0.9))),
        (3, float(rng.uniform(0.92, 0.97))),
    ):
        at = partial(given, lr0=float(rng.uniform(0.05, 3)), gamma=gamma, every=every)
        yield at(0).on("boundary", "t is 0")
        yield at(1).on("values", "one update has been made")
        yield at(every // 2).on("values", "t is about half of every")
        yield at(every - 1).on("values", "t is one less than every")
        yield at(every).on("boundary", "t equals every")
        yield at(every + 1).on("values", "t is one more than every")
        yield at(2 * every).on("boundary", "t is twice every")
        yield at(3 * every + 1).on("values", "t lies far beyond every")
        yield at(np.int64(every + 2)).on("values", "t is a NumPy integer")
    at = partial(given, lr0=0.3 * scale, gamma=0.7, every=1)
    yield at(0).on("edge", "every is 1 and t is 0")
    yield at(3).on("edge", "every is 1")
    yield given(7, lr0=0.2 * scale, gamma=1.0, every=3).on("edge", "gamma is 1, so nothing decays")
    yield given(13, lr0=1, gamma=0.4, every=4).on("edge", "lr0 is a whole number")
    yield given(2500, lr0=0.1 * scale, gamma=0.98, every=27).on("edge", "t is large")
    spent = given(450, lr0=0.1 * scale, gamma=0.5, every=31)
    yield spent.on("edge", "almost nothing of the rate is left")
    yield given(3, lr0=0.6 * scale, gamma=0.3, every=2000).on("edge", "every is large")
    usual = given(1500, lr0=0.3 * scale, gamma=0.6, every=1200)
    yield from one_at_a_time(
        usual, "t", t=(500,), lr0=(1e-10, 3e3), gamma=(0.01, 0.999), every=(700,)
    )


EXPONENTIAL_DECAY = Exercise(
    name="exponential_decay",
    unit=UNIT,
    signature="exponential_decay(t, *, lr0, gamma, every)",
    returns=Number(),
    reference=lambda t, *, lr0, gamma, every: ExponentialDecay(lr0, gamma, every)(t),
    cases=_cases,
    curve=lambda: [given(t, lr0=0.4, gamma=0.5, every=8) for t in range(48)],
    worth={"values": 1.5, "boundary": 1, "edge": 0.5},
    statements={
        "boundary": "multiplies lr0 by gamma once for each full `every`",
        "edge": "works for every = 1, gamma = 1, whole-number rates, large t and large every",
    },
)


@EXPONENTIAL_DECAY.variant
def as_written(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t / every)


@EXPONENTIAL_DECAY.variant
def by_the_factor_of_one_update(t, *, lr0, gamma, every):
    return lr0 * (gamma ** (1 / every)) ** t


@EXPONENTIAL_DECAY.variant
def update_by_update(t, *, lr0, gamma, every):
    lr = lr0
    for _ in range(int(t)):
        lr = lr * gamma ** (1 / every)
    return lr


@EXPONENTIAL_DECAY.variant
def by_logarithms(t, *, lr0, gamma, every):
    return math.exp(math.log(lr0) + t / every * math.log(gamma))


@EXPONENTIAL_DECAY.variant
def with_numpy_power(t, *, lr0, gamma, every):
    return lr0 * np.power(float(gamma), np.divide(t, every))


@EXPONENTIAL_DECAY.variant
def in_whole_and_remaining_parts(t, *, lr0, gamma, every):
    whole, rest = divmod(int(t), every)
    return lr0 * gamma**whole * gamma ** (rest / every)


EXPONENTIAL_DECAY.misconception(
    "decays-in-stairs",
    Edit(as_written, ("t / every", "t // every")),
    where="Look at two updates inside one `every`: the rate has to fall between them.",
    why="Rounding the exponent down gives stairs, as `staircase=True` does in Keras and Optax.",
    how="Divide with `/`, which keeps the fraction, not with `//`.",
)

EXPONENTIAL_DECAY.misconception(
    "ignores-every",
    Edit(as_written, ("(t / every)", "t")),
    where="Make `every` ten times larger: the decay has to become ten times slower.",
    why="`gamma ** t` multiplies by gamma at each update, as torch's ExponentialLR does.",
    how="Here gamma is the factor of `every` updates: the exponent is `t / every`.",
)

EXPONENTIAL_DECAY.misconception(
    "multiplies-by-every",
    Edit(as_written, ("t / every", "t * every")),
    where="Look at t = every: the rate has to be `lr0 * gamma`.",
    why="`t * every` makes the decay faster when `every` grows; it has to become slower.",
    how="Divide: the exponent is `t / every`.",
)

EXPONENTIAL_DECAY.misconception(
    "gamma-as-exponent-of-e",
    Edit(as_written, ("gamma ** (t / every)", "math.exp(-gamma * t / every)")),
    Edit(as_written, ("gamma ** (t / every)", "math.exp(-gamma * t)")),
    where="Look at t = every: is the rate `lr0 * gamma` there?",
    why="`exp(-gamma * t)` takes gamma for a decay constant; here it is the factor that is kept.",
    how="Raise gamma itself to `t / every`, without `exp`.",
)

EXPONENTIAL_DECAY.misconception(
    "decay-constant-from-the-loss",
    Edit(as_written, ("gamma ** (t / every)", "math.exp(-(1 - gamma) * t / every)")),
    where="Compare t = every with `lr0 * gamma` for gamma = 0.1.",
    why="`exp(-(1 - gamma))` is close to gamma only when gamma is near 1.",
    how="The exact constant is `-log(gamma)`; simpler is gamma raised to `t / every`.",
)

EXPONENTIAL_DECAY.misconception(
    "ignores-gamma",
    Edit(as_written, ("gamma ** (t / every)", "math.exp(-t / every)")),
    Edit(as_written, ("gamma", "0.5")),
    where="Change gamma only: does the result move?",
    why="`exp(-t / every)` always falls to 37 % over `every` updates, whatever gamma is.",
    how="Use gamma as the base of the power instead of e.",
)

EXPONENTIAL_DECAY.misconception(
    "counts-updates-from-one",
    Edit(as_written, ("t / every", "(t + 1) / every")),
    where="Look at t = 0: the first update has to use the whole `lr0`.",
    why="`t` is the number of updates already made, so it is 0 at the first one.",
    how="Use `t` itself, not `t + 1`.",
)

EXPONENTIAL_DECAY.misconception(
    "falls-in-a-straight-line",
    Edit(as_written, ("gamma ** (t / every)", "(1 - (1 - gamma) * t / every)")),
    where="Follow the rate to t = 10 * every: can it become negative?",
    why="Taking the same amount off at each update is linear; here each update multiplies.",
    how="Raise gamma to the power `t / every`.",
)

EXPONENTIAL_DECAY.misconception(
    "multiplies-by-the-exponent",
    Edit(as_written, ("**", "*")),
    where="Look at t = 0: the rate has to be `lr0`, not 0.",
    why="`gamma * t / every` grows with t; repeated multiplication is a power.",
    how="Write two stars: `gamma ** (t / every)`.",
)

EXPONENTIAL_DECAY.misconception(
    "raises-lr0-too",
    Edit(as_written, ("lr0 * gamma", "(lr0 * gamma)")),
    where="Look at t = 0: any number to the power 0 is 1, but the rate has to be `lr0`.",
    why="With brackets around `lr0 * gamma`, the first rate is raised to the power as well.",
    how="Raise gamma alone, then multiply by `lr0`.",
)

EXPONENTIAL_DECAY.misconception(
    "forgets-the-brackets",
    Edit(as_written, ("(t / every)", "t / every")),
    where="Look at t = 1 with every = 10: the rate has hardly fallen yet.",
    why="`gamma ** t / every` is `(gamma ** t) / every`: powers bind tighter than division.",
    how="Put the whole exponent in brackets: `gamma ** (t / every)`.",
)

EXPONENTIAL_DECAY.misconception(
    "removes-gamma",
    Edit(as_written, ("gamma", "(1 - gamma)")),
    where="Take gamma = 0.1: is a tenth left after `every` updates, or nine tenths?",
    why="gamma is the share that is kept; `1 - gamma` is the share that is lost.",
    how="Use `gamma` itself as the base.",
)

EXPONENTIAL_DECAY.misconception(
    "grows",
    Edit(as_written, ("t / every", "-t / every")),
    where="Does the rate rise or fall with t?",
    why="A negative exponent, or a division, turns a factor below 1 into growth.",
    how="Multiply by `gamma ** (t / every)` with a positive exponent.",
)

EXPONENTIAL_DECAY.misconception(
    "stops-after-every",
    Edit(as_written, ("t / every", "min(t, every) / every")),
    where="Look at t = 2 * every: the decay goes on.",
    why="`every` is a time scale, not the length of the run: exponential decay has no last step.",
    how="Leave out `min(t, every)`.",
)

EXPONENTIAL_DECAY.misconception(
    "swaps-the-fraction",
    Edit(as_written, ("t / every", "every / t if t else 0")),
    where="Look at t = 0 and at a large t.",
    why="`every / t` shrinks as t grows, so the rate rises back to lr0.",
    how="The exponent is `t / every`.",
)
