"""Scheduled drop: the rate falls by a factor at chosen milestones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import ScheduledDrop

from . import UNIT


def _drop_cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for gamma in (0.1, 0.5, float(rng.uniform(0.6, 0.9))):
        gaps = rng.integers(3, 12, size=3)
        milestones = [int(m) for m in np.cumsum(gaps)]
        at = partial(given, lr0=float(rng.uniform(0.05, 2)), milestones=milestones, gamma=gamma)
        yield at(0).on("values", "no milestone has been reached")
        yield at(milestones[0] + 1).on("values", "one milestone has passed")
        yield at(milestones[1] + 1).on("values", "two milestones have passed")
        for milestone in milestones:
            yield at(milestone - 1).on("boundary", "t is the last update before a milestone")
            yield at(milestone).on("boundary", "t is exactly at a milestone")
        yield at(milestones[-1] + 1).on("values", "all milestones have passed")
        yield at(10 * milestones[-1]).on("values", "t is far beyond the last milestone")
    yield given(4, lr0=0.3 * scale, milestones=[], gamma=0.1).on("edge", "there are no milestones")
    yield given(0, lr0=0.3 * scale, milestones=[0, 5], gamma=0.5).on(
        "edge", "the first milestone is 0"
    )
    yield given(6, lr0=0.3 * scale, milestones=(2, 3, 4, 5), gamma=0.9).on(
        "edge", "milestones are a tuple"
    )
    yield given(3, lr0=0.3 * scale, milestones=[1, 2, 3], gamma=0.2).on(
        "edge", "milestones are neighbours"
    )
    yield given(8, lr0=1, milestones=[5], gamma=1.0).on("edge", "gamma is 1")
    marks = np.array([2, 5, 9])
    yield given(6, lr0=0.3 * scale, milestones=marks, gamma=0.4).on(
        "edge", "milestones are an array"
    )
    yield given(3, lr0=0.3 * scale, milestones=marks[:0], gamma=0.4).on(
        "edge", "milestones are an empty array"
    )
    yield given(100_000, lr0=0.3 * scale, milestones=[30, 60], gamma=0.4).on("edge", "t is 100,000")
    yield given(10, lr0=0.7 * scale, milestones=[4, 8], gamma=0.4).on(
        "purity", "t is beyond both milestones"
    )
    yield given(10, lr0=0.7 * scale, milestones=[4, 12], gamma=0.4).on(
        "purity", "of an earlier call only the milestones are others"
    )
    yield given(0, lr0=0.3 * scale, milestones=[1, 4], gamma=0.4).on(
        "boundary", "t is 0 and the first milestone is 1"
    )
    usual = given(2300, lr0=0.3 * scale, milestones=[1200, 2200], gamma=0.6)
    yield from one_at_a_time(
        usual, "t", t=(1700, 500), lr0=(1e-10, 3e3), gamma=(0.01, 0.999), milestones=([900, 2900],)
    )
    spent = given(800, lr0=0.3 * scale, milestones=[*range(100, 800, 100)], gamma=0.1)
    yield spent.on("values", "almost nothing of the rate is left")


SCHEDULED_DROP = Exercise(
    name="scheduled_drop",
    unit=UNIT,
    signature="scheduled_drop(t, *, lr0, milestones, gamma)",
    returns=Number(),
    reference=lambda t, *, lr0, milestones, gamma: ScheduledDrop(lr0, tuple(milestones), gamma)(t),
    cases=_drop_cases,
    curve=lambda: [given(t, lr0=0.4, milestones=[12, 24, 32], gamma=0.5) for t in range(40)],
    worth={"values": 2, "boundary": 1, "edge": 1, "purity": 1},
    statements={
        "edge": "works without milestones, from milestone 0 on, long after, and for tuples or arrays",
        "purity": "leaves the list of milestones alone and answers the same call the same way",
    },
)


@SCHEDULED_DROP.variant
def counts_with_sum(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(milestone <= t for milestone in milestones)


@SCHEDULED_DROP.variant
def counts_with_a_loop(t, *, lr0, milestones, gamma):
    lr = lr0
    for milestone in milestones:
        if t >= milestone:
            lr = lr * gamma
    return lr


@SCHEDULED_DROP.variant
def counts_with_bisect(t, *, lr0, milestones, gamma):
    from bisect import bisect_right

    return lr0 * gamma ** bisect_right(milestones, t)


@SCHEDULED_DROP.variant
def counts_with_searchsorted(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** np.searchsorted(np.asarray(milestones), t, side="right")


@SCHEDULED_DROP.variant
def counts_with_len(t, *, lr0, milestones, gamma):
    return np.float64(lr0) * gamma ** len([m for m in milestones if m <= t])


SCHEDULED_DROP.misconception(
    "keeps-the-old-rate-at-the-milestone",
    Edit(counts_with_sum, ("<= t", "< t")),
    where="Look at t equal to a milestone.",
    why="A drop takes effect at its milestone; Keras' PiecewiseConstantDecay is one update later.",
    how="Count milestones with `<= t`, not `< t`.",
)

SCHEDULED_DROP.misconception(
    "drops-one-early",
    Edit(counts_with_sum, ("<= t", "<= t + 1")),
    where="Look at the update just before a milestone.",
    why="Counting updates from 1, as timm's scheduler does, moves each drop one update forward.",
    how="Compare the milestones with `t` itself, not with `t + 1`.",
)

SCHEDULED_DROP.misconception(
    "drops-once-only",
    Edit(counts_with_sum, ("sum(", "any(")),
    where="Look at an update after the second milestone.",
    why="One factor for all milestones forgets that drops add up: two passed mean gamma squared.",
    how="Raise gamma to the number of milestones passed.",
)

SCHEDULED_DROP.misconception(
    "drops-only-at-the-milestone",
    Edit(counts_with_sum, ("sum(milestone <= t for milestone in milestones)", "(t in milestones)")),
    where="Look at the update just after a milestone.",
    why="`t in milestones` is true for one update only, so the rate jumps back.",
    how="Count the milestones that are at most `t`.",
)

SCHEDULED_DROP.misconception(
    "counts-the-future",
    Edit(counts_with_sum, ("<= t", "> t")),
    where="Look at t = 0: has anything dropped yet?",
    why="Counting the milestones still to come turns the schedule round: it grows over time.",
    how="Count those that are `<= t`.",
)

SCHEDULED_DROP.misconception(
    "multiplies-by-the-count",
    Edit(
        counts_with_sum,
        ("gamma ** sum", "(gamma * sum"),
        ("in milestones)", "in milestones) or 1)"),
    ),
    where="Compare the second drop with the first.",
    why="Two drops are gamma times gamma, not gamma times two.",
    how="Write `gamma ** passed`.",
)

SCHEDULED_DROP.misconception(
    "treats-milestones-as-gaps",
    Edit(counts_with_sum, ("in milestones", "in np.cumsum(milestones)")),
    where="Look between the first and the second milestone.",
    why="Milestones are counted from the start of training, not from one drop to the next.",
    how="Compare each milestone with `t` as it is; do not add them up.",
)


@SCHEDULED_DROP.misconception(
    "uses-up-the-milestones",
    where="Call it twice with the same list, or print the list after the call.",
    why="`pop` or `remove` shortens the caller's own list, so the next call misses milestones.",
    how="Only read the list: count with `sum(m <= t for m in milestones)`.",
)
def pops(t, *, lr0, milestones, gamma):
    lr = lr0
    remaining = milestones if isinstance(milestones, list) else list(milestones)
    while remaining and remaining[0] <= t:
        remaining.pop(0)
        lr *= gamma
    return lr


SCHEDULED_DROP.misconception(
    "stops-at-the-last-milestone",
    Edit(
        counts_with_sum, ("return lr0", "return lr0 if milestones and t > milestones[-1] else lr0")
    ),
    where="Look far beyond the last milestone.",
    why="After its last step a schedule holds its final value; it does not go back to the start.",
    how="Let the count of passed milestones decide for every `t`, without a special case.",
)

SCHEDULED_DROP.misconception(
    "removes-gamma",
    Edit(counts_with_sum, ("gamma **", "(1 - gamma) **")),
    where="Take gamma = 0.1: is a tenth left, or nine tenths?",
    why="`gamma` is the share that is kept at a drop.",
    how="Use `gamma` itself as the factor.",
)

SCHEDULED_DROP.misconception(
    "skips-milestone-zero",
    Edit(counts_with_sum, ("milestone <= t", "0 < milestone <= t")),
    where="Put a milestone at 0 and look at t = 0.",
    why="A milestone of 0 is at most any `t`, so the first update already has the dropped rate.",
    how="Leave out the test for `t > 0`.",
)
