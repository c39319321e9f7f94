"""Live labs in a real JupyterLab: what a learner sees, hears and can do from the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from lrlib import labs
from tests.browser.jupyter import NotebookPage, Server
from tests.browser.lab_page import LabPage

OpenNotebook = Callable[..., NotebookPage]
MARBLE = "from lrlib import labs\nlabs.step_marble()"
WEAKEST_CONTRAST = 4.5
SMALLEST_TEXT = 8  # CSS pixels, 16 on the screen at 200 %


def number_in(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, f"{pattern!r} is not in {text!r}"
    return float(found.group(1))


def test_a_learner_drives_the_marble_until_it_diverges_and_meets_the_challenge(
    notebook: OpenNotebook,
) -> None:
    page = notebook([MARBLE, "1 + 1"])
    lab = LabPage.show(page, 0)
    rate = lab.slider("Learning rate")

    before = number_in(r"Learning rate ([\d.]+)", lab.reading)
    after = number_in(r"Learning rate ([\d.]+)", lab.press(rate, "ArrowRight"))
    assert after > before

    lab.click("Diverges")
    assert "diverges" in lab.reading
    assert "DIVERGED" in (lab.picture.text_content() or "")

    lab.type_number("Learning rate, number", "0.5")
    lab.click("Step")
    assert "after 1 step w = 0." in lab.reading
    assert lab.root.get_by_text("Challenge met").count() == 1

    lab.click("Reset")
    assert "after 0 steps w = 1.8" in lab.reading
    assert lab.root.get_by_text("Challenge (met before)").count() == 1
    assert page.errors == []


def test_run_walks_the_marble_step_by_step_to_its_last_step(notebook: OpenNotebook) -> None:
    lab = LabPage.show(notebook([MARBLE]), 0)
    lab.click("Run")
    lab.root.get_by_text("after 20 steps", exact=False).first.wait_for()
    assert lab.marks("How close, step by step") >= 20


def test_keys_on_a_lab_never_edit_the_notebook_and_shortcuts_still_work(
    notebook: OpenNotebook,
) -> None:
    page = notebook([MARBLE, "'second'", "'third'"])
    lab = LabPage.show(page, 0)
    before = page.sources()
    lab.slider("Learning rate").focus()
    for key in ("a", "b", "x", "d", "d", "m", "y", "z", "ArrowDown", "ArrowUp", "0", "Enter"):
        page.page.keyboard.press(key)
    lab.button("Step").focus()
    for key in ("x", "a", "d", "d", "m"):
        page.page.keyboard.press(key)
    assert page.sources() == before
    assert page.page.locator(".jp-Notebook .jp-MarkdownCell").count() == 0

    lab.slider("Learning rate").focus()
    page.page.keyboard.press("Control+s")
    page.page.locator(".jp-mod-dirty").first.wait_for(state="detached")


def test_every_control_has_a_name_a_role_and_a_value_that_is_spoken(notebook: OpenNotebook) -> None:
    lab = LabPage.show(notebook([MARBLE]), 0)
    tree = lab.accessibility_tree()
    assert ("group", "Step marble") in tree
    assert ("slider", "Learning rate") in tree
    assert ("spinbutton", "Learning rate, number") in tree
    for role, name in tree:
        if role in {"slider", "button", "spinbutton", "combobox", "checkbox", "image", "img"}:
            assert name, f"a {role} has no accessible name"
    rate = lab.slider("Learning rate")
    lab.press(rate, "ArrowRight")
    assert float(rate.get_attribute("aria-valuetext") or "nan") == pytest.approx(
        lab.number_box("Learning rate, number"), rel=0.02
    )
    assert lab.reading in (lab.picture.get_attribute("aria-label") or "")
    lab.root.locator("[role=status]", has_text=lab.reading).wait_for(state="attached")


def test_the_learner_s_own_function_moves_the_marble_and_its_faults_are_named(
    notebook: OpenNotebook,
) -> None:
    page = notebook(
        [
            "from lrlib import labs\ndef sgd_step(w, grad, lr):\n    return w + lr * grad\n"
            "labs.step_marble(sgd_step)",
            "def unfinished(w, grad, lr):\n    raise NotImplementedError\n"
            "labs.step_marble(unfinished)",
        ]
    )
    uphill = LabPage.show(page, 0)
    assert "diverges" in uphill.reading
    unfinished = LabPage.show(page, 1)
    assert "not written yet" in unfinished.reading


def test_dragging_trains_the_network_and_the_last_picture_is_the_last_value(
    notebook: OpenNotebook,
) -> None:
    page = notebook(["from lrlib import labs\nlab = labs.drag_the_drops()\nlab", "lab.reading"])
    lab = LabPage.show(page, 0)
    start = lab.reading
    pictures = lab.drag(lab.slider("First rate"), pixels=120)
    assert pictures.count > 3 and pictures.blank == 0
    assert lab.reading != start
    page.wait_idle()
    assert lab.reading in page.run_cell(1).inner_text()


def test_the_dark_theme_of_jupyterlab_reaches_the_lab(notebook: OpenNotebook) -> None:
    page = notebook([MARBLE])
    lab = LabPage.show(page, 0)
    light = lab.colours()
    page.use_dark_theme()
    assert set(lab.colours()).isdisjoint(light)


@pytest.fixture(scope="module")
def zoomed(jupyter: Server, chrome: Browser) -> Iterator[NotebookPage]:
    """A notebook with one cell for each lab, seen at 200 %: half the room, twice the pixels."""
    cells = [f"from lrlib import labs\nlabs.{name}()" for name in labs.__all__]
    name = jupyter.add_notebook("every-lab.ipynb", cells)
    context = chrome.new_context(viewport={"width": 640, "height": 500}, device_scale_factor=2)
    yield NotebookPage.open(context.new_page(), jupyter, name)
    context.close()


@pytest.mark.parametrize("name", labs.__all__)
def test_each_lab_opens_every_slider_answers_and_its_words_are_legible_at_200_percent(
    zoomed: NotebookPage, name: str
) -> None:
    lab = LabPage.show(zoomed, labs.__all__.index(name))
    for _ in range(3 if lab.button("Step").count() else 0):
        lab.click("Step")
    for slider in lab.root.get_by_role("slider").all():
        before, seen = lab.svg(), set()
        for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
            slider.press(key)
            lab.settle()
            seen.add(lab.svg())
        assert seen - {before}, f"{slider.get_attribute('aria-label')} changes nothing"
    assert lab.smallest_text() >= SMALLEST_TEXT
    for theme in ("light", "dark"):
        lab.pretend_theme(theme)
        assert lab.faint_words(WEAKEST_CONTRAST) == [], theme
    lab.pretend_theme("light")
    assert zoomed.errors == []
