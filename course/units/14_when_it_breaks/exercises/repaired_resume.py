"""The repair of unit 14: after a stop the schedule goes on, on the clock of the updates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers

from . import UNIT


def _reference(micro_batches, accumulate, steps, *, lr, total):
    done = micro_batches // accumulate
    return [lr * max(0.0, 1 - t / total) for t in range(done, done + steps)]


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    lr = float(rng.uniform(0.01, 0.5))
    for done, accumulate, total in ((30, 4, 90), (7, 2, 20), (12, 1, 40), (60, 8, 150)):
        yield given(done * accumulate, accumulate, 6, lr=lr, total=total).on(
            "all", f"it stopped after {done} updates of {accumulate} micro-batches"
        )
    yield given(0, 4, 5, lr=lr, total=10).on("all", "nothing was done before the stop")
    yield given(16, 4, 6, lr=lr, total=7).on("all", "the fall ends after the stop")
    yield given(400, 4, 3, lr=lr, total=10).on("all", "the fall was over long ago")


REPAIRED_RESUME = Exercise(
    name="repaired_resume",
    unit=UNIT,
    signature="repaired_resume(micro_batches, accumulate, steps, *, lr, total)",
    returns=Numbers(),
    reference=_reference,
    cases=_cases,
    worth={"all": 1},
    statements={"all": "goes on with the rates that a run without a stop would have had"},
)


@REPAIRED_RESUME.variant
def as_written(micro_batches, accumulate, steps, *, lr, total):
    done = micro_batches // accumulate
    return [lr * max(0.0, 1 - (done + k) / total) for k in range(steps)]


@REPAIRED_RESUME.variant
def in_a_loop(micro_batches, accumulate, steps, *, lr, total):
    rates, t = [], micro_batches // accumulate
    for _ in range(steps):
        rates.append(0.0 if t >= total else lr * (total - t) / total)
        t += 1
    return rates


@REPAIRED_RESUME.variant
def with_numpy(micro_batches, accumulate, steps, *, lr, total):
    t = micro_batches // accumulate + np.arange(steps)
    return lr * np.maximum(0, 1 - t / total)


@REPAIRED_RESUME.variant
def micro_batch_by_micro_batch(micro_batches, accumulate, steps, *, lr, total):
    rates, seen = [], micro_batches
    while len(rates) < steps:
        seen += 1
        if seen % accumulate == 0:
            rates.append(lr * max(0.0, 1 - (seen // accumulate - 1) / total))
    return tuple(rates)


@REPAIRED_RESUME.variant
def from_the_whole_plan(micro_batches, accumulate, steps, *, lr, total):
    done = micro_batches // accumulate
    plan = [lr - lr * min(t, total) / total for t in range(done + steps)]
    return plan[done:]


REPAIRED_RESUME.misconception(
    "starts-again",
    Edit(as_written, ("done + k", "k")),
    where="Which rate had the update just before the stop?",
    why="The schedule begins again at 0: the rate leaps back to its first value.",
    how="Start the clock at the updates already made.",
)

REPAIRED_RESUME.misconception(
    "counts-micro-batches",
    Edit(as_written, ("micro_batches // accumulate", "micro_batches")),
    where="Four micro-batches make one update. Where does the clock stand after 120?",
    why="The schedule counts updates; micro-batches run `accumulate` times as fast.",
    how="Divide by `accumulate`.",
)

REPAIRED_RESUME.misconception(
    "moves-on-with-micro-batches",
    Edit(as_written, ("done + k", "done + k * accumulate")),
    where="How far does the clock go on from one update to the next?",
    why="However many micro-batches it has, an update is one.",
    how="Add 1 for each update.",
)

REPAIRED_RESUME.misconception(
    "skips-one",
    Edit(as_written, ("done + k", "done + k + 1")),
    where="`done` updates were made, 0 to done - 1. Which t is the next?",
    why="The first update after the stop has t = done.",
    how="Leave out the extra 1.",
)

REPAIRED_RESUME.misconception(
    "repeats-the-last",
    Edit(as_written, ("done + k", "max(done - 1, 0) + k")),
    where="Which t had the update just before the stop, and which should the next have?",
    why="The last update before the stop had t = done - 1; it is not made twice.",
    how="Begin at t = done.",
)

REPAIRED_RESUME.misconception(
    "falls-below-zero",
    Edit(as_written, ("max(0.0, 1 - (done + k) / total)", "(1 - (done + k) / total)")),
    where="Stop long after the end of the fall: how high is the rate?",
    why="A straight line goes on below 0, and a negative rate climbs.",
    how="Hold the factor at 0.",
)

REPAIRED_RESUME.misconception(
    "stands-still",
    Edit(as_written, ("done + k", "done")),
    where="Compare the first rate after the stop with the third.",
    why="The clock was set, but it does not go on.",
    how="Add 1 for each further update.",
)

REPAIRED_RESUME.misconception(
    "fits-the-rest",
    Edit(as_written, ("(done + k) / total", "k / max(total - done, 1)")),
    where="Which rate had the update just before the stop?",
    why="A new fall from `lr` over the updates that are left is another schedule.",
    how="Use the clock of the whole run, and its whole length.",
)

REPAIRED_RESUME.misconception(
    "returns-factors",
    Edit(as_written, ("lr * max", "max")),
    where="Compare the first rate of a run that never stopped with `lr`.",
    why="These are the factors, not the rates.",
    how="Multiply by `lr`.",
)
