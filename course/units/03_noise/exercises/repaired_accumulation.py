"""The repair of unit 03: every update is the mean of its group, however short the group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers
from course.shared.draws import one_at_a_time

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for n, accumulate in ((5, 2), (7, 3), (9, 4), (8, 4), (3, 5), (4, 1)):
        yield given(rng.normal(size=n).tolist(), accumulate).on(
            "all", f"{n} gradients, {accumulate} to a step"
        )
    yield given([1.0] * 5, 2).on("all", "the gradients of the cell above")
    yield given([2.5], 3).on("all", "a single gradient")
    gradients = rng.normal(size=2600).tolist()
    usual = given(gradients, 1200)
    yield from one_at_a_time(usual, "gradients accumulate", "all", accumulate=(700,))
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        few = [size * gradient for gradient in gradients[:7]]
        yield given(few, 2).on("all", f"all gradients are {words}")


REPAIRED_ACCUMULATION = Exercise(
    name="repaired_accumulation",
    unit=UNIT,
    signature="repaired_accumulation(gradients, accumulate)",
    returns=Numbers(),
    reference=lambda gradients, accumulate: [
        float(np.mean(gradients[start : start + accumulate]))
        for start in range(0, len(gradients), accumulate)
    ],
    cases=_cases,
    worth={"all": 1},
    statements={"all": "returns the mean of every group, the short last one included"},
)


@REPAIRED_ACCUMULATION.variant
def by_its_own_length(gradients, accumulate):
    updates = []
    for start in range(0, len(gradients), accumulate):
        group = gradients[start : start + accumulate]
        updates.append(sum(gradient / len(group) for gradient in group))
    return updates


@REPAIRED_ACCUMULATION.variant
def means(gradients, accumulate):
    starts = range(0, len(gradients), accumulate)
    return [float(np.mean(gradients[start : start + accumulate])) for start in starts]


@REPAIRED_ACCUMULATION.variant
def as_an_array(gradients, accumulate):
    cuts = list(range(accumulate, len(gradients), accumulate))
    return np.array([group.mean() for group in np.split(np.array(gradients), cuts)])


@REPAIRED_ACCUMULATION.variant
def one_by_one(gradients, accumulate):
    updates, group = [], []
    for i, gradient in enumerate(gradients, start=1):
        group.append(gradient)
        if len(group) == accumulate or i == len(gradients):
            updates.append(sum(group) / len(group))
            group = []
    return updates


@REPAIRED_ACCUMULATION.variant
def rescaled_last(gradients, accumulate):
    size = len(gradients)
    updates = [sum(gradients[k : k + accumulate]) / accumulate for k in range(0, size, accumulate)]
    short = size % accumulate
    if short:
        updates[-1] *= accumulate / short
    return updates


REPAIRED_ACCUMULATION.misconception(
    "divides-by-the-full-group",
    Edit(by_its_own_length, ("gradient / len(group)", "gradient / accumulate")),
    where="Five gradients of 1.0, two to a step: what is the last update?",
    why="The last group is shorter, but is divided as if it were full.",
    how="Divide by the length of the group.",
)

REPAIRED_ACCUMULATION.misconception(
    "drops-the-short-group",
    Edit(means, ("len(gradients), accumulate)", "len(gradients) - accumulate + 1, accumulate)")),
    Edit(one_by_one, (" or i == len(gradients)", "")),
    where="Count the updates: does the last gradient count?",
    why="Without the short group some samples of each epoch are never used.",
    how="Keep the last group and divide by its own length.",
)

REPAIRED_ACCUMULATION.misconception(
    "sums-without-dividing",
    Edit(by_its_own_length, ("gradient / len(group)", "gradient")),
    where="Four gradients of 1.0, two to a step: each update should be 1.0.",
    why="A sum makes the rate grow with the size of the group.",
    how="Divide by the length of the group.",
)

REPAIRED_ACCUMULATION.misconception(
    "divides-twice",
    Edit(
        by_its_own_length,
        (
            "sum(gradient / len(group) for gradient in group)",
            "sum(group) / len(group) / accumulate",
        ),
    ),
    where="Four gradients of 1.0, two to a step: each update should be 1.0.",
    why="The mean is divided a second time.",
    how="Divide once, by the length of the group.",
)

REPAIRED_ACCUMULATION.misconception(
    "steps-without-accumulating",
    Edit(means, ("start : start + accumulate", "start : start + 1")),
    where="Two different gradients, two to a step: which update do you expect?",
    why="Only the first gradient of each group is used.",
    how="Average all gradients of the group.",
)

REPAIRED_ACCUMULATION.misconception(
    "one-step-for-all",
    Edit(
        means,
        (
            "return [float(np.mean(gradients[start : start + accumulate])) for start in starts]",
            "return [float(np.mean(gradients)) for start in starts]",
        ),
    ),
    where="Give it different gradients: each group has its own mean.",
    why="The mean over all gradients is the same for every group.",
    how="Average the gradients of one group at a time.",
)

REPAIRED_ACCUMULATION.misconception(
    "overlapping-groups",
    Edit(means, ("len(gradients), accumulate)", "len(gradients))")),
    where="Count the updates of four gradients, two to a step.",
    why="A group begins where the one before ended, not one gradient later.",
    how="Step through the starts by `accumulate`.",
)

REPAIRED_ACCUMULATION.misconception(
    "the-last-gradient-twice",
    Edit(one_by_one, ("group = []\n    return", "group = [gradient]\n    return")),
    where="Give it different gradients: is one of them used in two groups?",
    why="A group that is not emptied carries a gradient over to the next one.",
    how="Start every group empty.",
)
