"""An experiment is graded by its design, and its finding by what its own runs support."""

import time
from typing import Any

import numpy as np
import pytest

from autograders.declare.catalogue import catalogue
from autograders.declare.experiment import PARTS, Experiment, PlanError
from autograders.judging.designs import _spacing, judge_experiment
from autograders.judging.report import FULL, PARTIAL, UNWRITTEN, ZERO
from autograders.protocol.codec import Foreign, Recipe
from course.experiments import check

LADDER = tuple(3.0 ** (k / 4) for k in range(-12, 5))
RNG = np.random.default_rng(5)
SPREAD = 0.02 * RNG.standard_normal(10)
"""What all methods share on a seed: it is large, and only pairing takes it away."""


def bowl(bottom, best, noise):
    """Losses `(updates, parts, seeds, rates)` of a method that is best at one rate."""
    away = np.abs(np.log(LADDER) - np.log(best))
    own = noise * RNG.standard_normal((2, len(PARTS), 10, len(LADDER)))
    return bottom + 0.1 * away**2 + SPREAD[:, None] + own


TABLE = np.stack([bowl(0.20, 0.3, 0.001), bowl(0.18, 0.6, 0.001), bowl(0.18, 0.6, 0.008)])


def interval(a, b):
    gap = a - b
    half = 2.26 * gap.std(ddof=1) / np.sqrt(len(gap))
    return float(gap.mean()), float(gap.mean() - half), float(gap.mean() + half)


TOY = Experiment(
    name="experiment_99",
    unit="99_toy",
    methods=("plain", "better", "alike"),
    ladder=LADDER,
    updates=(100, 200),
    seeds=10,
    table=lambda: TABLE,
    train=lambda method, steps, rungs, count: np.empty(0),
    interval=interval,
    least_methods=2,
)
GOOD: dict[str, Any] = {
    "methods": ["plain", "better"],
    "rates": [0.06, 0.12, 0.25, 0.5, 1.0, 2.0],
    "seeds": 8,
    "updates": 100,
    "choose_on": "validation",
    "judge_on": "test",
}
RIGHT = {"lower": "better", "sure": True}


def judged(finding=RIGHT, **changes):
    return judge_experiment(TOY, {"plan": {**GOOD, **changes}, "finding": finding})


def lost(report):
    return {finding.property for finding in report.findings if not finding.passed}


def test_a_good_plan_with_a_finding_that_it_supports_earns_all_points():
    report = judged()
    assert (report.status, report.score) == (FULL, 3.0)


@pytest.mark.parametrize(
    ("changes", "missed", "said"),
    [
        ({"rates": [0.3, 0.5]}, {"spacing", "inside"}, "2 different rates"),
        ({"rates": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1, 2]}, {"spacing"}, "one factor"),
        ({"rates": [0.04, 0.4, 4.0, 0.06]}, {"spacing"}, "times; take 1.4 to 4"),
        ({"rates": [0.04, 0.08, 0.15, 0.3]}, {"inside", "finding"}, "extend the grid"),
        ({"seeds": 3}, {"seeds"}, "take 5 or more"),
        ({"updates": {"plain": 100, "better": 200}}, {"fair"}, "different numbers of updates"),
        (
            {"rates": {"plain": [0.1, 0.2, 0.4, 0.8], "better": [0.1, 0.2, 0.4, 0.8, 1.6]}},
            {"fair"},
            "try equally many",
        ),
        ({"judge_on": "validation"}, {"apart"}, "the winner looks too good"),
        ({"choose_on": "test", "judge_on": "training"}, {"apart"}, "a test no longer"),
        ({"choose_on": "training", "seeds": 10}, {"apart"}, "fits the training data best"),
        ({"judge_on": "training"}, {"apart"}, "data that no run has seen"),
        ({"rates": [0.6] * 50}, {"spacing", "inside"}, "1 different rate,"),
        ({"rates": [0.6, 0.601, 0.602, 0.603]}, {"spacing", "inside"}, "moved to the nearest rung"),
        ({"seeds": 1}, {"seeds", "finding"}, "one seed shows no spread; nothing is sure"),
    ],
)
def test_each_fault_of_a_design_costs_its_own_points_and_is_told(changes, missed, said):
    report = judged(**changes)
    assert lost(report) == missed
    assert any(said in finding.message for finding in report.findings), report


def test_one_method_alone_is_no_comparison_where_two_are_asked_for():
    assert "fair" in lost(judged(methods=["better"], finding={"lower": 0.6, "sure": False}))


