"""Cosine decay: half a cosine from the first rate to the last."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import CosineDecay

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for share in (0.0, float(rng.uniform(0.05, 0.3)), 0.5):
        lr0, steps = float(rng.uniform(0.05, 2)), int(rng.integers(11, 60))
        at = partial(given, lr0=lr0, lr_end=share * lr0, steps=steps)
        yield at(0).on("values", "t is 0")
        yield at(1).on("values", "t is 1")
        yield at(steps // 3).on("values", "a third of the steps is done")
        yield at(steps // 2 + 1).on("values", "just over half the steps are done")
        yield at(steps - 1).on("boundary", "it is the last update before the end")
        yield at(steps).on("boundary", "t is exactly steps")
        yield at(steps + 1).on("clamp", "t is one beyond the end")
        yield at(2 * steps).on("clamp", "t is twice the steps")
        yield at(10 * steps).on("clamp", "t is far beyond the end")
        yield at(np.int64(steps // 4)).on("edge", "t is a NumPy integer")
    yield given(0, lr0=0.3 * scale, lr_end=0.1 * scale, steps=1).on(
        "edge", "there is one step and t is 0"
    )
    yield given(1, lr0=0.3 * scale, lr_end=0.1 * scale, steps=1).on(
        "edge", "there is one step and it is done"
    )
    yield given(5, lr0=0.2 * scale, lr_end=0.2 * scale, steps=9).on(
        "edge", "first and last rate are equal"
    )
    yield given(4, lr0=0.1 * scale, lr_end=0.5 * scale, steps=9).on(
        "edge", "the last rate is above the first"
    )
    yield given(3, lr0=2, lr_end=1, steps=7).on("edge", "the rates are whole numbers")
    usual = given(700, lr0=0.3 * scale, lr_end=0.0, steps=2000)
    yield from one_at_a_time(usual, "t", t=(1700,), lr0=(1e-10, 3e3), lr_end=(3e3,), steps=(1100,))


COSINE_DECAY = Exercise(
    name="cosine_decay",
    unit=UNIT,
    signature="cosine_decay(t, *, lr0, lr_end, steps)",
    returns=Number(),
    reference=lambda t, *, lr0, lr_end, steps: CosineDecay(lr0, lr_end, steps)(t),
    cases=_cases,
    curve=lambda: [given(t, lr0=0.4, lr_end=0.05, steps=30) for t in range(50)],
    worth={"values": 2, "boundary": 0.5, "clamp": 1, "edge": 0.5},
)


@COSINE_DECAY.variant
def as_written(t, *, lr0, lr_end, steps):
    share = min(t, steps) / steps
    return lr_end + (lr0 - lr_end) / 2 * (1 + math.cos(math.pi * share))


@COSINE_DECAY.variant
def with_numpy(t, *, lr0, lr_end, steps):
    angle = np.pi * np.minimum(t, steps) / steps
    return lr_end + 0.5 * (lr0 - lr_end) * (1 + np.cos(angle))


@COSINE_DECAY.variant
def as_a_mixture(t, *, lr0, lr_end, steps):
    weight = math.cos(math.pi / 2 * min(t, steps) / steps) ** 2
    return weight * lr0 + (1 - weight) * lr_end


@COSINE_DECAY.variant
def about_the_middle(t, *, lr0, lr_end, steps):
    if t >= steps:
        return lr_end
    return (lr0 + lr_end) / 2 + (lr0 - lr_end) / 2 * math.cos(math.pi * t / steps)


@COSINE_DECAY.variant
def with_a_sine(t, *, lr0, lr_end, steps):
    return lr0 - (lr0 - lr_end) * math.sin(math.pi / 2 * min(1, t / steps)) ** 2


COSINE_DECAY.misconception(
    "rises-again",
    Edit(as_written, ("min(t, steps)", "t")),
    where="Look at t = 2 * steps.",
    why="A cosine comes back up after its half turn, as PyTorch's and transformers' do; this "
    "schedule holds its end.",
    how="Use `min(t, steps)` in place of `t`.",
)

COSINE_DECAY.misconception(
    "ends-at-zero",
    Edit(as_written, ("lr_end + (lr0 - lr_end)", "lr0")),
    where="Look at t = steps with lr_end above 0.",
    why="Without `lr_end` the rate goes down to 0.",
    how="Scale the cosine with `lr0 - lr_end` and add `lr_end`.",
)

COSINE_DECAY.misconception(
    "starts-too-high",
    Edit(as_written, ("(lr0 - lr_end)", "lr0")),
    where="Look at t = 0: the rate should be lr0 exactly.",
    why="Adding `lr_end` without making the amplitude smaller starts at `lr0 + lr_end`.",
    how="Scale the cosine with `lr0 - lr_end`, not with `lr0`.",
)

COSINE_DECAY.misconception(
    "cut-off-at-the-end-rate",
    Edit(as_written, ("lr_end + (lr0 - lr_end)", "max(lr_end, lr0"), ("share))", "share)))")),
    where="Look at the last third: does the curve flatten out or hit a floor?",
    why="`max(lr_end, ...)` follows the curve to 0 and cuts it off; the curve itself should end at "
    "`lr_end`.",
    how="Scale the cosine with `lr0 - lr_end` and add `lr_end`.",
)

COSINE_DECAY.misconception(
    "forgets-the-half",
    Edit(as_written, (" / 2", "")),
    where="Look at t = 0: the rate is too high.",
    why="`1 + cos` runs from 2 to 0, so it needs a half in front.",
    how="Use `(lr0 - lr_end) / 2`.",
)

COSINE_DECAY.misconception(
    "whole-turn",
    Edit(as_written, ("math.pi", "2 * math.pi")),
    where="Look at t = steps: the rate is back where it began.",
    why="`2 * pi` is a whole turn; a decay is half of one.",
    how="Use `pi * t / steps`.",
)

COSINE_DECAY.misconception(
    "quarter-turn",
    Edit(as_written, ("/ 2 * (1 + math.cos(math.pi * share))", "* math.cos(math.pi / 2 * share)")),
    where="Look at the middle: half of the way down is right.",
    why="A quarter of a cosine falls late and arrives at full speed.",
    how="Use `(1 + cos(pi * t / steps)) / 2`.",
)

COSINE_DECAY.misconception(
    "straight-line",
    Edit(as_written, ("/ 2 * (1 + math.cos(math.pi * share))", "* (1 - share)")),
    where="Look at a quarter of the way: a cosine has hardly fallen there.",
    why="That is linear decay.",
    how="Use the cosine of `pi * t / steps`.",
)

COSINE_DECAY.misconception(
    "arrives-one-early",
    Edit(as_written, ("min(t, steps) / steps", "min(1, t / max(steps - 1, 1))")),
    where="Look at t = steps - 1: the end must not be reached yet.",
    why="Dividing by steps - 1 makes the last update of the budget the end; here t = steps is.",
    how="Divide by `steps`.",
)

COSINE_DECAY.misconception(
    "counts-from-one",
    Edit(as_written, ("min(t, steps)", "min(t + 1, steps)")),
    where="Look at t = 0: the rate should be lr0 exactly.",
    why="`t` is 0 for the first update; adding one starts a step down the curve.",
    how="Use `t` itself, without adding one.",
)

COSINE_DECAY.misconception(
    "upside-down",
    Edit(as_written, ("1 + math", "1 - math")),
    where="Does the rate fall or rise?",
    why="`1 - cos` starts at 0 and grows: that is a warmup.",
    how="Use `1 + cos(...)`, which begins at 2.",
)

COSINE_DECAY.misconception(
    "nothing-after-the-end",
    Edit(as_written, ("return lr_end", "return 0.0 if t > steps else lr_end")),
    where="Look at t beyond steps.",
    why="After its last step a schedule holds its final value; it does not switch off.",
    how="Use `min(t, steps)`, which gives `lr_end` from there on.",
)
