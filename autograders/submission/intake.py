"""Turns what a student handed in into a clean submission, rebuilt from the released master."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..sandbox import Cell
from .files import MAX_BYTES, Refused, read_regular, too_large
from .master import PLAIN, SETUP, SOLUTION, TEST, WRITTEN, Master, MasterCell

MAX_CELLS = 2_000
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
"""Kinds of pictures in a cell: in an image element none of them can run anything."""
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
MAX_TEXT = 2 * 2**20


@dataclass(frozen=True)
class Placed:
    """One cell of a rebuilt notebook: the master's, or else one of the student's own."""

    source: str
    cell_type: str
    master: MasterCell | None = None
    pictures: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Submission:
    """A submission in the master's order: the student's text in the student's cells.

    `notes` says what was repaired; `digest` is a hash of what counts, so that saving again, running
    or reordering outputs does not change it.
    """

    unit: str
    placed: tuple[Placed, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The code cells to run: set-up, answers and the student's own; no untouched stub."""
        cells = []
        for number, item in enumerate(self.placed):
            if item.cell_type != "code" or not item.source.strip():
                continue
            if item.master is None:
                cells.append(Cell(f"added-{number}", item.source))
            elif item.master.role == SETUP:
                cells.append(Cell(item.master.grade_id, item.source, trusted=True))
            elif item.master.role in (SOLUTION, WRITTEN):
                cells.append(Cell(item.master.grade_id, item.source))
        return tuple(cells)

    @cached_property
    def answers(self) -> dict[str, str]:
        """The student's text by grade_id, for every cell that asks for one."""
        return {
            item.master.grade_id: item.source
            for item in self.placed
            if item.master is not None and item.master.role in (SOLUTION, WRITTEN)
        }

    @cached_property
    def digest(self) -> str:
        """A hash of the unit, the code that runs and the written answers."""
        parts: list[Any] = [self.unit, [[c.name, c.source] for c in self.cells], self.answers]
        parts += [item.pictures for item in self.placed if item.pictures]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def notebook(self, master: Master) -> dict[str, Any]:
        """The rebuilt notebook: every cell and all metadata of the master's, and no output."""
        cells = []
        for number, item in enumerate(self.placed):
            raw = dict(item.master.raw) if item.master else {"metadata": {}, "id": f"own-{number}"}
            raw |= {"cell_type": item.cell_type, "source": item.source}
            if item.pictures:
                raw["attachments"] = {name: dict(kinds) for name, kinds in item.pictures.items()}
            if item.cell_type == "code":
                raw |= {"outputs": [], "execution_count": None}
            cells.append(raw)
        return {
            "cells": cells,
            "metadata": dict(master.metadata),
            "nbformat": 4,
            "nbformat_minor": 5,
        }


def read_submission(source: str | Path | bytes, master: Master) -> Submission:
    """Rebuild a submission from the master; raise `Refused` when there is nothing to use."""
    data = source if isinstance(source, bytes) else read_regular(source)
    if len(data) > MAX_BYTES:
        raise Refused(too_large(len(data), MAX_BYTES))
    notes: list[str] = []
    theirs = list(_cells_of(_parse(data, notes), notes))
    return _rebuild(theirs, master, notes)


