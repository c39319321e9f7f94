"""Reduce on plateau: cut the rate when a metric has stopped improving."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, Exercise, given
from autograders.declare.returns import Number, State, WholeNumber
from course.shared.draws import one_at_a_time
from lrlib.optimizers.reactive import PlateauState, ReduceOnPlateau

from . import UNIT

Plateau = dict[str, Any]


def _step(metric, state, *, factor, patience, min_delta, min_lr):
    rule = ReduceOnPlateau(factor, patience, min_delta, min_lr)
    new = rule.update(metric, PlateauState(state["lr"], state["best"], state["bad"], 0))
    return {"lr": new.lr, "best": new.best, "bad": new.bad}


def _state(lr: float, best: float, bad: int) -> Plateau:
    return {"lr": lr, "best": best, "bad": bad}


def _walks(rng: np.random.Generator) -> Iterator[Case]:
    """Whole runs: each state comes from the metric before."""
    for patience, min_delta in ((2, 0.05), (3, 0.0), (1, 0.2)):
        rule = partial(
            given,
            factor=float(rng.uniform(0.15, 0.4)),
            patience=patience,
            min_delta=min_delta,
            min_lr=float(rng.uniform(0.001, 0.002)),
        )
        state = _state(float(rng.uniform(0.5, 2)), math.inf, 0)
        level = float(rng.uniform(3, 5))
        moves = [0, -0.5, -0.4, 0.3, 0.1, -0.9, 0.6, -0.1, 0.2, 0.4, -0.7, *[0.3] * (patience + 2)]
        for number, move in enumerate(moves, 1):
            level += move * float(rng.uniform(0.9, 1.1))
            case = rule(level, state)
            yield case.on("values", f"it is value {number} of a run with patience {patience}")
            state = _step(*case.args, **case.kwargs)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _walks(rng)
    lr, best = float(rng.uniform(0.05, 0.9)), float(rng.uniform(1, 4))
    usual = partial(given, factor=0.3, patience=4, min_delta=0.1, min_lr=1e-4)
    yield usual(best - 0.3, _state(lr, best, 3)).on("values", "the metric improves clearly")
    yield usual(best - 0.05, _state(lr, best, 1)).on("values", "it improves by under min_delta")
    yield usual(best + 0.05, _state(lr, best, 1)).on("values", "it gets worse by under min_delta")
    yield usual(best + 2.0, _state(lr, best, 2)).on("values", "the metric gets much worse")
    yield usual(-best, _state(lr, 1 - best, 2)).on("values", "the metric is negative")
    yield usual(-best - 0.05, _state(lr, -best, 2)).on(
        "values", "it is negative and improves by under min_delta"
    )
    exact = partial(given, factor=0.5, patience=2, min_delta=0.25, min_lr=0.0)
    yield exact(1.75, _state(lr, 2.0, 0)).on("boundary", "it improves by exactly min_delta")
    yield exact(2.0, _state(lr, 2.0, 0)).on("boundary", "the metric equals the best")
    yield exact(1.75 - 1e-6, _state(lr, 2.0, 1)).on(
        "boundary", "it improves by just over min_delta"
    )
    sharp = partial(given, factor=0.5, patience=3, min_delta=0.0, min_lr=0.0)
    yield sharp(2.0, _state(lr, 2.0, 1)).on("boundary", "min_delta is 0 and the best is equalled")
    yield sharp(2.0 - 1e-6, _state(lr, 2.0, 1)).on(
        "boundary", "min_delta is 0 and it just improves"
    )
    for patience in (1, 2, int(rng.integers(5, 12))):
        at = partial(given, factor=0.2, patience=patience, min_delta=0.1, min_lr=1e-5)
        worse = best + float(rng.uniform(0.2, 1))
        yield at(worse, _state(lr, best, patience - 1)).on("boundary", "bad reaches patience")
        yield at(worse, _state(lr, best, patience)).on("boundary", "bad goes beyond patience")
        yield at(best - 1, _state(lr, best, patience)).on(
            "boundary", "it improves at the last moment"
        )
    low = partial(given, 9.0, factor=0.1, patience=2, min_delta=0.0)
    yield low(_state(0.05, best, 2), min_lr=0.02).on("clamp", "a cut would go below min_lr")
    yield low(_state(0.02, best, 2), min_lr=0.02).on("clamp", "the rate is min_lr already")
    yield low(_state(0.5, best, 2), min_lr=0.02).on("clamp", "a cut stays above min_lr")
    yield low(_state(3e-9, best, 2), min_lr=0.0).on("clamp", "min_lr is 0 and the rate is tiny")
    none = partial(given, factor=0.4, patience=0, min_delta=0.1, min_lr=0.0)
    yield none(best + 1, _state(lr, best, 0)).on("edge", "patience is 0 and it gets worse")
    yield none(best - 1, _state(lr, best, 0)).on("edge", "patience is 0 and it improves")
    yield usual(best, _state(lr, math.inf, 0)).on("edge", "it is the first metric of a run")
    nan = float("nan")
    yield usual(nan, _state(lr, best, 1)).on("edge", "the metric is NaN")
    yield usual(nan, _state(lr, best, 4)).on("edge", "the metric is NaN and patience runs out")
    yield usual(nan, _state(lr, math.inf, 0)).on("edge", "the first metric is NaN")
    yield usual(math.inf, _state(lr, best, 1)).on("edge", "the metric is infinite")
    yield usual(np.float64(best - 1), _state(lr, best, 1)).on("edge", "it is a NumPy number")
    yield usual(2, _state(1, 4, 2)).on("edge", "metric, rate and best are whole numbers")
    yield given(
        best + 1, _state(lr, best, 1), factor=1.0, patience=1, min_delta=0.1, min_lr=0.0
    ).on("edge", "factor is 1")
    yield exact(1.0, {"bad": 1, "best": 2.0, "lr": lr}).on("purity", "the metric improves")
    yield exact(3.0, {"bad": 0, "best": 2.0, "lr": lr}).on("purity", "the metric gets worse")
    yield exact(3.0, {"bad": 2, "best": 2.0, "lr": lr}).on("purity", "the rate is cut")
    usual = {"factor": 0.3, "patience": 1500, "min_delta": 0.1, "min_lr": 1e-4}
    cut = given(best + 1, _state(lr, best, 1500), **usual)
    yield from one_at_a_time(
        cut, "metric state", patience=(2000,), factor=(0.01, 0.999), min_lr=(lr / 2,)
    )
    better = given(best - 1, _state(lr, best, 1200), **usual)
    yield from one_at_a_time(better, "metric state", min_delta=(1.5,))
    waits = given(best + 1, _state(lr, best, 1200), **usual)
    yield waits.on("values", "patience is long and there were many bad values")
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        state = {"lr": size * lr, "best": size * best, "bad": 1}
        for sign, metric in ((1, best - 0.4), (1, best + 0.2), (-1, best + 0.4), (-1, best - 0.2)):
            margin = {
                "factor": 0.3,
                "patience": 1,
                "min_delta": size * 0.1,
                "min_lr": size * lr / 2,
            }
            case = given(sign * size * metric, {**state, "best": sign * size * best}, **margin)
            yield case.on("values", f"all real numbers are {words}")
    fine = {"factor": 0.3, "patience": 4, "min_lr": 0.0}
    for margin, move in ((0.0, 1e-10), (1e-7, 5e-8), (3e3, 2e3), (3e3, 4e3)):
        case = given(best - move, _state(lr, best, 1), min_delta=margin, **fine)
        yield case.on("boundary", "min_delta is far from ordinary")
    spent = given(
        best + 1, _state(1e-10, best, 1), factor=0.3, patience=1, min_delta=0.1, min_lr=0.0
    )
    yield spent.on("clamp", "min_lr is 0 and almost nothing of the rate is left")


PLATEAU_STEP = Exercise(
    name="plateau_step",
    unit=UNIT,
    signature="plateau_step(metric, state, *, factor, patience, min_delta, min_lr)",
    returns=State((Number(), Number(), WholeNumber()), ("lr", "best", "bad")),
    reference=_step,
    cases=_cases,
    worth={"values": 2, "boundary": 2, "clamp": 1, "edge": 0.5, "shape": 0.5, "purity": 1},
    statements={
        "boundary": "draws the line at exactly min_delta, and cuts only beyond patience",
        "clamp": "cuts down to min_lr and never below",
        "edge": "copes with NaN and infinity, with patience 0 and with the first metric",
        "shape": "returns a dict with exactly the keys 'lr', 'best' and 'bad'",
        "purity": "leaves the dict that was passed in as it was",
    },
)


@PLATEAU_STEP.variant
def as_written(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.variant
def on_a_copy(metric, state, *, factor, patience, min_delta, min_lr):
    new = dict(state)
    if metric + min_delta < new["best"]:
        new["best"] = metric
        new["bad"] = 0
        return new
    new["bad"] = new["bad"] + 1
    if new["bad"] > patience:
        new["lr"] = max(min_lr, factor * new["lr"])
        new["bad"] = 0
    return new


@PLATEAU_STEP.variant
def with_spread_dicts(metric, state, *, factor, patience, min_delta, min_lr):
    if state["best"] - metric > min_delta:
        return {**state, "best": metric, "bad": 0}
    if state["bad"] + 1 <= patience:
        return {**state, "bad": state["bad"] + 1}
    return {**state, "lr": max(state["lr"] * factor, min_lr), "bad": 0}


@PLATEAU_STEP.variant
def with_flags(metric, state, *, factor, patience, min_delta, min_lr):
    better = bool(metric < state["best"] - min_delta)
    bad = 0 if better else state["bad"] + 1
    cut = bad > patience
    return {
        "lr": np.float64(max(state["lr"] * factor, min_lr) if cut else state["lr"]),
        "best": np.float64(metric if better else state["best"]),
        "bad": np.int64(0 if cut else bad),
    }


@PLATEAU_STEP.variant
def with_numpy(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = (np.asarray(state[key]) for key in ("lr", "best", "bad"))
    better = np.less(metric, best - min_delta)
    best, bad = np.where(better, metric, best), np.where(better, 0, bad + 1)
    cut = bad > patience
    return {
        "lr": np.where(cut, np.maximum(lr * factor, min_lr), lr),
        "best": best,
        "bad": np.where(cut, 0, bad),
    }


@PLATEAU_STEP.variant
def counting_down(metric, state, *, factor, patience, min_delta, min_lr):
    left = patience - state["bad"]
    if metric < state["best"] - min_delta:
        return {"bad": 0, "best": metric, "lr": state["lr"]}
    if left > 0:
        return {"bad": patience - left + 1, "best": state["best"], "lr": state["lr"]}
    return {"bad": 0, "best": state["best"], "lr": np.clip(state["lr"] * factor, min_lr, None)}
