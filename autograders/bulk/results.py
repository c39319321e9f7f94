"""The kept results of a unit: lines of JSON that are only appended to, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..gradebook.marks import Marks
from ..gradebook.record import Result
from ..submission.files import append_whole
from ..submission.folders import CourseError, CourseFolder


@dataclass(frozen=True)
class KeptResult:
    """One graded submission as it is kept: a line of JSON in results/UNIT.jsonl.

    `file` is a hash of the file as it was handed in, of the released notebook and of the seed,
    `grader` one of the code that graded it: where both are the same, so is the result.
    `fingerprint` is a hash of what counts in the submission, for the audit log. `worth` says out of
    how many points each score is, `isolation` how the code was isolated and what the machine
    refused. `verdicts` has the status of each exercise's report, `misconceptions` the id of the
    recognised one where there is one: what a class got wrong can be counted from them. `faults` are
    the grader's or the machine's; a result with faults is not final.
    """

    unit: str
    student: str
    fingerprint: str
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    timestamp: str | None = None
    faults: tuple[str, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    grader: str = ""
    worth: Mapping[str, float] = field(default_factory=dict)
    isolation: str = ""

    @property
    def score(self) -> float:
        """The points given so far; what waits for a person counts nothing yet."""
        return sum(score or 0.0 for score in self.scores.values())

    def result(self) -> Result:
        """The same for the gradebook."""
        when = datetime.fromisoformat(self.timestamp) if self.timestamp else None
        marks = Marks(self.scores, self.comments, self.worth)
        return Result(
            self.student, self.unit, self.unit, marks, self.fingerprint, when, self.grader
        )

    def to_line(self) -> bytes:
        """The line that is kept."""
        return (json.dumps(asdict(self), sort_keys=True) + "\n").encode()

    @staticmethod
    def from_line(line: bytes) -> KeptResult | None:
        """The inverse of `to_line`; None for a line that a stop cut short."""
        try:
            data = json.loads(line)
            return KeptResult(**{**data, "faults": tuple(data["faults"])})
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True)
class Shard:
    """Part `index` of `count` of a class, counted from 1: whoever a hash of the name puts there."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise ValueError(f"expected I/N with I from 1 to N, such as 2/5, got {self}")

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    @staticmethod
    def parse(text: str) -> Shard:
        """Read I/N."""
        index, slash, count = text.partition("/")
        if not (slash and index.isdecimal() and count.isdecimal()):
            raise ValueError(f"expected I/N, such as 2/5, got {text!r}")
        return Shard(int(index), int(count))

    def holds(self, student: str) -> bool:
        """Whether a student belongs here; the answer is the same on every machine."""
        # Not Python's hash(), which differs from process to process.
        digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index - 1


@dataclass(frozen=True)
class Entry:
    """Where a student's last result stands in its file, and which file and grader it is of."""

    path: Path
    start: int
    length: int
    file: str
    grader: str
    timestamp: str | None
    final: bool

    @staticmethod
    def of(outcome: KeptResult, path: Path, start: int, length: int) -> Entry:
        """The entry of a result that stands in a file."""
        final = not outcome.faults
        about = (outcome.file, outcome.grader, outcome.timestamp, final)
        return Entry(path, start, length, *about)


def results_path(course: CourseFolder, unit: str, shard: Shard | None = None) -> Path:
    """Where the results of a unit, or of one shard of it, are kept."""
    part = f".shard-{shard.index}-of-{shard.count}" if shard else ""
    return course.root / "results" / f"{unit}{part}.jsonl"


def result_files(course: CourseFolder, unit: str) -> list[Path]:
    """All files with results of a unit: those of shards first, then the main one."""
    main = results_path(course, unit)
    shards = sorted(main.parent.glob(f"{unit}.shard-*-of-*.jsonl"))
    return [path for path in (*shards, main) if path.is_file()]


def all_outcomes(course: CourseFolder, unit: str) -> Iterator[KeptResult]:
    """Every result that was ever kept of a unit, one by one: of each student all attempts."""
    for path in result_files(course, unit):
        with path.open("rb") as file:
            for outcome in map(KeptResult.from_line, file):
                if outcome is not None and outcome.unit == unit:
                    yield outcome


def index_of(path: Path) -> tuple[dict[str, Entry], int]:
    """The last whole result of each student in a file, and where the last whole line ends."""
    found: dict[str, Entry] = {}
    at = end = 0
    with path.open("rb") as file:
        for line in file:
            outcome = KeptResult.from_line(line) if line.endswith(b"\n") else None
            if outcome is not None:
                found[outcome.student] = Entry.of(outcome, path, at, len(line))
            at += len(line)
            if line.endswith(b"\n"):
                end = at
    return found, end


def read_entry(entry: Entry) -> KeptResult:
    """Read one result from its file."""
    with entry.path.open("rb") as file:
        file.seek(entry.start)
        outcome = KeptResult.from_line(file.read(entry.length))
    if outcome is None:
        raise CourseError(f"{entry.path} was changed while it was read")
    return outcome


class Results:
    """The results of one run of grading; use as a context manager, one at a time.

    Only where each line stands is held in memory. `known` maps students to their last results.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, Entry] = {}
        self._end = 0
        self._handle = -1

    def __enter__(self) -> Results:
        try:
            self.path.parent.mkdir(exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise CourseError(
                f"results cannot be kept in {self.path.parent} ({error.strerror}); expected a"
                " folder that may be written to"
            ) from None
        try:
            self._lock()
            self.known, self._end = index_of(self.path)
            os.ftruncate(self._handle, self._end)
        except BaseException:
            os.close(self._handle)
            raise
        return self

    def __exit__(self, *error: Any) -> None:
        os.close(self._handle)

    def _lock(self) -> None:
        import fcntl

        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                f"another run is grading into {self.path}; wait for it, or stop it first"
            ) from None

    def append(self, outcome: KeptResult) -> None:
        """Keep a result; when the disk is full the file is left as it was."""
        line = outcome.to_line()
        append_whole(self._handle, line, self._end)
        self.known[outcome.student] = Entry.of(outcome, self.path, self._end, len(line))
        self._end += len(line)

    def sync(self) -> None:
        """Have everything that was appended on the disk."""
        os.fsync(self._handle)


def load_results(course: CourseFolder, unit: str) -> dict[str, KeptResult]:
    """The last result of each student in the main file of a unit."""
    path = results_path(course, unit)
    entries = index_of(path)[0] if path.is_file() else {}
    return {student: read_entry(entry) for student, entry in entries.items()}
