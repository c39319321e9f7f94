"""Held-out answers to the idea function and the repair of unit 07."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

BEST_PAIR = find("best_pair")
REPAIRED = find("repaired_nesterov")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(BEST_PAIR)
def as_polyak_has_it(lam_min, lam_max):
    roots = math.sqrt(lam_max) + math.sqrt(lam_min)
    return (2 / roots) ** 2, ((roots - 2 * math.sqrt(lam_min)) / roots) ** 2


@right(BEST_PAIR)
def where_both_ends_meet(lam_min, lam_max):
    ratio = np.sqrt(lam_max / lam_min)
    root = 1 - 2 / (ratio + 1)
    return [(1 - root) ** 2 / lam_min, np.float64(root**2)]


@wrong(BEST_PAIR)
def in_plain_descents_terms(lam_min, lam_max):
    kept = (lam_max - lam_min) / (lam_max + lam_min)
    return 2 / (lam_min + lam_max), kept**2


@wrong(BEST_PAIR)
def at_most_nine_tenths(lam_min, lam_max):
    lr, mu = as_polyak_has_it(lam_min, lam_max)
    return lr, min(mu, 0.9)


@wrong(BEST_PAIR)
def effective_rate(lam_min, lam_max):
    lr, mu = as_polyak_has_it(lam_min, lam_max)
    return lr / (1 - mu), mu


@right(REPAIRED)
def on_copies(w, grad, velocity, lr, mu):
    w, velocity = w.copy(), velocity * mu
    velocity += grad
    w -= lr * grad
    w -= lr * mu * velocity
    return w, velocity


@right(REPAIRED)
def negative_all_through(w, grad, velocity, lr, mu):
    velocity = grad + mu * velocity
    return w + (-lr) * grad + (-lr) * mu * velocity, velocity


@wrong(REPAIRED)
def fades_twice(w, grad, velocity, lr, mu):
    velocity = mu * velocity + grad
    return w - lr * (grad + mu * mu * velocity), velocity


@wrong(REPAIRED)
def subtracts_without_the_gradient_in_memory(w, grad, velocity, lr, mu):
    velocity = mu * velocity
    return w - lr * (grad + mu * velocity), velocity


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
