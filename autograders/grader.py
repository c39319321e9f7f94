"""Which grader gives a grade: one hash of all the code that a unit's grades follow from."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .catalogue import COURSE, catalogue, chosen, surroundings
from .exercise import Exercise, Quiz

HERE = Path(__file__).resolve().parent
APART = ("export", "insight", "similar")
"""Parts of this package that only read what was graded."""


class OtherGrader(Exception):
    """A worker holds other code than the machine that it grades for."""


def grader_of(unit: str) -> str:
    """A hash of the files that decide what a submission to `unit` earns and is told.

    These are the grader's own, the reference's (the package's `WITHHELD`), and of the exercises
    package the unit's part, what all units share, and any other unit's part that these name. Whole
    files count: a comment changes the hash too, and costs no more than grading once again. NumPy,
    Python and other installed packages do not count: requirements.lock holds them still.
    """
    return _grader_of(unit, chosen())


@cache
def _grader_of(unit: str, package: str) -> str:
    mark = hashlib.sha256()
    for name, path in sorted(files_of(unit, package).items()):
        mark.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return mark.hexdigest()


def files_of(unit: str, package: str) -> dict[str, Path]:
    """The files that decide, by a name that is the same on every machine."""
    exercises = _place(package)
    apart = {*(HERE / name for name in APART), _place(COURSE), exercises}
    roots = {HERE, *(_place(n.partition(".")[0]) for n in surroundings(package).withheld)}
    found = {
        f"{root.name}/{path.relative_to(root).as_posix()}": path
        for root in roots
        for path in _files(root)
        if not apart & {path, *path.parents}
    }
    for part in _parts(unit, package, exercises):
        found |= {path.relative_to(exercises).as_posix(): path for path in _files(part)}
    return found


def _parts(unit: str, package: str, exercises: Path) -> set[Path]:
    """The folders and modules of an exercises package that a unit's exercises come from."""
    catalogue(package)  # has all of its modules imported
    units: dict[str, set[str]] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{package}."):
            held = (v.unit for v in vars(module).values() if isinstance(v, (Exercise, Quiz)))
            units.setdefault(name.removeprefix(f"{package}.").split(".")[0], set()).update(held)
    entries = {path for path in exercises.iterdir() if not _hidden(path)}
    others = {path for path in entries if units.get(path.stem) and unit not in units[path.stem]}
    parts = entries - others
    waiting = set(parts)
    while waiting:
        text = "\n".join(path.read_text("utf-8") for part in waiting for path in _modules(part))
        waiting = {path for path in others - parts if re.search(rf"\b{path.stem}\b", text)}
        parts |= waiting
    return parts


def _modules(part: Path) -> Iterator[Path]:
    return (path for path in _files(part) if path.suffix == ".py")


def _place(name: str) -> Path:
    """The folder of a package, or the file of a module."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"expected a package of Python files, got {name!r}", name=name)
    path = Path(spec.origin).resolve()
    return path.parent if path.name == "__init__.py" else path


def _files(root: Path) -> Iterator[Path]:
    """A file itself, or all files in a folder but what Python and editors leave there."""
    if root.is_file():
        yield root
        return
    for path in root.rglob("*"):
        if path.is_file() and not any(map(_hidden, (path, *path.relative_to(root).parents))):
            yield path


def _hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name == "__pycache__"
