"""Which grader gives a grade: one hash of all the code that a unit's grades follow from."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from ..declare.catalogue import catalogue, chosen, surroundings
from ..declare.exercise import Exercise, Quiz
from ..errors import GraderError

HERE = Path(__file__).resolve().parents[1]
DECIDING = ("protocol", "declare", "judging", "sandbox", "submission")
"""The rooms of the engine that decide what an answer earns and is told."""


class OtherGrader(GraderError):
    """A worker holds other code than the machine that it grades for."""


def grader_of(unit: str) -> str:
    """A hash of the files that decide what a submission to `unit` earns and is told.

    These are the deciding rooms of the grader, the reference (the package's `WITHHELD` without what
    is `INERT`), and of the course the modules that declare the unit's exercises with all that they
    import there. Whole files count: a comment changes the hash too, and costs no more than grading
    once again. NumPy, Python and other installed packages do not count: requirements.lock holds
    them still.
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
    around = surroundings(package)
    asked = {module: Path(str(sys.modules[module].__file__)) for module in _asked(unit, package)}
    course = _place(package)
    inert = {_place(name) for name in around.inert if importlib.util.find_spec(name)}
    roots = {HERE / room: HERE.parent for room in DECIDING}
    for name in around.withheld:
        root = _place(name.partition(".")[0])
        roots[root] = root.parent
    found = {
        path.relative_to(above).as_posix(): path
        for root, above in roots.items()
        for path in _files(root)
        if not {course, *inert} & {path, *path.parents}
    }
    return found | asked


def _asked(unit: str, package: str) -> set[str]:
    """The modules of a course that declare a unit's exercises, and those that these import."""
    catalogue(package)  # has all of its modules imported
    course = package.partition(".")[0]
    # Not the top package: from a folder that holds one of its name, Python finds a bare folder.
    ours = {name: m for name, m in sys.modules.items() if name.startswith(f"{course}.")}
    waiting = {
        name
        for name, module in ours.items()
        for value in list(vars(module).values())
        if name.startswith(f"{package}.")
        if isinstance(value, (Exercise, Quiz)) and value.unit == unit
    }
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= ({*_imported(ours[name]), name.rpartition(".")[0]} & set(ours)) - found
    return found


def _imported(module: ModuleType) -> Iterator[str]:
    """The dotted names that the text of a module imports, whether modules or what is in them."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            origin = importlib.util.resolve_name(relative, module.__package__)
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _place(name: str) -> Path:
    """The folder of a package, or the file of a module."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"expected a package of Python files, got {name!r}", name=name)
    path = Path(spec.origin).resolve()
    return path.parent if path.name == "__init__.py" else path


def _files(root: Path) -> Iterator[Path]:
    """A file itself, or all files in a folder but what Python and editors leave there.

    Of a package that is a course's folder as well, only modules: grading writes into the rest.
    """
    if root.is_file():
        yield root
        return
    graded = (root / "nbgrader_config.py").is_file()
    for path in root.rglob("*"):
        if not path.is_file() or any(map(_hidden, (path, *path.relative_to(root).parents))):
            continue
        module = path.suffix == ".py" and (path.parent / "__init__.py").is_file()
        if module or not graded:
            yield path


def _hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name == "__pycache__"
