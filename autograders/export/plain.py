"""The gradebook as CSV: one line for each submission, or for each student."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..gradebook.tables import write_csv
from ..gradebook.terms import Terms
from ..gradebook.totals import Mark, total
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


def write_totals(
    grades: Sequence[Grade],
    students: Sequence[str],
    terms: Terms,
    due: Mapping[str, datetime | None],
    output: Path | None,
    *,
    partial: bool,
) -> list[str]:
    """Write what each student has in the course, unit by unit; what is not final, in a sentence.

    With `partial`, what nobody has read yet counts with the points so far.
    """
    units = list(dict.fromkeys(grade.assignment for grade in grades))
    marks: dict[str, dict[str, Mark]] = {student: {} for student in students}
    for grade in grades:
        of_one = marks.setdefault(grade.student, {})
        if not grade.missing:
            final = partial or not grade.waiting
            of_one[grade.assignment] = Mark(grade.score, grade.max_score, final)
    now = datetime.now(UTC).replace(tzinfo=None)
    totals = [total(student, units, of_one, terms, due, now) for student, of_one in marks.items()]
    rows: list[dict[str, object]] = []
    for one in sorted(totals, key=lambda one: one.student):
        percent = "" if one.percent is None else round(one.percent, 2)
        row: dict[str, object] = {"student_id": one.student, "total": percent, "final": one.final}
        for part in one.parts:
            row[part.unit] = "" if part.share is None else round(100 * part.share, 2)
            row[f"{part.unit} (status)"] = part.state
        rows.append(row)
    columns = [column for unit in units for column in (unit, f"{unit} (status)")]
    write_csv(output, ["student_id", "total", "final", *columns], rows)
    preliminary = sum(not one.final for one in totals)
    return [f"{preliminary} of {len(totals)} totals are not final"] if preliminary else []
