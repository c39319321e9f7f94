"""What was answered and when: one line for each answer, in a file beside the progress file."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from autograders.notebook import progress

from .cards import Card

DAYS = (1, 3, 7, 21)
"""Days until a card of each box comes again; a mistake puts a card back into the first."""
WORK = Path(__file__).resolve().parents[2] / "work"


def use_progress_of_work() -> None:
    """Read and keep progress where the notebooks do, unless there is some in this folder."""
    if not Path(progress.FILE).exists() and (WORK / progress.FILE).exists():
        os.environ.setdefault("LR_COURSE_PROGRESS", str(WORK / progress.FILE))


def path() -> Path:
    """Where answers are kept: beside the progress file, under its name."""
    beside = progress.path()
    return beside.with_name(f"{beside.stem}.review.jsonl")


@dataclass(frozen=True)
class Seen:
    """What is known of a card: its box, the day of the last answer, how often asked and missed."""

    box: int
    on: date
    asked: int = 1
    missed: int = 0

    def due(self, today: date) -> date:
        """The day on which the card comes again; a clock that was wrong delays none for ever."""
        return min(self.on, today) + timedelta(days=DAYS[self.box])

    def after(self, right: bool, on: date) -> Seen:
        """What is known after one more answer."""
        box = min(self.box + 1, len(DAYS) - 1) if right else 0
        return Seen(box, on, self.asked + 1, self.missed + (not right))


@dataclass
class Memory:
    """What was answered so far, by the names of cards; `said` tells of lines that are damaged.

    An answer is one line at the end of the file, so two reviews at once lose none of each other's.
    """

    path: Path
    seen: dict[str, Seen] = field(default_factory=dict)
    said: str = ""

    @classmethod
    def load(cls, path: Path) -> Memory:
        """Read the file; a line that cannot be read is passed over and said."""
        found = cls(path)
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return found
        damaged = []
        for number, line in enumerate(lines, 1):
            try:
                answer = json.loads(line)
                name, right, on = answer["card"], answer["right"], date.fromisoformat(answer["on"])
                if type(name) is not str or type(right) is not bool:
                    raise ValueError(f"expected the name of a card, and true or false: {line!r}")
            except (ValueError, KeyError, TypeError, RecursionError):
                damaged += [str(number)] * bool(line.strip())
            else:
                found._note(name, right, on)
        if damaged:
            more = f" and {len(damaged) - 3} more" if len(damaged) > 3 else ""
            found.said = (
                f"Damaged in {path}: line {', '.join(damaged[:3])}{more}. An answer there is not"
                " known, so its card may come too early; delete what is damaged to end this remark."
            )
        return found

    def due(self, cards: Sequence[Card], today: date) -> list[Card]:
        """The cards to ask again by this day: those from the first boxes come first."""
        asked = [card for card in cards if card.name in self.seen]
        late = [card for card in asked if self.seen[card.name].due(today) <= today]
        return sorted(late, key=lambda c: (self.seen[c.name].box, self.seen[c.name].on, c.name))

    def choose(
        self, cards: Sequence[Card], today: date, most: int, weak: Set[str] = frozenset()
    ) -> list[Card]:
        """The cards of one review: those that are due, then new ones, first of the weak units.

        New ones come only as the days ahead have room, so that what is due does not pile up.
        """
        due = self.due(cards, today)[:most]
        new = [card for card in cards if card.name not in self.seen]
        new.sort(key=lambda card: (card.unit not in weak, random.Random(card.name).random()))
        load = sum(1 / DAYS[self.seen[card.name].box] for card in cards if card.name in self.seen)
        return due + new[: max(0, min(most - len(due), round(most - load)))]

    def answer(self, card: Card, right: bool, today: date) -> date:
        """Keep an answer, and return the day on which the card comes again.

        Raises:
            OSError: The file cannot be written; the answer is known to this review alone.
        """
        self._note(card.name, right, today)
        line = json.dumps({"card": card.name, "right": right, "on": today.isoformat()})
        with self.path.open("a+b") as file:
            file.seek(max(file.seek(0, 2) - 1, 0))
            torn = file.read() not in (b"", b"\n")
            file.write(b"\n" * torn + line.encode() + b"\n")
        return self.seen[card.name].due(today)

    def _note(self, name: str, right: bool, on: date) -> None:
        before = self.seen.get(name, Seen(0, on, 0))
        self.seen[name] = before.after(right, on)


def begun(known: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The numbers of the units that were begun, and of those where a check is not full yet."""
    entries = [
        entry
        for entry in known.values()
        if isinstance(entry, dict) and isinstance(entry.get("unit"), str)
    ]
    units = {entry["unit"][:2] for entry in entries}
    weak = {entry["unit"][:2] for entry in entries if entry.get("best") != entry.get("max")}
    return units, weak
