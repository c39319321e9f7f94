"""Build the notebooks: units/NAME/lesson.py -> source/NAME/NAME.ipynb -> release/NAME/NAME.ipynb.

A unit is one notebook in jupytext's py:percent form. Cell headers carry nbgrader's own metadata;
what equals the default may be left out (`grade`, `solution` and `task` are false, a test cell is
locked, `schema_version` is 3)::

    # %% nbgrader={"grade_id": "setup", "locked": true}
    # %% nbgrader={"grade_id": "sgd_step", "solution": true}
    # %% nbgrader={"grade_id": "check_sgd_step", "grade": true, "points": 6}
    # %% [markdown] nbgrader={"grade_id": "report", "grade": true, "solution": true, "points": 3}

Inside a function the lines from `### BEGIN SOLUTION` to `### END SOLUTION` are released as
`raise NotImplementedError`; at the left margin, after a line such as `quiz_01 = {"q1": ""}`, they
just go. The text of a written answer is released as a prompt to write one.

    python -m course.build 01 04             build these units; without a name, every one
    python -m course.build --check           change nothing; fail when a notebook is out of date
    python -m course.build --from-source 01  carry edits of source/*.ipynb back into units/
    python -m course.build --course FOLDER   the same for another course on this grader
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config, PyFileConfigLoader
from traitlets.utils.importstring import import_item

from autograders.declare.catalogue import UnknownExercise, catalogue

from .cells import (
    UnitError,
    answer_key,
    canonical_cells,
    digest,
    full_metadata,
    own_cells,
    short_metadata,
    split_cells,
)
from .lessons import STANDS, lesson_file, lesson_files, reference, signposts
from .unit_checks import find_problems, grading_problems

COURSE = Path(__file__).resolve().parent
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
IMAGES = COURSE / "images"
PICTURE = re.compile(r"\]\(attachment:([^)]+)\)")


# Units -> source notebooks


def add_signposts(notebook: NotebookNode, course: Path, unit: str) -> None:
    """Say after the first cell where the unit stands in the course, and at the end what is next."""
    for identity, text in signposts(course, unit).items():
        cell = nbformat.v4.new_markdown_cell(text, id=identity)
        notebook.cells.insert(1 if identity == STANDS else len(notebook.cells), cell)


def attach_pictures(cells: Sequence[NotebookNode], unit: str) -> None:
    """Put into each text the pictures of `images/` that it shows as `![words](attachment:NAME)`.

    Inside the notebook they are found wherever a learner's copy lies, and on GitHub.
    """
    for cell in cells:
        for name in PICTURE.findall(cell.source) if cell.cell_type == "markdown" else ():
            try:
                picture = base64.b64encode((IMAGES / name).read_bytes()).decode()
            except FileNotFoundError:
                known = ", ".join(sorted(path.name for path in IMAGES.glob("*.png")))
                raise UnitError(
                    f"{unit}: no picture {name} in {IMAGES.name}/; expected one of: {known}."
                ) from None
            cell.setdefault("attachments", {})[name] = {"image/png": picture}


def source_notebook(text: str, unit: str, course: Path = COURSE) -> NotebookNode:
    """The instructor's notebook of a unit, from the text of `units/UNIT/lesson.py`.

    Raises UnitError, with every problem found, for a unit that would make a broken notebook.
    """
    cells = canonical_cells(split_cells(text, unit), unit)
    problems = find_problems(cells, partial(clear, course=course))
    if problems:
        raise UnitError("\n".join(f"{unit}: {problem}" for problem in problems))
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "built": {"digest": digest(cells)},
    }
    attach_pictures(cells, unit)
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


# Source notebooks -> release notebooks


def nbgrader_config(course: Path = COURSE) -> Config:
    """The settings in nbgrader_config.py, read as nbgrader reads them."""
    folder = course if (course / "nbgrader_config.py").exists() else COURSE
    return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()


def release_preprocessors(course: Path = COURSE) -> list:
    """nbgrader's own steps from source to release, without the gradebook."""
    config = nbgrader_config(course)
    steps = [import_item(name) for name in config.GenerateAssignment.preprocessors]
    return [step(config=config) for step in steps if not issubclass(step, SaveCells)]


