"""The cells of lesson pages without a browser: what they need, and what a check says."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise
from typing import Any

import nbformat
import pytest

from autograders import check
from autograders.declare.catalogue import catalogue
from autograders.declare.exercise import Quiz
from autograders.declare.experiment import Experiment
from course.web.live.cells import Interactive, choices, role
from course.web.live.desk import Desk, needs
from course.web.pages.access import accessible
from tests.web.conftest import ROOT, UNITS

SGD = "def sgd_step(w, grad, lr):\n    return w {} lr * grad\n"


def lesson(unit: str, kind: str = "release") -> Any:
    return nbformat.read(ROOT / "course" / kind / unit / f"{unit}.ipynb", 4)


def html_of(cell: Any) -> str:
    return cell.outputs[0]["data"]["text/html"]


def pages_checks(unit: str, answers: dict[str, str]) -> list[tuple[str, str, list[dict]]]:
    """Of each check of a lesson's page: name, code, and the cells that the script sends with it."""
    notebook, found = lesson(unit), []
    desk = Interactive(notebook)
    for cell in notebook.cells:
        if role(cell):
            for part in re.findall(r'<div class="lr-check".*?>', html_of(desk.cell(cell))):
                data = dict(re.findall(r'data-(\w+)="([^"]*)"', part))
                found.append((data["cell"], unescape(data["code"])))
    known = re.search(r'lr-lesson-data">(.*?)</script>', html_of(desk.last(unit)), re.DOTALL)
    assert known
    code = [
        {"id": id, "answer": source is None, "source": answers[id] if source is None else source}
        for id, source in json.loads(known[1])["code"]
    ]
    at = {cell["id"]: k for k, cell in enumerate(code)}
    return [(name, check, code[: at[name] + (not check)]) for name, check in found]


def answers(unit: str, kind: str) -> dict[str, str]:
    return {c.id: c.source for c in lesson(unit, kind).cells if role(c) == "answer"}


@pytest.mark.parametrize("unit", UNITS)
def test_with_the_right_answers_every_check_of_a_page_gives_full_marks(unit: str) -> None:
    desk, seen = Desk(), 0
    for name, code, cells in pages_checks(unit, answers(unit, "source")):
        news = desk.on_check(cells, code)
        assert "fault" not in news, (name, news)
        assert not code or news["score"] == pytest.approx(news["most"]), name
        seen += bool(code)
    assert seen >= 3


@pytest.mark.parametrize("unit", UNITS)
def test_as_released_no_check_of_a_page_gives_full_marks(unit: str) -> None:
    desk = Desk()
    for name, code, cells in pages_checks(unit, answers(unit, "release")):
        news = desk.on_check(cells, code)
        assert not code or news["score"] < news["most"], name


def of_sgd(source: str) -> list[dict[str, Any]]:
    """The cells of a lesson whose only answer is `sgd_step`."""
    setup = {"id": "setup", "answer": False, "source": "from autograders import check"}
    return [setup, {"id": "sgd_step", "answer": True, "source": source}]


def test_a_wrong_version_gets_the_card_that_check_gives_and_its_hints() -> None:
    news = Desk().on_check(of_sgd(SGD.format("+")), "check(sgd_step)")
    room: dict[str, Any] = {}
    exec(SGD.format("+"), room)
    assert news["card"] == check(room["sgd_step"])._repr_html_()
    assert "uphill" in news["card"] and news["score"] < news["most"]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def sgd_step(w, grad, lr)\n    return w", "sgd_step, line 1: SyntaxError: expected ':'"),
        ("x = 1\n1 / 0", "sgd_step, line 2: ZeroDivisionError: division by zero"),
        ("raise SystemExit", "sgd_step, line 1: SystemExit"),
    ],
)
def test_a_cell_that_fails_is_named_with_its_line_and_nothing_is_said_of_a_result(
    source: str, fault: str
) -> None:
    desk = Desk()
    assert desk.on_check(of_sgd(SGD.format("-")), "check(sgd_step)")["score"] == 5
    news = desk.on_check(of_sgd(source), "check(sgd_step)" if "def" in source else "")
    assert news["fault"].startswith(fault) and "card" not in news


