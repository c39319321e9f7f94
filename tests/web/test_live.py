"""The labs of lesson pages without a browser: frames, the desk, and what calls mean."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import nbformat
import pytest

from course.web.live.desk import Desk, open_lab
from course.web.live.labs import lab_call, live_lab
from lrlib import labs
from lrlib.labs.kit.model import Shown
from lrlib.labs.kit.page import MOST_FRAMES, Stage, frames, main_control, stops
from tests.web.conftest import ROOT, UNITS


def lesson_labs(unit: str) -> list[tuple[str, dict[str, str]]]:
    """The labs that the cells of a released lesson show."""
    path = ROOT / "course" / "release" / unit / f"{unit}.ipynb"
    code = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    plain = [cell for cell in code if not cell.startswith("%")]
    return [found for cell in plain if (found := lab_call(cell, code[0]))]


CALLS = [(unit, *call) for unit in UNITS for call in lesson_labs(unit)]


def test_every_lesson_has_a_lab_and_all_labs_but_the_playground_are_in_a_lesson() -> None:
    assert {unit for unit, *_ in CALLS} == set(UNITS)
    assert {name for _, name, _ in CALLS} == set(labs.__all__) - {"playground"}


@pytest.mark.parametrize(("unit", "name", "own"), CALLS, ids=lambda value: str(value)[:24])
def test_a_lab_opens_with_the_functions_of_its_lesson_and_with_the_learner_s(
    unit: str, name: str, own: dict[str, str]
) -> None:
    assert open_lab(name, own).outcome.data is not None

    def unwritten(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    theirs = open_lab(name, own, dict.fromkeys(own.values(), unwritten))
    moved = {"steps": 1} if theirs.most_steps else {}
    moved |= {"method": "RMSprop"} if name == "effective_rate_bars" else {}
    theirs.set(**moved)
    assert not own or "is not written yet" in theirs.reading


@pytest.mark.parametrize("name", labs.__all__)
def test_each_frame_of_the_first_drag_is_what_the_lab_shows_at_that_value(name: str) -> None:
    text = live_lab(name, {}, "lab")
    (found,) = re.findall(r'class="lr-frames">(.*?)</script>', text, re.DOTALL)
    known, fresh = json.loads(found), getattr(labs, name)()
    control, base = main_control(fresh), fresh.shown()
    assert known["name"] == (control.name if control else "")
    assert base.whole in text
    if control is None:
        return
    assert min(len(stops(control)), 9) <= len(known["frames"]) <= MOST_FRAMES
    for value, parts in known["frames"]:
        fresh.forget()
        fresh.set(**{control.name: value})
        assert Shown(base.skeleton, {**base.parts, **parts}).whole == fresh.svg
    ends = [known["frames"][end][0] for end in (0, -1)]
    assert ends == pytest.approx([stops(control)[0], stops(control)[-1]])
    assert frames(fresh) == [(value, parts) for value, parts in known["frames"]]


@pytest.mark.parametrize("name", labs.__all__)
def test_news_of_the_worker_put_together_are_what_the_lab_shows(name: str) -> None:
    desk, native = Desk(), getattr(labs, name)()
    skeleton, parts = "", {}

    def ask(act: str, values: dict[str, Any]) -> dict[str, Any]:
        nonlocal skeleton
        request = {"kind": "lab", "key": "a", "lab": name, "own": {}, "act": act, "values": values}
        news = json.loads(desk.answer(json.dumps(request)))
        skeleton = news.get("skeleton", skeleton)
        parts.update(news["parts"])
        return news

    ask("open", {})
    assert Shown(skeleton, parts).whole == native.svg
    for _, values in native.presets:
        native.touch(**values)
        while native.go_on():
            pass
        news = ask("touch", dict(values))
        while news["more"]:
            news = ask("go_on", {})
        assert Shown(skeleton, parts).whole == native.svg
        assert json.loads(json.dumps(native.values)) == news["values"]
    native.pin()
    ask("pin", {})
    assert Shown(skeleton, parts).whole == native.svg
    if native.most_steps:
        native.step()
        assert ask("step", {})["values"]["steps"] == native.steps
    native.reset()
    ask("reset", {})
    assert Shown(skeleton, parts).whole == native.svg


def test_a_lab_of_a_new_worker_opens_with_the_values_that_the_page_has() -> None:
    desk = Desk()
    request = {"kind": "lab", "key": "a", "lab": "step_marble", "own": {}, "act": "open"}
    news = json.loads(desk.answer(json.dumps(request | {"values": {"lr": 0.5, "steps": 3}})))
    assert news["values"] == {"lr": 0.5, "steps": 3}
    with pytest.raises(ValueError, match="expected one of open, touch"):
        Stage(open_lab("step_marble", {})).act("__init__", {})


@pytest.mark.parametrize("name", labs.__all__)
def test_every_input_on_the_page_has_a_name_and_stands_at_the_lab_s_first_value(name: str) -> None:
    text, lab = live_lab(name, {}, "key"), getattr(labs, name)()
    assert len(re.findall(r'class="lr-control"', text)) == len(lab.controls)
    for id in re.findall(r'<(?:input type="(?:range|checkbox)"|select) id="([^"]+)"', text):
        labelled = f'for="{id}"' in text or f'<label><input type="checkbox" id="{id}"' in text
        assert labelled, id
    for marks in re.findall(r"data-marks='([^']+)'", text):
        assert all(isinstance(mark, int | float) for mark in ast.literal_eval(marks))
    assert text.count("<script") == text.count("</script") == 1, "no text can end the data"
