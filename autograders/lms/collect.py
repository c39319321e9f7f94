"""Lays what a platform's zip holds where it is graded, the newest attempt of each student."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from ..gradebook.audit import Audit, audit_line, holds
from ..gradebook.open import open_gradebook
from ..submission.archive import (
    Allowance,
    is_hidden,
    is_litter,
    of_zip,
    read_entry,
    unpacked,
    unusable,
)
from ..submission.files import Refused, read_regular, write_whole
from ..submission.folders import AUDIT, CourseError, CourseFolder
from ..submission.triage import NOTEBOOKS
from .names import Entry
from .people import Class, Sorted, sort_out

STAMP_FILE = "timestamp.txt"
EARLIER, COLLECTED = ".as-handed-in", ".collected.json"
MAX_NOTE = 1000
SURE_TIME = "2026-03-01 12:00:00 UTC"


@dataclass
class Work:
    """What one student handed in: the files by where they go, and what to know of them."""

    student: str
    newest: int = 0
    late: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """A hash of the files and where they go."""
        parts = [[path, hashlib.sha256(self.files[path]).hexdigest()] for path in self.files]
        return hashlib.sha256(json.dumps(sorted(parts)).encode()).hexdigest()


def collect(
    course: CourseFolder,
    unit: str,
    source: Path,
    people: Class,
    say: Callable[[str], None],
    *,
    apply: bool,
) -> int:
    """Say what a zip holds for whom, and lay it there if told; how many files were left aside."""
    with of_zip(source) as archive:
        found = sorted_entries(archive, people)
        for place, why in found.aside.items():
            say(f"left aside: {place!r}: {why}")
        log = Audit(course.root / AUDIT)
        if apply:
            with closing(open_gradebook(course.dir.db_url, course.dir.course_id)) as gradebook:
                log.settle(partial(holds, gradebook.db))
        others = [name for name in course.units() if name != unit]
        late, laid, left = [], 0, len(found.aside)
        for student in sorted(found.of):
            work = read_work(archive, found.of[student], unit, others, student)
            left += len(work.left)
            for note in (*work.left, *work.notes):
                say(f"{student}: {note}")
            if not work.files:
                say(f"{student}: nothing of theirs could be taken")
                continue
            does, new = comparison(course, unit, work)
            say(f"{student}: {does}")
            if new and apply:
                about = {"digest": work.digest, "because": source.name}
                with log.around([audit_line(student, unit, unit, "collect") | about]):
                    lay(course.submitted(unit, student), work)
            laid += new
            late += [student] if work.late else []
    nothing = [student for student in people.roster.active if student not in found.of]
    if nothing:
        say(f"nothing in the zip from {len(nothing)} of the class: {', '.join(nothing)}")
    if late:
        say(
            f"late, and the zip does not say by how much: {', '.join(late)}; where it matters,"
            f" write {STAMP_FILE} beside the notebook, such as {SURE_TIME}"
        )
    done = "laid into" if apply else "would go into; --apply does it:"
    say(f"work of {laid} {done} {course.submitted(unit, 'STUDENT')}; {left} files left aside")
    return left


def sorted_entries(archive: ZipFile, people: Class) -> Sorted:
    """Whose each file of a download is; `CourseError` when the download holds none."""
    there = [about for about in archive.infolist() if not about.is_dir()]
    places = [about.filename for about in there if not is_litter(about.filename)]
    if not places:
        raise CourseError("the zip holds no files; download the submissions again")
    bad = {about.filename: why for about in there if (why := unusable(about))}
    found = sort_out([place for place in places if place not in bad], people)
    found.aside |= {place: why for place, why in bad.items() if place in places}
    return found


def read_work(
    archive: ZipFile, entries: Sequence[Entry], unit: str, others: Sequence[str], student: str
) -> Work:
    """Unpack what one student handed in, and choose the notebook that is graded."""
    work, left, found = Work(student), Allowance(), []
    # Archives last: what one floods is not taken from the files beside it.
    for entry in sorted(entries, key=lambda one: one.path.lower().endswith(".zip")):
        one = read_entry(archive, archive.getinfo(entry.place), left)
        inside = [one] if one.why else unpacked(entry.path, one.data, left)
        for file in inside:
            if file.why:
                work.left.append(f"left in the zip: {file.path!r}: {file.why}")
            elif PurePosixPath(file.path).name.casefold() == STAMP_FILE:
                work.left.append(f"left in the zip: {file.path!r}: a time that a student wrote")
            elif is_hidden(file.path):
                work.left.append(f"left in the zip: {file.path!r}: its name begins with a dot")
            else:
                found.append((entry, file))
    work.newest = max(entry.file for entry in entries)
    work.late = any(entry.late for entry in entries)
    chosen = _graded([(entry.file, file.path) for entry, file in found], unit, others)
    if chosen is not None:
        entry, file = found.pop(chosen)
        work.files[f"{unit}.ipynb"] = file.data
        if file.path != f"{unit}.ipynb":
            work.notes.append(f"{file.path!r} is taken as {unit}.ipynb")
    for number, (entry, file) in enumerate(found, 1):
        work.files[_free(file.path, work.files, entry.file or number)] = file.data
    notebooks = [file.path for _, file in found if file.path.lower().endswith(".ipynb")]
    if chosen is None and notebooks:
        work.notes.append(
            f"which notebook counts is not sure: {', '.join(map(repr, notebooks))};"
            f" 'python -m autograders triage {unit}' looks at their answers"
        )
    elif notebooks:
        work.notes.append(f"put beside it: {', '.join(map(repr, notebooks))}")
    return work


def _graded(files: Sequence[tuple[int, str]], unit: str, others: Sequence[str]) -> int | None:
    """Which of the files (number, path) is graded, or None where that is not sure.

    It is the one that came last of those that bear the unit's name, whatever a browser or a
    platform put around it (`Copy of 01_fixed_rate-1.ipynb`), or else of those that bear no unit's.
    """
    notebooks = [
        (number, PurePosixPath(path).name.casefold(), at)
        for at, (number, path) in enumerate(files)
        if path.lower().endswith(NOTEBOOKS)
    ]
    named = [one for one in notebooks if unit.casefold() in one[1]]
    some = named or [
        one
        for one in notebooks
        if one[1].endswith(".ipynb") and not any(name.casefold() in one[1] for name in others)
    ]
    last = [one for one in some if one[0] == max(number for number, *_ in some)]
    exact = [one for one in last if one[1] == f"{unit.casefold()}.ipynb"]
    sure = exact or last
    return sure[0][2] if len(sure) == 1 else None


def _free(path: str, taken: dict[str, bytes], number: int) -> str:
    """A path that is nobody else's file or folder, on systems without capital letters either."""
    lower = [other.casefold() for other in taken]
    wanted = path
    while any(
        wanted.casefold() == other
        or other.startswith(f"{wanted.casefold()}/")
        or wanted.casefold().startswith(f"{other}/")
        for other in lower
    ):
        wanted, number = f"{number}_{path}", number + 1
    return wanted


