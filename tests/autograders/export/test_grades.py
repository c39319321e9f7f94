"""Grades reach CSV, Canvas and Moodle under the right names, and no cell is ever a formula."""

import csv
import html
import io
from dataclasses import replace

import pytest

from autograders.export import canvas, moodle, plain
from autograders.export.table import Grade
from autograders.gradebook.tables import RosterError, no_formula, write_csv

UNIT, OTHER = "04_step_decay_and_drops", "05_smooth_decay"
ADA = Grade(UNIT, "ada", 17.5, 1.0, 20.0, False, "2026-03-01 10:00:00", "Ada", "Lovelace")
ZOE = Grade(UNIT, "zoë", 12, 0, 20.0, False, "", "Zoë", "Ångström", "zoe@example.org", "7002")
LI = Grade(UNIT, "li", 9, 0, 20.0, True, "", "丽", "李")
EVIL = Grade(UNIT, "=cmd|' /C calc'!A0", 3, 0, 20.0, False, "", "+1;=2", "@SUM(A1)")
CLASS = [ADA, ZOE, LI, EVIL]

FROM_CANVAS = f"""\
Student,ID,SIS User ID,SIS Login ID,Section,Read me (1),{UNIT} (88),Final Score
,,,,,,Manual Posting,
    Points Possible,,,,,10,20,(read only)
"Lovelace, Ada",7001,S1,ADA,A,9,,80
"Ångström, Zoë",7002,S2,za1,A,8,2.5,70
"Nemo, Captain",7003,S3,nemo,B,7,4,60
"""

FROM_MOODLE = f"""\
First name,Last name,ID number,Email address,Quiz: One (Real),{UNIT}
Ada,Lovelace,ada,ada@example.org,3,-
Zoë,Ångström,,zoe@example.org,4,-
Captain,Nemo,nemo,nemo@example.org,5,-
"""


def rows_of(write, grades, tmp_path, roster=None, **options):
    """The rows that an export wrote, and its sentences."""
    output = tmp_path / "out.csv"
    if roster is not None:
        (tmp_path / "roster.csv").write_text(roster, encoding="utf-8-sig")
        options["roster"] = tmp_path / "roster.csv"
    said = write(grades, output, **options)
    text = output.read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""))), said


def test_csv_holds_what_the_gradebook_holds(tmp_path):
    rows, _ = rows_of(plain.write, CLASS, tmp_path, partial=True)
    back = [
        Grade(
            row["assignment"],
            row["student_id"].removeprefix("'"),
            float(row["raw_score"]),
            float(row["late_submission_penalty"]),
            float(row["max_score"]),
            row["needs_manual_grade"] == "True",
            row["timestamp"],
        )
        for row in rows
    ]
    assert back == [
        replace(g, first_name="", last_name="", email="", lms_user_id="") for g in CLASS
    ]
    assert [float(row["score"]) for row in rows] == [16.5, 12, 9, 3]


@pytest.mark.parametrize("write", [plain.write, canvas.write, moodle.write])
def test_no_cell_that_a_student_chose_is_a_formula_in_any_export(write, tmp_path):
    write(CLASS, tmp_path / "out.csv", partial=True)
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "=cmd" in text
    for cell in (cell for row in csv.reader(io.StringIO(text)) for cell in row):
        assert not cell.startswith(("=", "+", "@")) and (cell in ("", "-") or cell[0] != "-")
    # Where ";" separates, an unquoted text would end there and its rest begin a cell.
    for cell in (cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row):
        assert not cell.startswith(("=", "+", "@")), cell


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        " =1",
        "\u00a0=1",
        "\ufeff=1",
        " \u200b@A1",
    ],
)
def test_no_name_becomes_a_formula_in_a_spreadsheet(name):
    assert no_formula(name) == f"'{name}"


def test_numbers_stay_numbers_in_the_export(tmp_path):
    assert no_formula(-1.5) == -1.5 and no_formula("ada") == "ada"
    write_csv(tmp_path / "out.csv", ["who", "what"], [{"who": "ada", "what": -1.5}])
    assert (tmp_path / "out.csv").read_text() == '"who","what"\n"ada",-1.5\n'


def test_canvas_gets_its_columns_and_its_row_of_points(tmp_path):
    rows, said = rows_of(canvas.write, CLASS, tmp_path, partial=False)
    assert list(rows[0]) == [*canvas.IDENTITY, UNIT]
    assert (rows[0]["Student"], rows[0][UNIT]) == ("    Points Possible", "20")
    found = {row["SIS Login ID"]: (row["Student"], row["ID"], row[UNIT]) for row in rows[1:]}
    assert found["ada"] == ("Lovelace, Ada", "", "16.5")
    assert found["zoë"] == ("Ångström, Zoë", "7002", "12")
    assert found["li"] == ("李, 丽", "", ""), "waits for a person"
    assert "no --roster" in said[0]


