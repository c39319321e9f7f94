"""The class: one file with everybody's names, ids, sections, marker and whether they take part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from ..submission.files import write_whole
from .tables import RosterError, as_written, csv_text, read_csv

FILE = "roster.csv"
ACTIVE, WITHDRAWN = "active", "withdrawn"


@dataclass(frozen=True)
class Person:
    """One student: `student` is the name of their folder, and what nbgrader knows them by.

    `lms_id` is the platform's own number, `sis_id` the university's, `login` what they log in with.
    `sections` and `formerly` (names that they had here before) are lists with semicolons.
    """

    student: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    lms_id: str = ""
    sis_id: str = ""
    login: str = ""
    sections: str = ""
    marker: str = ""
    status: str = ACTIVE
    formerly: str = ""

    @property
    def active(self) -> bool:
        """Whether they take part: pages, exports and totals have nobody else."""
        return self.status == ACTIVE

    @property
    def past(self) -> tuple[str, ...]:
        """The names that they had here before."""
        return tuple(name for name in map(str.strip, self.formerly.split(";")) if name)


COLUMNS = tuple(one.name for one in fields(Person))
FROM_LMS = ("last_name", "first_name", "email", "lms_id", "sis_id", "login", "sections")
IDS = ("lms_id", "sis_id", "login", "email")
UNIQUE = ("student", *IDS)

HEADERS = {
    "last_name": "last name|lastname|surname|family name|nachname|nom|nom de famille|apellido|"
    "apellidos|apellido(s)|cognome|achternaam|sobrenome|apelido|efternamn|nazwisko|sukunimi",
    "first_name": "first name|firstname|given name|vorname|prénom|nombre|nome|voornaam|förnamn|"
    "imię|etunimi",
    "email": "email address|email|e-mail|e-mail-adresse|adresse de courriel|courriel|"
    "adresse e-mail|dirección de correo|correo electrónico|dirección email|indirizzo email|"
    "e-mailadres|endereço de email|endereço de e-mail|e-postadress|adres e-mail|"
    "sähköpostiosoite",
    "sis_id": "sis user id|id number|idnumber|id-nummer|matrikelnummer|"
    "numéro d'identification|numéro d’identification|número de id|número de identificación|"
    "codice identificativo|número de identificação|numer identyfikacyjny",
    "login": "sis login id|login id|login|username|anmeldename|nutzername|benutzername|"
    "nom d'utilisateur|nom d’utilisateur|nombre de usuario|nome utente|gebruikersnaam|"
    "identificação de usuário|nome de utilizador|användarnamn|nazwa użytkownika|käyttäjätunnus",
    "lms_id": "id|canvas id|lms id|user id",
    "sections": "section|sections|sektion|groups|group|gruppen|gruppe|groupes|groupe|grupos|grupo|"
    "gruppi|gruppo|groepen|grupper|grupy",
    "name": "student|name|full name|vollständiger name|nom complet|nombre completo",
}
"""The columns of Canvas and Moodle by what they hold, in the languages that we know of."""

FIELD_OF = {header: name for name, all_of in HEADERS.items() for header in all_of.split("|")}


@dataclass
class Roster:
    """Everybody who is or was in the class, by student; `known` is False where there is no file."""

    people: dict[str, Person] = field(default_factory=dict)
    known: bool = True

    @staticmethod
    def load(course: Path) -> Roster:
        """Read the class of a course folder; raises `RosterError` when two people share an id."""
        path = course / FILE
        if not path.exists():
            return Roster(known=False)
        header, rows = read_csv(path)
        if "student" not in header:
            raise RosterError(
                f"{path} has no column 'student', it has: {', '.join(header)[:200]}; make it with"
                " 'python -m autograders roster import FILE'"
            )
        people = [
            Person(**{name: as_written(row[name]) for name in COLUMNS if row.get(name)})
            for row in rows
            if row["student"]
        ]
        wrong = [
            f"the status of {one.student!r} is {one.status!r}"
            for one in people
            if one.status not in (ACTIVE, WITHDRAWN)
        ]
        if wrong:
            raise RosterError(
                f"expected {ACTIVE} or {WITHDRAWN} in {path}, but {'; '.join(wrong)}; correct it"
            )
        refuse_collisions(people, str(path))
        return Roster({one.student: one for one in people})

    def save(self, course: Path) -> None:
        """Write the class, sorted by student, whole or not at all; its owner alone reads it."""
        refuse_collisions(list(self.people.values()), "the class")
        rows = [asdict(self.people[student]) for student in sorted(self.people)]
        write_whole(course / FILE, csv_text(COLUMNS, rows).encode(), 0o600)

    def takes_part(self, student: str) -> bool:
        """Whether a student is in the class; without a file everybody is, and so are strangers."""
        one = self.people.get(student)
        return one is None or one.active

    @property
    def active(self) -> list[str]:
        """The students who take part, sorted."""
        return sorted(student for student, one in self.people.items() if one.active)

    def strangers(self, students: Iterable[str]) -> list[str]:
        """Those who are not in the file, if there is one."""
        return [student for student in students if self.known and student not in self.people]

    def now(self, student: str) -> str:
        """What a student is called today who was called so once."""
        if student in self.people:
            return student
        return next((one.student for one in self.people.values() if student in one.past), student)

    def set_status(self, students: Iterable[str], status: str) -> None:
        """Withdraw students, or take them back."""
        for student in students:
            self.people[student] = replace(self.person(student), status=status)

    def add(self, person: Person) -> None:
        """Put somebody new into the class."""
        if self.now(person.student) in self.people:
            raise RosterError(
                f"{person.student!r} is in the class already, {self.person(person.student).status}"
            )
        self.people[person.student] = person
        self.known = True

    def rename(self, old: str, new: str) -> None:
        """Call a student by another name from now on; the old one stays known as theirs."""
        person = self.person(old)
        holder = self.people.get(self.now(new))
        if holder is not None and holder is not person:
            raise RosterError(f"{new!r} is or was {holder.student!r}; nobody can be called so")
        del self.people[old]
        past = ";".join(name for name in (*person.past, old) if name != new)
        self.people[new] = replace(person, student=new, formerly=past)

    def person(self, student: str) -> Person:
        """The entry of a student; raises `RosterError` when there is none."""
        if student not in self.people:
            raise RosterError(f"no student {student!r} in the class; 'roster show' lists them")
        return self.people[student]

    def merge(self, rows: Sequence[Person]) -> Merged:
        """Bring the class up to date with a list from a platform; who is withdrawn stays so.

        A row is somebody of ours when an id of theirs is the same, or the student. Raises
        `RosterError`, with names, for a row that is two of ours, two rows that are one, and ids
        that two people would share.
        """
        refuse_collisions(rows, "the list")
        found, merged, wrong = dict(self.people), Merged(), []
        seen: dict[str, Person] = {}
        for row in rows:
            ours = self.ours(row)
            if len(ours) > 1:
                wrong.append(f"the line of {row.student!r} is {' and '.join(map(repr, ours))}")
                continue
            if not ours:
                found[row.student] = row
                merged.added.append(row.student)
                continue
            if ours[0] in seen:
                both = f"{seen[ours[0]].student!r} and {row.student!r}"
                wrong.append(f"the lines of {both} are both {ours[0]!r}")
            seen[ours[0]] = row
            held = self.people[ours[0]]
            if row.lms_id and held.lms_id not in ("", row.lms_id):
                wrong.append(
                    f"the line of {row.student!r} has lms_id {row.lms_id}, and the class has"
                    f" {held.lms_id} for {held.student!r}"
                )
            new = replace(held, **{n: v for n in FROM_LMS if (v := getattr(row, n))})
            if new != held:
                merged.changed[held.student] = [
                    n for n in FROM_LMS if getattr(new, n) != getattr(held, n)
                ]
                found[held.student] = new
            if not held.active:
                merged.withdrawn.append(held.student)
        merged.missing = [student for student in self.active if student not in seen]
        if wrong:
            raise RosterError(f"expected one line for each student, but {'; '.join(wrong)}")
        refuse_collisions(list(found.values()), "the class and the list together")
        self.people, self.known = found, True
        return merged

    def ours(self, row: Person) -> list[str]:
        """Whoever in the class shares the name of a folder or an id with a line of a list."""
        ours = {self.now(row.student)} & self.people.keys()
        for name in IDS:
            value = getattr(row, name).casefold()
            ours |= {
                one.student
                for one in self.people.values()
                if value and getattr(one, name).casefold() == value
            }
        return sorted(ours)


@dataclass
class Merged:
    """What a list from a platform brought: `missing` are ours whom it does not have."""

    added: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


def refuse_collisions(people: Sequence[Person], where: str) -> None:
    """Raise `RosterError` when two people have one id, with their names."""
    wrong = []
    for name in UNIQUE:
        holders: dict[str, list[str]] = {}
        for one in people:
            if getattr(one, name):
                holders.setdefault(getattr(one, name).casefold(), []).append(one.student)
        wrong += [
            f"{name} {value} is {' and '.join(map(repr, of))}"
            for value, of in holders.items()
            if len(of) > 1
        ]
    if wrong:
        raise RosterError(
            f"expected one person for each id in {where}, but {'; '.join(wrong[:10])}; correct it"
        )


def read_people(path: Path, columns: Mapping[str, str], student: str = "") -> list[Person]:
    """The people in a file that Canvas or Moodle exported, in whatever language.

    `columns` says of further columns which field they hold; `student` names the field that folders
    are called by, otherwise login, university number or the name in the address, the first that
    everybody has.
    """
    header, rows = read_csv(path)
    known = {name: columns.get(name) or FIELD_OF.get(name.casefold(), "") for name in header}
    by_field: dict[str, list[str]] = {}
    for name, what in known.items():
        by_field.setdefault(what, []).append(name)
    twice = [names for what, names in by_field.items() if what in IDS and len(names) > 1]
    if twice or not any(what in by_field for what in IDS):
        raise RosterError(
            f"expected columns with login, number or address in {path}, each once, got:"
            f" {', '.join(header)[:300]}; say what a column holds with --column NAME=FIELD, where"
            f" FIELD is one of {', '.join(FROM_LMS)}"
        )
    people = []
    for row in rows:
        about = {what: as_written(row[name]) for name, what in known.items() if what}
        full = about.pop("name", "")
        if full and not about.get("last_name"):
            last, _, first = full.partition(",")
            about |= {"last_name": last.strip(), "first_name": first.strip()}
        about["sections"] = ";".join(part_of(about.get("sections", "")))
        # Canvas puts lines without any id before the students: maximum points, manual posting.
        if any(about.get(name) for name in IDS):
            people.append(Person("", **about))
    chosen = [student] if student else ["login", "sis_id", "email"]
    for name in chosen:
        if people and all(getattr(one, name) for one in people):
            return [replace(one, student=folder_name(getattr(one, name), name)) for one in people]
    raise RosterError(
        f"not everybody in {path} has a {' or a '.join(chosen)}; say with --student which field"
        " names the folders of submissions"
    )


def part_of(sections: str) -> list[str]:
    """The sections of one cell: Canvas writes "A and B", Moodle "A, B"."""
    for word in (", ", " and ", ";"):
        sections = sections.replace(word, "\n")
    return [part.strip() for part in sections.split("\n") if part.strip()]


def folder_name(value: str, name: str) -> str:
    """What the folder of a person is called; of an address the part before the @."""
    text = value.partition("@")[0] if name == "email" else value
    if "/" in text or text in (".", "..") or "\x00" in text:
        raise RosterError(f"{value!r} cannot be the name of a folder; choose another --student")
    return text
