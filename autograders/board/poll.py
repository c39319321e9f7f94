"""A peer question put to the class twice: what may happen when, and who sees what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .guide import Peer

NEXT = {"first": ("talk",), "talk": ("second", "shown"), "second": ("shown",), "shown": ()}
"""What can follow each phase: votes are taken in "first" and "second", counts seen in "shown"."""
LEAST = 5
"""Votes of a round from which on they are counted in public."""
FEW = "Fewer than a third are right. Go back to the picture or the cell, then vote again."
SOME = "Find somebody who chose differently, and convince them. Three minutes."
MOST = "More than two thirds are right. Have one person say why."


class Poll:
    """One question in two rounds. `order` is that in which its options are shown, the same for all.

    `votes[phase]` has the place in that order which each learner, by id, chose last.
    """

    def __init__(self, number: int, peer: Peer, order: Sequence[int]) -> None:
        self.number = number
        self.peer = peer
        self.options = [peer.options[place] for place in order]
        self.phase = "first"
        self.votes: dict[str, dict[int, int]] = {"first": {}, "second": {}}

    @property
    def is_open(self) -> bool:
        """Whether votes are taken now."""
        return self.phase in self.votes

    def forget(self, learner: int) -> None:
        """Take back the votes of one learner."""
        for votes in self.votes.values():
            votes.pop(learner, None)

    def asked(self) -> dict[str, Any]:
        """The question without its answer, and with it after the last vote."""
        shown = self.phase == "shown"
        return {
            "number": self.number,
            "phase": self.phase,
            "text": self.peer.text,
            "options": [option.text for option in self.options],
            "answers": [
                {"right": option.right, "explanation": option.explanation}
                for option in (self.options if shown else ())
            ],
            "counts": self._counts() if shown else {},
        }

    def for_learner(self, learner: int) -> dict[str, Any]:
        """What one learner sees: the question, and what they chose themselves."""
        mine = {phase: votes[learner] for phase, votes in self.votes.items() if learner in votes}
        return {**self.asked(), "mine": mine}

    def for_board(self) -> dict[str, Any]:
        """What the class sees: how many have voted, and never what before the last vote."""
        votes = self.votes["second" if self.phase == "second" else "first"]
        return {
            **self.asked(),
            "voted": len(votes),
            "advice": self._advice() if self.phase == "talk" else "",
            "then": self._then() if self.phase == "shown" else "",
            "next": NEXT[self.phase],
        }

    def _counts(self) -> dict[str, list[int] | None]:
        """Votes for each option by round; None of a round with too few to be seen."""
        counted = {}
        for phase, votes in self.votes.items():
            count = Counter(votes.values())
            enough = len(votes) >= LEAST
            counted[phase] = [count[n] for n in range(len(self.options))] if enough else None
        return counted

    def _advice(self) -> str:
        """What the guide has the instructor do next, which says no more than a share."""
        votes = self.votes["first"]
        if len(votes) < LEAST:
            return SOME
        right = sum(self.options[place].right for place in votes.values()) / len(votes)
        return FEW if right < 1 / 3 else MOST if right > 2 / 3 else SOME

    def _then(self) -> str:
        """What the page says after the question, with the letters that the class sees."""
        then = self.peer.then
        for place, option in enumerate(self.options):
            then = then.replace(f"({option.letter})", f"({'ABCDEFGH'[place]})")
        return then
