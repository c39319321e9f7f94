"""Pictures in written answers, and files beside them, reach who reads, and nothing else does."""

import json
import os
from base64 import b64encode

import nbformat
import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment

from autograders.bulk.beside import MAX_BYTES, MAX_FILES, copy_beside
from autograders.bulk.work import notebook_json
from autograders.feedback.clean import markdown_to_html
from autograders.submission.intake import read_submission
from autograders.submission.master import read_master

from ..classroom import (
    COURSE,
    DROPS,
    FIXED,
    PUPILS,
    hand_in,
    nbgrader,
    new_course,
    read,
    submission,
)

PICTURE = b"\x89PNG\r\n\x1a\n not really"
PAGE = b"<script>alert(1)</script>"


def conclusion(notebook):
    """The cell of the written answer."""
    graded = [c for c in notebook["cells"] if c["metadata"].get("nbgrader")]
    return next(c for c in graded if c["metadata"]["nbgrader"]["grade_id"] == "conclusion")


def draw_into(notebook):
    """Put pictures into the written answer, as JupyterLab does when one is pasted."""
    conclusion(notebook)["source"] = (
        "My curve: ![a curve](attachment:my%20curve.png) ![](attachment:gone.png)"
        " ![](attachment:page.png) <img src='attachment:my curve.png'>"
    )
    conclusion(notebook)["attachments"] = {
        "my curve.png": {"image/png": b64encode(PICTURE).decode()},
        "page.png": {"text/html": b64encode(PAGE).decode()},
    }
    return notebook


@pytest.fixture
def folders(tmp_path):
    """A student's folder, the graded one and the course's own."""
    made = [tmp_path / name for name in ("submitted", "graded", "source")]
    for folder in made:
        folder.mkdir()
    return made


