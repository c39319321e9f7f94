"""The landing page: its words are in landing/index.html, its map of units comes from the course."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from autograders.feedback.mathml import mathml

from .units import Unit

HERE = Path(__file__).resolve().parent / "landing"
ASSETS = ("site.css", "lab.js", "favicon.svg")


def with_formulas(text: str) -> str:
    """A line of text as HTML, its $formulas$ as MathML."""
    parts = re.split(r"\$([^$]+)\$", text)
    return "".join(mathml(part) if n % 2 else escape(part) for n, part in enumerate(parts))


def entry(unit: Unit) -> str:
    """One unit on the map."""
    title, which = escape(unit.title), f'<span class="unseen"> unit {unit.number}</span>'
    aims = ""
    if unit.aims:
        points = "".join(f"<li>{with_formulas(aim)}</li>" for aim in unit.aims)
        aims = f"""
        <details><summary>After it you can<span class="unseen">: {title}</span></summary>
        <ul>{points}</ul></details>"""
    functions = ", ".join(f"<code>{escape(name)}</code>" for name in unit.functions)
    wrote = f" · you write {functions}" if functions else ""
    run = f"lite/notebooks/index.html?path={unit.name}.ipynb"
    read = f"read/lessons/{unit.name}.html"
    return f"""
      <li class="unit">
        <h3><span class="number">{unit.number}</span> {title}</h3>
        <p class="facts">{unit.time}{wrote}</p>
        <p>{with_formulas(unit.summary)}</p>{aims}
        <p class="ways"><a href="{run}">Run{which}</a> <a href="{read}">Read{which}</a></p>
      </li>"""


def landing(units: Sequence[Unit]) -> str:
    """The page as HTML."""
    hours = round(sum(unit.minutes for unit in units) / 60)
    words = {
        "MAP": "".join(map(entry, units)),
        "UNITS": str(len(units)),
        "FUNCTIONS": str(sum(len(unit.functions) for unit in units)),
        "HOURS": f"{hours} hour{'s' * (hours != 1)}",
    }
    text = (HERE / "index.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: words[slot[1]], text)


def write_landing(units: Sequence[Unit], output: Path) -> None:
    """Write the landing page and what it loads into `output`."""
    (output / "index.html").write_text(landing(units), "utf-8")
    for name in ASSETS:
        shutil.copy(HERE / name, output)
    # GitHub Pages would otherwise leave out folders whose names begin with an underscore.
    (output / ".nojekyll").write_bytes(b"")
