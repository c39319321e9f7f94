"""Grades one submission: its cells run in the sandbox, the answers are judged out here."""

from __future__ import annotations

import atexit
import logging
import math
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ..declare.catalogue import find, of_unit
from ..declare.exercise import Exercise, Quiz
from ..judging.judge import judge, judge_quiz
from ..judging.plan import PUBLIC_SEED, plan_for, read_of
from ..judging.report import FULL, UNGRADED, UNWRITTEN, ZERO, Finding, Report, printable, ungraded
from ..protocol.codec import encode
from ..sandbox import TOO_SLOW, Cell, Reply, Request, Sandbox, SandboxLevel
from .intake import Submission
from .master import TEST
from .turns import Turn

LOG = logging.getLogger(__name__)

GRADED, LOOK = "graded", "a person must look"
PLOTS = re.compile(r"\b(plt|matplotlib|pylab|mpl_toolkits)\b")
IMPORTS = Cell("setup", "import math\n\nimport numpy as np", trusted=True)
SECONDS_FOR_A_QUIZ = 1.0


@dataclass(frozen=True)
class Graded:
    """What came of one submission.

    `reports` has one entry for each exercise of the unit, in the course's order. `notes` says what
    was repaired and which cells failed, in words for the student. `faults` says what went wrong in
    the grader or the machine, with all that is needed to repeat it, in words for the instructor.
    `isolation` says how the code was isolated, and what this machine did not give.
    """

    unit: str
    digest: str
    reports: dict[str, Report]
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    cpu_seconds: float = field(default=0.0, compare=False)
    level: SandboxLevel = SandboxLevel.ISOLATED
    isolation: str = ""

    @property
    def status(self) -> str:
        """ "graded", or "a person must look" when any exercise could not be graded."""
        look = any(report.status == UNGRADED for report in self.reports.values())
        return LOOK if look else GRADED

    @property
    def score(self) -> float | None:
        """The points of all exercises together, or None when a person must look."""
        if self.status != GRADED:
            return None
        return math.fsum(report.score or 0.0 for report in self.reports.values())

    @property
    def max_score(self) -> float:
        """The points that all exercises can earn together."""
        return math.fsum(report.max_score for report in self.reports.values())


def grade_submission(submission: Submission, unit: str, sandbox: Sandbox, seed: int) -> Graded:
    """Grade every exercise of a unit in one submission, on the inputs that `seed` draws.

    The result depends on the submission and the seed alone. All exercises are asked in one fork
    first; whatever is not perfect there is asked again in a fork of its own. What was too slow is
    measured once more while no other grading runs on this machine. Points are those of the released
    notebook's test cells, whatever the exercise is worth by itself.
    """
    with Turn() as turn:
        cells = list(submission.cells)
        grader = _Grader(cells, of_unit(unit), sandbox, seed, submission.digest, turn)
        reports = grader.grade()
    worth = {
        item.master.grade_id.removeprefix("check_"): item.master.points
        for item in submission.placed
        if item.master is not None and item.master.role == TEST
    }
    return Graded(
        unit,
        submission.digest,
        {name: one.out_of(worth.get(name, one.max_score)) for name, one in reports.items()},
        (*submission.notes, *grader.notes),
        tuple(grader.faults),
        grader.cpu_seconds,
        sandbox.level,
        sandbox.isolation,
    )


def grade_source(
    name: str,
    source: str,
    seed: int | None = None,
    *,
    sandbox: Sandbox | None = None,
    allow_process: bool = False,
) -> Report:
    """Grade one function (or quiz) given as source text, in the sandbox.

    `np` and `math` are there for it, as in a notebook. Without a seed the inputs are fresh ones.
    Where this machine cannot isolate the code, `SandboxUnavailable` is raised; `allow_process=True`
    goes on in a process of its own.
    """
    exercise = find(name)
    cells = [IMPORTS, Cell(name, source)]
    if seed is None:
        seed = secrets.randbits(32)
    sandbox = sandbox or _shared_sandbox(allow_process)
    with Turn() as turn:
        grader = _Grader(cells, {name: exercise}, sandbox, seed, "grade_source", turn)
        report = grader.grade()[name]
    notes = [note for note in (report.note, *grader.notes, *grader.faults) if note]
    return replace(report, note="; ".join(notes))


