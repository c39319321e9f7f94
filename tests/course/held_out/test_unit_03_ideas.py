"""Held-out answers to the idea function and the repair of unit 03."""

import math
from itertools import pairwise

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

BATCH_FOR_FLOOR = find("batch_for_floor")
REPAIRED = find("repaired_accumulation")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(BATCH_FOR_FLOOR)
def by_negated_floor_division(target, lr, curvature, sample_variance):
    alone = lr * sample_variance / (2 * (2 - lr * curvature))
    return -int(-alone // target) or 1


@right(BATCH_FOR_FLOOR)
def by_doubling_and_halving(target, lr, curvature, sample_variance):
    def floor(batch):
        return lr * sample_variance / batch / (4 - 2 * lr * curvature)

    high = 1
    while floor(high) > target:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if floor(middle) <= target else (middle, high)
    return high


@right(BATCH_FOR_FLOOR)
def from_the_balance(target, lr, curvature, sample_variance):
    lost = 1 - (1 - lr * curvature) ** 2
    batch = curvature / 2 * lr**2 * sample_variance / lost / target
    return max(math.ceil(batch * (1 - 1e-12)), 1)


@wrong(BATCH_FOR_FLOOR)
def never_less_than_two(target, lr, curvature, sample_variance):
    return max(2, by_doubling_and_halving(target, lr, curvature, sample_variance))


@wrong(BATCH_FOR_FLOOR)
def at_most_a_thousand(target, lr, curvature, sample_variance):
    return min(1000, by_doubling_and_halving(target, lr, curvature, sample_variance))


@wrong(BATCH_FOR_FLOOR)
def a_multiple_of_four(target, lr, curvature, sample_variance):
    return -(-by_doubling_and_halving(target, lr, curvature, sample_variance) // 4) * 4


@wrong(BATCH_FOR_FLOOR)
def curvature_left_out(target, lr, curvature, sample_variance):
    return max(1, math.ceil(lr * sample_variance / (2 * (2 - lr)) / target))


@right(REPAIRED)
def by_running_sums(gradients, accumulate):
    sums = np.cumsum([0.0, *gradients])
    cuts = [*range(0, len(gradients), accumulate), len(gradients)]
    return [(sums[b] - sums[a]) / (b - a) for a, b in pairwise(cuts)]


@wrong(REPAIRED)
def padded_with_zeros(gradients, accumulate):
    padded = [*gradients, *[0.0] * (-len(gradients) % accumulate)]
    return np.reshape(padded, (-1, accumulate)).mean(axis=1)


@wrong(REPAIRED)
def padded_with_the_last(gradients, accumulate):
    padded = [*gradients, *[gradients[-1]] * (-len(gradients) % accumulate)]
    return np.reshape(padded, (-1, accumulate)).mean(axis=1)


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
