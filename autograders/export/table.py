"""What the gradebook holds, as plain rows, and the class lists of other systems."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.api import Grade as GradeRow
from sqlalchemy import select

from ..gradebook.open import open_gradebook
from ..gradebook.roster import Person, Roster
from ..gradebook.tables import RosterError, read_csv


@dataclass(frozen=True)
class Grade:
    """One submission as the gradebook has it; `comments` are Markdown, in the notebook's order.

    `score` is what counts: the raw score less the penalty for late work, never below 0. `waiting`
    is what a person has to look at, `unread` what nobody has given points for yet; of a student who
    handed in nothing a grade is `missing`. `login` and `sis_id` are the student's id where the
    class (`roster.csv`) says nothing else.
    """

    assignment: str
    student: str
    raw_score: float
    penalty: float
    max_score: float
    waiting: bool
    timestamp: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    comments: tuple[str, ...] = ()
    unread: bool = False
    missing: bool = False
    own_login: str = ""
    own_sis_id: str = ""

    @property
    def login(self) -> str:
        """What they log in with."""
        return self.own_login or self.student

    @property
    def sis_id(self) -> str:
        """The university's id of the student."""
        return self.own_sis_id or self.student

    @property
    def score(self) -> float:
        """The points that count."""
        return max(0.0, self.raw_score - self.penalty)

    def told(self, partial: bool) -> bool:
        """Whether there are points to tell: with `partial` also those given so far."""
        return not self.missing and (partial or not self.waiting)

    @property
    def status(self) -> str:
        """What an instructor has to know beside the points."""
        if self.missing:
            return "missing"
        return "not read yet" if self.unread else "look again" if self.waiting else "graded"

    @property
    def name(self) -> str:
        """The name as gradebooks sort it, or the student's id when the gradebook has no name."""
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.student


def read_grades(
    db_url: str, course_id: str, units: Collection[str] | None = None, *, comments: bool = False
) -> list[Grade]:
    """Every submission in the gradebook, by assignment and student; of these units, or of all."""
    with contextlib.closing(open_gradebook(db_url, course_id)) as gradebook:
        db = gradebook.db
        said = _comments(db) if comments else {}
        unread = set(
            db.scalars(
                select(SubmittedNotebook.assignment_id)
                .join(GradeRow, GradeRow.notebook_id == SubmittedNotebook.id)
                .where(GradeRow.auto_score.is_(None), GradeRow.manual_score.is_(None))
            )
        )
        query = (
            select(SubmittedAssignment, Assignment.name, Student)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .join(Student, SubmittedAssignment.student_id == Student.id)
            .order_by(Assignment.name, Student.id)
        )
        return [
            Grade(
                name,
                student.id,
                submission.score,
                submission.late_submission_penalty,
                submission.max_score,
                bool(submission.needs_manual_grade),
                str(submission.timestamp or ""),
                student.first_name or "",
                student.last_name or "",
                student.email or "",
                student.lms_user_id or "",
                tuple(said.get(submission.id, ())),
                submission.id in unread,
            )
            for submission, name, student in db.execute(query)
            if units is None or name in units
        ]


def due_dates(db_url: str, course_id: str) -> dict[str, datetime | None]:
    """When each assignment is due (UTC), as the gradebook has it."""
    with contextlib.closing(open_gradebook(db_url, course_id)) as gradebook:
        return {one.name: one.duedate for one in gradebook.assignments}


def of_class(grades: Sequence[Grade], roster: Roster) -> list[Grade]:
    """The grades of those who take part, by the names and ids of the class, and who has none.

    Somebody whom the class does not know keeps their grade: work is never lost.
    """
    found = []
    for grade in grades:
        one = roster.people.get(grade.student)
        if one is None:
            found.append(grade)
        elif one.active:
            found.append(replace(grade, **_about(one)))
    worth = {grade.assignment: grade.max_score for grade in grades}
    there = {(grade.assignment, grade.student) for grade in grades}
    found += [
        Grade(unit, student, 0.0, 0.0, most, False, missing=True, **_about(roster.people[student]))
        for unit, most in worth.items()
        for student in roster.active
        if (unit, student) not in there
    ]
    return sorted(found, key=lambda grade: (grade.assignment, grade.student))


def _about(one: Person) -> dict[str, Any]:
    return {
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "lms_user_id": one.lms_id,
        "own_login": one.login,
        "own_sis_id": one.sis_id,
    }


def _comments(db: Any) -> dict[str, list[str]]:
    """The comments of each submission by its id; "No response." says nothing that helps."""
    query = (
        select(SubmittedNotebook.assignment_id, Comment)
        .join(SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id)
        .order_by(SubmittedNotebook.assignment_id)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for submission, comment in db.execute(query):
        if comment.comment and comment.comment != "No response.":
            found.setdefault(submission, []).append((comment.name, comment.comment))
    return {submission: [text for _, text in sorted(said)] for submission, said in found.items()}


def read_roster(
    path: Path, needed: Collection[str], where: str
) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and rows of a CSV file that a learning platform exported; `where` says how."""
    header, rows = read_csv(path)
    if not any(name in header for name in needed):
        raise RosterError(
            f"{path} has no column {' or '.join(needed)}, it has: {', '.join(header)[:200]};"
            f" export the class with {where}"
        )
    return header, rows
