"""Results -> nbgrader's own gradebook, by nbgrader's own rules, with an audit log beside it."""

from __future__ import annotations

import html
import json
import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
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
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from .card import headline
from .report import FULL, UNGRADED, UNWRITTEN, Report

log = logging.getLogger(__name__)

TEST_PREFIX = "check_"
NO_RESPONSE = "No response."

LatePenalty = Callable[[str, float, float], float | None]


@dataclass(frozen=True)
class Marks:
    """What one notebook earned, cell by cell.

    `scores` has one entry for each graded cell; None means that a person must give the points.
    `comments` has one entry for each answer cell: Markdown for the student, or None.
    """

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


@dataclass(frozen=True)
class Graded:
    """One submitted notebook with its marks, ready for the gradebook.

    `fingerprint` names the exact content that was graded; `timestamp` is when it was handed in.
    """

    student: str
    assignment: str
    notebook: str
    marks: Marks
    fingerprint: str = ""
    timestamp: datetime | None = None


# Reports -> marks


def marks_of(notebook: NotebookNode, reports: Mapping[str, Report]) -> Marks:
    """The marks of a notebook that was rebuilt from the master, given its exercises' reports.

    As in nbgrader, an answer that was not touched gets "No response.", and so many points if it is
    graded by hand: none. A test cell without a report is left to a person.
    """
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        untouched = is_untouched(cell)
        if utils.is_grade(cell):
            report = reports.get(name.removeprefix(TEST_PREFIX))
            if utils.is_solution(cell):
                scores[name] = 0.0 if untouched else None
            else:
                scores[name] = report.score if report else None
        if utils.is_solution(cell) or utils.is_task(cell):
            report = reports.get(name)
            comments[name] = explanation(report) if report else None
            if untouched and not utils.is_task(cell):
                comments[name] = NO_RESPONSE
        if utils.is_task(cell):
            scores[name] = None
    return Marks(scores, comments)


def with_cell_errors(reports: Mapping[str, Report], notes: Iterable[str]) -> dict[str, Report]:
    """Reports of functions that were not found, with what their cell raised; `notes` tell that."""
    raised = dict(note.removeprefix("cell ").split(": ", 1) for note in notes if ": " in note)
    return {
        name: replace(report, note=f"your cell raised {raised[name]}")
        if report.status == UNWRITTEN and name in raised
        else report
        for name, report in reports.items()
    }


def is_untouched(cell: NotebookNode) -> bool:
    """Whether an answer cell is still what was released, by nbgrader's checksum, or empty."""
    checksum = cell.metadata.get("nbgrader", {}).get("checksum")
    if checksum is None or not cell.source.strip():
        return checksum is not None
    return checksum == utils.compute_checksum(cell)


def explanation(report: Report) -> str | None:
    """What a student should read beside the answer: verdict, faults and hint, as safe Markdown."""
    if report.status == FULL and not report.note:
        return None
    said = [f"**{plain(headline(report))}**"]
    if report.note:
        said.append(plain(report.note))
    if report.status not in (UNGRADED, UNWRITTEN):
        faults = [finding for finding in report.findings if not finding.passed]
        said.append(
            "\n".join(
                f"- {plain(finding.statement)}"
                + (f": {plain(finding.message)}" if finding.message else "")
                for finding in faults
            )
        )
        said += [with_code(hint) for hint in report.hints[:2]]
    return "\n\n".join(part for part in said if part)


def plain(text: str) -> str:
    """Text that Markdown, HTML and MathJax show as it is, on one line."""
    one_line = re.sub(r"\s+", " ", text)
    return re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", html.escape(one_line, quote=False))


def with_code(text: str) -> str:
    """The course's own words as safe Markdown: `code` stays code, all else is plain."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(f"`{part}`" if number % 2 else plain(part) for number, part in enumerate(parts))


# Marks -> gradebook


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
    _waiting: list[Graded] = field(default_factory=list, init=False)

    def __enter__(self) -> Recorder:
        self._gradebook = Gradebook(self.db_url, self.course_id)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            self.flush()
        finally:
            self._gradebook.close()

    def add(self, graded: Graded) -> None:
        """Take one result; it is in the gradebook after the next `flush`."""
        self._waiting.append(graded)
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
            log.warning("recording %d results one by one after: %s", len(waiting), error)
            for graded in waiting:
                try:
                    self._commit([graded])
                except Exception as own:
                    self.failures[f"{graded.student}/{graded.assignment}"] = str(own)
                    log.error("could not record %s: %s", graded.student, own)

    def _commit(self, results: Sequence[Graded]) -> None:
        db = self._gradebook.db
        try:
            lines = []
            for assignment in sorted({graded.assignment for graded in results}):
                of_one = [graded for graded in results if graded.assignment == assignment]
                submissions = self._submissions(assignment, of_one)
                lines += [self._write(submissions[graded.student], graded) for graded in of_one]
            db.commit()
        except Exception:
            db.rollback()
            raise
        self.recorded += len(results)
        self._append(lines)

    def _submissions(
        self, assignment_name: str, results: Iterable[Graded]
    ) -> dict[str, SubmittedAssignment]:
        """The gradebook's rows for these students, made where they are missing."""
        db = self._gradebook.db
        assignment = self._gradebook.find_assignment(assignment_name)
        students = sorted({graded.student for graded in results})
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

    def _write(self, submission: SubmittedAssignment, graded: Graded) -> dict[str, Any]:
        """Put one result into its rows; what changed, for the audit log."""
        if graded.timestamp is not None:
            submission.timestamp = graded.timestamp
        notebook = next((n for n in submission.notebooks if n.name == graded.notebook), None)
        if notebook is None:
            raise MissingEntry(
                f"the gradebook has no notebook '{graded.notebook}' in '{graded.assignment}';"
                " run 'nbgrader generate_assignment' first"
            )
        before, after = {}, {}
        for grade in notebook.grades:
            if grade.name in graded.marks.scores:
                before[grade.name] = grade.auto_score
                after[grade.name] = grade.auto_score = graded.marks.scores[grade.name]
                grade.needs_manual_grade = (
                    grade.manual_score is not None or grade.auto_score is None
                )
        for comment in notebook.comments:
            if comment.name in graded.marks.comments:
                comment.auto_comment = graded.marks.comments[comment.name]
        penalty = self._penalise(submission, notebook) if self.late_penalty else None
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "student": graded.student,
            "assignment": graded.assignment,
            "notebook": graded.notebook,
            "fingerprint": graded.fingerprint,
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
