"""The report: pairs side by side with what they share marked, as HTML or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from .index import Fingerprints, Pair

WARNING = (
    "A hint for a person, not a score and not a proof. Code can be alike because people learned"
    " together as they were allowed to, from one book or in one lab, or because there are few ways"
    " to write it. Read both texts and talk with both people before you conclude anything."
)
COLUMNS = ("first", "second", "unusual_passages_in_common", "cells")
STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #f3f3f0; --rule: #bbb;
  --hit: #fde7b5; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --paper: #161616; --soft: #242424; --rule: #666; --hit: #5a4300; }
}
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 84rem; margin: 2rem auto; padding: 0 1rem; }
.warning { border: 2px solid var(--ink); padding: .6rem 1rem; font-weight: 600; max-width: 56rem; }
section { border-top: 1px solid var(--rule); margin-top: 1.5rem; } h2 { font-size: 1.15rem; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
@media (max-width: 50rem) { .sides { grid-template-columns: 1fr; } }
h3 { font-size: 1rem; margin: .3rem 0; overflow-wrap: anywhere; }
h4 { font: 600 .9rem ui-monospace, monospace; margin: .6rem 0 .2rem; overflow-wrap: anywhere; }
pre { font: .85rem/1.4 ui-monospace, monospace; background: var(--soft); margin: 0;
  padding: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: block; padding: 0 .5rem 0 2rem; text-indent: -1.5rem; min-height: 1.4em; }
pre mark { display: block; padding: 0 .5rem 0 2rem; text-indent: -1.5rem; color: inherit;
  background: var(--hit); }
pre ::before { display: inline-block; width: 1.5rem; text-indent: 0; }
pre mark::before { content: "\\25A0"; } pre span::before { content: ""; }
"""


def page(unit: str, pairs: Sequence[Pair], students: int, unread: Sequence[str]) -> str:
    """The report as one HTML file that loads and runs nothing; students' text is only shown."""
    said = [
        f"<p>{students} submissions of {escape(unit)} were compared after names, comments,"
        " docstrings and layout were taken away. What the released notebook and the course's own"
        " answers hold is left out, and what many people wrote counts for nothing. Lines that"
        " belong to an unusual passage in common have a mark (■); pairs that share most come"
        " first.</p>"
    ]
    if unread:
        said.append(f"<p>Could not be read: {', '.join(map(shown, unread))}.</p>")
    if not pairs:
        said.append("<p><strong>No two submissions share unusual code.</strong></p>")
    body = "".join(_pair(number, pair) for number, pair in enumerate(pairs, 1))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    title = f"Unusual code in common: {escape(unit)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>\n<h1>{title}</h1>"
        f'<p class="warning" role="note">{WARNING}</p>{"".join(said)}{body}\n'
        "</main></body></html>\n"
    )


def shown(text: str) -> str:
    """A student's text as HTML: escaped, and no sign in it that turns or hides what is around."""
    return escape("".join(char if char.isprintable() else "\ufffd" for char in text))


def _pair(number: int, pair: Pair) -> str:
    first, second = pair.first, pair.second
    count = len(pair.shared)
    return (
        f'<section aria-labelledby="pair{number}"><h2 id="pair{number}">{number}.'
        f" {shown(first.student)} and {shown(second.student)}: {count} unusual passages in common"
        f'</h2><div class="sides">{_side(pair, first)}{_side(pair, second)}</div></section>'
    )


def _side(pair: Pair, one: Fingerprints) -> str:
    cells = pair.lines(one)
    texts = "".join(
        f"<h4>{shown(name)}</h4><pre>{_lines(source, cells[name])}</pre>"
        for name, source in one.cells.items()
        if name in cells
    )
    return f"<div><h3>{shown(one.student)}</h3>{texts}</div>"


def _lines(source: str, hits: set[int]) -> str:
    return "".join(
        f"<mark>{shown(line.expandtabs(4))}</mark>"
        if number in hits
        else f"<span>{shown(line.expandtabs(4))}</span>"
        for number, line in enumerate(source.split("\n"), 1)
    )


def write_pairs(pairs: Iterable[Pair], output: Path) -> None:
    """The pairs as CSV, in their order; no cell is a formula."""
    from ..gradebook.tables import write_csv

    rows = (
        (
            pair.first.student,
            pair.second.student,
            len(pair.shared),
            " ".join(sorted({*pair.lines(pair.first), *pair.lines(pair.second)})),
        )
        for pair in pairs
    )
    write_csv(output, COLUMNS, (dict(zip(COLUMNS, row)) for row in rows))
