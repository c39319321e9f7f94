"""Held-out answers to the idea function and the repair of unit 08."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

RATE_AFTER = find("rate_after")
REPAIRED = find("repaired_port")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(RATE_AFTER)
def through_the_step(n, g, *, lr):
    step = lr * g / math.sqrt(n * g * g)
    return step / g


@right(RATE_AFTER)
def by_logarithms(n, g, *, lr):
    return lr * math.exp(-math.log(abs(g)) - math.log(n) / 2)


@wrong(RATE_AFTER)
def like_rmsprop(n, g, *, lr):
    return lr / math.sqrt((1 - 0.9**n) * g * g)


@wrong(RATE_AFTER)
def with_a_visible_eps(n, g, *, lr):
    return lr / (abs(g) * math.sqrt(n) + 1e-3)


@wrong(RATE_AFTER)
def half_for_each(n, g, *, lr):
    return lr / abs(g) / (1 + 0.5 * (n - 1))


@right(REPAIRED)
def with_a_reciprocal(w, grad, s, lr, rho, eps):
    s = rho * s + (1 - rho) * grad**2
    return w - lr * grad * np.sqrt(1 / (s + eps)), s


@right(REPAIRED)
def on_copies(w, grad, s, lr, rho, eps):
    w, s = w.copy(), s * rho
    s += (1 - rho) * grad * grad
    w -= lr * grad / (eps + s) ** 0.5
    return [w, s]


@wrong(REPAIRED)
def epsilon_in_both_places(w, grad, s, lr, rho, eps):
    s = rho * s + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(s + eps) + eps), s


@wrong(REPAIRED)
def only_when_gradients_are_small(w, grad, s, lr, rho, eps):
    s = rho * s + (1 - rho) * grad**2
    return w - lr * grad / np.where(s < eps, np.sqrt(s + eps), np.sqrt(s) + eps), s


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
