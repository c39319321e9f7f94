"""Polynomial decay: from the first rate to the last along a power of the time left."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import PolynomialDecay

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for steps, share, power in (
        (10, 0.0, 2),
        (int(rng.integers(11, 20)), 0.0, 1.0),
        (int(rng.integers(21, 40)), float(rng.uniform(0.05, 0.2)), float(rng.uniform(2.2, 3.5))),
        (int(rng.integers(41, 60)), float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.3, 0.8))),
    ):
        lr0 = float(rng.uniform(0.05, 3))
        at = partial(given, lr0=lr0, lr_end=share * lr0, steps=steps, power=power)
        end = "lr_end is 0" if share == 0 else "lr_end is above 0"
        yield at(0).on("values", f"t is 0 and {end}")
        yield at(1).on("values", f"one update has been made and {end}")
        yield at(steps // 3).on("values", f"t is about a third of steps and {end}")
        yield at(steps // 2 + 1).on("values", f"t is just beyond half of steps and {end}")
        yield at(steps - 1).on("values", f"t is one less than steps and {end}")
        yield at(np.int64(steps - 3)).on("values", f"t is a NumPy integer and {end}")
        yield at(steps).on("clamp", f"t equals steps and {end}")
        yield at(steps + 1).on("clamp", f"t is one more than steps and {end}")
        yield at(2 * steps + 3).on("clamp", f"t is beyond twice steps and {end}")
        yield at(10 * steps).on("clamp", f"t is ten times steps and {end}")
    yield given(0, lr0=0.3 * scale, lr_end=0.1 * scale, steps=1, power=2.0).on(
        "edge", "steps is 1 and t is 0"
    )
    yield given(1, lr0=0.3 * scale, lr_end=0.1 * scale, steps=1, power=2.0).on(
        "edge", "steps is 1 and t is 1"
    )
    yield given(6, lr0=2, lr_end=1, steps=8, power=3).on("edge", "all settings are whole numbers")
    yield given(5, lr0=0.2 * scale, lr_end=0.2 * scale, steps=9, power=2).on(
        "edge", "lr_end equals lr0"
    )
    yield given(700, lr0=0.5 * scale, lr_end=0.02 * scale, steps=3000, power=0.9).on(
        "edge", "steps is large"
    )
    usual = given(2, lr0=0.3 * scale, lr_end=0.0, steps=2500, power=1.5)
    yield from one_at_a_time(
        usual,
        "t",
        t=(2499, 1300),
        lr0=(1e-10, 3e3),
        lr_end=(3e3,),
        steps=(1700,),
        power=(20.0,),
    )
    flat = given(2499, lr0=0.3 * scale, lr_end=0.0, steps=2500, power=1e-8)
    yield flat.on("values", "the power is almost 0 and the end is near")


POLYNOMIAL_DECAY = Exercise(
    name="polynomial_decay",
    unit=UNIT,
    signature="polynomial_decay(t, *, lr0, lr_end, steps, power)",
    returns=Number(),
    reference=lambda t, *, lr0, lr_end, steps, power: PolynomialDecay(lr0, lr_end, steps, power)(t),
    cases=_cases,
    curve=lambda: [given(t, lr0=0.4, lr_end=0.05, steps=32, power=2.0) for t in range(48)],
    worth={"values": 1.5, "clamp": 1, "edge": 0.5},
    harmless={
        "power clipped at 1000": "such a power overflows where right versions raise steps to it",
        "power at least 1e-09|power rounded .*": "to a millionth, the result is that of power 0",
    },
    statements={"edge": "works for steps = 1, equal ends, whole-number settings and large steps"},
)


@POLYNOMIAL_DECAY.variant
def as_written(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * (1 - min(t, steps) / steps) ** power


@POLYNOMIAL_DECAY.variant
def by_updates_left(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * (max(steps - t, 0) / steps) ** power


@POLYNOMIAL_DECAY.variant
def with_an_early_return(t, *, lr0, lr_end, steps, power):
    if t >= steps:
        return lr_end
    return (lr0 - lr_end) * math.pow((steps - t) / steps, power) + lr_end


@POLYNOMIAL_DECAY.variant
def as_a_weighted_mean(t, *, lr0, lr_end, steps, power):
    share = np.clip(1 - t / steps, 0, 1) ** power
    return share * lr0 + (1 - share) * lr_end


@POLYNOMIAL_DECAY.variant
def downwards_from_the_start(t, *, lr0, lr_end, steps, power):
    left = 1 - np.minimum(t, steps) / steps
    return np.array(lr0 - (lr0 - lr_end) * (1 - left**power))


@POLYNOMIAL_DECAY.variant
def powers_before_the_ratio(t, *, lr0, lr_end, steps, power):
    left = float(steps - min(t, steps))
    return lr_end + (lr0 - lr_end) * left**power / float(steps) ** power


POLYNOMIAL_DECAY.misconception(
    "goes-on-after-the-end",
    Edit(as_written, ("min(t, steps)", "t")),
    Edit(
        by_updates_left,
        ("(max(steps - t, 0) / steps) ** power", "np.power((steps - t) / steps, float(power))"),
    ),
    where="Look at t = steps + 1 and beyond: the rate has to stay at lr_end.",
    why="Without a limit the time left becomes negative: the rate turns up, complex or negative.",
    how="Put `min(t, steps)` in place of `t`.",
)

POLYNOMIAL_DECAY.misconception(
    "starts-over",
    Edit(as_written, ("min(t, steps)", "(t % steps)")),
    where="Look at t = steps: has the decay ended, or begun again?",
    why="`t % steps` makes cycles; this schedule comes down once and holds.",
    how="Use `min(t, steps)`, not the remainder.",
)

POLYNOMIAL_DECAY.misconception(
    "stretches-after-the-end",
    Edit(as_written, ("min(t, steps) / steps", "t / (steps * max(1, math.ceil(t / steps)))")),
    where="Look just after t = steps: the rate must not jump up.",
    why="Making the horizon longer each time it is reached is Keras' `cycle=True`.",
    how="Keep `steps` as it is and limit `t` with `min(t, steps)`.",
)

POLYNOMIAL_DECAY.misconception(
    "ends-at-zero",
    Edit(as_written, ("lr_end + (lr0 - lr_end)", "lr0")),
    where="Look at t = steps with an lr_end above 0.",
    why="torch's PolynomialLR always ends at 0; here the last rate is `lr_end`.",
    how="Scale the distance `lr0 - lr_end`, then add `lr_end`.",
)

POLYNOMIAL_DECAY.misconception(
    "adds-lr-end-on-top",
    Edit(as_written, ("(lr0 - lr_end)", "lr0")),
    where="Look at t = 0: the rate has to be lr0, not lr0 + lr_end.",
    why="The decay has to cover only the distance from lr0 down to lr_end.",
    how="Multiply `lr0 - lr_end`, not `lr0`, before adding `lr_end`.",
)

POLYNOMIAL_DECAY.misconception(
    "cuts-off-at-lr-end",
    Edit(as_written, ("lr_end + (lr0 - lr_end)", "max(lr_end, lr0"), ("power", "power)")),
    where="Look in the middle of the run with an lr_end well above 0.",
    why="Falling towards 0 and stopping at lr_end meets it too early and leaves a kink.",
    how="Let the curve itself end at lr_end: scale the distance `lr0 - lr_end`.",
)

POLYNOMIAL_DECAY.misconception(
    "power-of-the-time-passed",
    Edit(
        as_written,
        ("(1 - min(t, steps) / steps) ** power", "(1 - (min(t, steps) / steps) ** power)"),
    ),
    where="Take power = 2: does the rate fall fast at first, or fast at the end?",
    why="`1 - x ** power` bends the other way from `(1 - x) ** power`.",
    how="Subtract from 1 first, then take the power.",
)

POLYNOMIAL_DECAY.misconception(
    "raises-the-rates-too",
    Edit(
        as_written,
        (
            "(lr0 - lr_end) * (1 - min(t, steps) / steps)",
            "((lr0 - lr_end) * (1 - min(t, steps) / steps))",
        ),
    ),
    where="Look at t = 0: the rate has to be lr0.",
    why="The brackets take in `lr0 - lr_end`, so the rates are raised to the power as well.",
    how="Raise only the share of time left, then multiply.",
)

POLYNOMIAL_DECAY.misconception(
    "ignores-power",
    Edit(as_written, (" ** power", "")),
    Edit(as_written, ("** power", "** 2")),
    where="Change `power` only: does the result move?",
    why="Without the power the decay is a straight line.",
    how="Raise the share of time left to `power`.",
)

POLYNOMIAL_DECAY.misconception(
    "takes-the-root",
    Edit(as_written, ("** power", "** (1 / power)")),
    where="Take power = 2 at half of the run: a quarter of the distance is left, not 71 %.",
    why="`1 / power` as the exponent takes a root, which bends the curve the other way.",
    how="Use `power` itself as the exponent.",
)

POLYNOMIAL_DECAY.misconception(
    "multiplies-by-power",
    Edit(as_written, ("** power", "* power")),
    where="Look at t = 0: the rate has to be lr0.",
    why="One star multiplies by `power`; two stars raise to it.",
    how="Write `** power`.",
)

POLYNOMIAL_DECAY.misconception(
    "ends-one-early",
    Edit(as_written, ("min(t, steps) / steps", "min(t / max(steps - 1, 1), 1)")),
    where="Look at t = steps - 1: lr_end comes only at t = steps.",
    why="Dividing by `steps - 1` makes the last update of the run reach lr_end.",
    how="Divide by `steps`.",
)

POLYNOMIAL_DECAY.misconception(
    "counts-updates-from-one",
    Edit(as_written, ("min(t, steps)", "min(t + 1, steps)")),
    where="Look at t = 0: the first update has to use the whole lr0.",
    why="`t` is the number of updates already made, so it is 0 at the first one.",
    how="Use `t` itself, not `t + 1`.",
)

POLYNOMIAL_DECAY.misconception(
    "drops-to-zero-after-the-end",
    Edit(as_written, ("** power", "** power if t <= steps else 0.0")),
    where="Look beyond t = steps with an lr_end above 0.",
    why="After its last step a schedule holds its final value, which is lr_end.",
    how="Return `lr_end` there, or limit `t` with `min(t, steps)`.",
)

POLYNOMIAL_DECAY.misconception(
    "swaps-the-ends",
    Edit(as_written, ("lr_end + (lr0 - lr_end)", "lr0 + (lr_end - lr0)")),
    where="Look at t = 0 and at t = steps: which rate stands where?",
    why="Exchanging lr0 and lr_end makes the rate rise.",
    how="The share of time left multiplies `lr0 - lr_end`; `lr_end` is added.",
)
