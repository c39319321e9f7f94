"""What lies beside a submission goes along with it: its time, pictures and plain data, no links."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..submission.files import MAX_NAME, Refused, read_regular, write_whole
from ..submission.folders import timestamp_of

TIME = "timestamp.txt"
SECRET, SECRET_BYTES = "submission_secret.txt", 4096
PICTURES = {".gif", ".jpeg", ".jpg", ".png", ".webp"}
SHOWN = PICTURES | {".csv", ".json", ".md", ".npy", ".npz", ".pdf", ".py", ".tsv", ".txt"}
"""Kinds of files that a browser shows, or stores, and never runs: the formgrader serves them from
the address at which the instructor is signed in."""
MAX_FILES, MAX_BYTES, MAX_DEPTH = 100, 20 * 2**20, 4


def timestamp_text(folder: Path) -> str | None:
    """When a submission was handed in, as a result keeps it."""
    when = timestamp_of(folder)
    return when.isoformat() if when else None


def copy_beside(source: Path, target: Path, given: Path | None = None) -> None:
    """Put what nbgrader keeps beside a submission beside its graded notebook, or its page.

    That is when it was handed in, the secret by which the exchange finds a student's feedback, and
    the files that its text may show: those in the folder `given` are the course's and come first.
    Of a student's own, `SHOWN` ones are taken, at most `MAX_FILES` with `MAX_BYTES` together. What
    an earlier submission had beside it goes.
    """
    stamp, secret = target / TIME, target / SECRET
    stamp.unlink(missing_ok=True)
    if timestamp_of(source) is not None:
        shutil.copyfile(source / TIME, stamp)
    secret.unlink(missing_ok=True)
    with contextlib.suppress(Refused):
        secret.write_bytes(read_regular(source / SECRET, SECRET_BYTES))
    course = set(_extras(given)) if given else set()
    left = MAX_BYTES
    for path in [p for p in _extras(target) if p not in course and not (source / p).is_file()]:
        (target / path).unlink()
    for number, path in enumerate(sorted(set(_extras(source)) - course)):
        left -= _copy(source / path, target / path, left) if number < MAX_FILES else 0
    for path in course:
        assert given is not None
        _copy(given / path, target / path, MAX_BYTES)


def leave_behind(target: Path, given: Path) -> list[Path]:
    """Remove from a folder that nbgrader filled what is not shown; the course's own files stay."""
    odd = [
        path
        for path in target.rglob("*")
        if path.is_file()
        and path.suffix.lower() not in {*SHOWN, ".ipynb"}
        and not (given / path.relative_to(target)).is_file()
    ]
    for path in odd:
        path.unlink()
    return odd


def _copy(source: Path, target: Path, limit: int) -> int:
    """Copy a plain file where there is room for its name, unless that has been done; its size."""
    with contextlib.suppress(Refused, FileExistsError, IsADirectoryError, NotADirectoryError):
        data = read_regular(source, limit)
        if not target.is_file() or target.read_bytes() != data:
            write_whole(target, data, 0o644)
        return len(data)
    return 0


def _extras(folder: Path, depth: int = 0) -> Iterator[Path]:
    """The files in a folder that may be shown, from that folder; no link is followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        odd = entry.name.startswith((".", "__")) or len(os.fsencode(entry.name)) > MAX_NAME
        if odd or (not depth and entry.name in (TIME, SECRET)):
            continue
        if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
            yield from (Path(entry.name, path) for path in _extras(Path(entry), depth + 1))
        elif entry.is_file(follow_symlinks=False):
            path = Path(entry.name)
            if path.suffix.lower() in SHOWN:
                yield path
