"""Misconceptions of `plateau_step` about counting, cutting and the state that comes back."""

from __future__ import annotations

from autograders.declare.exercise import Edit

from .plateau_step import PLATEAU_STEP, as_written, on_a_copy

PLATEAU_STEP.misconception(
    "cuts-at-patience",
    Edit(as_written, ("bad > patience", "bad >= patience")),
    Edit(as_written, ("if bad > patience", "if bad and bad >= patience")),
    where="Take patience = 2 and follow `bad`: 1, 2 - is the rate cut yet?",
    why="Keras and Optax cut when `bad` reaches patience; torch and this course when it exceeds it.",
    how="Compare with `bad > patience`.",
)

PLATEAU_STEP.misconception(
    "cuts-one-late",
    Edit(as_written, ("bad > patience", 'state["bad"] > patience')),
    Edit(as_written, ("bad > patience", "bad > patience + 1")),
    where="Take patience = 0: the first bad value has to cut the rate at once.",
    why="The test comes before this value is counted, so every cut is one value late.",
    how="Count first, then compare `bad > patience`.",
)

PLATEAU_STEP.misconception(
    "keeps-counting-after-a-cut",
    Edit(as_written, ("lr, bad = max(lr * factor, min_lr), 0", "lr = max(lr * factor, min_lr)")),
    where="Look at `bad` after a cut: the new rate deserves its own patience.",
    why="Without a reset each further bad value cuts the rate again.",
    how="Set `bad = 0` together with the cut.",
)

PLATEAU_STEP.misconception(
    "keeps-counting-after-an-improvement",
    Edit(as_written, ("best, bad = metric, 0", "best = metric")),
    where="Look at `bad` after an improvement.",
    why="Patience is for bad values in a row; an improvement starts the count anew.",
    how="Set `bad = 0` together with the new best.",
)

PLATEAU_STEP.misconception(
    "no-lower-limit",
    Edit(as_written, ("max(lr * factor, min_lr)", "lr * factor")),
    where="Cut a rate that is close to min_lr.",
    why="Without the limit repeated cuts make the rate so small that training stands still.",
    how="Take the larger of `lr * factor` and `min_lr`.",
)

PLATEAU_STEP.misconception(
    "limit-turned-round",
    Edit(as_written, ("max(lr", "min(lr")),
    where="Cut a rate that is far above min_lr.",
    why="`min` jumps down to min_lr at the first cut.",
    how="The rate may not be *less* than min_lr, so take the `max` of the two.",
)

PLATEAU_STEP.misconception(
    "skips-small-cuts",
    Edit(
        as_written,
        (
            "max(lr * factor, min_lr)",
            "max(lr * factor, min_lr) if lr * (1 - factor) > 1e-8 else lr",
        ),
    ),
    where="Cut a rate of 3e-9.",
    why="torch skips cuts that change the rate by less than its `eps` of 1e-8; the contract does not.",
    how="Cut whatever the size of the rate.",
)

PLATEAU_STEP.misconception(
    "subtracts-the-factor",
    Edit(as_written, ("lr * factor", "lr * (1 - factor)")),
    Edit(as_written, ("lr * factor", "lr - factor")),
    where="Take factor = 0.1: is a tenth of the rate left, or nine tenths?",
    why="`factor` is the share that is kept.",
    how="Multiply by `factor` itself.",
)

PLATEAU_STEP.misconception(
    "raises-the-rate",
    Edit(as_written, ("lr * factor", "lr / factor")),
    where="Does the rate fall or rise at a cut?",
    why="Dividing by a factor below 1 makes the rate larger.",
    how="Multiply by `factor`.",
)

PLATEAU_STEP.misconception(
    "changes-the-state",
    Edit(on_a_copy, ("dict(state)", "state")),
    where="Look at the dict that was passed in after the call.",
    why="`state['bad'] += 1` writes into the caller's dict, so earlier states are lost.",
    how="Build a new dict, or start from `dict(state)`.",
)


@PLATEAU_STEP.also("changes-the-state")
def in_place_then_copied(metric, state, *, factor, patience, min_delta, min_lr):
    state["bad"] += 1
    if metric < state["best"] - min_delta:
        state["best"], state["bad"] = metric, 0
    if state["bad"] > patience:
        state["lr"], state["bad"] = max(state["lr"] * factor, min_lr), 0
    return dict(state)


PLATEAU_STEP.misconception(
    "more-than-the-keys",
    Edit(as_written, ('"bad": bad', '"bad": bad, "cooldown": 0')),
    where="Print the keys of what comes back.",
    why="The state has exactly three keys; anything more is not part of the contract.",
    how="Return `lr`, `best` and `bad` only.",
)

PLATEAU_STEP.misconception(
    "returns-only-the-rate",
    Edit(as_written, ('{"lr": lr, "best": best, "bad": bad}', "lr")),
    where="What does the next call need besides the rate?",
    why="Without best and bad the next call does not know what happened before.",
    how="Return the whole state: a dict with `lr`, `best` and `bad`.",
)

PLATEAU_STEP.misconception(
    "returns-a-tuple",
    Edit(as_written, ('{"lr": lr, "best": best, "bad": bad}', "lr, best, bad")),
    where="What type is the state that goes in?",
    why="The state is a dict with named entries; a tuple could not be passed in again.",
    how="Return a dict with the keys `lr`, `best` and `bad`.",
)
