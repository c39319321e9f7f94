"""Reads what students handed in as plain files: no link is followed, nothing is unpacked."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from ..errors import GraderError

MAX_BYTES = 20 * 2**20
MAX_NAME = 200


class Refused(GraderError, ValueError):
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


def append_whole(handle: int, data: bytes, end: int) -> None:
    """Append to a file that ends at `end`: all of it, or nothing when the disk is full."""
    try:
        done = 0
        while done < len(data):
            done += _write_at(handle, data[done:], end + done)
    except OSError:
        os.ftruncate(handle, end)
        raise


def _write_at(handle: int, data: bytes, place: int) -> int:
    if hasattr(os, "pwrite"):
        return os.pwrite(handle, data, place)
    os.lseek(handle, place, os.SEEK_SET)  # on Windows
    return os.write(handle, data)


def write_whole(path: Path, data: bytes, mode: int) -> None:
    """Write a file that is never seen half written, in a folder that may not exist yet."""
    # One name for all attempts: what a kill leaves behind is replaced when the work is done again.
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


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
