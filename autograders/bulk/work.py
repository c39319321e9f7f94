"""What a worker does for one submission: all that it needs comes with the task."""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import os
import platform
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..declare.catalogue import UnknownExercise, chosen, use
from ..feedback.pages import Page, make_page
from ..gradebook.marks import Marks, return_graded, return_refused
from ..reader import ReaderFailed, own_reader, read_submission
from ..sandbox import Sandbox, SandboxUnavailable
from ..submission.files import Refused, find_notebook, read_regular
from ..submission.grading import grade_submission
from ..submission.intake import Placed, Submission
from ..submission.master import Master, read_master
from ..submission.version import OtherGrader, grader_of
from .dispatch import Lost

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """One submission to grade: the bytes of its file, or why there is no file to grade."""

    unit: Unit = field(repr=False)
    student: str
    content: bytes = field(default=b"", repr=False)
    refused: str = ""
    odd: tuple[str, ...] = ()
    allow_process: bool = False

    @property
    def file(self) -> str:
        """A hash of all that the result depends on, apart from the grader."""
        mark = hashlib.sha256(self.unit.context.encode())
        mark.update(repr((self.refused, self.odd)).encode("utf-8", "surrogateescape"))
        mark.update(self.content)
        return mark.hexdigest()


@dataclass(frozen=True)
class Unit:
    """The released notebook of a unit and the seed of its inputs, for every machine that grades."""

    name: str
    released: bytes
    seed: int
    exercises: str
    context: str
    grader: str

    @staticmethod
    def of(unit: str, released: bytes, seed: int) -> Unit:
        """The unit with this name and released notebook."""
        cells = [(c.grade_id, c.source, c.points) for c in read_master(released, unit).cells]
        context = hashlib.sha256(repr((unit, cells, seed, chosen())).encode()).hexdigest()
        return Unit(unit, released, seed, chosen(), context, grader_of(unit))

    @property
    def master(self) -> Master:
        """The released notebook, read."""
        return _master(self.released, self.name)

    def task(self, folder: Path, student: str, *, allow_process: bool = False) -> Task:
        """What there is to grade in a student's folder."""
        try:
            path, odd = find_notebook(folder, self.name)
            content = read_regular(path)
        except Refused as reason:
            return Task(self, student, refused=str(reason), allow_process=allow_process)
        except OSError as error:
            refused = f"the file cannot be read ({error.strerror})"
            return Task(self, student, refused=refused, allow_process=allow_process)
        return Task(self, student, content, odd=odd, allow_process=allow_process)


@lru_cache(maxsize=4)
def _master(released: bytes, unit: str) -> Master:
    return read_master(released, unit)


