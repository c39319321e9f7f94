"""`check` in a notebook: at once, on public inputs, as a card and as plain text."""

import contextlib
import json
import signal
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from autograders import Progress, check
from autograders.declare.catalogue import UnknownExercise, find
from autograders.judging.plan import plan_for
from autograders.judging.report import STOPPED, Finding, Report, told_once
from autograders.notebook import progress


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LR_COURSE_PROGRESS", raising=False)


def sgd_step(w, grad, lr):
    return w + lr * grad


def test_a_wrong_answer_is_named_and_hinted_at():
    report = check(sgd_step)
    assert report.misconception == "adds-the-gradient"
    text = str(report)
    assert "expected [" in text
    assert "got      [" in text
    assert report.hints[0] in text
    assert report.hints[2] not in text
    assert report.hints[2] in str(check(sgd_step, hint=3))


def test_the_html_card_says_the_same_as_the_text():
    report = check(sgd_step)
    html = report._repr_html_()
    for finding in report.findings:
        assert finding.statement in html
    assert html.count("<details") == 3
    assert 'aria-label="does not hold"' in html


def test_a_learners_text_cannot_write_into_the_card():
    def sgd_step(w, grad, lr):
        raise ValueError("<script>alert(1)</script>")

    html = check(sgd_step)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_right_answer_gets_full_marks_under_any_name():
    report = check("sgd_step", lambda w, grad, lr: w - lr * grad)
    assert report.passed
    assert "fresh inputs" in str(report)


class Step:
    def __call__(self, w, grad, lr):
        return w - lr * grad


@pytest.mark.parametrize(
    "mine", [lambda w, grad, lr: w - lr * grad, partial(Step().__call__), Step()]
)
def test_what_has_no_name_of_its_own_is_known_by_the_callers(mine):
    sgd_step = mine
    assert check(sgd_step).passed


def test_an_endless_loop_is_stopped_and_explained(monkeypatch):
    from autograders.declare.catalogue import find

    monkeypatch.setattr(find("sgd_step"), "seconds", 0.05)

    def sgd_step(w, grad, lr):
        while True:
            time.sleep(0.001)

    report = check(sgd_step)
    assert report.score == 0
    assert "still running" in report.note
    assert progress.load()["sgd_step"]["checks"] == 1


def test_a_loop_that_swallows_every_exception_is_stopped_too(monkeypatch):
    monkeypatch.setattr(find("sgd_step"), "seconds", 0.05)

    def sgd_step(w, grad, lr):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.001)

    assert "still running" in check(sgd_step).note


def test_a_loop_that_only_the_picture_meets_is_stopped_too(monkeypatch):
    monkeypatch.setattr(find("step_decay"), "seconds", 0.3)
    drawn = {case.args for case in find("step_decay").curve()}
    asked = {case.args for case in plan_for(find("step_decay")).cases}
    assert drawn - asked

    def step_decay(t, *, lr0, gamma, every):
        while (t,) in drawn - asked:
            time.sleep(0.001)
        return lr0

    assert "still running" in check(step_decay).note


def test_stop_judges_nothing_and_records_nothing(capsys):
    def sgd_step(w, grad, lr):
        signal.raise_signal(signal.SIGINT)

    report = check(sgd_step)
    assert (report.status, report.score, report.findings) == (STOPPED, None, ())
    assert str(report) == (
        "sgd_step: stopped by you\n  Nothing was judged and nothing is recorded."
    )
    report._ipython_display_()
    assert capsys.readouterr().err == "sgd_step: the newest version was not judged\n"
    assert not report.passed
    assert "✓" not in report._repr_html_()
    assert progress.load() == {}


