"""The tests of a plateau step, written by the learner: which wrong versions do they catch?"""

from __future__ import annotations

import math

import numpy as np

from autograders.declare.contract import Contract, Real, Record, Whole
from autograders.judging.suites import FaultKind, tests_for

from . import plateau_best, plateau_cut  # noqa: F401 - they declare the wrong versions
from .plateau_step import PLATEAU_STEP

ANY = Real(special=True)


def _state(lr, best, bad):
    return {"lr": lr, "best": best, "bad": bad}


def _with(metric, state, *, factor=0.25, patience=2, min_delta=0.5, min_lr=0.0):
    rule = {"factor": factor, "patience": patience, "min_delta": min_delta, "min_lr": min_lr}
    return {"metric": metric, "state": state, **rule}


def _cases(**others):
    """The model's cases by name; `others` replace some, or take them away with None."""
    cases = {
        "improves": (_with(1.0, _state(0.5, 4.0, 1)), _state(0.5, 1.0, 0)),
        "at_the_line": (_with(3.5, _state(0.5, 4.0, 0)), _state(0.5, 4.0, 1)),
        "above_the_line": (_with(3.75, _state(0.5, 4.0, 1)), _state(0.5, 4.0, 2)),
        "by_little": (_with(3.0, _state(0.5, 4.0, 0)), _state(0.5, 3.0, 0)),
        "worse": (_with(4.25, _state(0.5, 4.0, 0)), _state(0.5, 4.0, 1)),
        "nan": (_with(math.nan, _state(0.5, 4.0, 0)), _state(0.5, 4.0, 1)),
        "cut": (_with(9.0, _state(0.5, 4.0, 2)), _state(0.125, 4.0, 0)),
        "cut_low": (_with(9.0, _state(0.5, 4.0, 2), min_lr=0.25), _state(0.25, 4.0, 0)),
        "again": (_with(1.0, _state(0.5, 4.0, 1)), _state(0.5, 1.0, 0)),
    }
    return [case for case in (cases | others).values() if case is not None]


def _model():
    return _cases()


TESTS_FOR_PLATEAU_STEP = tests_for(
    PLATEAU_STEP,
    contract=Contract(
        {
            "metric": ANY,
            "state": Record({"lr": Real(above=0), "best": ANY, "bad": Whole(most=1000)}),
            "factor": Real(above=0, most=1),
            "patience": Whole(most=1000),
            "min_delta": Real(least=0),
            "min_lr": Real(least=0),
        }
    ),
    accepts=0.5,
    kinds={
        "improvement": FaultKind(
            "catches a wrong idea of what an improvement is",
            "try metrics on both sides of best and of best - min_delta, and exactly at that line",
            1,
            (
                "equal-counts-as-improvement",
                "ignores-min-delta",
                "margin-on-the-wrong-side",
                "relative-margin",
                "higher-is-better",
            ),
        ),
        "best": FaultKind(
            "catches a wrong best",
            "look at the best after an improvement, after a value that is only a little lower, and "
            "after a cut",
            0.5,
            (
                "best-creeps-down",
                "compares-with-the-last-metric",
                "forgets-the-best-at-a-cut",
                "stores-the-margin",
            ),
        ),
        "counting": FaultKind(
            "catches a count that is one off, or never starts anew",
            "let bad reach the patience, then go one beyond it, then improve with bad above 0",
            0.5,
            (
                "cuts-at-patience",
                "cuts-one-late",
                "keeps-counting-after-a-cut",
                "keeps-counting-after-an-improvement",
            ),
        ),
        "cutting": FaultKind(
            "catches a cut to a wrong rate",
            "cut once far above min_lr and once close to it, by a factor that looks like nothing "
            "else",
            0.5,
            (
                "no-lower-limit",
                "limit-turned-round",
                "subtracts-the-factor",
                "raises-the-rate",
            ),
        ),
        "nan": FaultKind(
            "catches a version that a NaN leads astray",
            "the contract says what a NaN is: ask for it",
            0.5,
            ("nan-counts-as-improvement", "skips-nan"),
        ),
        "state": FaultKind(
            "catches a wrong state: changed in place, or of the wrong form",
            "two calls with one and the same state have to give the same",
            0.5,
            (
                "changes-the-state",
                "more-than-the-keys",
                "returns-only-the-rate",
                "returns-a-tuple",
            ),
        ),
    },
    model=_model,
    spared=("skips-small-cuts",),  # only a rate near 1e-8 shows it
)


