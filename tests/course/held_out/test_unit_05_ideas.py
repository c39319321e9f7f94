"""Held-out answers to the idea function and the repair of unit 05."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

GAMMA_FOR_TOTAL = find("gamma_for_total")
REPAIRED = find("repaired_poly_rate")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


def reached(log_gamma, lr0, steps):
    return lr0 * math.fsum(math.exp(log_gamma * t / steps) for t in range(steps))


@right(GAMMA_FOR_TOTAL)
def by_false_position(total, *, lr0, steps):
    low, high = -40.0, 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle, lr0, steps) < total else (low, middle)
    return np.exp(high)


@right(GAMMA_FOR_TOTAL)
def by_the_secant(total, *, lr0, steps):
    a, b = 0.0, -0.5
    for _ in range(60):
        up, down = reached(a, lr0, steps) - total, reached(b, lr0, steps) - total
        if up == down or abs(down) < 1e-13 * total:
            break
        a, b = b, b - down * (b - a) / (down - up)
    return 1.0 if abs(up) < 1e-13 * total else float(np.exp(b))


@right(GAMMA_FOR_TOTAL)
def step_by_step(total, *, lr0, steps):
    gamma, step = 0.0, 1.0
    while step > 1e-17:
        tried = gamma + step
        if tried <= 1 and sum(lr0 * tried ** (t / steps) for t in range(steps)) <= total:
            gamma = tried
        step /= 2
    return gamma


@wrong(GAMMA_FOR_TOTAL)
def to_three_digits(total, *, lr0, steps):
    return round(by_false_position(total, lr0=lr0, steps=steps), 3)


@wrong(GAMMA_FOR_TOTAL)
def the_middle_rate(total, *, lr0, steps):
    return (total / (lr0 * steps)) ** 2


@wrong(GAMMA_FOR_TOTAL)
def never_below_a_thousandth(total, *, lr0, steps):
    return max(by_false_position(total, lr0=lr0, steps=steps), 1e-3)


@wrong(GAMMA_FOR_TOTAL)
def half_of_the_total(total, *, lr0, steps):
    return by_false_position((total + lr0) / 2, lr0=lr0, steps=steps)


@right(REPAIRED)
def counting_what_is_left(t, lr0, steps, power):
    return lr0 * (max(steps - t, 0) / steps) ** power


@right(REPAIRED)
def with_a_conditional(t, lr0, steps, power):
    return float(lr0 * (1 - t / steps) ** power if t < steps else 0)


@wrong(REPAIRED)
def holds_a_thousandth(t, lr0, steps, power):
    return lr0 * max(1 - t / steps, 1e-3) ** power


@wrong(REPAIRED)
def only_for_broken_powers(t, lr0, steps, power):
    return lr0 * (1 - (t if power == int(power) else min(t, steps)) / steps) ** power


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
