"""The page for the instructor: one HTML file that loads nothing and names nobody unless asked."""

from __future__ import annotations

import inspect
import os
import re
import textwrap
from collections import Counter
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from ..declare.catalogue import of_unit
from ..declare.exercise import Exercise, Misconception
from ..judging.card import with_code
from .attempts import BLANK, LOOK, NAMED, OTHER, RIGHT, Insight, Spread
from .charts import bars

MEANINGS = {
    RIGHT: "right",
    NAMED: "a misconception that was recognised",
    OTHER: "wrong in another way",
    BLANK: "not written",
    LOOK: "a person must look",
}
SPREAD = {"named": "have it still", "overcome": "have overcome it"}
COLUMNS = 4
SHOWN = 12
STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #f3f3f0; --rule: #bbb; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --paper: #161616; --soft: #242424; --rule: #666; }
}
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--rule); }
.facts { font-size: 1.15rem; } .facts strong { font-size: 1.35rem; }
figure { margin: 1rem 0; } figure > svg { width: 100%; height: auto; }
svg .label { font-size: 14px; fill: var(--ink); }
svg .below { font: 11px ui-monospace, monospace; fill: var(--ink); }
svg .number { font-size: 13px; font-weight: 600; }
figcaption .key { display: inline-block; margin-right: 1.2rem; } .key svg { vertical-align: -2px; }
table { border-collapse: collapse; } caption { text-align: left; font-weight: 600; }
th, td { border: 1px solid var(--rule); padding: .25rem .6rem; text-align: left;
  vertical-align: top; }
article { background: var(--soft); border-left: 5px solid #D55E00; padding: .6rem 1.1rem;
  margin: 1rem 0; break-inside: avoid; } article h3 { margin: .2rem 0; }
article p { margin: .4rem 0; } code, pre { font: .92em/1.45 ui-monospace, monospace; }
pre { background: var(--paper); border: 1px solid var(--rule); padding: .6rem; overflow-x: auto; }
.small { font-size: .9rem; } a { color: inherit; }
@media print { details { display: none; } article { background: none; } }
"""


def page(found: Insight, *, guide: Path | None = None, output: Path | None = None,
         names: bool = False) -> str:  # fmt: skip
    """The page as HTML; `guide` is the unit's page in the instructor's guide, linked and quoted."""
    items = of_unit(found.unit)
    spreads = [s for s in found.spreads() if isinstance(items.get(s.exercise), Exercise)]
    link = _link(guide, output) if guide else ""
    parts = [
        f"<h1>What the class has understood: {escape(found.unit)}</h1>",
        _facts(found, spreads),
        '<h2 id="exercises">Where the class stands, per exercise</h2>'
        "<p>The last attempt of everyone who handed in.</p>",
        bars(
            [(name, found.states(name)) for name in items],
            MEANINGS,
            f"Where {found.students} students stand with each exercise of {found.unit}",
            id="stand",
            whole=found.students,
        ),
        _misconceptions(found, spreads, link, names),
        _over_attempts(found, list(items)),
        _guide(guide, link) if guide and guide.is_file() else "",
        '<p class="small">Counted from the recorded results. A misconception is recognised when its'
        " wrong implementation gives the same answers to the same calls; a fault of another kind is"
        " shown as such and never guessed.</p>",
    ]
    # No script, no request: the page may hold a student's id, and lies on an instructor's disk.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(found.unit)}: what the class has understood</title>"
        f"<style>{STYLE}</style></head><body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _facts(found: Insight, spreads: list[Spread]) -> str:
    made = sum(map(len, found.attempts.values()))
    perfect = sum(
        all(state == RIGHT for state in attempts[-1].states.values())
        for attempts in found.attempts.values()
    )
    said = [
        f"<strong>{found.students}</strong> {plural(found.students, 'student')},"
        f" <strong>{made}</strong> {plural(made, 'attempt')};"
        f" <strong>{perfect}</strong> {'has' if perfect == 1 else 'have'} every exercise right."
    ]
    now = [spread for spread in spreads if spread.still]
    if now:
        top = max(now, key=lambda spread: len(spread.still))
        said.append(
            f"The misconception that most still have: <strong>{escape(spoken(top.id))}</strong> in"
            f" <code>{escape(top.exercise)}</code>,"
            f" {len(top.still)} of {found.students}."
        )
    elif found.students:
        said.append("Nobody has a misconception that was recognised.")
    if found.by_score:
        said.append(
            f"{found.by_score} of the attempts are known by their points only;"
            f" <code>python -m autograders grade {escape(found.unit)} --again</code> finds what was"
            " misunderstood in the last ones."
        )
    return f'<p class="facts">{" ".join(said)}</p>'


def _misconceptions(found: Insight, spreads: list[Spread], link: str, names: bool) -> str:
    if not spreads:
        return ""
    rows = [
        (
            f"{spoken(spread.id)}\n{spread.exercise}",
            Counter(named=len(spread.still), overcome=len(spread.ever - spread.still)),
        )
        for spread in spreads[:SHOWN]
    ]
    more = f" The chart shows the first {SHOWN} of {len(spreads)}." if len(spreads) > SHOWN else ""
    cards = [_card(found, spread, link, names) for spread in spreads]
    return (
        '<h2 id="misconceptions">Misconceptions, the most frequent first</h2>'
        f"<p>Everyone who ever had one, over all attempts.{more}</p>"
        + bars(rows, SPREAD, "Students with each misconception", id="spread")
        + "".join(cards)
    )


def _card(found: Insight, spread: Spread, link: str, names: bool) -> str:
    exercise = of_unit(found.unit)[spread.exercise]
    assert isinstance(exercise, Exercise)
    known = exercise.misconceptions.get(spread.id)
    ever, still = len(spread.ever), len(spread.still)
    share = f"{100 * ever / found.students:.0f} %"
    parts = [
        f"<article><h3>{escape(spoken(spread.id).capitalize())} <small>in"
        f" <code>{escape(spread.exercise)}</code></small></h3>",
        f"<p><strong>{ever} of {found.students}</strong> had it ({share}), {still} still"
        f" {'has' if still == 1 else 'have'}; {spread.attempts}"
        f" {plural(spread.attempts, 'attempt')} in all.</p>",
    ]
    if known is not None:
        parts += [
            f"<p><strong>Ask the class:</strong> {with_code(known.where)}</p>",
            f"<p><strong>Then say why:</strong> {with_code(known.why)}</p>",
            f"<p><strong>The way out:</strong> {with_code(known.how)}"
            + (f' <span class="small">({link})</span>' if link else "")
            + "</p>",
            _example(known),
        ]
    else:
        parts.append("<p>The course no longer knows this misconception; grade again.</p>")
    if names:
        listed = [
            escape(student) + ("" if student in spread.still else " (overcome)")
            for student in sorted(spread.ever)
        ]
        parts.append(f"<p><strong>Students:</strong> {', '.join(listed)}</p>")
    return "".join([*parts, "</article>"])


def _example(known: Misconception) -> str:
    """The wrong implementation as the class wrote it, more or less, to be projected."""
    source = code_of(known.functions[0]) if known.functions else ""
    if not source:
        return ""
    return f"<details><summary>What it looks like</summary><pre>{escape(source)}</pre></details>"


def code_of(function: Callable[..., Any]) -> str:
    """The source of a function without its decorators; "" when there is none to read."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return ""
    start = re.search(r"^def ", source, re.MULTILINE)
    return source[start.start() :].rstrip() if start else source.rstrip()


