"""The command `insight`: the page of one unit."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `insight`."""
    parser.add_argument("unit", help="a unit's name or number")
    parser.add_argument("--output", help="the page; default: insight-UNIT.html")
    parser.add_argument("--names", action="store_true", help="say which students; default: nobody")


def run(options: argparse.Namespace) -> list[str]:
    """Write the page; sentences for the instructor."""
    from ..submission.folders import CourseError, CourseFolder
    from .attempts import insight
    from .page import page

    course = CourseFolder(options.course)
    unit = course.unit(options.unit)
    found = insight(course, unit)
    if not found.students:
        raise CourseError(
            f"no results of {unit} in {course.root / 'results'}; run 'python -m autograders grade"
            f" {unit}' first"
        )
    output = Path(options.output or f"insight-{unit}.html")
    guide = course.root / "units" / unit / "guide.md"
    text = page(found, guide=guide if guide.is_file() else None, output=output, names=options.names)
    output.write_text(text, encoding="utf-8")
    return [f"{output}: {found.students} students, {len(found.spreads())} misconceptions"]
