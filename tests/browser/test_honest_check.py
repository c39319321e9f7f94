"""In a real JupyterLab a check judges what the notebook says, and Stop is no verdict."""

import os

import pytest

from tests.browser.first_lesson import Lesson
from tests.browser.test_first_lesson import RIGHT

NO_COLON = RIGHT.replace(":", "", 1)
ENDLESS = "def sgd_step(w, grad, lr):\n    while True:\n        pass"


@pytest.fixture(scope="module")
def lesson(jupyter, chrome):
    context = chrome.new_context(viewport={"width": 1280, "height": 1000})
    opened = Lesson.open(context.new_page(), jupyter)
    opened.notebook.run_cell(opened.places["setup"])
    yield opened
    context.close()


def picture(lesson, name):
    """Keep a picture where `LR_PICTURES` names a folder, for a person to look at."""
    if folder := os.environ.get("LR_PICTURES"):
        lesson.notebook.page.screenshot(path=f"{folder}/{name}.png")


def test_a_colon_deleted_after_a_green_check_turns_the_card(lesson):
    lesson.write("sgd_step", RIGHT)
    assert "✓ sgd_step: 5 of 5 points" in lesson.check("sgd_step").inner_text()
    lesson.write("sgd_step", NO_COLON)
    said = lesson.check("sgd_step").inner_text()
    picture(lesson, "colon")
    assert said.startswith("The cell that defines sgd_step stopped with a SyntaxError in line 1")
    assert "✗ sgd_step" in said and "✓ sgd_step" not in said
    lesson.write("sgd_step", RIGHT)
    assert "✓ sgd_step: 5 of 5 points" in lesson.check("sgd_step").inner_text()


def test_an_edit_that_is_saved_and_not_run_turns_the_card(lesson):
    cell = lesson.show(lesson.places["sgd_step"])
    cell.locator(".cm-content").click()
    lesson.notebook.page.keyboard.press("Control+a")
    lesson.notebook.page.keyboard.insert_text(RIGHT.replace("-", "+"))
    with lesson.notebook.page.expect_response(
        lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
    ):
        lesson.notebook.page.keyboard.press("Control+s")
    said = lesson.check("sgd_step").inner_text()
    picture(lesson, "edited")
    assert said.startswith("The cell that defines sgd_step was edited and not run")


def test_stop_says_stopped_by_you_and_gives_no_points(lesson):
    lesson.write("sgd_step", ENDLESS)
    index, page = lesson.places["check_sgd_step"], lesson.notebook.page
    cell = lesson.show(index)
    before = lesson.notebook._prompt(index)
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    page.locator("#jp-main-statusbar").get_by_text("| Busy").wait_for()
    page.wait_for_timeout(1000)
    page.locator("[data-command='notebook:interrupt-kernel'], [title^='Interrupt']").first.click()
    lesson.notebook.wait_run(index, before)
    card = cell.locator(".lr-card")
    picture(lesson, "stopped")
    assert "sgd_step: stopped by you" in card.inner_text()
    assert "still running" not in card.inner_text()
    assert "points" not in cell.locator(".jp-OutputArea").inner_text()


def test_after_a_restart_each_card_says_which_cell_to_run(lesson):
    lesson.write("sgd_step", RIGHT)
    lesson.notebook.restart()
    index = lesson.places["check_sgd_step"]
    lesson.show(index)
    said = lesson.notebook.run_cell(index).inner_text()
    picture(lesson, "restarted")
    assert "`check` is made by the set-up cell, the first code cell of this notebook." in said
    lesson.notebook.run_cell(lesson.places["setup"])
    lesson.show(index)
    said = lesson.notebook.run_cell(index).inner_text()
    assert "`sgd_step` is made by the cell that begins with `def sgd_step(w, grad, lr):`" in said
    lesson.write("sgd_step", RIGHT)
    assert "✓ sgd_step: 5 of 5 points" in lesson.check("sgd_step").inner_text()
