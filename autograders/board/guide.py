"""The instructor's page of a unit as data: plan, peer questions, and what to say to a mistake."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..declare.exercise import Exercise, Misconception, Quiz

SHORTEST = 5
"""Characters of code, without spaces, that a row must quote to be recognised."""
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """One row of the plan: from which minute, what is done, by whom, and its exercises."""

    minute: int
    what: str
    who: str
    exercises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """One option of a peer question, and what is to be known of it after the vote."""

    letter: str
    text: str
    explanation: str

    @property
    def right(self) -> bool:
        """Whether this is an answer to aim for."""
        return bool(re.match(r"Right\b|The answer to aim for\b", self.explanation))

    @property
    def last(self) -> bool:
        """Whether it speaks of the other options, so that it cannot stand before them."""
        return bool(re.match(r"(both|neither|all|none|nothing)\b", self.text, re.IGNORECASE))


@dataclass(frozen=True)
class Peer:
    """A peer question, and what the page has the instructor say after it."""

    text: str
    options: tuple[Option, ...]
    then: str


@dataclass(frozen=True)
class Guide:
    """A unit's page: its plan by the minute, its peer questions, a sentence for each mistake."""

    title: str
    plan: tuple[Row, ...]
    says: Mapping[tuple[str, str], str]
    minutes: int = 75
    peers: tuple[Peer, ...] = ()


def read_guide(path: Path, items: Mapping[str, Exercise | Quiz]) -> Guide:
    """The guide of a unit; where it has no page, an empty plan and the exercises' own sentences.

    The sentence for a mistake is that of the row of "What goes wrong" which quotes its code; else
    the exercise's own, its first hint.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    title = re.search(r"^# (.+?)(?:: instructor's page)?$", text, re.MULTILINE)
    rows = [cells for cells in _table(_section(text, "What goes wrong")) if len(cells) == 2]
    says = {
        (name, id): _said(item, mistake, rows)
        for name, item in items.items()
        if isinstance(item, Exercise)
        for id, mistake in item.misconceptions.items()
    }
    heading = re.search(r"^## (\d+) minutes", text, re.MULTILINE)
    plan = tuple(
        Row(int(cells[0]), _plain(cells[1]), cells[2], _named(cells[1], items))
        for cells in _table(_section(text, r"\d+ minutes"))
        if len(cells) == 3 and cells[0].isdecimal()
    )
    asked = re.split(r"^\*\*\d+\.\*\*", _section(text, "Peer questions"), flags=re.MULTILINE)[1:]
    minutes = int(heading[1]) if heading else 75
    return Guide(title[1] if title else "", plan, says, minutes, tuple(map(_peer, asked)))


def _peer(text: str) -> Peer:
    """A question of the page: its text, options as "- (a) text. *explanation*", what follows."""
    question, *rest = re.split(r"^- \((?=\w\) )", text, flags=re.MULTILINE)
    last, _, then = rest[-1].partition("\n\n")
    options = []
    for option in [*rest[:-1], last]:
        letter, _, said = _line(option).partition(") ")
        shown, _, explanation = said.rstrip("*").rpartition(" *")
        options.append(Option(letter, _plain(shown), explanation.strip()))
    return Peer(_plain(_line(question)), tuple(options), _plain(_line(then)))


def _line(text: str) -> str:
    return " ".join(text.split())


def _section(text: str, title: str) -> str:
    found = re.search(rf"^## {title}[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def _table(text: str) -> list[list[str]]:
    """The cells of a Markdown table, without its head."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("|")]
    rows = [re.split(r"(?<!\\)\|", line[1:-1]) for line in lines[2:]]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in rows]


def _plain(text: str) -> str:
    """Markdown as the plain text of a screen."""
    return re.sub(r"(?<![\w*])\*(\S[^*]*)\*(?!\w)", r"\1", text.replace("`", ""))


def _named(text: str, items: Mapping[str, Exercise | Quiz]) -> tuple[str, ...]:
    """The exercises that all do in a row of the plan, and the predictions where it says so."""
    named = [name for name in CODE.findall(text.partition("Fast pairs")[0]) if name in items]
    if re.search(r"\bpredictions?\b", text, re.IGNORECASE):
        named += [name for name in items if name.startswith("predict_")]
    return tuple(named)


def _said(item: Exercise, mistake: Misconception, rows: list[list[str]]) -> str:
    """What the guide says to this mistake: its row quotes code of a wrong version only."""
    wrong = [_squeezed(inspect.getsource(function)) for function in mistake.functions]
    right = [_squeezed(inspect.getsource(function)) for function in item.variants.values()]
    for seen, say in rows:
        for code in map(_squeezed, CODE.findall(seen)):
            quoted = len(code) >= SHORTEST and any(code in source for source in wrong)
            if quoted and not any(code in source for source in right):
                return _plain(say)
    return _plain(mistake.where)


def _squeezed(code: str) -> str:
    return re.sub(r"\s+", "", code)
