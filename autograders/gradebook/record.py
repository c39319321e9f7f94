"""Marks into nbgrader's own gradebook, by nbgrader's own rules, with an audit log beside it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import selectinload

from .assignment import on_scale
from .audit import Audit, audit_line, holds
from .marks import Marks
from .open import GradebookUnusable, open_gradebook, patiently
from .policy import (
    Change,
    LatePenalty,
    penalties,
    sums,
    totals,
    write_due,
    write_extensions,
    write_penalties,
)
from .rows import NewRows, Result, unchanged, write_marks
from .terms import Terms

__all__ = ["Recorder", "Result"]

log = logging.getLogger(__name__)


@dataclass
class Recorder:
    """Writes graded notebooks to a gradebook, many in one transaction; use as a context manager.

    A score that a person gave is kept, and the answer is flagged for another look. `late_penalty`
    is asked as nbgrader asks its plugin, (student, score, seconds late) -> points or None, with the
    marks, due date and extension of now, which are those of `terms` where they say so. Every change
    is a line of JSON in the file `audit`, which is only ever appended to, also when this process is
    killed as it commits: the next one to record completes it. A submission that cannot be recorded
    is reported in `failures` and does not stop the others; a gradebook that cannot be used raises
    `GradebookUnusable`. With `only_changes`, what the gradebook holds already is left as it is.
    With `hold`, a result that changes a recorded mark is not written: it waits in `held`, the
    change in `changes`, until `accept`.
    """

    db_url: str
    course_id: str = "default_course"
    audit: Path | None = None
    late_penalty: LatePenalty | None = None
    batch: int = 200
    only_changes: bool = False
    hold: bool = False
    terms: Terms = field(default_factory=Terms)
    changes: dict[tuple[str, str], Change] = field(default_factory=dict, init=False)
    held: dict[tuple[str, str], Result] = field(default_factory=dict, init=False)
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

    def accept(self) -> None:
        """Write what was held."""
        held, self.held, self.hold = list(self.held.values()), {}, False
        for result in held:
            self.add(result)
        self.flush()

    def add_others(self, assignment: str, seen: Container[str]) -> int:
        """Apply today's policy to everybody else, whatever wrote their marks; how many they are."""
        query = select(SubmittedAssignment.student_id).where(
            SubmittedAssignment.assignment.has(name=assignment)
        )
        db = self._gradebook.db
        everybody = patiently(lambda: db.scalars(query).all(), self.db_url)
        others = [student for student in everybody if student not in seen]
        for student in others:
            self.add(Result(student, assignment, "", Marks({}, {})))
        return len(others)

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
        try:
            if self._log is not None:
                self._log.settle(partial(holds, db))
            lines, changes = self._record_all(results)
            if self.hold and changes:
                db.rollback()
                waiting = {who: r for r in results if (who := (r.student, r.assignment)) in changes}
                self.held |= waiting
                results = [r for r in results if (r.student, r.assignment) not in waiting]
                lines, _ = self._record_all(results)
            self.changes |= changes
            with self._log.around(lines) if self._log else contextlib.nullcontext():
                db.commit()
        except BaseException:
            with contextlib.suppress(DBAPIError):
                db.rollback()
            raise
        self.recorded += len({(r.student, r.assignment) for r in results if r.notebook})

    def _record_all(
        self, results: Sequence[Result]
    ) -> tuple[list[dict[str, Any]], dict[tuple[str, str], Change]]:
        """Bring their rows up to date; lines for the audit log, and recorded marks that change."""
        lines: list[dict[str, Any]] = []
        changes: dict[tuple[str, str], Change] = {}
        for name in sorted({result.assignment for result in results}):
            # The last one counts where a student is there twice.
            of_one = {r.student: r for r in results if r.assignment == name}
            said, changed = self._record(name, of_one)
            lines += said
            changes |= {(change.student, name): change for change in changed}
        return lines, changes

    def _record(
        self, name: str, results: Mapping[str, Result]
    ) -> tuple[list[dict[str, Any]], list[Change]]:
        """The same for one assignment; what has no marks is only looked at for its penalty."""
        db = self._gradebook.db
        assignment = self._gradebook.find_assignment(name)
        most = {
            notebook.name: {
                c.name: c.max_score for c in (*notebook.grade_cells, *notebook.task_cells)
            }
            for notebook in assignment.notebooks
        }
        results = {
            student: replace(result, marks=on_scale(result.marks, most.get(result.notebook, {})))
            for student, result in results.items()
        }
        known = set(db.scalars(select(Student.id).where(Student.id.in_(results))))
        db.add_all(Student(id=student) for student in results if student not in known)
        db.flush()
        query = (
            select(SubmittedAssignment)
            .where(SubmittedAssignment.assignment_id == assignment.id)
            .where(SubmittedAssignment.student_id.in_(results))
        )
        there = set(db.scalars(query.with_only_columns(SubmittedAssignment.student_id)))
        before = totals(db, assignment, there) if there else {}
        new = {student: r for student, r in results.items() if student not in there}
        lines = NewRows(assignment).insert(db, new)
        marked = {student for student in there if results[student].notebook}
        same = unchanged(db, assignment, results, marked) if self.only_changes else set()
        loaded = query.where(SubmittedAssignment.student_id.in_(marked - same)).options(
            selectinload(SubmittedAssignment.notebooks).options(
                selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
                selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
            )
        )
        lines += [
            write_marks(row, results[row.student_id])
            for row in (db.scalars(loaded) if marked - same else ())
        ]
        db.flush()
        if due := write_due(assignment, self.terms):
            lines.append(audit_line("", name, "", "policy") | {"due": due})
        if not there and assignment.duedate is None:
            return lines, []
        extended = write_extensions(db, assignment, results, self.terms)
        now = penalties(db, assignment, results, self.late_penalty)
        write_penalties(db, [one for one in now if one.stale])
        told = {(line["student"], line["notebook"]): line for line in lines}
        for one in now:
            news = one.stale or one.student in extended
            if news and (one.student, one.notebook) not in told:
                lines.append(audit_line(one.student, name, one.notebook, "policy"))
                told[one.student, one.notebook] = lines[-1]
            if (one.student, one.notebook) in told:
                about: dict[str, Any] = {
                    "late_penalty": one.due,
                    "late_penalty_before": one.recorded,
                }
                about |= {"extension": extended[one.student]} if one.student in extended else {}
                told[one.student, one.notebook].update(about)
        after = sums(now)
        changes = [
            Change(student, name, was, after[student])
            for student, was in before.items()
            if after[student] != was
        ]
        return lines, changes
