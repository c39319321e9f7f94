"""Dynamic loss scaling: halve on an overflow, double after a while without one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number, State, WholeNumber
from lrlib.optimizers.stability import LossScale, ScaleState

from . import UNIT


def _step(state, overflow, *, growth, backoff, interval):
    rule = LossScale(growth=growth, backoff=backoff, interval=interval)
    new = rule.update(bool(overflow), ScaleState(state["scale"], state["good"]))
    return {"scale": new.scale, "good": new.good}


def _state(scale: float, good: int) -> dict[str, Any]:
    return {"scale": scale, "good": good}


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for growth, backoff, interval in ((2.0, 0.5, 4), (1.5, 0.25, 3)):
        state = _state(float(rng.uniform(50, 5000)), 0)
        rule = partial(given, growth=growth, backoff=backoff, interval=interval)
        overflows = [False] * (interval + 1) + [True, False, True, True] + [False] * (interval + 2)
        for number, overflow in enumerate(overflows, 1):
            case = rule(state, overflow)
            yield case.on("values", f"it is update {number} of a run with interval {interval}")
            state = _step(*case.args, **case.kwargs)
    usual = partial(given, growth=2.0, backoff=0.5, interval=2000)
    scale = float(2.0 ** int(rng.integers(8, 16)))
    yield usual(_state(scale, 1998), False).on("boundary", "one good update is missing")
    yield usual(_state(scale, 1999), False).on("boundary", "it is the last of the interval")
    yield usual(_state(scale, 1999), True).on("boundary", "the last of the interval overflows")
    yield usual(_state(scale, 0), True).on("values", "it overflows right after a change")
    yield usual(_state(scale, 777), True).on("values", "it overflows in the midst of an interval")
    yield usual(_state(scale, 777), False).on("values", "nothing happens")
    every = partial(given, growth=3.0, backoff=0.1, interval=1)
    yield every(_state(scale, 0), False).on("edge", "the interval is a single update")
    yield every(_state(scale, 0), True).on("edge", "it overflows, the interval is one update")
    yield usual(_state(0.125, 3), True).on("edge", "the scale is below 1 and it overflows")
    yield usual(_state(64, 1999), False).on("edge", "the scale is a whole number")
    yield given(_state(scale, 4), False, growth=1.0, backoff=0.5, interval=5).on(
        "edge", "growth is 1"
    )
    yield usual({"good": 5, "scale": scale}, False).on("purity", "the update is good")
    yield usual({"good": 5, "scale": scale}, True).on("purity", "the update overflows")
    yield usual({"good": 1999, "scale": scale}, False).on("purity", "the scale grows")


SCALE_STEP = Exercise(
    name="scale_step",
    unit=UNIT,
    signature="scale_step(state, overflow, *, growth, backoff, interval)",
    returns=State((Number(), WholeNumber()), ("scale", "good")),
    reference=_step,
    cases=_cases,
    worth={"values": 1, "boundary": 1, "edge": 0.5, "purity": 0.5},
    statements={
        "boundary": "grows with the last good update of an interval, not before and not later",
        "edge": "copes with an interval of one update and with a scale below 1",
        "purity": "leaves the dict that was passed in as it was",
    },
)


@SCALE_STEP.variant
def as_written(state, overflow, *, growth, backoff, interval):
    scale, good = state["scale"], state["good"]
    if overflow:
        return {"scale": scale * backoff, "good": 0}
    good = good + 1
    if good == interval:
        scale, good = scale * growth, 0
    return {"scale": scale, "good": good}


@SCALE_STEP.variant
def on_a_copy(state, overflow, *, growth, backoff, interval):
    new = dict(state)
    new["good"] = 0 if overflow else new["good"] + 1
    if overflow:
        new["scale"] = backoff * new["scale"]
    elif new["good"] >= interval:
        new["scale"] = growth * new["scale"]
        new["good"] = 0
    return new


@SCALE_STEP.variant
def with_a_remainder(state, overflow, *, growth, backoff, interval):
    good = 0 if overflow else (state["good"] + 1) % interval
    factor = backoff if overflow else (growth if good == 0 else 1.0)
    return {"good": good, "scale": factor * state["scale"]}


@SCALE_STEP.variant
def three_cases(state, overflow, *, growth, backoff, interval):
    if overflow:
        return {**state, "scale": state["scale"] * backoff, "good": 0}
    if state["good"] < interval - 1:
        return {**state, "good": state["good"] + 1}
    return {**state, "scale": state["scale"] * growth, "good": 0}


@SCALE_STEP.variant
def with_numpy(state, overflow, *, growth, backoff, interval):
    full = not overflow and state["good"] + 1 >= interval
    factor = np.where(overflow, backoff, np.where(full, growth, 1.0))
    good = np.where(full or overflow, 0, state["good"] + 1)
    return {"scale": np.float64(state["scale"] * factor), "good": np.int64(good)}


SCALE_STEP.misconception(
    "keeps-counting-after-an-overflow",
    Edit(as_written, ('backoff, "good": 0}', 'backoff, "good": good}')),
    Edit(as_written, ('backoff, "good": 0}', 'backoff, "good": good + 1}')),
    where="Look at `good` after an overflow.",
    why="The interval asks for good updates *in a row*; an overflow ends the row.",
    how="Set `good` to 0 where the scale falls.",
)

SCALE_STEP.misconception(
    "never-starts-anew",
    Edit(as_written, ("scale, good = scale * growth, 0", "scale = scale * growth")),
    where="Follow a run for an interval and one update more.",
    why="If `good` stays at the interval, it never equals it again, or the scale grows each time.",
    how="Set `good` to 0 when the scale grows.",
)

SCALE_STEP.misconception(
    "grows-one-late",
    Edit(as_written, ("good == interval", "good > interval")),
    Edit(on_a_copy, ('new["good"] >= interval', 'state["good"] >= interval')),
    where="With interval 4: at which good update does the scale grow?",
    why="`good` counts this update already; with `>`, or with the old count, it takes one more.",
    how="Grow as soon as `good` reaches `interval`.",
)

SCALE_STEP.misconception(
    "grows-one-early",
    Edit(as_written, ("good == interval", "good >= interval - 1")),
    where="With interval 4: after how many good updates does the scale grow?",
    why="The interval is the number of good updates, this one included.",
    how="Count this update first, then compare with `interval` itself.",
)

SCALE_STEP.misconception(
    "grows-on-an-overflow",
    Edit(
        as_written,
        ("scale * backoff", "scale * growth"),
        ("scale * growth, 0", "scale * backoff, 0"),
    ),
    where="An overflow means that numbers became too large. Which way must the scale go?",
    why="`growth` and `backoff` have changed places.",
    how="Multiply by `backoff` on an overflow and by `growth` after an interval without one.",
)

SCALE_STEP.misconception(
    "divides-by-the-backoff",
    Edit(as_written, ("scale * backoff", "scale / backoff")),
    where="Look at the scale after an overflow: 8 with backoff 0.5 is 4.",
    why="Dividing by 0.5 doubles.",
    how="Multiply by `backoff`.",
)

SCALE_STEP.misconception(
    "grows-at-every-good-update",
    Edit(as_written, ("good == interval", "True")),
    where="Look at the second good update of an interval.",
    why="A scale that grows at every update overflows at every other one.",
    how="Wait for `interval` good updates in a row.",
)

SCALE_STEP.misconception(
    "never-below-one",
    Edit(as_written, ("scale * backoff", "max(scale * backoff, 1.0)")),
    where="Try a scale of 0.125 and an overflow.",
    why="The contract names no lower bound; large losses may need a scale below 1.",
    how="Multiply by `backoff`, and nothing else.",
)

SCALE_STEP.misconception(
    "restarts-from-the-usual-scale",
    Edit(as_written, ("scale * backoff", "65536.0 * backoff")),
    where="Let it overflow twice in a row.",
    why="The scale that overflowed is to be lowered, not the one with which training began.",
    how="Multiply `state['scale']` by `backoff`.",
)


@SCALE_STEP.misconception(
    "changes-the-state-in-place",
    where="Print the dict that you passed in, after the call.",
    why="A state that is changed in place cannot be saved and compared.",
    how="Build a new dict, or work on `dict(state)`.",
)
def in_place(state, overflow, *, growth, backoff, interval):
    state["good"] = 0 if overflow else state["good"] + 1
    if overflow:
        state["scale"] *= backoff
    elif state["good"] == interval:
        state["scale"] *= growth
        state["good"] = 0
    return dict(state)