def release_notebook(source: NotebookNode, course: Path = COURSE) -> NotebookNode:
    """The learner's notebook: the same bytes as `nbgrader generate_assignment` writes."""
    notebook = nbformat.reads(nbformat.writes(source), as_version=4)
    resources: dict = {}
    for preprocessor in release_preprocessors(course):
        notebook, resources = preprocessor(notebook, resources)
    return notebook


def clear(source: str, course: Path = COURSE) -> str:
    """A solution cell's text as a learner gets it."""
    cell = nbformat.v4.new_code_cell(
        source, metadata={"nbgrader": full_metadata({"solution": True})}
    )
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": KERNEL})
    for step in release_preprocessors(course):
        if hasattr(step, "code_stub"):
            notebook, _ = step.preprocess(notebook, {})
    return notebook.cells[0].source


# Source notebooks -> units


def unit_text(notebook: NotebookNode, old_text: str, unit: str) -> str:
    """The text of `units/UNIT/lesson.py` that builds this notebook.

    Cells that say what they said in `old_text` keep their header and spacing to the letter.
    Raises UnitError for what text cannot hold: a pasted image, a code line that begins a cell.
    """
    old = split_cells(old_text, unit) if old_text else []
    spare = {answer_key(new): cell for new, cell in zip(canonical_cells(old, unit), old)}
    written = []
    wanted = canonical_cells(notebook.cells, unit)
    for number, (cell, new) in enumerate(zip(own_cells(notebook.cells), wanted)):
        if any(not (IMAGES / name).exists() for name in cell.get("attachments", {})):
            raise UnitError(
                f"{unit}, cell {number}: a pasted image cannot be kept in a text file; draw it in"
                f" a code cell, or keep it in {IMAGES.name}/ under the name of its attachment."
            )
        kept = spare.pop(answer_key(new), None)
        metadata = dict(new.metadata)
        if kept is not None and canonical_cells([kept], unit)[0].metadata == new.metadata:
            metadata = dict(kept.metadata)
        elif "nbgrader" in metadata:
            metadata["nbgrader"] = short_metadata(metadata["nbgrader"])
        written.append(nbformat.from_dict({**new, "metadata": metadata}))
    plain = nbformat.v4.new_notebook(cells=written)
    text = jupytext.writes(
        plain,
        fmt={
            "extension": ".py",
            "format_name": "percent",
            "notebook_metadata_filter": "-all",
            "cell_metadata_filter": "all",
        },
    )
    again = canonical_cells(split_cells(text, unit), unit)
    for number, (cell, new) in enumerate(zip(again, wanted)):
        if digest([cell]) != digest([new]):
            raise UnitError(
                f"{unit}, cell {number}: cannot be written as text and read back the same; look"
                f" for a code line that begins with '# %%': {new.source[:80]!r}."
            )
    if len(again) != len(wanted):
        raise UnitError(
            f"{unit}: {len(wanted)} cells would become {len(again)} when written as text."
        )
    return text


# The command


def notebook_path(course: Path, stage: str, unit: str) -> Path:
    """Where nbgrader keeps a unit's notebook at one stage, 'source' or 'release'."""
    return course / stage / unit / f"{unit}.ipynb"


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as nbgrader writes it to a file."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def read_source(course: Path, unit: str) -> NotebookNode:
    """The source notebook as it lies on disk."""
    path = notebook_path(course, "source", unit)
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise UnitError(f"{unit}: no notebook at {path}; build it first.") from None
    except Exception as error:  # nbformat raises its own, json's and validation errors
        raise UnitError(
            f"{unit}: cannot read {path} ({error}); '--force' builds it again from the unit."
        ) from error


def find_units(course: Path, wanted: Sequence[str]) -> list[str]:
    """Unit names for names or numbers; all of them for none. UnitError for an unknown one."""
    known = [path.parent.name for path in lesson_files(course)]
    if not known:
        raise UnitError(
            f"no units in {course / 'units'}; expected folders like 01_fixed_rate with a lesson.py."
        )
    units = []
    for want in wanted:
        name = Path(want).stem
        matches = [unit for unit in known if unit == name or unit.split("_")[0] == name]
        if not matches:
            raise UnitError(f"no unit '{want}'; expected a name or number of: {', '.join(known)}.")
        units += matches
    return units or known


def was_edited(source: NotebookNode, unit: str) -> bool:
    """Whether a source notebook holds work that was done in Jupyter after it was built."""
    built = source.metadata.get("built", {}).get("digest")
    return built != digest(canonical_cells(source.cells, unit))


