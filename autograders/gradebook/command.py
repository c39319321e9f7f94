"""The command `roster`: who is in the class, brought in from the platform, renamed, withdrawn."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..submission.folders import CourseFolder
    from .roster import Merged, Roster

ABOUT = """\
The class: one file, roster.csv, with everybody's names, ids, sections and status.

Exports, pages and totals have whoever is active in it. A withdrawn student keeps their entry, so
that no list from the platform brings them back.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `roster`."""
    parser.description = ABOUT
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    does = parser.add_subparsers(dest="does", required=True, metavar="ACTION")
    does.add_parser("show", help="list the class")
    brings = does.add_parser("import", help="bring in the file that Canvas or Moodle exported")
    brings.add_argument("file", help="a CSV file, in the platform's language")
    brings.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=FIELD",
        help="what a column holds, where its name is not known (repeatable)",
    )
    brings.add_argument(
        "--student",
        choices=("login", "sis_id", "email", "lms_id"),
        help="the field that names the folders of submissions; default: the first that all have",
    )
    brings.add_argument(
        "--withdraw-missing", action="store_true", help="withdraw whoever the file does not have"
    )
    for name, about in (("add", "put into the class, or take back"), ("withdraw", "take out")):
        some = does.add_parser(name, help=about)
        some.add_argument("students", nargs="+", metavar="STUDENT")
    renames = does.add_parser("rename", help="call a student by another name, with all their work")
    renames.add_argument("old")
    renames.add_argument("new")


def run(options: argparse.Namespace) -> list[str]:
    """Do what was asked for; sentences for the instructor."""
    from ..submission.folders import CourseFolder
    from .roster import ACTIVE, WITHDRAWN, Person, Roster

    course = CourseFolder(options.course)
    roster = Roster.load(course.root)
    if options.does == "show":
        return shown(roster)
    if options.does == "import":
        return bring(course, roster, options)
    if options.does == "rename":
        return rename(course, roster, options.old, options.new)
    if options.does == "withdraw":
        roster.set_status(options.students, WITHDRAWN)
    else:
        for student in options.students:
            if student in roster.people:
                roster.set_status([student], ACTIVE)
            else:
                roster.add(Person(student))
    keep(course, roster, [{"student": s, "did": options.does} for s in options.students])
    return [f"{options.does}: {', '.join(options.students)}"]


def shown(roster: Roster) -> list[str]:
    """One line for each person."""
    return [
        f"{one.student}: {', '.join(filter(None, (one.last_name, one.first_name)))}"
        + "".join(f", {what}" for what in (one.sections, one.marker) if what)
        + ("" if one.active else f" ({one.status})")
        for _, one in sorted(roster.people.items())
    ] or ["nobody yet; bring the class in with 'python -m autograders roster import FILE'"]


def bring(course: CourseFolder, roster: Roster, options: argparse.Namespace) -> list[str]:
    """Bring the class up to date with a platform's file, and say what that changes."""
    from .roster import FROM_LMS, WITHDRAWN, read_people
    from .tables import RosterError

    columns = dict(part.rpartition("=")[::2] for part in options.column)
    if not all(name and what in FROM_LMS for name, what in columns.items()):
        raise RosterError(
            f"expected --column NAME=FIELD with one of {', '.join(FROM_LMS)},"
            f" got {' '.join(options.column)}"
        )
    merged = roster.merge(read_people(Path(options.file), columns, options.student or ""))
    lines: list[dict[str, Any]] = [{"student": s, "did": "add"} for s in merged.added]
    lines += [{"student": s, "did": "change", "what": what} for s, what in merged.changed.items()]
    if options.withdraw_missing:
        roster.set_status(merged.missing, WITHDRAWN)
        lines += [{"student": s, "did": "withdraw"} for s in merged.missing]
    keep(course, roster, lines)
    return told(merged, roster, withdraw=options.withdraw_missing)


def told(merged: Merged, roster: Roster, *, withdraw: bool) -> list[str]:
    """What came of an import, in sentences."""
    said = [
        f"{len(roster.active)} in the class; {len(merged.added)} new, {len(merged.changed)} changed"
    ]
    said += [f"changed: {who} ({', '.join(what)})" for who, what in merged.changed.items()]
    if merged.missing and withdraw:
        said.append(f"withdrawn: {', '.join(merged.missing)}")
    elif merged.missing:
        said.append(
            f"not in the file any more: {', '.join(merged.missing)}; if they have left, withdraw"
            " them with 'roster withdraw', or with --withdraw-missing"
        )
    if merged.withdrawn:
        said.append(
            f"in the file, but withdrawn here, and stay so: {', '.join(merged.withdrawn)};"
            " 'roster add' takes them back"
        )
    return said


def rename(course: CourseFolder, roster: Roster, old: str, new: str) -> list[str]:
    """Give a student's folders, rows and entry another name; once more after a stop goes on."""
    from .tables import RosterError

    roster.rename(old, new)
    moves = [
        (before, after)
        for before, after in zip(course.folders_of(old), course.folders_of(new))
        if before.is_dir()
    ]
    taken = [str(after) for _, after in moves if after.exists()]
    if taken:
        raise RosterError(
            f"{', '.join(taken)} exists already; look whose work that is, and move or remove it"
        )
    for before, after in moves:
        before.rename(after)
    keep(course, roster, [{"student": new, "did": "rename", "from": old}], {old: new})
    return [f"{old} is {new} now; grade their units again, so that pages bear the new name"]


def keep(
    course: CourseFolder,
    roster: Roster,
    lines: Sequence[Mapping[str, Any]],
    renamed: Mapping[str, str] = {},
) -> None:
    """Write the class to its file and to nbgrader's gradebook, with a line each in the log."""
    from ..submission.folders import AUDIT
    from .audit import Audit, audit_line, holds
    from .open import open_gradebook
    from .rows import name_students

    log = Audit(course.root / AUDIT)
    with closing(open_gradebook(course.dir.db_url, course.dir.course_id)) as gradebook:
        log.settle(partial(holds, gradebook.db))
        name_students(gradebook.db, roster.people.values(), renamed)
        told = [audit_line(line["student"], "", "", "roster") | {**line} for line in lines]
        with log.around(told):
            gradebook.db.commit()
            roster.save(course.root)


def in_class(
    course: CourseFolder, students: Sequence[str], say: Callable[[str], None]
) -> list[str]:
    """Those of these students who take part; says whom it leaves out, and who is not known."""
    from .roster import Roster

    roster = Roster.load(course.root)
    left = [student for student in students if not roster.takes_part(student)]
    moved = {s: now for s in students if (now := roster.now(s)) != s}
    if left:
        say(f"withdrawn, not graded: {', '.join(left)}")
    for old, now in moved.items():
        say(f"not graded: {old} is {now} now; move submitted/{old} to submitted/{now}")
    strangers = [student for student in roster.strangers(students) if student not in moved]
    for student in strangers:
        close = difflib.get_close_matches(student, roster.active, n=1)
        hint = f"; did they mean {close[0]}?" if close else ""
        say(f"not in the class, graded all the same: {student}{hint}")
    return [student for student in students if student not in left and student not in moved]


def chosen(wanted: Sequence[str], students: Sequence[str], unit: str) -> list[str]:
    """The students who were asked for: a misspelt name must not become a new student."""
    from ..submission.folders import CourseError

    for name in wanted:
        if name not in students:
            close = difflib.get_close_matches(name, students, n=3)
            hint = f"; did you mean {', '.join(close)}?" if close else ""
            raise CourseError(f"no student {name!r} handed in {unit}{hint}")
    return list(dict.fromkeys(wanted))
