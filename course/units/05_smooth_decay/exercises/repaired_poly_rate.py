"""The repair of unit 05: polynomial decay that holds its last rate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for power in (0.9, 1, 2, float(rng.uniform(1.2, 3))):
        lr0, steps = float(rng.uniform(0.1, 2)), int(rng.integers(20, 200))
        for t in (
            0,
            int(rng.integers(1, steps)),
            steps - 1,
            steps,
            steps + 1,
            2 * steps,
            3 * steps,
        ):
            yield given(t, lr0, steps, power).on("all", f"power {power:.3g}, update {t} of {steps}")


REPAIRED_POLY_RATE = Exercise(
    name="repaired_poly_rate",
    unit=UNIT,
    signature="repaired_poly_rate(t, lr0, steps, power)",
    returns=Number(),
    reference=lambda t, lr0, steps, power: lr0 * (1 - min(t, steps) / steps) ** power,
    cases=_cases,
    worth={"all": 1},
    statements={"all": "decays as before, and is 0 from the end of the run on"},
)


@REPAIRED_POLY_RATE.variant
def held(t, lr0, steps, power):
    left = 1 - min(t, steps) / steps
    return lr0 * left**power


@REPAIRED_POLY_RATE.variant
def never_less_than_nothing(t, lr0, steps, power):
    return lr0 * max(1 - t / steps, 0) ** power


@REPAIRED_POLY_RATE.variant
def asking_first(t, lr0, steps, power):
    if t >= steps:
        return 0
    return lr0 * (1 - t / steps) ** power


@REPAIRED_POLY_RATE.variant
def with_clip(t, lr0, steps, power):
    return lr0 * np.clip((steps - t) / steps, 0.0, 1.0) ** power


@REPAIRED_POLY_RATE.variant
def times_a_switch(t, lr0, steps, power):
    return (t < steps) * lr0 * abs(1 - t / steps) ** power


REPAIRED_POLY_RATE.misconception(
    "as-it-was",
    Edit(held, ("min(t, steps)", "t")),
    where="Ask for the rate after the end of the run.",
    why="Beyond `steps` the time left is still negative.",
    how="Count at most `steps` updates: `min(t, steps)`.",
)

REPAIRED_POLY_RATE.misconception(
    "takes-the-absolute-value",
    Edit(held, ("1 - min(t, steps) / steps", "abs(1 - t / steps)")),
    where="Compare the rate at twice the length of the run with that at its end.",
    why="Without its sign the time left grows again after the end, and the rate with it.",
    how="Hold the time left at 0 instead.",
)

REPAIRED_POLY_RATE.misconception(
    "takes-the-real-part",
    Edit(held, ("min(t, steps)", "t"), ("lr0 * left**power", "(lr0 * left**power).real")),
    where="Print the rate after the end for power 0.9.",
    why="The real part of a complex number is still a rate that nobody meant.",
    how="Keep the time left from becoming negative.",
)

REPAIRED_POLY_RATE.misconception(
    "stops-an-update-early",
    Edit(held, ("min(t, steps)", "min(t, steps - 1)")),
    where="What is the rate at t = steps?",
    why="The rate of the last update is held, where the contract wants 0 from t = steps on.",
    how="Use `min(t, steps)`.",
)

REPAIRED_POLY_RATE.misconception(
    "starts-again",
    Edit(held, ("min(t, steps)", "t % steps")),
    where="What is the rate at t = steps?",
    why="The remainder begins at 0 again, so the rate jumps back to lr0.",
    how="Use `min(t, steps)`.",
)

REPAIRED_POLY_RATE.misconception(
    "back-to-the-first-rate",
    Edit(asking_first, ("return 0", "return lr0")),
    where="What is the rate after the end of the run?",
    why="After the end the first rate comes back.",
    how="Return 0 from t = steps on.",
)

REPAIRED_POLY_RATE.misconception(
    "raises-after-the-end",
    Edit(
        asking_first,
        ("if t >= steps:\n        return 0", "if t > steps:\n        raise ValueError"),
    ),
    where="Ask for the rate after the end of the run.",
    why="Training a little longer than planned should not stop with an error.",
    how="Return 0 from t = steps on.",
)

REPAIRED_POLY_RATE.misconception(
    "forgets-the-power",
    Edit(held, ("left**power", "left")),
    where="Take power 2, in the middle of the run.",
    why="Without the power every decay is a straight line.",
    how="Raise the time left to `power`, as before.",
)

REPAIRED_POLY_RATE.misconception(
    "holds-a-hundredth",
    Edit(never_less_than_nothing, ("steps, 0)", "steps, 0.01)")),
    where="What is the rate at t = steps?",
    why="The time left is held at a small share, so the rate never arrives at 0.",
    how="Hold the rate at 0.",
)
