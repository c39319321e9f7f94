"""Finds the student of each line of a class list, and never one student by another's id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..gradebook.tables import RosterError
from .table import Grade

NAMED_AT_MOST = 10


def by_student(grades: Iterable[Grade]) -> dict[str, list[Grade]]:
    """The grades of each student."""
    found: dict[str, list[Grade]] = {}
    for grade in grades:
        found.setdefault(grade.student, []).append(grade)
    return found


def students_of(
    rows: Sequence[Mapping[str, str]],
    keys: Mapping[str, str],
    people: Sequence[Grade],
    *,
    named: str,
) -> list[str | None]:
    """The student of each row, or None for a row that the gradebook does not know.

    `keys` says which field of a `Grade` each column is compared with, and with no other: an LMS's
    own number is never taken for a student's id, though both are "1001". `named` says what to call
    a row. Raises `RosterError`, with every name, for a row that is two students, for two rows that
    are one student, and for a row whose LMS id is not the one that the gradebook keeps.
    """
    known = {column: _Ids(people, field) for column, field in keys.items()}
    kept = {one.student: one.lms_user_id for one in people}
    found: list[str | None] = []
    wrong: list[str] = []
    lines: dict[str, list[str]] = {}
    for row in rows:
        called = f"{row.get(named, '').strip()!r}"
        ids = {column: row.get(column, "").strip() for column in keys}
        reasons: dict[str, list[str]] = {}
        for column, text in ids.items():
            for one in known[column].find(text):
                reasons.setdefault(one, []).append(f"{column} {text}")
        student = next(iter(reasons), None)
        found.append(student)
        if student is None:
            continue
        if len(reasons) > 1:
            whose = " and ".join(f"{who!r} by {', '.join(why)}" for who, why in reasons.items())
            wrong.append(f"the line of {called} is {whose}")
            continue
        for column, text in ids.items():
            if keys[column] == "lms_user_id" and text and kept[student] not in ("", text):
                wrong.append(
                    f"the line of {called} has {column} {text}, and the gradebook has"
                    f" {kept[student]} for {student!r}"
                )
        lines.setdefault(student, []).append(called)
    wrong += [
        f"the lines of {' and '.join(of)} are both {student!r}"
        for student, of in lines.items()
        if len(of) > 1
    ]
    _refuse("one line for each student in the class list", wrong)
    return found


def refuse_shared(people: Sequence[Grade], fields: Mapping[str, str]) -> None:
    """Raise `RosterError` when two students have one id; `fields` says what each is called."""
    wrong = []
    for field, called in fields.items():
        for text, students in _Ids(people, field).folded.items():
            if len(students) > 1:
                wrong.append(f"{called} {text} is {' and '.join(map(repr, sorted(students)))}")
    _refuse("one student for each id in the gradebook", wrong)


class _Ids:
    """The students with each id; as it is written, or else without regard to case."""

    def __init__(self, people: Sequence[Grade], field: str) -> None:
        self.exact: dict[str, set[str]] = {}
        self.folded: dict[str, set[str]] = {}
        for one in people:
            text = getattr(one, field).strip()
            if text:
                self.exact.setdefault(text, set()).add(one.student)
                self.folded.setdefault(text.casefold(), set()).add(one.student)

    def find(self, text: str) -> list[str]:
        return sorted(self.exact.get(text) or self.folded.get(text.casefold(), set()))


def _refuse(expected: str, wrong: Sequence[str]) -> None:
    if wrong:
        more = len(wrong) - NAMED_AT_MOST
        named = "; ".join(wrong[:NAMED_AT_MOST]) + (f"; and {more} more" if more > 0 else "")
        raise RosterError(
            f"expected {expected}, but {named}. Nothing was written; correct the ids there, or in"
            " the gradebook with 'nbgrader db student add ID --lms-user-id NUMBER --email ADDRESS'"
        )
