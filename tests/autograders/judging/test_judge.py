"""The judge: fair to every right answer, and full marks for no wrong one."""

import math
import random
import warnings
from types import FunctionType

import numpy as np
import pytest

from autograders.declare.catalogue import UnknownExercise, catalogue, find, of_unit
from autograders.declare.exercise import Exercise, Quiz, given
from autograders.declare.returns import (
    Number,
    Numbers,
    Parameters,
    Several,
    State,
    Text,
    WrongKind,
    numbers_of,
    show,
)
from autograders.judging.compare import excess
from autograders.judging.judge import judge, judge_quiz
from autograders.judging.laws import exercises, run
from autograders.judging.plan import Plan, plan_for
from autograders.judging.report import FULL, UNWRITTEN, ZERO, Report
from autograders.protocol.codec import Foreign

EXERCISES = exercises()
by_name = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda item: item.name)
drawn = pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES if plan_for(e).draws_inputs], ids=lambda item: item.name
)


@by_name
def test_the_reference_earns_full_marks(exercise):
    report = run(plan_for(exercise, 11), exercise.reference)
    assert report.status == FULL
    assert report.score == report.max_score == exercise.points


@by_name
@pytest.mark.parametrize(
    "empty",
    [
        lambda *a, **k: None,
        lambda *a, **k: math.nan,
        lambda *a, **k: "nonsense",
        lambda *a, **k: object(),
        lambda *a, **k: 1 / 0,
        lambda *a, **k: [],
    ],
    ids=["None", "NaN", "text", "object", "raises", "empty list"],
)
def test_a_function_that_returns_nothing_useful_earns_nothing(exercise, empty):
    report = run(plan_for(exercise, 3), empty)
    assert report.score == 0
    assert report.status == ZERO


@by_name
@pytest.mark.parametrize("place", [0, 1, 2])
def test_handing_back_an_input_earns_nothing(exercise, place):
    def echo(*args, **kwargs):
        values = [*args, *kwargs.values()]
        value = values[place % len(values)]
        return value.copy() if isinstance(value, np.ndarray) else value

    report = run(plan_for(exercise, 3), echo)
    assert report.score == 0


@by_name
def test_an_unwritten_stub_is_called_that(exercise):
    def stub(*args, **kwargs):
        raise NotImplementedError

    assert run(plan_for(exercise, 3), stub).status == UNWRITTEN


@by_name
def test_prints_and_warnings_cost_nothing(exercise, capsys):
    def noisy(*args, **kwargs):
        print("debug", args)
        warnings.warn("careful", stacklevel=2)
        np.log(np.zeros(1))
        return exercise.reference(*args, **kwargs)

    assert run(plan_for(exercise, 5), noisy).passed
    assert capsys.readouterr() == ("", "")


@by_name
def test_an_answer_that_drifts_with_every_call_is_not_right(exercise):
    calls = iter(range(10**9))

    def drifting(*args, **kwargs):
        result = exercise.reference(*args, **kwargs)
        late = next(calls) >= len(plan.cases)
        return None if late else result

    plan = plan_for(exercise, 5)
    assert not run(plan, drifting).passed


@drawn
def test_hard_coded_public_answers_fail_on_fresh_inputs(exercise):
    public = plan_for(exercise, 0)
    known = {}
    for case, value in zip(public.cases, public.expected):
        known[repr((case.args, case.kwargs))] = value

    def remembered(*args, **kwargs):
        try:
            return exercise.reference(*args, **kwargs) if repr((args, kwargs)) in known else 0.0
        except ValueError:
            return 0.0

    assert not run(plan_for(exercise, 77), remembered).passed


@drawn
def test_every_property_meets_fresh_inputs(exercise):
    def inputs(seed):
        return {(case.property, repr((case.args, case.kwargs))) for case in cases(seed)}

    def cases(seed):
        return plan_for(exercise, seed).cases

    fresh = {name for name, _ in inputs(77) - inputs(0)}
    assert fresh == {case.property for case in cases(0)}


@by_name
def test_every_hidden_case_says_what_it_is(exercise):
    for case in plan_for(exercise, 0).cases:
        assert case.note or case.raises, case


