"""The gradebook as CSV: one line for each submission."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .table import Grade, write_csv

COLUMNS = (
    "assignment",
    "student_id",
    "timestamp",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "needs_manual_grade",
)


def write(grades: Sequence[Grade], output: Path | None) -> None:
    """Write the columns of nbgrader's own export that hold a grade."""
    rows = (
        (
            grade.assignment,
            grade.student,
            grade.timestamp,
            grade.raw_score,
            grade.penalty,
            grade.score,
            grade.max_score,
            grade.waiting,
        )
        for grade in grades
    )
    write_csv(output, COLUMNS, (dict(zip(COLUMNS, row)) for row in rows))
