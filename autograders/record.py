"""Marks into nbgrader's own gradebook, by nbgrader's own rules, with an audit log beside it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import SaveCells
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from .marks import Marks

log = logging.getLogger(__name__)

LatePenalty = Callable[[str, float, float], float | None]


@dataclass(frozen=True)
class Result:
    """One submitted notebook with its marks, ready for the gradebook.

    `fingerprint` names the exact content that was graded; `timestamp` is when it was handed in.
    """

    student: str
    assignment: str
    notebook: str
    marks: Marks
    fingerprint: str = ""
    timestamp: datetime | None = None


@dataclass
class Recorder:
    """Writes graded notebooks to a gradebook, many in one transaction; use as a context manager.

    A score that a person gave is kept, and the answer is flagged for another look. `late_penalty`
    is asked as nbgrader asks its plugin, (student, score, seconds late) -> points or None. Every
    change is a line of JSON in the file `audit`, which is only ever appended to. A submission that
    cannot be recorded is reported in `failures` and does not stop the others.
    """

    db_url: str
    course_id: str = "default_course"
    audit: Path | None = None
    late_penalty: LatePenalty | None = None
    batch: int = 200
    failures: dict[str, str] = field(default_factory=dict, init=False)
    recorded: int = field(default=0, init=False)
    _waiting: list[Result] = field(default_factory=list, init=False)

    def __enter__(self) -> Recorder:
        self._gradebook = Gradebook(self.db_url, self.course_id)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
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
            self._commit(waiting)
        except Exception as error:
            log.info("recording %d results one by one after: %s", len(waiting), error)
            for result in waiting:
                try:
                    self._commit([result])
                except Exception as own:
                    self.failures[f"{result.student}/{result.assignment}"] = str(own)

    def _commit(self, results: Sequence[Result]) -> None:
        db = self._gradebook.db
        try:
            lines = []
            for assignment in sorted({result.assignment for result in results}):
                of_one = [result for result in results if result.assignment == assignment]
                submissions = self._submissions(assignment, of_one)
                lines += [self._write(submissions[result.student], result) for result in of_one]
            db.commit()
        except Exception:
            db.rollback()
            raise
        self.recorded += len(results)
        self._append(lines)

    def _submissions(
        self, assignment_name: str, results: Iterable[Result]
    ) -> dict[str, SubmittedAssignment]:
        """The gradebook's rows for these students, made where they are missing."""
        db = self._gradebook.db
        assignment = self._gradebook.find_assignment(assignment_name)
        students = sorted({result.student for result in results})
        known = set(db.scalars(select(Student.id).where(Student.id.in_(students))))
        db.add_all(Student(id=student) for student in students if student not in known)
        db.flush()
        query = (
            select(SubmittedAssignment)
            .where(SubmittedAssignment.assignment_id == assignment.id)
            .where(SubmittedAssignment.student_id.in_(students))
            .options(
                selectinload(SubmittedAssignment.notebooks).options(
                    selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
                    selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
                )
            )
        )
        found = {row.student_id: row for row in db.scalars(query)}
        missing = [student for student in students if student not in found]
        if missing:
            with db.no_autoflush:
                db.add_all([new_submission(assignment, student) for student in missing])
            db.flush()
            found = {row.student_id: row for row in db.scalars(query)}
        return found

    def _write(self, submission: SubmittedAssignment, result: Result) -> dict[str, Any]:
        """Put one result into its rows; what changed, for the audit log."""
        if result.timestamp is not None:
            submission.timestamp = result.timestamp
        notebook = next((n for n in submission.notebooks if n.name == result.notebook), None)
        if notebook is None:
            raise MissingEntry(
                f"the gradebook has no notebook '{result.notebook}' in '{result.assignment}';"
                f" run 'nbgrader generate_assignment {result.assignment} --force' first"
            )
        before, after = {}, {}
        for grade in notebook.grades:
            if grade.name in result.marks.scores:
                before[grade.name] = grade.auto_score
                after[grade.name] = grade.auto_score = result.marks.scores[grade.name]
                grade.needs_manual_grade = (
                    grade.manual_score is not None or grade.auto_score is None
                )
        for comment in notebook.comments:
            if comment.name in result.marks.comments:
                comment.auto_comment = result.marks.comments[comment.name]
        penalty = self._penalise(submission, notebook) if self.late_penalty else None
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "student": result.student,
            "assignment": result.assignment,
            "notebook": result.notebook,
            "fingerprint": result.fingerprint,
            "scores": after,
            "before": before,
            "late_penalty": penalty,
        }

    def _penalise(
        self, submission: SubmittedAssignment, notebook: SubmittedNotebook
    ) -> float | None:
        """nbgrader's rule for late work: the plugin's penalty, at least 0 and at most the score."""
        notebook.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            score = sum(current_score(grade) for grade in notebook.grades)
            seconds = submission.total_seconds_late
            assert self.late_penalty is not None
            penalty = self.late_penalty(submission.student_id, score, seconds)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0.0), score)
        return notebook.late_submission_penalty

    def _append(self, lines: Iterable[Mapping[str, Any]]) -> None:
        if self.audit is None:
            return
        text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
        handle = os.open(self.audit, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)


def current_score(grade: Grade) -> float:
    """A grade's score by nbgrader's formula, before the database has computed it."""
    score = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return 0.0 if score is None else score + (grade.extra_credit or 0.0)


def new_submission(assignment: Assignment, student: str) -> SubmittedAssignment:
    """A submission's empty rows, mirroring the assignment as `Gradebook.add_submission` does."""
    submission = SubmittedAssignment(assignment=assignment, student_id=student)
    for notebook in assignment.notebooks:
        submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            submitted.grades.append(Grade(cell_id=cell.id))
        for cell in (*notebook.solution_cells, *notebook.task_cells):
            submitted.comments.append(Comment(cell_id=cell.id))
    return submission


def ensure_assignment(db_url: str, course_id: str, unit: str, released: NotebookNode) -> bool:
    """Make the gradebook's entry for a released unit when there is none; whether it was made.

    The entry is the one that `nbgrader generate_assignment` writes, by nbgrader's own SaveCells.
    """
    with Gradebook(db_url, course_id) as gradebook:
        try:
            gradebook.find_notebook(unit, unit)
            return False
        except MissingEntry:
            gradebook.update_or_create_assignment(unit)
    about = {"notebook": unit, "assignment": unit, "db_url": db_url}
    SaveCells().preprocess(released, {"nbgrader": about})
    return True
