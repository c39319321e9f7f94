"""The state of a lab: what the records of its journal add up to, and what the board shows of it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..declare.exercise import Exercise, Quiz
from ..judging.report import FULL
from .guide import Guide
from .poll import Poll

RECENT = 10 * 60.0
"""Seconds for which the board shows a mistake."""
STUCK = 4 * 60.0
"""Seconds without a new property, over at least two checks, after which a learner is stuck."""
MOST_MISTAKES = 400
"""Sightings of mistakes that are kept: those of the last ten minutes, and of a flood the last."""
MOST_SHOWN = 12


@dataclass
class Standing:
    """How one learner stands in one exercise: `best` is the most properties that ever held."""

    first: float
    moved: float
    checks: int = 0
    best: int = 0
    done: float | None = None
    answers: dict[str, str] = field(default_factory=dict)

    def stuck_for(self, now: float) -> float:
        """Seconds since something last got better, or 0 for a learner who is not stuck."""
        waited = now - self.moved
        return waited if self.done is None and self.checks > 1 and waited >= STUCK else 0.0


@dataclass
class Learner:
    """One learner: a name, a hash of the secret, the last event's number and all standings."""

    id: int
    name: str
    secret: str
    joined: float
    phone: bool = False
    seq: int = 0
    seen: float = 0.0
    at: str | None = None
    hand: tuple[float, str | None] | None = None
    standings: dict[str, Standing] = field(default_factory=dict)


