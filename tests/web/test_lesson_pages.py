"""A lesson's page in Chromium on real Python: write, check, stop, keep, take along, go offline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page

from course.web.live.cells import Interactive, role
from course.web.live.labs import lab_call, live_lab
from tests.web.conftest import ROOT, Visit, served
from tests.web.test_live_pages import START_MS, live, ready  # noqa: F401

pytestmark = pytest.mark.browser
UNIT = "01_fixed_rate"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A lesson</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="../live/live.css">
<script type="module" src="../live/lesson.js"></script></head><body><main><h1>A lesson</h1>
{cells}</main>"""
RIGHT = "def sgd_step(w, grad, lr):\n    return w - lr * grad\n"
WRONG = "def sgd_step(w, grad, lr):\n    return w + lr * grad\n"
ENDLESS = "def sgd_step(w, grad, lr):\n    while True:\n        pass\n"


@pytest.fixture(scope="module")
def lesson(live: Path) -> Path:  # noqa: F811
    """The folder of the labs' scripts with a page of the cells of one lesson."""
    notebook = nbformat.read(ROOT / "course/release" / UNIT / f"{UNIT}.ipynb", 4)
    desk, parts = Interactive(notebook), []
    for cell in notebook.cells:
        if role(cell):
            parts.append(desk.cell(cell).outputs[0]["data"]["text/html"])
        elif cell.cell_type == "code" and (call := lab_call(cell.source, desk.setup)):
            parts.append(live_lab(*call, key=cell.id))
    parts.append(desk.last(UNIT).outputs[0]["data"]["text/html"])
    (live / "read").mkdir(exist_ok=True)
    (live / "read" / "lesson.html").write_text(PAGE.format(cells="".join(parts)), "utf-8")
    return live


@pytest.fixture
def opened(lesson: Path, chrome) -> Iterator[Visit]:
    with served(lesson) as address:
        context = chrome.new_context(viewport={"width": 1280, "height": 900})
        seen = Visit(context.new_page(), address)
        seen.watch()
        seen.go("read/lesson.html")
        yield seen
        context.close()


def cell(page: Page, name: str) -> Locator:
    return page.locator(f'.lr-cell[data-cell="{name}"]')


def check(page: Page, name: str) -> Locator:
    return page.locator(f'.lr-check[data-cell="{name}"]')


def write(page: Page, name: str, text: str) -> None:
    """Put text in place of what an editor holds, by the keyboard."""
    place = cell(page, name)
    if not place.locator(".cm-content").count():
        place.locator("textarea").focus()
    place.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    assert place.locator("textarea").input_value() == text


def press(page: Page, name: str) -> str:
    """Press Check, and wait for what it says."""
    place = check(page, name)
    place.locator(".lr-report").evaluate("place => { place.textContent = ''; }")
    place.get_by_role("button", name=re.compile("Check|Run")).click()
    place.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=START_MS)
    return place.inner_text()


def test_a_learner_writes_checks_reads_hints_and_drives_the_lab(opened: Visit) -> None:
    page = opened.page
    write(page, "sgd_step", WRONG)
    said = press(page, "check_sgd_step")
    assert "2 of 5 points" in said and "Hint 1" in said
    assert "Which" in said or "up or down" in said
    lab = page.locator(".lr-live").nth(1)
    lab.get_by_role("button", name="Step").click()
    lab.locator(".lr-reading", has_text="after 1 step w = 1.98").wait_for()
    write(page, "sgd_step", RIGHT)
    page.keyboard.press("Control+Enter")
    check(page, "check_sgd_step").get_by_text("5 of 5 points").wait_for()
    write(page, "sgd_step", RIGHT.replace(":", "", 1))
    said = press(page, "check_sgd_step")
    assert "line 1: SyntaxError" in said and "points" not in said, "no verdict on what did not run"
    assert (opened.errors, opened.external) == ([], [])


def test_choices_are_buttons_and_everything_is_there_after_a_reload(opened: Visit) -> None:
    page = opened.page
    for key, letter in (("p1", "c"), ("p2", "b"), ("p3", "a")):
        page.locator(f'input[name="predict_01-{key}"][value="{letter}"]').check()
    assert "1 of 1 points" in press(page, "check_predict_01")
    write(page, "sgd_step", RIGHT)
    page.reload()
    assert cell(page, "predict_01").locator("input:checked").count() == 3
    assert "1 of 1 points" in check(page, "check_predict_01").inner_text()
    assert cell(page, "sgd_step").locator("textarea").input_value() == RIGHT
    page.locator('input[name="predict_01-p1"][value="b"]').check()
    page.reload()
    said = check(page, "check_predict_01").inner_text()
    assert "points" not in said, "the card was for other answers"


