"""What the site says about each unit, read from its released notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

COURSE = Path(__file__).resolve().parent.parent
TIME = re.compile(r"\*\*Time\*\* ((\d+)(?: to (\d+))? (minute|hour)s)")


class SiteError(Exception):
    """Why the site cannot be built, and what to do about it, in sentences."""


@dataclass(frozen=True)
class Unit:
    """One unit as the map of the course shows it."""

    name: str
    title: str
    summary: str
    time: str
    minutes: float
    aims: tuple[str, ...]
    functions: tuple[str, ...]

    @property
    def number(self) -> str:
        """The two digits in front of the name."""
        return self.name[:2]

    @property
    def release(self) -> Path:
        """The learner's notebook."""
        return COURSE / "release" / self.name / f"{self.name}.ipynb"

    @property
    def source(self) -> Path:
        """The instructor's notebook, with the solutions."""
        return COURSE / "source" / self.name / f"{self.name}.ipynb"


def plain(markdown: str) -> str:
    """One line of Markdown without its marks for emphasis and code."""
    return re.sub(r"\*\*|[*`]|(?<!\w)_|_(?!\w)", "", " ".join(markdown.split()))


def graded(notebook: NotebookNode) -> tuple[str, ...]:
    """The names of the functions in a notebook that a check cell grades."""
    checked = " ".join(
        cell.source for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")
    )
    written = [
        name
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
        for name in re.findall(r"^def (\w+)\(", cell.source, re.MULTILINE)
    ]
    return tuple(name for name in written if re.search(rf"check\({name}\b", checked))


def read_unit(release: Path) -> Unit:
    """A unit from its released notebook; a first cell without what the map needs is a SiteError."""
    notebook = nbformat.read(release, as_version=4)
    paragraphs = notebook.cells[0].source.split("\n\n")
    heading = re.match(r"# \d+ · (.+)", paragraphs[0])
    time = TIME.search(notebook.cells[0].source)
    lists = [text for cell in notebook.cells for text in cell.source.split("\n\n")]
    after = next((i for i, text in enumerate(lists) if "**After this" in text), None)
    aims = "" if after is None or after + 1 == len(lists) else lists[after + 1]
    if not (heading and time and len(paragraphs) > 1):
        raise SiteError(
            f"{release.name}: the first cell of a unit has a heading `# NN · Title`, a paragraph,"
            " perhaps a list of what the learner can do afterwards, and `**Time** N minutes` or"
            f" `N to M hours`; it opens with {notebook.cells[0].source[:80]!r}."
        )
    return Unit(
        name=release.stem,
        title=plain(heading[1]),
        summary=plain(paragraphs[1]),
        time=time[1],
        minutes=(int(time[2]) + int(time[3] or time[2])) / 2 * (60 if time[4] == "hour" else 1),
        aims=tuple(plain(aim).rstrip(";.") for aim in re.split(r"^- ", aims, flags=re.M)[1:]),
        functions=graded(notebook),
    )


def read_units() -> list[Unit]:
    """Every unit that has been released, in order."""
    return [read_unit(path) for path in sorted((COURSE / "release").glob("*/*.ipynb"))]
