"""Misconceptions of `plateau_step` about counting, cutting and the state that comes back."""

from __future__ import annotations

from .plateau_step import PLATEAU_STEP


@PLATEAU_STEP.misconception(
    "cuts-at-patience",
    where="Take patience = 2 and follow `bad`: 1, 2 - is the rate cut yet?",
    why="Keras and Optax cut when `bad` reaches patience; torch and this course when it exceeds it.",
    how="Compare with `bad > patience`.",
)
def keras_patience(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad >= patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.also("cuts-at-patience")
def keras_patience_when_bad(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
        if bad >= patience:
            lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "cuts-one-late",
    where="Take patience = 0: the first bad value has to cut the rate at once.",
    why="The test comes before this value is counted, so every cut is one value late.",
    how="Count first, then compare `bad > patience`.",
)
def tests_before_counting(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    elif bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    else:
        bad += 1
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.also("cuts-one-late")
def waits_one_more(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience + 1:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "keeps-counting-after-a-cut",
    where="Look at `bad` after a cut: the new rate deserves its own patience.",
    why="Without a reset each further bad value cuts the rate again.",
    how="Set `bad = 0` together with the cut.",
)
def bad_survives_the_cut(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr = max(lr * factor, min_lr)
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "keeps-counting-after-an-improvement",
    where="Look at `bad` after an improvement.",
    why="Patience is for bad values in a row; an improvement starts the count anew.",
    how="Set `bad = 0` together with the new best.",
)
def bad_survives_the_improvement(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best = metric
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "no-lower-limit",
    where="Cut a rate that is close to min_lr.",
    why="Without the limit repeated cuts make the rate so small that training stands still.",
    how="Take the larger of `lr * factor` and `min_lr`.",
)
def without_min_lr(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = lr * factor, 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "limit-turned-round",
    where="Cut a rate that is far above min_lr.",
    why="`min` jumps down to min_lr at the first cut.",
    how="The rate may not be *less* than min_lr, so take the `max` of the two.",
)
def min_for_max(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = min(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "skips-small-cuts",
    where="Cut a rate of 3e-9.",
    why="torch skips cuts that change the rate by less than its `eps` of 1e-8; the contract does not.",
    how="Cut whatever the size of the rate.",
)
def torch_eps(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        new, bad = max(lr * factor, min_lr), 0
        lr = new if lr - new > 1e-8 else lr
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "subtracts-the-factor",
    where="Take factor = 0.1: is a tenth of the rate left, or nine tenths?",
    why="`factor` is the share that is kept.",
    how="Multiply by `factor` itself.",
)
def removes_the_factor(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * (1 - factor), min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.also("subtracts-the-factor")
def difference(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr - factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "raises-the-rate",
    where="Does the rate fall or rise at a cut?",
    why="Dividing by a factor below 1 makes the rate larger.",
    how="Multiply by `factor`.",
)
def divides(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr / factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


@PLATEAU_STEP.misconception(
    "changes-the-state",
    where="Look at the dict that was passed in after the call.",
    why="`state['bad'] += 1` writes into the caller's dict, so earlier states are lost.",
    how="Build a new dict, or start from `dict(state)`.",
)
def in_place(metric, state, *, factor, patience, min_delta, min_lr):
    if metric < state["best"] - min_delta:
        state["best"], state["bad"] = metric, 0
    else:
        state["bad"] += 1
    if state["bad"] > patience:
        state["lr"], state["bad"] = max(state["lr"] * factor, min_lr), 0
    return state


@PLATEAU_STEP.also("changes-the-state")
def in_place_then_copied(metric, state, *, factor, patience, min_delta, min_lr):
    state["bad"] += 1
    if metric < state["best"] - min_delta:
        state["best"], state["bad"] = metric, 0
    if state["bad"] > patience:
        state["lr"], state["bad"] = max(state["lr"] * factor, min_lr), 0
    return dict(state)


@PLATEAU_STEP.misconception(
    "more-than-the-keys",
    where="Print the keys of what comes back.",
    why="The state has exactly three keys; anything more is not part of the contract.",
    how="Return `lr`, `best` and `bad` only.",
)
def with_a_cooldown(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad, "cooldown": 0}


@PLATEAU_STEP.misconception(
    "returns-only-the-rate",
    where="What does the next call need besides the rate?",
    why="Without best and bad the next call does not know what happened before.",
    how="Return the whole state: a dict with `lr`, `best` and `bad`.",
)
def rate_alone(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return lr


@PLATEAU_STEP.misconception(
    "returns-a-tuple",
    where="What type is the state that goes in?",
    why="The state is a dict with named entries; a tuple could not be passed in again.",
    how="Return a dict with the keys `lr`, `best` and `bad`.",
)
def as_a_tuple(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return lr, best, bad
