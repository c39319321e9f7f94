"""Live labs in a real JupyterLab: what a learner sees, hears and can do from the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from lrlib import labs
from tests.browser.jupyter import NotebookPage, Server
from tests.browser.lab_page import LabPage
from tests.lrlib.test_labs_numbers import SOLUTIONS

# Two changes at once: what the browser answers to the first must not undo the second.
SOLVE = """
{name}.reset()
{name}.set(**{solution})
"""
CELLS = {
    "marble": "labs.step_marble()",
    "keys": "labs.step_marble()",
    "run": "labs.step_marble()",
    "names": "labs.step_marble()",
    "uphill": "def sgd_step(w, grad, lr):\n    return w + lr * grad\nlabs.step_marble(sgd_step)",
    "stub": "def sgd_step(w, grad, lr):\n    raise NotImplementedError\nlabs.step_marble(sgd_step)",
    "drops": "drops = labs.drag_the_drops()\ndrops",
    "reading": "drops.reading",
    **{
        place: cell
        for name in labs.__all__
        for place, cell in (
            (name, f"{name} = labs.{name}()\n{name}"),
            (f"{name} ends", SOLVE.format(name=name, solution=SOLUTIONS.get(name, {}))),
            (f"{name} says", f"{name}.reading"),
        )
    },
    "far from drops": "drops.set(lr0=0.02)\ndrops.reading",
}
PLACES = list(CELLS)
WEAKEST_CONTRAST, WEAKEST_HANDLE = 4.5, 3.0
CONTROL_ROLES = {"slider", "button", "spinbutton", "combobox", "checkbox", "image", "img"}
SPOKEN_MS = 1000  # a lab waits 400 ms for the last change before it speaks
SMALLEST_TEXT = 8  # CSS pixels, 16 on the screen at 200 %


def number_in(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, f"{pattern!r} is not in {text!r}"
    return float(found.group(1))


@pytest.fixture(scope="module")
def lesson(jupyter: Server, chrome: Browser) -> Iterator[NotebookPage]:
    """A notebook of labs at 200 %: half the room, twice the pixels."""
    name = jupyter.add_notebook(
        "labs.ipynb", [f"from lrlib import labs\n{cell}" for cell in CELLS.values()]
    )
    context = chrome.new_context(viewport={"width": 640, "height": 600}, device_scale_factor=2)
    yield NotebookPage.open(context.new_page(), jupyter, name)
    context.close()


def show(lesson: NotebookPage, place: str) -> LabPage:
    return LabPage.show(lesson, PLACES.index(place))


def test_a_learner_drives_the_marble_until_it_diverges_and_meets_the_challenge(
    lesson: NotebookPage,
) -> None:
    lab = show(lesson, "marble")
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
    assert lab.task.startswith("✓ Challenge met")
    lab.root.get_by_role("status").filter(has_text="✓ Challenge met").wait_for(state="attached")

    lab.click("Reset")
    assert "after 0 steps w = 1.8" in lab.reading
    assert "met before" in lab.task
    assert lesson.errors == []


def test_run_walks_the_marble_step_by_step_to_its_last_step(lesson: NotebookPage) -> None:
    lab = show(lesson, "run")
    lab.click("Run")
    lab.root.get_by_text("after 20 steps", exact=False).first.wait_for()
    assert lab.marks("How close, step by step") >= 20


def test_keys_on_a_lab_never_edit_the_notebook_and_shortcuts_still_work(
    lesson: NotebookPage,
) -> None:
    lab = show(lesson, "keys")
    before = lesson.sources()
    lab.slider("Learning rate").focus()
    for key in ("a", "b", "x", "d", "d", "m", "y", "z", "ArrowDown", "ArrowUp", "0", "Enter"):
        lesson.page.keyboard.press(key)
    lab.button("Step").focus()
    for key in ("x", "a", "d", "d", "m"):
        lesson.page.keyboard.press(key)
    assert lesson.sources() == before
    assert lesson.page.locator(".jp-Notebook .jp-MarkdownCell").count() == 0

    lab.slider("Learning rate").focus()
    lesson.page.keyboard.press("Control+s")
    lesson.page.locator(".jp-mod-dirty").first.wait_for(state="detached")


def test_every_control_has_a_name_a_role_and_a_value_that_is_spoken(lesson: NotebookPage) -> None:
    lab = show(lesson, "names")
    tree = lab.accessibility_tree()
    assert ("group", "Step marble") in tree
    assert ("slider", "Learning rate") in tree
    assert ("spinbutton", "Learning rate, number") in tree
    rate = lab.slider("Learning rate")
    lab.press(rate, "ArrowRight")
    spoken = float(rate.get_attribute("aria-valuetext") or "nan")
    box = lab.root.get_by_role("spinbutton", name="Learning rate, number")
    lesson.page.wait_for_function(  # the box follows the picture a little later
        "([box, spoken]) => Math.abs(box.value / spoken - 1) < 0.02",
        arg=[box.element_handle(), spoken],
    )
    assert lab.reading in (lab.picture.get_attribute("aria-label") or "")
    lab.root.locator("[role=status]", has_text=lab.reading).wait_for(state="attached")
    assert lab.root.get_by_role("status").text_content() == lab.reading, "the challenge is not new"


def test_what_is_typed_beside_a_slider_with_marks_is_not_taken_and_then_ignored(
    lesson: NotebookPage,
) -> None:
    lab = show(lesson, "results_board")
    readouts = lab.root.locator(".widget-readout")
    takes = readouts.evaluate_all("all => all.map(readout => readout.isContentEditable)")
    assert takes == [False, False, False, True], "rates and updates have marks, seeds are a number"
    assert lab.slider("SGD's rates, 2 of 2").get_attribute("aria-valuetext") == "10"


def test_a_lab_that_changed_out_of_sight_still_says_its_last_result(
    lesson: NotebookPage,
) -> None:
    lab = show(lesson, "drops")
    says = lesson.run_cell(PLACES.index("far from drops")).locator("pre").text_content() or ""
    assert "with the rate at 0.02" in says
    lesson.page.wait_for_timeout(SPOKEN_MS)
    lab.root.scroll_into_view_if_needed()
    lab.root.locator("[role=status]", has_text=says.strip("'")).wait_for(state="attached")


def test_the_learner_s_own_function_moves_the_marble_and_its_faults_are_named(
    lesson: NotebookPage,
) -> None:
    assert "diverges" in show(lesson, "uphill").reading
    assert "not written yet" in show(lesson, "stub").reading


def test_dragging_trains_the_network_and_the_last_picture_is_the_last_value(
    lesson: NotebookPage,
) -> None:
    lab = show(lesson, "drops")
    start = lab.reading
    pictures = lab.drag(lab.slider("First rate"), pixels=120)
    assert pictures.count > 3 and pictures.blank == 0
    assert lab.reading != start
    assert lab.reading in (lesson.run_cell(PLACES.index("reading")).text_content() or "")


@pytest.mark.parametrize("name", labs.__all__)
def test_each_lab_answers_every_control_says_what_it_shows_and_is_legible_at_200_percent(
    lesson: NotebookPage, name: str
) -> None:
    lab = show(lesson, name)
    for role, spoken in lab.accessibility_tree():
        if role in CONTROL_ROLES:
            assert spoken, f"a {role} has no accessible name"
    for _ in range(3 if lab.button("Step").count() else 0):
        lab.click("Step")
    for slider in lab.root.get_by_role("slider").all():
        before, seen = lab.svg(), set()
        for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
            slider.press(key)
            lab.settle()
            seen.add(lab.svg())
        assert seen - {before}, f"{slider.get_attribute('aria-label')} changes nothing"
    for box in lab.root.get_by_role("combobox").all():
        before = lab.svg()
        others = box.locator("option:not(:checked)")
        box.select_option(others.last.get_attribute("value"))
        lab.settle()
        assert lab.svg() != before, "an option changes nothing"
    for box in lab.root.get_by_role("checkbox").all():
        before = lab.svg()
        box.click()
        lab.settle()
        assert lab.svg() != before, "a switch changes nothing"
    pictures = lab.drag(lab.root.get_by_role("slider").first, pixels=60)
    assert pictures.count > 0 and pictures.blank == 0
    lesson.run_cell(PLACES.index(f"{name} ends"))
    lab.root.scroll_into_view_if_needed()
    lab.settle()
    in_kernel = lesson.run_cell(PLACES.index(f"{name} says")).text_content() or ""
    lab.root.scroll_into_view_if_needed()
    lab.root.locator(".lr-reading").wait_for()
    assert lab.task == "" or lab.task.startswith("✓ Challenge met")
    assert lab.reading in in_kernel
    assert ("group", lab.root.locator("h4").text_content()) in lab.accessibility_tree()
    assert lab.reading in (lab.picture.get_attribute("aria-label") or "")
    lab.root.get_by_role("status").filter(has_text=lab.reading).wait_for(state="attached")
    assert lab.smallest_text() >= SMALLEST_TEXT
    for theme in ("light", "dark"):
        lab.pretend_theme(theme)
        assert lab.faint_words(WEAKEST_CONTRAST) == [], theme
        assert lab.faint_handles(WEAKEST_HANDLE) == [], theme
    lab.pretend_theme("light")
    assert lesson.errors == []


def test_the_dark_theme_of_jupyterlab_reaches_every_lab_on_the_page(lesson: NotebookPage) -> None:
    lab = show(lesson, "marble")
    light = lab.colours()
    lesson.use_dark_theme()
    assert set(lab.colours()).isdisjoint(light)
    assert lab.faint_words(WEAKEST_CONTRAST) == []
