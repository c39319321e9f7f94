"""Strangers to unit 13: sharpness and the rate for another width, right and wrong."""

import functools
import math
from fractions import Fraction

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

MUP_LR = find("mup_lr")
SHARPNESS = find("sharpness")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(SHARPNESS)
def recursive(hvp, v0, iterations):
    product = hvp(v0)
    if not np.any(product):
        return 0.0
    if iterations == 0:
        return (v0 * product).sum() / (v0**2).sum()
    return recursive(hvp, product / np.abs(product).sum(), iterations - 1)


@right(SHARPNESS)
def with_reduce(hvp, v0, iterations):
    def step(v, _):
        product = hvp(v)
        return product / max(np.linalg.norm(product.ravel()), 1e-300)

    v = functools.reduce(step, range(iterations), v0)
    return np.vdot(v, hvp(v)) / max(np.vdot(v, v), 1e-300)


@right(SHARPNESS)
def with_einsum(hvp, v0, iterations):
    v = v0
    for _ in range(int(iterations)):
        v = hvp(v)
        size = math.sqrt(float(np.einsum("i,i->", v.ravel(), v.ravel())))
        if size == 0:
            return 0
        v = v / size
    flat, image = v.ravel(), hvp(v).ravel()
    return np.float64(np.einsum("i,i->", flat, image) / np.einsum("i,i->", flat, flat))


@right(SHARPNESS)
def guarded_by_an_exception(hvp, v0, iterations):
    v = np.array(v0, dtype=float)
    try:
        for _ in range(iterations):
            product = hvp(v)
            with np.errstate(all="raise"):
                v = product / np.linalg.norm(product.ravel())
    except FloatingPointError:
        return 0.0
    return float((v * hvp(v)).sum()) / float((v * v).sum())


@right(SHARPNESS)
def from_the_smaller_side(hvp, v0, iterations):
    v, left = -v0, iterations
    while left:
        product = hvp(v)
        if np.count_nonzero(product) == 0:
            return np.array(0.0)
        v, left = -product / np.linalg.norm(product.reshape(-1)), left - 1
    return np.sum(hvp(v) * v) / np.linalg.norm(v.reshape(-1)) ** 2


@wrong(SHARPNESS)
def spectral_norm_of_a_matrix(hvp, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = hvp(v)
        size = np.linalg.norm(product, 2) if product.ndim == 2 else np.linalg.norm(product)
        if size == 0:
            return 0.0
        v = product / size
    return np.sum(v * hvp(v))


@wrong(SHARPNESS)
def shifted_to_the_top(hvp, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = hvp(v) + 10 * v
        v = product / np.linalg.norm(product.ravel())
    return np.sum(v * hvp(v)) / np.sum(v * v)


@wrong(SHARPNESS)
def largest_quotient_seen(hvp, v0, iterations):
    v, best = v0, 0.0
    for _ in range(iterations + 1):
        product = hvp(v)
        best = max(best, np.sum(v * product) / np.sum(v * v))
        v = product / (np.linalg.norm(product.ravel()) or 1.0)
        if not v.any():
            break
    return best


@wrong(SHARPNESS)
def stops_when_small(hvp, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = hvp(v)
        if np.linalg.norm(product.ravel()) < 1.5:
            return 0.0
        v = product / np.linalg.norm(product.ravel())
    return np.sum(v * hvp(v)) / np.sum(v * v)


@wrong(SHARPNESS)
def averaged_over_iterations(hvp, v0, iterations):
    v, seen = v0, []
    for _ in range(iterations + 1):
        product = hvp(v)
        seen.append(np.sum(v * product) / (np.sum(v * v) or 1.0))
        v = product / (np.linalg.norm(product.ravel()) or 1.0)
    return np.mean(seen)


@right(MUP_LR)
def with_fractions(lr, base_width, width):
    return float(Fraction(lr) * Fraction(int(base_width), int(width)))


@right(MUP_LR)
def with_divide(lr, base_width, width):
    return np.divide(np.multiply(base_width, lr), width)


@right(MUP_LR)
def two_steps(lr, base_width, width):
    per_unit = lr * base_width
    return per_unit * (1.0 / width)


@right(MUP_LR)
def with_exp2(lr, base_width, width):
    return lr * 2 ** (math.log2(base_width) - math.log2(width))


@right(MUP_LR)
def by_cases(lr, base_width, width):
    if width >= base_width:
        return lr / (width / base_width)
    return lr * (base_width / width)


@wrong(MUP_LR)
def rounded(lr, base_width, width):
    return round(lr * base_width / width, 4)


@wrong(MUP_LR)
def rounded_quotient(lr, base_width, width):
    return lr / max(1, round(width / base_width))


@wrong(MUP_LR)
def counts_the_bias(lr, base_width, width):
    return lr * (base_width + 1) / (width + 1)


@wrong(MUP_LR)
def only_for_wider(lr, base_width, width):
    return lr * base_width / width if width > base_width else lr


@wrong(MUP_LR)
def power_of_two(lr, base_width, width):
    return lr / 2 ** math.floor(math.log2(width / base_width))


@wrong(MUP_LR)
def cube_root(lr, base_width, width):
    return lr * (base_width / width) ** (2 / 3)


@right(SHARPNESS)
def naming_the_vector(hvp, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = hvp(v=v)
        length = np.linalg.norm(product)
        if length == 0:
            return 0
        v = product / length
    return np.vdot(v, hvp(v=v)) / np.vdot(v, v)


@wrong(SHARPNESS)
def nothing_without_iterations(hvp, v0, iterations):
    return naming_the_vector(hvp, v0, iterations) if iterations else 0.0


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
