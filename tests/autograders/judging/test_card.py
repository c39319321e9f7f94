"""The card: code is set as code, and only a learner's own check speaks of the grading to come."""

import pytest
from bs4 import BeautifulSoup

from autograders import check, grade_source
from autograders.judging.card import Card, as_html, with_code
from autograders.judging.report import PARTIAL, Finding, Report

RIGHT = "def sgd_step(w, grad, lr):\n    return w - lr * grad"
PROMISE = "Grading uses fresh inputs"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def card_of(note="", message="", hint=""):
    finding = Finding("values", "moves by `lr * grad`", False, 0, 5, message)
    return Report("sgd_step", "01", 0.0, 5.0, PARTIAL, (finding,), None, (hint,), None, note)


def test_code_in_every_sentence_of_the_card_is_an_element_of_the_page():
    report = card_of("call `f(x)` once", "the input `w` was changed", "Is it `a < b` or `b < a`?")
    page = BeautifulSoup(as_html(report), "html.parser")
    shown = [code.get_text() for code in page.find_all("code")]
    assert shown == ["f(x)", "lr * grad", "w", "a < b", "b < a"]
    assert "`" not in page.get_text()


def test_the_plain_text_keeps_the_backticks():
    said = str(card_of(hint="Is it `a < b`?"))
    assert "moves by `lr * grad`" in said and "Is it `a < b`?" in said


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a lone ` stays <b>", "a lone ` stays &lt;b&gt;"),
        ("`<script>` & `</code>`", "<code>&lt;script&gt;</code> &amp; <code>&lt;/code&gt;</code>"),
        ("`` is empty, ` is odd", "`` is empty, ` is odd"),
        ("nothing", "nothing"),
    ],
)
def test_code_is_escaped_and_unpaired_backticks_are_left_alone(text, html):
    assert with_code(text) == html


def test_only_a_check_in_a_notebook_speaks_of_the_inputs_of_grading():
    checked = check("sgd_step", lambda w, grad, lr: w - lr * grad)
    graded = grade_source("sgd_step", RIGHT, 1)
    assert checked == Card.of(graded) and graded.passed
    assert PROMISE in str(checked) and PROMISE in as_html(checked)
    assert PROMISE not in str(graded) + as_html(graded)


def test_a_check_that_is_not_at_full_marks_does_not_speak_of_them():
    wrong = check("sgd_step", lambda w, grad, lr: w + lr * grad)
    assert PROMISE not in str(wrong) + as_html(wrong)


def test_a_report_says_after_a_journey_through_json_where_it_was_made():
    checked = check("sgd_step", lambda w, grad, lr: w - lr * grad)
    assert Report.from_dict(checked.to_dict()).on_public_inputs
