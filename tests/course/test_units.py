"""Every unit runs clean, grades as it says, keeps the promises of its prose and is accessible."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import pairwise

import pytest

from autograders.declare.catalogue import of_unit
from autograders.declare.exercise import Exercise, Quiz
from autograders.notebook.your_code import your_code

from . import running
from .quoted import QUOTED
from .running import UNITS, is_answer, is_test

PARTS = (
    "Warm-up",
    "Predict",
    "Live lab",
    "Worked example",
    "Write it yourself",
    "Bug museum",
    "Experiment",
    "Your conclusion",
    "Exit quiz",
    "Further reading",
)
BOXES = ("**Time**", "**Points**", "**You need**", "**Conventions", "**What practitioners do.**")
LESSONS = [unit for unit in UNITS if unit != "17_capstone"]
MOST_LINES = 26

each_unit = pytest.mark.parametrize("unit", UNITS)
source = cache(running.source)
release = cache(running.release)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """The outcome of a unit's source notebook, run once however many tests ask."""
    return cache(
        lambda unit: running.run(
            source(unit),
            tmp_path_factory.mktemp(unit),
            tuple(expression for _, expression in QUOTED.get(unit, [])),
        )
    )


def words(cell):
    return re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)


# Running and grading


@each_unit
def test_the_source_notebook_runs_clean_from_top_to_bottom(unit, solved):
    assert solved(unit).errors == []


@each_unit
def test_every_figure_has_its_scales_and_shows_each_of_its_lines(unit, solved):
    figures = solved(unit).figures
    assert len(figures) >= len(
        re.findall(r"\*(?:Figure \d+|The four runs) in words", running.prose(source(unit)))
    )
    assert [fault for faults in figures for fault in faults] == []


@each_unit
def test_the_source_notebook_scores_full_marks(unit, solved):
    scores = solved(unit).scores
    assert set(scores) == set(running.tested(source(unit))) != set()
    assert [name for name, (score, most) in scores.items() if score != most] == []


@each_unit
def test_the_release_notebook_runs_without_a_traceback_and_scores_nothing(unit, tmp_path):
    outcome = running.run(release(unit), tmp_path)
    assert outcome.errors == []
    assert set(outcome.scores) == set(running.tested(source(unit)))
    assert [name for name, (score, _) in outcome.scores.items() if score] == []


@each_unit
def test_a_half_finished_notebook_gets_exactly_the_points_of_its_answers(unit, tmp_path):
    graded = running.tested(source(unit))
    functions = [name for name in graded if isinstance(of_unit(unit)[name], Exercise)]
    done = {*functions[::2], graded[-1]}
    scores = running.run(running.half_finished(unit, done), tmp_path).scores
    expected = {name: most if name in done else 0 for name, (_, most) in scores.items()}
    assert {name: score for name, (score, _) in scores.items()} == expected
    assert 0 < sum(expected.values()) < sum(most for _, most in scores.values())


@each_unit
def test_the_release_holds_no_solution(unit):
    released = "\n".join(cell.source for cell in release(unit).cells)
    assert "SOLUTION" not in released
    for cell in source(unit).cells:
        if is_answer(cell):
            region = re.search(r"### BEGIN SOLUTION\n(.*?)\s*### END", cell.source, re.DOTALL)[1]
            assert region not in released, cell.source
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source not in released


@each_unit
def test_the_points_add_up_to_what_the_unit_says(unit):
    graded = [c.metadata["nbgrader"] for c in source(unit).cells if "nbgrader" in c.metadata]
    total = sum(cell["points"] for cell in graded if cell["grade"])
    stated = re.search(r"\*\*Points\*\* (\d+)", running.prose(source(unit)))
    assert stated and total == int(stated[1])


@each_unit
def test_quiz_and_prediction_options_are_those_of_the_notebook(unit):
    text = running.prose(source(unit))
    quizzes = [item for item in of_unit(unit).values() if type(item) is Quiz]
    assert quizzes
    shown = re.findall(r"\*\*([cpq]\d)\.\*\*(.*?)(?=\*\*[cpq]\d\.\*\*|##|$)", text)
    options = {id: set(re.findall(r"(?<=- )\((\w)\)", body)) for id, body in shown}
    declared = {id: set(q.options) for quiz in quizzes for id, q in quiz.questions.items()}
    assert options == declared


@each_unit
def test_every_option_of_a_quiz_has_an_explanation_of_its_own(unit):
    for item in of_unit(unit).values():
        if type(item) is Quiz:
            for question in item.questions.values():
                assert len(set(question.options.values())) == len(question.options) > 1
                assert all(len(text) > 20 for text in question.options.values())


# What the prose says


def test_every_unit_that_quotes_numbers_is_checked():
    assert set(QUOTED) <= set(UNITS)


@pytest.mark.parametrize(
    "unit, words, expression", [(u, *q) for u, qs in QUOTED.items() for q in qs]
)
def test_what_the_prose_states_is_true_of_the_run(unit, words, expression, solved):
    said = running.prose(source(unit)) + running.guide_page(unit) + explanations(unit)
    assert words in said, "the prose changed: change tests/course/quoted.py"
    assert solved(unit).facts.get(expression) == "True"


