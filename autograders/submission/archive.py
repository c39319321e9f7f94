"""Reads zip archives within bounds: no link, no path that leads elsewhere, no flood."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .files import MAX_BYTES, MAX_NAME, Refused, too_large

MAX_FILES = 200
MAX_TOTAL = 100 * 2**20
MAX_DEPTH = 2
"""How many archives may lie in one another."""
LITTER = ("__MACOSX", "._", ".DS_Store", ".git", ".idea", ".ipynb_checkpoints", ".venv", ".vscode")
LISTED = b"PK\x01\x02"
MOST_LISTED = 10 * MAX_FILES
BROKEN = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


@dataclass
class Allowance:
    """How much may still be unpacked of what one person handed in."""

    files: int = MAX_FILES
    total: int = MAX_TOTAL


@dataclass(frozen=True)
class Unpacked:
    """A file of an archive, or `why` it was left there; `path` has archives as folders."""

    path: str
    data: bytes = b""
    why: str = ""


def opened(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """Open an archive whose names are UTF-8 although it does not say so, as Canvas writes them."""
    try:
        return zipfile.ZipFile(file, metadata_encoding="utf-8")
    except UnicodeDecodeError:
        return zipfile.ZipFile(file)


def is_litter(path: str) -> bool:
    """Whether a path is a system's or an editor's own, which no student means to hand in."""
    return any(part.startswith(LITTER) for part in path.split("/"))


def is_hidden(path: str) -> bool:
    """Whether a path has a name that begins with a dot: programs pass those over."""
    return any(part.startswith(".") for part in path.split("/"))


def unusable(about: zipfile.ZipInfo) -> str:
    """Why a file of an archive is not to be unpacked, or nothing."""
    parts = about.filename.split("/")
    if any(part in ("", ".", "..") for part in parts) or set(about.filename) & set("\\:"):
        return "its path may lead elsewhere"
    if is_hidden(about.filename):
        return "it is hidden, its name begins with a dot"
    control = any(sign < " " or sign == "\x7f" for sign in about.filename)
    if control or any(len(os.fsencode(part)) > MAX_NAME for part in parts):
        return "its name is too long or has control characters"
    if stat.S_IFMT(about.external_attr >> 16) not in (0, stat.S_IFREG):
        return "it is a link or a device, not a file"
    if about.flag_bits & 1:
        return "it needs a password"
    # The others can be told to take any amount of memory.
    if about.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in an unusual way; pack it again as an ordinary zip"
    return ""


def read_entry(archive: zipfile.ZipFile, about: zipfile.ZipInfo, left: Allowance) -> Unpacked:
    """One file of an archive; never more than a file may have, whatever the archive claims."""
    path, why = about.filename, unusable(about)
    if not why and left.files <= 0:
        why = f"there are more than {MAX_FILES} files"
    if why:
        return Unpacked(path, why=why)
    left.files -= 1
    try:
        with archive.open(about) as file:
            data = file.read(min(MAX_BYTES, left.total) + 1)
    except BROKEN as error:
        return Unpacked(path, why=f"it is damaged ({error})")
    if len(data) > MAX_BYTES:
        return Unpacked(path, why=too_large(max(about.file_size, len(data)), MAX_BYTES))
    if len(data) > left.total:
        left.files = 0
        return Unpacked(path, why=f"the files have more than {MAX_TOTAL >> 20} MB together")
    left.total -= len(data)
    return Unpacked(path, data)


def unpacked(name: str, data: bytes, left: Allowance, depth: int = 1) -> Iterator[Unpacked]:
    """A file that was handed in: itself, or the files in it if it is an archive."""
    if not name.lower().endswith(".zip"):
        yield Unpacked(name, data)
        return
    folder = name[: -len(".zip")]
    if depth > MAX_DEPTH:
        yield Unpacked(name, why=f"more than {MAX_DEPTH} archives lie in one another")
        return
    # The list alone of a hostile archive can take the memory of the machine.
    if data.count(LISTED) > MOST_LISTED:
        yield Unpacked(name, why=f"it lists more than {MOST_LISTED} files")
        return
    try:
        archive = opened(io.BytesIO(data))
    except BROKEN as error:
        yield Unpacked(name, why=f"it is no zip archive, or damaged ({error})")
        return
    with archive:
        for about in archive.infolist():
            if about.is_dir() or is_litter(about.filename):
                continue
            if left.files <= 0:
                yield Unpacked(name, why=f"it has more than {MAX_FILES} files or too much data")
                return
            one = read_entry(archive, about, left)
            path = f"{folder}/{one.path}"
            if one.why:
                yield Unpacked(path, why=one.why)
            else:
                yield from unpacked(path, one.data, left, depth + 1)


def of_zip(path: Path) -> zipfile.ZipFile:
    """Open the zip that a person names; `Refused` when it is none."""
    try:
        return opened(path)
    except BROKEN as error:
        raise Refused(
            f"expected a zip archive, and {path} cannot be read as one ({error}); download it again"
        ) from None