def test_the_learner_s_function_drives_the_lab_that_takes_it_after_its_check() -> None:
    desk = Desk()
    ask = {"kind": "lab", "key": "a", "lab": "step_marble", "own": {"sgd_step": "sgd_step"}}
    still = {"act": "open", "values": {"lr": 0.25, "steps": 1}}
    before = json.loads(desk.answer(json.dumps(ask | still)))
    desk.on_check(of_sgd(SGD.format("+")), "check(sgd_step)")
    after = json.loads(desk.answer(json.dumps(ask | still)))
    assert "w = 0.9" in before["parts"]["words"] and "w = 2.7" in after["parts"]["words"]


def test_a_cell_without_a_check_runs_and_tells_the_values_it_names() -> None:
    cells = [
        {"id": "setup", "answer": False, "source": "import nothing_here\nimport math"},
        {"id": "data", "answer": False, "source": "print('not this'); x = 3\n"},
        {"id": "other", "answer": False, "source": "raise RuntimeError('nobody needs this')"},
        {"id": "raised", "answer": True, "source": "raised = x * math.pi // 1\nprint('this')\n"},
    ]
    expected = {"said": "this\n", "made": "raised = 9.0", "ran": ["raised"]}
    assert Desk().on_check(cells, "") == expected


EXPERIMENTS = {name for name, item in catalogue().items() if isinstance(item, Experiment)}


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_a_learner_s_plan_runs_on_its_page_and_no_result_stands_there_before(name: str) -> None:
    unit = catalogue()[name].unit
    notebook = lesson(unit)
    [plan] = [cell for cell in notebook.cells if role(cell) == "plan"]
    html = html_of(Interactive(notebook).cell(plan))
    assert "lower in" not in html and plan.source.split("(")[0] in html
    said = {}
    for kind in ("release", "source"):
        [cells] = [c for id, _, c in pages_checks(unit, answers(unit, kind)) if id == plan.id]
        said[kind] = Desk().on_check(cells, "")
        assert "fault" not in said[kind], said[kind]
    assert "waits for your plan" in said["release"]["said"]
    assert "seeds; rates chosen on" in said["source"]["said"] and "\r" not in said["source"]["said"]


def test_a_plan_that_cannot_be_run_is_told_why_on_its_page() -> None:
    cells = of_sgd("plan = {'rates': 'high'}")
    run = {"id": "run", "answer": False, "source": "experiment('experiment_01', plan)"}
    cells[0]["source"] = "from autograders import experiment"
    fault = Desk().on_check([*cells, run], "")["fault"]
    assert fault.startswith("run, line 1: PlanError: the plan lacks methods")


def test_a_cell_needs_the_last_makers_of_its_names_and_what_those_need() -> None:
    code = [
        ("setup", "import numpy as np"),
        ("a", "x = 1"),
        ("b", "def f(x):\n    return x + np.pi"),
        ("c", "y = x\nx = 5"),
        ("d", "def g():\n    return y\n"),
        ("e", "f(2), [g() for x in range(3)]"),
    ]
    assert needs(code, 5) == ["a", "b", "c", "d"]
    assert needs(code, 2) == []


def test_every_prediction_and_quiz_of_the_course_is_answered_by_buttons() -> None:
    quizzes = 0
    for unit in UNITS:
        cells = lesson(unit).cells
        for before, cell in pairwise(cells):
            if role(cell) == "answer" and cell.id.startswith(("predict_", "curves_", "quiz_")):
                offered = choices(cell.source, before.source)
                assert offered and all(len(letters) >= 2 for letters in offered.values()), cell.id
                quizzes += 1
    assert quizzes == sum(type(item) is Quiz for item in catalogue().values())


def test_what_a_theme_leaves_out_is_added_and_a_formula_with_a_fraction_stays() -> None:
    page = (
        '<aside class="toc-drawer"><th class="head"><p><math><mi>η</mi><mi>c</mi></math></p></th>'
    )
    assert accessible(page) == (
        '<aside class="toc-drawer" aria-label="On this page">'
        '<th class="head"><p><em>η c</em></p></th>'
    )
    fraction = '<th class="head"><p><math><mfrac><mi>a</mi><mi>b</mi></mfrac></math></p></th>'
    assert accessible(fraction) == fraction
