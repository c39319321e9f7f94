"""Triage between what was handed in and the gradebook: proposals told, accepted and logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial

from ..reader import read_submission
from ..submission.folders import AUDIT, CourseError, CourseFolder
from ..submission.triage import Proposal, accept, proposals, unsure_times
from .audit import Audit, audit_line, holds
from .open import open_gradebook

Choose = Callable[[Sequence[Proposal]], Sequence[Proposal]]


def triage(
    course: CourseFolder,
    unit: str,
    students: list[str],
    choose: Choose,
    say: Callable[[str], None],
) -> int:
    """Tell what lies elsewhere than asked, and place what `choose` accepts; how many are left.

    What is not accepted is told again by every run: nothing that was found is forgotten.
    """
    for student, text in unsure_times(course, unit, students):
        say(
            f"{student}: no sure time stamp, {text[:80]!r}; if it matters, write to timestamp.txt"
            " such as 2026-03-01 12:00:00 UTC"
        )
    found = list(proposals(course, unit, students, read=read_submission))
    for one in found:
        say(str(one))
    accepted = list(choose(found)) if found else []
    place(course, unit, accepted)
    if accepted:
        say(f"accepted for {', '.join(one.student for one in accepted)}")
    left = [one.student for one in found if one not in accepted]
    if left:
        say(
            f"{len(left)} not accepted: {', '.join(left)}; 'python -m autograders triage {unit}"
            " --accept STUDENT' or '--accept-all' does it"
        )
    return len(left)


def place(course: CourseFolder, unit: str, accepted: Iterable[Proposal]) -> None:
    """Put accepted notebooks where they are graded, with a line in the log for each."""
    log = Audit(course.root / AUDIT)
    for one in accepted:
        with closing(open_gradebook(course.dir.db_url, course.dir.course_id)) as gradebook:
            log.settle(partial(holds, gradebook.db))
        about = {"place": one.place, "because": one.why}
        with log.around([audit_line(one.student, unit, unit, "triage") | about]):
            accept(course, unit, one)


def these(students: Sequence[str], *, everybody: bool = False) -> Choose:
    """Accept the proposals of these students, or all; `CourseError` for a name without one."""

    def choose(found: Sequence[Proposal]) -> Sequence[Proposal]:
        unknown = sorted(set(students) - {one.student for one in found})
        if unknown:
            raise CourseError(f"there is nothing to accept for {', '.join(unknown)}")
        return [one for one in found if everybody or one.student in students]

    return choose


def ask(read: Callable[[], str], say: Callable[[str], None]) -> Choose:
    """Let a person accept all (a), one after the other (s) or none (n)."""

    def choose(found: Sequence[Proposal]) -> Sequence[Proposal]:
        say("Accept all (a), some (s) or none (n)?")
        answer = read().strip().casefold()
        if answer != "s":
            return found if answer == "a" else []
        accepted = []
        for one in found:
            say(f"{one} (y/n)")
            if read().strip().casefold() == "y":
                accepted.append(one)
        return accepted

    return choose
