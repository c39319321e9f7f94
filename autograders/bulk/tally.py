"""How far the grading of a class has come: counts by verdict, and one line about the time left."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from ..judging.report import points

RIGHT, PARTLY, NOTHING, LOOK = "all right", "partly right", "nothing right", "a person must look"
VERDICTS = (RIGHT, PARTLY, NOTHING, LOOK)
PLAIN_SECONDS = 10.0
LIVE_SECONDS = 0.1


def verdict(scores: Mapping[str, float | None], worth: Mapping[str, float]) -> str:
    """What to call a submission, by the cells that the grader gives points for (`worth`)."""
    earned = [scores.get(name) for name in worth]
    if any(score is None for score in earned):
        return LOOK
    total = sum(score or 0.0 for score in earned)
    if total <= 0:
        return NOTHING
    return RIGHT if total >= sum(worth.values()) - 1e-9 else PARTLY


@dataclass
class Tally:
    """What a run has done so far; `clock` never jumps, whatever is done to the machine's time."""

    total: int
    worth: Mapping[str, float]
    clock: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    graded: int = 0
    before: int = 0
    recorded: int = 0
    failed: int = 0
    held: int = 0
    pages: int = 0
    points: float = 0.0
    faults: list[str] = field(default_factory=list)
    unrecorded: str = ""
    _begun: float = field(init=False)
    _first: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock()

    def count(self, scores: Mapping[str, float | None], *, new: bool) -> None:
        """Count one submission, graded just now or before."""
        self.counts[verdict(scores, self.worth)] += 1
        self.points += sum(scores.get(name) or 0.0 for name in self.worth)
        self.graded += new
        self.before += not new
        # Workers take a while to start; what they do then says how long the rest will take.
        if new and self._first is None:
            self._first = self.clock()

    @property
    def done(self) -> int:
        """How many submissions have a result."""
        return self.graded + self.before

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return max(self.clock() - self._begun, 1e-9)

    def verdicts(self) -> str:
        """The counts in words."""
        return ", ".join(f"{self.counts[name]} {name}" for name in VERDICTS if self.counts[name])

    def line(self) -> str:
        """How far it has come, how long it will take, and what came out so far."""
        parts = [f"{self.done} of {self.total} graded"]
        if self.graded > 1 and self._first is not None:
            rate = (self.graded - 1) / max(self.clock() - self._first, 1e-9)
            parts.append(f"{rate:.3g} a second")
            if self.done < self.total:
                parts.append(f"{duration((self.total - self.done) / rate)} left")
        return ", ".join(parts) + (f" | {self.verdicts()}" if self.counts else "")

    def summary(self, unit: str) -> str:
        """What came out in the end."""
        again = f", {self.before} of them before" if self.before else ""
        lines = [f"{unit}: {self.done} graded{again}, in {duration(self.seconds)}"]
        if self.done:
            mean, full = points(self.points / self.done), points(sum(self.worth.values()))
            lines.append(f"{self.verdicts()}; {mean} of {full} points on average")
        return "\n".join(lines)


def duration(seconds: float) -> str:
    """A time that a person reads at a glance."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 90:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def for_terminal(text: str) -> str:
    """A text of several lines without escape sequences, and with nothing that cannot be written."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


class Display:
    """Shows one line that changes in place on a terminal, and now and then a line elsewhere."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.stream = stream or sys.stderr
        self.clock = clock
        self.live = self.stream.isatty()
        self._last = clock() if not self.live else float("-inf")

    def show(self, text: str) -> None:
        """Show a line, unless the last one has only just been shown."""
        now = self.clock()
        if now - self._last < (LIVE_SECONDS if self.live else PLAIN_SECONDS):
            return
        self._last = now
        self.stream.write(f"\r{text}\x1b[K" if self.live else f"{text}\n")
        self.stream.flush()

    def say(self, text: str) -> None:
        """Say something that stays, above the line that changes; names may be a student's."""
        text = for_terminal(text)
        self.stream.write(f"\r{text}\x1b[K\n" if self.live else f"{text}\n")
        self.stream.flush()

    def close(self) -> None:
        """Take the changing line away."""
        if self.live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
