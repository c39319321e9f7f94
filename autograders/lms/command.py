"""The commands `collect` and `give-back`: a platform's zip in, and one that it takes back."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..submission.folders import CourseFolder
    from .people import Class


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that both commands have."""
    parser.add_argument("unit", help="a unit's name or number")
    parser.add_argument("zip", help="all submissions as downloaded from Canvas or Moodle")
    parser.add_argument(
        "--worksheet",
        metavar="FILE",
        help="Moodle's grading worksheet of this assignment, where two people have one name",
    )


def run_collect(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Lay submissions where they are graded, or say what would be laid; 1 if any is left aside."""
    from .collect import collect

    course, people = _class(options)
    unit = course.unit(options.unit)
    return int(collect(course, unit, Path(options.zip), people, say, apply=options.apply) > 0)


def run_give_back(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Write the zip of feedback pages; 1 if somebody is left out."""
    from .giving import give_back

    course, people = _class(options)
    unit = course.unit(options.unit)
    output = Path(options.output or f"feedback-{unit}.zip")
    return int(give_back(course, unit, Path(options.zip), people, output, say) > 0)


def _class(options: argparse.Namespace) -> tuple[CourseFolder, Class]:
    from ..gradebook.roster import Roster
    from ..submission.folders import CourseError, CourseFolder
    from .people import Class, participants_of

    course = CourseFolder(options.course)
    roster = Roster.load(course.root)
    if not roster.people:
        raise CourseError(
            f"nobody is in the class of {course.root}, so no file is surely anybody's; bring it in"
            " with 'python -m autograders roster import FILE' first"
        )
    worksheet = participants_of(Path(options.worksheet)) if options.worksheet else None
    return course, Class(roster, worksheet)