def comparison(course: CourseFolder, unit: str, work: Work) -> tuple[str, bool]:
    """What laying this work would do, and whether it does anything."""
    folder = course.submitted(unit, work.student)
    if folder.is_symlink() or folder.parent.is_symlink():
        raise CourseError(f"{folder} is a link, and nothing is written through it; remove it")
    count = f"{len(work.files)} {'file' if len(work.files) == 1 else 'files'}"
    if not folder.exists():
        return f"new, {count}", True
    digest, file = _laid_before(folder)
    # Before the files, because a person may have mended since what was laid then.
    if digest == work.digest or _same(folder, work):
        return "there already", False
    if work.newest < file:
        return f"not taken: file {file} came later and is there already", False
    return f"{count}, in place of what is there, which goes to {EARLIER} with its time stamp", True


def _same(folder: Path, work: Work) -> bool:
    try:
        return all(read_regular(folder / path) == data for path, data in work.files.items())
    except (Refused, OSError):
        return False


def _laid_before(folder: Path) -> tuple[str, int]:
    """The digest and the newest file of what was laid here, kept beside it so that it moves along.

    Work that came here in another way has neither.
    """
    try:
        held = json.loads(read_regular(folder / COLLECTED, MAX_NOTE))
        return str(held["digest"]), int(held["file"])
    except (Refused, OSError, ValueError, KeyError, TypeError):
        return "", 0


def lay(folder: Path, work: Work) -> None:
    """Put files into a submission's folder; what was there before stays in it, aside."""
    draft = folder.with_name(f".{folder.name}.part")
    if draft.exists() and not folder.exists() and (draft / EARLIER).exists():
        # A stop came between the two moves below: the draft is whole, and holds the only copy.
        draft.rename(folder)
    if draft.exists():
        shutil.rmtree(draft)
    for path, data in work.files.items():
        write_whole(draft / path, data, 0o644)
    note = {"digest": work.digest, "file": work.newest}
    write_whole(draft / COLLECTED, json.dumps(note).encode(), 0o644)
    if folder.exists():
        folder.rename(draft / EARLIER)
    draft.rename(folder)
