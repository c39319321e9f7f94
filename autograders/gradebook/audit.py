"""The audit log: a line for each change in the gradebook, also when a stop comes in between."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from ..submission.files import append_whole
from .open import GradebookUnusable

LONGEST_LINE = 2**20


class Audit:
    """A file of JSON lines that is only appended to, in step with a database's commits.

    A file and a database cannot be written in one act. So the lines are first written to a file
    beside the log, then the changes are committed, then the lines go into the log. What a stop left
    beside it is settled later: the database says which of the lines came true. Several programs
    take turns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.beside = path.with_name(f"{path.name}.pending")

    @contextlib.contextmanager
    def around(self, lines: Sequence[Mapping[str, Any]]) -> Iterator[None]:
        """Let the caller commit the changes that the lines tell of, and log them.

        All locks that the commit needs must be held by then: others wait here for their turn.
        """
        if not lines:
            yield
            return
        text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines).encode()
        with self._turn() as log:
            before = self.beside.stat().st_size if self.beside.exists() else 0
            beside = os.open(self.beside, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                append_whole(beside, text, before)
                os.fsync(beside)
            finally:
                os.close(beside)
            try:
                yield
            except DBAPIError as error:
                # Undone, surely, unless the connection broke: then nobody knows yet.
                if not error.connection_invalidated:
                    self._forget(before)
                raise
            _append(log, text)
            self._forget(before)

    def settle(self, came_true: Callable[[Mapping[str, Any]], bool]) -> None:
        """Log what a stop kept out of the log; `came_true` says whether a change was committed."""
        if not self.beside.exists():
            return
        with self._turn() as log:
            if not self.beside.exists():
                return
            logged = set(self.path.read_bytes().splitlines(keepends=True))
            lines = self.beside.read_bytes().splitlines(keepends=True)
            missing = [line for line in lines if line.endswith(b"\n") and line not in logged]
            _append(log, b"".join(line for line in missing if came_true(json.loads(line))))
            self._forget(0)

    def _forget(self, size: int) -> None:
        """Take away what has been settled; `size` bytes are another's, who was stopped."""
        if size:
            os.truncate(self.beside, size)
        else:
            self.beside.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[int]:
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if sys.platform != "win32":
                    import fcntl

                    fcntl.flock(handle, fcntl.LOCK_EX)
                yield handle
            finally:
                os.close(handle)
        except OSError as error:
            raise GradebookUnusable(
                f"the audit log {self.path} cannot be written ({error.strerror})"
            ) from None


def _append(handle: int, text: bytes) -> None:
    """Append whole lines to a log; half a line at its end, which a stop left, goes."""
    end = os.fstat(handle).st_size
    os.lseek(handle, max(0, end - LONGEST_LINE), os.SEEK_SET)
    tail = os.read(handle, LONGEST_LINE)
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        end -= torn
        os.ftruncate(handle, end)
    append_whole(handle, text, end)


def audit_line(student: str, assignment: str, notebook: str, why: str) -> dict[str, Any]:
    """What every line of the audit log says; `why`: such as "graded" or "roster"."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "why": why,
        "student": student,
        "assignment": assignment,
        "notebook": notebook,
        "scores": {},
        "before": {},
        "late_penalty": None,
    }


def holds(db: Any, line: Mapping[str, Any]) -> bool:
    """Whether a gradebook has the scores and the penalty that a line of the log tells of.

    Of a line about the class: whether it has the student; of a due date: whether it is that one.
    What triage or `collect` placed would be placed again if it was not.
    """
    if line.get("why") in ("triage", "collect"):
        return True
    if "due" in line:
        due = db.scalar(select(Assignment.duedate).where(Assignment.name == line["assignment"]))
        return line["due"].endswith(f"-> {due}")
    if line.get("why") == "roster":
        return db.get(Student, line["student"]) is not None
    query = (
        select(
            BaseCell.name, Grade.auto_score, Grade.manual_score,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(SubmittedAssignment.student_id == line["student"])
        .where(SubmittedAssignment.assignment.has(name=line["assignment"]))
        .where(Notebook.name == line["notebook"])
    )  # fmt: skip
    rows = db.execute(query).all()
    scores = {name: score for name, score, *_ in rows}
    manual = {name: score for name, _, score, _ in rows}
    return (
        bool(rows)
        and scores == {**scores, **line["scores"]}
        and manual == {**manual, **line.get("manual", {})}
        and {line["late_penalty"] or 0.0} == {penalty or 0.0 for *_, penalty in rows}
    )
