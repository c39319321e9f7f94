"""The released notebook of a unit: its cells, the part that each plays and what it is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

SETUP, SOLUTION, TEST, WRITTEN, PLAIN = "setup", "solution", "test", "written", "plain"


@dataclass(frozen=True)
class MasterCell:
    """One cell of the released notebook and the part it plays."""

    role: str
    grade_id: str
    cell_type: str
    source: str
    points: float = 0.0
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Master:
    """The released notebook of a unit: all that a submission is rebuilt from."""

    unit: str
    cells: tuple[MasterCell, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def by_id(self) -> dict[str, MasterCell]:
        """The cells that carry a grade_id."""
        return {cell.grade_id: cell for cell in self.cells if cell.grade_id}

    @cached_property
    def by_cell_id(self) -> dict[str, MasterCell]:
        """The cells by the id that the notebook format gives them."""
        return {str(cell.raw["id"]): cell for cell in self.cells if cell.raw.get("id")}

    @cached_property
    def texts(self) -> frozenset[str]:
        """The texts of the course's own cells."""
        return frozenset(c.source.strip() for c in self.cells if c.role in (PLAIN, SETUP, TEST))

    @cached_property
    def tests(self) -> dict[str, MasterCell]:
        """The test cells by the name of the exercise that each of them checks."""
        return {c.grade_id.removeprefix("check_"): c for c in self.cells if c.role == TEST}

    @cached_property
    def worth(self) -> dict[str, float]:
        """The points of each test cell: what the grader gives without a person."""
        return {c.grade_id: c.points for c in self.cells if c.role == TEST}


def read_master(source: str | Path | bytes, unit: str | None = None) -> Master:
    """Read a released (or source) notebook of the course; `unit` defaults to the file's name."""
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    if unit is None:
        if isinstance(source, bytes):
            raise ValueError("expected the unit's name beside the bytes of its notebook")
        unit = Path(source).stem
    notebook = json.loads(data)
    cells = []
    for raw in notebook["cells"]:
        text = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
        grading = raw["metadata"].get("nbgrader") or {}
        kept = {k: v for k, v in raw.items() if k not in ("outputs", "execution_count")}
        grade_id = grading.get("grade_id", "")
        points = float(grading.get("points") or 0)
        cells.append(
            MasterCell(_role(raw, grading), grade_id, raw["cell_type"], text, points, kept)
        )
    return Master(unit, tuple(cells), notebook.get("metadata", {}))


def _role(raw: Mapping[str, Any], grading: Mapping[str, Any]) -> str:
    if grading.get("task") or (grading.get("solution") and grading.get("grade")):
        return WRITTEN
    if grading.get("solution"):
        return SOLUTION
    if grading.get("grade"):
        return TEST
    setup = str(grading.get("grade_id", "")).startswith("setup") and raw["cell_type"] == "code"
    return SETUP if setup else PLAIN