def test_an_endless_loop_ends_with_its_worker_and_the_page_goes_on(opened: Visit) -> None:
    page = opened.page
    ready(page)
    lab = page.locator(".lr-live").first
    lab.get_by_role("button", name="Diverges").click()
    lab.locator(".lr-reading", has_text="it diverges").wait_for()
    write(page, "sgd_step", ENDLESS)
    place = check(page, "check_sgd_step")
    place.get_by_role("button", name="Check").click()
    page.wait_for_timeout(1000)
    place.get_by_role("button", name="Stop").click()
    place.locator(".lr-check-state", has_text="does not end").wait_for()
    page.wait_for_function("document.documentElement.dataset.python === 'ready'", timeout=START_MS)
    lab.get_by_role("button", name="Step").click()
    lab.locator(".lr-reading", has_text="Learning rate 1.1: after 1 step").wait_for()
    assert cell(page, "sgd_step").locator("textarea").input_value() == ENDLESS


def test_answers_go_along_as_the_notebook_and_come_back_from_it(
    opened: Visit, tmp_path: Path
) -> None:
    page = opened.page
    write(page, "sgd_step", RIGHT)
    cell(page, "conclusion").locator("textarea").fill("Ten is usable; a hundred is not.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take along").click()
    taken = tmp_path / "taken.ipynb"
    download.value.save_as(taken)
    notebook = nbformat.read(taken, 4)
    nbformat.validate(notebook)
    sources = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in notebook.cells}
    assert sources["sgd_step"] == RIGHT and "usable" in sources["conclusion"]
    released = nbformat.read(ROOT / "course/release" / UNIT / f"{UNIT}.ipynb", 4)
    assert [c.metadata for c in notebook.cells] == [c.metadata for c in released.cells]
    page.evaluate("localStorage.clear()")
    page.reload()
    assert "raise NotImplementedError" in cell(page, "sgd_step").locator("textarea").input_value()
    bring = page.locator(".lr-lesson input[type=file]")
    bring.set_input_files(taken)
    page.locator(".lr-lesson-state", has_text="2 answers were taken").wait_for()
    assert cell(page, "sgd_step").locator("textarea").input_value() == RIGHT
    write(page, "sgd_step", WRONG)
    page.once("dialog", lambda dialog: dialog.dismiss())
    bring.set_input_files(taken)
    page.locator(".lr-lesson-state", has_text="Nothing was changed").wait_for()
    assert cell(page, "sgd_step").locator("textarea").input_value() == WRONG
    other = tmp_path / "other.ipynb"
    other.write_text(json.dumps({"cells": []}), "utf-8")
    bring.set_input_files(other)
    page.locator(".lr-lesson-state", has_text="give the notebook of this lesson").wait_for()


def test_another_tab_shows_what_this_one_wrote_and_a_full_store_is_said(opened: Visit) -> None:
    page = opened.page
    second = page.context.new_page()
    second.goto(page.url)
    write(page, "sgd_step", RIGHT)
    second.locator(".lr-lesson-state", has_text="Another tab").wait_for()
    assert cell(second, "sgd_step").locator("textarea").input_value() == RIGHT
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    write(page, "sgd_step", WRONG)
    page.locator(".lr-lesson-state", has_text="use Take along").wait_for()


def test_after_a_first_visit_the_page_checks_without_a_network(opened: Visit) -> None:
    page = opened.page
    page.wait_for_function("document.documentElement.dataset.kept > 0")
    page.reload()
    write(page, "sgd_step", RIGHT)
    assert "5 of 5" in press(page, "check_sgd_step")
    page.wait_for_function(
        """async () => (await (await caches.open('learning-rates')).keys())
        .filter(kept => /wasm$|numpy|whl$/.test(kept.url)).length >= 3""",
        timeout=60_000,
    )
    page.context.set_offline(True)
    page.goto("about:blank")
    page.goto(f"{opened.address}/read/lesson.html")
    assert cell(page, "sgd_step").locator("textarea").input_value() == RIGHT
    assert "5 of 5" in press(page, "check_sgd_step")
    with page.expect_download():
        page.get_by_role("button", name="Take along").click()


def test_a_first_visit_without_python_says_so(lesson: Path, chrome) -> None:
    with served(lesson) as address:
        context = chrome.new_context(service_workers="block")
        page = context.new_page()
        page.route("**/pyodide/**", lambda route: route.abort())
        page.goto(f"{address}/read/lesson.html")
        place = check(page, "check_predict_01")
        place.get_by_role("button", name="Check").click()
        place.locator(".lr-check-state", has_text="Python cannot be had here").wait_for(
            timeout=15_000
        )
        context.close()
