"""Marks into nbgrader's own gradebook, by nbgrader's own rules, with an audit log beside it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import SaveCells
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import selectinload

from .audit import Audit, holds
from .marks import Marks
from .open import GradebookUnusable, alone, open_gradebook, patiently

log = logging.getLogger(__name__)

LatePenalty = Callable[[str, float, float], float | None]


@dataclass(frozen=True)
class Result:
    """One submitted notebook with its marks, ready for the gradebook.

    `fingerprint` names the exact content that was graded, `grader` the code that graded it;
    `timestamp` is when it was handed in.
    """

    student: str
    assignment: str
    notebook: str
    marks: Marks
    fingerprint: str = ""
    timestamp: datetime | None = None
    grader: str = ""


@dataclass
class Recorder:
    """Writes graded notebooks to a gradebook, many in one transaction; use as a context manager.

    A score that a person gave is kept, and the answer is flagged for another look. `late_penalty`
    is asked as nbgrader asks its plugin, (student, score, seconds late) -> points or None. Every
    change is a line of JSON in the file `audit`, which is only ever appended to, also when this
    process is killed as it commits: the next one to record completes it. A submission that
    cannot be recorded is reported in `failures` and does not stop the others; a gradebook that
    cannot be used raises `GradebookUnusable`. With `only_changes`, what the gradebook holds already
    is left as it is.
    """

    db_url: str
    course_id: str = "default_course"
    audit: Path | None = None
    late_penalty: LatePenalty | None = None
    batch: int = 200
    only_changes: bool = False
    failures: dict[str, str] = field(default_factory=dict, init=False)
    recorded: int = field(default=0, init=False)
    _waiting: list[Result] = field(default_factory=list, init=False)

    def __enter__(self) -> Recorder:
        self._gradebook = open_gradebook(self.db_url, self.course_id)
        self._log = Audit(self.audit) if self.audit else None
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if not isinstance(error, GradebookUnusable):
                self.flush()
        finally:
            self._gradebook.close()

    def add(self, result: Result) -> None:
        """Take one result; it is in the gradebook after the next `flush`."""
        self._waiting.append(result)
        if len(self._waiting) >= self.batch:
            self.flush()

    def flush(self) -> None:
        """Write what waits in one transaction; on an error one by one, to find the culprit."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            patiently(lambda: self._commit(waiting), self.db_url)
        except GradebookUnusable:
            raise
        except Exception as error:
            log.info("recording %d results one by one after: %s", len(waiting), error)
            for result in waiting:
                try:
                    self._commit_one(result)
                except GradebookUnusable:
                    raise
                except Exception as own:
                    self.failures[f"{result.student}/{result.assignment}"] = str(own)

    def _commit_one(self, result: Result) -> None:
        act = partial(self._commit, [result])
        try:
            patiently(act, self.db_url)
        except IntegrityError:
            # Another recorder made the same rows in between: now they are there to be updated.
            patiently(act, self.db_url)

    def _commit(self, results: Sequence[Result]) -> None:
        db = self._gradebook.db
        lines: list[dict[str, Any]] = []
        try:
            if self._log is not None:
                self._log.settle(partial(holds, db))
            for assignment in sorted({result.assignment for result in results}):
                # The last one counts where a student is there twice.
                of_one = {r.student: r for r in results if r.assignment == assignment}
                lines += self._record(assignment, of_one)
            with self._log.around(lines) if self._log else contextlib.nullcontext():
                db.commit()
        except BaseException:
            with contextlib.suppress(DBAPIError):
                db.rollback()
            raise
        self.recorded += len({(result.student, result.assignment) for result in results})

    def _record(self, name: str, results: Mapping[str, Result]) -> list[dict[str, Any]]:
        """Bring the rows of some students up to date; a line for the audit log for each change."""
        db = self._gradebook.db
        assignment = self._gradebook.find_assignment(name)
        known = set(db.scalars(select(Student.id).where(Student.id.in_(results))))
        db.add_all(Student(id=student) for student in results if student not in known)
        db.flush()
        query = (
            select(SubmittedAssignment)
            .where(SubmittedAssignment.assignment_id == assignment.id)
            .where(SubmittedAssignment.student_id.in_(results))
        )
        there = set(db.scalars(query.with_only_columns(SubmittedAssignment.student_id)))
        new = {student: r for student, r in results.items() if student not in there}
        lines = NewRows(assignment, self.late_penalty).insert(db, new)
        same = unchanged(db, assignment, results, there) if self.only_changes else set()
        due = assignment.duedate
        late = {s for s in same if due and (when := results[s].timestamp) and when > due}
        wanted = (there - same) | late
        loaded = query.where(SubmittedAssignment.student_id.in_(wanted)).options(
            selectinload(SubmittedAssignment.notebooks).options(
                selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
                selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
            )
        )
        for row in db.scalars(loaded) if wanted else ():
            lines += self._write(row, results[row.student_id], marks=row.student_id not in same)
        return lines

    def _write(
        self, submission: SubmittedAssignment, result: Result, *, marks: bool
    ) -> list[dict[str, Any]]:
        """Put one result into its rows; without `marks` only the penalty for lateness."""
        if result.timestamp is not None:
            submission.timestamp = result.timestamp
        notebook = next((n for n in submission.notebooks if n.name == result.notebook), None)
        if notebook is None:
            raise MissingEntry(missing_notebook(result))
        before: dict[str, float | None] = {}
        after: dict[str, float | None] = {}
        for grade in notebook.grades if marks else ():
            if grade.name in result.marks.scores:
                before[grade.name] = grade.auto_score
                after[grade.name] = grade.auto_score = result.marks.scores[grade.name]
                grade.needs_manual_grade = (
                    grade.manual_score is not None or grade.auto_score is None
                )
        for comment in notebook.comments if marks else ():
            if comment.name in result.marks.comments:
                comment.auto_comment = result.marks.comments[comment.name]
        penalty = None
        if self.late_penalty is not None:
            score = sum(current_score(grade) for grade in notebook.grades)
            seconds = submission.total_seconds_late
            penalty = penalty_of(self.late_penalty, result.student, score, seconds)
            if not marks and penalty == notebook.late_submission_penalty:
                return []
            notebook.late_submission_penalty = penalty
        return [audit_line(result, before, after, penalty)]


