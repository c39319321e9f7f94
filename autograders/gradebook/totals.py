"""What a student has in the course: the shares of all units, weighted, capped and dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .terms import ZERO, Terms

COUNTED, DROPPED, EXCUSED, MISSING, OPEN, UNREAD = (
    "counted", "dropped", "excused", "missing", "not due yet", "not read yet",
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A recorded mark out of `most` points, penalty taken off; `final` once all of it is read."""

    score: float
    most: float
    final: bool = True


@dataclass(frozen=True)
class Part:
    """What one unit is to a student's total: its share of 1 (or None), and why it counts or not."""

    unit: str
    share: float | None
    weight: float
    state: str


@dataclass(frozen=True)
class Total:
    """A student's total in per cent of what counts; None while nothing does.

    It is `final` when nothing waits for a person or for its due date.
    """

    student: str
    percent: float | None
    final: bool
    parts: tuple[Part, ...]


def total(
    student: str,
    units: Sequence[str],
    marks: Mapping[str, Mark],
    terms: Terms,
    due: Mapping[str, datetime | None],
    now: datetime,
) -> Total:
    """The weighted mean of the shares of all units that count.

    `due` has the due dates of the gradebook. The share of a unit is its score, at most its cap, of
    its largest score. Left out are excused units, those that nobody has read yet, missing ones
    before they are due (and after, if the terms say so), and the lowest shares that the terms drop;
    one unit at least is kept.
    """
    parts = [_part(student, unit, marks.get(unit), terms, due.get(unit), now) for unit in units]
    shares = {
        p.unit: p.share for p in parts if p.state in (COUNTED, MISSING) and p.share is not None
    }
    lowest = sorted(shares, key=shares.__getitem__)
    drop = lowest[: max(0, min(terms.drop_lowest, len(shares) - 1))]
    parts = [replace(part, state=DROPPED) if part.unit in drop else part for part in parts]
    weights = {p.unit: p.weight for p in parts if p.unit in shares and p.unit not in drop}
    whole = sum(weights.values())
    earned = sum(weight * shares[unit] for unit, weight in weights.items())
    percent = 100 * earned / whole if whole else None
    return Total(student, percent, all(p.state not in (UNREAD, OPEN) for p in parts), tuple(parts))


def _part(
    student: str,
    unit: str,
    mark: Mark | None,
    terms: Terms,
    due: datetime | None,
    now: datetime,
) -> Part:
    about = terms.of(unit)
    if (student, unit) in terms.excused:
        return Part(unit, None, about.weight, EXCUSED)
    if mark is None:
        extension = terms.extensions.get((student, unit), timedelta(0))
        if due is not None and now <= due + extension:
            return Part(unit, None, about.weight, OPEN)
        return Part(unit, 0.0 if terms.missing == ZERO else None, about.weight, MISSING)
    score = mark.score if about.cap is None else min(mark.score, about.cap)
    share = score / mark.most if mark.most else None
    return Part(unit, share, about.weight, COUNTED if mark.final else UNREAD)
