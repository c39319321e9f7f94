"""Grades a class on any executor, keeps each result at once, and records while it grades."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from ..gradebook.open import GradebookUnusable
from ..gradebook.record import Recorder
from ..submission.files import write_whole
from ..submission.folders import CourseError, CourseFolder
from ..submission.version import OtherGrader
from .beside import copy_beside, timestamp_text
from .dispatch import Lost, WorkersFail, spread
from .recording import merged, open_recorder, record, settle, unit_of
from .results import (
    KeptResult,
    Results,
    Shard,
    load_results,
    read_entry,
    results_path,
)
from .tally import Tally
from .work import Done, Task, Unit, grade_task, ungraded_task

__all__ = [
    "KeptResult",
    "grade_class",
    "load_results",
    "merged",
    "open_recorder",
    "record",
    "results_path",
    "settle",
    "unit_of",
]

BATCH, BATCH_SECONDS = 100, 2.0


@dataclass(frozen=True)
class Settings:
    """How a class is graded: `again` grades what has a result, `record` writes to the gradebook."""

    again: bool = False
    record: bool = True
    allow_process: bool = False
    shard: Shard | None = None


def grade_class(
    course: CourseFolder,
    unit: str,
    executor: Executor,
    *,
    students: Iterable[str],
    window: int = 8,
    settings: Settings = Settings(),
    say: Callable[[str], None] = print,
    show: Callable[[str], None] = lambda line: None,
    agree: Callable[[str], bool] = lambda said: True,
) -> Tally:
    """Grade what these students handed in for a unit, at most `window` at once.

    Each result is on the disk before it counts: first the graded notebook, then a line in
    results/UNIT.jsonl, then, in batches, the gradebook. A file that this version of the grader has
    already graded is not graded again, so the same command continues after any interruption. A
    gradebook that cannot be used ends the recording, not the grading. A full disk ends both, with
    `CourseError`. Marks that are recorded already change last, after `agree` was told who gains and
    who loses.
    """
    run = _Run(course, unit_of(course, unit), list(students), settings, say, show, agree)
    with Results(results_path(course, unit, settings.shard)) as results, run.recording():
        try:
            for task, done in spread(executor, grade_task, run.tasks(results), window=window):
                run.take(task, done, results)
        except (WorkersFail, OtherGrader) as error:
            raise CourseError(f"{error}; {_kept(run.tally)}") from None
        except OSError as error:
            raise refused(error, _kept(run.tally)) from None
    return run.tally


class _Run:
    """The state of one run: its tally, and what waits for the gradebook."""

    def __init__(
        self,
        course: CourseFolder,
        unit: Unit,
        students: list[str],
        settings: Settings,
        say: Callable[[str], None],
        show: Callable[[str], None],
        agree: Callable[[str], bool],
    ) -> None:
        self.course = course
        self.unit = unit
        self.students = students
        self.settings = settings
        self.say = say
        self.show = show
        self.agree = agree
        self.tally = Tally(len(students), unit.master.worth)
        self.recorder: Recorder | None = None
        self.said = {""}
        self._waiting = 0
        self._flushed = time.monotonic()
        self._results: Results | None = None

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Have the gradebook open, and everything in it at the end, unless it is at fault."""
        with contextlib.ExitStack() as stack:
            if self.settings.record:
                try:
                    opened = open_recorder(self.course, self.unit.name, self.say)
                    self.recorder = stack.enter_context(opened)
                except GradebookUnusable as error:
                    self._give_up(error)
            try:
                yield
                self._settle()
            finally:
                self._flush()
                self._note()

    def _settle(self) -> None:
        """Let marks change that are recorded already, if that is wanted."""
        self._flush()
        if self.recorder is None:
            return
        try:
            self.recorder.add_others(self.unit.name, set(self.students))
            self.tally.held = settle(self.recorder, self.unit.name, self.agree)
        except GradebookUnusable as error:
            self._give_up(error)

    def tasks(self, results: Results) -> Iterator[Task]:
        """What is to be graded; results that stand are counted and recorded on the way."""
        self._results = results
        standing = self._standing(results)
        for student in self.students:
            source = self.course.submitted(self.unit.name, student)
            if student in standing:
                outcome = read_entry(results.known[student])
                when = timestamp_text(source)
                if when != outcome.timestamp:
                    outcome = replace(outcome, timestamp=when)
                    self._copy_beside(student)
                    results.append(outcome)
                self._count(outcome, new=False)
            else:
                yield self.unit.task(source, student, allow_process=self.settings.allow_process)

    def _standing(self, results: Results) -> set[str]:
        """Who has a result that stands; says how many have, and how many another grader's."""
        standing, old = set(), 0
        name = self.unit.name
        for student in self.students if not self.settings.again else ():
            entry = results.known.get(student)
            written = self.course.autograded(name, student) / f"{name}.ipynb"
            if entry is None or not entry.final or not written.exists():
                continue
            if entry.file != self.unit.task(self.course.submitted(name, student), student).file:
                continue
            if entry.grader == self.unit.grader:
                standing.add(student)
            else:
                old += 1
        new = len(self.students) - len(standing) - old
        parts = [
            (len(standing), "graded before"),
            (old, "to grade again, because the exercises or the grader changed"),
            (new, "to grade again" if self.settings.again else "to grade"),
        ]
        self.say(f"{name}: " + ", ".join(f"{count} {what}" for count, what in parts if count))
        return standing

    def take(self, task: Task, done: Done | Lost, results: Results) -> None:
        """Keep what came of a task: the notebook, then the result, then the gradebook's batch."""
        if isinstance(done, Lost):
            fault = f"{task.student}: the worker was lost twice ({done.reason})"
            done = ungraded_task(task, "the grader failed on it, and a person must look", fault)
        name, source = self.unit.name, self.course.submitted(self.unit.name, task.student)
        target = self.course.autograded(name, task.student)
        write_whole(target / f"{name}.ipynb", done.notebook, 0o444)
        self._copy_beside(task.student)
        outcome = KeptResult(
            name,
            task.student,
            done.fingerprint,
            done.marks.scores,
            done.marks.comments,
            timestamp_text(source),
            done.faults,
            done.verdicts,
            done.misconceptions,
            task.file,
            self.unit.grader,
            done.marks.worth,
            done.isolation,
        )
        results.append(outcome)
        if done.isolation not in self.said:
            self.said.add(done.isolation)
            self.say(f"student code runs {done.isolation}")
        if done.refused:
            self.say(f"a person must look: {task.student}: {done.refused}")
        for fault in done.faults:
            self.tally.faults.append(task.student)
            self.say(f"not graded: {task.student}: {fault}")
        self._count(outcome, new=True)

    def _copy_beside(self, student: str) -> None:
        name = self.unit.name
        source, target = self.course.submitted(name, student), self.course.autograded(name, student)
        copy_beside(source, target, self.course.given(name))

    def _count(self, outcome: KeptResult, *, new: bool) -> None:
        self.tally.count(outcome.scores, new=new)
        self.show(self.tally.line())
        if self.recorder is not None:
            self.recorder.add(outcome.result())
            self._waiting += 1
            late = time.monotonic() - self._flushed > BATCH_SECONDS
            if self._waiting >= BATCH or late:
                self._flush()

    def _flush(self) -> None:
        if self.recorder is None or not self._waiting:
            return
        try:
            if self._results is not None:
                self._results.sync()
            self.recorder.flush()
        except GradebookUnusable as error:
            self._give_up(error)
        self._waiting, self._flushed = 0, time.monotonic()

    def _give_up(self, error: GradebookUnusable) -> None:
        """Grade on without the gradebook: the results are kept, and `record` does the rest."""
        self._note()
        self.recorder = None
        self.tally.unrecorded = str(error)
        self.say(f"{error}\ngrading goes on, and every result is kept")

    def _note(self) -> None:
        if self.recorder is not None:
            self.tally.recorded = self.recorder.recorded
            self.tally.failed = len(self.recorder.failures)
            for who, why in self.recorder.failures.items():
                self.say(f"could not record {who}: {why}")


def _kept(tally: Tally) -> str:
    return f"{tally.done} results are kept, and the same command goes on from there"


def refused(error: OSError, done: str) -> CourseError:
    """What to say when a file cannot be written, and what has been `done` all the same."""
    where = error.filename or "the course's folder"
    why = "the disk is full; make room" if error.errno in FULL else str(error.strerror or error)
    return CourseError(f"cannot write to {where}: {why}. {done}")


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
