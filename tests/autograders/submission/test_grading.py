"""Grading one submission: where the score comes from, what is told, and what is never guessed."""

import pytest

import autograders
from autograders.declare.catalogue import of_unit
from autograders.declare.exercise import Quiz
from autograders.judging.plan import PUBLIC_SEED, call_text, plan_for
from autograders.judging.report import FULL, PARTIAL, UNGRADED, UNWRITTEN, ZERO
from autograders.sandbox import Sandbox, SandboxUnavailable
from autograders.submission import grading
from autograders.submission.grading import LOOK, grade_source, grade_submission
from autograders.submission.intake import read_submission

from ..hostile.classroom import FULL as FULL_SCORE
from ..hostile.classroom import (
    RIGHT,
    SEED,
    STUBS,
    UNIT,
    handed_in,
    notebook,
    released_cells,
    the_master,
)

MASTER = the_master()
LATE = (
    "def step_decay(t, *, lr0, gamma, every):\n    return lr0 * gamma ** (max(t - 1, 0) // every)"
)
QUIZZES = {name: item for name, item in of_unit(UNIT).items() if type(item) is Quiz}


@pytest.fixture(scope="module")
def sandbox():
    """The best sandbox that this machine has."""
    with Sandbox(allow_process=True) as made:
        try:
            made.level  # noqa: B018
        except SandboxUnavailable as error:
            pytest.skip(str(error))
        yield made


def grade(sandbox, data, seed=SEED):
    """Grade the bytes of a submission."""
    return grade_submission(read_submission(data, MASTER), UNIT, sandbox, seed)


def test_right_answers_earn_all_points(sandbox):
    graded = grade(sandbox, handed_in())
    assert sum(graded.reports[name].score for name in RIGHT) == FULL_SCORE
    assert graded.notes == ()
    assert graded.level is sandbox.level


def test_a_blank_submission_is_unwritten_not_wrong(sandbox):
    graded = grade(sandbox, notebook(released_cells()))
    assert {report.status for report in graded.reports.values()} == {UNWRITTEN}
    assert graded.score == 0
    assert graded.max_score == sum(item.points for item in of_unit(UNIT).values())


def test_quiz_answers_are_read_from_their_variable(sandbox):
    right = {
        name: {id: question.answer or next(iter(question.options))
               for id, question in quiz.questions.items()}
        for name, quiz in QUIZZES.items()
    }  # fmt: skip
    cells = [f"{name} = {answers!r}" for name, answers in right.items()]
    reports = grade(sandbox, handed_in(cells)).reports
    assert all(reports[name].status == FULL for name in QUIZZES)
    wrong = [f"{name} = 'all of them'" for name in QUIZZES]
    graded = grade(sandbox, handed_in(wrong))
    assert all(graded.reports[name].score == 0 for name in QUIZZES)


def test_a_known_mistake_is_named_with_a_visible_example(sandbox):
    report = grade(sandbox, handed_in(step_decay=LATE)).reports["step_decay"]
    assert report.misconception == "drops-one-late"
    assert report.status in (PARTIAL, ZERO)
    assert report.hints
    cases = plan_for(of_unit(UNIT)["step_decay"], PUBLIC_SEED).cases
    assert report.example.call in {call_text("step_decay", case) for case in cases}


def test_a_mistake_costs_its_own_exercise_only(sandbox):
    reports = grade(sandbox, handed_in(step_decay=LATE)).reports
    assert reports["scheduled_drop"].status == reports["epochs_to_steps"].status == FULL


def test_what_shows_only_with_hidden_inputs_is_told_without_them(sandbox):
    hard_coded = (
        RIGHT["step_decay"]
        + "\n\nright = step_decay\n\n"
        + (
            "def step_decay(t, *, lr0, gamma, every):\n"
            f"    seen = {sorted(lr0s(PUBLIC_SEED))}\n"
            "    lr = right(t, lr0=lr0, gamma=gamma, every=every)\n"
            "    return lr if lr0 in seen else lr * 2"
        )
    )
    report = grade(sandbox, handed_in(step_decay=hard_coded)).reports["step_decay"]
    failed = [finding.message for finding in report.findings if not finding.passed]
    assert failed
    assert all(text.startswith(("not right ", "holds for the visible")) for text in failed)
    assert report.example is None


def lr0s(seed):
    """The starting rates of the calls that a seed draws."""
    cases = plan_for(of_unit(UNIT)["step_decay"], seed).cases
    return {float(case.kwargs["lr0"]) for case in cases}


