"""Linear warmup: a rate that rises to its peak over the first updates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import Warmup

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for steps in (10, int(rng.integers(5, 9)), int(rng.integers(20, 60))):
        at = partial(given, lr=float(rng.uniform(0.05, 2)), steps=steps)
        yield at(0).on("boundary", "it is the first update")
        yield at(1).on("values", "it is the second update")
        yield at(steps // 2).on("values", "the warmup is half done")
        yield at(steps - 2).on("boundary", "one update before the peak")
        yield at(steps - 1).on("boundary", "it is the last update of the warmup")
        yield at(steps).on("clamp", "the warmup has just ended")
        yield at(steps + 1).on("clamp", "the warmup ended one update ago")
        yield at(10 * steps).on("clamp", "the warmup ended long ago")
        yield at(np.int64(2)).on("edge", "t is a NumPy integer")
    for t in (0, 1, 50):
        yield given(t, lr=0.3 * scale, steps=0).on("edge", "there is no warmup")
    for t in (0, 1, 7):
        yield given(t, lr=0.4 * scale, steps=1).on("edge", "the warmup is a single update")
    yield given(1, lr=2, steps=4).on("edge", "lr is a whole number")
    usual = given(700, lr=0.3 * scale, steps=2000)
    yield from one_at_a_time(usual, "t", t=(1700,), lr=(1e-10, 3e3), steps=(900,))


WARMUP = Exercise(
    name="warmup",
    unit=UNIT,
    signature="warmup(t, *, lr, steps)",
    returns=Number(),
    reference=lambda t, *, lr, steps: Warmup(lr, steps)(t),
    cases=_cases,
    curve=lambda: [given(t, lr=0.4, steps=20) for t in range(40)],
    worth={"values": 1, "boundary": 1, "clamp": 0.5, "edge": 0.5},
    harmless={"steps at least 1": "a climb of one update is no warmup"},
    statements={
        "boundary": "starts at lr / steps and reaches the peak at t = steps - 1",
        "clamp": "stays at the peak after the warmup",
        "edge": "takes steps = 0 as no warmup, and NumPy integers as whole numbers",
    },
)


@WARMUP.variant
def with_min(t, *, lr, steps):
    return lr * min(1, (t + 1) / steps) if steps else lr


@WARMUP.variant
def with_an_if(t, *, lr, steps):
    if t >= steps:
        return lr
    return lr * (t + 1) / steps


@WARMUP.variant
def with_numpy(t, *, lr, steps):
    return np.minimum(lr, lr * (t + 1) / max(steps, 1))


@WARMUP.variant
def step_by_step(t, *, lr, steps):
    rate, now = 0.0, 0
    while now <= t and now < steps:
        rate += lr / steps
        now += 1
    return rate if now < steps else lr


WARMUP.misconception(
    "starts-at-zero",
    Edit(with_min, ("(t + 1)", "t")),
    where="Look at t = 0: does the first update move anything?",
    why="`t / steps` makes the first rate 0, so the first update is wasted; transformers and the "
    "defaults of Optax and Keras do this.",
    how="Use `(t + 1) / steps`.",
)

WARMUP.misconception(
    "peak-one-late",
    Edit(with_min, ("/ steps", "/ (steps + 1)")),
    where="Look at t = steps - 1: the peak is due.",
    why="Dividing by steps + 1 stretches the warmup by one update.",
    how="Divide `t + 1` by `steps`.",
)

WARMUP.misconception(
    "peak-one-early",
    Edit(with_min, ("t + 1", "t + 2")),
    where="Look at t = steps - 2: the peak must not be reached yet.",
    why="Counting two ahead ends the warmup one update too soon.",
    how="Use `(t + 1) / steps`.",
)

WARMUP.misconception(
    "never-stops",
    Edit(with_min, ("min(1, (t + 1) / steps)", "(t + 1) / steps")),
    where="Look at t = 10 * steps.",
    why="Without a limit the rate keeps rising past its peak.",
    how="Take the minimum of 1 and `(t + 1) / steps`.",
)

WARMUP.misconception(
    "zero-steps-is-rate-zero",
    Edit(with_min, ("else lr", "else 0.0")),
    where="Try steps = 0: what should the first rate be?",
    why="No warmup means that the peak is there at once; Optax's linear schedule returns 0 for ever.",
    how="Return `lr` when `steps` is 0.",
)

WARMUP.misconception(
    "divides-by-zero",
    Edit(with_min, (" if steps else lr", "")),
    where="Try steps = 0: what should the first rate be?",
    why="`steps = 0` is allowed and means no warmup; dividing by it fails.",
    how="Handle `t >= steps` first: then nothing is divided.",
)

WARMUP.misconception(
    "whole-number-division",
    Edit(with_min, ("/ steps", "// steps")),
    where="Look at the middle of the warmup.",
    why="`//` cuts the fraction to 0 until the very end.",
    how="Use `/`, which keeps the fraction.",
)

WARMUP.misconception(
    "warms-down",
    Edit(with_min, ("min(1, (t + 1) / steps)", "max(0, 1 - t / steps)")),
    where="Does the rate rise or fall during the warmup?",
    why="`1 - t / steps` is a decay.",
    how="Let the factor grow: `(t + 1) / steps`.",
)

WARMUP.misconception(
    "returns-the-factor",
    Edit(with_min, ("lr * ", ""), ("else lr", "else 1")),
    where="Double lr: the result has to double.",
    why="The share of the peak is not yet a rate.",
    how="Multiply by `lr`.",
)

WARMUP.misconception(
    "drops-after-the-warmup",
    Edit(with_min, ("min(1, (t + 1) / steps)", "((t + 1) / steps if t < steps else 0.0)")),
    where="Look at the first update after the warmup.",
    why="After its last step a schedule holds its final value.",
    how="Return `lr` for every `t >= steps`.",
)

WARMUP.misconception(
    "curved",
    Edit(
        with_min, ("min(1, (t + 1) / steps)", "(1 - np.cos(np.pi * min(1, (t + 1) / steps))) / 2")
    ),
    where="Look at the middle of the warmup: half the way, half the rate.",
    why="A cosine ramp rises slowly, then fast; this one is a straight line.",
    how="Use `(t + 1) / steps` itself as the factor.",
)