@TESTS_FOR_PLATEAU_STEP.variant
def a_run_from_the_start():
    metrics = [4.0, 3.5, 3.75, 2.0, math.nan, 2.25, 9.0, 1.75, 1.5]
    after = [
        (1.0, 4.0, 0), (1.0, 4.0, 1), (1.0, 4.0, 2), (1.0, 2.0, 0), (1.0, 2.0, 1), (1.0, 2.0, 2),
        (0.25, 2.0, 0), (0.25, 2.0, 1), (0.25, 2.0, 2),
    ]  # fmt: skip
    before = [(1.0, math.inf, 0), *after]
    run = [
        (_with(metric, _state(*old), min_lr=0.125), _state(*new))
        for metric, old, new in zip(metrics, before, after)
    ]
    cut_low = (_with(1.5, _state(0.25, 2.0, 2), min_lr=0.125), _state(0.125, 2.0, 0))
    share = (_with(3.0, _state(1.0, 4.0, 0)), _state(1.0, 3.0, 0))
    return [*run, cut_low, cut_low, share, share]


@TESTS_FOR_PLATEAU_STEP.variant
def without_a_margin_as_well():
    plain = {"factor": 0.125, "patience": 0, "min_delta": 0, "min_lr": 0.25}
    return [
        *_model(),
        ({"metric": 2, "state": _state(8, 2, 0), **plain}, _state(1, 2, 0)),
        ({"metric": 2, "state": _state(1, 2, 0), **plain}, _state(0.25, 2, 0)),
        ({"metric": 1, "state": _state(8, 2, 0), **plain}, _state(8, 1, 0)),
    ]


@TESTS_FOR_PLATEAU_STEP.variant
def of_numpy_numbers():
    return [
        [
            {name: np.float64(v) if isinstance(v, float) else v for name, v in arguments.items()},
            {"bad": np.int64(new["bad"]), "best": np.float64(new["best"]), "lr": new["lr"]},
        ]
        for arguments, new in _model()
    ]


@TESTS_FOR_PLATEAU_STEP.variant
def backwards():
    return tuple(reversed(_model()))


@TESTS_FOR_PLATEAU_STEP.variant
def with_other_numbers():
    rule = {"factor": 0.125, "patience": 3, "min_delta": 1.0, "min_lr": 0.5}
    rows = [
        (6.0, (2.0, 8.0, 2), (2.0, 6.0, 0)),
        (7.0, (2.0, 8.0, 2), (2.0, 8.0, 3)),
        (7.5, (2.0, 8.0, 2), (2.0, 8.0, 3)),
        (8.5, (2.0, 8.0, 2), (2.0, 8.0, 3)),
        (6.0, (2.0, 8.0, 3), (2.0, 6.0, 0)),
        (7.0, (2.0, 8.0, 3), (0.5, 8.0, 0)),
        (12.0, (16.0, 8.0, 3), (2.0, 8.0, 0)),
        (12.0, (2.0, 8.0, 0), (2.0, 8.0, 1)),
        (math.nan, (2.0, 8.0, 0), (2.0, 8.0, 1)),
        (6.0, (2.0, 8.0, 2), (2.0, 6.0, 0)),
    ]
    return [({"metric": m, "state": _state(*old), **rule}, _state(*new)) for m, old, new in rows]


@TESTS_FOR_PLATEAU_STEP.misconception(
    "only-improvements",
    where="In how many of your cases does the metric fail to improve?",
    why="While the loss falls nothing is counted and nothing is cut: most of the rule is idle.",
    how="Add bad values: one that is counted, one that uses up the patience, one that is NaN.",
)
def good_news_only():
    return [
        (_with(1.0, _state(0.5, 4.0, 0)), _state(0.5, 1.0, 0)),
        (_with(0.0, _state(0.5, 1.0, 0)), _state(0.5, 0.0, 0)),
    ]