@lru_cache(maxsize=2)
def _sandbox_of(process: int, allow_process: bool) -> Sandbox:
    sandbox = Sandbox(allow_process=allow_process)
    atexit.register(sandbox.close)
    return sandbox


def _shared_sandbox(allow_process: bool) -> Sandbox:
    """One sandbox for all calls in this process; a forked process gets its own."""
    return _sandbox_of(os.getpid(), allow_process)


class _Grader:
    """The steps of grading one set of cells, and what is found on the way."""

    def __init__(
        self,
        cells: list[Cell],
        items: Mapping[str, Exercise | Quiz],
        sandbox: Sandbox,
        seed: int,
        digest: str,
        turn: Turn,
    ) -> None:
        self.cells = cells
        self.items = items
        self.sandbox = sandbox
        self.seed = seed
        self.digest = digest
        self.turn = turn
        self.plotting = any(PLOTS.search(cell.source) for cell in cells if not cell.trusted)
        self.notes: list[str] = []
        self.faults: list[str] = []

    def grade(self) -> dict[str, Report]:
        """Return the report of each exercise, in the course's order."""
        before = self.sandbox.cpu_seconds
        items = list(self.items.values())
        together = self._together(items, self.seed)
        if not together.cells_done:
            self._survey()
            together = self._together(items, self.seed)
        reports = {i.name: self._report(i, o) for i, o in zip(items, together.outcomes)}
        again = [
            item
            for item, outcome in zip(items, together.outcomes)
            if outcome.waited > _seconds(item) or not _settled(item, reports[item.name])
        ]
        if together.failed and not all(report.passed for report in reports.values()):
            self._survey(together.failed)
        for item in again:
            reports[item.name] = self._report(item, self._alone(item))
        self._speak(reports, [item for item in again if isinstance(item, Exercise)])
        self.cpu_seconds = self.sandbox.cpu_seconds - before
        return reports

    def _together(self, items: Sequence[Exercise | Quiz], seed: int) -> Any:
        requests = [request_for(item, seed) for item in items]
        return self.sandbox.run_together(self.cells, requests, plotting=self.plotting)

    def _alone(self, item: Exercise | Quiz) -> Reply:
        """The outcome in a fork of its own; one that did not answer is asked a second time."""
        request = request_for(item, self.seed)
        outcome = self.sandbox.run(self.cells, [request], plotting=self.plotting)[0]
        if outcome.answered:
            return outcome
        # Processor time is counted, but who shares a cache or a core with others needs more of it.
        with self.turn.alone() if outcome.status == TOO_SLOW else nullcontext():
            return self.sandbox.run(self.cells, [request], plotting=self.plotting)[0]

    def _survey(self, failed: Mapping[int, str] | None = None) -> None:
        """Note what failing cells raised; leave out cells that end the process they run in."""
        told = [n for n, cell in enumerate(self.cells) if self._is_told(cell)]
        if failed is not None and not set(failed) & set(told):
            return
        survey = self.sandbox.survey(self.cells, plotting=self.plotting)
        for number, message in sorted(survey.messages.items()):
            if number in told or number in survey.fatal:
                self.notes.append(f"{_called(self.cells[number])}: {_plain(message)}")
        self.cells = [cell for n, cell in enumerate(self.cells) if n not in survey.fatal]

    def _is_told(self, cell: Cell) -> bool:
        return cell.trusted or cell.name in self.items or cell.name.startswith("added-")

    def _report(self, item: Exercise | Quiz, outcome: Reply) -> Report:
        """Judge one outcome; a fault that is not the student's is never a score."""
        if outcome.status == "fault":
            return self._ungraded(item, f"the sandbox was lost: {outcome.detail}")
        if not outcome.answered:
            return _unanswered(item, outcome)
        try:
            if isinstance(item, Quiz):
                answer = outcome.answers[0] if outcome.answers else None
                value = answer.get("result") if isinstance(answer, Mapping) else None
                return judge_quiz(item, value)
            return judge(plan_for(item, self.seed), outcome.answers, reveal=False)
        except Exception as error:
            LOG.exception("judging %s of %s with seed %s", item.name, self.digest, self.seed)
            return self._ungraded(item, f"the judge failed: {type(error).__name__}: {error}")

    def _ungraded(self, item: Exercise | Quiz, reason: str) -> Report:
        self.faults.append(f"{item.name}, submission {self.digest}, seed {self.seed}: {reason}")
        LOG.error("not graded: %s", self.faults[-1])
        note = "not graded, a person must look: the grader failed here, not your code"
        return ungraded(item.name, item.unit, item.points, note)

    def _speak(self, reports: dict[str, Report], items: Sequence[Exercise]) -> None:
        """Give the reports messages and an example from visible inputs.

        What a student's code says about a hidden input (an exception's text, a returned string)
        never reaches a report: messages come from a fork that was sent visible inputs only.
        """
        answered = [item for item in items if reports[item.name].findings]
        if not answered:
            return
        fork = self._together(answered, PUBLIC_SEED)
        for item, outcome in zip(answered, fork.outcomes):
            public = None
            if outcome.answered:
                try:
                    public = judge(plan_for(item, PUBLIC_SEED), outcome.answers, reveal=True)
                except Exception:
                    LOG.exception("judging %s of %s on public inputs", item.name, self.digest)
            reports[item.name] = _told(reports[item.name], public)


