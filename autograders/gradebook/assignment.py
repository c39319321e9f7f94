"""An assignment in the gradebook: made as it was released, its points changed with the marks."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Grade, Gradebook, MissingEntry, Notebook, SubmittedNotebook
from nbgrader.preprocessors import SaveCells
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..judging.report import points
from .audit import Audit, audit_line, holds
from .marks import Marks
from .open import alone, open_gradebook
from .policy import Change, LatePenalty, difference, penalties, sums, totals, write_penalties

log = logging.getLogger(__name__)


def ensure_assignment(
    db_url: str,
    course_id: str,
    unit: str,
    released: NotebookNode,
    *,
    audit: Path | None = None,
    late_penalty: LatePenalty | None = None,
    say: Callable[[str], None] = log.warning,
) -> bool:
    """Make the gradebook's entry for a released unit when there is none; whether it was made.

    The entry is the one that `nbgrader generate_assignment` writes, by nbgrader's own SaveCells. An
    entry that a stop left half made is completed; one with other points gets those of the release.
    """
    worth = {
        c.metadata.nbgrader.grade_id: float(c.metadata.nbgrader.points)
        for c in released.cells
        if utils.is_grade(c) or utils.is_task(c)
    }
    with contextlib.closing(open_gradebook(db_url, course_id)) as gradebook, alone(db_url):
        try:
            notebook = gradebook.find_notebook(unit, unit)
            held = {cell.name for cell in (*notebook.grade_cells, *notebook.task_cells)}
            if worth.keys() <= held or notebook.submissions:
                change_points(gradebook, unit, worth, audit, late_penalty, say)
                return False
        except MissingEntry:
            gradebook.update_or_create_assignment(unit)
        about = {"notebook": unit, "assignment": unit, "db_url": db_url}
        SaveCells().preprocess(released, {"nbgrader": about})
    return True


def change_points(
    gradebook: Gradebook,
    unit: str,
    worth: Mapping[str, float],
    audit: Path | None,
    late_penalty: LatePenalty | None,
    say: Callable[[str], None],
) -> None:
    """Give a unit's cells other points, and scale all marks that were given for them.

    Says first who gains and who loses; every change is a line in the audit log.
    """
    db, writes = gradebook.db, Audit(audit) if audit else None
    assignment, notebook = gradebook.find_assignment(unit), gradebook.find_notebook(unit, unit)
    cells = {cell.name: cell for cell in (*notebook.grade_cells, *notebook.task_cells)}
    changed = {
        name: (cells[name].max_score, most)
        for name, most in worth.items()
        if name in cells and cells[name].max_score != most
    }
    if not changed:
        return
    try:
        if writes is not None:
            writes.settle(partial(holds, db))
        before = totals(db, assignment, None)
        for name, (_, most) in changed.items():
            cells[name].max_score = most
        scaled = rescale(db, notebook, changed)
        db.flush()
        now = penalties(db, assignment, None, late_penalty)
        write_penalties(db, [one for one in now if one.stale])
        due, after = {one.student: one for one in now if one.notebook == unit}, sums(now)
        lines = []
        for about in scaled:
            one = due[about["student"]]
            line = audit_line(one.student, unit, unit, "points") | about
            lines.append(line | {"late_penalty": one.due, "late_penalty_before": one.recorded})
        of = ", ".join(f"{n} from {points(a)} to {points(b)}" for n, (a, b) in changed.items())
        said = difference([Change(who, unit, was, after[who]) for who, was in before.items()])
        say(f"{unit}: points of {of}; {said or 'no recorded mark changes'}")
        with writes.around(lines) if writes else contextlib.nullcontext():
            db.commit()
    except BaseException:
        db.rollback()
        raise


def on_scale(marks: Marks, most: Mapping[str, float]) -> Marks:
    """The same marks out of `most`, the points of each cell in the gradebook.

    Full marks stay full marks when the points of a cell were changed after it was graded.
    """
    scores = dict(marks.scores)
    for name, score in marks.scores.items():
        worth = marks.worth.get(name)
        if score is None or worth is None or name not in most or worth == most[name]:
            continue
        scores[name] = most[name] * (score / worth) if worth else None
    return replace(marks, scores=scores)


def rescale(
    db: Any, notebook: Notebook, changed: Mapping[str, tuple[float, float]]
) -> list[dict[str, Any]]:
    """Scale all marks of cells whose points changed, (before, after), a person's marks as well.

    Returns for each student what the audit log has to tell. A mark out of 0 points cannot be
    scaled: it waits for a person.
    """
    query = (
        select(SubmittedNotebook)
        .where(SubmittedNotebook.notebook_id == notebook.id)
        .options(selectinload(SubmittedNotebook.grades).selectinload(Grade.cell))
    )
    told = []
    for submitted in db.scalars(query):
        grades = [grade for grade in submitted.grades if grade.name in changed and given(grade)]
        if not grades:
            continue
        line: dict[str, Any] = {"before": _auto(grades), "manual_before": _manual(grades)}
        for grade in grades:
            old, new = changed[grade.name]
            for part in ("auto_score", "manual_score", "extra_credit"):
                value = getattr(grade, part)
                if value is not None:
                    setattr(grade, part, new * (value / old) if old else None)
            grade.needs_manual_grade = grade.needs_manual_grade or not given(grade)
        line |= {"scores": _auto(grades), "manual": _manual(grades)}
        line |= {"points": {grade.name: changed[grade.name] for grade in grades}}
        told.append(line | {"student": submitted.student.id})
    return told


def _auto(grades: Iterable[Grade]) -> dict[str, float | None]:
    return {grade.name: grade.auto_score for grade in grades}


def _manual(grades: Iterable[Grade]) -> dict[str, float]:
    return {g.name: g.manual_score for g in grades if g.manual_score is not None}


def given(grade: Grade) -> bool:
    """Whether anybody, grader or person, has given a mark."""
    return grade.auto_score is not None or grade.manual_score is not None
