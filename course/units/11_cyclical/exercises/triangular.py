"""The triangular cycle: straight up and straight down between two bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import Triangular

from . import UNIT


def cycle_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Places in the first, a later and a far cycle, with bounds that include 0."""
    scale = float(rng.uniform(0.6, 1.4))
    for share in (0.0, float(rng.uniform(0.05, 0.3)), 0.5):
        max_lr, half = float(rng.uniform(0.1, 2)), int(rng.integers(4, 12))
        at = partial(given, base_lr=share * max_lr, max_lr=max_lr, half_cycle=half)
        yield at(0).on("boundary", "it is the first update")
        yield at(1).on("values", "the rate has begun to rise")
        yield at(half // 2).on("values", "the rate is rising")
        yield at(half - 1).on("boundary", "it is the last update before the top")
        yield at(half).on("boundary", "it is the top of the first cycle")
        yield at(half + 1).on("values", "the rate has begun to fall")
        yield at(2 * half - 1).on("boundary", "it is the last update of the first cycle")
        yield at(2 * half).on("boundary", "the second cycle begins")
        yield at(2 * half + 1).on("values", "the rate rises in the second cycle")
        yield at(3 * half).on("boundary", "it is the top of the second cycle")
        yield at(5 * half + 1).on("values", "the rate falls in the third cycle")
        yield at(9 * half).on("boundary", "it is the top of the fifth cycle")
        yield at(np.int64(half // 2 + 1)).on("edge", "t is a NumPy integer")
    for t in (0, 1, 2, 3):
        yield given(t, base_lr=0.1 * scale, max_lr=0.6 * scale, half_cycle=1).on(
            "edge", "half_cycle is 1"
        )
    yield given(7, base_lr=0.3 * scale, max_lr=0.3 * scale, half_cycle=5).on(
        "edge", "both bounds are equal"
    )
    yield given(3, base_lr=1, max_lr=2, half_cycle=4).on("edge", "the bounds are whole numbers")
    usual = given(5100, base_lr=0.0, max_lr=0.3 * scale, half_cycle=2000)
    yield from one_at_a_time(
        usual, "t", t=(700,), max_lr=(1e-10, 3e3), base_lr=(0.1,), half_cycle=(1100,)
    )
    tiny = given(700, base_lr=2e-10 * scale, max_lr=9e-10 * scale, half_cycle=2000)
    yield tiny.on("values", "both bounds are tiny")
    high = given(700, base_lr=3e3 * scale, max_lr=9e3 * scale, half_cycle=2000)
    yield high.on("values", "both bounds are large")


def curve(**more: float) -> list[Case]:
    """The schedule over two and a half cycles."""
    return [given(t, base_lr=0.05, max_lr=0.4, half_cycle=10, **more) for t in range(50)]


TRIANGULAR = Exercise(
    name="triangular",
    unit=UNIT,
    signature="triangular(t, *, base_lr, max_lr, half_cycle)",
    returns=Number(),
    reference=lambda t, *, base_lr, max_lr, half_cycle: Triangular(base_lr, max_lr, half_cycle)(t),
    cases=cycle_cases,
    curve=curve,
    worth={"values": 2, "boundary": 1.5, "edge": 0.5},
    statements={"boundary": "meets its bounds exactly, in every cycle"},
)


@TRIANGULAR.variant
def as_written(t, *, base_lr, max_lr, half_cycle):
    cycle = math.floor(1 + t / (2 * half_cycle))
    x = abs(t / half_cycle - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * max(0, 1 - x)


@TRIANGULAR.variant
def with_remainder(t, *, base_lr, max_lr, half_cycle):
    place = t % (2 * half_cycle)
    height = place if place <= half_cycle else 2 * half_cycle - place
    return base_lr + (max_lr - base_lr) * height / half_cycle


@TRIANGULAR.variant
def with_numpy(t, *, base_lr, max_lr, half_cycle):
    x = np.abs(np.mod(t, 2 * half_cycle) / half_cycle - 1)
    return max_lr - (max_lr - base_lr) * x


@TRIANGULAR.variant
def with_interp(t, *, base_lr, max_lr, half_cycle):
    return np.interp(
        t % (2 * half_cycle), [0, half_cycle, 2 * half_cycle], [base_lr, max_lr, base_lr]
    )


TRIANGULAR.misconception(
    "half-cycle-as-whole-cycle",
    Edit(with_remainder, ("t % (", "2 * t % (")),
    where="Look at t = half_cycle: it should be the top.",
    why="`half_cycle` is the way up alone; a whole cycle is twice as long.",
    how="Let a cycle last `2 * half_cycle` updates.",
)

TRIANGULAR.misconception(
    "starts-at-the-top",
    Edit(as_written, ("base_lr + (", "max_lr - (")),
    where="Look at t = 0: a cycle starts at the base.",
    why="Leaving out `1 -` turns the triangle upside down.",
    how="Use `1 - x`, which is 0 when the cycle begins.",
)

TRIANGULAR.misconception(
    "amplitude-is-max-lr",
    Edit(as_written, ("(max_lr - base_lr)", "max_lr")),
    where="Look at the top with base_lr above 0: it should be max_lr.",
    why="Adding all of `max_lr` to the base overshoots the upper bound.",
    how="Multiply the triangle with `max_lr - base_lr`.",
)

TRIANGULAR.misconception(
    "forgets-the-base",
    Edit(as_written, ("base_lr + ", "")),
    where="Look at t = 0 with base_lr above 0.",
    why="Without the base the rate goes down to 0.",
    how="Add `base_lr` to the scaled triangle.",
)

TRIANGULAR.misconception(
    "one-cycle-only",
    Edit(as_written, ("2 * cycle + 1", "1")),
    where="Look at the second cycle.",
    why="The triangular policy repeats; a single hill is the one-cycle policy.",
    how="Use the cycle number, or the remainder of t by `2 * half_cycle`.",
)

TRIANGULAR.misconception(
    "saw-tooth",
    Edit(with_remainder, ("t % (2 * half_cycle)", "t % half_cycle")),
    where="Look at the update after the top: the rate should fall as slowly as it rose.",
    why="Dropping to the base at once gives a saw tooth, not a triangle.",
    how="Let the rate fall over another `half_cycle` updates.",
)

TRIANGULAR.misconception(
    "counts-from-one",
    Edit(with_remainder, ("t % (", "(t + 1) % (")),
    where="Look at t = 0: the rate should be the base exactly.",
    why="`t` is 0 for the first update; adding one starts a step up the slope.",
    how="Use `t` itself, without adding one.",
)

TRIANGULAR.misconception(
    "cosine-instead-of-lines",
    Edit(as_written, ("max(0, 1 - x)", "(1 - math.cos(math.pi * t / half_cycle)) / 2")),
    where="Look at a quarter of the cycle's way up.",
    why="A cosine wave is slow at the ends; the triangle has constant slopes.",
    how="Use the absolute value, not a cosine.",
)

TRIANGULAR.misconception(
    "shrinks-each-cycle",
    Edit(as_written, ("max(0, 1 - x)", "max(0, 1 - x) / 2 ** (cycle - 1)")),
    where="Look at the top of the second cycle.",
    why="Halving the height is `triangular2`; here every cycle is as high as the first.",
    how="Leave the amplitude alone.",
)

TRIANGULAR.misconception(
    "rests-between-cycles",
    Edit(as_written, ("2 * half_cycle", "4 * half_cycle"), ("2 * cycle + 1", "4 * cycle + 3")),
    where="Look at the second half of a cycle: the rate should be falling, not resting.",
    why="A cycle number that is half as fast leaves x outside -1 to 1 for every second cycle.",
    how="Use `floor(1 + t / (2 * half_cycle))`.",
)

TRIANGULAR.misconception(
    "rises-only",
    Edit(as_written, ("abs", "")),
    where="Look at the falling half of a cycle.",
    why="Without the absolute value the falling half goes wrong.",
    how="Take the absolute value of `t / half_cycle - 2 * cycle + 1`.",
)
