"""nbgrader's own commands with our judge: the classes that nbgrader_config.py names.

`nbgrader autograde`, its API and the formgrader's button convert a submission twice: first they
sanitise it (here `SubmissionExporter` rebuilds it from the released notebook), then they grade it
(`GradeSubmission` in the sandbox, `RecordMarks` into the gradebook). No student code runs in a
kernel.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import weakref
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, GetGrades, NbGraderPreprocessor, SaveCells
from traitlets import Bool

from .bulk.beside import leave_behind
from .bulk.work import Unit, fingerprint
from .feedback.unread import Words, points_or_words, so_far
from .gradebook.assignment import change_points, ensure_assignment
from .gradebook.marks import return_graded, return_refused
from .gradebook.open import GradebookUnusable
from .gradebook.policy import difference
from .gradebook.record import Recorder, Result
from .gradebook.terms import Terms
from .reader import read_submission
from .sandbox import Sandbox
from .submission.files import Refused, read_regular
from .submission.folders import (
    AUDIT,
    CourseError,
    late_penalty,
    released_path,
    secret_seed,
    timestamp_of,
)
from .submission.grading import grade_submission
from .submission.intake import Placed, Submission
from .submission.master import Master, read_master

KEY = "autograders"

log = logging.getLogger(__name__)


class ClearAnswers(ClearSolutions):
    """nbgrader's ClearSolutions, but a region at the left margin leaves no stub.

    With `ladder = False` the released notebook asks `check` for no more than hints.

    A quiz cell gives its answer as `quiz_01 = {"q1": ""}` followed by a region with the right
    letters; a released `raise NotImplementedError` below would stop a learner who has answered.
    """

    ladder = Bool(
        True,
        help="Whether `check` in the released notebook shows a similar function, solved in full,"
        " to a learner who has tried; a graded class may want False.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Clear the answers, and note in the notebook what its class goes without."""
        if not self.ladder:
            nb.metadata.setdefault(KEY, {})["ladder"] = False
        return super().preprocess(nb, resources)

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        replaced = super()._replace_solution_region(cell, language)
        if replaced and cell.cell_type == "code":
            stub = re.escape(self.code_stub[language])
            cell.source = re.sub(rf"\n+{stub}$", "", cell.source, flags=re.MULTILINE)
        return replaced


def tidy_submission(*, assignment: str, notebooks: list[str], **_: Any) -> None:
    """Before nbgrader copies a submission: mend what would leak a file or stop it.

    nbgrader follows links, so that a student's link to a file of the instructor's would come back
    with the feedback: links go. It stops at a timestamp that is no time: that is set aside. It
    skips a notebook of another name: when there is only one, a copy gets the right name. Pipes and
    devices, which it cannot copy, go as well.
    """
    for folder in {Path(notebook).parent for notebook in notebooks}:
        for path in sorted(folder.rglob("*")):
            plain = not path.is_symlink() and (path.is_file() or path.is_dir())
            if not plain and path.suffix != ".ipynb":
                log.warning("%s: removed, it is a link or no file", path)
                path.unlink()
        timestamp = folder / "timestamp.txt"
        when = timestamp_of(folder)
        if when is not None:
            text = f"{when.isoformat(' ')} UTC"  # nbgrader's parser takes no other zone for a zone
            if timestamp.read_text("utf-8-sig").strip() != text:
                timestamp.write_text(text, "utf-8")
        elif timestamp.exists():
            log.warning("%s: not a time, set aside; the submission counts as undated", timestamp)
            timestamp.replace(folder / "timestamp.txt.unreadable")
        wanted, found = folder / f"{assignment}.ipynb", sorted(folder.glob("*.ipynb"))
        if not os.path.lexists(wanted) and len(found) == 1:
            try:
                content = read_regular(found[0])
            except Refused as reason:
                log.warning("%s: left aside, %s", found[0], reason)
                continue
            log.warning("%s: graded as %s", found[0], wanted.name)
            wanted.write_bytes(content)
            notebooks[:] = [str(wanted)]


def released_master(coursedir: CourseDirectory, assignment: str, notebook: str) -> Master:
    """The released notebook that submissions are rebuilt from."""
    return read_master(released_path(coursedir, assignment, notebook))


def know_assignment(coursedir: CourseDirectory, assignment: str) -> None:
    """Have an assignment in the gradebook; its only notebook is named as it is."""
    url, course_id = coursedir.db_url, coursedir.course_id
    released = nbformat.read(released_path(coursedir, assignment, assignment), as_version=4)
    if ensure_assignment(
        url,
        course_id,
        assignment,
        released,
        audit=Path(coursedir.root) / AUDIT,
        late_penalty=late_penalty(coursedir.config, Path(coursedir.root)),
    ):
        log.warning("%s: the gradebook did not know it; entered as it was released", assignment)


class SaveCellsAndMarks(SaveCells):
    """nbgrader's SaveCells; when points are changed, the marks that were given change with them."""

    def _create_notebook(self, nb: NotebookNode) -> None:
        coursedir = self.parent.parent.coursedir
        cells = {**self.new_grade_cells, **self.new_task_cells}
        worth = {name: about["max_score"] for name, about in cells.items()}
        with contextlib.suppress(MissingEntry):
            change_points(
                self.gradebook,
                self.assignment_id,
                worth,
                Path(coursedir.root) / AUDIT,
                late_penalty(self.config, Path(coursedir.root)),
                self.log.warning,
            )
        super()._create_notebook(nb)


