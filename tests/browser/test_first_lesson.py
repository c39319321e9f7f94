"""The main job in a real JupyterLab: a learner is wrong, is told why, and mends it."""

import pytest

from tests.browser.first_lesson import Lesson
from tests.browser.lab_page import LabPage

FORGOT_THE_MINUS = "def sgd_step(w, grad, lr):\n    return w + lr * grad"
RIGHT = "def sgd_step(w, grad, lr):\n    return w - lr * grad"


@pytest.fixture(scope="module")
def lesson(jupyter, chrome):
    context = chrome.new_context(viewport={"width": 1280, "height": 1000})
    opened = Lesson.open(context.new_page(), jupyter)
    opened.run_all()
    yield opened
    context.close()


def test_the_whole_lesson_runs_before_anything_is_written(lesson):
    card = lesson.show(lesson.places["check_minimise"]).locator(".lr-card")
    card.get_by_text("minimise: 0 of 5 points, not written yet").wait_for()
    assert lesson.notebook.errors == []


def test_the_rate_is_dragged_until_the_marble_is_lost(lesson):
    lesson.show(lesson.place_of(r"^step_marble\(\)"))
    lab = LabPage.show(lesson.notebook, lesson.place_of(r"^step_marble\(\)"))
    assert "diverge" not in lab.reading
    pictures = lab.drag(lab.slider("Learning rate"), pixels=260)
    assert pictures.count > 5
    assert pictures.blank == 0
    lab.click("Step")
    assert "diverge" in lab.reading
    assert "DIVERGED" in (lab.picture.text_content() or "")


def test_a_forgotten_minus_sign_is_named_and_then_mended(lesson):
    lesson.write("sgd_step", FORGOT_THE_MINUS)
    card = lesson.check("sgd_step")
    said = card.inner_text()
    assert "2 of 5 points, not there yet" in said
    assert "Should the step go up or down?" in said
    assert "For example" in said
    card.get_by_text("Hint 3").click()
    assert card.get_by_text("minus the rate times").is_visible()

    lesson.write("sgd_step", RIGHT)
    assert "5 of 5 points, everything holds" in lesson.check("sgd_step").inner_text()

    said = lesson.validate()
    assert "check(minimise)" in said
    assert "check(sgd_step)" not in said
    assert lesson.notebook.errors == []
