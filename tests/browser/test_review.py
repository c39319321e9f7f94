"""A review in a real JupyterLab: answered from the keyboard alone, read aloud, on any width."""

import json
import os

import pytest

from course.review import cards, memory

SET_UP = "import os\nos.environ['LR_COURSE_PROGRESS'] = {!r}\nfrom course.review import review"
SIZES = {
    "phone": {"viewport": {"width": 390, "height": 844}},
    "laptop": {"viewport": {"width": 1366, "height": 768}},
    "wide": {"viewport": {"width": 1920, "height": 1080}},
    "twice": {"viewport": {"width": 640, "height": 600}, "device_scale_factor": 2},
}


@pytest.fixture
def learner(tmp_path):
    """The progress file of someone who has begun the units whose cards have pictures."""
    kept = tmp_path / ".progress.json"
    units = {f"exercise_{unit}": {"unit": f"{unit}_x"} for unit in ("03", "05", "11")}
    kept.write_text(json.dumps(units))
    return kept


def answer(opened, letter, section):
    """Type a letter where the cell asks, and wait for what it shows next."""
    page = opened.page
    asked = page.locator(".jp-Stdin-input:enabled").last
    asked.wait_for()
    assert asked.evaluate("box => box === document.activeElement")
    page.keyboard.type(letter)
    page.keyboard.press("Enter")
    section.wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_a_review_is_answered_from_the_keyboard_and_fits_the_page(notebook, learner, size):
    opened = notebook([SET_UP.format(str(learner)), "review(6)"], **SIZES[size])
    if size in ("laptop", "twice"):
        opened.use_dark_theme()
    opened.run_cell(0)
    page = opened.page
    opened.cell(1).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    told = page.get_by_role("region", name="Explanation")
    for number in range(1, 7):
        question = page.get_by_role("region", name=f"Card {number} of 6", exact=False)
        question.wait_for()
        options = question.get_by_role("listitem")
        assert [options.nth(n).inner_text()[:3] for n in range(3)] == ["a) ", "b) ", "c) "]
        for picture in question.get_by_role("img").all():
            assert "the same in numbers follows" in picture.get_attribute("alt")
            assert question.get_by_text("The picture in numbers").is_visible()
        over = question.evaluate("it => it.scrollWidth - it.clientWidth")
        assert over <= 0
        if folder := os.environ.get("LR_PICTURES"):
            page.screenshot(path=f"{folder}/review-{size}-{number}.png")
        answer(opened, "a", told.nth(number - 1))
    opened.wait_idle()
    assert "of 6 right" in opened.cell(1).locator(".jp-OutputArea").inner_text()
    kept = memory.Memory.load(learner.with_name(".progress.review.jsonl")).seen
    assert len(kept) == 6 and set(kept) <= {card.name for card in cards.all_cards()}
    assert opened.errors == []
