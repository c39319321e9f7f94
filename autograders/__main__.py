"""The command line: `python -m autograders COMMAND`, from `check` to `selftest`."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from .arguments import positive
from .errors import GraderError

# The warm process forks: NumPy must not start threads before.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def say(text: str) -> None:
    """A sentence for the person at the terminal, apart from results."""
    from .bulk.tally import for_terminal

    print(for_terminal(text), file=sys.stderr)


def check(options: argparse.Namespace) -> int:
    """Run a saved notebook as it will be graded, on fresh inputs, and show the reports."""
    from .judging.report import points
    from .reader import read_submission
    from .sandbox import Sandbox
    from .submission.files import Refused, read_regular
    from .submission.folders import CourseFolder
    from .submission.grading import grade_submission

    course, path = CourseFolder(options.course), Path(options.notebook)
    unit = course.unit(options.unit) if options.unit else course.unit_of(path)
    master = course.master(unit)
    try:
        submission = read_submission(read_regular(path), master)
    except (Refused, OSError) as reason:
        say(f"{path} cannot be graded: {reason}")
        return 2
    with Sandbox(allow_process=options.allow_process) as sandbox:
        graded = grade_submission(submission, unit, sandbox, secrets.randbits(32))
    if options.to == "github":
        from .export import github

        github.report(graded)
    else:
        for report in graded.reports.values():
            print(report, end="\n\n")
        for note in graded.notes:
            print(f"note: {note}")
    for fault in graded.faults:
        say(f"not graded: {fault}")
    by_hand = sum(cell.points for cell in master.cells if cell.role == "written")
    print(
        f"{unit}: {points(graded.score)} of {points(graded.max_score)} points;"
        f" {points(by_hand)} more are given by a person"
    )
    return int(graded.score != graded.max_score)


def grade(options: argparse.Namespace) -> int:
    """Grade everything that was handed in for a unit, and record it."""
    from .bulk.command import run_grade

    return run_grade(options, say)


def triage(options: argparse.Namespace) -> int:
    """Show work that lies elsewhere than asked, and accept it: all, some or none."""
    from .gradebook.command import in_class
    from .gradebook.placing import these
    from .gradebook.placing import triage as place
    from .submission.folders import CourseFolder

    course = CourseFolder(options.course)
    unit = course.unit(options.unit)
    choose = these(options.accept, everybody=options.accept_all)
    students = in_class(course, course.students(unit), say)
    return int(place(course, unit, students, choose, say) > 0)


def collect(options: argparse.Namespace) -> int:
    """Show whose the files in a zip of Canvas or Moodle are, and lay them where they are graded."""
    from .lms.command import run_collect

    return run_collect(options, say)


def give_back(options: argparse.Namespace) -> int:
    """Write the feedback pages of a unit as a zip that Canvas or Moodle gives to its students."""
    from .lms.command import run_give_back

    return run_give_back(options, say)


def record_again(options: argparse.Namespace) -> int:
    """Record the kept results of a unit, of all shards, as into a new gradebook."""
    from .bulk.command import run_record

    return run_record(options, say)


def export(options: argparse.Namespace) -> int:
    """Write grades, or a grader, for another system."""
    from .export.command import run

    for sentence in run(options):
        say(sentence)
    return 0


def roster(options: argparse.Namespace) -> int:
    """Show or change who is in the class: import, add, withdraw, rename."""
    from .gradebook.command import run

    for sentence in run(options):
        print(sentence)
    return 0


def insight(options: argparse.Namespace) -> int:
    """Show which misconceptions a class has, per exercise and over attempts, on one page."""
    from .insight.command import run

    for sentence in run(options):
        say(sentence)
    return 0


def similar(options: argparse.Namespace) -> int:
    """Show which submissions have unusual code in common: a hint for a person, never a score."""
    from .similar.command import run

    for sentence in run(options):
        say(sentence)
    return 0


def board(options: argparse.Namespace) -> int:
    """Open the live board of a lab: who is where, who is stuck, and which mistakes there are."""
    from .board.command import run

    run(options)
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Say whether this machine is safe to grade on, and what mends it where it is not."""
    from .bulk.doctor import examine, report
    from .submission.folders import CourseFolder

    lines, safe = report(examine(CourseFolder(options.course)))
    print(lines)
    return 0 if safe else 1


def selftest(options: argparse.Namespace) -> int:
    """Put every known right and wrong implementation through the judge."""
    from .judging import guards, laws

    if options.guards:
        return guards.main(laws.chosen(options.exercises), options.seeds)
    return laws.main(options.exercises, options.seeds)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    main = argparse.ArgumentParser(prog="python -m autograders", description=__doc__)
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(function, name: str, *, course: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        added.set_defaults(function=function)
        if course:
            added.add_argument("--course", help="the course's folder (./course, or this one)")
        return added

    def runs_code(added: argparse.ArgumentParser) -> None:
        added.add_argument(
            "--allow-process",
            action="store_true",
            help="go on where this machine cannot isolate code; only for code that you trust",
        )

    one = command(check, "check")
    one.add_argument("notebook", help="a saved notebook, such as work/01_fixed_rate.ipynb")
    one.add_argument("--unit", help="the unit, when the file's name does not tell")
    one.add_argument("--to", choices=["github"], help="report as a GitHub workflow shows it")
    runs_code(one)
    all_of = command(grade, "grade")
    importlib.import_module(".bulk.command", __package__).add_arguments(all_of)
    runs_code(all_of)
    misplaced = command(triage, "triage")
    misplaced.add_argument("unit", help="a unit's name or number")
    misplaced.add_argument("--accept", action="append", default=[], metavar="STUDENT")
    misplaced.add_argument("--accept-all", action="store_true")
    lms = importlib.import_module(".lms.command", __package__)
    taken = command(collect, "collect")
    lms.add_arguments(taken)
    taken.add_argument("--apply", action="store_true", help="lay the files; default: only show")
    given = command(give_back, "give-back")
    lms.add_arguments(given)
    given.add_argument("--output", metavar="FILE", help="default: feedback-UNIT.zip")
    again = command(record_again, "record")
    again.add_argument("unit", help="a unit's name or number")
    for added in (all_of, again):
        added.add_argument(
            "--yes",
            action="store_true",
            help="change recorded marks without asking; who gains and"
            " who loses is shown all the same",
        )
    for function in (board, export, insight, similar):
        package = function.__name__
        module = importlib.import_module(f".{package}.command", __package__)
        module.add_arguments(command(function, package))
    importlib.import_module(".gradebook.command", __package__).add_arguments(
        command(roster, "roster")
    )
    command(doctor, "doctor")
    proof = command(selftest, "selftest", course=False)
    proof.add_argument("exercises", nargs="*", help="exercises by name; default: all")
    proof.add_argument("--seeds", type=positive, default=3, metavar="N", help="draws of each")
    proof.add_argument(
        "--guards", action="store_true", help="put limits around right versions instead"
    )
    return main


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 is success, 1 less than that, 2 a fault that the message explains.

    130 is Ctrl-C, whenever it comes: loading nbgrader takes seconds, too.
    """
    try:
        return carry_out(parser().parse_args(argv))
    except KeyboardInterrupt:
        say("stopped")
        return 130


def carry_out(options: argparse.Namespace) -> int:
    """Run the command that was asked for, and put its faults in a sentence."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    try:
        return options.function(options)
    except GraderError as error:
        say(str(error))
        return error.exit_code
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == __package__:
            raise
        say(
            f"{error.name} is not installed: '{options.command}' needs the course's packages,"
            " which requirements.txt lists and python3 start.py installs"
        )
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        say(f"cannot go on: {error}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
