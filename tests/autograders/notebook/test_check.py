"""`check` in a notebook: at once, on public inputs, as a card and as plain text."""

import json
import time
from functools import partial

import numpy as np
import pytest

from autograders import Progress, check
from autograders.declare.catalogue import UnknownExercise
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
        (lambda: check(sgd_step, hint=9), ValueError, "hint=0, 1, 2 or 3"),
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
    check("rescale", find("rescale").reference)
    shown = Progress()
    assert shown.next.startswith("Next: go on with 00_start_here.ipynb")
    assert "rescale" not in shown.next
    assert shown.total[0] == 5
    html = shown._repr_html_()
    assert html.count('<th scope="row"') == html.count("<progress") == len(shown.units)
    assert "5 of 7" in html and "begun" in html and "<caption" in html


@pytest.mark.parametrize("entry", ['"x"', "[]", '{"best": "much"}', '{"best": 1e999}', "null"])
def test_a_damaged_entry_is_no_progress_and_no_more_than_the_points(tmp_path, entry):
    (tmp_path / ".progress.json").write_text(f'{{"rescale": {entry}}}')
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