def test_one_exception_is_told_once_and_not_under_every_property():
    def step_decay(t, *, lr0, gamma, every):
        return lr0 * gama ** (t // every)  # type: ignore[name-defined]  # noqa: F821

    report = check(step_decay)
    failed = [finding for finding in report.findings if not finding.passed]
    assert len(failed) == 3
    report = replace(report, example=None)
    for card in (str(report), report._repr_html_()):
        assert card.count("NameError") == 1
        assert card.count("the same as above") == len(failed) - 1


def test_two_causes_are_both_told():
    found = [
        Finding(
            "values", "", False, 0, 1, "when t is 0: raised KeyError: 'a' (line 2 of your cell)"
        ),
        Finding("edge", "", False, 0, 1, "when t is 9: raised KeyError: 'b' (line 2 of your cell)"),
        Finding("shape", "", False, 0, 1, "raised KeyError: 'b' (line 3 of your cell)"),
        Finding("purity", "", False, 0, 1, "the input `w` was changed"),
    ]
    assert told_once(Report("f", "00", 0, 4, "zero", tuple(found))) == [
        found[0].message,
        "when t is 9: the same as above",
        found[2].message,
        found[3].message,
    ]


def test_an_answer_that_is_no_letter_of_the_quiz_is_told_which_letters_there_are():
    questions = find("quiz_01").questions
    report = check("quiz_01", dict.fromkeys(questions, "z"))
    assert report.status == "zero"
    for id, question in questions.items():
        letters = ", ".join(repr(letter) for letter in question.options)
        assert f"choose one of {letters}; got 'z'" in str(report), id
    assert "not written yet" in str(check("quiz_01", dict.fromkeys(questions, "?")))


def test_an_answer_to_a_question_that_the_quiz_does_not_have_is_told_which_there_are():
    report = check("quiz_01", {"q99": "a"})
    assert "there is no question 'q99'; the questions are 'q1', 'q2'" in str(report)


def test_a_check_answers_within_a_tenth_of_a_second():
    right = find("sgd_step").reference
    check("sgd_step", right)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        check("sgd_step", right)
        took.append(time.perf_counter() - began)
    assert min(took) <= 0.1


def test_a_wrong_schedule_is_drawn_against_the_right_one():
    def step_decay(t, *, lr0, gamma, every):
        return lr0 * gamma ** (t / every)

    report = check(step_decay)
    assert len(report.example.curve) > 20
    assert "<svg" in report._repr_html_()
    assert 'aria-label="The expected schedule' in report._repr_html_()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: check(np.sum), UnknownExercise, "did you mean"),
        (lambda: check(3.0), TypeError, "expected a function"),
        (lambda: check("sgd_step"), TypeError, "expected an answer"),
        (lambda: check("sgd_step", 1.0), TypeError, "without"),
        (lambda: check(sgd_step, hint=9), ValueError, "hint=0, 1, 2, 3 or 4"),
    ],
)
def test_misuse_is_explained(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_progress_keeps_the_best_score(tmp_path):
    check("sgd_step", lambda w, grad, lr: w - lr * grad)
    check(sgd_step)
    entry = json.loads((tmp_path / ".progress.json").read_text())["sgd_step"]
    assert entry["best"] == entry["max"] == 5
    assert entry["checks"] == 2
    assert "5 of" in repr(Progress())


def test_progress_says_what_is_done_and_what_comes_next(tmp_path):
    from autograders.declare.catalogue import find

    shown = Progress()
    assert shown.next.startswith("Next: open 00_start_here.ipynb; still open there: predict_00")
    check("step_towards", find("step_towards").reference)
    shown = Progress()
    assert shown.next.startswith("Next: go on with 00_start_here.ipynb")
    assert "step_towards" not in shown.next
    assert shown.total[0] == 4
    html = shown._repr_html_()
    assert html.count('<th scope="row"') == html.count("<progress") == len(shown.units)
    assert "4 of 7" in html and "begun" in html and "<caption" in html


@pytest.mark.parametrize("entry", ['"x"', "[]", '{"best": "much"}', '{"best": 1e999}', "null"])
def test_a_damaged_entry_is_no_progress_and_no_more_than_the_points(tmp_path, entry):
    (tmp_path / ".progress.json").write_text(f'{{"step_towards": {entry}}}')
    best, most = Progress().units["00_start_here"]
    assert 0 <= best <= 5 < most


def test_a_damaged_progress_file_costs_nothing(tmp_path):
    (tmp_path / ".progress.json").write_text("{broken")
    assert check("sgd_step", lambda w, grad, lr: w - lr * grad).passed
    assert progress.load()["sgd_step"]["checks"] == 1


def test_an_unfinished_check_leaves_one_line_on_stderr_in_a_notebook(capsys):
    check(sgd_step)._ipython_display_()
    assert capsys.readouterr().err == "sgd_step: 2 of 5 points so far\n"
    check("sgd_step", lambda w, grad, lr: w - lr * grad)._ipython_display_()
    assert capsys.readouterr().err == ""
