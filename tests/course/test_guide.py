"""The instructor's guide has a page for every unit, with what a lab and a marker need."""

from __future__ import annotations

import re

import pytest

from course import sheets

from .running import COURSE, UNITS

GUIDE = COURSE / "guide.md"
PARTS = ("75 minutes", "Peer questions", "What goes wrong, and what to say", "Rubric")

each_unit = pytest.mark.parametrize("unit", UNITS)


def page(unit):
    return (COURSE / "units" / unit / "guide.md").read_text("utf-8")


def section(text, title):
    found = re.search(rf"^## {title}.*?\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"no section '## {title}'"
    return found[1]


@each_unit
def test_the_page_has_every_part(unit):
    text = page(unit)
    assert text.startswith(f"# {unit[:2]} · ") and "\n# " not in text
    for part in PARTS:
        section(text, part)
    assert "**Grading time:**" in text


@each_unit
def test_the_plan_starts_at_zero_and_stays_within_the_lab(unit):
    minutes = [int(m) for m in re.findall(r"^\| (\d+) \|", section(page(unit), "75 minutes"), re.M)]
    assert minutes[0] == 0 and minutes == sorted(set(minutes)) and minutes[-1] < 75


@each_unit
def test_each_of_two_peer_questions_has_options_that_say_what_is_believed(unit):
    questions = re.split(r"^\*\*\d\.\*\*", section(page(unit), "Peer questions"), flags=re.M)[1:]
    assert len(questions) == 2
    for question in questions:
        options = re.findall(r"^- \(\w\) (.*?)(?=^- \(|^[^ -]|\Z)", question, re.DOTALL | re.M)
        assert len(options) >= 3
        assert all(re.search(r"\*[^*]+\*", option) for option in options), question


@each_unit
def test_the_rubric_shows_an_answer_at_each_level_of_its_points(unit):
    rubric = section(page(unit), "Rubric")
    most = int(re.search(r"\((\d+) points\)", text_of_heading(unit, "Rubric"))[1])
    levels = range(most, -1, -1) if most <= 3 else range(most, -1, -3)
    assert re.findall(r"^- \*\*(\d)\*\*", rubric, re.M) == [str(level) for level in levels]


def text_of_heading(unit, title):
    return re.search(rf"^## {title}.*$", page(unit), re.M)[0]


# Shorter courses


def plan(title):
    """The text of one of the course plans."""
    text = section(GUIDE.read_text("utf-8"), "Choosing units")
    return re.search(rf"\*\*{title}(.*?)(?=\n\*\*|\Z)", text, re.DOTALL)[1]


def test_the_short_course_has_six_units_and_each_finds_what_it_needs():
    taken = re.findall(r"^\| [1-9] \| (\d\d)", plan("Six units"), re.M)
    assert taken == ["01", "02", "03", "04", "08", "09"]
    needs = {unit.number: set(unit.needs) for unit in sheets.units()}
    assert all(needs[number] <= {"00", *taken} for number in taken)


def test_the_course_of_ten_leaves_out_one_need_and_bridges_it():
    text = plan("Ten units")
    row = re.search(r"\| unit \| (.*)", text)[1]
    first, *rest = [cell.strip() for cell in row.split("|") if cell.strip()]
    taken = [*(f"0{n}" for n in range(1, 6)), *rest]
    assert (first, len(taken)) == ("01 to 05", 10)
    needs = {unit.number: set(unit.needs) for unit in sheets.units()}
    missing = {(number, need) for number in taken for need in needs[number] - {"00", *taken}}
    assert missing == {("12", "11")}
    assert "*Bridge before 12:*" in text


def test_the_hours_of_grading_add_up():
    text = section(GUIDE.read_text("utf-8"), "How long grading takes")
    rows = re.findall(r"^\| (\d+)(, four markers)? \| (.*) \|$", text, re.M)
    assert len(rows) == 3
    for size, four, cells in rows:
        each = int(size) / (4 if four else 1)
        assert [minutes(cell) for cell in cells.split("|")] == [each * n for n in (1, 6, 10, 14)]


def minutes(text):
    """The minutes in a text such as "3 h 20 min"."""
    hours, rest = (re.search(rf"(\d+) {unit}\b", text) for unit in ("h", "min"))
    return 60 * int(hours[1] if hours else 0) + int(rest[1] if rest else 0)
