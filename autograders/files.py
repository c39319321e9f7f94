"""Reads what students handed in as plain files: no link is followed, nothing is unpacked."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

MAX_BYTES = 20 * 2**20
MAX_ARCHIVE_MEMBERS = 50_000
MAX_ARCHIVE_BYTES = 4 * 2**30
MAX_NAME = 200


class Refused(ValueError):
    """A file that cannot be graded as it is; the message says why and what to do."""


def read_regular(path: str | Path, limit: int = MAX_BYTES) -> bytes:
    """Read a plain file of at most `limit` bytes; links, devices and pipes are refused."""
    try:
        descriptor = os.open(
            path,
            os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0),
        )  # fmt: skip
    except OSError as error:
        if Path(path).is_symlink():
            raise Refused("the file is a symbolic link; hand in the notebook itself") from None
        raise Refused(f"the file cannot be read ({error.strerror})") from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise Refused("expected a regular file, got a folder, pipe or device")
        if about.st_nlink > 1:
            raise Refused(
                f"the file has {about.st_nlink} names (hard links); hand in a copy that has one"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1) if about.st_size <= limit else b""
    finally:
        os.close(descriptor)
    if max(about.st_size, len(data)) > limit:
        raise Refused(too_large(max(about.st_size, len(data)), limit))
    return data


def too_large(size: int, limit: int) -> str:
    """Say that a file is too large, and what usually helps."""
    return (
        f"the file has {size / 2**20:.0f} MB, at most {limit / 2**20:.0f} MB can be graded; "
        "clear all outputs (Edit, Clear Outputs of All Cells) and hand in again"
    )


def find_notebook(folder: str | Path, unit: str) -> tuple[Path, tuple[str, ...]]:
    """Return the notebook of a unit in a student's folder, and what was odd about finding it."""
    folder = Path(folder)
    if folder.is_symlink():
        raise Refused("the folder is a symbolic link; it is not followed")
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        raise Refused(f"the folder cannot be read ({error.strerror})") from None
    wanted = f"{unit}.ipynb"
    if wanted in names:
        extra = len([name for name in names if name.endswith(".ipynb")]) - 1
        more = f"{extra} other notebook(s) in the folder were left aside"
        return folder / wanted, (more,) if extra else ()
    others = [n for n in names if n.lower().endswith(".ipynb") and len(n) <= MAX_NAME]
    if len(others) == 1:
        return folder / others[0], (f"the notebook is named {others[0]!r}, not {wanted!r}",)
    if not others:
        raise Refused(f"expected a notebook {wanted!r}, there is none in the folder")
    raise Refused(
        f"expected a notebook {wanted!r}, there are {len(others)} with other names; keep one"
    )


def read_archive(path: str | Path, limit: int = MAX_BYTES) -> Iterator[tuple[str, bytes]]:
    """Yield the notebooks in a zip archive by name; nothing is ever written to disk.

    Names that lead out of the archive, links and oversized members are refused for what they are.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"expected a zip archive, and it cannot be read ({error})") from None
    with archive:
        members = archive.infolist()
        if len(members) > MAX_ARCHIVE_MEMBERS:
            raise Refused(f"the archive has {len(members)} members, at most {MAX_ARCHIVE_MEMBERS}")
        total = 0
        for member in members:
            check_member_name(member.filename)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise Refused(f"the archive holds a symbolic link, {member.filename[:80]!r}")
            if member.is_dir() or not member.filename.lower().endswith(".ipynb"):
                continue
            try:
                with archive.open(member) as file:
                    data = file.read(limit + 1)
            except (
                OSError,
                RuntimeError,
                zipfile.BadZipFile,
                NotImplementedError,
                EOFError,
            ) as error:
                raise Refused(f"{member.filename[:80]!r} cannot be unpacked ({error})") from None
            if len(data) > limit:
                raise Refused(f"{member.filename[:80]!r}: {too_large(len(data), limit)}")
            total += len(data)
            if total > MAX_ARCHIVE_BYTES:
                raise Refused("the archive holds more than can be graded in one go")
            yield member.filename, data


def check_member_name(name: str) -> None:
    """Refuse a name in an archive that leads out of it or cannot be a file's name."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    bad = not parts or ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]
    if bad or any(ord(char) < 32 for char in name) or max(map(len, parts)) > MAX_NAME:
        raise Refused(f"the archive holds a name that leads out of it or is not one: {name[:80]!r}")
