"""Winnowing fingerprints and an index of them: which submissions share what few others have.

Source: Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting",
SIGMOD 2003. A run of at least `WINDOW + GRAM - 1` tokens that two texts share, and that the course
did not hand out, always gives a shared fingerprint; one of less than `GRAM` tokens never does.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .tokens import Token, tokens

GRAM, WINDOW = 9, 5
COMMON_SHARE = 0.05
FEWEST, MOST = 4, 40
LEAST_PASSAGES = 2

Place = tuple[str, int, int]
"""A cell, and the first and last line of a passage in it."""


def grams(found: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
    """The hash, first line and last line of every run of `GRAM` tokens.

    The hash is not Python's, which differs from process to process.
    """
    for start in range(len(found) - GRAM + 1):
        run = found[start : start + GRAM]
        text = "\0".join(word for word, _ in run).encode("utf-8", "replace")
        lines = [line for _, line in run]
        digest = hashlib.blake2b(text, digest_size=8).digest()
        yield int.from_bytes(digest, "big"), min(lines), max(lines)


def winnow(found: Sequence[Token], known: frozenset[int] = frozenset()) -> Iterator[
    tuple[int, int, int]
]:  # fmt: skip
    """Of every `WINDOW` neighbouring grams the one with the smallest hash, the last of equals.

    Grams that are `known` to everybody are passed over.
    """
    every = [gram if gram[0] not in known else None for gram in grams(found)]
    chosen = -1
    for start in range(max(1, len(every) - WINDOW + 1)):
        inside = [
            (gram[0], -place, gram)
            for place, gram in enumerate(every[start : start + WINDOW], start)
            if gram is not None
        ]
        if inside:
            _, negative, gram = min(inside)
            if -negative != chosen:
                chosen = -negative
                yield gram


@dataclass(frozen=True)
class Fingerprints:
    """One submission: its cells, and where each fingerprint stands in them."""

    student: str
    cells: Mapping[str, str] = field(repr=False)
    places: Mapping[int, tuple[Place, ...]] = field(repr=False)


def known_grams(sources: Iterable[str]) -> frozenset[int]:
    """All grams of texts that everybody may have: the released cells and the course's answers."""
    return frozenset(gram[0] for source in sources for gram in grams(tokens(source)))


def fingerprints(
    student: str,
    cells: Mapping[str, str],
    known: frozenset[int],
    *,
    cut: Callable[[str], Sequence[Token]] = tokens,
) -> Fingerprints:
    """The fingerprints of a submission's code cells; no passage crosses from one to another."""
    places: dict[int, list[Place]] = {}
    for name, source in cells.items():
        for mark, first, last in winnow(cut(source), known):
            places.setdefault(mark, []).append((name, first, last))
    return Fingerprints(student, dict(cells), {m: tuple(p) for m, p in places.items()})


@dataclass(frozen=True)
class Pair:
    """Two submissions and the fingerprints that they share and few others have.

    `weight` ranks pairs, by how much is shared and how rare it is: the sum over the passages of
    log2(students / students who have it). It measures neither guilt nor anything else.
    """

    first: Fingerprints
    second: Fingerprints
    shared: frozenset[int]
    weight: float

    def lines(self, one: Fingerprints) -> dict[str, set[int]]:
        """The lines of each cell of one of the two that belong to shared passages."""
        found: dict[str, set[int]] = {}
        for mark in self.shared:
            for cell, first, last in one.places[mark]:
                found.setdefault(cell, set()).update(range(first, last + 1))
        return found


class Index:
    """Which submissions have a fingerprint, for every fingerprint."""

    def __init__(self, submissions: Iterable[Fingerprints]) -> None:
        self.submissions = sorted(submissions, key=lambda one: one.student)
        self.holders: dict[int, list[int]] = {}
        for number, one in enumerate(self.submissions):
            for mark in one.places:
                self.holders.setdefault(mark, []).append(number)
        self.steps = 0

    @property
    def common(self) -> int:
        """From how many holders on a fingerprint is a common answer and counts for nothing.

        It is a twentieth of the class, between 4 and 40: so the work grows with the class, not
        with its square. What more than 40 people share is not looked for.
        """
        share = math.ceil(COMMON_SHARE * len(self.submissions))
        return min(max(share, FEWEST), MOST) + 1

    def pairs(self, most: int = 50) -> list[Pair]:
        """The pairs that share most of what is rare, the largest weight first."""
        weights: dict[tuple[int, int], float] = {}
        shared: dict[tuple[int, int], list[int]] = {}
        for mark, holders in self.holders.items():
            if not 2 <= len(holders) < self.common:
                continue
            rarity = math.log2((len(self.submissions) + 1) / len(holders))
            for place, one in enumerate(holders):
                for other in holders[place + 1 :]:
                    self.steps += 1
                    weights[one, other] = weights.get((one, other), 0.0) + rarity
                    shared.setdefault((one, other), []).append(mark)
        ranked = sorted(
            (key for key, marks in shared.items() if len(marks) >= LEAST_PASSAGES),
            key=lambda key: (-round(weights[key], 9), key),
        )
        return [
            Pair(
                self.submissions[one],
                self.submissions[other],
                frozenset(shared[one, other]),
                weights[one, other],
            )
            for one, other in ranked[:most]
        ]
