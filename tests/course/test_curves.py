"""The questions on recorded runs ask what the runs show, and the lessons print what is asked."""

import re
from collections import Counter
from importlib import import_module

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograders import check
from autograders.declare.catalogue import catalogue
from course.shared.curves import NEW, SIGNS, offered, section
from lrlib import figures
from lrlib.data.runs import FIRST, runs
from lrlib.data.signs import shows

from . import running
from .figures import faults

ASKED = {
    item.unit: import_module(f"course.units.{item.unit}.curves")
    for name, item in catalogue().items()
    if name.startswith("curves_")
}
QUESTIONS = [
    (unit, k, number) for unit, asked in ASKED.items() for k, number in enumerate(asked.RUNS, 1)
]
each_question = pytest.mark.parametrize("unit, k, number", QUESTIONS)
each_unit = pytest.mark.parametrize("unit", ASKED)


@each_question
def test_the_right_letter_is_the_label_of_the_run_and_no_other_option_is(unit, k, number):
    question, trace = ASKED[unit].CURVES.questions[f"c{k}"], runs()[number]
    kinds = offered(unit, k, number)
    assert set(kinds) == set(question.options) == set("abcd")
    assert kinds[question.answer] == trace.label
    assert [letter for letter, kind in kinds.items() if shows(trace, kind)] == [question.answer]


@each_question
def test_an_explanation_says_right_or_what_one_would_see_and_what_this_run_shows(unit, k, number):
    question = ASKED[unit].CURVES.questions[f"c{k}"]
    for letter, kind in offered(unit, k, number).items():
        text = question.options[letter]
        assert text.startswith("Right: " if letter == question.answer else f"{SIGNS[kind]} Here ")
        assert re.search(r"\d", text.removeprefix(SIGNS[kind])) and "nan" not in text
    assert len(set(question.options.values())) == 4


def test_right_letters_are_spread_and_cannot_be_found_by_elimination():
    keys = {unit: [q.answer for q in m.CURVES.questions.values()] for unit, m in ASKED.items()}
    counts = Counter(key for unit in keys.values() for key in unit)
    assert set(counts) == set("abcd") and max(counts.values()) - min(counts.values()) <= 2
    assert all(len(set(unit)) > 1 for unit in keys.values())
    assert any(len(set(unit)) < 4 for unit in keys.values())


def test_no_run_is_asked_twice_and_every_kind_is_asked_from_its_unit_on():
    assert len({number for _, _, number in QUESTIONS}) == len(QUESTIONS)
    asked = [(unit[:2], runs()[number].label) for unit, _, number in QUESTIONS]
    assert {label for _, label in asked} == set(FIRST) == set(SIGNS)
    for since, kinds in NEW.items():
        for kind in kinds:
            first = min(unit for unit, label in asked if label == kind)
            assert first == since, kind


@each_unit
def test_every_unit_after_the_first_brings_an_earlier_kind_back(unit):
    labels = {runs()[number].label for number in ASKED[unit].RUNS}
    assert unit[:2] == "01" or labels - set(NEW.get(unit[:2], ()))


@each_unit
def test_the_lesson_draws_the_runs_that_it_asks_about_and_prints_their_questions(unit):
    runs_asked, cells = ASKED[unit].RUNS, running.source(unit).cells
    sources = [cell.source for cell in cells]
    at = sources.index(f"figures.runs_figure({runs_asked})")
    assert sources[at - 1].startswith("## Read the curves\n")
    assert sources[at + 1] == section(unit, runs_asked)
    assert sources[at + 2].startswith(f"curves_{unit[:2]} = ")
    assert any(source.startswith("## Bug museum") for source in sources[at:])


@each_unit
def test_the_figure_of_a_unit_draws_its_runs_without_a_fault_and_without_their_labels(
    unit, tmp_path
):
    figure = figures.runs_figure(ASKED[unit].RUNS)
    figure.savefig(tmp_path / "runs.png", dpi=40)
    assert faults(figure) == [] and len(figure.axes) == 3 * len(ASKED[unit].RUNS)
    for row, number in enumerate(ASKED[unit].RUNS):
        rate = figure.axes[3 * row + 1].lines[0].get_ydata()
        assert rate.tolist() == runs()[number].rate.tolist()
        assert runs()[number].label not in figures.alt(figure)


def test_a_notebook_shows_the_runs_before_pyplot_has_drawn_anything(tmp_path):
    setup = "from lrlib import figures"
    notebook = new_notebook(cells=list(map(new_code_cell, [setup, "figures.runs_figure((39, 9))"])))
    outcome = running.run(notebook, tmp_path)
    (output,) = outcome.cells[-1].outputs
    assert "image/png" in output.data and outcome.figures == [[]]


def test_a_wrong_letter_is_told_what_one_would_see():
    quiz = ASKED["05_smooth_decay"].CURVES
    right = {id: question.answer for id, question in quiz.questions.items()}
    assert check("curves_05", right).score == 1
    wrong = next(key for key in "abcd" if key != right["c1"])
    report = check("curves_05", right | {"c1": wrong})
    assert report.score < 1 and quiz.questions["c1"].options[wrong] in str(report)