@dataclass(frozen=True)
class Done:
    """What came of a task: marks, the graded notebook as JSON, and what went wrong on our side."""

    marks: Marks
    notebook: bytes = field(repr=False)
    fingerprint: str
    faults: tuple[str, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    isolation: str = ""


def grade_task(task: Task) -> Done:
    """Grade one submission; the result depends on the task alone, wherever it is done.

    A fault of ours that this submission brings out is kept as one, for a person. Were it raised,
    five students could look like workers that fail, and stop the class.
    """
    if task.unit.exercises != chosen():
        use(task.unit.exercises)
    if task.unit.grader != grader_of(task.unit.name):
        raise OtherGrader(
            f"a worker on {platform.node()} has another version of the exercises or of the grader;"
            " give all machines the same, and start their workers again"
        )
    try:
        return _grade(task)
    except (SandboxUnavailable, UnknownExercise, ImportError, OSError):
        raise
    except Exception as error:
        LOG.exception("grading %s of %s", task.unit.name, task.student)
        fault = f"the grader failed on it: {type(error).__name__}: {error}"
        return ungraded_task(task, "the grader failed on it, and a person must look", fault)


def _grade(task: Task) -> Done:
    master = task.unit.master
    try:
        if task.refused:
            raise Refused(task.refused)
        submission = read_submission(task.content, master)
    except Refused as reason:
        return ungraded_task(task, str(reason))
    submission = Submission(submission.unit, submission.placed, (*task.odd, *submission.notes))
    # One at a time: the judge silences this process's output while it runs the reference.
    with _ONE:
        sandbox = _sandbox_of(os.getpid(), task.allow_process)
        graded = grade_submission(submission, master.unit, sandbox, task.unit.seed)
    nb = submission.notebook(master)
    raised = graded.notes[len(submission.notes) :]
    marks = return_graded(nb, graded.reports, graded.notes, raised)
    return Done(
        Marks(dict(marks.scores), dict(marks.comments), dict(marks.worth)),
        notebook_json(nb),
        fingerprint(submission, task.unit),
        graded.faults,
        {name: report.status for name, report in graded.reports.items()},
        {name: r.misconception for name, r in graded.reports.items() if r.misconception},
        isolation=graded.isolation,
    )


def page_task(page: Page) -> str | Lost:
    """The feedback page of one submission; where it cannot be made, why."""
    try:
        return str(own_reader().read(make_page, page))
    except (Refused, ReaderFailed) as reason:
        return Lost(str(reason))


def ungraded_task(task: Task, reason: str, *faults: str) -> Done:
    """What comes of a submission that cannot be graded: a person gives every one of its marks."""
    master = task.unit.master
    blank = tuple(Placed(cell.source, cell.cell_type, cell) for cell in master.cells)
    nb = Submission(master.unit, blank).notebook(master)
    marks = return_refused(nb, master.unit, reason)
    mark = fingerprint(reason, task.unit)
    return Done(marks, notebook_json(nb), mark, faults, refused="" if faults else reason)


def fingerprint(submission: Submission | str, unit: Unit) -> str:
    """A hash of what counts in a submission, so that saving it again does not change it."""
    content = submission if isinstance(submission, str) else submission.digest
    return hashlib.sha256(f"{unit.context} {content}".encode()).hexdigest()


_ONE = threading.Lock()
LARGE_CELL = 100_000


@lru_cache(maxsize=2)
def _sandbox_of(process: int, allow_process: bool) -> Sandbox:
    """The warm sandbox of this process; a process that was forked from it gets its own."""
    sandbox = Sandbox(allow_process=allow_process)
    atexit.register(_close_own, process, sandbox)
    return sandbox


def _close_own(process: int, sandbox: Sandbox) -> None:
    if os.getpid() == process:
        sandbox.close()


# The notebook as a file


def notebook_json(nb: Mapping[str, Any]) -> bytes:
    """The notebook as `nbformat.write` writes it, without checking what was just made.

    Most cells of a class are alike: the course's own, and untouched answers. The text of each is
    made once.
    """
    rest = {key: value for key, value in nb.items() if key != "cells"}
    cells = ",\n".join(
        "  " + _once(json.dumps(cell, sort_keys=True)).replace("\n", "\n  ") for cell in nb["cells"]
    )
    body = f' "cells": [\n{cells}\n ]' if cells else ' "cells": []'
    tail = _indented(rest)[1:]
    return ("{\n" + body + "," + tail + "\n").encode("utf-8", "surrogatepass")


def _once(compact: str) -> str:
    """What becomes of a cell, remembered unless it is large: as with a picture in it."""
    return _remembered(compact) if len(compact) < LARGE_CELL else _cell_json(compact)


def _cell_json(compact: str) -> str:
    cell = json.loads(compact)
    for kinds in cell.get("attachments", {}).values():
        if isinstance(text := kinds.get("image/svg+xml"), str):
            kinds["image/svg+xml"] = text.splitlines(keepends=True)
    cell["source"] = cell["source"].splitlines(keepends=True)
    for output in cell.get("outputs", ()):
        data = output["data"]
        data |= {kind: text.splitlines(keepends=True) for kind, text in data.items()}
    return _indented(cell)


_remembered = lru_cache(maxsize=512)(_cell_json)


def _indented(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
