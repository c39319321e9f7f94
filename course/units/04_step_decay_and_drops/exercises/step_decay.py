"""Step decay: the rate falls by a factor every so many updates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import StepDecay

from . import UNIT


def _step_cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for every, gamma in (
        (10, 0.5),
        (int(rng.integers(6, 9)), 0.1),
        (3, float(rng.uniform(0.6, 0.9))),
    ):
        at = partial(given, lr0=float(rng.uniform(0.05, 2)), gamma=gamma, every=every)
        yield at(0).on("values", "t is 0")
        yield at(every // 2).on("values", "t lies inside the first stair")
        yield at(2 * every + 1).on("values", "t lies inside a later stair")
        yield at(9 * every + every // 2).on("values", "many drops have happened")
        for drops in (1, 2, 3):
            yield at(drops * every - 1).on("boundary", "t is the last update before a drop")
            yield at(drops * every).on("boundary", "t is exactly at a drop")
        yield at(np.int64(every + 1)).on("values", "t is a NumPy integer")
    at = partial(given, lr0=0.3 * scale, gamma=0.7, every=1)
    yield at(0).on("edge", "every is 1 and t is 0")
    yield at(4).on("edge", "every is 1")
    yield given(7, lr0=0.2 * scale, gamma=1.0, every=3).on("edge", "gamma is 1, so nothing drops")
    yield given(13, lr0=1, gamma=0.5, every=4).on("edge", "lr0 is a whole number")
    yield given(400, lr0=0.1 * scale, gamma=0.98, every=2).on("edge", "t is large")
    usual = given(2300, lr0=0.3 * scale, gamma=0.6, every=1200)
    yield from one_at_a_time(
        usual, "t", t=(500,), lr0=(1e-10, 3e3), gamma=(0.01, 0.999), every=(700,)
    )
    for t in (49, 98, 103):
        late = given(t, lr0=0.3 * scale, gamma=0.6, every=103 if t == 103 else 49)
        yield late.on("boundary", "t is exactly at a drop, and 1 / every is rounded")
    spent = given(180, lr0=0.3 * scale, gamma=0.1, every=22)
    yield spent.on("values", "almost nothing of the rate is left")


STEP_DECAY = Exercise(
    name="step_decay",
    unit=UNIT,
    signature="step_decay(t, *, lr0, gamma, every)",
    returns=Number(),
    reference=lambda t, *, lr0, gamma, every: StepDecay(lr0, gamma, every)(t),
    cases=_step_cases,
    curve=lambda: [given(t, lr0=0.4, gamma=0.5, every=8) for t in range(40)],
    worth={"values": 2, "boundary": 2, "edge": 1},
    statements={"edge": "works for every = 1, gamma = 1, whole-number rates and large t"},
)


@STEP_DECAY.variant
def floor_division(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t // every)


@STEP_DECAY.variant
def with_floor(t, *, lr0, gamma, every):
    return lr0 * gamma ** math.floor(t / every)


@STEP_DECAY.variant
def with_numpy(t, *, lr0, gamma, every):
    return lr0 * np.power(float(gamma), np.floor(t / every))


@STEP_DECAY.variant
def drop_by_drop(t, *, lr0, gamma, every):
    lr = lr0
    for step in range(1, int(t) + 1):
        if step % every == 0:
            lr *= gamma
    return lr


@STEP_DECAY.variant
def by_logarithms(t, *, lr0, gamma, every):
    return math.exp(math.log(lr0) + (t // every) * math.log(gamma))


STEP_DECAY.misconception(
    "drops-one-late",
    Edit(floor_division, ("t // every", "max(t - 1, 0) // every")),
    Edit(floor_division, ("t // every", "(t - 1) // every")),
    where="Look at t = every exactly: has the rate dropped yet?",
    why="`t` counts updates already made, so the one at t = every is the first with the new rate.",
    how="Count drops with `t // every`, not with `(t - 1) // every`.",
)

STEP_DECAY.misconception(
    "drops-one-early",
    Edit(floor_division, ("t // every", "(t + 1) // every")),
    where="Look at t = every - 1: the rate must still be the old one.",
    why="Counting updates from 1 moves every drop one update forward.",
    how="Use `t // every`; `t` is 0 for the first update already.",
)

STEP_DECAY.misconception(
    "glides",
    Edit(floor_division, ("t // every", "t / every")),
    where="Look at two updates inside one stair: the rate must not move.",
    why="Without the floor the exponent grows a little at each update: that is exponential decay.",
    how="Round the exponent down: `t // every` or `math.floor(t / every)`.",
)

STEP_DECAY.misconception(
    "rounds-to-nearest",
    Edit(floor_division, ("(t // every)", "round(t / every)")),
    where="Look at the middle of a stair: the rate drops half a stair too early.",
    why="`round` goes up from the middle on; a stair has to hold until its end.",
    how="Use `//` or `math.floor`, not `round`.",
)

STEP_DECAY.misconception(
    "rounds-up",
    Edit(floor_division, ("(t // every)", "math.ceil(t / every)")),
    where="Look at t = 1: the first stair has hardly begun.",
    why="`ceil` counts a drop as soon as a stair begins, not when it ends.",
    how="Use `//` or `math.floor`, not `math.ceil`.",
)

STEP_DECAY.misconception(
    "multiplies-by-the-count",
    Edit(floor_division, ("gamma ** (t // every)", "(gamma * (t // every) or 1)")),
    where="Compare the second drop with the first: each has to multiply by gamma again.",
    why="`gamma * drops` grows with each drop; drops multiply, so gamma is raised to their number.",
    how="Write `gamma ** drops`.",
)

STEP_DECAY.misconception(
    "drops-once-only",
    Edit(floor_division, ("(t // every)", "(t >= every)")),
    where="Look at t = 2 * every: a second drop is due.",
    why="An `if` applies gamma once; step decay repeats at every multiple of `every`.",
    how="Raise gamma to the number of whole stairs passed.",
)

STEP_DECAY.misconception(
    "drops-on-multiples-only",
    Edit(floor_division, ("(t // every)", "(t % every == 0 and t > 0)")),
    where="Look at the update just after a drop: the rate must stay low.",
    why="`t % every == 0` is true for one update only, so the rate jumps straight back.",
    how="Count how many multiples have been passed with `t // every`.",
)

STEP_DECAY.misconception(
    "subtracts-gamma",
    Edit(floor_division, ("gamma ** (t // every)", "(1 - (1 - gamma) * (t // every))")),
    where="Follow the rate over many drops: does it ever become negative?",
    why="Subtracting takes off a fixed amount; a decay factor multiplies.",
    how="Multiply by `gamma` once for each drop.",
)

STEP_DECAY.misconception(
    "removes-gamma",
    Edit(floor_division, ("gamma", "(1 - gamma)")),
    where="Take gamma = 0.1: is a tenth left, or nine tenths?",
    why="`gamma` is what is kept at a drop; `1 - gamma` would be what is taken away.",
    how="Use `gamma` itself as the factor.",
)

STEP_DECAY.misconception(
    "divides-by-gamma",
    Edit(floor_division, ("* gamma", "/ gamma")),
    where="Does the rate fall or rise over time?",
    why="Dividing by a factor below 1 makes the rate grow at every drop.",
    how="Multiply by `gamma ** drops`.",
)

STEP_DECAY.misconception(
    "mixes-up-remainder",
    Edit(floor_division, ("t // every", "t % every")),
    where="Look at t = 1 and t = every: the exponent must be 0 and 1.",
    why="`%` gives the place inside a stair; `//` gives the number of the stair.",
    how="Use `t // every`.",
)