@TESTS_FOR_PLATEAU_STEP.misconception(
    "never-cuts",
    where="Is the rate in any of your expected states another than before?",
    why="Cutting is what the rule is for; a list in which it never happens cannot see a wrong cut.",
    how="Start a case from a state whose bad equals the patience, and let the metric get worse.",
)
def no_cut_at_all():
    return _cases(cut=None, cut_low=None)


@TESTS_FOR_PLATEAU_STEP.misconception(
    "never-exactly-at-the-line",
    where="Is one of your metrics exactly best - min_delta?",
    why="`<` and `<=` differ at that one number only.",
    how="With best 4 and min_delta 0.5, ask for a metric of exactly 3.5: it is no improvement.",
)
def not_at_the_line():
    return _cases(at_the_line=None)


@TESTS_FOR_PLATEAU_STEP.misconception(
    "takes-the-line-for-an-improvement",
    where="Look at the case whose metric is exactly best - min_delta.",
    why="An improvement is *below* best - min_delta; to reach it is not enough.",
    how="That metric is one more bad value: best stays, bad grows by 1.",
)
def line_improves():
    return _cases(at_the_line=(_with(3.5, _state(0.5, 4.0, 0)), _state(0.5, 3.5, 0)))


@TESTS_FOR_PLATEAU_STEP.misconception(
    "expects-the-cut-at-patience",
    where="Look at the case in which bad becomes equal to the patience.",
    why="The rate is cut when bad is *greater* than the patience; at the patience it waits once more.",
    how="With patience 2, the third bad value in a row cuts.",
)
def cut_one_early():
    return _cases(above_the_line=(_with(3.75, _state(0.5, 4.0, 1)), _state(0.125, 4.0, 0)))


@TESTS_FOR_PLATEAU_STEP.misconception(
    "no-nan",
    where="What does the contract say of a metric that is NaN?",
    why="A loss that has become NaN is what a broken run looks like, and comparisons with it lie.",
    how="Add a case with `float('nan')`: best stays, bad grows by 1.",
)
def without_nan():
    return _cases(nan=None)


@TESTS_FOR_PLATEAU_STEP.misconception(
    "never-near-min-lr",
    where="Does a cut in your cases ever meet min_lr?",
    why="Far above it nobody can see whether the limit is kept.",
    how="Give a case a min_lr that the rate times the factor would go below.",
)
def far_above_min_lr():
    return _cases(cut_low=None)


@TESTS_FOR_PLATEAU_STEP.misconception(
    "each-state-once",
    where="Does the same state go into two of your cases?",
    why="A version that writes into the state it is given spoils it for its next reader only.",
    how="Put a case twice into the list: the second answer has to equal the first.",
)
def a_state_of_its_own_each():
    return [
        ({**arguments, "state": arguments["state"] | {"lr": 2.0**n}}, new | {"lr": rate * 2.0**n})
        for n, (arguments, new) in enumerate(_model()[:-1])
        for rate in [new["lr"] / arguments["state"]["lr"] if arguments["min_lr"] == 0 else 0.0]
        if rate
    ] + [(_with(9.0, _state(0.75, 4.0, 2), min_lr=0.5), _state(0.5, 4.0, 0))]


@TESTS_FOR_PLATEAU_STEP.misconception(
    "expects-the-rate-alone",
    where="What does plateau_step return?",
    why="The next call needs best and bad too, so the whole state comes back.",
    how="The expected value is a dict with the keys lr, best and bad.",
)
def rates_only():
    return [(arguments, new["lr"]) for arguments, new in _model()]


@TESTS_FOR_PLATEAU_STEP.misconception(
    "a-factor-of-one-half",
    where="What is 1 - factor in your cases?",
    why="With 0.5 keeping a half and taking a half away are the same: the number hides a fault.",
    how="Take a factor that cannot be mistaken for anything else, such as 0.25.",
)
def halves():
    return [
        ({**arguments, "factor": 0.5}, new | {"lr": 0.25 if new["lr"] == 0.125 else new["lr"]})
        for arguments, new in _model()
    ]
