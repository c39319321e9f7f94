"""Strangers to unit 06: reduce on plateau, right and wrong."""

import math
from collections import OrderedDict

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

PLATEAU_STEP = find("plateau_step")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(PLATEAU_STEP)
def unpacked_by_name(metric, state, *, factor, patience, min_delta, min_lr):
    def step(lr, best, bad):
        if best - min_delta > metric:
            return lr, metric, 0
        if bad >= patience:
            return max(min_lr, lr * factor), best, 0
        return lr, best, bad + 1

    return dict(zip(("lr", "best", "bad"), step(**state)))


@right(PLATEAU_STEP)
def with_remainder(metric, state, *, factor, patience, min_delta, min_lr):
    if metric < state["best"] - min_delta:
        return state | {"best": metric, "bad": 0}
    bad = (state["bad"] + 1) % (patience + 1)
    lr = state["lr"] if bad else max(state["lr"] * factor, min_lr)
    return state | {"bad": bad, "lr": lr}


@right(PLATEAU_STEP)
def with_an_object(metric, state, *, factor, patience, min_delta, min_lr):
    class Scheduler:
        def __init__(self, lr, best, bad):
            self.lr, self.best, self.bad = lr, best, bad

        def step(self, value):
            improved = value < self.best - min_delta
            self.best = value if improved else self.best
            self.bad = 0 if improved else self.bad + 1
            if self.bad > patience:
                self.lr = max(self.lr * factor, min_lr)
                self.bad = 0

    scheduler = Scheduler(**state)
    scheduler.step(metric)
    return vars(scheduler)


@right(PLATEAU_STEP)
def asking_for_nan_first(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if not np.isnan(metric) and not metric >= best - min_delta:
        best, bad = metric, 0
    elif bad == patience + 1:
        bad = 0
        lr = lr * factor if lr * factor > min_lr else min_lr
    return {"best": float(best), "lr": float(lr), "bad": bad}


@right(PLATEAU_STEP)
def with_a_deep_copy(metric, state, *, factor, patience, min_delta, min_lr):
    import copy

    new = copy.deepcopy(state)
    new["bad"] += 1
    if metric < new["best"] and metric < new["best"] - min_delta:
        new.update(best=metric, bad=0)
    if new["bad"] > patience:
        new["lr"] *= factor
        new["lr"] = np.maximum(new["lr"], min_lr)
        new["bad"] = 0
    return new


@right(PLATEAU_STEP)
def printing_as_it_goes(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = (state[key] for key in ["lr", "best", "bad"])
    bad = bad + 1
    if min_delta + metric < best:
        bad, best = 0, metric
        print("improved to", best)
    if bad > patience:
        bad, lr = 0, sorted([min_lr, lr * factor])[1]
        print("cut to", lr)
    return {"lr": lr, "bad": bad, "best": best}


@wrong(PLATEAU_STEP)
def cut_without_counting_nan_twice(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    elif metric >= best - min_delta:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def nan_cuts_at_once(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience or math.isnan(metric):
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def improvement_takes_one_off(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, max(state["bad"] - 1, 0)
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def only_values_above_the_best_are_bad(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    elif not metric <= best:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def adds_min_lr(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience:
        lr, bad = lr * factor + min_lr, 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def stops_counting_at_min_lr(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience and lr > min_lr:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def skips_a_cut_that_would_go_too_low(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience:
        lr, bad = (lr * factor if lr * factor > min_lr else lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def keras_minimum_difference(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - (min_delta or 1e-4):
        best, bad = metric, 0
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def patience_of_at_least_one(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > max(patience, 1):
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def works_on_positive_losses(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if abs(metric) < abs(best) - min_delta:
        best, bad = metric, 0
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def bad_is_one_after_a_cut(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 1
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def remembers_the_best_by_itself(
    metric,
    state,
    *,
    factor,
    patience,
    min_delta,
    min_lr,
    memory={},  # noqa: B006
):
    lr, bad = state["lr"], state["bad"] + 1
    best = memory.setdefault("best", state["best"])
    if metric < best - min_delta:
        best = memory["best"] = metric
        bad = 0
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def rounds_the_rate(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience:
        lr, bad = max(round(lr * factor, 6), min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@wrong(PLATEAU_STEP)
def renamed_keys(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"] + 1
    if metric < best - min_delta:
        best, bad = metric, 0
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "num_bad": bad}


@wrong(PLATEAU_STEP)
def does_nothing(metric, state, *, factor, patience, min_delta, min_lr):
    return dict(state)


@right(PLATEAU_STEP)
def in_an_ordered_dict(metric, state, *, factor, patience, min_delta, min_lr):
    new = OrderedDict(state)
    if metric < new["best"] - min_delta:
        new.update(best=metric, bad=0)
        return new
    new["bad"] += 1
    if new["bad"] > patience:
        new.update(lr=max(new["lr"] * factor, min_lr), bad=0)
    return new


@right(PLATEAU_STEP)
def as_a_row_of_floats(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = np.array([state["lr"], state["best"], state["bad"]], dtype=float)
    if metric < best - min_delta:
        return {"lr": lr, "best": metric, "bad": 0.0}
    cut = bad + 1 > patience
    lr = max(lr * factor, min_lr) if cut else lr
    return {"lr": lr, "best": best, "bad": 0.0 if cut else bad + 1}


@wrong(PLATEAU_STEP)
def cuts_without_the_best(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        return {"lr": lr, "best": metric, "bad": 0}
    if bad + 1 > patience:
        return {"lr": max(lr * factor, min_lr), "bad": 0}
    return {"lr": lr, "best": best, "bad": bad + 1}


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
