"""A moving average of losses that is right from the first one on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers
from course.shared.draws import one_at_a_time
from lrlib.training import smooth

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for beta in (0.8, 0.888, float(rng.uniform(0.3, 0.7))):
        losses = rng.uniform(0.5, 3, size=int(rng.integers(6, 14)))
        yield given(losses, beta).on("values", "losses are an array")
        yield given(rng.uniform(0.5, 3, size=7).tolist(), beta).on("values", "losses are a list")
    yield given(10.0 ** rng.uniform(-3, 3, size=9), 0.9).on("values", "losses vary a lot")
    yield given(rng.integers(1, 9, size=6).astype(float), 0.5).on("values", "losses are whole")
    yield given(rng.uniform(0.5, 3, size=40), 0.98).on("values", "the memory is long")
    yield given(np.full(5, 1.7), 0.9).on("edge", "all losses are equal, so nothing changes")
    yield given(rng.uniform(1, 2, size=1), 0.9).on("edge", "there is a single loss")
    yield given(rng.uniform(1, 2, size=5), 0.0).on("edge", "beta is 0, so nothing is smoothed")
    yield given(rng.uniform(1, 2, size=4), 0.7).read_only().on("purity", "losses are read-only")
    yield given(rng.uniform(1, 2, size=4), 0.6).on("purity", "losses are wanted again")
    ints = [*rng.permutation(9)[:5].tolist(), 12]
    yield given(ints, 0.8).on("edge", "losses are ints, as in [4, 1, 3]")
    losses = rng.uniform(0.5, 3, size=300)
    yield from one_at_a_time(given(losses.tolist(), 0.9), "losses beta", beta=(0.05, 0.995))
    for size, words in ((1e5, "large"), (1e-10, "tiny"), (-1.0, "negative")):
        yield given(size * losses[:9], 0.9).on("values", f"losses are {words}")
    yield given(np.array([2.0, 0.0, -1e-10, 0.0, 0.0]), 0.0).on("values", "some losses are 0")


SMOOTH = Exercise(
    name="smooth",
    unit=UNIT,
    signature="smooth(losses, beta)",
    returns=Numbers(),
    reference=smooth,
    cases=_cases,
    worth={"values": 2.5, "edge": 1, "purity": 0.5},
)


@SMOOTH.variant
def as_written(losses, beta):
    average, smoothed = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        smoothed.append(average / (1 - beta ** (i + 1)))
    return smoothed


@SMOOTH.variant
def with_an_array(losses, beta):
    losses = np.asarray(losses, dtype=float)
    averages = np.empty(len(losses))
    average = 0.0
    for i in range(len(losses)):
        average += (1 - beta) * (losses[i] - average)
        averages[i] = average
    return averages / (1 - beta ** np.arange(1, len(losses) + 1))


@SMOOTH.variant
def as_weighted_sums(losses, beta):
    smoothed = []
    for i in range(1, len(losses) + 1):
        weights = beta ** np.arange(i - 1, -1, -1.0)
        smoothed.append(np.sum(weights * np.asarray(losses[:i])) / np.sum(weights))
    return tuple(smoothed)


@SMOOTH.variant
def running_sums(losses, beta):
    top = bottom = 0.0
    smoothed = []
    for loss in losses:
        top, bottom = beta * top + loss, beta * bottom + 1
        smoothed.append(top / bottom)
    return np.array(smoothed)


@SMOOTH.variant
def as_a_matrix(losses, beta):
    n = len(losses)
    power = np.arange(n)[:, None] - np.arange(n)[None, :]
    weights = np.where(power >= 0, float(beta) ** np.maximum(power, 0), 0.0)
    return weights @ np.asarray(losses) / weights.sum(axis=1)


SMOOTH.misconception(
    "no-bias-correction",
    Edit(as_written, ("average / (1 - beta ** (i + 1))", "average")),
    where="Look at the first entry: it should be the first loss itself.",
    why="An average that starts at 0 is too small at first.",
    how="Divide entry i by `1 - beta**(i + 1)`.",
)

SMOOTH.misconception(
    "starts-at-the-first-loss",
    Edit(
        as_written,
        ("average, smoothed = 0.0", "average, smoothed = losses[0]"),
        ("average / (1 - beta ** (i + 1))", "average"),
    ),
    where="Look at the second entry: how much weight has the first loss?",
    why="Starting at the first loss gives it more weight than any other for a long time.",
    how="Start at 0 and divide by `1 - beta**(i + 1)`.",
)

SMOOTH.misconception(
    "swaps-the-weights",
    Edit(
        as_written,
        ("beta * average + (1 - beta) * loss", "(1 - beta) * average + beta * loss"),
        (
            "average / (1 - beta ** (i + 1))",
            "average / (1 - (1 - beta) ** (i + 1)) if beta else average",
        ),
    ),
    Edit(as_written, ("beta * average + (1 - beta) * loss", "(1 - beta) * average + beta * loss")),
    where="Set beta close to 1: the curve should become smoother, not rougher.",
    why="beta is the share of the past; you gave it to the new loss.",
    how="Weigh the average with beta and the new loss with 1 - beta.",
)

SMOOTH.misconception(
    "divides-by-one-minus-beta",
    Edit(as_written, ("beta ** (i + 1)", "beta")),
    where="Look at a late entry: the correction has to fade away.",
    why="`1 - beta` is right for the first entry only.",
    how="Divide by `1 - beta**(i + 1)`.",
)

SMOOTH.misconception(
    "corrects-one-late",
    Edit(as_written, ("i + 1", "i + 2")),
    where="Look at the first entry: by what do you divide?",
    why="After the first loss one update of the average was made, so the power is 1, not 2.",
    how="Use `beta**(i + 1)` when i counts from 0.",
)

SMOOTH.misconception(
    "corrects-one-early",
    Edit(with_an_array, ("np.arange(1, len(losses) + 1)", "np.arange(len(losses))")),
    where="Look at the first entry: this divides by 1 - beta**0, which is 0.",
    why="The power counts the losses seen so far, the present one included.",
    how="Use `beta**(i + 1)` when i counts from 0.",
)

SMOOTH.misconception(
    "averages-the-corrected-average",
    Edit(as_written, ("append(average", "append(average := average")),
    where="Look at the third entry.",
    why="The correction belongs to what is returned; fed back, it is corrected again and again.",
    how="Keep the uncorrected average in one variable and return the corrected one.",
)


@SMOOTH.misconception(
    "plain-mean-so-far",
    where="Change beta: nothing happens.",
    why="The mean of all losses so far never forgets.",
    how="Use an exponential moving average.",
)
def cumulative_mean(losses, beta):
    return np.cumsum(losses) / np.arange(1, len(losses) + 1)


SMOOTH.misconception(
    "only-the-last",
    Edit(as_written, ("return smoothed", "return smoothed[-1:]")),
    where="Count the entries: there should be one for each loss.",
    why="The last average alone is not a curve.",
    how="Collect the corrected average after every loss.",
)

SMOOTH.misconception(
    "changes-the-losses",
    Edit(
        as_written,
        ("smoothed.append(", "losses[i] = ("),
        ("return smoothed", "return list(losses)"),
    ),
    where="Compare `losses` before and after the call.",
    why="Writing the averages into `losses` destroys the measurements.",
    how="Write into a new list or array.",
)

SMOOTH.misconception(
    "array-of-ints",
    Edit(
        as_written,
        ("0.0, []", "0.0, np.zeros_like(losses)"),
        ("smoothed.append(", "smoothed[i] = ("),
    ),
    where="Call it with [4, 1, 3]: do the averages come out whole?",
    why="An array made like a list of ints holds ints, and cuts the fraction off whatever is put in.",
    how="Make room for floats: `np.zeros(len(losses))`, or append to a list.",
)
