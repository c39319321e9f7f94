"""A name that is not there: the cell of the notebook that makes it, or what may be meant."""

from __future__ import annotations

import builtins
import json
import os
import re
import symtable
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
USUAL = {"np": "import numpy as np", "plt": "import matplotlib.pyplot as plt"}
LONGEST = 60


@dataclass(frozen=True)
class SavedCell:
    """A code cell of the notebook as saved; `heading` is the one it stands below, or ""."""

    id: str
    source: str
    heading: str
    is_first: bool

    def __str__(self) -> str:
        """The cell as a learner finds it."""
        if self.is_first:
            return "the set-up cell, the first code cell of this notebook"
        lines = [line.strip() for line in self.source.splitlines() if line.strip()]
        begins = next((line for line in lines if line[0] not in "#%"), lines[0])
        begins = begins if len(begins) <= LONGEST else begins[:LONGEST].rstrip() + " ..."
        below = f', below the heading "{self.heading}"' if self.heading else ""
        return f"the cell that begins with `{begins}`{below}"


def notebook() -> Path | None:
    """The file of the notebook that this kernel runs, where Jupyter says so."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    return path if path.suffix == ".ipynb" else None


def code_cells() -> list[SavedCell]:
    """The code cells of the saved notebook that hold code; none where it cannot be read."""
    path, found, heading = notebook(), list[SavedCell](), ""
    try:
        for cell in json.loads(path.read_text("utf-8"))["cells"] if path else ():
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                heading = (HEADING.findall(source) or [heading])[-1].replace("`", "")
            elif cell["cell_type"] == "code" and source.strip():
                found.append(SavedCell(cell["id"], source, heading, not found))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return found


def makes(source: str) -> set[str]:
    """The names that a cell defines, assigns or imports; it may be one that Python cannot read."""
    try:
        table = symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError):
        return {first or second for first, second in DEFINES.findall(source)}
    return {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }


def explain(name: str, ran: Collection[str], here: str | None, near: Iterable[str] = ()) -> str:
    """Say where a missing name comes from, or "" where nothing is known.

    `ran` are the ids of the cells that have run in this kernel, `here` that of the cell in which
    the name is missing, and `near` are the names that could be meant there.
    """
    cells = code_cells()
    places = [place for place, cell in enumerate(cells) if name in makes(cell.source)]
    now = next((place for place, cell in enumerate(cells) if cell.id == here), len(cells))
    places = [place for place in places if place != now]
    if places:
        above = [place for place in places if place < now]
        cell = cells[above[-1] if above else places[0]]
        if cell.id in ran:
            return (
                f"`{name}` is made by {cell}. It ran, but did not come that far: run it again, "
                "and read what it says."
            )
        return (
            f"`{name}` is made by {cell}. It has not run since Python was started: run it, then "
            "this one again."
        )
    if name in USUAL or name in sys.stdlib_module_names:
        return f"`{name}` has to be imported first: `{USUAL.get(name, f'import {name}')}`."
    known = {*near, *dir(builtins), *(made for cell in cells for made in makes(cell.source))}
    meant = get_close_matches(name, known - {name}, n=1, cutoff=0.7)
    if meant:
        return f"Nothing is called `{name}`. Did you mean `{meant[0]}`?"
    if cells:
        return f'No cell makes `{name}`. If it is meant as a text, put it in quotes: `"{name}"`.'
    return ""