def test_the_file_from_canvas_gives_ids_and_columns_and_keeps_grades_we_do_not_have(tmp_path):
    rows, said = rows_of(canvas.write, CLASS, tmp_path, FROM_CANVAS, partial=True)
    assert list(rows[0]) == [*canvas.IDENTITY, f"{UNIT} (88)"]
    found = {row["ID"]: (row["Student"], row["SIS User ID"], row[f"{UNIT} (88)"]) for row in rows}
    assert found == {
        "": ("    Points Possible", "", "20"),
        "7001": ("Lovelace, Ada", "S1", "16.5"),
        "7002": ("Ångström, Zoë", "S2", "12"),
        "7003": ("Nemo, Captain", "S3", "4"),
    }
    assert said == ["not in the roster, left out: li, =cmd|' /C calc'!A0"]


def test_what_was_written_for_canvas_can_be_its_roster_again(tmp_path):
    rows, _ = rows_of(canvas.write, CLASS, tmp_path, FROM_CANVAS, partial=True)
    again = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert rows_of(canvas.write, CLASS, tmp_path, again, partial=True)[0] == rows


def canvas_rows(*rows):
    """A roster of Canvas: name, ID, SIS id and login of each."""
    lines = [f'"{name}",{id_},{sis},{login},A,' for name, id_, sis, login in rows]
    return "\n".join([f"Student,ID,SIS User ID,SIS Login ID,Section,{UNIT} (88)", *lines])


def test_a_number_of_canvas_is_never_taken_for_a_students_id(tmp_path):
    of_1001 = replace(ADA, student="1001", raw_score=3, penalty=0)
    of_b = replace(ADA, student="b", raw_score=18, penalty=0)
    roster = canvas_rows(("Bell", "1001", "", "b"), ("Cole", "2002", "", "1001"))
    rows, _ = rows_of(canvas.write, [of_1001, of_b], tmp_path, roster, partial=True)
    assert {r["Student"]: r[f"{UNIT} (88)"] for r in rows[1:]} == {"Bell": "18", "Cole": "3"}


def test_a_students_id_is_never_taken_for_a_number_of_canvas(tmp_path):
    stored = replace(ADA, student="x", lms_user_id="b")
    roster = canvas_rows(("Bell", "1", "b", "b"))
    rows, said = rows_of(canvas.write, [stored], tmp_path, roster, partial=True)
    assert rows[1][f"{UNIT} (88)"] == "" and said == ["not in the roster, left out: x"]


REFUSED = {
    "one row by login and by SIS id": (
        [("Bell", "1", "ada", "zoë")],
        "the line of 'Bell' is 'ada' by SIS User ID ada and 'zoë' by SIS Login ID zoë",
    ),
    "one row by Canvas ID and by login": (
        [("Bell", "7002", "", "ada")],
        "the line of 'Bell' is 'zoë' by ID 7002 and 'ada' by SIS Login ID ada",
    ),
    "two rows for one student": (
        [("Bell", "1", "ada", ""), ("Cole", "2", "", "ADA")],
        "the lines of 'Bell' and 'Cole' are both 'ada'",
    ),
    "another Canvas ID than the gradebook's": (
        [("Bell", "9999", "", "zoë")],
        "the line of 'Bell' has ID 9999, and the gradebook has 7002 for 'zoë'",
    ),
}


@pytest.mark.parametrize(("people", "said"), REFUSED.values(), ids=REFUSED)
def test_a_roster_that_could_give_a_grade_to_somebody_else_is_refused_by_name(
    people, said, tmp_path
):
    with pytest.raises(RosterError) as refused:
        rows_of(canvas.write, CLASS, tmp_path, canvas_rows(*people), partial=True)
    assert said in str(refused.value) and not (tmp_path / "out.csv").exists()


def test_a_login_that_two_students_share_but_for_case_is_the_one_written_so(tmp_path):
    grades = [replace(ADA, penalty=0), replace(ADA, student="ADA", raw_score=2, penalty=0)]
    roster = canvas_rows(("Bell", "1", "", "ada"))
    rows, said = rows_of(canvas.write, grades, tmp_path, roster, partial=True)
    assert rows[1][f"{UNIT} (88)"] == "17.5" and said == ["not in the roster, left out: ADA"]
    with pytest.raises(RosterError, match="'ADA' by SIS Login ID Ada and 'ada' by SIS Login"):
        roster = canvas_rows(("Bell", "1", "", "Ada"))
        rows_of(canvas.write, grades, tmp_path, roster, partial=True)


@pytest.mark.parametrize(
    ("write", "change", "said"),
    [
        (canvas.write, {"lms_user_id": "7002"}, "Canvas ID 7002 is 'ada' and 'zoë'"),
        (moodle.write, {"email": "Zoe@example.org"}, "address zoe@example.org is 'ada' and 'zoë'"),
    ],
)
def test_without_a_roster_two_students_with_one_id_are_refused(write, change, said, tmp_path):
    with pytest.raises(RosterError, match=said):
        rows_of(write, [replace(ADA, **change), ZOE], tmp_path, partial=True)


