"""The idea of unit 03 turned round: the smallest batch that brings the floor down to a target."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import WholeNumber
from course.shared.draws import one_at_a_time

from . import UNIT


def _floor_of_one(lr, curvature, sample_variance):
    return lr * sample_variance / (2 * (2 - lr * curvature))


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def needing(batch: float, lr: float, curvature: float, variance: float) -> Case:
        target = _floor_of_one(lr, curvature, variance) / batch
        return given(target, lr, curvature, variance)

    for low, high in ((2, 9), (10, 60), (100, 900)):
        for part in (0.3, 0.8):
            curvature = float(rng.uniform(0.3, 4))
            lr = float(rng.uniform(0.1, 1.8)) / curvature
            whole = int(rng.integers(low, high))
            yield needing(whole + part, lr, curvature, float(rng.uniform(0.5, 9))).on(
                "values", f"a little {'more' if part < 0.5 else 'less'} than a whole number"
            )
    yield needing(40_000.4, 0.9, 2.0, 700.0).on("values", "the batch is huge")
    yield needing(25.3, 0.01, 0.5, 4.0).on("values", "the rate is small")
    yield needing(6.4, 1.9, 1.0, 4.0).on("values", "the rate is near the limit")
    yield given(0.25, 0.5, 2.0, 8.0).on("edge", "a whole batch meets the target exactly")
    yield given(1, 1, 1, 128).on("edge", "all arguments are whole numbers")
    yield given(2.0, 0.5, 2.0, 8.0).on("edge", "a single sample meets the target exactly")
    yield given(50.0, 0.5, 2.0, 8.0).on("edge", "a single sample is more than enough")
    target = float(rng.uniform(0.05, 0.3))
    yield given(target, 0.5, 2.0, 0.0).on("edge", "there is no noise")
    usual = needing(25.3, 0.4, 2.0, 4.0)
    yield from one_at_a_time(
        usual,
        "target lr curvature sample_variance",
        target=(usual.args[0] / 2,),
        lr=(0.3,),
        curvature=(1.5,),
        sample_variance=(6.0,),
    )
    yield needing(25.3, 5e9, 2e-10, 3e3).on("values", "an almost flat bowl has its large rate")
    yield needing(25.3, 1e-10, 1e10, 1e-10).on("values", "a very steep bowl has its small rate")


BATCH_FOR_FLOOR = Exercise(
    name="batch_for_floor",
    unit=UNIT,
    signature="batch_for_floor(target, lr, curvature, sample_variance)",
    returns=WholeNumber(),
    reference=lambda target, lr, curvature, sample_variance: max(
        1, math.ceil(_floor_of_one(lr, curvature, sample_variance) / target)
    ),
    cases=_cases,
    sized_by=(),
    worth={"values": 2, "edge": 1},
    statements={
        "values": "returns the smallest batch that is large enough",
        "edge": "is at least one sample, and no larger than needed where the target is just met",
    },
)


@BATCH_FOR_FLOOR.variant
def rounded_up(target, lr, curvature, sample_variance):
    batch = lr * sample_variance / (2 * (2 - lr * curvature) * target)
    return max(1, math.ceil(batch))


@BATCH_FOR_FLOOR.variant
def with_numpy(target, lr, curvature, sample_variance):
    alone = lr * sample_variance / (4 - 2 * lr * curvature)
    return np.maximum(np.ceil(alone / target), 1)


@BATCH_FOR_FLOOR.variant
def by_floor_division(target, lr, curvature, sample_variance):
    alone = 0.5 * lr * sample_variance / (2 - lr * curvature)
    return int(max(-(-alone // target), 1))


@BATCH_FOR_FLOOR.variant
def by_trying(target, lr, curvature, sample_variance):
    batch = 1
    while lr * sample_variance / batch / (2 * (2 - lr * curvature)) > target:
        batch += 1
    return batch


@BATCH_FOR_FLOOR.variant
def by_halving_an_interval(target, lr, curvature, sample_variance):
    low, high = 0, 2**40
    while high - low > 1:
        middle = (low + high) // 2
        enough = lr * (sample_variance / middle) / (2 * (2 - lr * curvature)) <= target
        low, high = (low, middle) if enough else (middle, high)
    return high


BATCH_FOR_FLOOR.misconception(
    "rounds-down",
    Edit(rounded_up, ("math.ceil(batch)", "int(batch)")),
    where="Put your batch into the formula of the floor: is the floor at most the target?",
    why="Rounded down, the batch is a little too small, and the floor stays above the target.",
    how="Round up, with `math.ceil`.",
)

BATCH_FOR_FLOOR.misconception(
    "rounds-to-the-nearest",
    Edit(rounded_up, ("math.ceil(batch)", "round(batch)")),
    where="Try a target for which 10.3 samples would be exact: are 10 enough?",
    why="The nearest whole number is too small in half of all cases.",
    how="Round up, with `math.ceil`.",
)

BATCH_FOR_FLOOR.misconception(
    "one-too-many",
    Edit(rounded_up, ("math.ceil(batch)", "int(batch) + 1")),
    where="Try a target that a whole batch meets exactly.",
    why="Rounding down and adding 1 is one sample too many where the number is whole already.",
    how="Use `math.ceil` instead.",
)

BATCH_FOR_FLOOR.misconception(
    "does-not-round",
    Edit(rounded_up, ("math.ceil(batch)", "batch")),
    where="How many samples are 10.3 samples?",
    why="A batch is a whole number of samples.",
    how="Round up, with `math.ceil`.",
)

BATCH_FOR_FLOOR.misconception(
    "may-be-none",
    Edit(rounded_up, ("max(1, math.ceil(batch))", "math.ceil(batch)")),
    where="Try a variance of 0.",
    why="Without noise any batch will do, and the smallest batch has one sample.",
    how="Return at least 1.",
)

BATCH_FOR_FLOOR.misconception(
    "small-rate-approximation",
    Edit(rounded_up, ("(2 * (2 - lr * curvature) * target)", "(4 * target)")),
    where="Take a rate near the limit: the floor rises far above lr * variance / 4.",
    why="The short form of the floor holds for small rates only.",
    how="Use the whole formula of the floor.",
)

BATCH_FOR_FLOOR.misconception(
    "the-root-of-the-batch",
    Edit(rounded_up, ("math.ceil(batch)", "math.ceil(batch**0.5)")),
    where="Put your batch into the formula of the floor: does it meet the target?",
    why="The deviation falls with the root of the batch; the floor is made by the variance.",
    how="Leave out the root.",
)

BATCH_FOR_FLOOR.misconception(
    "the-square-of-the-batch",
    Edit(rounded_up, ("math.ceil(batch)", "math.ceil(batch**2)")),
    where="Put a batch of one less into the formula of the floor: would it do as well?",
    why="Twice the batch halves the variance; it does not take four times the batch.",
    how="Leave out the square.",
)

BATCH_FOR_FLOOR.misconception(
    "powers-of-two-only",
    Edit(
        by_trying,
        ("batch += 1", "batch *= 2"),
    ),
    where="Put a batch of one less into the formula of the floor: would it do as well?",
    why="Doubling skips smaller batches that are large enough.",
    how="Solve the formula of the floor for the batch, and round up.",
)

BATCH_FOR_FLOOR.misconception(
    "spread-instead-of-loss",
    Edit(
        rounded_up,
        ("(2 * (2 - lr * curvature) * target)", "(curvature * (2 - lr * curvature) * target)"),
    ),
    where="Is the target a loss, or a mean of w**2?",
    why="The mean of w**2 has to be multiplied by half the curvature to be a loss.",
    how="Start from `noise_floor`.",
)

BATCH_FOR_FLOOR.misconception(
    "forgets-the-target",
    Edit(rounded_up, (" * target", "")),
    where="Make the target half as high: the batch has to double.",
    why="Without the target this is the floor of a single sample.",
    how="Divide the floor of one sample by the target.",
)