def build(course: Path, unit: str) -> tuple[dict[Path, bytes], list[str]]:
    """The files that a unit gives, by path, and what stands between it and being graded.

    With the first unit come the pages to look things up in, which all units link to there.
    """
    text = lesson_file(course, unit).read_text(encoding="utf-8")
    source = source_notebook(text, unit, course)
    add_signposts(source, course, unit)
    files = {
        notebook_path(course, "source", unit): notebook_bytes(source),
        notebook_path(course, "release", unit): notebook_bytes(release_notebook(source, course)),
    }
    if [unit] == find_units(course, [])[:1]:
        for name, content in reference(course):
            files |= {course / stage / unit / name: content for stage in ("source", "release")}
    return files, grading_problems(source.cells, unit, catalogue())


def stale_files(files: dict[Path, bytes]) -> list[Path]:
    """Those that are not on disk, or say something else there."""
    return [p for p, content in files.items() if not p.exists() or p.read_bytes() != content]


def build_unit(course: Path, unit: str, *, force: bool) -> str:
    """Write a unit's notebooks; refuse to overwrite edits made in Jupyter unless `force`."""
    exists = notebook_path(course, "source", unit).exists()
    if exists and not force and was_edited(read_source(course, unit), unit):
        raise UnitError(
            f"{unit}: the source notebook was edited after it was built; keep the edits with"
            f" '--from-source {unit[:2]}' or drop them with '--force'."
        )
    files, problems = build(course, unit)
    stale = stale_files(files)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    result = f"{unit}: {'built' if stale else 'up to date'}"
    return "\n".join([result, *(f"  cannot be graded yet: {problem}" for problem in problems)])


def check_unit(course: Path, unit: str) -> str:
    """Raise UnitError when a notebook on disk differs from what its unit gives."""
    files, problems = build(course, unit)
    stale = stale_files(files)
    if stale:
        names = " and ".join(str(p.relative_to(course)) for p in stale)
        problems.append(f"{names} out of date; run 'python -m course.build {unit[:2]}'.")
    if problems:
        raise UnitError("\n".join(f"{unit}: {problem}" for problem in problems))
    return f"{unit}: up to date"


def carry_back(course: Path, unit: str, *, force: bool) -> str:
    """Write a source notebook's edits into its unit; refuse when the unit was changed too."""
    unit_path = lesson_file(course, unit)
    notebook, old = read_source(course, unit), unit_path.read_text(encoding="utf-8")
    if not was_edited(notebook, unit):
        return f"{unit}: nothing to carry back"
    built = notebook.metadata.get("built", {}).get("digest")
    if built != digest(canonical_cells(split_cells(old, unit), unit)) and not force:
        raise UnitError(
            f"{unit}: both the notebook and its lesson.py were changed since the last build;"
            " merge them by hand, or take the notebook's version with '--force'."
        )
    text = unit_text(notebook, old, unit)
    source_notebook(text, unit, course)
    unit_path.write_text(text, encoding="utf-8", newline="\n")
    return build_unit(course, unit, force=True).replace("built", "carried back and built")


def main(argv: Sequence[str] | None = None, course: Path = COURSE) -> int:
    """Build, check or carry back units; 0 when all went well."""
    parser = argparse.ArgumentParser(description="Build the course's notebooks from its units.")
    parser.add_argument("units", nargs="*", metavar="UNIT", help="name or number; default: all")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="only say what is out of date")
    mode.add_argument("--from-source", action="store_true", help="source notebooks -> units")
    parser.add_argument("--course", type=Path, default=course, help="the course's folder")
    parser.add_argument("--force", action="store_true", help="overwrite the other side's edits")
    options = parser.parse_args(argv)
    course = options.course.resolve()

    def handle(unit: str) -> str:
        if options.check:
            return check_unit(course, unit)
        action = carry_back if options.from_source else build_unit
        return action(course, unit, force=options.force)

    try:
        units = find_units(course, options.units)
    except UnitError as error:
        print(error, file=sys.stderr)
        return 2
    failed = False
    for unit in units:
        try:
            print(handle(unit))
        except (UnitError, UnknownExercise) as error:
            failed = True
            print(error, file=sys.stderr)
    if options.check and not options.units:
        built = {path.name for stage in ("source", "release") for path in course.glob(f"{stage}/*")}
        for name in sorted(built - set(units)):
            failed = True
            print(f"{name}: built, but there is no such unit; remove it.", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