class NewRows:
    """The rows of submissions that the gradebook does not know yet, written as they will stay.

    They mirror the assignment as those of `Gradebook.add_submission` do, and are inserted in one
    statement for each table: four fifths of the time that objects and updates would take is saved.
    """

    def __init__(self, assignment: Assignment, late_penalty: LatePenalty | None) -> None:
        self.assignment = assignment
        self.late_penalty = late_penalty
        self.notebooks = list(assignment.notebooks)
        self.graded = {n.id: [*n.grade_cells, *n.task_cells] for n in self.notebooks}
        self.commented = {n.id: [*n.solution_cells, *n.task_cells] for n in self.notebooks}

    def insert(self, db: Any, results: Mapping[str, Result]) -> list[dict[str, Any]]:
        """Insert the rows of these students; a line for the audit log for each of them."""
        tables: dict[Any, list[dict[str, Any]]] = {
            SubmittedAssignment: [], SubmittedNotebook: [], Grade: [], Comment: []
        }  # fmt: skip
        lines = [self._rows(result, tables) for result in results.values()]
        for table, rows in tables.items():
            if rows:
                db.execute(insert(table.__table__), rows)
        return lines

    def _rows(self, result: Result, tables: dict[Any, list[dict[str, Any]]]) -> dict[str, Any]:
        if all(notebook.name != result.notebook for notebook in self.notebooks):
            raise MissingEntry(missing_notebook(result))
        submission = {
            "id": uuid4().hex,
            "assignment_id": self.assignment.id,
            "student_id": result.student,
            "timestamp": result.timestamp,
        }
        tables[SubmittedAssignment].append(submission)
        after: dict[str, float | None] = {}
        penalty = None
        for notebook in self.notebooks:
            row = {
                "id": uuid4().hex,
                "assignment_id": submission["id"],
                "notebook_id": notebook.id,
                "late_submission_penalty": None,
            }
            mine = notebook.name == result.notebook
            scores = result.marks.scores if mine else {}
            comments = result.marks.comments if mine else {}
            for cell in self.graded[notebook.id]:
                score = scores.get(cell.name)
                if cell.name in scores:
                    after[cell.name] = score
                about = {"id": uuid4().hex, "cell_id": cell.id, "notebook_id": row["id"]}
                about |= {"auto_score": score, "needs_manual_grade": score is None}
                tables[Grade].append(about)
            for cell in self.commented[notebook.id]:
                about = {"id": uuid4().hex, "cell_id": cell.id, "notebook_id": row["id"]}
                tables[Comment].append(about | {"auto_comment": comments.get(cell.name)})
            if mine and self.late_penalty is not None:
                due, when = self.assignment.duedate, result.timestamp
                seconds = (when - due).total_seconds() if due and when else 0.0
                score = sum(value or 0.0 for value in after.values())
                penalty = penalty_of(self.late_penalty, result.student, score, seconds)
                row["late_submission_penalty"] = penalty
            tables[SubmittedNotebook].append(row)
        return audit_line(result, dict.fromkeys(after), after, penalty)


