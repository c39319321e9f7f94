"""Worked siblings: true, run as they stand, never the answer, and absent where a class says so."""

import ast
import doctest
import importlib
import inspect

import nbformat
import numpy as np
import pytest

from autograders import Progress, check
from autograders.declare.catalogue import catalogue
from autograders.declare.exercise import Exercise
from autograders.judging.laws import run
from autograders.judging.plan import plan_for
from autograders.notebook import ladder
from course.build import COURSE, find_units, notebook_bytes, notebook_path, release_notebook
from course.build import read_source as source_of

UNITS = [u for u in find_units(COURSE, []) if (COURSE / "units" / u / "worked.py").exists()]
EXERCISES = [i for i in catalogue().values() if isinstance(i, Exercise) and i.unit in UNITS]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LR_COURSE_PROGRESS", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


def test_every_graded_function_of_these_units_has_a_sibling_and_no_two_share_one():
    assert len(UNITS) >= 15
    siblings = [ladder.sibling_of(exercise) for exercise in EXERCISES]
    assert None not in siblings and len({each.__name__ for each in siblings}) == len(EXERCISES)
    assert not {each.__name__ for each in siblings} & set(catalogue())


@pytest.mark.parametrize("unit", UNITS)
def test_what_a_sibling_says_of_itself_is_true(unit):
    module = importlib.import_module(f"course.units.{unit}.worked")
    assert set(module.SIBLINGS) <= {e.name for e in EXERCISES if e.unit == unit}
    finder, runner = doctest.DocTestFinder(exclude_empty=False), doctest.DocTestRunner()
    for sibling in module.SIBLINGS.values():
        (found,) = finder.find(sibling, sibling.__name__, globs={**vars(module), "np": np})
        assert found.examples, sibling.__name__
        runner.run(found)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("name", BY_NAME)
def test_a_sibling_is_short_and_says_why_it_is_written_so(name):
    source = inspect.getsource(ladder.sibling_of(BY_NAME[name]))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    lines = source.splitlines()[definition.body[0].end_lineno :]
    assert 2 <= len([line for line in lines if line.strip()]) <= 18
    assert "  # " in "\n".join(lines)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_sibling_is_not_the_answer_under_another_name(name):
    exercise = BY_NAME[name]
    sibling = ladder.sibling_of(exercise)
    names = list(inspect.signature(exercise.reference).parameters)
    most = len(inspect.signature(sibling).parameters)
    keywords = [
        each.name
        for each in inspect.signature(sibling).parameters.values()
        if each.kind is each.KEYWORD_ONLY
    ]

    def renamed(*args, **kwargs):
        given = {**dict(zip(names, args)), **kwargs}
        values = [given[each] for each in names if each in given][:most]
        places = most - len(keywords)
        return sibling(*values[:places], **dict(zip(keywords, values[places:])))

    for function in (sibling, renamed):
        assert not run(plan_for(exercise, 0), function).passed


def sgd_step(w, grad, lr):
    return w + lr * grad


def test_a_sibling_is_offered_after_three_attempts_and_shown_when_asked_for():
    cards = [check(sgd_step) for _ in range(3)]
    assert ["check(sgd_step, hint=4)" in str(card) for card in cards] == [False, False, True]
    assert "<code>check(sgd_step, hint=4)</code>" in cards[2]._repr_html_()
    assert "def moved" not in str(cards[2])
    card = check(sgd_step, hint=4)
    assert card.worked == inspect.getsource(ladder.sibling_of(BY_NAME["sgd_step"]))
    assert "def moved(position, velocity, seconds):" in str(card)
    assert "def moved(" in card._repr_html_() and "hint=4" not in str(card)
    assert "With a look at a worked sibling: sgd_step." in str(Progress())
    assert "With a look at a worked sibling: sgd_step." in Progress()._repr_html_()


def test_nobody_who_has_not_tried_sees_a_sibling():
    def minimise(grad_fn, w0, lr, steps):
        raise NotImplementedError

    cards = [check(minimise, hint=4) for _ in range(4)]
    assert not any(card.worked for card in cards) and ladder.FIRST in str(cards[0])
    assert "hint=4" not in str(check(minimise)) and "sibling" not in str(Progress())


def test_one_who_is_right_is_offered_nothing_and_may_look():
    right = BY_NAME["sgd_step"].reference
    for _ in range(5):
        check(sgd_step)
    assert not check("sgd_step", right).offer
    assert "def moved" in str(check("sgd_step", right, hint=4))


def test_a_quiz_and_a_course_without_siblings_have_none(monkeypatch):
    assert "hint" not in str(check("quiz_01", {}, hint=4))
    monkeypatch.setattr(ladder, "chosen", lambda: "quadrature.nowhere")
    for _ in range(4):
        card = check(sgd_step)
    assert not card.offer
    assert "There is no worked sibling" in check(sgd_step, hint=4).offer


@pytest.mark.parametrize("hint", [-1, 5, "4"])
def test_other_levels_are_refused(hint):
    with pytest.raises(ValueError, match="expected hint=0, 1, 2, 3 or 4"):
        check(sgd_step, hint=hint)


@pytest.fixture
def graded(tmp_path):
    """The settings of a course whose class goes without siblings."""
    own = (COURSE / "nbgrader_config.py").read_text("utf-8")
    (tmp_path / "nbgrader_config.py").write_text(f"{own}\nc.ClearAnswers.ladder = False\n")
    return tmp_path


def test_no_release_holds_a_sibling_and_a_graded_one_differs_by_its_switch_alone(graded):
    for unit in UNITS:
        text = notebook_path(COURSE, "release", unit).read_text("utf-8")
        module = importlib.import_module(f"course.units.{unit}.worked")
        for sibling in module.SIBLINGS.values():
            assert f"def {sibling.__name__}" not in text
            assert inspect.getdoc(sibling).splitlines()[0] not in text
    usual = nbformat.reads(text, as_version=4)
    made = release_notebook(source_of(COURSE, unit), graded)
    assert made.metadata.pop("autograders") == {"ladder": False}
    assert notebook_bytes(made) == notebook_bytes(usual)


def test_in_a_graded_release_a_check_neither_offers_nor_shows_a_sibling(graded, monkeypatch):
    made = release_notebook(source_of(COURSE, "01_fixed_rate"), graded)
    (graded / "01_fixed_rate.ipynb").write_bytes(notebook_bytes(made))
    monkeypatch.setenv("JPY_SESSION_NAME", str(graded / "01_fixed_rate.ipynb"))
    cards = [check(sgd_step, hint=hint) for hint in (1, 1, 1, 1, 3, 4, 4)]
    assert not any(card.worked for card in cards)
    assert not any("hint=4" in str(card) or "def moved" in str(card) for card in cards)
    assert cards[3].hints and cards[4].hints[2] in str(cards[4])


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"metadata": 3}', '{"metadata": {"autograders": 1}}']
)
def test_a_notebook_that_cannot_be_read_switches_nothing_off(tmp_path, monkeypatch, damage):
    path = tmp_path / "x.ipynb"
    path.write_text(damage)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert check(sgd_step, hint=4).worked
