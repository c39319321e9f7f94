"""The page that bulk grading returns is, byte for byte, the one that nbgrader itself makes."""

import re
import shutil
from base64 import b64encode

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograders.bulk.returning import return_pages
from autograders.feedback.pages import CELL, parsed, settled
from autograders.submission.folders import CourseFolder

from ..bulk.test_beside import PICTURE, draw_into
from ..bulk.test_bulk import Inline, graded
from ..classroom import DROPS, FULL, PUPILS, hand_in, nbgrader, new_course, submission

MOST = sum(FULL[DROPS].values())
STRANGE = """\
An image ![](plot.png) and <img src="x.png">, $a < b$, <div class="cell border-box-sizing
text_cell rendered"> & <script>alert(1)</script>

<div class="cell border-box-sizing text_cell rendered">as if a cell began here</div>
"""


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """A graded course with its pages, and those that nbgrader makes of the same gradebook."""
    course = new_course(tmp_path_factory.mktemp("pages") / "course", [DROPS])
    chosen = {"ada", "dan-late", "gus-eats-the-list", "jon-raises", "lea-half-done"}
    for pupil in PUPILS[DROPS]:
        if pupil.name in chosen:
            hand_in(course, DROPS, pupil.name, submission(course, DROPS, pupil))
    strange = submission(course, DROPS, PUPILS[DROPS][0])
    for place, kind in enumerate(["markdown", "raw", "markdown"]):
        own = {"cell_type": kind, "id": f"own-{place}", "metadata": {}, "source": STRANGE}
        strange["cells"].insert(2 + place, own)
    strange["cells"].append({**own, "cell_type": "raw", "id": "last"})
    draw_into(strange)
    hand_in(course, DROPS, "strange", strange, "2026-03-09 10:00:00 UTC")
    hand_in(course, DROPS, "no-json", b'{"cells": [')
    (course / "submitted" / "strange" / DROPS / "plot.png").write_bytes(PICTURE)
    graded(course, Inline())
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "learning_rate") as book:
        book.find_grade("conclusion", DROPS, DROPS, "ada").manual_score = 2.5
        book.find_comment("step_decay", DROPS, DROPS, "ada").manual_comment = "**Well** argued."
        book.find_submission(DROPS, "strange").notebooks[0].late_submission_penalty = 1.25
        book.db.commit()
    folder = CourseFolder(course)
    assert return_pages(folder, DROPS, Inline(), folder.students(DROPS)) == (7, 0)
    shutil.move(course / "feedback", course / "ours")
    nbgrader(course, "generate_feedback", DROPS)
    return course


def test_every_page_and_what_lies_beside_it_is_what_nbgrader_makes(returned):
    stock = {p.relative_to(returned / "feedback"): p for p in (returned / "feedback").rglob("*.*")}
    ours = {p.relative_to(returned / "ours"): p for p in (returned / "ours").rglob("*.*")}
    assert ours.keys() == stock.keys() and len(ours) == 15
    differ = [str(name) for name in ours if ours[name].read_bytes() != stock[name].read_bytes()]
    assert differ == []


def test_pictures_in_a_written_answer_and_beside_it_are_on_the_page(returned):
    """nbconvert alone stops at a picture that is missing, and the class has no pages."""
    folder = returned / "ours" / "strange" / DROPS
    page = BeautifulSoup((folder / f"{DROPS}.html").read_text(encoding="utf-8"), "html.parser")
    shown = [image["src"] for image in page.find_all("img")]
    assert f"data:image/png;base64,{b64encode(PICTURE).decode()}" in shown
    assert {"attachment:gone.png", "attachment:page.png", "plot.png"} <= set(shown)
    assert (folder / "plot.png").read_bytes() == PICTURE
    assert "is no picture that can be shown" in page.get_text()


def test_what_nobody_has_read_yet_is_not_read_yet_and_no_zero(returned):
    late = (returned / "ours" / "gus-eats-the-list" / DROPS / f"{DROPS}.html").read_text("utf-8")
    text = " ".join(BeautifulSoup(late, "html.parser").get_text(" ").split())
    assert f"{DROPS}: {MOST - 1}.0 so far / {MOST + 3}.0 points" in text
    assert text.count("not read yet / 3.0") == 2 and " 0.0 / 3.0" not in text
    blank = (returned / "ours" / "lea-half-done" / DROPS / f"{DROPS}.html").read_text("utf-8")
    total = BeautifulSoup(blank, "html.parser").find(class_="total").get_text()
    assert " 0.0 / 3.0" in blank and "so far" not in total
    lost = (returned / "ours" / "no-json" / DROPS / f"{DROPS}.html").read_text("utf-8")
    assert f": 0.0 so far / {MOST + 3}.0 points" in lost and ": 0.0 / " not in lost


def test_marks_comments_and_penalties_of_a_person_are_on_the_page(returned):
    ada = (returned / "ours" / "ada" / DROPS / f"{DROPS}.html").read_text(encoding="utf-8")
    assert "<strong>Well</strong> argued." in ada and f": {MOST + 2.5} / {MOST + 3}.0 points" in ada
    late = (returned / "ours" / "strange" / DROPS / f"{DROPS}.html").read_text(encoding="utf-8")
    assert "late: -1.25" in late and "<script>alert(1)" not in late


def test_a_page_asks_nothing_of_the_network_and_shows_its_formulas(returned):
    """Neither script, style nor picture of elsewhere: links are followed only by who reads."""
    for place in ("ours", "feedback"):
        text = (returned / place / "ada" / DROPS / f"{DROPS}.html").read_text("utf-8")
        page = BeautifulSoup(text, "html.parser")
        assert page.find_all(["script", "link", "iframe", "base"]) == []
        assert all(image["src"].startswith("data:") for image in page.find_all("img"))
        css = "".join(style.text for style in page.find_all("style"))
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", css)
        assert page.find("math").get_text(strip=True) == "t=25"
        assert not re.search(r"\$[^$]*\\[a-z]+", page.get_text())


def test_the_marks_at_the_top_name_what_they_are_for_and_lead_there(returned):
    text = (returned / "ours" / "ada" / DROPS / f"{DROPS}.html").read_text("utf-8")
    page = BeautifulSoup(text, "html.parser")
    links = page.find(class_="marks").find_all("a")
    assert {"step_decay", "scheduled_drop", "conclusion"} <= {link.text for link in links}
    assert all(page.find(id=link["href"][1:]) for link in links)


def test_a_page_is_made_again_only_when_its_marks_have_changed(returned):
    folder = CourseFolder(returned)
    everyone = folder.students(DROPS)
    assert return_pages(folder, DROPS, Inline(), everyone) == (0, 0)
    with Gradebook(f"sqlite:///{returned / 'gradebook.db'}", "learning_rate") as book:
        book.find_grade("conclusion", DROPS, DROPS, "dan-late").manual_score = 1.5
        book.db.commit()
    folder.feedback(DROPS, "jon-raises").unlink()
    assert return_pages(folder, DROPS, Inline(), everyone) == (2, 0)


def test_a_page_of_another_form_is_parsed_whole():
    html = "<html><body><p>no cells<br></body></html>"
    assert parsed(html, 3) == settled(html)
    assert not CELL.search(html)