@pytest.mark.parametrize(
    ("methods", "finding", "holds"),
    [
        (["plain", "better"], {"lower": "better", "sure": True}, True),
        (["plain", "better"], {"lower": "plain", "sure": True}, False),
        (["plain", "better"], {"lower": "better", "sure": False}, False),
        (["better", "alike"], {"lower": "better", "sure": False}, True),
        (["better", "alike"], {"lower": "alike", "sure": False}, True),
        (["better", "alike"], {"lower": "better", "sure": True}, False),
        (["plain", "better"], {"lower": "better", "sure": "yes"}, True),
        (["plain", "better"], {"lower": "better", "sure": "perhaps"}, False),
        (["plain", "better"], None, False),
        (["plain", "better"], {"lower": "better", "sure": np.bool_(True)}, True),
        (["plain", "better"], {"lower": "better", "sure": "True"}, True),
        (["better", "alike"], {"lower": "?", "sure": False}, False),
    ],
)
def test_a_finding_counts_when_the_plans_own_runs_support_it(methods, finding, holds):
    assert ("finding" not in lost(judged(methods=methods, finding=finding))) is holds


def test_a_close_call_may_be_called_either_way(monkeypatch):
    edge = {**TOY.__dict__, "interval": lambda a, b: (-1.0, -2.0, 0.0)}
    item = Experiment(**edge)
    for sure in (True, False):
        value = {"plan": GOOD, "finding": {"lower": "better", "sure": sure}}
        assert judge_experiment(item, value).passed


def test_rates_are_compared_where_there_is_one_method():
    one = Experiment(**{**TOY.__dict__, "least_methods": 1})
    plan = {**GOOD, "methods": "better"}
    found = judge_experiment(one, {"plan": plan, "finding": {"lower": 0.5, "sure": True}})
    assert found.passed, found


@pytest.mark.parametrize(
    "empty", [None, 3, {}, {"plan": {"rates": []}}, {"plan": {"rates": {}}}, {"plan": None}]
)
def test_what_is_not_written_yet_is_called_that(empty):
    assert judge_experiment(TOY, empty).status == UNWRITTEN


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"methods": ["cosine"]}, "there is no method 'cosine'"),
        ({"methods": ["plain", "plain"]}, "each once"),
        ({"rates": ["a"]}, "expected a list of numbers as rates of plain, got the text 'a' in it"),
        (
            {"rates": "0.1, 1"},
            "expected a list of numbers as rates of plain, got the text '0.1, 1'",
        ),
        ({"rates": [0.1, -1]}, "rates above 0"),
        ({"rates": [1e-9, 0.1]}, "run from 0.037 to 3"),
        ({"rates": {"plain": [0.1]}}, "nothing is said of 'better'"),
        ({"seeds": 11}, "at most 10 seeds"),
        ({"seeds": True}, "the number of seeds"),
        ({"updates": 150}, "100 or 200 updates"),
        ({"choose_on": "exam"}, "training, validation, test"),
    ],
)
def test_a_plan_that_cannot_be_run_is_told_once_and_in_words(changes, said):
    report = judged(**changes)
    assert report.status == ZERO and said in report.note
    assert str(report).count(said) == 1
    with pytest.raises(PlanError, match=r"expected|there is|nothing|run from"):
        TOY.parse({**GOOD, **changes})


def test_rates_may_come_as_an_array_or_for_each_method_apart():
    assert judged(rates=np.array(GOOD["rates"])).passed
    assert judged(rates=dict.fromkeys(GOOD["methods"], tuple(GOOD["rates"]))).passed


@pytest.mark.parametrize(
    "changes",
    [
        {"rates": [str(rate) for rate in GOOD["rates"]]},
        {"rates": GOOD["rates"][::-1]},
        {"rates": np.array(GOOD["rates"], np.float32)},
        {"seeds": list(range(8))},
        {"seeds": 8.0},
        {"seeds": np.array(8)},
        {"updates": 100.0},
        {"updates": np.int64(100)},
        {"methods": ("plain", "better")},
        {"choose_on": "Validation ", "judge_on": "TEST"},
    ],
)
def test_a_fair_plan_counts_in_whatever_form_it_comes(changes):
    assert judged(**changes).passed


@pytest.mark.parametrize("start", np.geomspace(0.001, 0.0014, 12))
@pytest.mark.parametrize("steps", [(4, 4, 4), (3, 3, 3), (2, 2, 2), (2, 2.5, 2), (2.5, 2, 2)])
def test_even_steps_stay_even_wherever_the_rungs_lie(start, steps):
    ladder = tuple(3.0 ** (k / 4) for k in range(-28, 5))
    wide = Experiment(**{**TOY.__dict__, "ladder": ladder})
    plan = wide.parse({**GOOD, "rates": start * np.cumprod([1, *steps])})
    assert _spacing(wide, plan) == ""


NEST = {}
for _ in range(12):
    NEST = {"plain": NEST}
