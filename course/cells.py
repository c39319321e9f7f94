"""The cells of a unit: read from its text, and written as nbgrader and a stable build want them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import jupytext
import nbformat
from nbformat import NotebookNode

from .lessons import AHEAD, STANDS

KEPT_CELL_METADATA = {"nbgrader", "tags"}


class UnitError(Exception):
    """What is wrong with a unit, in sentences for its author."""


def full_metadata(short: dict) -> dict:
    """nbgrader's whole cell metadata from what an author wrote."""
    full = {"schema_version": 3, "grade": False, "solution": False, "task": False} | dict(short)
    full.setdefault("locked", full["grade"] and not full["solution"])
    return full


def short_metadata(full: dict) -> dict:
    """The part of nbgrader's cell metadata that `full_metadata` cannot guess, in a fixed order."""
    order = ("grade_id", "grade", "solution", "task", "locked", "points")
    short = {key: full[key] for key in order if key in full}
    for key in order[1:]:
        rest = {k: v for k, v in short.items() if k != key}
        if key in short and full_metadata(rest).get(key) == short[key]:
            short = rest
    return short


def split_cells(text: str, name: str) -> list[NotebookNode]:
    """The cells of a unit as jupytext reads them, metadata as written."""
    if not text.lstrip("\n").startswith("# %%"):
        raise UnitError(
            f"{name}: expected a cell header such as '# %% [markdown]' first, got"
            f" {text.strip().splitlines()[:1]}; a unit has no YAML header."
        )
    cells = jupytext.reads(text, fmt="py:percent").cells
    for number, cell in enumerate(cells):
        bad = cell.metadata.get("incorrectly_encoded_metadata")
        if bad is not None:
            raise UnitError(
                f"{name}, cell {number}: cannot read the header '{bad}'; metadata is JSON, for"
                ' example nbgrader={"grade_id": "sgd_step", "solution": true}.'
            )
        unknown = set(cell.metadata) - KEPT_CELL_METADATA - {"lines_to_next_cell"}
        if unknown:
            raise UnitError(
                f"{name}, cell {number}: expected only nbgrader and tags in a cell header, got"
                f" {', '.join(sorted(unknown))}; a title belongs in a markdown cell."
            )
    return cells


def canonical_cells(cells: Sequence[NotebookNode], unit: str) -> list[NotebookNode]:
    """Own cells as they are stored: whole metadata, stable ids, nothing that running left."""
    built = []
    for index, cell in enumerate(own_cells(cells)):
        metadata = {k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA}
        if metadata.get("nbgrader"):
            kept = {
                k: v for k, v in metadata["nbgrader"].items() if k not in ("checksum", "cell_type")
            }
            metadata["nbgrader"] = full_metadata(kept)
        else:
            metadata.pop("nbgrader", None)
        if not metadata.get("tags"):
            metadata.pop("tags", None)
        make = {
            "code": nbformat.v4.new_code_cell,
            "markdown": nbformat.v4.new_markdown_cell,
            "raw": nbformat.v4.new_raw_cell,
        }[cell.cell_type]
        identity = metadata.get("nbgrader", {}).get("grade_id") or f"{unit[:52]}-{index:03d}"
        built.append(make(cell.source.strip("\n"), metadata=metadata, id=identity))
    return built


def own_cells(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The cells that a unit holds, without the signposts that were put around them."""
    return [cell for cell in cells if cell.get("id") not in (STANDS, AHEAD)]


def digest(cells: Sequence[NotebookNode]) -> str:
    """A fingerprint of what cells say, whatever their ids and outputs."""
    content = [[c.cell_type, c.source, c.metadata] for c in cells]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def answer_key(cell: NotebookNode) -> tuple[str, ...]:
    """What makes two versions of a cell the same cell."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return (grade_id,) if grade_id else (cell.cell_type, cell.source)
