"""Runs a unit's notebook in a real kernel and brings back what its cells and its checks said."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from course import build
from course.lessons import lesson_file, lesson_files

COURSE = Path(__file__).resolve().parents[2] / "course"
UNITS = [path.parent.name for path in lesson_files(COURSE)]
WATCH = f"""
import sys as _sys
_sys.path.append({str(COURSE.parent)!r})
import tests.course.figures as _figures
_figures.watch()
_sys.path.pop()
"""


@dataclass(frozen=True)
class Outcome:
    """What running a notebook gave: `scores[name]` is (score, most); `facts` are answers; `figures`
    are the faults of each figure that it showed."""

    cells: list[NotebookNode]
    errors: list[str]
    scores: dict[str, tuple[float, float]]
    facts: dict[str, object]
    figures: list[list[str]]


def source(unit: str) -> NotebookNode:
    """The instructor's notebook, built from the unit's text."""
    return build.source_notebook(lesson_file(COURSE, unit).read_text("utf-8"), unit)


def release(unit: str) -> NotebookNode:
    """The learner's notebook."""
    return build.release_notebook(source(unit))


def tested(notebook: NotebookNode) -> list[str]:
    """What the notebook's test cells check, in order."""
    return [
        cell.metadata["nbgrader"]["grade_id"].removeprefix("check_")
        for cell in notebook.cells
        if is_test(cell)
    ]


def is_test(cell: NotebookNode) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return bool(nbgrader.get("grade")) and not nbgrader["solution"]


def is_answer(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))


def half_finished(unit: str, done: set[str]) -> NotebookNode:
    """The learner's notebook with the answers named in `done` filled in."""
    answers = {
        c.metadata["nbgrader"]["grade_id"]: c.source for c in source(unit).cells if is_answer(c)
    }
    notebook = release(unit)
    for cell in notebook.cells:
        if is_answer(cell) and cell.metadata["nbgrader"]["grade_id"] in done:
            cell.source = answers[cell.metadata["nbgrader"]["grade_id"]]
    return notebook


def run(notebook: NotebookNode, folder: Path, expressions: tuple[str, ...] = ()) -> Outcome:
    """Run every cell in a new kernel, then ask the checks for scores, and the expressions."""
    notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
    checks = {c.metadata["nbgrader"]["grade_id"]: c.source for c in notebook.cells if is_test(c)}
    asked = [
        "import json",
        "print(json.dumps([_figures.SHOWN]))",
        *(
            f"_r = {call}\nprint(json.dumps([{name!r}, _r.score, _r.max_score]))"
            for name, call in checks.items()
        ),
        *(f"print(json.dumps([{text!r}, str({text})]))" for text in expressions),
    ]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(WATCH))
    notebook.cells += map(nbformat.v4.new_code_cell, asked)
    before = dict(os.environ)
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "LR_COURSE_PROGRESS": str(folder / "progress.json")}
    try:
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute()
    finally:
        os.environ.clear()
        os.environ |= before
    size = len(notebook.cells) - len(asked)
    lines = [json.loads(printed(cell)) for cell in notebook.cells[size + 1 :] if printed(cell)]
    return Outcome(
        cells=notebook.cells[1:size],
        errors=[error for cell in notebook.cells for error in failures(cell)],
        scores={name.removeprefix("check_"): (s[0], s[1]) for name, *s in lines if len(s) == 2},
        facts={text: value[0] for text, *value in lines if len(value) == 1},
        figures=next(line[0] for line in lines if len(line) == 1),
    )


def printed(cell: NotebookNode) -> str:
    """What a code cell wrote to stdout."""
    return "".join(
        o.text for o in cell.get("outputs", []) if o.output_type == "stream" and o.name == "stdout"
    )


def failures(cell: NotebookNode) -> list[str]:
    """The exceptions that a cell showed."""
    return [
        f"{cell.source.splitlines()[0]!r}: {o.ename}: {o.evalue}"
        for o in cell.get("outputs", [])
        if o.output_type == "error"
    ]


def prose(notebook: NotebookNode) -> str:
    """All markdown of a notebook on one line, so that a quotation is found wherever lines break."""
    return one_line("\n".join(c.source for c in notebook.cells if c.cell_type == "markdown"))


def guide_page(unit: str) -> str:
    """The instructor's page of a unit on one line, empty if there is none."""
    page = COURSE / "units" / unit / "guide.md"
    return one_line(page.read_text("utf-8")) if page.exists() else ""


def one_line(text: str) -> str:
    return re.sub(r"\s*\n(> )?\s*", " ", text)
