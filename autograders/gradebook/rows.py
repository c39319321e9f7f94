"""The rows of submissions in nbgrader's gradebook: made, compared and brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import delete, insert, select, update

from .audit import audit_line
from .marks import Marks
from .roster import Person


@dataclass(frozen=True)
class Result:
    """One submitted notebook with its marks, ready for the gradebook.

    `fingerprint` names the exact content that was graded, `grader` the code that graded it;
    `timestamp` is when it was handed in.
    """

    student: str
    assignment: str
    notebook: str
    marks: Marks
    fingerprint: str = ""
    timestamp: datetime | None = None
    grader: str = ""


def write_marks(submission: SubmittedAssignment, result: Result) -> dict[str, Any]:
    """Put one result into the rows that are there; the line for the audit log."""
    if result.timestamp is not None:
        submission.timestamp = result.timestamp
    notebook = next((n for n in submission.notebooks if n.name == result.notebook), None)
    if notebook is None:
        raise MissingEntry(missing_notebook(result))
    line = line_of(result)
    for grade in notebook.grades:
        if grade.name in result.marks.scores:
            line["before"][grade.name] = grade.auto_score
            line["scores"][grade.name] = grade.auto_score = result.marks.scores[grade.name]
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    for comment in notebook.comments:
        if comment.name in result.marks.comments:
            comment.auto_comment = result.marks.comments[comment.name]
    return line


class NewRows:
    """The rows of submissions that the gradebook does not know yet, written as they will stay.

    They mirror the assignment as those of `Gradebook.add_submission` do, and are inserted in one
    statement for each table: four fifths of the time that objects and updates would take is saved.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.notebooks = list(assignment.notebooks)
        self.graded = {n.id: [*n.grade_cells, *n.task_cells] for n in self.notebooks}
        self.commented = {n.id: [*n.solution_cells, *n.task_cells] for n in self.notebooks}

    def insert(self, db: Any, results: Mapping[str, Result]) -> list[dict[str, Any]]:
        """Insert the rows of these students; a line for the audit log for each of them."""
        tables: dict[Any, list[dict[str, Any]]] = {
            SubmittedAssignment: [], SubmittedNotebook: [], Grade: [], Comment: []
        }  # fmt: skip
        lines = [self._rows(result, tables) for result in results.values()]
        for table, rows in tables.items():
            if rows:
                db.execute(insert(table.__table__), rows)
        return lines

    def _rows(self, result: Result, tables: dict[Any, list[dict[str, Any]]]) -> dict[str, Any]:
        if all(notebook.name != result.notebook for notebook in self.notebooks):
            raise MissingEntry(missing_notebook(result))
        submission = {
            "id": uuid4().hex,
            "assignment_id": self.assignment.id,
            "student_id": result.student,
            "timestamp": result.timestamp,
        }
        tables[SubmittedAssignment].append(submission)
        line = line_of(result)
        for notebook in self.notebooks:
            row = {
                "id": uuid4().hex,
                "assignment_id": submission["id"],
                "notebook_id": notebook.id,
                "late_submission_penalty": None,
            }
            mine = notebook.name == result.notebook
            scores = result.marks.scores if mine else {}
            comments = result.marks.comments if mine else {}
            for cell in self.graded[notebook.id]:
                score = scores.get(cell.name)
                if cell.name in scores:
                    line["before"][cell.name], line["scores"][cell.name] = None, score
                about = {"id": uuid4().hex, "cell_id": cell.id, "notebook_id": row["id"]}
                about |= {"auto_score": score, "needs_manual_grade": score is None}
                tables[Grade].append(about)
            for cell in self.commented[notebook.id]:
                about = {"id": uuid4().hex, "cell_id": cell.id, "notebook_id": row["id"]}
                tables[Comment].append(about | {"auto_comment": comments.get(cell.name)})
            tables[SubmittedNotebook].append(row)
        return line


def unchanged(
    db: Any, assignment: Assignment, results: Mapping[str, Result], there: Iterable[str]
) -> set[str]:
    """The students among `there` for whom the gradebook holds exactly these results already."""
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    times: dict[str, Any] = {}
    for place, (table, value) in enumerate(
        [(Grade, Grade.auto_score), (Comment, Comment.auto_comment)]
    ):
        query = (
            select(
                SubmittedAssignment.student_id, SubmittedAssignment.timestamp,
                Notebook.name, BaseCell.name, value,
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(table, table.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == table.cell_id)
            .where(SubmittedAssignment.assignment_id == assignment.id)
            .where(SubmittedAssignment.student_id.in_(list(there)))
        )  # fmt: skip
        for student, timestamp, notebook, cell, held in db.execute(query):
            times[student] = timestamp
            if notebook == results[student].notebook:
                found.setdefault(student, ({}, {}))[place][cell] = held
    return {
        student
        for student, (scores, comments) in found.items()
        if scores == {**scores, **results[student].marks.scores}
        and comments == {**comments, **results[student].marks.comments}
        and results[student].timestamp in (None, times[student])
    }


def missing_notebook(result: Result) -> str:
    """What to do when the gradebook does not know a notebook."""
    return (
        f"the gradebook has no notebook '{result.notebook}' in '{result.assignment}';"
        f" run 'nbgrader generate_assignment {result.assignment} --force' first"
    )


def line_of(result: Result) -> dict[str, Any]:
    """What the audit log says of a result that is recorded."""
    line = audit_line(result.student, result.assignment, result.notebook, "graded")
    return line | {"fingerprint": result.fingerprint, "grader": result.grader}


def name_students(db: Any, people: Iterable[Person], renamed: Mapping[str, str]) -> None:
    """Let nbgrader's students have the names and ids of the class; `renamed` ones with their rows.

    Whoever is withdrawn keeps the marks that are there; without any, nbgrader forgets them.
    """
    held = {one.id: one for one in db.scalars(select(Student))}
    marked = set(db.scalars(select(SubmittedAssignment.student_id).distinct()))
    for one in people:
        if not one.active and one.student in held.keys() - marked:
            db.delete(held.pop(one.student))
        if one.student not in held and one.active:
            held[one.student] = Student(id=one.student)
            db.add(held[one.student])
        if one.student in held:
            row = held[one.student]
            row.first_name, row.last_name = one.first_name or None, one.last_name or None
            row.email, row.lms_user_id = one.email or None, one.lms_id or None
    db.flush()
    for old, new in renamed.items():
        if old not in held:
            continue
        # In SQL, because a student's id is the key of their row, which nbgrader does not change.
        query = update(SubmittedAssignment).where(SubmittedAssignment.student_id == old)
        db.execute(query.values(student_id=new))
        db.execute(delete(Student.__table__).where(Student.__table__.c.id == old))
