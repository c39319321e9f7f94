"""The attempts of a class at a unit, from its kept results and the audit log, and their counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..bulk.results import KeptResult, all_outcomes
from ..declare.catalogue import of_unit
from ..judging.report import FULL, PARTIAL, UNGRADED, UNWRITTEN, ZERO
from ..submission.folders import AUDIT, CourseFolder

RIGHT, NAMED, OTHER, BLANK, LOOK = "right", "named", "other", "blank", "look"
STATE_OF = {FULL: RIGHT, PARTIAL: OTHER, ZERO: OTHER, UNWRITTEN: BLANK, UNGRADED: LOOK}
PREFIX = "check_"


@dataclass(frozen=True)
class Attempt:
    """What one student handed in once: a state for each exercise, and misconceptions by name."""

    student: str
    fingerprint: str
    states: Mapping[str, str]
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    by_score: bool = False


@dataclass(frozen=True)
class Spread:
    """One misconception in a class: who ever had it, who still has it, in how many attempts."""

    exercise: str
    id: str
    ever: frozenset[str]
    still: frozenset[str]
    attempts: int


@dataclass(frozen=True)
class Insight:
    """The attempts of a class at one unit: by student, in the order in which they were made."""

    unit: str
    attempts: Mapping[str, tuple[Attempt, ...]]

    @property
    def students(self) -> int:
        """How many handed something in."""
        return len(self.attempts)

    @property
    def most_attempts(self) -> int:
        """The largest number of attempts that anybody made."""
        return max(map(len, self.attempts.values()), default=0)

    @property
    def by_score(self) -> int:
        """How many attempts are known by their points only, so that no misconception is told."""
        return sum(attempt.by_score for made in self.attempts.values() for attempt in made)

    def states(self, exercise: str, attempt: int = -1) -> Counter[str]:
        """How many stand where with an exercise, at attempt number `attempt` from 0, or the last.

        At a given attempt only those are counted who made so many.
        """
        made = (a for a in self.attempts.values() if attempt < len(a))
        return Counter(one[attempt].states.get(exercise, LOOK) for one in made)

    def spreads(self) -> list[Spread]:
        """The misconceptions of the class, the most frequent first."""
        ever: dict[tuple[str, str], set[str]] = {}
        still: dict[tuple[str, str], set[str]] = {}
        count: Counter[tuple[str, str]] = Counter()
        for student, made in self.attempts.items():
            for attempt in made:
                for key in attempt.misconceptions.items():
                    ever.setdefault(key, set()).add(student)
                    count[key] += 1
            for key in made[-1].misconceptions.items():
                still.setdefault(key, set()).add(student)
        found = [
            Spread(*key, frozenset(who), frozenset(still.get(key, ())), count[key])
            for key, who in ever.items()
        ]
        return sorted(found, key=lambda s: (-len(s.ever), -len(s.still), s.exercise, s.id))


def insight(course: CourseFolder, unit: str) -> Insight:
    """Gather the attempts at a unit from a course's folder.

    The kept results say what was recognised. What the audit log alone knows, as from nbgrader's own
    autograde, counts by its points.
    """
    kept: dict[str, dict[str, Attempt]] = {}
    for outcome in all_outcomes(course, unit):
        made = kept.setdefault(outcome.student, {})
        made.pop(outcome.fingerprint, None)  # graded again: the newer result, in its place
        made[outcome.fingerprint] = _of_result(outcome)
    order: dict[str, dict[str, Attempt]] = {}
    for line in _audited(course.root / AUDIT):
        if line.get("assignment") == unit and isinstance(line.get("scores"), dict):
            student, mark = str(line["student"]), str(line["fingerprint"])
            known = kept.get(student, {}).get(mark)
            found = known or Attempt(student, mark, _by_points(unit, line["scores"]), by_score=True)
            order.setdefault(student, {})[mark] = found
    for student, made in kept.items():
        for mark, attempt in made.items():
            order.setdefault(student, {}).setdefault(mark, attempt)
    return Insight(unit, {student: tuple(made.values()) for student, made in order.items()})


def _audited(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of the audit log; what a stop cut short, or is not ours, is left out."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                data = json.loads(line)
            except ValueError:
                continue
            if isinstance(data, dict) and {"student", "fingerprint"} <= set(data):
                yield data


def _of_result(outcome: KeptResult) -> Attempt:
    student, mark, named = outcome.student, outcome.fingerprint, outcome.misconceptions
    if not outcome.verdicts:
        # Kept before verdicts were, or nothing in it could be read: then no cell has a score.
        old = any(score is not None for score in outcome.scores.values())
        return Attempt(student, mark, _by_points(outcome.unit, outcome.scores), by_score=old)
    states = {
        name: NAMED if name in named else STATE_OF.get(verdict, LOOK)
        for name, verdict in outcome.verdicts.items()
    }
    return Attempt(student, mark, states, named)


def _by_points(unit: str, scores: Mapping[str, float | None]) -> dict[str, str]:
    """Where somebody stands, told from points alone."""
    states = {}
    for name, item in of_unit(unit).items():
        score = scores.get(f"{PREFIX}{name}")
        states[name] = LOOK if score is None else RIGHT if score >= item.points else OTHER
    return states
