"""The gradebook as CSV: one line for each submission."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..gradebook.tables import write_csv
from .table import Grade

COLUMNS = (
    "assignment",
    "student_id",
    "timestamp",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "needs_manual_grade",
    "status",
)


def write(grades: Sequence[Grade], output: Path | None, *, partial: bool) -> None:
    """Write the columns of nbgrader's own export that hold a grade, and what each stands for.

    What nobody has read yet and what is missing has no score; with `partial` the points so far.
    """
    rows = (
        (
            grade.assignment,
            grade.student,
            grade.timestamp,
            "" if grade.missing else grade.raw_score,
            "" if grade.missing else grade.penalty,
            grade.score if grade.told(partial) else "",
            grade.max_score,
            grade.waiting,
            grade.status,
        )
        for grade in grades
    )
    write_csv(output, COLUMNS, (dict(zip(COLUMNS, row)) for row in rows))
