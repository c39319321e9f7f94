"""Work that lies elsewhere than asked: found, proposed to a person, and lost in no case."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .archive import MAX_FILES, Allowance, unpacked
from .files import MAX_NAME, Refused, find_notebook, read_regular, write_whole
from .folders import MAX_STAMP, STAMP, CourseFolder
from .intake import Submission, read_submission
from .master import Master

NOTEBOOKS = (".ipynb", ".ipynb.json", ".ipynb.txt", ".json")


@dataclass(frozen=True)
class Proposal:
    """What a person may accept for one student: to grade the notebook that was found at `place`."""

    student: str
    place: str
    why: str
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.student}: grade {self.place}? {self.why}"


Read = Callable[[bytes, Master], Submission]


def proposals(
    course: CourseFolder, unit: str, students: list[str], *, read: Read = read_submission
) -> Iterator[Proposal]:
    """Whatever holds more of a student's answers than the notebook that would be graded.

    `read` is how a notebook is read: grading passes the bounded reader.
    """
    master = course.master(unit)
    for student in students:
        folder = course.submitted(unit, student)
        try:
            graded = find_notebook(folder, unit)[0]
        except Refused:
            graded = folder / f"{unit}.ipynb"
        asked = _read(graded, master, read)
        others = list(_found(folder, graded, master, read))
        if not others:
            continue
        place, (content, answered) = max(others, key=lambda one: one[1][1])
        there = asked[1] if asked else 0
        if answered > there:
            state = f"has {there} answers" if asked else "is not there or cannot be read"
            why = f"it has {answered} answers, and {graded.name} {state}"
            yield Proposal(student, place, why, content)


def accept(course: CourseFolder, unit: str, proposal: Proposal) -> None:
    """Put what was found where it is graded; what was there before stays beside it."""
    wanted = course.submitted(unit, proposal.student) / f"{unit}.ipynb"
    if os.path.lexists(wanted):
        number = 1
        while os.path.lexists(aside := wanted.with_name(f"{unit}.as-handed-in-{number}")):
            number += 1
        wanted.rename(aside)
    write_whole(wanted, proposal.content, 0o644)


def unsure_times(course: CourseFolder, unit: str, students: list[str]) -> Iterator[tuple[str, str]]:
    """Students whose time stamp cannot be read surely, and what it says."""
    for student in students:
        path = course.submitted(unit, student) / "timestamp.txt"
        if not os.path.lexists(path):
            continue
        try:
            text = read_regular(path, MAX_STAMP).decode("utf-8-sig").strip()
        except (Refused, UnicodeError) as error:
            yield student, str(error)
            continue
        if text and not STAMP.fullmatch(text):
            yield student, text


def _found(
    folder: Path, graded: Path, master: Master, read: Read
) -> Iterator[tuple[str, tuple[bytes, int]]]:
    """Each notebook of this unit in a folder, those below it and zip archives: place, work."""
    seen = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in sorted(names):
            seen += 1
            path = Path(root) / name
            if seen > MAX_FILES or path == graded or len(name) > MAX_NAME or name.startswith("."):
                continue
            place = str(path.relative_to(folder))
            if name.lower().endswith(".zip"):
                for inside, data in _unzipped(path):
                    if work := _work(data, master, read):
                        yield f"{place}, {inside}", work
            elif name.lower().endswith(NOTEBOOKS) and (work := _read(path, master, read)):
                yield place, work


def _unzipped(path: Path) -> Iterator[tuple[str, bytes]]:
    """The notebooks in an archive, as far as it can be read within bounds."""
    try:
        data = read_regular(path)
    except (Refused, OSError):
        return
    folder = f"{path.name[: -len('.zip')]}/"
    for one in unpacked(path.name, data, Allowance()):
        if not one.why and one.path.lower().endswith(NOTEBOOKS):
            yield one.path.removeprefix(folder), one.data


def _read(path: Path, master: Master, read: Read) -> tuple[bytes, int] | None:
    try:
        return _work(read_regular(path), master, read)
    except (Refused, OSError):
        return None


def _work(data: bytes, master: Master, read: Read) -> tuple[bytes, int] | None:
    """A notebook of the unit, and how many of its answers were worked on; or None."""
    try:
        submission = read(data, master)
    except Refused:
        return None
    return data, answered(submission, master)


def answered(submission: Submission, master: Master) -> int:
    """How many answer cells hold something else than what was released."""
    return sum(
        bool(text.strip()) and text.strip() != master.by_id[name].source.strip()
        for name, text in submission.answers.items()
    )