class Lab:
    """A lab from its beginning to its end. Only `apply` changes it, by records of the journal."""

    def __init__(self, items: Mapping[str, Exercise | Quiz], guide: Guide) -> None:
        self.items = items
        self.guide = guide
        self.learners: dict[int, Learner] = {}
        self.by_secret: dict[str, Learner] = {}
        self.joined = 0
        self.started: float | None = None
        self.open = True
        self.poll: Poll | None = None
        self.mistakes: deque[tuple[float, int, str, str]] = deque(maxlen=MOST_MISTAKES)
        self.shown: deque[tuple[int, str, str]] = deque(maxlen=MOST_SHOWN)

    def apply(self, record: Mapping[str, Any]) -> None:
        """Take one record of the journal into account."""
        getattr(self, f"_{record['do']}")(record)

    def _join(self, record: Mapping[str, Any]) -> None:
        id, name, secret = record["id"], record["name"], record["secret"]
        learner = Learner(id, name, secret, record["at"], record["phone"])
        self.learners[learner.id] = self.by_secret[learner.secret] = learner
        self.joined = max(self.joined, learner.id)

    def _leave(self, record: Mapping[str, Any]) -> None:
        learner = self.learners.pop(record["id"])
        del self.by_secret[learner.secret]
        if self.poll:
            self.poll.forget(learner.id)
        self.mistakes = deque((m for m in self.mistakes if m[1] != learner.id), MOST_MISTAKES)
        self.shown = deque((s for s in self.shown if s[0] != learner.id), MOST_SHOWN)

    def _clock(self, record: Mapping[str, Any]) -> None:
        self.started = record["at"] if record["run"] else None

    def _door(self, record: Mapping[str, Any]) -> None:
        self.open = record["open"]

    def _helped(self, record: Mapping[str, Any]) -> None:
        self.learners[record["id"]].hand = None

    def _poll(self, record: Mapping[str, Any]) -> None:
        number = record["question"]
        self.poll = Poll(number, self.guide.peers[number - 1], record["order"]) if number else None

    def _phase(self, record: Mapping[str, Any]) -> None:
        if self.poll:
            self.poll.phase = record["phase"]

    def _vote(self, record: Mapping[str, Any]) -> None:
        if self.poll:
            self.poll.votes[record["phase"]][record["id"]] = record["option"]

    def _event(self, record: Mapping[str, Any]) -> None:
        learner, event, at = self.learners[record["id"]], record["event"], record["at"]
        learner.seq, learner.seen = record["seq"], at
        name = event["exercise"]
        if event["kind"] == "hand":
            learner.hand = (at, name) if event["up"] else None
            return
        learner.at = name
        standing = learner.standings.setdefault(name, Standing(at, at))
        if event["kind"] == "show":
            self.shown.append((learner.id, name, event["code"]))
        elif event["kind"] == "answers":
            standing.checks += 1
            standing.answers = event["answers"]
            self._reached(standing, len(event["answers"]), len(self._asked(name)), at)
        elif event["kind"] == "check":
            standing.checks += 1
            full = event["status"] == FULL
            most = len(event["holds"])
            self._reached(standing, most, most if full else most + 1, at)
            if not full and event["mistake"]:
                self.mistakes.append((at, learner.id, name, event["mistake"]))

    @staticmethod
    def _reached(standing: Standing, holds: int, all_of: int, at: float) -> None:
        if holds > standing.best:
            standing.best, standing.moved = holds, at
        if standing.done is None and holds >= all_of:
            standing.done = at

    def _asked(self, name: str) -> list[str]:
        item = self.items[name]
        assert isinstance(item, Quiz)
        return [id for id, question in item.questions.items() if question.options]

    # What the board shows

    def view(self, now: float) -> dict[str, Any]:
        """Everything that the board's page shows, as plain data."""
        return {
            "unit": self.guide.title,
            "open": self.open,
            "learners": len(self._notebooks()),
            "phones": len(self.learners) - len(self._notebooks()),
            "questions": [peer.text for peer in self.guide.peers],
            "poll": self.poll.for_board() if self.poll else None,
            "exercises": [self._exercise(name, now) for name in self.items],
            "mistakes": self._mistakes(now),
            "hands": self._hands(now),
            "people": [
                {"id": each.id, "name": each.name, "at": each.at} for each in self.learners.values()
            ],
            "shown": [
                {"name": self.learners[id].name, "exercise": name, "code": code}
                for id, name, code in reversed(self.shown)
            ],
            "clock": self._clock_of(now),
        }

    def _exercise(self, name: str, now: float) -> dict[str, Any]:
        found = [
            (learner, learner.standings[name])
            for learner in self.learners.values()
            if name in learner.standings
        ]
        waits = [standing.stuck_for(now) for learner, standing in found if learner.at == name]
        stuck = [wait for wait in waits if wait]
        letters: dict[str, Counter[str]] = {}
        for _, standing in found:
            for question, letter in standing.answers.items():
                letters.setdefault(question, Counter())[letter] += 1
        return {
            "name": name,
            "here": sum(learner.at == name and s.done is None for learner, s in found),
            "done": sum(standing.done is not None for _, standing in found),
            "stuck": len(stuck),
            "longest": max(stuck, default=0.0),
            "answers": {id: dict(sorted(count.items())) for id, count in sorted(letters.items())},
        }

    def _mistakes(self, now: float) -> list[dict[str, Any]]:
        seen: dict[tuple[str, str], dict[int, float]] = {}
        for at, learner, name, mistake in self.mistakes:
            if now - at <= RECENT:
                seen.setdefault((name, mistake), {})[learner] = at
        rows = [
            {
                "exercise": name,
                "mistake": mistake.replace("-", " "),
                "learners": len(who),
                "ago": now - max(who.values()),
                "say": self.guide.says[name, mistake],
            }
            for (name, mistake), who in seen.items()
        ]
        return sorted(rows, key=lambda row: (-row["learners"], row["ago"]))

    def _hands(self, now: float) -> list[dict[str, Any]]:
        up = [(*learner.hand, learner) for learner in self.learners.values() if learner.hand]
        return [
            {"id": each.id, "name": each.name, "exercise": name, "waits": now - at}
            for at, name, each in sorted(up, key=lambda hand: hand[0])
        ]

    def _clock_of(self, now: float) -> dict[str, Any]:
        """The plan, the row that the clock is in, and the row that half of the class has not done.

        `late` is in minutes: how long ago the class's row should have ended; negative when the
        class has done what is still to come; None while nobody can say.
        """
        plan, whole = self.guide.plan, self.guide.minutes
        ends = [*(row.minute for row in plan[1:]), whole]
        minute = None if self.started is None else max(0.0, (now - self.started) / 60)
        due = None if minute is None else sum(row.minute <= minute for row in plan) - 1
        at = next((n for n, row in enumerate(plan) if not self._behind_us(row.exercises)), None)
        late = None
        if minute is not None and self._notebooks():
            done = [row.minute for row in plan[:at] if row.exercises]
            late = max(0.0, minute - ends[at]) if at is not None else 0.0
            late = late or min([0.0, *(minute - begins for begins in done[-1:])])
        return {
            "minute": minute,
            "minutes": whole,
            "due": due,
            "class": at,
            "late": late,
            "rows": [
                {"minute": row.minute, "ends": end, "what": row.what, "who": row.who}
                for row, end in zip(plan, ends)
            ],
        }

    def _behind_us(self, exercises: Iterable[str]) -> bool:
        """Whether at least half of the class has done each of these; true of none."""
        there = self._notebooks()
        return all(
            2 * sum(_is_done(learner, name) for learner in there) >= max(1, len(there))
            for name in exercises
        )

    def _notebooks(self) -> list[Learner]:
        """The learners who work in a notebook; a phone only votes."""
        return [learner for learner in self.learners.values() if not learner.phone]


def _is_done(learner: Learner, name: str) -> bool:
    standing = learner.standings.get(name)
    return standing is not None and standing.done is not None