@by_name
def test_without_reveal_no_value_of_a_hidden_case_shows(exercise):
    plan = plan_for(exercise, 123)

    def wrong(*args, **kwargs):
        return 123.456789

    report = judge(plan, [{"result": 123.456789}] * len(plan.order), reveal=False)
    assert report.example is None
    text = str(report)
    for value in plan.expected:
        if isinstance(value, float) and len(f"{value:.6g}") >= 6:
            assert f"{value:.6g}" not in text


@by_name
def test_a_report_survives_the_trip_through_plain_data(exercise):
    report = run(plan_for(exercise, 0), lambda *a, **k: None, reveal=True)
    assert Report.from_dict(report.to_dict()) == report


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [None] * 50,
        [{"result": 1.0}],
        [{"raised": "no"}] * 80,
        [{"raised": {"types": [1]}}] * 80,
        [{"raised": {"types": []}}] * 80,
        ["text"] * 80,
        [{"result": Foreign("x"), "after": 3}] * 80,
        [{"result": np.zeros(3), "after": [[], {}], "again": None}] * 80,
        [{"result": np.zeros((2,) * 8)}] * 80,
        [{}] * 80,
    ],
    ids=str,
)
@by_name
def test_malformed_answers_earn_nothing_and_break_nothing(exercise, answers):
    plan = plan_for(exercise, 9)
    report = judge(plan, answers[: len(plan.order)], reveal=True)
    assert report.score < report.max_score


def test_shuffling_the_calls_changes_no_verdict():
    exercise = find("sgd_step")
    again = Plan(exercise, 4)
    random.Random(1).shuffle(again.order[len(again.cases) :])
    assert run(again, exercise.variants["plain"]).passed


@pytest.mark.parametrize(
    ("got", "want", "right"),
    [
        (1.0 + 5e-7, 1.0, True),
        (1.0 + 5e-6, 1.0, False),
        (1e-13, 0.0, True),
        (1e-11, 0.0, False),
        (math.nan, 1.0, False),
        (math.inf, 1.0, False),
        (math.nan, math.inf, True),
        (1.0, math.inf, False),
    ],
)
def test_tolerances_are_those_of_the_contract(got, want, right):
    assert (excess(got, want, scale=1.0) <= 1) is right
    assert (excess(np.array([got, 1.0]), np.array([want, 1.0])) <= 1) is right


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Number(), True),
        (Number(), "1"),
        (Number(), None),
        (Number(), np.ones(1)),
        (Number(), 1j),
        (Number(), np.array(True)),
        (Numbers(), 1.0),
        (Numbers(), np.ones((2, 2))),
        (Numbers(), [1.0, "2"]),
        (Parameters(), [1.0, 2.0]),
        (Parameters(), 1.0),
        (Parameters(), np.array([True])),
        (Text(), 3),
        (Several((Number(), Number()), ("a", "b")), (1.0,)),
        (Several((Number(), Number()), ("a", "b")), np.ones(2)),
        (State((Number(),), ("lr",)), {"lr": 1.0, "more": 2.0}),
        (State((Number(),), ("lr",)), {"rate": 1.0}),
        (State((Number(),), ("lr",)), [1.0]),
    ],
    ids=str,
)
def test_a_wrong_kind_is_said_in_words(kind, value):
    with pytest.raises(WrongKind, match="expected"):
        kind.read(value)


def test_a_state_among_several_results_is_compared_by_its_parts_and_shown_by_its_keys():
    kind = Several((Number(), State((Number(), Number()), ("far", "sum"))), ("w", "state"))
    read = kind.read([1.0, {"sum": 3.0, "far": 2.0}])
    assert numbers_of(read) == (1.0, 2.0, 3.0)
    assert show(read) == "(1, {'far': 2, 'sum': 3})"


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int64(1), np.array(1.0), np.array(1)])
def test_one_number_may_come_in_any_of_its_kinds(value):
    assert Number().read(value) == 1.0


def test_one_fault_does_not_cost_everything():
    def in_place(w, grad, lr):
        w -= lr * grad
        return w

    report = run(plan_for(find("sgd_step"), 1), in_place)
    assert {f.property: f.passed for f in report.findings} == {
        "values": True,
        "shape": True,
        "purity": False,
    }
    assert report.misconception == "changes-w"
    assert report.score == 4


def test_two_misconceptions_at_once_still_name_one():
    def uphill_in_place(w, grad, lr):
        w += lr * grad
        return w

    report = run(plan_for(find("sgd_step"), 1), uphill_in_place)
    assert report.misconception == "adds-the-gradient"
    assert "was changed" in next(f.message for f in report.findings if f.property == "purity")