def names(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_a_browser_only_shows_goes_along_and_what_it_runs_does_not(folders):
    mine, graded, _ = folders
    (mine / "plots").mkdir()
    for name in ("plots/curve.png", "runs.csv", "page.html", "drawing.svg", ".hidden.png", "a.js"):
        (mine / name).write_bytes(PICTURE)
    copy_beside(mine, graded)
    assert names(graded) == {"plots/curve.png", "runs.csv"}
    assert (graded / "runs.csv").read_bytes() == PICTURE


def test_no_link_is_followed_and_no_pipe_is_waited_for(folders):
    mine, graded, course = folders
    (course / "secret.txt").write_text("of the instructor")
    (mine / "link.txt").symlink_to(course / "secret.txt")
    (mine / "folder").symlink_to(course)
    os.link(course / "secret.txt", mine / "hard.txt")
    os.mkfifo(mine / "pipe.txt")
    copy_beside(mine, graded)
    assert names(graded) == set()


def test_too_many_and_too_large_files_and_names_stay_behind(folders):
    mine, graded, _ = folders
    for number in range(MAX_FILES + 20):
        (mine / f"{number:03d}.txt").write_text("x")
    (mine / "000.txt").write_bytes(b"x" * (MAX_BYTES + 1))
    (mine / f"{'0' * 250}.png").write_bytes(PICTURE)
    deep = mine / "/".join("abcdefgh")
    deep.mkdir(parents=True)
    (deep / "0.png").write_bytes(PICTURE)
    copy_beside(mine, graded)
    assert names(graded) == {f"{number:03d}.txt" for number in range(1, MAX_FILES)}


def test_the_courses_own_file_counts_and_what_an_earlier_submission_had_goes(folders):
    mine, graded, course = folders
    (course / "data.csv").write_text("the course's")
    (mine / "data.csv").write_text("mine")
    (mine / "a.png").write_bytes(PICTURE)
    (graded / "unit.ipynb").write_text("{}")
    copy_beside(mine, graded, course)
    assert (graded / "data.csv").read_text() == "the course's"
    (mine / "a.png").unlink()
    (mine / "a.png").mkdir()
    (mine / "a.png" / "b.png").write_bytes(PICTURE)
    copy_beside(mine, graded, course)
    assert names(graded) == {"unit.ipynb", "data.csv", "a.png/b.png"}
    (mine / "a.png" / "b.png").unlink()
    (mine / "a.png").rmdir()
    (mine / "a.png").write_bytes(PICTURE)
    copy_beside(mine, graded, course)
    assert names(graded) == {"unit.ipynb", "data.csv"}, "a folder is in the way: nothing stops"


RELEASED = COURSE / "release" / DROPS / f"{DROPS}.ipynb"


def test_a_picture_counts_in_what_was_handed_in_and_other_kinds_are_noted():
    master = read_master(RELEASED)
    plain, drawn = read(RELEASED), draw_into(read(RELEASED))
    conclusion(plain)["source"] = conclusion(drawn)["source"]
    with_it, without = (read_submission(json.dumps(nb).encode(), master) for nb in (drawn, plain))
    assert with_it.digest != without.digest and with_it.answers == without.answers
    assert "no picture that can be shown" in with_it.notes[0] and not without.notes
    kept = conclusion(with_it.notebook(master))["attachments"]
    assert kept == {"my curve.png": {"image/png": b64encode(PICTURE).decode()}}


@pytest.mark.parametrize(
    "attachments",
    [
        "text",
        ["list"],
        {"a.png": "text"},
        {"a.png": {"image/png": 'x" onerror="alert(1)'}},
        {"a.png": {"image/png": ["QUJ", "D\n"]}},
        {"a.png": {"text/html": "PHNjcmlwdD4="}},
        {'"><script>': {"image/png": "QUJD"}},
        {"\ud800.png": {"image/png": "QUJD"}},
    ],
)
def test_odd_attachments_stop_nothing_and_run_nothing(attachments):
    notebook = read(RELEASED)
    conclusion(notebook)["source"] = "![](attachment:a.png) <a href='attachment:a.png'>a</a>"
    conclusion(notebook)["attachments"] = attachments
    master = read_master(RELEASED)
    rebuilt = read_submission(json.dumps(notebook).encode(), master).notebook(master)
    kept = conclusion(rebuilt).get("attachments", {})
    assert all(set(kinds) == {"image/png"} for kinds in kept.values())
    nbformat.reads(notebook_json(rebuilt).decode(), as_version=4)
    page = Environment()
    page.filters["markdown2html"] = markdown_to_html
    template = page.from_string("{{ cell.source | markdown2html }}")
    for cell in (conclusion(rebuilt), conclusion(notebook)):
        html = template.render(cell=cell) if isinstance(attachments, dict) else ""
        for image in BeautifulSoup(html, "html.parser").find_all("img"):
            assert set(image.attrs) <= {"src", "alt"}
            assert image["src"] in ("attachment:a.png", "data:image/png;base64,QUJD")
        assert "<script" not in html and "data:text" not in html


# nbgrader's own commands


def test_autograde_in_a_fresh_clone_enters_the_unit_and_keeps_the_pictures(tmp_path):
    course = new_course(tmp_path / "course", [FIXED])
    drawn = draw_into(submission(course, FIXED, PUPILS[FIXED][0]))
    folder = hand_in(course, FIXED, "ada", drawn).parent
    (folder / "plot.png").write_bytes(PICTURE)
    (folder / "page.html").write_text("<script>alert(document.cookie)</script>")
    said = nbgrader(course, "autograde", FIXED).stderr
    assert "Traceback" not in said and "entered as it was released" in said
    graded = read(course / "autograded" / "ada" / FIXED / f"{FIXED}.ipynb")
    assert set(conclusion(graded)["attachments"]) == {"my curve.png"}
    assert names(course / "autograded" / "ada" / FIXED) == {
        f"{FIXED}.ipynb", "timestamp.txt", "plot.png",
    }  # fmt: skip
    (course / "gradebook.db").unlink()
    (course / "release" / FIXED / f"{FIXED}.ipynb").unlink()
    done = nbgrader(course, "autograde", FIXED, succeeds=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"run 'nbgrader generate_assignment {FIXED}'" in done.stderr