def _parse(data: bytes, notes: list[str]) -> dict[str, Any]:
    if not data.strip():
        raise Refused("the file is empty")
    if data.startswith(b"PK\x03\x04"):
        raise Refused("expected a notebook, got a zip archive; unpack it and hand in the notebook")
    encoding = json.detect_encoding(data)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or encoding != "utf-8":
        notes.append("the file was saved with a byte-order mark or not as UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        notes.append("bytes that are no text were replaced")
    try:
        notebook = json.loads(text, strict=False)
    except RecursionError:
        raise Refused("the file is nested too deeply to be a notebook") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused(
            f"expected a notebook, and the file is not valid JSON{where}; open it in JupyterLab, "
            "save it and hand it in again"
        ) from None
    if not isinstance(notebook, dict):
        raise Refused("expected a notebook, got JSON of another kind")
    return notebook


@dataclass(frozen=True)
class _Theirs:
    """One cell as the student's file has it."""

    cell_type: str
    source: str
    grade_id: str
    cell_id: str
    odd: str = ""
    pictures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _cells_of(notebook: dict[str, Any], notes: list[str]) -> Iterator[_Theirs]:
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        sheets = notebook.get("worksheets")
        if not isinstance(sheets, list):
            raise Refused("expected a notebook, and there is no list of cells in the file")
        cells = []
        for sheet in sheets:
            inside = sheet.get("cells") if isinstance(sheet, dict) else None
            cells += inside if isinstance(inside, list) else []
    if notebook.get("nbformat") != 4:
        notes.append(
            f"the notebook says it is of format {str(notebook.get('nbformat'))[:20]}, not 4"
        )
    if len(cells) > MAX_CELLS:
        raise Refused(f"the notebook has {len(cells)} cells, at most {MAX_CELLS} can be graded")
    total = 0
    for cell in cells:
        if not isinstance(cell, dict):
            notes.append("something in the list of cells is not a cell")
            continue
        text = _text(cell.get("source", cell.get("input", "")), notes)
        total += len(text)
        if total > MAX_TEXT:
            raise Refused(f"the notebook holds over {MAX_TEXT // 2**20} MB of text in its cells")
        kind = cell.get("cell_type")
        metadata = cell.get("metadata")
        grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id, odd = "", ""
        if isinstance(grading, dict):
            given = grading.get("grade_id")
            grade_id = given if isinstance(given, str) else ""
            if grading.get("schema_version") not in (1, 2, 3):
                odd = "its grading metadata is of an unknown version"
        cell_id = cell.get("id") if isinstance(cell.get("id"), str) else ""
        kind = kind if kind in ("code", "markdown", "raw") else "raw"
        pictures = _pictures(cell.get("attachments"), notes) if kind == "markdown" else {}
        yield _Theirs(kind, text, grade_id or "", cell_id or "", odd, pictures)


def _pictures(attachments: Any, notes: list[str]) -> dict[str, dict[str, str]]:
    """The pictures that were put into a Markdown cell, by name and kind, as base64."""
    found: dict[str, dict[str, str]] = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            if kind in PICTURES and (text := base64_of(data)):
                found.setdefault(name, {})[kind] = text
        if not name.isprintable():
            found.pop(name, None)
        if name not in found:
            notes.append("what was put into a cell is no picture that can be shown; it was removed")
    return found


def base64_of(data: Any) -> str:
    """The base64 text of a picture in a notebook; "" for anything else."""
    parts = data if isinstance(data, list) else [data]
    text = "".join("".join(part for part in parts if isinstance(part, str)).split())
    return text if BASE64.fullmatch(text) else ""


def _text(source: Any, notes: list[str]) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        notes.append("a cell whose source is not text was taken as empty")
        return ""
    clean = source.replace("\r\n", "\n").replace("\0", "")
    try:
        clean.encode()
    except UnicodeEncodeError:
        clean = clean.encode("utf-8", "replace").decode()
    if clean != source.replace("\r\n", "\n"):
        notes.append("characters that no text can hold were removed")
    return clean


def _rebuild(theirs: list[_Theirs], master: Master, notes: list[str]) -> Submission:
    known = [_identity(cell, master) for cell in theirs]
    # The written answers do not tell: every unit of a course may call its own "conclusion".
    asked = set(master.tests) or {c.grade_id for c in master.cells if c.role == WRITTEN}
    found = asked & {match.grade_id for match in known if match is not None}
    if not found and not any(_defines(cell, name) for name in asked for cell in theirs):
        raise Refused(
            f"this is not the notebook of {master.unit}: none of its graded cells is in it"
        )
    chosen = _choose(theirs, known, master, notes)
    own: dict[str | None, list[Placed]] = {}
    before: dict[str, list[Placed]] = {}
    anchor: str | None = None
    for number, (cell, match) in enumerate(zip(theirs, known)):
        if match is not None and cell.odd:
            notes.append(f"cell {_name(match)}: {cell.odd}")
        if match is None or match.role == PLAIN:
            if match is not None:
                anchor = _name(match)
            if cell.source.strip() not in master.texts:
                mine = Placed(cell.source, cell.cell_type, pictures=cell.pictures)
                own.setdefault(anchor, []).append(mine)
            continue
        anchor = _name(match)
        if match.role in (SETUP, TEST):
            if cell.source.strip() != match.source.strip():
                notes.append(f"cell {_name(match)} was changed; the released one is used")
        elif chosen[match.grade_id] != number and cell.source.strip() != match.source.strip():
            copy = Placed(cell.source, cell.cell_type, pictures=cell.pictures)
            before.setdefault(anchor, []).append(copy)
    placed: list[Placed] = []
    setup = next((_name(c) for c in master.cells if c.role == SETUP), None)
    if setup is None:
        placed += own.get(None, [])
    for item in master.cells:
        placed += before.get(_name(item), [])
        placed.append(_fill(item, theirs, chosen, notes))
        if item.role == SETUP and _name(item) == setup:
            placed += own.get(None, [])
        placed += own.get(_name(item), [])
    _note_order(known, master, notes)
    return Submission(master.unit, tuple(placed), tuple(dict.fromkeys(notes)))


def _name(cell: MasterCell) -> str:
    return cell.grade_id or str(cell.raw.get("id", "")) or cell.source


def _identity(cell: _Theirs, master: Master) -> MasterCell | None:
    """Which of the master's cells this is: by grade_id, else by the format's own id."""
    return master.by_id.get(cell.grade_id) or master.by_cell_id.get(cell.cell_id)


def _defines(cell: _Theirs, name: str) -> bool:
    """Whether a cell without its metadata is an answer all the same: a function or a value."""
    # Blanks within a line only: with line ends among them the time grows with their square.
    definition = rf"^[ \t]*(?:def[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*[:=])"
    return cell.cell_type == "code" and bool(re.search(definition, cell.source, re.MULTILINE))


def _choose(
    theirs: list[_Theirs], known: list[MasterCell | None], master: Master, notes: list[str]
) -> dict[str, int]:
    """Pick one of the student's cells for each answer: the last copy that was worked on."""
    copies: dict[str, list[int]] = {}
    for number, match in enumerate(known):
        if match is not None and match.role in (SOLUTION, WRITTEN):
            copies.setdefault(match.grade_id, []).append(number)
    chosen = {}
    for grade_id, numbers in copies.items():
        stub = master.by_id[grade_id].source.strip()
        worked = [n for n in numbers if theirs[n].source.strip() != stub]
        chosen[grade_id] = (worked or numbers)[-1]
        if len(numbers) > 1:
            notes.append(
                f"cell {grade_id} is there {len(numbers)} times; the last one worked on counts, "
                "the others run before it"
            )
    return chosen


def _fill(
    cell: MasterCell, theirs: list[_Theirs], chosen: Mapping[str, int], notes: list[str]
) -> Placed:
    if cell.role not in (SOLUTION, WRITTEN):
        return Placed(cell.source, cell.cell_type, cell)
    if cell.grade_id not in chosen:
        notes.append(f"cell {cell.grade_id} is missing")
        return Placed("", cell.cell_type, cell)
    answer = theirs[chosen[cell.grade_id]]
    if answer.cell_type != cell.cell_type:
        notes.append(
            f"cell {cell.grade_id} was turned into {answer.cell_type}; it is {cell.cell_type}"
        )
    return Placed(
        answer.source, cell.cell_type, cell, answer.pictures if cell.cell_type == "markdown" else {}
    )


def _note_order(known: Iterable[MasterCell | None], master: Master, notes: list[str]) -> None:
    order = {_name(cell): number for number, cell in enumerate(master.cells)}
    seen = [order[_name(match)] for match in known if match is not None]
    once = list(dict.fromkeys(seen))
    if once != sorted(once):
        notes.append("cells stand in another order; they run in the released one")
    present = {_name(match) for match in known if match is not None}
    for cell in master.cells:
        if cell.role in (SETUP, TEST) and _name(cell) not in present:
            notes.append(f"cell {_name(cell)} is missing; the released one is used")
