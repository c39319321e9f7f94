"""Attacks on nbgrader's real gradebook: one class run of `nbgrader autograde` meets them all."""

import copy
import csv
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograders.__main__ import main

from ..classroom import DROPS, PUPILS, expected_points, hand_in, nbgrader, new_course, submission

PEOPLE = {pupil.name: pupil for pupil in PUPILS[DROPS]}
HONEST, WRONG = PEOPLE["ada"], PEOPLE["dan-late"]
FORMULA = "=1+1"


# Attacks by code: `COURSE` stands for the absolute path of the course's folder.

REWRITE = """
import sqlite3
with sqlite3.connect("COURSE/gradebook.db") as book:
    book.execute("update grade set manual_score = 99, needs_manual_grade = 0")
    book.execute("delete from comment")
    book.execute("drop table student")
"""
SABOTAGE = """
import pathlib, shutil
for path in pathlib.Path("COURSE").rglob("*"):
    try:
        path.write_text("gone")
    except OSError:
        pass
shutil.rmtree("COURSE", ignore_errors=True)
"""
HOOK = """
import sys
sys.displayhook = lambda value: None
try:
    get_ipython().displayhook = lambda value: None
    get_ipython().displayhook(5)
except Exception:
    pass
check = lambda answer, *more, **options: 5
5
"""
SURROGATE = """
def step_decay(t, *, lr0, gamma, every):
    if t == every:
        raise ValueError("\\ud800 \\x00 \\u202e =1+1 <script>")
    return lr0 * gamma ** (max(t - 1, 0) // every)
"""
DIES = "import os\nos._exit(0)"


def running(code):
    """Add a cell of the student's own, the first of the notebook to run."""

    def damage(notebook):
        cell = {"cell_type": "code", "id": "own", "metadata": {}, "source": code}
        notebook["cells"].insert(3, {**cell, "outputs": [], "execution_count": None})

    return damage


# Attacks by the notebook's own data.


def named(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def answering(notebook):
    named(notebook, "step_decay")["source"] = SURROGATE


def answered_twice(notebook):
    again = copy.deepcopy(named(notebook, "step_decay"))
    notebook["cells"].append({**again, "id": "again"})


def relabelled(notebook):
    """The answer that is right claims to be the one that is wrong, and the reverse."""
    for name, other in (("step_decay", "scheduled_drop"), ("scheduled_drop", "step_decay")):
        named(notebook, name)["metadata"]["nbgrader"]["grade_id"] = other


def upside_down(notebook):
    notebook["cells"].reverse()


def by_hand(notebook):
    """Test cells that claim to be written answers: stock nbgrader would leave them to a person."""
    for cell in notebook["cells"]:
        if cell["id"].startswith("check_"):
            cell["cell_type"] = "markdown"
            cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False}
            del cell["outputs"], cell["execution_count"]


def with_a_bonus(notebook):
    bonus = copy.deepcopy(named(notebook, "check_step_decay"))
    bonus["metadata"]["nbgrader"] |= {"grade_id": "check_bonus", "points": 100}
    notebook["cells"].append({**bonus, "id": "bonus", "source": "100"})


def of_garbage(notebook):
    for garbage, cell in zip(([], "x", 7, {"grade_id": ["a"]}, None) * 20, notebook["cells"]):
        cell["metadata"]["nbgrader"] = garbage


def of_faces(notebook):
    """As long as a notebook may be, of signs that JSON writes as twelve others each."""
    named(notebook, "conclusion")["source"] = "\U0001f600" * 1_900_000


def already_graded(notebook):
    """Our own notes between the two passes, forged: the marks of a submission that is refused."""
    notebook["metadata"]["autograders"] = {"refused": "a person gives full marks", "notes": ["x"]}


