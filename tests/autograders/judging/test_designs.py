"""An experiment is graded by its design, and its finding by what its own runs support."""

import numpy as np
import pytest

from autograders.declare.catalogue import catalogue
from autograders.declare.experiment import PARTS, Experiment, PlanError
from autograders.judging.designs import judge_experiment
from autograders.judging.report import FULL, UNWRITTEN, ZERO
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
GOOD = {
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
        ({"rates": [0.04, 0.4, 4.0, 0.06]}, {"spacing"}, "times; take 1.2 to 4"),
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
        ({"rates": ["a"]}, "expected a list of rates"),
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
