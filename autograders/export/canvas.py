"""A file for Canvas: Grades, Import.

Canvas reads the columns Student, ID, SIS User ID, SIS Login ID and Section, then one column for
each assignment, "Title (number)" for one that it knows; the row "Points Possible" stands before
the students. It finds a student by ID, then by SIS id, then by login, then by name.
Source: Instructure, "How do I import grades in the Gradebook?", and `lib/gradebook_importer.rb`
of Canvas LMS (read in 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..gradebook.tables import RosterError, write_csv
from ..judging.report import points
from .people import by_student, refuse_shared, students_of
from .table import Grade, read_roster

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
KEYS = {"ID": "lms_user_id", "SIS User ID": "sis_id", "SIS Login ID": "login"}
POINTS_POSSIBLE = "Points Possible"
WHERE = "Canvas, Grades, Export, Export Entire Gradebook"


def write(
    grades: Sequence[Grade], output: Path | None, roster: Path | None = None, *, partial: bool
) -> list[str]:
    """Write the grades; what the instructor should know, in sentences.

    With the file that Canvas exported (`roster`) its ids, names and assignment columns are used,
    and a grade that Canvas has and the gradebook has not stays. Without `partial`, what waits for a
    person stays empty.
    """
    units = list(dict.fromkeys(grade.assignment for grade in grades))
    worth = {grade.assignment: grade.max_score for grade in grades}
    if roster is None:
        refuse_shared(grades, {"login": "login", "lms_user_id": "Canvas ID"})
        columns = {unit: unit for unit in units}
        rows = [_row(of_one, columns, partial) for of_one in by_student(grades).values()]
        said = ["no --roster: Canvas matches by login and name, and makes new assignments"]
        top: dict[str, object] = {columns[unit]: points(worth[unit]) for unit in units}
        identity: tuple[str, ...] = IDENTITY
    else:
        header, theirs = read_roster(roster, ["SIS Login ID", "ID"], WHERE)
        identity = tuple(name for name in header if name in (*IDENTITY, "Integration ID"))
        if header[:2] != ["Student", "ID"] or "Section" not in header:
            raise RosterError(f"{roster} is no gradebook of Canvas; export it with {WHERE}")
        columns = {unit: _column(header, unit, roster) for unit in units}
        top, rows, said = _merge(grades, columns, worth, identity, theirs, partial)
    top = {"Student": f"    {POINTS_POSSIBLE}", **top}
    write_csv(output, [*identity, *columns.values()], [top, *rows])
    return said


def _column(header: Sequence[str], unit: str, roster: Path) -> str:
    """The column that Canvas has for a unit: its title without the number behind it, or a new one.

    Raises `RosterError` when there are several: which of them counts, only the instructor knows.
    """
    title = unit.casefold()
    found = [n for n in header if re.sub(r"\s*\(\d+\)\s*$", "", n).strip().casefold() == title]
    if len(found) > 1:
        raise RosterError(
            f"expected one column for {unit} in {roster}, got {' and '.join(found)};"
            " rename or remove all but one in Canvas, and export again"
        )
    return found[0] if found else unit


def _row(grades: Sequence[Grade], columns: Mapping[str, str], partial: bool) -> dict[str, object]:
    """A student's line when Canvas has told nothing about them."""
    one = grades[0]
    # Canvas takes any line whose first cell holds these words for the maximum points.
    name = one.name.replace(POINTS_POSSIBLE, "Points-Possible")
    row: dict[str, object] = {"Student": name, "ID": one.lms_user_id, "SIS Login ID": one.login}
    row |= {columns[g.assignment]: points(g.score) for g in grades if g.told(partial)}
    return row


def _merge(
    grades: Sequence[Grade],
    columns: Mapping[str, str],
    worth: Mapping[str, float],
    identity: Sequence[str],
    theirs: Sequence[Mapping[str, str]],
    partial: bool,
) -> tuple[dict[str, object], list[dict[str, object]], list[str]]:
    """The row of points, the students of Canvas with our grades, and what did not fit."""
    top: dict[str, object] = {columns[unit]: points(worth[unit]) for unit in worth}
    said: list[str] = []
    for row in theirs:
        if POINTS_POSSIBLE not in row.get("Student", ""):
            continue
        for unit, column in columns.items():
            there = row.get(column, "").strip()
            if there and _number(there) != worth[unit]:
                said.append(
                    f"Canvas gives {there} points for {column!r}, the gradebook"
                    f" {points(worth[unit])}: scores are written as they are"
                )
                top[column] = there
    # The line that says which assignments are posted by hand has no ids.
    people = [
        row
        for row in theirs
        if POINTS_POSSIBLE not in row.get("Student", "")
        and any(row.get(key, "").strip() for key in KEYS)
    ]
    found = by_student(grades)
    students = students_of(people, KEYS, grades, named="Student")
    rows = []
    for row, student in zip(people, students):
        kept: dict[str, object] = {name: row.get(name, "") for name in identity}
        kept |= {column: row.get(column, "") for column in columns.values()}
        match = found[student] if student else []
        ours = {columns[g.assignment]: points(g.score) for g in match if g.told(partial)}
        rows.append(kept | ours)
    lost = [student for student in found if student not in students]
    if lost:
        said.append(f"not in the roster, left out: {', '.join(lost)}")
    return top, rows, said


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
