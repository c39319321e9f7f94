"""Reports -> marks: scores and comments for nbgrader's cells, and cards in a returned notebook."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..declare.catalogue import of_unit
from ..judging.card import as_html, headline
from ..judging.report import FULL, UNGRADED, UNWRITTEN, ZERO, Report, ungraded

TEST_PREFIX = "check_"
OWN = "own-"
NO_RESPONSE = "No response."
ELSEWHERE = "Nothing stands here; text elsewhere in your notebook waits to be read."


@dataclass(frozen=True)
class Marks:
    """What one notebook earned, cell by cell.

    `scores` has one entry for each graded cell; None means that a person must give the points.
    `comments` has one entry for each answer cell: Markdown for the student, or None. `worth` says
    out of how many points each score is; the gradebook may have other points by now.
    """

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    worth: Mapping[str, float] = field(default_factory=dict)


def marks_of(notebook: Mapping[str, Any], reports: Mapping[str, Report]) -> Marks:
    """The marks of a notebook that was rebuilt from the master, given its exercises' reports.

    As in nbgrader, an answer that was not touched gets "No response.", and 0 points if it is graded
    by hand. But where the notebook holds text of the student's own, that may be the answer, and a
    person must look. A test cell without a report is left to a person.
    """
    elsewhere = any(map(is_own_text, notebook["cells"]))
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    worth: dict[str, float] = {}
    for cell in notebook["cells"]:
        about = grading_of(cell)
        name = about.get("grade_id", "")
        untouched = is_untouched(cell)
        if about.get("grade"):
            report = reports.get(name.removeprefix(TEST_PREFIX))
            if about.get("solution"):
                scores[name] = 0.0 if untouched and not elsewhere else None
            else:
                scores[name] = report.score if report else None
        if about.get("solution") or about.get("task"):
            report = reports.get(name)
            comments[name] = explanation(report) if report else None
            if untouched and not about.get("task"):
                comments[name] = ELSEWHERE if about.get("grade") and elsewhere else NO_RESPONSE
        if about.get("task"):
            scores[name] = None
        if name in scores:
            worth[name] = float(about.get("points") or 0)
    return Marks(scores, comments, worth)


def grading_of(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """What nbgrader keeps about a cell: its name, its points and the part it plays."""
    return cell["metadata"].get("nbgrader") or {}


def with_cell_errors(reports: Mapping[str, Report], notes: Iterable[str]) -> dict[str, Report]:
    """Reports of functions that were not found, with what their cell raised; `notes` tell that."""
    raised = dict(note.removeprefix("cell ").split(": ", 1) for note in notes if ": " in note)
    return {
        name: replace(report, status=ZERO, findings=(), note=f"your cell raised {raised[name]}")
        if report.status == UNWRITTEN and name in raised
        else report
        for name, report in reports.items()
    }


def is_own_text(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of a rebuilt notebook was added by the student, and is text or comments."""
    if not str(cell.get("id", "")).startswith(OWN):
        return False
    lines = [line.strip() for line in cell["source"].splitlines() if line.strip()]
    return bool(lines) and (
        cell["cell_type"] != "code" or all(line.startswith(("#", '"', "'")) for line in lines)
    )


def is_untouched(cell: Mapping[str, Any]) -> bool:
    """Whether an answer cell is still what was released, by nbgrader's checksum, or empty."""
    checksum = grading_of(cell).get("checksum")
    if checksum is None or not cell["source"].strip():
        return checksum is not None
    return checksum == checksum_of(cell)


def checksum_of(cell: Mapping[str, Any]) -> str:
    """nbgrader's checksum of a cell (`nbgrader.utils.compute_checksum`).

    nbgrader is not imported here: that takes ten times as long as all that a worker needs.
    """
    about = grading_of(cell)
    grade, solution = about.get("grade", False), about.get("solution", False)
    locked = not solution and (grade or about.get("locked", False))
    parts = [cell["source"], cell["cell_type"], grade, solution, locked, about["grade_id"]]
    if grade:
        parts.append(float(about["points"]))
    return hashlib.md5("".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def explanation(report: Report) -> str | None:
    """What a student should read beside the answer: verdict, faults and hint, as safe Markdown."""
    if report.status == FULL and not report.note:
        return None
    said = [f"**{plain(headline(report))}**"]
    if report.note:
        said.append(plain(report.note))
    if report.status not in (UNGRADED, UNWRITTEN):
        faults = [finding for finding in report.findings if not finding.passed]
        said.append(
            "\n".join(
                f"- {plain(finding.statement)}"
                + (f": {plain(finding.message)}" if finding.message else "")
                for finding in faults
            )
        )
        said += [with_code(hint) for hint in report.hints[:2]]
    return "\n\n".join(part for part in said if part)


def plain(text: str) -> str:
    """Text that Markdown, HTML and MathJax show as it is, on one line."""
    one_line = re.sub(r"\s+", " ", text)
    return re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", html.escape(one_line, quote=False))


def with_code(text: str) -> str:
    """The course's own words as safe Markdown: `code` stays code, all else is plain."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(f"`{part}`" if number % 2 else plain(part) for number, part in enumerate(parts))


# Notebooks as they are returned


def return_graded(
    nb: dict[str, Any], reports: Mapping[str, Report], notes: Sequence[str], raised: Sequence[str]
) -> Marks:
    """Put cards and notes into a rebuilt notebook; what it earned.

    `notes` is all that a student should know, `raised` the part of it that cells raised. The
    notebook is plain data or one of nbformat's nodes, and stays so.
    """
    told = with_cell_errors(reports, raised)
    marks = marks_of(nb, told)
    annotate(nb, told, notes)
    return marks


def return_refused(nb: dict[str, Any], unit: str, reason: str) -> Marks:
    """The same for a submission that could not be read: a person gives every one of its marks."""
    note = f"Your submission could not be read: {reason}."
    names = {about["grade_id"]: about for about in map(grading_of, nb["cells"]) if about}
    worth = {n: float(about.get("points") or 0) for n, about in names.items() if about.get("grade")}
    marks = Marks(
        dict.fromkeys(worth),
        {name: plain(note) for name, about in names.items() if about.get("solution")},
        worth,
    )
    reports = {
        name: ungraded(name, unit, worth.get(f"{TEST_PREFIX}{name}", 0.0), reason)
        for name in of_unit(unit)
    }
    annotate(nb, reports, [note])
    return marks


def annotate(nb: dict[str, Any], reports: Mapping[str, Report], notes: Sequence[str]) -> None:
    """Show each report where a learner sees it, below its test cell, and the notes on top."""
    node = type(nb)
    for cell in nb["cells"]:
        about = grading_of(cell)
        if about.get("grade") and not about.get("solution"):
            report = reports.get(about["grade_id"].removeprefix(TEST_PREFIX))
            if report is not None:
                card = {"text/html": as_html(report), "text/plain": str(report)}
                cell["outputs"] = [node(output_type="display_data", metadata={}, data=card)]
    if notes:
        text = "\n".join(["**From the grader**", "", *(f"- {plain(note)}" for note in notes)])
        top = node(cell_type="markdown", id="from-the-grader", metadata={}, source=text)
        nb["cells"].insert(0, top)
