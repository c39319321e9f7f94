"""The tests of a scheduled drop, written by the learner: which wrong versions do they catch?"""

from __future__ import annotations

import numpy as np

from autograders.declare.contract import Contract, Real, Rising, Whole
from autograders.declare.exercise import Edit
from autograders.judging.suites import FaultKind, tests_for

from .scheduled_drop import SCHEDULED_DROP


def _at(t, *, lr0=0.8, milestones=(4, 8), gamma=0.25):
    return {"t": t, "lr0": lr0, "milestones": list(milestones), "gamma": gamma}


def _model():
    return [
        (_at(0, milestones=[0, 8]), 0.2),
        (_at(3), 0.8),
        (_at(4), 0.2),
        (_at(7), 0.2),
        (_at(8), 0.05),
        (_at(100), 0.05),
    ]


TESTS_FOR_SCHEDULED_DROP = tests_for(
    SCHEDULED_DROP,
    contract=Contract(
        {"t": Whole(), "lr0": Real(above=0), "milestones": Rising(), "gamma": Real(above=0, most=1)}
    ),
    accepts=0.5,
    kinds={
        "timing": FaultKind(
            "catches drops that come one update early or late",
            "ask on both sides of a boundary: right before it, and exactly at it",
            1,
            ("keeps-the-old-rate-at-the-milestone", "drops-one-early"),
        ),
        "amount": FaultKind(
            "catches drops by a wrong amount",
            "ask before, between and after several milestones, with a gamma that looks like "
            "nothing else",
            0.5,
            (
                "drops-once-only",
                "multiplies-by-the-count",
                "treats-milestones-as-gaps",
                "counts-the-future",
                "removes-gamma",
            ),
        ),
        "lasting": FaultKind(
            "catches drops that do not last",
            "a rate has to stay where it is after a milestone, and for ever after the last one",
            0.5,
            ("drops-only-at-the-milestone", "stops-at-the-last-milestone"),
        ),
        "edge": FaultKind(
            "catches what goes wrong at the smallest milestone there may be",
            "read in the contract how small a milestone may be, and ask there",
            0.25,
            ("skips-milestone-zero",),
        ),
        "repeat": FaultKind(
            "catches a version that uses up the list it is given",
            "one list of milestones has to serve for more than one call",
            0.25,
            ("uses-up-the-milestones",),
        ),
    },
    model=_model,
)


@TESTS_FOR_SCHEDULED_DROP.variant
def every_update_of_a_short_run():
    rates = [0.25, 0.25, 0.0625, 0.0625, 0.0625, 0.015625, 0.015625]
    return [
        ({"t": t, "lr0": 1, "milestones": [0, 2, 5], "gamma": 0.25}, rate)
        for t, rate in enumerate(rates)
    ]


@TESTS_FOR_SCHEDULED_DROP.variant
def with_a_tenth():
    milestones = [0, 30, 60]
    return [
        ({"gamma": 0.1, "milestones": milestones, "lr0": 0.5, "t": t}, 0.5 * 0.1**drops)
        for t, drops in [(60, 3), (29, 1), (30, 2), (59, 2), (61, 3)]
    ]


@TESTS_FOR_SCHEDULED_DROP.variant
def of_numpy_numbers():
    return tuple(
        [
            {
                "t": np.int64(t),
                "lr0": np.float64(2),
                "milestones": np.array([0, 3, 7]),
                "gamma": np.float32(0.125),
            },
            np.float64(rate),
        ]
        for t, rate in [(2, 0.25), (3, 0.03125), (6, 0.03125), (7, 1 / 256), (9, 1 / 256)]
    )


@TESTS_FOR_SCHEDULED_DROP.variant
def backwards():
    return list(reversed(_model()))


@TESTS_FOR_SCHEDULED_DROP.variant
def with_a_call_repeated():
    odd = [(_at(1, milestones=[2]), 0.8), (_at(2, milestones=[2]), 0.2)]
    return [*_model(), *odd, (_at(2, milestones=[2]), 0.2), (_at(5, milestones=[]), 0.8)]


