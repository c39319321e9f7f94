"""A file for Moodle: Grades, Import, CSV file.

Moodle reads any CSV file with a column that identifies the user (username, ID number or email
address), one column for each grade item and one for its feedback; the form of the import asks which
is which. A grade of "-" means none. Feedback is HTML.
Source: Moodle documentation, "Grade import", and `grade/import/csv` of Moodle 4 (read in 2026).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..feedback.clean import harmless_html
from ..gradebook.tables import write_csv
from ..judging.report import points
from .people import by_student, refuse_shared, students_of
from .table import Grade, read_roster

KEYS = {"Username": "login", "ID number": "sis_id", "Email address": "email"}
IDENTITY = ("First name", "Last name", "Surname", *KEYS)
WHERE = "Moodle, Grades, Export, Plain text file"
NONE = "-"


def write(
    grades: Sequence[Grade], output: Path | None, roster: Path | None = None, *, partial: bool
) -> list[str]:
    """Write the grades with their feedback; what the instructor should know, in sentences.

    With a file that Moodle exported (`roster`) its users are written as Moodle names them; else
    students' ids stand as user names. Without `partial`, what waits for a person has no grade.
    """
    units = list(dict.fromkeys(grade.assignment for grade in grades))
    found, said = by_student(grades), []
    people: list[tuple[dict[str, object], list[Grade]]]
    if roster is None:
        refuse_shared(grades, {"login": "username", "email": "address"})
        identity: Sequence[str] = ("Username", "First name", "Last name", "Email address")
        people = [
            (dict(zip(identity, (g.login, g.first_name, g.last_name, g.email))), of_one)
            for of_one in found.values()
            for g in of_one[:1]
        ]
    else:
        header, rows = read_roster(roster, KEYS, WHERE)
        identity = [name for name in header if name in IDENTITY]
        students = students_of(rows, KEYS, grades, named=_name(header))
        people = [
            ({name: row[name] for name in identity}, found[student])
            for row, student in zip(rows, students)
            if student is not None
        ]
        lost = [student for student in found if student not in students]
        if lost:
            said.append(f"not in the roster, left out: {', '.join(lost)}")
    columns = [name for unit in units for name in (unit, f"{unit} (feedback)")]
    lines = []
    for who, of_one in people:
        line = who | dict.fromkeys(units, NONE)
        for grade in of_one:
            if grade.told(partial):
                line[grade.assignment] = points(grade.score)
                line[f"{grade.assignment} (feedback)"] = feedback(grade)
        lines.append(line)
    write_csv(output, [*identity, *columns], lines)
    return said


def _name(header: Sequence[str]) -> str:
    """The column that tells an instructor best whose line it is."""
    return next(name for name in ("Email address", "Username", "ID number") if name in header)


def feedback(grade: Grade) -> str:
    """The comments of a submission as harmless HTML on one line.

    Formulas are TeX: Moodle takes the tags of MathML off, so that a square would be "x2".
    What could begin a formula behind a semicolon, as in `&gt;= 3`, is written as an entity.
    """
    html = " ".join(
        " ".join(harmless_html(comment, mathml=False).split()) for comment in grade.comments
    )
    return re.sub(r"(?<=;)(\s*)([=+@-])", lambda m: f"{m[1]}&#{ord(m[2])};", html)
