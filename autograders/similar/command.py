"""The command `similar`: the report of one unit."""

from __future__ import annotations

import argparse
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import positive
from ..declare.catalogue import of_unit
from ..declare.exercise import Exercise
from ..reader import ReaderFailed, own_reader, read_submission
from ..submission.files import Refused, find_notebook, read_regular
from ..submission.master import Master, read_master
from .index import Fingerprints, Index, fingerprints, known_grams
from .page import WARNING, page, write_pairs
from .tokens import Token, tokens

if TYPE_CHECKING:
    from ..submission.folders import CourseFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `similar`."""
    parser.add_argument("unit", help="a unit's name or number")
    parser.add_argument(
        "--output", help="a page, or a list if it ends in .csv; default: similar-UNIT.html"
    )
    parser.add_argument("--pairs", type=positive, default=50, help="at most so many (default: 50)")


def run(options: argparse.Namespace) -> list[str]:
    """Write the report; sentences for the instructor."""
    from ..submission.folders import CourseError, CourseFolder

    course = CourseFolder(options.course)
    unit = course.unit(options.unit)
    students = course.students(unit)
    if not students:
        raise CourseError(f"nobody handed in {unit}; expected {course.submitted(unit, '*')}")
    master = course.master(unit)
    known = known_grams(everybodys(course, unit, master))
    found: list[Fingerprints] = []
    unread: list[str] = []
    for student in students:
        try:
            cells = own_cells(course, unit, student, master)
            found.append(fingerprints(student, cells, known, cut=_in_the_reader))
        except (Refused, ReaderFailed, OSError):
            unread.append(student)
    pairs = Index(found).pairs(options.pairs)
    output = Path(options.output or f"similar-{unit}.html")
    if output.suffix == ".csv":
        write_pairs(pairs, output)
    else:
        output.write_text(page(unit, pairs, len(found), unread), encoding="utf-8")
    many = "pair" if len(pairs) == 1 else "pairs"
    return [f"{output}: {len(pairs)} {many} among {len(found)} submissions. {WARNING}"]


def _in_the_reader(source: str) -> list[Token]:
    return [(word, line) for word, line in own_reader().read(tokens, source)]


def own_cells(course: CourseFolder, unit: str, student: str, master: Master) -> dict[str, str]:
    """The code that a student wrote, by cell."""
    path, _ = find_notebook(course.submitted(unit, student), master.unit)
    submission = read_submission(read_regular(path), master)
    return {cell.name: cell.source for cell in submission.cells if not cell.trusted}


def everybodys(course: CourseFolder, unit: str, master: Master) -> Iterator[str]:
    """Code that anybody may have: released cells, the source's answers, accepted variants."""
    yield from (cell.source for cell in master.cells if cell.cell_type == "code")
    folder = course.dir.format_path(course.dir.source_directory, ".", unit)
    path = Path(folder) / f"{unit}.ipynb"
    if path.is_file():
        answers = read_master(path)
        yield from (cell.source for cell in answers.cells if cell.cell_type == "code")
    for exercise in of_unit(unit).values():
        if isinstance(exercise, Exercise):
            for function in (exercise.reference, *exercise.variants.values()):
                try:
                    yield textwrap.dedent(inspect.getsource(function))
                except (OSError, TypeError):
                    continue
