"""Held-out answers to the idea function and the repair of unit 02."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

REPAIRED_HISTORY = find("repaired_history")
UPDATES_NEEDED = find("updates_needed")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(UPDATES_NEEDED)
def by_the_singular_values(hessian, share):
    values = np.linalg.svd(hessian, compute_uv=False)
    ratio = (values[0] - values[-1]) / (values[0] + values[-1])
    if ratio < 1e-13:
        return int(share < 1)
    return np.int64(np.ceil(np.log1p(share - 1) / np.log(ratio)))


@right(UPDATES_NEEDED)
def by_bisection(hessian, share):
    values = np.linalg.eigvalsh(hessian)
    kept = max(abs(1 - 2 * value / (values[0] + values[-1])) for value in values)
    low, high = -1, 2**40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if kept**middle <= share else (middle, high)
    return high


@right(UPDATES_NEEDED)
def walking_the_worst_direction(hessian, share):
    values, _ = np.linalg.eigh(hessian)
    factor = 1 - 2 * values[0] / (values[0] + values[-1])
    gap, count = 1.0, 0
    while gap > share:
        gap, count = gap * factor, count + 1
    return float(count)


@wrong(UPDATES_NEEDED)
def at_least_one(hessian, share):
    return max(1, by_bisection(hessian, share))


@wrong(UPDATES_NEEDED)
def at_most_ten_thousand(hessian, share):
    return min(10_000, by_bisection(hessian, share))


@wrong(UPDATES_NEEDED)
def two_for_one_parameter(hessian, share):
    return by_bisection(hessian, share) + (len(hessian) == 1)


@wrong(UPDATES_NEEDED)
def with_the_mean_curvature(hessian, share):
    values = np.linalg.eigvalsh(hessian)
    kept = np.abs(1 - values / values.mean()).max()
    return math.ceil(math.log(share) / math.log(kept)) if 0 < kept < 1 else 1


@wrong(UPDATES_NEEDED)
def till_below_the_share(hessian, share):
    return by_bisection(hessian, share * 0.99)


@right(REPAIRED_HISTORY)
def with_a_generator(matvec, v0, iterations):
    def estimates():
        v = v0
        for k in range(iterations + 1):
            product = matvec(v)
            yield float(np.inner(v, product) / np.inner(v, v))
            v = product / math.sqrt(np.inner(product, product)) if k < iterations else v

    return tuple(estimates())


@wrong(REPAIRED_HISTORY)
def differences(matvec, v0, iterations):
    return np.diff(with_a_generator(matvec, v0, iterations), prepend=0.0)


@wrong(REPAIRED_HISTORY)
def last_first(matvec, v0, iterations):
    return with_a_generator(matvec, v0, iterations)[::-1]


@wrong(REPAIRED_HISTORY)
def running_maximum(matvec, v0, iterations):
    return np.maximum.accumulate(with_a_generator(matvec, v0, iterations))


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