def test_two_columns_of_canvas_for_one_unit_are_refused(tmp_path):
    roster = FROM_CANVAS.replace("Read me (1)", f"{UNIT.upper()} (7)")
    with pytest.raises(RosterError, match=rf"got {UNIT.upper()} \(7\) and {UNIT} \(88\)"):
        rows_of(canvas.write, [ADA], tmp_path, roster, partial=True)


MOODLE_REFUSED = {
    "one row by address and by number": (
        "B,Bell,ada,zoe@example.org,3,-",
        "'zoe@example.org' is 'ada' by ID number ada and 'zoë' by Email address zoe@example.org",
    ),
    "two rows for one student": (
        "A,Ash,ada,a@example.org,3,-\nB,Bell,Ada,b@example.org,3,-",
        "the lines of 'a@example.org' and 'b@example.org' are both 'ada'",
    ),
}


@pytest.mark.parametrize(("people", "said"), MOODLE_REFUSED.values(), ids=MOODLE_REFUSED)
def test_a_moodle_file_that_could_give_a_grade_to_somebody_else_is_refused(people, said, tmp_path):
    roster = f"{FROM_MOODLE.splitlines()[0]}\n{people}\n"
    with pytest.raises(RosterError) as refused:
        rows_of(moodle.write, CLASS, tmp_path, roster, partial=True)
    assert said in str(refused.value)


def test_another_maximum_in_canvas_is_said_and_stays(tmp_path):
    roster = FROM_CANVAS.replace("10,20,", "10,100,")
    rows, said = rows_of(canvas.write, [ADA], tmp_path, roster, partial=False)
    assert rows[0][f"{UNIT} (88)"] == "100"
    assert said[0].startswith(f"Canvas gives 100 points for '{UNIT} (88)', the gradebook 20")


def test_a_student_who_is_called_points_possible_sets_none(tmp_path):
    joker = replace(ADA, first_name="Points Possible", last_name="")
    rows, _ = rows_of(canvas.write, [joker], tmp_path, partial=True)
    assert sum("Points Possible" in row["Student"] for row in rows) == 1


def test_moodle_gets_users_grades_and_feedback_as_harmless_html(tmp_path):
    said = ("**4 of 5**\n\n- look at `t >= every`", "=1 <script>alert(1)</script>")
    rows, _ = rows_of(moodle.write, [replace(ADA, comments=said), LI], tmp_path, partial=False)
    assert [row["Username"] for row in rows] == ["ada", "li"]
    assert [row[UNIT] for row in rows] == ["16.5", "-"]
    cell = rows[0][f"{UNIT} (feedback)"]
    assert "<strong>4 of 5</strong>" in cell and "<code>t &gt;&#61; every</code>" in cell
    assert "<script" not in cell and "\n" not in cell
    assert rows[1][f"{UNIT} (feedback)"] == ""


def test_a_formula_in_a_comment_reaches_moodle_as_its_tex(tmp_path):
    said = ("Why is $x^2 < 1$?", r"\begin{align}a &= b\end{align}")
    rows, _ = rows_of(moodle.write, [replace(ADA, comments=said)], tmp_path, partial=False)
    cell = rows[0][f"{UNIT} (feedback)"]
    assert "<m" not in cell
    assert html.unescape(cell) == rf"<p>{said[0]}</p> <p>{said[1]}</p>"


def test_users_of_a_moodle_file_are_found_by_id_number_or_address(tmp_path):
    rows, said = rows_of(moodle.write, CLASS, tmp_path, FROM_MOODLE, partial=True)
    assert [(r["First name"], r["ID number"], r[UNIT]) for r in rows] == [
        ("Ada", "ada", "16.5"),
        ("Zoë", "", "12"),
    ]
    assert said == ["not in the roster, left out: li, =cmd|' /C calc'!A0"]


def test_two_units_are_two_columns_on_one_line(tmp_path):
    grades = [ADA, replace(ADA, assignment=OTHER, raw_score=5, penalty=0)]
    for write in (canvas.write, moodle.write):
        rows, _ = rows_of(write, grades, tmp_path, partial=True)
        assert (rows[-1][UNIT], rows[-1][OTHER]) == ("16.5", "5")


def test_a_file_with_semicolons_is_read_too(tmp_path):
    roster = FROM_MOODLE.replace(",", ";")
    rows, _ = rows_of(moodle.write, [ADA], tmp_path, roster, partial=True)
    assert rows[0][UNIT] == "16.5"


@pytest.mark.parametrize("roster", ["a,b\n1,2\n", ""])
@pytest.mark.parametrize("system", [canvas, moodle])
def test_a_file_of_another_kind_is_refused_with_the_way_to_the_right_one(system, roster, tmp_path):
    with pytest.raises(RosterError, match=f"export the class with {system.__name__[-6:].title()}"):
        rows_of(system.write, [ADA], tmp_path, roster, partial=True)
