"""Lists of tests that learners write: data only, bounded, judged out here, explained in words."""

import math
import time

import numpy as np
import pytest

from autograders import check
from autograders.declare.catalogue import catalogue
from autograders.declare.exercise import Exercise
from autograders.judging import suites
from autograders.judging.judge import judge
from autograders.judging.laws import run
from autograders.judging.plan import plan_for
from autograders.judging.report import FULL, ZERO
from autograders.protocol.codec import Foreign
from autograders.submission.grading import grade_source

SUITES = {
    item.name: item
    for item in catalogue().values()
    if isinstance(item, Exercise) and isinstance(item.returns, suites.SuiteOf)
}
DROP, PLATEAU, ADAM = (
    SUITES[f"tests_for_{name}"] for name in ("scheduled_drop", "plateau_step", "adam_step")
)
each_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda item: item.name)

CALL = {"t": 1, "lr0": 0.5, "milestones": [2], "gamma": 0.25}
LOOP: list = []
LOOP.append(LOOP)
DEEP: list = []
for _ in range(5000):
    DEEP = [DEEP]

HOSTILE = {
    "ten million cases": ([(CALL, 0.5)] * 10**7, "too large"),
    "more cases than are read": ([(CALL, 0.5)] * 21, "at most 20 cases, got 21"),
    "a huge t": ([({**CALL, "t": 10**9}, 0.5)], "`t` has to be a whole number"),
    "a t that explodes": ([({**CALL, "t": 2**4000}, 0.5)], "`t` has to be a whole number"),
    "a t that cannot be sent": ([({**CALL, "t": 2**300_000}, 0.5)], "over 4096 bits"),
    "a negative t": ([({**CALL, "t": -1}, 0.5)], "`t` has to be a whole number"),
    "a t with a fraction": ([({**CALL, "t": 1.5}, 0.5)], "`t` has to be a whole number"),
    "a truth value": ([({**CALL, "t": True}, 0.5)], "the truth value True"),
    "text": ([({**CALL, "t": "1"}, 0.5)], "the text '1'"),
    "NaN": ([({**CALL, "lr0": math.nan}, 0.5)], "`lr0` has to be a number"),
    "infinity": ([({**CALL, "gamma": math.inf}, 0.5)], "`gamma` has to be a number"),
    "a rate that explodes": ([({**CALL, "lr0": 10**400}, 0.5)], "`lr0` has to be a number"),
    "an expected NaN": ([(CALL, math.nan)], "does not return nan"),
    "an expected explosion": ([(CALL, 10**4000)], "the expected value"),
    "an expected mountain": ([(CALL, np.zeros(10**6))], "larger than any right one"),
    "a list within itself": (LOOP, "nested at most"),
    "a list within itself, deeper": ([({**CALL, "milestones": LOOP}, 0.5)], "nested at most"),
    "nested lists": (DEEP, "nested at most"),
    "nested milestones": ([({**CALL, "milestones": [[1]]}, 0.5)], "a list of 1 values"),
    "many milestones": ([({**CALL, "milestones": list(range(99))}, 0.5)], "at most 16 whole"),
    "an array of milestones": ([({**CALL, "milestones": np.arange(10**6)}, 0.5)], "at most 16"),
    "milestones that fall": ([({**CALL, "milestones": [3, 2]}, 0.5)], "increase strictly"),
    "an object": ([({**CALL, "t": object()}, 0.5)], "a value of type object"),
    "a function": ([({**CALL, "t": print}, 0.5)], "`t` has to be"),
    "no pairs": ([1, 2], "expected a pair (arguments, expected), got the number 1"),
    "triples": ([(CALL, 0.5, 1)], "expected a pair"),
    "arguments by place": ([((1, 0.5), 0.5)], "have to be a dict of t, lr0"),
    "an argument too few": ([({"t": 1}, 0.5)], "the argument `lr0` is missing"),
    "an argument too many": ([({**CALL, "lr": 1}, 0.5)], "there is no argument `lr`"),
    "keys that are no text": ([({1: 2}, 0.5)], "have to be a dict"),
    "an empty list": ([], "an empty list: it tests nothing"),
    "a generator": ((pair for pair in [(CALL, 0.5)]), "a value of type generator"),
    "nothing": (None, "is a `return` missing?"),
    "a number": (3.0, "expected a list of (arguments, expected) pairs"),
}