def in_a_cell(function):
    """The function as a notebook holds it: its exceptions carry the line of a cell."""
    namespace = function.__globals__, function.__name__, function.__defaults__, function.__closure__
    found = FunctionType(function.__code__.replace(co_filename="<cell>"), *namespace)
    found.__kwdefaults__ = function.__kwdefaults__
    return found


@by_name
def test_a_misconception_that_raises_is_named_in_a_cell_too(exercise):
    plan = plan_for(exercise)
    for misconception in exercise.misconceptions.values():
        for function in misconception.functions:
            report = run(plan, in_a_cell(function), reveal=True)
            assert report.misconception == misconception.id


def test_an_exception_is_shown_with_the_line_of_the_cell():
    def sgd_step(w, grad, lr):
        raise ValueError("no")

    plan = plan_for(find("sgd_step"))
    line = sgd_step.__code__.co_firstlineno + 1
    assert f"(line {line} of your cell)" in str(run(plan, in_a_cell(sgd_step), reveal=True))


def test_an_unlisted_fault_gets_an_example_instead_of_a_name():
    report = run(
        plan_for(find("step_decay"), 1),
        lambda t, *, lr0, gamma, every: lr0 * gamma ** (t // every) + 0.01,
        reveal=True,
    )
    assert report.misconception is None
    assert report.example is not None
    assert not report.passed


def test_a_case_for_a_property_without_points_is_refused():
    exercise = Exercise(
        "f", "u", "f(x)", Number(), lambda x: x, lambda rng: [given(1).on("clamp")], {"values": 1}
    )
    with pytest.raises(ValueError, match="earns no points"):
        Plan(exercise, 0)


def test_unknown_names_list_what_comes_close():
    with pytest.raises(UnknownExercise, match="step_decay"):
        find("stepdecay")
    with pytest.raises(UnknownExercise, match="01_fixed_rate"):
        of_unit("1_fixed_rate")


QUIZZES = [item for item in catalogue().values() if type(item) is Quiz]


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.name)
def test_a_quiz_gives_points_for_right_answers_only(quiz):
    right = {id: q.answer or next(iter(q.options)) for id, q in quiz.questions.items()}
    assert judge_quiz(quiz, right).passed
    assert judge_quiz(quiz, {}).status == UNWRITTEN
    assert judge_quiz(quiz, None).score == 0
    assert judge_quiz(quiz, dict.fromkeys(right, "no such option")).score == 0
    for id, question in quiz.questions.items():
        for option in question.options:
            report = judge_quiz(quiz, {**right, id: option})
            finding = next(f for f in report.findings if f.property == id)
            assert finding.passed == (question.answer in (None, option))
            assert finding.message == question.options[option]


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.name)
def test_a_quiz_takes_an_answer_however_it_is_typed_and_nothing_that_is_no_text(quiz):
    right = {id: q.answer or next(iter(q.options)) for id, q in quiz.questions.items()}
    assert judge_quiz(quiz, {id: f" {key.upper()} " for id, key in right.items()}).status == FULL
    for odd in (["a"], {"a": "b"}, np.array([1.0, 2.0]), 3):
        report = judge_quiz(quiz, dict.fromkeys(right, odd))
        assert (report.status, report.score) == (ZERO, 0)
        assert all("; got " in finding.message for finding in report.findings)


@pytest.mark.parametrize("write", ["({})", "{})", " {}.", "{}:"])
def test_a_letter_counts_however_it_is_set_off(write):
    quiz = find("quiz_03")
    right = {id: write.format(question.answer.upper()) for id, question in quiz.questions.items()}
    assert judge_quiz(quiz, right).status == FULL


@pytest.mark.parametrize("odd", [["a"], {"a": 1}, np.zeros(2), 1.5, "(a) and (b)"])
def test_an_odd_answer_costs_its_own_question_only(odd):
    quiz = find("quiz_03")
    right = {id: question.answer for id, question in quiz.questions.items()}
    report = judge_quiz(quiz, {**right, "q1": odd})
    assert [finding.passed for finding in report.findings] == [False, True, True, True]
    assert judge_quiz(quiz, dict.fromkeys(right, odd)).status == ZERO
