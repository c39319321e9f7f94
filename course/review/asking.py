"""A review in a terminal or in a cell: shows cards, reads letters, explains every option."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from html import escape

from autograders.notebook import progress

from .cards import Card, Option, all_cards
from .memory import Memory, begun, path
from .pictures import image

CARDS = 10
"""Cards in a review: about half a minute for each makes five minutes."""
LETTERS = "abcd"


def review(cards: int = CARDS) -> None:
    """Ask cards from the units you have begun: first what is due, mistakes before all, then new.

    Answer with a letter, stop with q. Each answer is kept at once. A card that you know comes again
    after 3, 7 and 21 days, one that you missed tomorrow.
    """
    if type(cards) is not int:
        raise TypeError(f"expected a whole number of cards, as in review(10); got {cards!r}")
    if cards < 1:
        raise ValueError(f"expected at least 1 card, as in review(10); got {cards}")
    hold(cards, date.today())


def _read(prompt: str) -> str:
    return input(prompt)  # looked up at each call, since a kernel puts its own in place


def hold(most: int, today: date, ask: Callable[[str], str] = _read) -> None:
    """Hold a review of at most that many cards on a day; `ask` reads a line."""
    units, weak = begun(progress.load())
    mine = [card for card in all_cards() if card.unit in units]
    memory = Memory.load(path())
    if memory.said:
        print(memory.said)
    if not mine:
        print(
            f"No cards yet: {progress.path()} tells of no unit with cards that you have begun. "
            "A unit counts as begun after its first check; unit 01 is the first with cards."
        )
        return
    chosen = memory.choose(mine, today, most, weak)
    if not chosen:
        print(f"Nothing is due today. {_ahead(memory, mine, today)}")
        return
    again = len(memory.due(mine, today))
    print(f"{len(chosen)} cards, {min(again, most)} of them asked before. Stop at any time with q.")
    right = asked = 0
    for number, card in enumerate(chosen, 1):
        known = memory.seen.get(card.name)
        options, place = card.shuffled(known.asked if known else 0)
        _show(Question(card, options, f"Card {number} of {len(chosen)}, unit {card.unit}"))
        letter = _letter(ask, len(options))
        if not letter:
            break
        asked += 1
        right += letter == LETTERS[place]
        try:
            day = memory.answer(card, letter == LETTERS[place], today)
            when = f"This card comes again on {day}."
        except OSError as error:
            when = f"This answer could not be kept: {error}."
        _show(Explanation(options, place, LETTERS.index(letter), when))
    print(f"{right} of {asked} right. " * bool(asked) + _ahead(memory, mine, today))


def _ahead(memory: Memory, cards: Sequence[Card], today: date) -> str:
    """What is due now and next, in a sentence."""
    if waiting := len(memory.due(cards, today)):
        return f"{waiting} cards are still due: review again when you like."
    days = [memory.seen[card.name].due(today) for card in cards if card.name in memory.seen]
    return f"The next card is due on {min(days)}." if days else "No card was answered."


def _letter(ask: Callable[[str], str], count: int) -> str:
    """The letter of an answer; "" to stop."""
    letters = LETTERS[:count]
    offered = f"{', '.join(letters[:-1])} or {letters[-1]}"
    while True:
        try:
            said = ask(f"{offered}; q to stop: ").strip().casefold()
        except (EOFError, KeyboardInterrupt):
            print()
            return ""
        except (NotImplementedError, OSError):
            print(
                "This place cannot read an answer. Run the cell in a notebook, or"
                " 'python -m course.review' in a terminal."
            )
            return ""
        if said in ("q", "quit"):
            return ""
        if len(said) == 1 and said in letters:
            return said
        print(f"expected {offered}, or q to stop; got {said!r}")


class Question:
    """A card as it is asked; an alert, since a screen reader stands in the box for the answer."""

    def __init__(self, card: Card, options: Sequence[Option], title: str) -> None:
        self.card, self.options, self.title = card, options, title

    def __repr__(self) -> str:
        lines = ["", self.title, self.card.question, self.card.numbers]
        lines += [f"  {letter}) {option.text}" for letter, option in zip(LETTERS, self.options)]
        return "\n".join(_wrapped(line) for line in lines if line or line == lines[0])

    def _repr_html_(self) -> str:
        picture = image(self.card)
        numbers = f"<p>{escape(self.card.numbers)}</p>" if self.card.numbers else ""
        if picture:
            numbers = f"<details><summary>The picture in numbers</summary>{numbers}</details>"
        rows = _rows(_html(option.text) for option in self.options)
        return (
            f'<section aria-label="{escape(self.title)}"><div role="alert">'
            f"<p><small>{escape(self.title)}</small><br>"
            f"<strong>{_html(self.card.question)}</strong></p>{picture}{numbers}{rows}"
            "</div></section>"
        )


class Explanation:
    """What every option of a card is right or wrong for, and when the card comes again."""

    def __init__(self, options: Sequence[Option], right: int, chosen: int, when: str) -> None:
        self.options, self.right, self.chosen, self.when = options, right, chosen, when

    @property
    def verdict(self) -> str:
        """Whether the answer was right, in words."""
        if self.chosen == self.right:
            return "Right."
        return f"Not {LETTERS[self.chosen]}: {LETTERS[self.right]} is right."

    def __repr__(self) -> str:
        lines = [self.verdict]
        lines += [
            f"  {letter}) {option.text}: {option.why}"
            for letter, option in zip(LETTERS, self.options)
        ]
        return "\n".join(_wrapped(line) for line in [*lines, self.when])

    def _repr_html_(self) -> str:
        rows = _rows(
            f"<strong>{_html(option.text)}</strong>: {_html(option.why)}" for option in self.options
        )
        return (
            '<section aria-label="Explanation"><div role="alert">'
            f"<p><strong>{escape(self.verdict)}</strong></p>"
            f"{rows}<p>{escape(self.when)}</p></div></section>"
        )


def _rows(options: Iterable[str]) -> str:
    """Options with their letters as text, since JupyterLab numbers every list with figures."""
    rows = "".join(f"<li>{letter}) {option}</li>" for letter, option in zip(LETTERS, options))
    return f'<ul style="list-style-type:none;padding-left:1em">{rows}</ul>'


def _html(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _wrapped(line: str) -> str:
    return textwrap.fill(line, 96, subsequent_indent="     " if line.startswith("  ") else "")


def _show(shown: Question | Explanation) -> None:
    """Show in a cell what a notebook can draw, and print it elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython and ipython.get_ipython():
        ipython.display.display(shown)
    else:
        print(shown)
