"""The commands `grade` and `record`: which part of the class, on which machines, and who agrees."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..arguments import agreement, positive

if TYPE_CHECKING:
    from .results import Shard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `grade`."""
    parser.add_argument("unit", help="a unit's name or number")
    parser.add_argument("--student", action="append", help="only this student (repeatable)")
    parser.add_argument("--again", action="store_true", help="grade also what has a result")
    parser.add_argument(
        "--feedback", action="store_true", help="write a feedback page for each student"
    )
    parser.add_argument(
        "--jobs", type=positive, metavar="N", help="processes on this machine (default: all cores)"
    )
    parser.add_argument(
        "--scheduler", metavar="URL", help="a Dask cluster, such as tcp://host:8786"
    )
    parser.add_argument(
        "--shard", type=part, metavar="I/N", help="only this part of the class; 'record' joins them"
    )


def part(text: str) -> Shard:
    """A shard such as 2/5."""
    from .results import Shard

    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run_grade(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Grade everything that was handed in for a unit, and record it."""
    from ..gradebook.command import chosen, in_class
    from ..gradebook.placing import ask, these
    from ..gradebook.placing import triage as place_misplaced
    from ..submission.folders import CourseError, CourseFolder
    from .doctor import refuse_if_unsafe
    from .run import Settings, grade_class
    from .tally import Display
    from .workers import cluster, cores, local

    course = CourseFolder(options.course)
    unit = course.unit(options.unit)
    if options.shard and options.feedback:
        raise CourseError(
            "--feedback needs the whole class in the gradebook: leave it out, join the shards with"
            f" 'python -m autograders record {unit}', then run 'nbgrader generate_feedback {unit}'"
        )
    students = in_class(course, course.students(unit), say)
    if options.student:
        students = chosen(options.student, students, unit)
    if options.shard:
        students = [student for student in students if options.shard.holds(student)]
    if not students:
        where = f" in shard {options.shard}" if options.shard else ""
        say(
            f"nobody handed in {unit}{where}; submissions are expected in"
            f" {course.submitted(unit, '*')}"
        )
        return 2
    refuse_if_unsafe(course)
    if not options.shard:
        person = sys.stdin.isatty() and sys.stderr.isatty()
        place_misplaced(
            course, unit, students, ask(sys.stdin.readline, say) if person else these([]), say
        )
    settings = Settings(
        again=options.again,
        record=options.shard is None,
        allow_process=options.allow_process,
        shard=options.shard,
    )
    jobs = min(options.jobs or cores(), len(students))
    place = cluster(options.scheduler) if options.scheduler else local(jobs)
    display = Display()
    pages, lost = None, 0
    try:
        with place as (executor, width):
            tally = grade_class(
                course,
                unit,
                executor,
                students=students,
                window=4 * width + 4,
                settings=settings,
                say=display.say,
                show=display.show,
                agree=agreement(options.yes, display.say),
            )
            if options.feedback and not tally.unrecorded:
                from .returning import return_pages

                pages, lost = return_pages(
                    course,
                    unit,
                    executor,
                    students,
                    window=2 * width + 2,
                    say=display.say,
                    show=display.show,
                )
    except KeyboardInterrupt:
        display.say(f"stopped; 'python -m autograders grade {unit}' goes on from here")
        return 130
    finally:
        display.close()
    print(tally.summary(unit))
    if options.shard:
        print(f"shard {options.shard} is kept; 'python -m autograders record {unit}' joins them")
        return 0
    print(f"{tally.recorded} of {tally.done} recorded in the gradebook")
    if tally.held:
        say(f"{tally.held} recorded marks stay as they are; the same command asks again")
    if pages is not None:
        print(f"{pages} feedback pages written, the others are up to date")
    if tally.unrecorded:
        say(f"{tally.unrecorded}\nthen run 'python -m autograders record {unit}'")
        return 2
    return int(tally.failed + lost > 0)


def run_record(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Record the kept results of a unit, of all shards, as into a new gradebook."""
    from ..submission.folders import CourseFolder
    from .results import results_path
    from .run import merged, record

    course = CourseFolder(options.course)
    unit = course.unit(options.unit)
    agree = agreement(options.yes, say)
    recorded, failed = record(course, unit, merged(course, unit), say, agree)
    if not recorded + failed:
        say(f"no results in {results_path(course, unit)}; run 'python -m autograders grade {unit}'")
        return 2
    print(f"{recorded} of {recorded + failed} recorded in the gradebook")
    return int(failed > 0)