class SubmissionExporter(NotebookExporter):
    """Reads whatever was handed in; what nbgrader gets is a clean notebook, always.

    nbgrader makes it before it looks at any submission: so the assignment gets its entry in the
    gradebook here when `generate_assignment` has not been run, as in a fresh clone.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        coursedir = getattr(self.parent, "coursedir", None)
        if coursedir is not None and coursedir.assignment_id:
            try:
                know_assignment(coursedir, coursedir.assignment_id)
            except (CourseError, GradebookUnusable) as error:
                self.log.error("%s", error)
                raise NbGraderException(str(error)) from None

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Rebuild a submission on the first pass; on the second, read what the first wrote."""
        converter: Any = self.parent
        if not converter._sanitizing or resources is None:
            return super().from_filename(filename, resources=resources, **options)
        about = resources["nbgrader"]
        master = released_master(converter.coursedir, about["assignment"], about["notebook"])
        try:
            rebuilt = read_submission(read_regular(filename), master)
            note: dict[str, Any] = {"notes": list(rebuilt.notes)}
        except (Refused, OSError) as reason:
            self.log.warning("%s: %s", filename, reason)
            blank = tuple(Placed(cell.source, cell.cell_type, cell) for cell in master.cells)
            rebuilt = Submission(master.unit, blank)
            note = {"refused": str(reason)}
        notebook = nbformat.from_dict(rebuilt.notebook(master))
        notebook.metadata[KEY] = note
        return self.from_notebook_node(notebook, resources=resources, **options)


def folders_of(coursedir: CourseDirectory, assignment: str, student: str) -> tuple[Path, Path]:
    """Where a submission is put when it is graded, and where the assignment's source lies."""
    target = coursedir.format_path(coursedir.autograded_directory, student, assignment)
    return Path(target), Path(coursedir.format_path(coursedir.source_directory, ".", assignment))


class GradeSubmission(NbGraderPreprocessor):
    """Grades the rebuilt notebook in the sandbox and puts each exercise's card below its test."""

    allow_process = Bool(
        False,
        help="Grade although this machine cannot isolate student code. Only for code you trust.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        for path in leave_behind(*folders_of(coursedir, about["assignment"], about["student"])):
            self.log.warning("%s: not shown with the notebook, removed here", path)
        released = released_path(coursedir, about["assignment"], about["notebook"]).read_bytes()
        # The unit as grading in bulk has it, so that the same work has the same fingerprint there.
        unit = Unit.of(about["notebook"], released, secret_seed(Path(coursedir.root)))
        master = unit.master
        found = nb.metadata.pop(KEY, {})
        if "refused" in found:
            marks = return_refused(nb, master.unit, found["refused"])
            digest = fingerprint(found["refused"], unit)
        else:
            submission = read_submission(json.dumps(nb, ensure_ascii=False).encode(), master)
            graded = grade_submission(submission, master.unit, self._sandbox(), unit.seed)
            for fault in graded.faults:
                self.log.error("not graded: %s", fault)
            raised = graded.notes[len(submission.notes) :]
            notes = list(dict.fromkeys([*found.get("notes", []), *graded.notes]))
            marks = return_graded(nb, graded.reports, notes, raised)
            digest = fingerprint(submission, unit)
        resources[KEY] = {"marks": marks, "digest": digest, "grader": unit.grader}
        return nb, resources

    def _sandbox(self) -> Sandbox:
        """One warm sandbox for a whole run of nbgrader: it lives as long as the exporter."""
        exporter = self.parent
        if not hasattr(exporter, "_warm_sandbox"):
            exporter._warm_sandbox = Sandbox(allow_process=self.allow_process)
            weakref.finalize(exporter, exporter._warm_sandbox.close)
        return exporter._warm_sandbox


class RecordMarks(NbGraderPreprocessor):
    """Writes marks and penalties, in the place of SaveAutoGrades and AssignLatePenalties."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        found = resources[KEY]
        result = Result(
            about["student"],
            about["assignment"],
            about["notebook"],
            found["marks"],
            fingerprint=found["digest"],
            grader=found["grader"],
        )
        audit = Path(coursedir.root) / AUDIT
        with Recorder(
            about["db_url"],
            coursedir.course_id,
            audit=audit,
            late_penalty=late_penalty(self.config, Path(coursedir.root)),
            hold=True,
            terms=Terms.load(Path(coursedir.root)),
        ) as recorder:
            recorder.add(result)
            recorder.flush()
            if said := difference(recorder.changes.values()):
                self.log.warning("%s: %s", about["assignment"], said)
            recorder.accept()
        for who, why in recorder.failures.items():
            raise RuntimeError(f"could not record {who}: {why}")
        return nb, resources


class PageExporter(HTMLExporter):
    """Makes the page that a student gets back; its template is not for the formgrader."""


class GetMarks(GetGrades):
    """nbgrader's GetGrades; what nobody has given points for is not read yet, and not 0."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        nb, resources = super().preprocess(nb, resources)
        scores = (cell.metadata.get("nbgrader", {}).get("score") for cell in nb.cells)
        if any(isinstance(score, Words) for score in scores):
            resources["nbgrader"]["score"] = so_far(resources["nbgrader"]["score"])
        return nb, resources

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        about = cell.metadata.nbgrader
        about["score"] = points_or_words(grade.auto_score, grade.manual_score, about["score"])
