"""Whose each file of a downloaded zip is, by the class alone; what is not sure is left aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..gradebook.roster import FIELD_OF, IDS, Person, Roster, folder_name
from ..gradebook.tables import RosterError, as_written, read_csv
from .names import CANVAS, Entry, form_of, key, readings, wrapper_of


@dataclass
class Sorted:
    """The files of each student, and why others are left aside, by their place in the zip."""

    of: dict[str, list[Entry]] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)


class Unsure(Exception):
    """Why nobody can say whose a file is."""


class Class:
    """Finds people by what a platform's names say, and never one by another kind of id."""

    def __init__(self, roster: Roster, participants: Mapping[str, Person] | None = None) -> None:
        self.roster, self.participants = roster, participants
        self.by_number = {one.lms_id: one for one in roster.people.values() if one.lms_id}
        self.by_name: dict[str, set[str]] = {}
        for one in roster.people.values():
            for name in names_of(one):
                self.by_name.setdefault(name, set()).add(one.student)

    def person(self, entry: Entry) -> Person:
        """The one person whose file it is; raises `Unsure`."""
        if entry.form == CANVAS:
            return self._of_canvas(entry)
        if self.participants is not None:
            return self._of_worksheet(entry)
        return self._named(entry)

    def _of_canvas(self, entry: Entry) -> Person:
        """By Canvas's number, and the name must not belong to somebody else."""
        one = self.by_number.get(entry.owner)
        if one is None:
            one = self._named(entry)
            if one.lms_id:
                raise Unsure(
                    f"{entry.owner} is not the lms_id of {one.student}, which is {one.lms_id}"
                )
        elif names_of(one) and key(entry.name) not in names_of(one):
            raise Unsure(
                f"lms_id {entry.owner} is {one.student}, {one.last_name}, {one.first_name}, and"
                f" the file says {entry.name!r}"
            )
        return one

    def _of_worksheet(self, entry: Entry) -> Person:
        row = (self.participants or {}).get(entry.owner)
        if row is None:
            raise Unsure(f"participant {entry.owner} is not in the worksheet")
        ours = self.roster.ours(row)
        if len(ours) != 1:
            shown = ", ".join(getattr(row, name) for name in IDS if getattr(row, name))
            raise Unsure(f"{shown or 'a participant without any id'} is {_people(ours)}")
        return self.roster.people[ours[0]]

    def _named(self, entry: Entry) -> Person:
        ours = sorted(self.by_name.get(key(entry.name), ()))
        if len(ours) != 1:
            raise Unsure(f"{entry.name!r} is {_people(ours)}")
        return self.roster.people[ours[0]]


def _people(ours: Sequence[str]) -> str:
    return " or ".join(ours) if ours else "nobody in the class"


def names_of(one: Person) -> set[str]:
    """What a person may be called, with the last name in front or behind."""
    both = {f"{one.first_name} {one.last_name}", f"{one.last_name} {one.first_name}"}
    return {key(name) for name in both} - {""}


def participants_of(path: Path) -> dict[str, Person]:
    """Who each participant of an assignment is, by Moodle's grading worksheet.

    Its first column ends in the participant's number, in whatever language.
    """
    header, rows = read_csv(path)
    known = {name: FIELD_OF.get(name.casefold(), "") for name in header[1:]}
    ids = {name: what for name, what in known.items() if what in IDS and what != "lms_id"}
    found: dict[str, Person] = {}
    for row in rows:
        number = re.search(r"[0-9]+$", row[header[0]])
        if number and number[0] in found:
            raise RosterError(f"participant {number[0]} has two lines in {path}")
        if number:
            about = {what: as_written(row[name]) for name, what in ids.items()}
            found[number[0]] = Person("", **about)
    if not ids or not found:
        raise RosterError(
            f"expected a grading worksheet of Moodle in {path}, with the participant's number first"
            f" and a column with address, ID number or username, got: {', '.join(header)[:200]}"
        )
    return found


def sort_out(places: Sequence[str], people: Class) -> Sorted:
    """Whose each file is; a person whom two numbers claim, or two people with one, get none."""
    found = Sorted()
    wrapper = wrapper_of(places)
    form = form_of([place.removeprefix(wrapper) for place in places])
    claims: list[tuple[Entry, Person]] = []
    for place, times in Counter(places).items():
        try:
            if times > 1:
                raise Unsure("two files of the zip have this name")
            claims.append(_claim(readings(place, form, wrapper), people))
        except Unsure as reason:
            found.aside[place] = str(reason)
    numbers: dict[str, set[str]] = {}
    holders: dict[str, set[str]] = {}
    for entry, one in claims:
        numbers.setdefault(one.student, set()).add(entry.owner)
        holders.setdefault(entry.owner, set()).add(one.student)
    for entry, one in claims:
        if len(numbers[one.student]) > 1:
            both = " and ".join(sorted(numbers[one.student]))
            found.aside[entry.place] = f"the numbers {both} would both be {one.student}"
        elif len(holders[entry.owner]) > 1:
            both = " and ".join(sorted(holders[entry.owner]))
            found.aside[entry.place] = f"the number {entry.owner} would be {both}"
        elif not one.active:
            found.aside[entry.place] = f"{one.student} is withdrawn"
        else:
            found.of.setdefault(folder_name(one.student, "student"), []).append(entry)
    return found


def _claim(entries: Sequence[Entry], people: Class) -> tuple[Entry, Person]:
    """The one reading of a name that fits the class."""
    if not entries:
        raise Unsure("its name is not one that Canvas or Moodle gives to a file of a known person")
    known = [one for one in entries if one.form == CANVAS and one.owner in people.by_number]
    if len(known) > 1:
        both = " or ".join(people.by_number[one.owner].student for one in known)
        raise Unsure(f"its numbers can be read as {both}")
    found, reasons = [], []
    for entry in known or entries:
        try:
            found.append((entry, people.person(entry)))
        except Unsure as reason:
            reasons.append(reason)
    if not found:
        raise reasons[0]
    if len(found) > 1:
        raise Unsure(f"it can be read as {' or '.join(one.student for _, one in found)}")
    return found[0]
