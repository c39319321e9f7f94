"""Strangers to unit 00: an array times a factor, right and wrong."""

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

RESCALE = find("rescale")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(RESCALE)
def outer_product(x, factor):
    return np.multiply.outer(factor, x)


@right(RESCALE)
def by_einsum(x, factor):
    return np.einsum("...,->...", x, float(factor))


@right(RESCALE)
def into_a_buffer(x, factor):
    result = np.zeros(x.shape)
    np.multiply(x, factor, out=result)
    return result


@right(RESCALE)
def vectorised_function(x, factor):
    return np.vectorize(lambda entry: entry * factor)(x)


@right(RESCALE)
def with_a_converted_factor(x, factor):
    return np.array(x, copy=True) * np.float64(factor)


@right(RESCALE)
def through_nested_lists(x, factor):
    def scaled(entry):
        return [scaled(e) for e in entry] if isinstance(entry, list) else entry * factor

    return np.array(scaled(x.tolist()))


@right(RESCALE)
def dividing_by_a_half(x, factor):
    return x * (2 * factor) / 2


@wrong(RESCALE)
def shrinks_only(x, factor):
    return x * min(factor, 1)


@wrong(RESCALE)
def size_of_the_factor(x, factor):
    return x * abs(factor)


@wrong(RESCALE)
def whole_factor(x, factor):
    return x * round(factor)


@wrong(RESCALE)
def scales_the_first_axis_only(x, factor):
    result = x.copy()
    result[0] = result[0] * factor
    return result


@wrong(RESCALE)
def restores_x_afterwards(x, factor):
    x *= factor
    result = x.copy()
    x /= factor if factor else 1
    return result


@wrong(RESCALE)
def relative_to_the_mean(x, factor):
    return x.mean() + (x - x.mean()) * factor


@wrong(RESCALE)
def half_precision(x, factor):
    return (x * factor).astype(np.float16)


@wrong(RESCALE)
def one_axis_less(x, factor):
    return np.squeeze(x * factor)


@wrong(RESCALE)
def a_view_when_nothing_changes(x, factor):
    return x.reshape(x.shape) if factor == 1 else x * factor


@wrong(RESCALE)
def total(x, factor):
    return np.sum(x * factor)


KEPT = {}


@wrong(RESCALE)
def kept_by_the_factor(x, factor):
    if factor not in KEPT:
        KEPT[factor] = x * factor
    return KEPT[factor]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