def test_functions_may_lean_on_helpers_of_the_students_own(sandbox):
    helper = "def drops(t, every):\n    return t // every"
    answer = "def step_decay(t, *, lr0, gamma, every):\n    return lr0 * gamma ** drops(t, every)"
    for data in (
        handed_in([helper], step_decay=answer),
        handed_in((), [helper], step_decay=answer),
    ):
        assert grade(sandbox, data).reports["step_decay"].passed


def test_one_exercise_may_not_help_another_but_may_not_hurt_it_either(sandbox):
    meddling = (
        "def epochs_to_steps(epochs, n_samples, batch_size):\n"
        "    global step_decay\n    step_decay = None\n"
        "    return epochs * -(-n_samples // batch_size)"
    )
    reports = grade(sandbox, handed_in(epochs_to_steps=meddling)).reports
    assert reports["epochs_to_steps"].passed
    assert reports["step_decay"].passed


def test_the_grade_depends_on_the_submission_and_the_seed_alone(sandbox):
    data = handed_in(["1/0"], step_decay=LATE, scheduled_drop=STUBS["scheduled_drop"])
    first = grade(sandbox, data)
    for other in (handed_in(), handed_in(step_decay="import os\nos._exit(1)")):
        grade(sandbox, other)
    sandbox.close()
    assert grade(sandbox, data) == first


def test_a_submission_that_plots_is_graded_like_any_other(sandbox):
    plot = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()"
    graded = grade(sandbox, handed_in([plot], [plot], step_decay=LATE))
    assert graded.notes == ()
    assert graded.reports["scheduled_drop"].passed


def test_a_cell_that_fails_is_told_in_the_students_own_terms(sandbox):
    graded = grade(sandbox, handed_in(["x = 1\nmy_plot(x)"], step_decay=LATE))
    assert graded.notes == (
        "your own cell that begins 'x = 1': NameError: name 'my_plot' is not defined (line 2)",
    )


def test_a_fault_of_the_judge_is_a_persons_to_look_at(sandbox, monkeypatch, caplog):
    def fails(*arguments, **more):
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(grading, "judge", fails)
    graded = grade(sandbox, handed_in())
    assert graded.status == LOOK
    assert graded.score is None
    assert {graded.reports[name].status for name in RIGHT} == {UNGRADED}
    assert {graded.reports[name].score for name in RIGHT} == {None}
    assert all(str(SEED) in fault and graded.digest in fault for fault in graded.faults)
    assert str(SEED) not in str([report.to_dict() for report in graded.reports.values()])
    assert "a bug of ours" in caplog.text


def test_a_lost_sandbox_is_a_persons_to_look_at(sandbox, monkeypatch):
    from autograders.sandbox import warm

    def fails(*arguments):
        raise warm.Lost("no memory left")

    submission = read_submission(handed_in(), MASTER)
    monkeypatch.setattr(warm.Warm, "fork", fails)
    graded = grade_submission(submission, UNIT, sandbox, SEED)
    assert graded.status == LOOK
    assert graded.score is None
    assert any("no memory left" in fault for fault in graded.faults)


def test_grade_source_grades_one_function(sandbox):
    assert grade_source("step_decay", RIGHT["step_decay"], sandbox=sandbox).status == FULL
    report = autograders.grade_source("step_decay", LATE, 3)
    assert report.misconception == "drops-one-late"
    assert (report.name, report.max_score) == ("step_decay", of_unit(UNIT)["step_decay"].points)
    assert any(not finding.passed for finding in report.findings)


def test_grade_source_gives_the_same_report_for_the_same_seed(sandbox):
    first, second = (grade_source("step_decay", LATE, 11, sandbox=sandbox) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("source", ["", "def (", "x = 1", "raise ValueError", "step_decay = 3"])
def test_grade_source_never_raises_for_a_bad_answer(sandbox, source):
    report = grade_source("step_decay", source, 1, sandbox=sandbox)
    assert report.score == 0


def test_grade_source_says_what_a_cell_raised(sandbox):
    report = grade_source("step_decay", "import torch\n" + RIGHT["step_decay"], 1, sandbox=sandbox)
    assert "No module named 'torch'" in report.note


def test_an_unknown_name_lists_what_comes_close():
    with pytest.raises(LookupError, match="step_decay"):
        grade_source("stepdecay", "x = 1")
