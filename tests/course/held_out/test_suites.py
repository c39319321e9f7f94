"""Strangers' lists of tests: right ones get full marks, and no gap in one goes unseen."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

DROP = find("tests_for_scheduled_drop")
PLATEAU = find("tests_for_plateau_step")
ADAM = find("tests_for_adam_step")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


def drop(t, milestones, lr0=1.0, gamma=0.1):
    return {"t": t, "lr0": lr0, "milestones": milestones, "gamma": gamma}


@right(DROP)
def as_a_paper_says_it():
    epochs = [0, 30, 60, 80]
    cases = []
    for drops, start in enumerate(epochs, start=1):
        cases += [(drop(start, epochs), 0.1**drops), (drop(start + 1, epochs), 0.1**drops)]
        if start:
            cases.append((drop(start - 1, epochs), 0.1 ** (drops - 1)))
    return [*cases, (drop(1000, epochs), 1e-4)]


@right(DROP)
def as_tuples_and_arrays():
    early, late = (0, 1), np.array([5, 6, 7])
    return [
        [drop(0, early, 4, 0.25), 1],
        [drop(1, early, 4, 0.25), 0.25],
        [drop(4, late, 4, 0.25), 4],
        [drop(5, list(late), 4, 0.25), 1.0],
        [drop(9, list(late), 4, 0.25), 4 / 64],
        [drop(6, list(late), 4, 0.25), 0.25],
    ]


@wrong(DROP)
def rates_off_by_a_hair():
    return [
        (drop(t, [0, 4, 8]), rate * 1.0001)
        for t, rate in [(3, 0.1), (4, 0.01), (7, 0.01), (8, 1e-3)]
    ]


@wrong(DROP)
def of_everything_twice_but_never_before():
    return [(drop(t, [0, 4, 8]), rate) for t, rate in [(4, 0.01), (8, 1e-3), (99, 1e-3)] * 2]


@wrong(DROP)
def one_wrong_among_many():
    return [(drop(2, [0]), 1.0), *as_a_paper_says_it()]


def plateau(metric, state, lr, best, bad, **rule):
    rule = {"factor": 0.125, "patience": 1, "min_delta": 0.25, "min_lr": 0.125} | rule
    after = {"lr": lr, "best": best, "bad": bad}
    return {"metric": metric, "state": state, **rule}, after


@right(PLATEAU)
def around_one_state():
    state = {"lr": 1.0, "best": 2.0, "bad": 1}
    calm = {"lr": 1.0, "best": 2.0, "bad": 0}
    return [
        plateau(1.75, state, 0.125, 2.0, 0),
        plateau(1.5, state, 1.0, 1.5, 0),
        plateau(2.125, calm, 1.0, 2.0, 1),
        plateau(9.0, calm, 1.0, 2.0, 1),
        plateau(1.875, calm, 1.0, 2.0, 1),
        plateau(float("nan"), calm, 1.0, 2.0, 1),
        plateau(3.0, {"lr": 0.5, "best": 2.0, "bad": 1}, 0.125, 2.0, 0),
        plateau(3.0, {"lr": 4.0, "best": 2.0, "bad": 1}, 0.5, 2.0, 0),
        plateau(1.5, {"lr": 1.0, "best": 2.0, "bad": 0}, 1.0, 1.5, 0),
        plateau(3.5, {"lr": 1.0, "best": 4.0, "bad": 0}, 1.0, 3.5, 0),
    ]


@wrong(PLATEAU)
def always_from_a_count_of_zero():
    return [case for case in around_one_state() if case[0]["state"]["bad"] == 0]


@wrong(PLATEAU)
def with_infinity_for_nan():
    return [
        ({**arguments, "metric": math.inf} if np.isnan(arguments["metric"]) else arguments, after)
        for arguments, after in around_one_state()
    ]


def adam(t, m, v, grad=3.0, w=2.0):
    """A case by hand, with the arithmetic of the contract written out line by line."""
    lr, beta1, beta2, eps = 0.1, 0.9, 0.99, 0.1
    new_m, new_v = 0.9 * m + 0.1 * grad, 0.99 * v + 0.01 * grad * grad
    m_hat, v_hat = new_m / (1 - 0.9**t), new_v / (1 - 0.99**t)
    arguments = {
        "w": np.array([w]),
        "grad": np.array([grad]),
        "m": np.array([m]),
        "v": np.array([v]),
        "t": t,
        "lr": lr,
        "beta1": beta1,
        "beta2": beta2,
        "eps": eps,
    }
    new_w = w - 0.1 * m_hat / (math.sqrt(v_hat) + 0.1)
    return arguments, (np.array([new_w]), np.array([new_m]), np.array([new_v]))


@right(ADAM)
def first_and_tenth():
    return [adam(1, 0.0, 0.0), adam(10, -1.0, 2.0), adam(10, -1.0, 2.0), adam(1, 0.0, 0.0)]


@wrong(ADAM)
def first_and_tenth_with_fresh_arrays():
    return [adam(1, 0.0, 0.0), adam(10, -1.0, 2.0, grad=2.0, w=1.0)]


@wrong(ADAM)
def where_nothing_ever_moves():
    return [adam(1, 0.0, 0.0, grad=0.0), adam(2, 0.0, 0.0, grad=0.0)]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_list_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_list_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
