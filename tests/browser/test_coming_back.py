"""A learner who comes back: labs say what to run, and nothing that was written is lost."""

import os

from course.asleep import SLEEPS, put_labs_to_sleep
from lrlib.labs.kit.jupyter import ASLEEP
from tests.browser.first_lesson import Lesson
from tests.browser.jupyter import NotebookPage, serve
from tests.browser.test_first_lesson import RIGHT

ERROR = "Error displaying widget"


def picture(page, name):
    """Keep a picture where `LR_PICTURES` names a folder, for a person to look at."""
    if folder := os.environ.get("LR_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def said(lesson, index):
    return lesson.show(index).locator(".jp-OutputArea").first.inner_text()


def test_a_lab_says_what_to_run_when_its_kernel_was_started_anew(jupyter, chrome):
    context = chrome.new_context(viewport={"width": 1280, "height": 1000})
    lesson = Lesson.open(context.new_page(), jupyter)
    lab = lesson.place_of(r"^step_marble\(")
    lesson.notebook.run_cell(lesson.places["setup"])
    lesson.show(lab)
    lesson.notebook.run_cell(lab)
    asleep = lesson.notebook.cell(lab).get_by_text(ASLEEP)
    lesson.notebook.cell(lab).locator(".lr-result").wait_for()
    assert not asleep.is_visible()
    lesson.notebook.restart()
    asleep.wait_for()
    picture(lesson.notebook.page, "asleep-after-restart")
    lesson.notebook.run_cell(lab)
    assert "`step_marble` is made by the set-up cell" in said(lesson, lab)
    lesson.show(lesson.places["setup"])
    lesson.notebook.run_cell(lesson.places["setup"])
    lesson.show(lab)
    lesson.notebook.run_cell(lab)
    lesson.notebook.cell(lab).locator(".lr-result").wait_for()
    assert not lesson.notebook.cell(lab).get_by_text(ASLEEP).is_visible()
    context.close()


def test_after_the_server_was_stopped_labs_say_what_to_run_and_answers_are_there(tmp_path, chrome):
    (tmp_path / "root").mkdir()
    context = chrome.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    with serve(tmp_path / "root", tmp_path / "first") as server:
        lesson = Lesson.open(page, server)
        lab = lesson.place_of(r"^step_marble\(")
        lesson.notebook.run_cell(lesson.places["setup"])
        lesson.show(lab)
        lesson.notebook.run_cell(lab)
        lesson.write("sgd_step", RIGHT)
        lesson.check("sgd_step")
        with page.expect_response(
            lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
        ):
            page.keyboard.press("Control+s")
    put_labs_to_sleep(tmp_path / "root" / "work")
    page = context.new_page()
    with serve(tmp_path / "root", tmp_path / "second") as server:
        lesson.notebook = NotebookPage.open(page, server, "work/01_fixed_rate.ipynb")
        now = said(lesson, lab)
        picture(page, "asleep-after-the-server")
        assert SLEEPS.strip("*") in now and ERROR not in now
        lesson.notebook.run_cell(lab)
        assert "`step_marble` is made by the set-up cell" in said(lesson, lab)
        lesson.show(lesson.places["setup"])
        lesson.notebook.run_cell(lesson.places["setup"])
        lesson.show(lab)
        lesson.notebook.run_cell(lab)
        lesson.notebook.cell(lab).locator(".lr-result").wait_for()
        assert SLEEPS.strip("*") not in said(lesson, lab)
        lesson.show(lesson.places["sgd_step"])
        lesson.notebook.run_cell(lesson.places["sgd_step"])
        assert "✓ sgd_step: 5 of 5 points" in lesson.check("sgd_step").inner_text()
    context.close()
