"""Today's policy on recorded marks: penalties for lateness, and who gains and who loses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Grade, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, select, update

from ..judging.report import points
from ..submission.folders import LatePenalty
from .terms import Terms

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Change:
    """A mark that is recorded already and becomes another; both with penalties taken off."""

    student: str
    assignment: str
    before: float
    after: float


def difference(changes: Collection[Change]) -> str:
    """Who gains and who loses, in a sentence: "12 gain, 3 lose: ada 14 -> 12, ..."; or nothing."""
    lose = [change for change in changes if change.after < change.before]
    gain = [change for change in changes if change.after > change.before]
    if not lose and not gain:
        return ""
    named = [f"{one.student} {points(one.before)} -> {points(one.after)}" for one in (*lose, *gain)]
    more = f", and {len(named) - NAMED_AT_MOST} more" if len(named) > NAMED_AT_MOST else ""
    return f"{len(gain)} gain, {len(lose)} lose: {', '.join(named[:NAMED_AT_MOST])}{more}"


# Lateness


def penalty_of(rule: LatePenalty, student: str, score: float, seconds: float) -> float | None:
    """nbgrader's rule for late work: the plugin's penalty, at least 0 and at most the score."""
    penalty = rule(student, score, seconds) if seconds > 0 else None
    return None if penalty is None else min(max(penalty, 0.0), max(score, 0.0))


@dataclass(frozen=True)
class Penalty:
    """The penalty of one submitted notebook (the row `key`), as it is recorded and as it should be.

    `score` is what is recorded for the notebook, manual marks included; it is 0 where nothing is.
    """

    key: str
    student: str
    notebook: str
    score: float
    recorded: float | None
    due: float | None

    @property
    def stale(self) -> bool:
        """Whether the recorded one is not what today's policy gives."""
        return (self.recorded or 0.0) != (self.due or 0.0)


def penalties(
    db: Any, assignment: Assignment, students: Collection[str] | None, rule: LatePenalty | None
) -> list[Penalty]:
    """What today's due date, extensions and rule make of these students' marks, or of everybody's.

    Without a rule the recorded penalties stand.
    """

    def of_them(query: Any) -> Any:
        query = query.where(SubmittedAssignment.assignment_id == assignment.id)
        return query if students is None else query.where(MINE.in_(students))

    sums = (
        select(SubmittedNotebook.id, func.coalesce(func.sum(Grade.score), 0.0))
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .group_by(SubmittedNotebook.id)
    )
    scores = dict(db.execute(of_them(sums)).all())
    rows = (
        select(
            SubmittedNotebook.id, MINE, Notebook.name, SubmittedAssignment.timestamp,
            SubmittedAssignment.extension, SubmittedNotebook.late_submission_penalty,
        )
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    )  # fmt: skip
    found = []
    for key, student, notebook, when, extension, recorded in db.execute(of_them(rows)):
        seconds, score = 0.0, scores.get(key, 0.0)
        if when is not None and assignment.duedate is not None:
            due_date = assignment.duedate + extension if extension else assignment.duedate
            seconds = (when - due_date).total_seconds()
        due = recorded if rule is None else penalty_of(rule, student, score, seconds)
        found.append(Penalty(key, student, notebook, score, recorded, due))
    return found


MINE = SubmittedAssignment.student_id


def write_penalties(db: Any, stale: Iterable[Penalty]) -> None:
    """Bring recorded penalties up to date."""
    for one in stale:
        query = update(SubmittedNotebook).where(SubmittedNotebook.id == one.key)
        db.execute(query.values(late_submission_penalty=one.due))


def write_extensions(
    db: Any, assignment: Assignment, students: Collection[str] | None, terms: Terms
) -> dict[str, str]:
    """Give these students, or everybody, the extensions of the terms; what changed, in words.

    Without terms, nbgrader's own extensions stay.
    """
    if not terms.known:
        return {}
    query = select(SubmittedAssignment).where(SubmittedAssignment.assignment_id == assignment.id)
    changed = {}
    for row in db.scalars(query if students is None else query.where(MINE.in_(students))):
        wanted = terms.extensions.get((row.student_id, assignment.name))
        if row.extension != wanted:
            changed[row.student_id] = f"{row.extension or 'none'} -> {wanted or 'none'}"
            row.extension = wanted
    db.flush()
    return changed


def write_due(assignment: Assignment, terms: Terms) -> str:
    """Give an assignment the due date of the terms; what changed, in words, or nothing."""
    due = terms.of(assignment.name).due
    if due is None or due == assignment.duedate:
        return ""
    said = f"{assignment.duedate or 'none'} -> {due}"
    assignment.duedate = due
    return said


def outdated(db: Any, assignment: Assignment, rule: LatePenalty, terms: Terms) -> list[Change]:
    """The recorded marks that are not what today's policy gives; nothing is written."""
    before = totals(db, assignment, None)
    write_due(assignment, terms)
    write_extensions(db, assignment, None, terms)
    after = sums(penalties(db, assignment, None, rule))
    db.rollback()
    return [
        Change(student, assignment.name, was, after[student])
        for student, was in before.items()
        if was != after[student]
    ]


def sums(found: Iterable[Penalty]) -> dict[str, float]:
    """What each student has, with the penalties of today taken off."""
    total: dict[str, float] = {}
    for one in found:
        total[one.student] = total.get(one.student, 0.0) + max(0.0, one.score - (one.due or 0.0))
    return total


def totals(db: Any, assignment: Assignment, students: Collection[str] | None) -> dict[str, float]:
    """The recorded marks of those students who have any, with recorded penalties taken off."""
    marked = (
        select(MINE)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(SubmittedAssignment.assignment_id == assignment.id)
        .where(Grade.auto_score.is_not(None) | Grade.manual_score.is_not(None))
    )
    having = set(db.scalars(marked if students is None else marked.where(MINE.in_(students))))
    found = sums(penalties(db, assignment, students, None))
    return {student: total for student, total in found.items() if student in having}