@pytest.mark.parametrize("value, said", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_list_gets_a_clear_message_and_no_points_in_bounded_time(value, said):
    before = time.process_time()
    report = check(DROP.name, lambda: value)
    assert time.process_time() - before < 5
    assert (report.score, report.status) == (0, ZERO)
    assert said in str(report)


@pytest.mark.parametrize(
    "arrays, said",
    [
        ({"w": np.zeros(1000)}, "`w` has to be a NumPy array of 1 to 16"),
        ({"w": [0.0]}, "`w` has to be a NumPy array"),
        ({"w": np.zeros(0)}, "`w` has to be a NumPy array"),
        ({"w": np.zeros((1,) * 20)}, "`w` has to be a NumPy array"),
        ({"w": np.array([math.nan])}, "finite numbers"),
        ({"w": np.array([1j])}, "`w` has to be a NumPy array"),
        ({"v": np.array([-1.0])}, "numbers of 0 or more"),
        ({"w": np.zeros(2)}, "has shape (1,), but `w` has (2,)"),
        ({"beta1": 1.0}, "`beta1` has to be a number, 0 or more and below 1"),
        ({"eps": 0.0}, "`eps` has to be a number, above 0"),
    ],
)
def test_arrays_outside_the_contract_are_named(arrays, said):
    arguments, expected = ADAM.reference()[0]
    assert said in str(check(ADAM.name, lambda: [(arguments | arrays, expected)]))


def test_answers_that_no_wire_would_bring_break_nothing():
    plan = plan_for(DROP)
    for value in (Foreign("x"), [Foreign("x")], [(Foreign("x"), Foreign("y"))], "text", {"a": 1}):
        report = judge(plan, [{"result": value}] * len(plan.order), reveal=False)
        assert report.score == 0


# What a list is worth


@each_suite
def test_every_wrong_version_has_its_kind_of_fault_and_only_one(suite):
    kind = suite.returns
    filed = [id for group in kind.kinds.values() for id in group.versions] + list(kind.spared)
    assert sorted(filed) == sorted(kind.subject.misconceptions)


@each_suite
def test_every_kind_of_fault_slips_through_some_gap(suite):
    plan = plan_for(suite)
    missed = {
        finding.property
        for gap in suite.misconceptions.values()
        for finding in run(plan, gap.functions[0]).findings
        if not finding.passed
    }
    assert missed == set(suite.worth)


@each_suite
def test_one_wrong_expectation_costs_its_property_and_not_what_the_others_catch(suite):
    arguments, _ = suite.reference()[0]
    wrong = (arguments, suite.reference()[1][1])
    report = run(plan_for(suite), lambda: [*suite.reference(), wrong])
    assert [f.property for f in report.findings if not f.passed] == ["accepts"]
    assert f"case {len(suite.reference()) + 1}: a right version does not return" in str(report)


def test_a_list_that_accepts_everything_is_not_a_test():
    silent = {"t": 0, "lr0": 1.0, "milestones": [], "gamma": 1.0}
    report = run(plan_for(DROP), lambda: [(silent, 1.0)])
    assert report.score == 0
    assert "every wrong version passes too" in str(report)


def test_a_test_that_hangs_on_rounding_is_told_so():
    metric, best, delta = 0.3, 0.4, 0.1
    assert (metric < best - delta) != (metric + delta < best)
    state = {"lr": 0.5, "best": best, "bad": 0}
    rule = {"factor": 0.25, "patience": 2, "min_delta": delta, "min_lr": 0.0}
    call = {"metric": metric, "state": state, **rule}
    report = run(plan_for(PLATEAU), lambda: [*PLATEAU.reference(), (call, {**state, "bad": 1})])
    assert "right versions differ here, by rounding" in str(report)


@pytest.mark.parametrize("times, caught", [(1, False), (2, True)])
def test_equal_arguments_are_one_object_so_a_repeated_call_shows_what_was_spoilt(times, caught):
    state = {"lr": 0.5, "best": 4.0, "bad": 0}
    rule = {"factor": 0.25, "patience": 2, "min_delta": 0.5, "min_lr": 0.0}
    case = ({"metric": 9.0, "state": state, **rule}, {**state, "bad": 1})
    report = run(plan_for(PLATEAU), lambda: [case] * times)
    assert next(f for f in report.findings if f.property == "state").passed == caught


# What is said, and by whom


def test_no_report_names_an_expected_value_that_the_learner_did_not_write():
    wrong = {**CALL, "t": 2}
    report = run(plan_for(DROP), lambda: [(wrong, 0.375), (CALL, 0.5)], reveal=True)
    assert "does not return 0.375 here" in str(report)
    assert "0.125" not in str(report)


def test_the_card_counts_what_was_caught_and_promises_no_fresh_inputs():
    report = check(DROP.name, DROP.reference)
    assert report.status == FULL
    assert "Your 6 cases catch 11 of 11 wrong versions." in str(report)
    assert "fresh inputs" not in str(report) + report._repr_html_()
    assert "1 case catches" in str(check(DROP.name, lambda: DROP.reference()[:1]))


def test_the_sandbox_judges_a_list_as_the_notebook_does():
    source = (
        "def tests_for_scheduled_drop():\n"
        "    at = {'lr0': 0.8, 'milestones': [0, 4, 8], 'gamma': 0.25}\n"
        "    return [({**at, 't': t}, lr) for t, lr in [(2, 0.2), (6, 0.05), (20, 0.0125)]]\n"
    )
    graded = grade_source(DROP.name, source, seed=99)
    namespace: dict = {}
    exec(source, namespace)
    checked = check(DROP.name, namespace[DROP.name])
    assert graded.findings == checked.findings
    assert graded.misconception == checked.misconception == "only-between-the-milestones"


def test_a_hostile_list_in_the_sandbox_costs_that_list_only():
    source = "def tests_for_scheduled_drop():\n    return [({'t': 2**9999}, [1] * 10**7)] * 3\n"
    report = grade_source(DROP.name, source, seed=99)
    assert (report.score, report.status) == (0, ZERO)
    assert "too large" in str(report)
