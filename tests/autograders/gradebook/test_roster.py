"""The class is one file: whoever is in it, by whatever id a platform has, and who has left."""

import csv
import json
import sqlite3

import pytest
from nbgrader.api import Gradebook

from autograders.__main__ import main
from autograders.gradebook.roster import (
    ACTIVE,
    WITHDRAWN,
    Person,
    Roster,
    read_people,
)
from autograders.gradebook.tables import RosterError

from ..classroom import DROPS, FULL, PUPILS, hand_in, new_course, submission

MOST = sum(FULL[DROPS].values())
ADA = Person("ada", "Lovelace", "Ada", "ada@uni.edu", "7001", "S1", "ada", "A")
BOB = Person("bob", "Bell", "Bob", "bob@uni.edu", "7002", "S2", "bob", "B")

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,04 (88)
,,,,,Manual Posting
    Points Possible,,,,,20
"Lovelace, Ada",7001,S1,ada,A,
"Bell, Bob",7002,S2,bob,A and B,
"""
MOODLE = {
    "en": "First name,Last name,ID number,Email address,Username,Groups",
    "de": "Vorname;Nachname;ID-Nummer;E-Mail-Adresse;Anmeldename;Gruppen",
    "fr": "Prénom\tNom de famille\tNuméro d'identification\tAdresse de courriel"
    "\tNom d'utilisateur\tGroupes",
    "es": "Nombre;Apellido(s);Número de ID;Dirección de correo;Nombre de usuario;Grupos",
    "it": "Nome;Cognome;Codice identificativo;Indirizzo email;Username;Gruppi",
    "nl": "Voornaam;Achternaam;ID-nummer;E-mailadres;Gebruikersnaam;Groepen",
}


def separated(header, *cells):
    separator = max(",;\t", key=header.count)
    return f"{header}\n{separator.join(cells)}\n"


def people_of(tmp_path, text, columns=(), student="", encoding="utf-8"):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding=encoding)
    return read_people(path, dict(columns), student)


@pytest.mark.parametrize("language", MOODLE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_of_moodle_is_read_in_its_language_and_separator(tmp_path, language, encoding):
    row = ("Ada", "Lovelace", "S1", "ada@uni.edu", "ada", "A")
    [found] = people_of(tmp_path, separated(MOODLE[language], *row), encoding=encoding)
    assert found == Person("ada", "Lovelace", "Ada", "ada@uni.edu", "", "S1", "ada", "A")


def test_a_list_of_canvas_is_its_students_without_its_rows_of_points(tmp_path):
    found = people_of(tmp_path, CANVAS)
    assert [(p.student, p.last_name, p.first_name, p.lms_id, p.sis_id) for p in found] == [
        ("ada", "Lovelace", "Ada", "7001", "S1"),
        ("bob", "Bell", "Bob", "7002", "S2"),
    ]
    assert [p.sections for p in found] == ["A", "A;B"]


def test_a_column_in_an_unknown_language_is_named_by_the_instructor(tmp_path):
    text = "Nimi,Tunnus\nAda,ada\n"
    with pytest.raises(RosterError, match="--column NAME=FIELD"):
        people_of(tmp_path, text)
    [found] = people_of(tmp_path, text, {"Tunnus": "login", "Nimi": "first_name"})
    assert (found.student, found.first_name) == ("ada", "Ada")


def test_folders_are_called_by_the_first_id_that_everybody_has(tmp_path):
    text = "Email address,ID number\nada@uni.edu,S1\nbob@uni.edu,\n"
    assert [one.student for one in people_of(tmp_path, text)] == ["ada", "bob"]
    with pytest.raises(RosterError, match="not everybody"):
        people_of(tmp_path, text, student="sis_id")
    with pytest.raises(RosterError, match="cannot be the name of a folder"):
        people_of(tmp_path, "Username\n../ada\n")


def test_the_file_comes_back_as_it_was_and_holds_no_formula(tmp_path):
    evil = Person("eve", "=1+1", "@SUM(A1)", login="-eve")
    Roster({one.student: one for one in (BOB, ADA, evil)}).save(tmp_path)
    with (tmp_path / "roster.csv").open(newline="", encoding="utf-8") as file:
        assert not any(c.startswith(("=", "@", "-")) for row in csv.reader(file) for c in row)
    assert Roster.load(tmp_path).people == {"ada": ADA, "bob": BOB, "eve": evil}
    assert (tmp_path / "roster.csv").stat().st_mode & 0o077 == 0


def test_without_a_file_everybody_takes_part_and_nobody_is_a_stranger(tmp_path):
    roster = Roster.load(tmp_path)
    assert roster.takes_part("ada") and roster.strangers(["ada"]) == [] and not roster.known


@pytest.mark.parametrize("field", ["lms_id", "sis_id", "login", "email"])
def test_two_people_with_one_id_are_refused_by_name(tmp_path, field):
    twin = Person("twin", **{field: getattr(ADA, field).upper()})
    with pytest.raises(RosterError, match=f"{field} .* is 'ada' and 'twin'"):
        Roster({"ada": ADA, "twin": twin}).save(tmp_path)


def test_a_status_of_another_kind_is_refused(tmp_path):
    (tmp_path / "roster.csv").write_text("student,status\nada,gone\n")
    with pytest.raises(RosterError, match=r"expected active or withdrawn .* of 'ada' is 'gone'"):
        Roster.load(tmp_path)


def class_of(*people):
    return Roster({one.student: one for one in people})


def test_a_new_list_adds_changes_and_misses_people_and_keeps_marker_and_status():
    roster = class_of(
        Person("ada", lms_id="7001", marker="tina"), Person("cy"), Person("old", status=WITHDRAWN)
    )
    merged = roster.merge([ADA, BOB, Person("old", login="old")])
    assert (merged.added, merged.missing, merged.withdrawn) == (["bob"], ["cy"], ["old"])
    assert "email" in merged.changed["ada"] and roster.people["ada"].marker == "tina"
    assert roster.people["old"].status == WITHDRAWN and roster.active == ["ada", "bob", "cy"]


def test_somebody_with_a_new_login_is_known_by_their_number_and_keeps_their_folder():
    roster = class_of(ADA)
    merged = roster.merge([Person("ada.king", lms_id="7001", login="ada.king")])
    assert list(roster.people) == ["ada"] and merged.changed == {"ada": ["login"]}
    assert roster.people["ada"].login == "ada.king"


def test_a_platforms_number_is_never_compared_with_another_kind_of_id():
    roster = class_of(Person("1001", login="1001", sis_id="1001"))
    merged = roster.merge([Person("b", login="b", lms_id="1001")])
    assert merged.added == ["b"] and roster.people["1001"].lms_id == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([Person("x", login="ada", lms_id="7002")], "the line of 'x' is 'ada' and 'bob'"),
        (
            [Person("x", lms_id="7001"), Person("y", login="ada")],
            "the lines of 'x' and 'y' are both 'ada'",
        ),
        ([Person("ada", login="ada", lms_id="9")], "has lms_id 9, and the class has 7001 for"),
        ([Person("x", login="x"), Person("y", login="x")], "login x is 'x' and 'y'"),
    ],
)
def test_a_list_that_could_mix_people_up_is_refused_and_changes_nothing(rows, said):
    roster = class_of(ADA, BOB)
    with pytest.raises(RosterError, match=said):
        roster.merge(rows)
    assert roster.people == {"ada": ADA, "bob": BOB}


def test_a_name_that_somebody_has_or_had_is_nobody_elses():
    roster = class_of(ADA, BOB)
    roster.rename("ada", "king")
    assert roster.now("ada") == "king" and roster.people["king"].past == ("ada",)
    for taken in ("bob", "king", "ada"):
        if taken != "king":
            with pytest.raises(RosterError):
                roster.add(Person(taken))
    with pytest.raises(RosterError, match="is or was 'king'"):
        roster.rename("bob", "ada")
    roster.rename("king", "ada")
    assert roster.now("king") == "ada" and roster.people["ada"].past == ("king",)


# A course


def test_withdrawn_absent_and_renamed_students_are_what_they_are_everywhere(tmp_path, capsys):
    course = new_course(tmp_path / "course", [DROPS])
    pupils = {pupil.name: pupil for pupil in PUPILS[DROPS]}
    for name, pupil in (("ada", "ada"), ("bob", "dan-late"), ("eva", "ada"), ("who", "ada")):
        hand_in(course, DROPS, name, submission(course, DROPS, pupils[pupil]))

    def run(*arguments):
        status = main([arguments[0], *arguments[1:], "--course", str(course)])
        said = capsys.readouterr()
        return status, said.out + said.err

    def exported(*more):
        path = tmp_path / "out.csv"
        assert run("export", "04", "--output", str(path), *more)[0] == 0
        with path.open(newline="", encoding="utf-8") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}

    (tmp_path / "list.csv").write_text(CANVAS + '"Eve, Eva",7003,S3,eva,A,\n"Nil",7004,,nil,B,\n')
    assert main(["roster", "--course", str(course), "import", str(tmp_path / "list.csv")]) == 0
    assert "4 in the class; 4 new" in capsys.readouterr().out
    assert main(["roster", "--course", str(course), "withdraw", "eva"]) == 0
    status, said = run("grade", "04")
    assert status == 0 and "withdrawn, not graded: eva" in said
    assert "not in the class, graded all the same: who" in said
    rows = exported("--partial")
    assert {name: (row["status"], row["score"]) for name, row in rows.items()} == {
        "ada": ("not read yet", f"{MOST}.0"),
        "bob": ("not read yet", f"{MOST - 3}.0"),
        "nil": ("missing", ""),
        "who": ("not read yet", f"{MOST}.0"),
    }
    assert exported()["ada"]["score"] == "", "what nobody has read has no score"
    assert main(["roster", "--course", str(course), "rename", "bob", "robert"]) == 0
    assert main(["roster", "--course", str(course), "import", str(tmp_path / "list.csv")]) == 0
    said = capsys.readouterr().out
    assert "stay so: eva" in said and "0 new" in said
    assert run("record", "04")[0] == 0, "kept results bear the old name"
    rows = exported("--partial")
    assert (
        set(rows) == {"ada", "nil", "robert", "who"} and rows["robert"]["score"] == f"{MOST - 3}.0"
    )
    with sqlite3.connect(course / "gradebook.db") as book:
        assert {s for (s,) in book.execute("select id from student")} == {
            "ada", "nil", "robert", "who"
        }  # fmt: skip
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "learning_rate") as book:
        assert book.find_student("robert").last_name == "Bell"
    assert (course / "submitted" / "robert" / DROPS).is_dir()
    hand_in(course, DROPS, "bob", submission(course, DROPS, pupils["ada"]))
    assert "not graded: bob is robert now; move submitted/bob" in run("grade", "04")[1]
    log = [json.loads(line) for line in (course / "audit.jsonl").read_text().splitlines()]
    did = [(line["student"], line["did"]) for line in log if line["why"] == "roster"]
    assert did[4:] == [("eva", "withdraw"), ("robert", "rename")]
    assert {did_ for _, did_ in did[:4]} == {"add"}


def test_every_export_matches_by_the_ids_of_the_class(tmp_path):
    from autograders.export import canvas, moodle
    from autograders.export.table import Grade, of_class

    roster = class_of(Person("folder-7", "Bell", "Bob", "b@uni.edu", "7002", "S2", "bob"))
    grades = of_class([Grade(DROPS, "folder-7", 9, 0, 20, False)], roster)
    (tmp_path / "canvas.csv").write_text(CANVAS)
    canvas.write(grades, tmp_path / "out.csv", tmp_path / "canvas.csv", partial=False)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = {row["ID"]: row[DROPS] for row in csv.DictReader(file)}
    assert rows == {"": "20", "7001": "", "7002": "9"}
    (tmp_path / "moodle.csv").write_text(f"{MOODLE['en']}\nB,Bell,S2,x@uni.edu,other,\n")
    moodle.write(grades, tmp_path / "out.csv", tmp_path / "moodle.csv", partial=False)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row[DROPS] for row in csv.DictReader(file)] == ["9"]
    left = class_of(Person("folder-7", status=WITHDRAWN), Person("new", status=ACTIVE))
    [only] = of_class([Grade(DROPS, "folder-7", 9, 0, 20, False)], left)
    assert (only.student, only.status, only.told(True)) == ("new", "missing", False)
