"""Held-out answers to the idea function and the repair of unit 06."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

PATIENCE_FOR = find("patience_for")
REPAIRED = find("repaired_rates")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


def bad_ones(losses, min_delta):
    best, bad = math.inf, []
    for loss in losses:
        bad.append(not loss < best - min_delta)
        best = best if bad[-1] else loss
    return bad


@right(PATIENCE_FOR)
def as_a_text_of_waits(losses, cuts, *, min_delta):
    runs = "".join("x" if bad else " " for bad in bad_ones(losses, min_delta)).split()
    patience = 0
    while sum(len(run) // (patience + 1) for run in runs) > cuts:
        patience += 1
    return patience


@right(PATIENCE_FOR)
def with_a_generator(losses, cuts, *, min_delta):
    bad = bad_ones(losses, min_delta)

    def count(patience):
        run = made = 0
        for flag in bad:
            run = run + 1 if flag else 0
            if run == patience + 1:
                run, made = 0, made + 1
        return made

    return next(p for p in range(10**6) if count(p) <= cuts)


@wrong(PATIENCE_FOR)
def at_most_ten(losses, cuts, *, min_delta):
    return min(10, as_a_text_of_waits(losses, cuts, min_delta=min_delta))


@wrong(PATIENCE_FOR)
def relative_margin(losses, cuts, *, min_delta):
    best, scaled = math.inf, []
    for loss in losses:
        better = loss < best * (1 - min_delta) if math.isfinite(best) else not math.isnan(loss)
        best = loss if better else best
        scaled.append(0.0 if better else 1.0)
    runs = "".join("x" if bad else " " for bad in scaled).split()
    patience = 0
    while sum(len(run) // (patience + 1) for run in runs) > cuts:
        patience += 1
    return patience


@wrong(PATIENCE_FOR)
def the_average_wait(losses, cuts, *, min_delta):
    return sum(bad_ones(losses, min_delta)) // (cuts + 1)


@right(REPAIRED)
def from_the_bad_ones(losses, lr, patience):
    rates, run = [], 0
    for bad in bad_ones(losses, 0.0):
        run = run + 1 if bad else 0
        if run == patience + 1:
            run, lr = 0, lr / 2
        rates.append(lr)
    return rates


@right(REPAIRED)
def counting_halvings(losses, lr, patience):
    made, run = [], 0
    for bad in bad_ones(losses, 0.0):
        run = run + 1 if bad else 0
        made.append(run > patience)
        run = 0 if made[-1] else run
    return lr * 0.5 ** np.cumsum(made)


@wrong(REPAIRED)
def with_a_cooldown_of_one(losses, lr, patience):
    best, wait, cooling, rates = math.inf, 0, 0, []
    for loss in losses:
        if cooling:
            cooling, wait = 0, 0
        if loss < best:
            best, wait = loss, 0
        else:
            wait += 1
            if wait > patience:
                lr, cooling = lr / 2, 1
        rates.append(lr)
    return rates if patience else rates[::-1]


@wrong(REPAIRED)
def compares_with_the_one_before(losses, lr, patience):
    before, run, rates = math.inf, 0, []
    for loss in losses:
        run, before = (0 if loss < before else run + 1), loss
        if run > patience:
            run, lr = 0, lr / 2
        rates.append(lr)
    return rates


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