HOSTILE = [
    None,
    float("nan"),
    float("inf"),
    -1,
    True,
    [],
    [[]],
    [[], [1]],
    {},
    NEST,
    {1: 2},
    "\ud800",
]
HOSTILE += ["x" * 4000, Foreign("set"), Recipe("a", {}), 10**1000, [10**1000], [1e308], [5e-324]]
HOSTILE += [np.array(0.1), np.array(True), np.ones(10**6), [0.1] * 10**5, 1j, [1j], [None], [{}]]
HOSTILE += [
    np.empty(0),
    np.ones((3, 3)),
    [np.ones(2), np.ones(3)],
    np.array([np.nan, 1]),
    [[1], [1]],
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: str(type(value).__name__))
def test_no_value_is_a_fault_of_the_grader_or_costs_it_much(value):
    began = time.process_time()
    reports = [judged(**{key: value}) for key in GOOD]
    reports += [judged(**{key: dict.fromkeys(TOY.methods, value)}) for key in ("rates", "updates")]
    reports += [judged(finding={**RIGHT, key: value}) for key in RIGHT]
    reports += [judged(finding=value), judge_experiment(TOY, value)]
    reports += [judge_experiment(TOY, {"plan": value})]
    assert all(len(str(report).encode()) < 2500 for report in reports)
    assert time.process_time() - began < 5


def test_more_rates_than_anybody_trains_are_refused_and_so_are_repeated_seeds():
    assert "at most 100 rates" in judged(rates=np.ones(10**6)).note
    assert "each seed once" in judged(seeds=[3] * 8).note


def with_runs(plain, better, **changes):
    table = TABLE.copy()
    table[0], table[1] = np.array(plain), np.array(better)
    item = Experiment(**{**TOY.__dict__, "table": lambda: table})
    plan = {**GOOD, **changes}
    return [
        next(f for f in found.findings if f.property == "finding")
        for sure in (True, False)
        for found in [
            judge_experiment(item, {"plan": plan, "finding": {"lower": "better", "sure": sure}})
        ]
    ]


@pytest.mark.filterwarnings("error")
def test_a_method_that_diverges_is_surely_higher_and_two_that_do_are_not_compared():
    some = np.where(np.arange(10) == 3, np.inf, TABLE[1].min() + 1)[:, None]
    assert [f.passed for f in with_runs(np.inf, TABLE[1])] == [True, False]
    assert [f.passed for f in with_runs(np.inf, np.inf)] == [False, True]
    assert [f.passed for f in with_runs(some, TABLE[1])] == [True, False]
    assert [f.passed for f in with_runs(some - 5, TABLE[1])] == [True, True]
    told = with_runs(np.inf, np.inf)[0].message
    assert "diverged" in told and "nan" not in told and "inf" not in told.replace("interval", "")


def test_rates_that_tie_may_be_chosen_either_way():
    table = TABLE.copy()
    place = [LADDER.index(LADDER[k]) for k in TOY.parse(GOOD).rungs["better"]]
    table[1, 0, 1] = 1.0
    table[1, 0, 1][:, place[2]], table[1, 0, 1][:, place[3]] = 0.1, 0.10001
    table[1, 0, 2][:, place[2]] = table[0, 0, 2].max() + SPREAD + 1
    for favoured in (1.0, 1.001):
        table[1, 0, 1][:, place[2]] = 0.1 * favoured
        item = Experiment(**{**TOY.__dict__, "table": lambda: table})
        for lower in ("plain", "better"):
            value = {"plan": GOOD, "finding": {"lower": lower, "sure": True}}
            found = {f.property: f.passed for f in judge_experiment(item, value).findings}
            assert found["finding"], (favoured, lower)


def test_a_missing_entry_of_a_plan_is_named():
    with pytest.raises(PlanError, match="lacks seeds, judge_on; it needs methods"):
        TOY.parse({key: GOOD[key] for key in GOOD if key not in ("seeds", "judge_on")})


EXPERIMENTS = [item for item in catalogue().values() if isinstance(item, Experiment)]


@pytest.mark.parametrize("item", EXPERIMENTS, ids=lambda item: item.name)
def test_a_table_holds_every_run_and_two_drawn_at_random_come_out_the_same(item):
    shape = (len(item.methods), len(item.updates), len(PARTS), item.seeds, len(item.ladder))
    assert item.table().shape == shape
    assert check(item, 2, seed=3) == []


@pytest.mark.parametrize("item", EXPERIMENTS, ids=lambda item: item.name)
def test_the_best_rate_of_every_method_lies_inside_the_ladder(item):
    chosen = item.table()[:, :, 1].mean(axis=2)
    best = np.where(np.isfinite(chosen), chosen, np.inf).argmin(axis=-1)
    assert (best > 1).all() and (best < len(item.ladder) - 2).all(), best


def test_a_plan_that_earns_some_of_its_points_is_called_partly_right():
    report = judged(seeds=1)
    assert report.status == PARTIAL and 0 < report.score < 3
