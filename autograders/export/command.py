"""The command `export`: which system, which units, where to."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..submission.folders import CourseFolder
    from .table import Grade

SYSTEMS = ("csv", "totals", "canvas", "moodle", "gradescope", "github")
ABOUT = """\
Grades for another system, or a grader that runs there.

csv, canvas and moodle write the gradebook's grades, totals what each student has in the course by
the terms of policy.toml; gradescope builds the autograder's zip of one unit, github its workflow.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    parser.description = ABOUT
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("units", nargs="*", help="units by name or number; default: all")
    parser.add_argument("--to", choices=SYSTEMS, default="csv", help="default: csv")
    parser.add_argument("--output", help="a file; default: the terminal")
    parser.add_argument("--roster", help="the file that Canvas or Moodle exported, to match people")
    parser.add_argument(
        "--partial",
        action="store_true",
        help="also grades that still wait for a person, with the points so far",
    )
    parser.add_argument(
        "--course-repository",
        metavar="OWNER/NAME",
        help="github: where the workflow finds this course",
    )


def run(options: argparse.Namespace) -> list[str]:
    """Write what was asked for; sentences for the instructor."""
    from ..submission.folders import CourseError, CourseFolder, released_path

    course = CourseFolder(options.course)
    units = [course.unit(unit) for unit in options.units]
    output = Path(options.output) if options.output else None
    if options.roster and options.to not in ("canvas", "moodle"):
        raise CourseError(f"--roster goes with --to canvas or moodle, not {options.to}")
    if options.to == "gradescope":
        from . import gradescope

        unit = only(units, "gradescope")
        path = output or Path(f"gradescope-{unit}.zip")
        gradescope.build(released_path(course.dir, unit, unit), path)
        return [f"{path}: upload it to Gradescope, Configure Autograder; {gradescope.HONEST}"]
    if options.to == "github":
        from . import github

        unit = only(units, "github")
        return github.write(unit, options.course_repository, output)
    return _grades(course, units, output, options)


def only(units: list[str], system: str) -> str:
    """The one unit that a grader is built for."""
    from ..submission.folders import CourseError

    if len(units) != 1:
        raise CourseError(f"expected one unit for --to {system}, got {len(units)}")
    return units[0]


def _grades(
    course: CourseFolder, units: list[str], output: Path | None, options: argparse.Namespace
) -> list[str]:
    from ..gradebook.roster import Roster
    from ..gradebook.terms import Terms
    from ..submission.folders import CourseError
    from . import canvas, moodle, plain
    from .table import due_dates, of_class, read_grades

    refuse_outdated(course, units)
    held = read_grades(
        course.dir.db_url,
        course.dir.course_id,
        units or None,
        comments=options.to == "moodle",
    )
    people = Roster.load(course.root)
    grades = of_class(held, people)
    if not grades:
        raise CourseError(
            "the gradebook has no submissions yet; run 'python -m autograders grade UNIT' first"
        )
    if options.to == "totals":
        terms = Terms.load(course.root)
        terms.check(course.units(), people.people)
        due = due_dates(course.dir.db_url, course.dir.course_id)
        said = plain.write_totals(
            grades, people.active, terms, due, output, partial=options.partial
        )
        return [*_written(output, len(grades)), *said]
    if options.to == "csv":
        plain.write(grades, output, partial=options.partial)
        return [*_written(output, len(grades)), *_waiting(grades, options.partial)]
    system = canvas if options.to == "canvas" else moodle
    roster = Path(options.roster) if options.roster else None
    said = system.write(grades, output, roster, partial=options.partial)
    said = [*_written(output, len(grades)), *said]
    said += _waiting(grades, options.partial)
    said += [
        f"not in the class, but with a grade: {student}"
        for student in people.strangers(dict.fromkeys(grade.student for grade in grades))
    ]
    return said


def refuse_outdated(course: CourseFolder, units: list[str]) -> None:
    """Raise `CourseError` while recorded marks are not what today's due dates and rules give."""
    from ..gradebook.open import open_gradebook
    from ..gradebook.policy import difference, outdated
    from ..gradebook.terms import Terms
    from ..submission.folders import CourseError

    said, terms = {}, Terms.load(course.root)
    with closing(open_gradebook(course.dir.db_url, course.dir.course_id)) as gradebook:
        for assignment in gradebook.assignments:
            if not units or assignment.name in units:
                said[assignment.name] = difference(
                    outdated(gradebook.db, assignment, course.late_penalty, terms)
                )
    late = [unit for unit, changes in said.items() if changes]
    if late:
        raise CourseError(
            "recorded marks are not what today's due dates, extensions and late rule give:"
            f" {'; '.join(f'{unit}: {said[unit]}' for unit in late)}. Run"
            f" 'python -m autograders record {late[0]}' first"
        )


def _waiting(grades: Sequence[Grade], partial: bool) -> list[str]:
    """What to know of grades that are not there yet."""
    said, missing = [], sum(grade.missing for grade in grades)
    waiting, most = sum(grade.waiting for grade in grades), len(grades) - missing
    if waiting and not partial:
        said.append(
            f"{waiting} of {most} submissions wait for a person and have no grade here;"
            " grade them in the formgrader, or write the points so far with --partial"
        )
    if missing:
        said.append(f"{missing} handed in nothing and have no grade here")
    return said


def _written(output: Path | None, count: int) -> list[str]:
    """What was written where; nothing when the table itself is on the screen."""
    return [f"{output}: {count} {'submission' if count == 1 else 'submissions'}"] if output else []