def explanations(unit):
    """What a learner reads after an answer in a quiz."""
    quizzes = [item for item in of_unit(unit).values() if type(item) is Quiz]
    questions = [question for quiz in quizzes for question in quiz.questions.values()]
    return "\n".join(text for question in questions for text in question.options.values())


@each_unit
def test_the_model_conclusion_keeps_to_a_twentieth_the_length_that_it_asks_of_others(unit):
    for prompt, cell in pairwise(source(unit).cells):
        asked = re.search(r"In (\d+) to (\d+) words", prompt.source)
        if asked and cell.metadata.get("nbgrader", {}).get("grade"):
            count = sum(bool(re.search(r"\w", word)) for word in cell.source.split())
            assert int(asked[1]) <= count <= 1.05 * int(asked[2])


@each_unit
def test_the_rubric_stands_above_the_written_conclusion(unit):
    cells = source(unit).cells
    for prompt, cell in pairwise(cells):
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade") and nbgrader["solution"]:
            for point in range(1, int(nbgrader["points"]) + 1):
                assert f"({point}) " in prompt.source


# Shape and accessibility


@pytest.mark.parametrize("unit", LESSONS)
def test_a_lesson_has_every_part_of_its_shape(unit):
    text = running.prose(source(unit))
    headings = [h for c in source(unit).cells if c.cell_type == "markdown" for h in heads(c)]
    assert [
        part for part in PARTS if not any(title.startswith(part) for _, title in headings)
    ] == []
    assert [box for box in BOXES if box not in text] == []


def heads(cell):
    return [(len(a), b) for a, b in re.findall(r"^(#+) (.*)$", words(cell), re.MULTILINE)]


@each_unit
def test_there_is_one_title_and_no_heading_level_is_skipped(unit):
    levels = [
        level for c in source(unit).cells if c.cell_type == "markdown" for level, _ in heads(c)
    ]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@each_unit
def test_every_figure_is_described_in_words_below_it(unit, solved):
    cells = solved(unit).cells
    for cell, below in zip(cells, [*cells[1:], None]):
        drawn = any("image/png" in o.get("data", {}) for o in cell.get("outputs", []))
        if drawn:
            assert below is not None and re.match(
                r"\*(Figure \d+|The four runs) in words: ", below.source
            ), cell.source


@each_unit
def test_every_axis_has_a_label_and_curves_differ_by_more_than_colour(unit):
    for cell in source(unit).cells:
        if cell.cell_type == "code" and "plt.subplots" in cell.source:
            assert "xlabel=" in cell.source and "ylabel=" in cell.source, cell.source
            if re.search(r"\.(plot|semilogy|semilogx|loglog)\(", cell.source):
                assert "style.series(" in cell.source, cell.source


@each_unit
def test_images_in_markdown_have_a_text_alternative(unit):
    for cell in source(unit).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"!\[\s*\]\(|<img(?![^>]*alt=\"[^\"]+\")", cell.source)


@each_unit
def test_code_cells_are_short(unit):
    for cell in source(unit).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= MOST_LINES, cell.source


@each_unit
def test_test_cells_come_after_their_answers_and_every_function_has_one(unit):
    seen, checked = set(), set()
    for cell in source(unit).cells:
        if is_answer(cell):
            seen.add(cell.metadata["nbgrader"]["grade_id"])
        elif is_test(cell):
            checked.add(cell.metadata["nbgrader"]["grade_id"].removeprefix("check_"))
            assert checked <= seen
    assert set(of_unit(unit)) == checked


@each_unit
def test_a_graded_contract_names_its_inputs(unit):
    for cell in source(unit).cells:
        if not is_answer(cell) or cell.metadata["nbgrader"]["grade_id"] not in of_unit(unit):
            continue
        for function in ast.parse(cell.source).body:
            if isinstance(function, ast.FunctionDef):
                names = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
                contract = ast.get_docstring(function)
                assert [n for n in names if not re.search(rf"\b{n}\b", contract)] == []
                assert re.search(r"\bReturns?\b", contract), contract


# The block that waits for a learner's code


def test_a_stub_is_waited_for_by_name(capsys):
    def sgd_step(w, grad, lr):
        raise NotImplementedError

    with your_code():
        sgd_step(1.0, 1.0, 0.1)
    assert "waits for your `sgd_step`" in capsys.readouterr().out


def test_a_name_that_an_earlier_cell_did_not_make_is_waited_for(capsys):
    exec("with your_code():\n    losses[0]", {"your_code": your_code})
    assert "waits for `losses`" in capsys.readouterr().out


@pytest.mark.parametrize("body", ["1 / 0", "return nowhere"])
def test_a_learners_own_mistakes_are_shown(body):
    def wrong():
        return 1 / 0 if body == "1 / 0" else nowhere  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises((ZeroDivisionError, NameError)), your_code():
        wrong()
