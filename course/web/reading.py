"""The lessons as pages to read: the learner's text, with what the reference's run has drawn.

A source notebook holds the solutions; a released one has none and so draws nothing. Here the source
is run, and its figures and tables are put under the cells of the release. Labs are alive, and so
are the cells that a learner fills in or checks; they keep no output, which would give answers away.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.lessons import PAGES, reference, relink

from .live.cells import Interactive, role
from .live.labs import lab_call, live_lab
from .pages.access import accessible
from .units import COURSE, SiteError, Unit

ROOT = COURSE.parent
CELL_SECONDS = 600
PREPARE = "%config InlineBackend.figure_format = 'retina'"
# What makes the labs of a page live, from a page that lies two folders deep.
LOADED = (
    '<link rel="stylesheet" href="../../live/live.css">'
    '<script type="module" src="../../live/lesson.js"></script>'
)


# Running


def edition(unit: Unit) -> str:
    """A hash of everything that decides what a run of the unit shows."""
    said = hashlib.sha256(unit.source.read_bytes() + PREPARE.encode())
    for package in ("lrlib", "autograders"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                said.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    said.update((ROOT / "requirements-site.lock").read_bytes())
    return said.hexdigest()[:20]


def execute(unit: Unit) -> NotebookNode:
    """The source notebook of a unit after a run from top to bottom, in a folder of its own."""
    notebook = nbformat.read(unit.source, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(PREPARE))
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})
        except CellExecutionError as error:
            raise SiteError(
                f"{unit.name} does not run to its end: {error.ename}: {error.evalue}"
            ) from error
    del notebook.cells[0]
    return notebook


def executed(unit: Unit, cache: Path) -> NotebookNode:
    """As `execute`, from the cache where nothing has changed since."""
    kept = cache / f"{unit.name}-{edition(unit)}.ipynb"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        for old in cache.glob(f"{unit.name}-*.ipynb"):
            old.unlink()
        nbformat.write(execute(unit), kept)
    return nbformat.read(kept, as_version=4)


# A page from a run


def pixels(png: str) -> int:
    """The width of a PNG, from its header."""
    return int.from_bytes(base64.b64decode(png[:64])[16:20], "big")


def shown(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Outputs as a page can show them: no widgets, which would need a kernel, and no warnings."""
    return [
        output
        for output in outputs
        if output.get("name") != "stderr"
        and not any("widget" in kind for kind in output.get("data", {}))
    ]


def lab_output(cell: NotebookNode, setup: str) -> list[NotebookNode]:
    """The lab of a cell, alive; nothing where the cell shows no lab."""
    found = lab_call(cell.source, setup)
    if found is None:
        return []
    return [new_output("display_data", data={"text/html": live_lab(*found, key=cell.id)})]


def described(cell: NotebookNode, after: Sequence[NotebookNode]) -> str:
    """What stands for a figure where it is not seen: its number, and where it is put into words."""
    text = next((c.source for c in after if c.cell_type == "markdown"), "")
    if named := re.search(r"\*(Figure \d+)", text):
        return f"{named[1]}, put into words below it."
    if titled := re.search(r"""title=f?["']([^"'{]+)["']""", cell.source):
        return f"Figure: {titled[1]}."
    return "Figure drawn by the code above it."


def lesson_url(unit: Unit, up: str) -> str:
    """Where the unit is live, from a page that lies `up` from the root of the site."""
    return f"{up}lite/notebooks/index.html?path={unit.name}.ipynb"


def banner(unit: Unit) -> str:
    """What stands under the heading of a lesson: what can be done here, and where the rest."""
    return (
        ":::{admonition} Read, drag, write and check it here\n:class: tip\n"
        "The labs on this page move, the functions can be written and checked, and your work stays"
        " in this browser. The first touch fetches Python, 10 MB, once; after that the page works"
        " without a network. Your own experiment runs your plan here; the lesson's experiments are"
        " shown as a run with the course's own functions: to run them with yours,"
        f' <a href="{lesson_url(unit, "../../")}">open the notebook in your browser</a>, or'
        f' <a href="../../lite/files/{unit.name}.ipynb" download>download it</a>'
        " to run it on your machine.\n:::"
    )