def skipping_with_outputs(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
        if cell["id"].startswith("check_"):
            told = {"data": {"text/plain": "5"}, "metadata": {}, "execution_count": 1}
            cell["outputs"] = [{"output_type": "execute_result", **told}]


BY_CODE = {
    "rewrites-the-gradebook": REWRITE,
    "deletes-the-course": SABOTAGE,
    "forges-the-display-hook": HOOK,
    "dies": DIES,
}
BY_DATA = {
    "answers-twice": answered_twice,
    "of-garbage": of_garbage,
    "of-faces": of_faces,
    "relabels": relabelled,
    "reorders": upside_down,
    "by-hand": by_hand,
    "with-a-bonus": with_a_bonus,
    "already-graded": already_graded,
    "skips-with-outputs": skipping_with_outputs,
    "raises-surrogates": answering,
}
STAMPS = {
    "stamp-of-bytes": b"\xff\xfe\x00 2026",
    "stamp-too-large": b"9" * 400 + b" UTC",
    "stamp-of-sql": b"2026-03-01'; delete from grade; --",
    "stamp-of-script": b"<script>alert(1)</script>",
    "stamp-of-decimals": b"9" * 32 + b"14:009" + b"9" * 28,
    "stamp-year-0": b"0000-00-00 00:00:00 UTC",
    "stamp-empty": b"",
}
REFUSED = {
    "nested": b"[" * 100_000 + b"]" * 100_000,
    "of-nul": b"\0" * 1000,
    "too-long": b'{"cells": [' + b"[],".join([b""] * 100_000) + b"[]]}",
}
EVERYONE = [*BY_CODE, *BY_DATA, *STAMPS, "stamp-folder", "stamp-link", "brings-settings", FORMULA]
SETTINGS = 'import os\nos.environ["TAKEN_OVER"] = "1"\nraise SystemExit("taken over")\n'


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A class in which one honest student was graded before all the others attacked."""
    course = new_course(tmp_path_factory.mktemp("attacked") / "course", [DROPS])
    nbgrader(course, "generate_assignment", DROPS)
    hand_in(course, DROPS, "ada", submission(course, DROPS, HONEST))
    nbgrader(course, "autograde", DROPS)
    wrong = submission(course, DROPS, WRONG)
    for name, damage in {**{n: running(c) for n, c in BY_CODE.items()}, **BY_DATA}.items():
        notebook = copy.deepcopy(wrong)
        damage(notebook)
        text = json.dumps(notebook, ensure_ascii=False).replace("COURSE", str(course))
        hand_in(course, DROPS, name, text.encode())
    for name, stamp in STAMPS.items():
        path = hand_in(course, DROPS, name, wrong)
        (path.parent / "timestamp.txt").write_bytes(stamp)
    for name, content in REFUSED.items():
        hand_in(course, DROPS, name, content)
    for name in ("stamp-folder", "stamp-link"):
        beside = hand_in(course, DROPS, name, wrong).with_name("timestamp.txt")
        beside.unlink()
        beside.mkdir() if name == "stamp-folder" else beside.symlink_to(course / "gradebook.db")
    folder = hand_in(course, DROPS, "brings-settings", wrong).parent
    for name in ("nbgrader_config.py", "jupyter_config.py", "sitecustomize.py", "numpy.py"):
        (folder / name).write_text(SETTINGS)
    hand_in(course, DROPS, FORMULA, wrong)
    before = Attacked(course, tables(course), files(course))
    nbgrader(course, "autograde", DROPS)
    return before


@dataclass(frozen=True)
class Attacked:
    """A course after the attacks, with its gradebook and its files as they were before them."""

    course: Path
    tables: dict[str, set[tuple]]
    files: dict[str, str]


def tables(course):
    """Every row of every table of the gradebook."""
    with sqlite3.connect(f"file:{course / 'gradebook.db'}?mode=ro", uri=True) as book:
        names = [name for (name,) in book.execute("select name from sqlite_master")]
        names = [name for name in names if not name.startswith(("sqlite_", "ix_"))]
        return {name: set(book.execute(f'select * from "{name}"')) for name in names}


def files(course):
    """The content of every file that grading has no business to change."""
    kept = [course / "nbgrader_config.py", course / ".grading_seed"]
    for folder in ("source", "release", "submitted", "autograded/ada"):
        kept += sorted(path for path in (course / folder).rglob("*") if path.is_file())
    return {
        str(path.relative_to(course)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
        if "timestamp" not in path.name
    }


def gradebook(attacked):
    return Gradebook(f"sqlite:///{attacked.course / 'gradebook.db'}", "learning_rate")


def scores(attacked):
    """Every automatic score in the gradebook, by student and exercise."""
    found = {}
    with gradebook(attacked) as book:
        for handed_in in book.assignment_submissions(DROPS):
            grades = handed_in.notebooks[0].grades
            marks = {grade.name.removeprefix("check_"): grade.auto_score for grade in grades}
            found[handed_in.student.id] = marks
    return found


def given_by_hand(attacked):
    """The manual score and the extra credit of every grade."""
    with sqlite3.connect(attacked.course / "gradebook.db") as book:
        return list(book.execute("select manual_score, extra_credit from grade"))


@pytest.mark.parametrize("name", EVERYONE)
def test_an_attack_earns_what_the_answers_deserve(attacked, name):
    """All of these fail at the same exercise, and none gets a point more or less for its attack.

    Stock nbgrader gives in: the sqlite `update` and the deleted files happen, because its kernel
    runs as the instructor; a skipped test cell, or one that displays 5, has full marks; a doubled
    cell or an unreadable time stops the class; a submitted `numpy.py` is imported.
    """
    assert scores(attacked)[name] == {**expected_points(DROPS, WRONG), "conclusion": None}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_waits_for_a_person(attacked, name):
    """Stock nbgrader removes the graded copy, and the student sees nothing."""
    assert set(scores(attacked)[name].values()) == {None}


def test_everyone_is_in_the_gradebook_and_nobody_else(attacked):
    assert scores(attacked).keys() == {"ada", *EVERYONE, *REFUSED}


def test_no_attack_changed_a_row_that_was_in_the_gradebook(attacked):
    """Stock nbgrader gives in: the kernel may write gradebook.db, as the instructor may."""
    after = tables(attacked.course)
    assert after.keys() == attacked.tables.keys()
    for name, rows in attacked.tables.items():
        assert rows <= after[name], name
    for name in ("course", "assignment", "notebook", "source_cell", "grade_cells", "task_cells"):
        assert after[name] == attacked.tables[name]
    assert all(manual is None and not extra for manual, extra in given_by_hand(attacked))


def test_no_attack_changed_a_file_of_the_course_or_of_another_student(attacked):
    """Stock nbgrader gives in: submissions, releases and sources are there to be written."""
    assert files(attacked.course) == attacked.files


def test_an_unreadable_time_counts_as_none_and_a_link_in_its_place_is_not_followed(attacked):
    """Stock nbgrader gives in: at a time that it cannot parse it exits, and the rest waits."""
    with gradebook(attacked) as book:
        for name in [*STAMPS, "stamp-folder", "stamp-link"]:
            assert book.find_submission(DROPS, name).timestamp is None, name
    copied = attacked.course / "autograded" / "stamp-link" / DROPS / "timestamp.txt"
    assert not copied.exists()


def test_no_comment_holds_what_a_database_or_a_page_cannot(attacked):
    """An exception's text is the student's: PostgreSQL refuses NUL, UTF-8 a lone surrogate."""
    with gradebook(attacked) as book:
        [notebook] = book.find_submission(DROPS, "raises-surrogates").notebooks
        said = "".join(comment.auto_comment or "" for comment in notebook.comments)
    assert "ValueError" in said and "&lt;script&gt;" in said
    assert said.replace("\n", "").isprintable()


def test_a_name_that_is_a_formula_is_exported_as_text(attacked, tmp_path):
    """Stock nbgrader gives in: `nbgrader export` writes `=1+1`, and a spreadsheet computes it."""
    path = tmp_path / "grades.csv"
    assert main(["export", "--course", str(attacked.course), "--output", str(path)]) == 0
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert f"'{FORMULA}" in {row[1] for row in rows}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