def unchanged(
    db: Any, assignment: Assignment, results: Mapping[str, Result], there: Iterable[str]
) -> set[str]:
    """The students among `there` for whom the gradebook holds exactly these results already."""
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    times: dict[str, Any] = {}
    for place, (table, value) in enumerate(
        [(Grade, Grade.auto_score), (Comment, Comment.auto_comment)]
    ):
        query = (
            select(
                SubmittedAssignment.student_id, SubmittedAssignment.timestamp,
                Notebook.name, BaseCell.name, value,
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(table, table.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == table.cell_id)
            .where(SubmittedAssignment.assignment_id == assignment.id)
            .where(SubmittedAssignment.student_id.in_(list(there)))
        )  # fmt: skip
        for student, timestamp, notebook, cell, held in db.execute(query):
            times[student] = timestamp
            if notebook == results[student].notebook:
                found.setdefault(student, ({}, {}))[place][cell] = held
    return {
        student
        for student, (scores, comments) in found.items()
        if scores == {**scores, **results[student].marks.scores}
        and comments == {**comments, **results[student].marks.comments}
        and results[student].timestamp in (None, times[student])
    }


def missing_notebook(result: Result) -> str:
    """What to do when the gradebook does not know a notebook."""
    return (
        f"the gradebook has no notebook '{result.notebook}' in '{result.assignment}';"
        f" run 'nbgrader generate_assignment {result.assignment} --force' first"
    )


def audit_line(
    result: Result,
    before: Mapping[str, float | None],
    after: Mapping[str, float | None],
    penalty: float | None,
) -> dict[str, Any]:
    """What the audit log says of one change."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "student": result.student,
        "assignment": result.assignment,
        "notebook": result.notebook,
        "fingerprint": result.fingerprint,
        "grader": result.grader,
        "scores": after,
        "before": before,
        "late_penalty": penalty,
    }


def penalty_of(rule: LatePenalty, student: str, score: float, seconds: float) -> float | None:
    """nbgrader's rule for late work: the plugin's penalty, at least 0 and at most the score."""
    penalty = rule(student, score, seconds) if seconds > 0 else None
    return None if penalty is None else min(max(penalty, 0.0), score)


def current_score(grade: Grade) -> float:
    """A grade's score by nbgrader's formula, before the database has computed it."""
    score = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return 0.0 if score is None else score + (grade.extra_credit or 0.0)


def ensure_assignment(db_url: str, course_id: str, unit: str, released: NotebookNode) -> bool:
    """Make the gradebook's entry for a released unit when there is none; whether it was made.

    The entry is the one that `nbgrader generate_assignment` writes, by nbgrader's own SaveCells. An
    entry that a stop left half made is completed.
    """
    graded = {c.metadata.nbgrader.grade_id for c in released.cells if utils.is_grade(c)}
    with contextlib.closing(open_gradebook(db_url, course_id)) as gradebook, alone(db_url):
        try:
            held = {cell.name for cell in gradebook.find_notebook(unit, unit).grade_cells}
            if graded <= held or gradebook.find_notebook(unit, unit).submissions:
                return False
        except MissingEntry:
            gradebook.update_or_create_assignment(unit)
        about = {"notebook": unit, "assignment": unit, "db_url": db_url}
        SaveCells().preprocess(released, {"nbgrader": about})
    return True
