"""Writes a feedback page for each student of a unit, from what the gradebook says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import BaseCell, Comment, Grade, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select
from sqlalchemy.orm import aliased

from ..feedback.pages import Page, settings_of
from ..feedback.unread import Words, points_or_words, so_far
from ..gradebook.open import open_gradebook, patiently
from ..submission.files import write_whole
from ..submission.folders import CourseError, CourseFolder
from .beside import copy_beside
from .dispatch import Lost, WorkersFail, spread
from .results import results_path
from .run import refused
from .work import page_task

BATCH = 100


def return_pages(
    course: CourseFolder,
    unit: str,
    executor: Executor,
    students: Sequence[str],
    *,
    window: int = 8,
    say: Callable[[str], None] = print,
    show: Callable[[str], None] = lambda line: None,
) -> tuple[int, int]:
    """Write the pages that are missing or out of date; how many were written, how many failed.

    A page is up to date when it was made of the same notebook, scores and comments.
    """
    kept = _marks_of_pages(course, unit)
    known = _known(kept)
    written = lost = 0
    with kept.open("a", encoding="ascii") as file:

        def bring_along(student: str, target: Path) -> None:
            copy_beside(course.autograded(unit, student), target, course.given(unit))

        def wanted() -> Iterator[Page]:
            for page in pages_of(course, unit, students):
                path = course.feedback(unit, page.student)
                if not path.exists() or known.get(page.student) != mark_of(page):
                    yield page
                else:
                    bring_along(page.student, path.parent)

        try:
            for page, html in spread(executor, page_task, wanted(), window=window):
                if isinstance(html, Lost):
                    lost += 1
                    say(f"no feedback page for {page.student}: {html.reason}")
                    continue
                path = course.feedback(unit, page.student)
                write_whole(path, html.encode("utf-8", "replace"), 0o644)
                bring_along(page.student, path.parent)
                file.write(json.dumps([page.student, mark_of(page)]) + "\n")
                file.flush()
                written += 1
                show(f"{written} feedback pages")
        except WorkersFail as error:
            raise CourseError(f"{error}; {written} feedback pages are written") from None
        except OSError as error:
            raise refused(error, f"{written} feedback pages are written") from None
    return written, lost


def _known(path: Path) -> dict[str, str]:
    found = {}
    for line in path.read_text(encoding="ascii").splitlines() if path.exists() else ():
        try:
            student, mark = json.loads(line)
        except ValueError:
            continue
        found[student] = mark
    return found


def mark_of(page: Page) -> str:
    """A hash of all that a page is made of."""
    about = json.dumps([page.about, page.cells], sort_keys=True)
    return hashlib.sha256(page.notebook + about.encode() + page.config).hexdigest()


def outdated_pages(course: CourseFolder, unit: str, students: Sequence[str]) -> list[str]:
    """Those whose page is known to say something else than the gradebook says today."""
    known = _known(_marks_of_pages(course, unit))
    return [
        page.student
        for page in pages_of(course, unit, students)
        if known.get(page.student) not in (None, mark_of(page))
    ]


def _marks_of_pages(course: CourseFolder, unit: str) -> Path:
    return results_path(course, unit).with_name(f"{unit}.pages")


def pages_of(course: CourseFolder, unit: str, students: Sequence[str]) -> Iterator[Page]:
    """What goes on each page: of whoever has a graded notebook and stands in the gradebook."""
    config = settings_of(course.config)
    with closing(open_gradebook(course.dir.db_url, course.dir.course_id)) as book:
        for start in range(0, len(students), BATCH):
            some = students[start : start + BATCH]
            abouts, cells = patiently(partial(_held, book.db, unit, some), course.dir.db_url)
            for student in some:
                path = course.autograded(unit, student) / f"{unit}.ipynb"
                if student in abouts and path.exists():
                    about = {"student": student, "assignment": unit, **abouts[student]}
                    yield Page(student, path.read_bytes(), about, cells.get(student, {}), config)


def _held(
    db: Any, unit: str, students: Sequence[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, dict[str, Any]]]]:
    """What the gradebook says of these students' notebooks, and of each of their cells."""
    # Ended at once, so that a person can save marks while pages are made.
    db.rollback()
    student = SubmittedAssignment.student_id

    def rows(*columns: Any, of: Any = None) -> Any:
        query = (
            select(student, *columns)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .where(Notebook.name == unit, SubmittedAssignment.assignment.has(name=unit))
            .where(student.in_(students))
        )
        if of is not None:
            query = query.join(of, of.notebook_id == SubmittedNotebook.id)
            query = query.join(CELL, CELL.id == of.cell_id)
        return db.execute(query)

    abouts = {}
    penalty = SubmittedNotebook.late_submission_penalty
    for name, score, most, taken in rows(
        SubmittedNotebook.score, SubmittedNotebook.max_score, penalty
    ):
        abouts[name] = {
            "notebook": unit,
            "score": score - (taken or 0),
            "max_score": most,
            "late_penalty": taken or 0,
        }
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for name, cell, comment in rows(CELL.name, Comment.comment, of=Comment):
        cells.setdefault(name, {}).setdefault(cell, {})["comment"] = comment
    columns = (CELL.name, Grade.auto_score, Grade.manual_score, Grade.score, Grade.max_score)
    for name, cell, auto, manual, score, most in rows(*columns, of=Grade):
        about = cells.setdefault(name, {}).setdefault(cell, {})
        about |= {"score": points_or_words(auto, manual, score), "points": most}
        if isinstance(about["score"], Words) and not isinstance(abouts[name]["score"], Words):
            abouts[name]["score"] = so_far(abouts[name]["score"])
    db.rollback()
    return abouts, cells


CELL = aliased(BaseCell, flat=True)
