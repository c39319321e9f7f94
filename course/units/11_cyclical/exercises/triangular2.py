"""Triangular2: each cycle is half as high as the one before."""

from __future__ import annotations

import math

import numpy as np

from autograders.declare.exercise import Edit, Exercise
from autograders.declare.returns import Number
from lrlib.schedules import Triangular2

from . import UNIT
from .triangular import curve, cycle_cases

TRIANGULAR2 = Exercise(
    name="triangular2",
    unit=UNIT,
    signature="triangular2(t, *, base_lr, max_lr, half_cycle)",
    returns=Number(),
    reference=lambda t, *, base_lr, max_lr, half_cycle: Triangular2(base_lr, max_lr, half_cycle)(t),
    cases=cycle_cases,
    curve=curve,
    worth={"values": 1.5, "boundary": 1, "edge": 0.5},
    statements={"boundary": "meets the base and the halved tops exactly"},
)


@TRIANGULAR2.variant
def as_written(t, *, base_lr, max_lr, half_cycle):
    cycle = math.floor(1 + t / (2 * half_cycle))
    x = abs(t / half_cycle - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * max(0, 1 - x) / 2 ** (cycle - 1)


@TRIANGULAR2.variant
def with_remainder(t, *, base_lr, max_lr, half_cycle):
    cycles, place = divmod(t, 2 * half_cycle)
    height = min(place, 2 * half_cycle - place) / half_cycle
    return base_lr + (max_lr - base_lr) * height * 0.5**cycles


@TRIANGULAR2.variant
def halving_in_a_loop(t, *, base_lr, max_lr, half_cycle):
    amplitude = max_lr - base_lr
    while t >= 2 * half_cycle:
        amplitude, t = amplitude / 2, t - 2 * half_cycle
    return base_lr + amplitude * (1 - abs(t - half_cycle) / half_cycle)


@TRIANGULAR2.variant
def with_numpy(t, *, base_lr, max_lr, half_cycle):
    cycle = np.floor(1 + t / (2 * half_cycle))
    x = np.abs(t / half_cycle - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * np.maximum(0, 1 - x) * 2.0 ** (1 - cycle)


TRIANGULAR2.misconception(
    "halves-the-base-too",
    Edit(
        as_written,
        (
            "base_lr + (max_lr - base_lr) * max(0, 1 - x)",
            "(base_lr + (max_lr - base_lr) * max(0, 1 - x))",
        ),
    ),
    where="Look at the start of the second cycle: it should be base_lr again.",
    why="Only the amplitude shrinks; halving the whole rate lets the base sink as well.",
    how="Divide `max_lr - base_lr` by `2**(cycle - 1)`, then add `base_lr`.",
)

TRIANGULAR2.misconception(
    "never-halves",
    Edit(as_written, (" / 2 ** (cycle - 1)", "")),
    where="Look at the top of the second cycle.",
    why="That is the plain triangular policy.",
    how="Divide the amplitude by `2**(cycle - 1)`.",
)

TRIANGULAR2.misconception(
    "halves-the-first-cycle",
    Edit(as_written, ("(cycle - 1)", "cycle")),
    where="Look at the top of the first cycle: it should be max_lr.",
    why="The cycle number begins at 1, so `2**cycle` halves one cycle too early.",
    how="Use `2**(cycle - 1)`.",
)

TRIANGULAR2.misconception(
    "halves-the-bound",
    Edit(
        as_written,
        ("(max_lr - base_lr)", "(max_lr / 2 ** (cycle - 1) - base_lr)"),
        ("1 - x) / 2 ** (cycle - 1)", "1 - x)"),
    ),
    where="Look at the top of the second cycle: halfway between base_lr and max_lr is right.",
    why="Halving `max_lr` before the base is taken off lowers the top too far.",
    how="Halve the difference `max_lr - base_lr`.",
)

TRIANGULAR2.misconception(
    "divides-by-the-cycle",
    Edit(as_written, ("2 ** (cycle - 1)", "cycle")),
    where="Look at the third cycle: a quarter is right, a third is not.",
    why="Dividing by the cycle number shrinks 1, 1/2, 1/3; halving gives 1, 1/2, 1/4.",
    how="Use a power of two.",
)

TRIANGULAR2.misconception(
    "halves-every-half-cycle",
    Edit(as_written, ("(cycle - 1)", "(t // half_cycle)")),
    where="Look at the update after the first top: the rate should fall along the same line.",
    why="The amplitude changes once per cycle, at the base, not at the top.",
    how="Count cycles of `2 * half_cycle` updates.",
)

TRIANGULAR2.misconception(
    "fades-smoothly",
    Edit(as_written, ("(cycle - 1)", "(t / (2 * half_cycle))")),
    where="Look inside the first cycle: its slopes should be straight.",
    why="Shrinking a little at every update is `exp_range`; here the height changes per cycle.",
    how="Round the number of cycles down before it becomes a power.",
)

TRIANGULAR2.misconception(
    "half-cycle-as-whole-cycle",
    Edit(with_remainder, ("divmod(t,", "divmod(2 * t,")),
    where="Look at t = half_cycle: it should be the top.",
    why="`half_cycle` is the way up alone; a whole cycle is twice as long.",
    how="Let a cycle last `2 * half_cycle` updates.",
)

TRIANGULAR2.misconception(
    "amplitude-is-max-lr",
    Edit(as_written, ("(max_lr - base_lr)", "max_lr")),
    where="Look at the first top with base_lr above 0: it should be max_lr.",
    why="Adding all of `max_lr` to the base overshoots the upper bound.",
    how="Use `max_lr - base_lr` as the amplitude.",
)

TRIANGULAR2.misconception(
    "doubles",
    Edit(as_written, ("/ 2 **", "* 2 **")),
    where="Does the second cycle go higher or lower than the first?",
    why="Multiplying by the power makes every cycle twice as high.",
    how="Divide the amplitude by `2**(cycle - 1)`.",
)
