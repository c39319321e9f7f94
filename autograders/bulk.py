"""Grades the submissions of a class and keeps the results, so that grading goes on after a stop."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat

from .files import Refused, find_notebook
from .folders import AUDIT, CourseFolder, released_path, secret_seed, timestamp_of
from .grading import grade_submission
from .intake import Master, Placed, Submission, read_submission
from .marks import Marks, return_graded, return_refused
from .record import Recorder, Result, ensure_assignment
from .report import Report
from .sandbox import Sandbox


@dataclass(frozen=True)
class Outcome:
    """One graded submission as it is kept: a line of JSON in results/UNIT.jsonl.

    `fingerprint` is a hash of what counts in the submission, of the released notebook and of the
    seed: the same fingerprint means the same result. `verdicts` has the status of each exercise's
    report, `misconceptions` the id of the recognised one where there is one: what a class got
    wrong can be counted from them.
    """

    unit: str
    student: str
    fingerprint: str
    scores: dict[str, float | None]
    comments: dict[str, str | None]
    timestamp: str | None = None
    faults: tuple[str, ...] = ()
    verdicts: dict[str, str] = field(default_factory=dict)
    misconceptions: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The points given so far; what waits for a person counts nothing yet."""
        return sum(score or 0.0 for score in self.scores.values())

    @property
    def waiting(self) -> int:
        """How many cells wait for a person."""
        return sum(score is None for score in self.scores.values())

    def result(self) -> Result:
        """The same for the gradebook."""
        when = datetime.fromisoformat(self.timestamp) if self.timestamp else None
        marks = Marks(self.scores, self.comments)
        return Result(self.student, self.unit, self.unit, marks, self.fingerprint, when)


def results_path(course: CourseFolder, unit: str) -> Path:
    """Where the results of a unit are kept."""
    return course.root / "results" / f"{unit}.jsonl"


def load_results(course: CourseFolder, unit: str) -> dict[str, Outcome]:
    """The last result of each student; a line that a stop cut short is left out."""
    found = {}
    path = results_path(course, unit)
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            data = json.loads(line)
        except ValueError:
            continue
        found[data["student"]] = Outcome(**{**data, "faults": tuple(data["faults"])})
    return found


def grade_class(
    course: CourseFolder,
    unit: str,
    *,
    sandbox: Sandbox,
    students: Iterable[str] | None = None,
    again: bool = False,
) -> Iterator[tuple[Outcome, bool]]:
    """Grade what was handed in for a unit, one by one: (outcome, whether it was graded just now).

    A submission whose fingerprint has a result is not graded twice, unless `again`. Each result is
    kept before the next submission is begun.
    """
    master, seed = course.master(unit), secret_seed(course.root)
    known = {} if again else load_results(course, unit)
    path = results_path(course, unit)
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as kept:
        if kept.tell() and not path.read_bytes().endswith(b"\n"):
            kept.write("\n")
        for student in students if students is not None else course.students(unit):
            submission = read(course.submitted(unit, student), master)
            mark = fingerprint(submission, master, seed)
            if student in known and known[student].fingerprint == mark:
                yield known[student], False
                continue
            outcome = grade(course, student, submission, master, sandbox, seed)
            kept.write(json.dumps(asdict(outcome), sort_keys=True) + "\n")
            kept.flush()
            yield outcome, True


def read(folder: Path, master: Master) -> Submission | Refused:
    """The submission in a student's folder, or why there is none to grade."""
    try:
        path, odd = find_notebook(folder, master.unit)
        submission = read_submission(path, master)
    except Refused as reason:
        return reason
    except OSError as error:
        return Refused(f"the file cannot be read ({error.strerror})")
    return Submission(submission.unit, submission.placed, (*odd, *submission.notes))


def fingerprint(submission: Submission | Refused, master: Master, seed: int) -> str:
    """A hash of all that a result depends on."""
    content = str(submission) if isinstance(submission, Refused) else submission.digest
    released = [(cell.grade_id, cell.source, cell.points) for cell in master.cells]
    return hashlib.sha256(repr((content, released, seed)).encode()).hexdigest()


def grade(
    course: CourseFolder,
    student: str,
    submission: Submission | Refused,
    master: Master,
    sandbox: Sandbox,
    seed: int,
) -> Outcome:
    """Grade one submission and write its notebook, with cards, where nbgrader looks for it."""
    faults: tuple[str, ...] = ()
    reports: Mapping[str, Report] = {}
    if isinstance(submission, Refused):
        blank = tuple(Placed(cell.source, cell.cell_type, cell) for cell in master.cells)
        nb = nbformat.from_dict(Submission(master.unit, blank).notebook(master))
        marks = return_refused(nb, master.unit, str(submission))
    else:
        nb = nbformat.from_dict(submission.notebook(master))
        graded = grade_submission(submission, master.unit, sandbox, seed)
        raised = graded.notes[len(submission.notes) :]
        marks = return_graded(nb, graded.reports, graded.notes, raised)
        faults, reports = graded.faults, graded.reports
    source, target = course.submitted(master.unit, student), course.autograded(master.unit, student)
    write_notebook(nb, source, target / f"{master.unit}.ipynb")
    when = timestamp_of(source)
    return Outcome(
        master.unit,
        student,
        fingerprint(submission, master, seed),
        dict(marks.scores),
        dict(marks.comments),
        when.isoformat() if when else None,
        faults,
        {name: report.status for name, report in reports.items()},
        {name: r.misconception for name, r in reports.items() if r.misconception},
    )


def write_notebook(nb: Any, submitted: Path, path: Path) -> None:
    """Write a graded notebook beside a copy of the submission's timestamp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    nbformat.write(nb, path)
    stamp = path.parent / "timestamp.txt"
    stamp.unlink(missing_ok=True)
    if timestamp_of(submitted) is not None:
        shutil.copyfile(submitted / "timestamp.txt", stamp)


def record(
    course: CourseFolder, unit: str, outcomes: Iterable[Outcome], warn: Callable[[str], None]
) -> tuple[int, int]:
    """Write results to the gradebook; how many are in it, and how many could not be recorded."""
    released = nbformat.read(released_path(course.dir, unit, unit), as_version=4)
    ensure_assignment(course.dir.db_url, course.dir.course_id, unit, released)
    with Recorder(
        course.dir.db_url,
        course.dir.course_id,
        audit=course.root / AUDIT,
        late_penalty=course.late_penalty,
    ) as recorder:
        for outcome in outcomes:
            recorder.add(outcome.result())
    for who, why in recorder.failures.items():
        warn(f"could not record {who}: {why}")
    return recorder.recorded, len(recorder.failures)
