"""Kept results into the gradebook, and recorded marks that change only after it was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import nbformat

from ..gradebook.assignment import ensure_assignment
from ..gradebook.policy import difference
from ..gradebook.record import Recorder
from ..gradebook.roster import Roster
from ..gradebook.terms import Terms
from ..submission.folders import AUDIT, CourseFolder, released_path, secret_seed
from ..submission.version import grader_of
from .results import KeptResult, index_of, read_entry, result_files
from .work import Unit


def unit_of(course: CourseFolder, unit: str) -> Unit:
    """A unit as it was released in this course, with the course's secret seed."""
    released = released_path(course.dir, unit, unit).read_bytes()
    return Unit.of(unit, released, secret_seed(course.root))


def open_recorder(course: CourseFolder, unit: str, say: Callable[[str], None]) -> Recorder:
    """A recorder for a unit that is in the gradebook; changes of recorded marks are held."""
    released = nbformat.read(released_path(course.dir, unit, unit), as_version=4)
    url, course_id, audit = course.dir.db_url, course.dir.course_id, course.root / AUDIT
    rule, terms = course.late_penalty, Terms.load(course.root)
    terms.check(course.units(), Roster.load(course.root).people)
    ensure_assignment(url, course_id, unit, released, audit=audit, late_penalty=rule, say=say)
    return Recorder(
        url,
        course_id,
        audit=audit,
        late_penalty=rule,
        only_changes=True,
        hold=True,
        terms=terms,
    )


def settle(recorder: Recorder, unit: str, agree: Callable[[str], bool]) -> int:
    """Let recorded marks change, once `agree` has been told who gains and who loses.

    How many were left as they are, because of a "no".
    """
    recorder.flush()
    said = difference(recorder.changes.values())
    if said and not agree(f"{unit}: recorded marks change: {said}"):
        return len(recorder.held)
    recorder.accept()
    return 0


def record(
    course: CourseFolder,
    unit: str,
    outcomes: Iterable[KeptResult],
    warn: Callable[[str], None],
    agree: Callable[[str], bool] = lambda said: True,
) -> tuple[int, int]:
    """Write results to the gradebook; how many are in it, and how many could not be recorded.

    Whoever is in the gradebook without a result gets what today's policy makes of their marks.
    """
    old, seen = 0, set()
    with open_recorder(course, unit, warn) as recorder:
        for outcome in outcomes:
            recorder.add(outcome.result())
            seen.add(outcome.student)
            old += outcome.grader != grader_of(unit)
        others = recorder.add_others(unit, seen)
        held = settle(recorder, unit, agree)
    if held:
        warn(f"{held} recorded marks stay as they are; the same command asks again")
    if old:
        warn(
            f"{old} of these results are of another version of the exercises or of the grader;"
            f" 'python -m autograders grade {unit}' grades them again"
        )
    for who, why in recorder.failures.items():
        warn(f"could not record {who}: {why}")
    return recorder.recorded if seen else others, len(recorder.failures)


def merged(course: CourseFolder, unit: str) -> Iterator[KeptResult]:
    """The result of each student out of all files of a unit, one by one.

    When files differ, as after a second submission, the result of what lies in `submitted/` counts,
    one of the present grader before one of another, and a final one before one with faults;
    otherwise that of the main file. Students bear the names that they have today; withdrawn ones
    are left out.
    """
    entries: dict[str, list[Any]] = {}
    roster = Roster.load(course.root)
    for path in result_files(course, unit):
        for student, entry in index_of(path)[0].items():
            if roster.takes_part(roster.now(student)):
                entries.setdefault(roster.now(student), []).append(entry)
    graded = unit_of(course, unit)
    for student, found in sorted(entries.items()):
        if len({(entry.file, entry.grader, entry.final) for entry in found}) > 1:
            file, ours = graded.task(course.submitted(unit, student), student).file, graded.grader
            found.sort(key=lambda e: (e.file == file, e.grader == ours, e.final))
        yield replace(read_entry(found[-1]), student=student)