def _settled(item: Exercise | Quiz, report: Report) -> bool:
    """Whether a report from the common fork stands: perfect, nothing to judge, or a fault of ours.

    What it says is then the same for every submission, so no hidden input can be in it.
    """
    if report.status == UNWRITTEN and isinstance(item, Quiz):
        return report == judge_quiz(item, {})
    return report.status in (FULL, UNWRITTEN, UNGRADED)


def _seconds(item: Exercise | Quiz) -> float:
    """The CPU time that an answer may take: who was waited for longer is measured in its own fork.

    Nobody uses more of it than the time that passes, whatever becomes of the clock in the sandbox.
    """
    return SECONDS_FOR_A_QUIZ if isinstance(item, Quiz) else item.seconds


def request_for(item: Exercise | Quiz, seed: int) -> Request:
    """What is asked about one exercise: the calls of its plan, or the value of a quiz."""
    if isinstance(item, Quiz):
        return Request(item.name, [read_of(item.name)], _seconds(item))
    return Request(item.name, _calls(item, seed), _seconds(item))


@lru_cache(maxsize=256)
def _calls(exercise: Exercise, seed: int) -> bytes:
    return encode(plan_for(exercise, seed).calls)


_STOPPED = {
    "too slow": "too slow: its CPU time was used up twice; look for a loop that does not end",
    "crashed": "your code ended the process that it ran in",
    "malformed": "your code wrote where only answers belong",
}


def _unanswered(item: Exercise | Quiz, outcome: Reply) -> Report:
    message = _STOPPED[outcome.status]
    if outcome.status == "crashed":
        message += f" ({_plain(outcome.detail)})"
    findings: tuple[Finding, ...] = ()
    if isinstance(item, Exercise):
        findings = tuple(
            Finding(name, item.statement(name), False, 0.0, worth, message)
            for name, worth in item.worth.items()
        )
    return Report(item.name, item.unit, 0.0, item.points, ZERO, findings, note=message)


def _told(hidden: Report, public: Report | None) -> Report:
    """The score of the hidden inputs with the words of the visible ones."""
    words = {f.property: f.message for f in public.findings if not f.passed} if public else {}
    findings = []
    for finding in hidden.findings:
        if not finding.passed and hidden.note != finding.message:
            message = words.get(finding.property) or _without_values(finding.message)
            finding = replace(finding, message=message)
        findings.append(finding)
    example = public.example if public else None
    return replace(hidden, findings=tuple(findings), example=example)


def _without_values(message: str) -> str:
    """Keep of a message about hidden inputs only which case it was, in the exercise's own words."""
    if message.startswith("not right when "):
        return message
    note, colon, _ = message.partition(": ")
    if colon and note.startswith("when "):
        return f"not right {note}"
    return "holds for the visible inputs, and not for other ones: is a value built in?"


def _called(cell: Cell) -> str:
    """What a cell is called in a note: its name, or how a cell of the student's own begins."""
    if not cell.name.startswith("added-"):
        return f"cell {cell.name}"
    return f"your own cell that begins {_plain(cell.source.strip().partition(chr(10))[0])[:60]!r}"


def _plain(text: str) -> str:
    """Student's text on one line, printable and short."""
    return printable(text)[:300]