def page(unit: Unit, run: NotebookNode) -> NotebookNode:
    """The released notebook of a unit with the outputs of a run of its source."""
    released = relink(unit.release.read_text("utf-8"), pages="../")
    notebook = nbformat.reads(released, as_version=4)
    outputs = {cell.id: cell.get("outputs", []) for cell in run.cells}
    desk = Interactive(notebook)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            if role(cell):
                notebook.cells[index] = desk.cell(cell)
                continue
            # The still picture of a lab is here already, in the lab's own place.
            cell.source = re.sub(r"!\[[^\]]*\]\(attachment:[^)]+\)\n*", "", cell.source)
            cell.pop("attachments", None)
            continue
        if cell.id not in outputs:
            raise SiteError(
                f"{unit.name}: source and release differ; run python -m course.build first."
            )
        if role(cell):
            notebook.cells[index] = desk.cell(cell)
            continue
        cell.outputs = lab_output(cell, desk.setup) or shown(outputs[cell.id])
        figures = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
        if figures:
            alt = described(cell, notebook.cells[index + 1 : index + 2])
            cell.metadata["mystnb"] = {
                "image": {"alt": alt, "width": f"{pixels(figures[0]) // 2}px"}
            }
    notebook.cells.append(desk.last(unit.name))
    heading, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{heading}\n\n{banner(unit)}\n\n{LOADED}\n{rest}"
    notebook.metadata.pop("widgets", None)
    return notebook


# The whole site of pages


def localise(text: str, folder: Path) -> str:
    """A page of docs/ in which links to files that the site does not have are their text only."""

    def keep(link: re.Match[str]) -> str:
        target = link[2].partition("#")[0]
        inside = (folder / target).resolve().is_relative_to(folder.resolve())
        here = not target or re.match(r"\w+:", target)
        return link[0] if here or (inside and (folder / target).is_file()) else link[1]

    return re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", keep, text)


def index(units: Sequence[Unit], docs: Sequence[Path]) -> str:
    """The first page: what is here, and the tree of all pages."""
    lessons = "\n".join(f"lessons/{unit.name}" for unit in units)
    about = "\n".join(f"docs/{path.stem}" for path in docs)
    pages = "\n".join(name.removesuffix(".md") for name in PAGES)
    tree = "```{toctree}\n:caption: Lessons\n:maxdepth: 1\n\n" + lessons + "\n```\n"
    tree += "\n```{toctree}\n:caption: To look things up\n:maxdepth: 1\n\n" + pages + "\n```\n"
    if docs:
        tree += "\n```{toctree}\n:caption: About the course\n:maxdepth: 1\n\n" + about + "\n```\n"
    return (
        "# The lessons, to read\n\nEvery lesson with its figures, its tables and its labs, which"
        " move. Predict before you scroll: the answer to a prediction stands a few"
        " paragraphs below it.\n\nThe functions are written and checked on the same page. To work"
        " in JupyterLab instead, open a lesson"
        ' <a href="../lite/lab/index.html?path=00_start_here.ipynb">in your browser</a>, or see'
        ' <a href="../index.html">what else the course offers</a>.\n\n' + tree
    )


def write_pages(units: Sequence[Unit], sources: Path, cache: Path) -> None:
    """Write what Sphinx reads: the lessons as notebooks with outputs, docs/, and an index."""
    shutil.rmtree(sources, ignore_errors=True)
    (sources / "lessons").mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for unit, run in zip(units, pool.map(lambda unit: executed(unit, cache), units)):
            nbformat.write(page(unit, run), sources / "lessons" / f"{unit.name}.ipynb")
    docs = sorted(path for path in (ROOT / "docs").glob("*.md"))
    if docs:
        shutil.copytree(ROOT / "docs", sources / "docs")
        for path in docs:
            text = localise(path.read_text("utf-8"), path.parent)
            (sources / "docs" / path.name).write_text(text, "utf-8")
    (sources / "pictures").mkdir()
    for name, content in reference(COURSE, lessons="lessons/"):
        (sources / name).write_bytes(content)
    (sources / "index.md").write_text(index(units, docs), "utf-8")


def build_pages(units: Sequence[Unit], output: Path, cache: Path) -> None:
    """Build the readable site of these units in `output`, with Sphinx; its warnings are errors."""
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError

    # Not into `output` itself: MyST-NB leaves a folder of its own beside what it builds.
    sources, made = cache / "pages", cache / "html" / "read"
    write_pages(units, sources, cache / "runs")
    shutil.rmtree(made, ignore_errors=True)
    try:
        Sphinx(
            srcdir=sources,
            confdir=COURSE / "web" / "pages",
            outdir=made,
            doctreedir=cache / "doctrees",
            buildername="html",
            freshenv=True,
            warningiserror=True,
            status=None,
            confoverrides={"html_static_path": ["static"]},
            parallel=1,
        ).build()
    except SphinxError as error:
        raise SiteError(f"The readable pages could not be built: {error}") from error
    for path in made.rglob("*.html"):
        path.write_text(accessible(path.read_text("utf-8")), "utf-8")
    unwanted = shutil.ignore_patterns("_sources", "objects.inv", ".buildinfo", "*.map")
    shutil.copytree(made, output, ignore=unwanted, dirs_exist_ok=True)
