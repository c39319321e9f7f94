"""The cells that a learner fills in, as HTML: editors, buttons for choices, and checks."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from .desk import needs

LEAST_ROWS = 3


def role(cell: NotebookNode) -> str:
    """What a cell is to the learner: "answer", "check", "plan" to be run, or "" to be read only."""
    marked = cell.metadata.get("nbgrader", {})
    if marked.get("solution"):
        return "answer"
    if marked.get("grade"):
        return "check"
    return "plan" if cell.cell_type == "code" and cell.source.startswith("experiment(") else ""


def choices(source: str, question: str) -> dict[str, list[str]]:
    """The letters to choose from for each question of a quiz cell; empty if it is no quiz.

    `question` is the text before the cell: each question begins `**q1.**`, an option `- (a)`.
    """
    keys = re.findall(r'"([cpq]\d+)": "\?"', source)
    parts = re.split(r"\*\*([cpq]\d+)\.\*\*", question)
    letters = {
        key: re.findall(r"^- \((\w)\)", text, re.MULTILINE)
        for key, text in zip(parts[1::2], parts[2::2])
    }
    found = {key: letters.get(key, []) for key in keys}
    return found if found and all(found.values()) else {}


def answer_html(cell: NotebookNode, question: str) -> str:
    """A cell to fill in: buttons for a quiz, else a text area that the script makes an editor."""
    name, code = cell.metadata["nbgrader"]["grade_id"], cell.cell_type == "code"
    offered = choices(cell.source, question) if code else {}
    buttons = "".join(
        f'<fieldset data-key="{key}"><legend>{key}</legend>'
        + "".join(
            f'<label><input type="radio" name="{name}-{key}" value="{letter}">'
            f"<span>({letter})</span></label>"
            for letter in letters
        )
        + "</fieldset>"
        for key, letters in offered.items()
    )
    kind = "choices" if offered else "code" if code else "text"
    rows = max(LEAST_ROWS, cell.source.count("\n") + 2)
    shown = f"<code>{escape(name)}</code>" if code else "text"
    return (
        f'<div class="lr-cell" data-cell="{escape(name)}" data-kind="{kind}">{buttons}'
        f'<label class="lr-cell-name" for="cell-{name}">Your {shown}</label>'
        f'<textarea id="cell-{name}" rows="{rows}" spellcheck="false" autocapitalize="off"'
        f' autocomplete="off">\n{escape(cell.source)}</textarea>'
        '<p class="lr-cell-state" role="status"></p></div>'
    )


def check_html(name: str, code: str, shown: str = "") -> str:
    """A check: its code, the buttons, and a place for the card. Without code, a cell to be run."""
    said = f"<p><code>{escape(code or shown)}</code></p>" if code or shown else ""
    return (
        f'<div class="lr-check" data-cell="{escape(name)}" data-code="{escape(code)}">{said}'
        f'<p class="lr-buttons"><button type="button" data-do="check">{"Check" if code else "Run"}'
        '</button><button type="button" data-do="stop" hidden>Stop</button></p>'
        '<p class="lr-check-state" role="status"></p><div class="lr-report"></div></div>'
    )


class Interactive:
    """Turns the cells of a released notebook that a learner fills in or checks into HTML."""

    def __init__(self, notebook: NotebookNode) -> None:
        self._before = {cell.id: before.source for before, cell in pairwise(notebook.cells)}
        self._code = [c for c in notebook.cells if c.cell_type == "code"]
        known = [(c.id, c.source) for c in self._code]
        at = {name: k for k, (name, _) in enumerate(known)}
        checks = [c.id for c in self._code if role(c) == "check"]
        self._checked = {name for check in checks for name in needs(known, at[check])}
        self.setup = self._code[0].source

    def cell(self, cell: NotebookNode) -> NotebookNode:
        """An answer, a check or a plan as a cell that shows HTML and nothing else."""
        if role(cell) == "check":
            return _only(cell.id, check_html(cell.id, cell.source))
        if role(cell) == "plan":  # what the course's own plan finds would give the finding away
            return _only(cell.id, check_html(cell.id, "", cell.source))
        html = answer_html(cell, self._before.get(cell.id, ""))
        if cell.cell_type == "code" and cell.id not in self._checked:
            html += check_html(cell.id, "")
        return _only(cell.id, html)

    def last(self, unit: str) -> NotebookNode:
        """The cell at the end of the page, with what the script has to know."""
        code = [[c.id, None if role(c) == "answer" else c.source] for c in self._code]
        return _only("lesson", lesson_html(unit, code))


def _only(id: str, html: str) -> NotebookNode:
    output = new_output("display_data", data={"text/html": html})
    made = new_code_cell(id, id=id, outputs=[output])  # MyST-NB leaves out cells without text
    made.metadata["tags"] = ["remove-input"]
    return made


def lesson_html(unit: str, code: Sequence[Sequence[str | None]]) -> str:
    """What the page's script needs once: all code cells in order, None for answers; two buttons."""
    data = json.dumps({"unit": unit, "code": code}, ensure_ascii=False)
    return (
        '<div class="lr-lesson"><p class="lr-buttons">'
        '<button type="button" data-do="take">Take along</button>'
        '<button type="button" data-do="bring">Bring</button></p>'
        '<input type="file" accept=".ipynb" hidden aria-label="A notebook of this lesson">'
        "<p>Your answers are kept in this browser. <em>Take along</em> writes them into the"
        " lesson's notebook, to hand in or to go on with elsewhere; <em>Bring</em> reads them from"
        ' one.</p><p class="lr-lesson-state" role="status"></p>'
        f'<script type="application/json" class="lr-lesson-data">'
        f"{data.replace('<', chr(92) + 'u003c')}</script></div>"
    )