def _over_attempts(found: Insight, names: list[str]) -> str:
    """For each exercise, who stood where at the first, the second, ... attempt."""
    if found.most_attempts < 2:
        return ""
    steps = min(found.most_attempts, COLUMNS)
    figures = []
    for number, name in enumerate(names):
        rows = [(_ordinal(step), found.states(name, step)) for step in range(steps)]
        rows.append(("last attempt", found.states(name)))
        title = f"{name}: where students stood at each attempt"
        figures.append(
            f"<h3><code>{escape(name)}</code></h3>"
            + bars(rows, MEANINGS, title, id=f"over{number}", whole=found.students)
        )
    return (
        '<h2 id="attempts">Over attempts</h2><p>At each attempt only those are counted who made so'
        " many: bars become shorter where people had finished or given up.</p>" + "".join(figures)
    )


def _ordinal(step: int) -> str:
    return f"attempt {step + 1}"


def _link(guide: Path, output: Path | None) -> str:
    start = (output or Path("page.html")).resolve().parent
    try:
        href = Path(os.path.relpath(guide.resolve(), start)).as_posix()
    except ValueError:  # another drive
        href = guide.resolve().as_uri()
    return f'<a href="{escape(href, quote=True)}">guide, {escape(guide.stem)}</a>'


def _guide(guide: Path, link: str) -> str:
    """The table of the guide's page that says what goes wrong and what to say."""
    text = guide.read_text(encoding="utf-8")
    section = re.search(r"^## What goes wrong[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    rows = [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]
        for line in (section[1].splitlines() if section else ())
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)
    ]
    if len(rows) < 2:
        return ""
    head = "".join(f'<th scope="col">{with_code(cell)}</th>' for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_emphasised(cell)}</td>" for cell in row) + "</tr>"
        for row in rows[1:]
    )
    return (
        f'<h2 id="guide">What else goes wrong, and what to say</h2><p>From the {link}.</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _emphasised(cell: str) -> str:
    """A cell of the guide as HTML: its code, and its *emphasis* outside of code."""
    parts = re.split(r"(<code>.*?</code>)", with_code(cell))
    parts[::2] = [re.sub(r"\*(\S[^*]*)\*", r"<em>\1</em>", part) for part in parts[::2]]
    return "".join(parts)


def spoken(id: str) -> str:
    """A misconception's id as words."""
    return id.replace("-", " ").replace("_", " ")


def plural(count: int, word: str) -> str:
    """The word, with an s unless there is one."""
    return word if count == 1 else f"{word}s"
