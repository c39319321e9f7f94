"""What the gradebook holds, as plain rows, and CSV files that no spreadsheet runs as formulas."""

from __future__ import annotations

import contextlib
import csv
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from ..gradebook.open import open_gradebook
from ..submission.folders import CourseError

# Spreadsheets take a cell that begins so for a formula; East Asian versions also in full width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
INSIDE = re.compile(rf";(?=\s*[{re.escape(''.join(FORMULA))}])")


@dataclass(frozen=True)
class Grade:
    """One submission as the gradebook has it; `comments` are Markdown, in the notebook's order.

    `score` is what counts: the raw score less the penalty for late work, never below 0.
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

    @property
    def score(self) -> float:
        """The points that count."""
        return max(0.0, self.raw_score - self.penalty)

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
            )
            for submission, name, student in db.execute(query)
            if units is None or name in units
        ]


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


def no_formula(value: object) -> object:
    """A cell that no spreadsheet takes for a formula, whatever a student's name is.

    Where the list separator is a semicolon, a cell also begins behind each of them. A lone "-"
    means nothing to a spreadsheet, and "no grade" to Moodle.
    """
    if not isinstance(value, str) or value == "-":
        return value
    text = INSIDE.sub(r";'", value)
    return f"'{text}" if text.startswith(FORMULA) else text


def write_csv(
    output: Path | None, header: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    """Write rows as UTF-8 CSV, every text quoted, to a file or the terminal."""
    with (
        output.open("w", newline="", encoding="utf-8")
        if output
        else contextlib.nullcontext(sys.stdout)
    ) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([no_formula(name) for name in header])
        writer.writerows([no_formula(row.get(name, "")) for name in header] for row in rows)


class RosterError(CourseError):
    """A class list that cannot be used; the message says why and which file is expected."""


def read_roster(path: Path, needed: Iterable[str], where: str) -> tuple[list[str], list[dict]]:
    """The columns and rows of a CSV file that a learning platform exported; `where` says how."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            sample = file.readline()
            file.seek(0)
            delimiter = ";" if sample.count(";") > sample.count(",") else ","
            reader = csv.DictReader(file, delimiter=delimiter, restval="")
            header = list(reader.fieldnames or ())
            rows = [{k: v for k, v in row.items() if k is not None} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RosterError(f"expected a CSV file in UTF-8, and {path}: {error}") from None
    if not any(name in header for name in needed):
        raise RosterError(
            f"{path} has no column {' or '.join(needed)}, it has: {', '.join(header)[:200]};"
            f" export the class with {where}"
        )
    return header, rows