TESTS_FOR_SCHEDULED_DROP.misconception(
    "old-rate-at-the-milestone",
    Edit(_model, ("(_at(4), 0.2)", "(_at(4), 0.8)"), ("(_at(8), 0.05)", "(_at(8), 0.2)")),
    where="Look at what your list expects at t equal to a milestone.",
    why="A drop takes effect at its milestone; a test with the old rate there calls right code wrong.",
    how="Count with your finger: t = 4 is the fifth update, and the contract says milestones <= t.",
)


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "only-the-first-update",
    where="Which t do your cases ask for?",
    why="At t = 0 nearly every version is right, because nothing has happened yet.",
    how="Add a case for each thing that the contract promises, each at a t where it shows.",
)
def at_zero_only():
    return [(_at(0), 0.8), (_at(0, lr0=0.5), 0.5)]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "only-between-the-milestones",
    where="How far from a milestone is the nearest t that you ask for?",
    why="Well inside a step early, late and right versions agree; they differ at its edges.",
    how="For each milestone m, ask for t = m - 1 and for t = m.",
)
def interior_points_only():
    return [(_at(t, milestones=[0, 4, 8]), rate) for t, rate in [(2, 0.2), (6, 0.05), (20, 0.0125)]]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "only-one-milestone",
    where="How many milestones do your lists have?",
    why="With a single milestone nobody can see whether drops multiply, add up or happen only once.",
    how="Give a list of two or three milestones, and ask between them and after the last.",
)
def single_milestone_only():
    return [
        (_at(0, milestones=[0]), 0.2),
        (_at(3, milestones=[4]), 0.8),
        (_at(4, milestones=[4]), 0.2),
        (_at(5, milestones=[4]), 0.2),
    ]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "gamma-is-one-half",
    where="What is 1 - gamma in your cases?",
    why="With gamma = 0.5 keeping a half and removing a half are the same: the number hides a fault.",
    how="Take a gamma that cannot be mistaken for anything else, such as 0.25.",
)
def with_a_half():
    return [
        (_at(t, milestones=[0, 4, 8], gamma=0.5), rate)
        for t, rate in [(3, 0.4), (4, 0.2), (7, 0.2), (8, 0.1), (100, 0.1)]
    ]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "nothing-after-the-last-milestone",
    where="What is the largest t of your cases, and what the last milestone?",
    why="A version that starts again after the end of its list is right up to that end.",
    how="Add a case with a t far beyond the last milestone.",
)
def ends_at_the_last():
    return [
        (_at(t, milestones=[0, 4, 8]), rate)
        for t, rate in [(1, 0.2), (3, 0.2), (4, 0.05), (7, 0.05), (8, 0.0125)]
    ]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "never-before-a-milestone",
    where="Look for a case at the update right before a drop.",
    why="At the milestone and later a version that drops one update too early is right again.",
    how="For a milestone of 4, ask for t = 3 as well: the old rate still holds.",
)
def at_and_after_only():
    return [
        (_at(0, milestones=[0, 4, 8]), 0.2),
        (_at(4), 0.2),
        (_at(5), 0.2),
        (_at(8), 0.05),
        (_at(100), 0.05),
        (_at(2, milestones=[9, 99]), 0.8),
    ]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "no-milestone-of-zero",
    where="What is the smallest milestone of your cases?",
    why="The contract allows a milestone of 0, and special cases are where code is special.",
    how="Add a case with 0 among the milestones, and ask for t = 0.",
)
def starts_at_four():
    return [(_at(t), rate) for t, rate in [(3, 0.8), (4, 0.2), (7, 0.2), (8, 0.05), (100, 0.05)]]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "a-new-list-for-every-call",
    where="Does the same list of milestones stand in two of your cases?",
    why="A version that empties the list gives the right rate once; only the next call suffers.",
    how="Use one list for several cases, with a later t first: what is left of it then?",
)
def a_list_of_its_own_each():
    return [
        (_at(t, milestones=[0, *milestones]), rate)
        for t, milestones, rate in [
            (3, [4, 9], 0.2),
            (4, [4, 10], 0.05),
            (7, [4, 8], 0.05),
            (9, [5, 9], 0.0125),
            (99, [3, 5], 0.0125),
        ]
    ]


@TESTS_FOR_SCHEDULED_DROP.misconception(
    "outside-the-contract",
    where="Hold each argument against the contract.",
    why="Where the contract promises nothing, right versions may do anything, even raise.",
    how="Ask only for t of 0 or more, a gamma above 0 and at most 1, and increasing milestones.",
)
def beyond_what_is_promised():
    return [(_at(-1), 0.8), (_at(4, gamma=2), 1.6), (_at(5, milestones=[8, 4]), 0.2)]
