"""Strangers to unit 00: a step towards a target and raised prices, right and wrong."""

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

RAISED_PRICES = find("raised_prices")
STEP_TOWARDS = find("step_towards")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(STEP_TOWARDS)
def by_interpolation(x, target, share):
    return np.einsum("k...,k->...", np.stack([x, target]), np.array([1.0 - share, float(share)]))


@right(STEP_TOWARDS)
def into_a_buffer(x, target, share):
    result = np.zeros(x.shape)
    np.subtract(target, x, out=result)
    result *= share
    result += x
    return result


@right(STEP_TOWARDS)
def vectorised_function(x, target, share):
    return np.vectorize(lambda a, b: a + share * (b - a))(x, target)


@right(STEP_TOWARDS)
def through_nested_lists(x, target, share):
    def moved(a, b):
        if isinstance(a, list):
            return [moved(c, d) for c, d in zip(a, b)]
        return a * (1 - share) + b * share

    return np.array(moved(x.tolist(), target.tolist()))


@right(STEP_TOWARDS)
def on_the_targets_copy(x, target, share):
    moved = np.array(target, copy=True)
    moved -= (1 - share) * (target - x)
    return moved


@right(STEP_TOWARDS)
def as_gradient_descent(x, target, share):
    gradient = x - target
    return x - share * gradient


@wrong(STEP_TOWARDS)
def at_most_twice(x, target, share):
    return x + min(share, 2) * (target - x)


@wrong(STEP_TOWARDS)
def whole_shares(x, target, share):
    return x + round(share) * (target - x)


@wrong(STEP_TOWARDS)
def moves_the_first_entry_only(x, target, share):
    result = x.copy()
    result[0] = result[0] + share * (target[0] - result[0])
    return result


@wrong(STEP_TOWARDS)
def restores_x_afterwards(x, target, share):
    old = x.copy()
    x += share * (target - x)
    result = x.copy()
    x[...] = old
    return result


@wrong(STEP_TOWARDS)
def a_fixed_length(x, target, share):
    return x + share * np.sign(target - x)


@wrong(STEP_TOWARDS)
def half_precision(x, target, share):
    return (x + share * (target - x)).astype(np.float16)


@wrong(STEP_TOWARDS)
def one_axis_less(x, target, share):
    return np.squeeze(x + share * (target - x))


@wrong(STEP_TOWARDS)
def a_view_when_nothing_changes(x, target, share):
    return x.reshape(x.shape) if np.array_equal(x, target) else x + share * (target - x)


@wrong(STEP_TOWARDS)
def distance_left(x, target, share):
    return np.abs(target - x) * (1 - share)


KEPT = {}


@wrong(STEP_TOWARDS)
def kept_by_the_share(x, target, share):
    if (share, x.shape) not in KEPT:
        KEPT[share, x.shape] = x + share * (target - x)
    return KEPT[share, x.shape]


@right(RAISED_PRICES)
def a_percent_at_a_time(prices, percent):
    return prices + sum([prices / 100 * percent])


@right(RAISED_PRICES)
def through_step_towards(prices, percent):
    return prices - percent / 100 * (0 - prices)


@wrong(RAISED_PRICES)
def whole_percents_only(prices, percent):
    return prices * (1 + int(percent) / 100)


@wrong(RAISED_PRICES)
def the_same_array_for_nothing(prices, percent):
    return prices if percent == 0 else prices * (1 + percent / 100)


@wrong(RAISED_PRICES)
def never_more_than_double(prices, percent):
    return prices * min(1 + percent / 100, 2)


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
