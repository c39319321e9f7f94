"""Map, cheat sheet and glossary say what units and library say; each technique has a source."""

from __future__ import annotations

import ast
import inspect
import re
from html import unescape

import numpy as np
import pytest

import lrlib
from course import sheet_pictures, sheets
from course.techniques import TECHNIQUES

from . import running
from .running import COURSE, UNITS

SHOWN = [item for item in TECHNIQUES if item.exercise in sheets.catalogue()]
each_technique = pytest.mark.parametrize("technique", SHOWN, ids=lambda item: item.class_name)
PAGE = (COURSE / "cheat_sheet.md").read_text("utf-8")


def section(name):
    """The part of the cheat sheet about one technique."""
    return re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.DOTALL)[1]


def test_map_and_cheat_sheet_are_up_to_date(capsys):
    assert sheets.main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_page_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sheets, "course_map", lambda: {"map.md": "another"})
    assert sheets.main(["--check"]) == 1
    assert "map.md is out of date" in capsys.readouterr().err


# The cheat sheet


def test_the_cheat_sheet_has_a_section_for_every_technique_of_the_table():
    assert {t.name for t in TECHNIQUES} <= set(re.findall(r"^## (.+)$", PAGE, re.M))


@each_technique
def test_the_formula_is_that_of_the_docstring_to_the_letter(technique):
    shown = re.search(r"```text\n(.*?)\n```", section(technique.name), re.DOTALL)[1]
    document = inspect.getdoc(getattr(lrlib, technique.class_name))
    assert shown.strip()
    assert "\n".join(" " * 4 * bool(line) + line for line in shown.split("\n")) in document


@each_technique
def test_a_technique_has_use_unit_picture_and_text_alternative(technique):
    text = section(technique.name)
    assert re.search(r"\*When:\* \w.{20,}\n", text)
    assert f"*Unit* {technique.unit[:2]}, `{technique.exercise}`" in text
    alt, picture = re.search(r"!\[(.{20,})\]\((\S+)\)", text).groups()
    assert "<title>" in (COURSE / picture).read_text("utf-8")
    assert re.search(r"\d", alt)


@each_technique
def test_a_technique_has_its_source_with_author_year_and_title(technique):
    assert re.search(r'[A-Z]\w+.*\(\d{4}\), "[^"]{6,}"', technique.source), technique.source


@each_technique
def test_the_unit_that_teaches_a_technique_names_its_source(technique):
    """An author of the docstring's source, with the same year, stands in the unit's own list."""
    reading = re.search(r"## Further reading(.*)", running.prose(running.source(technique.unit)))
    said = re.sub(r"[\"“”*]", "", reading[1] + running.prose(running.source(technique.unit)))
    citations = re.findall(r"([^()]*?) \((\d{4})\)", technique.source)
    names = {(name, year) for authors, year in citations for name in surnames(authors)}
    assert any(
        re.search(rf"{name}\b[^.]{{0,200}}?\(?{year}|{name}\b[^()]{{0,80}}\({year}\)", said)
        for name, year in names
    ), (technique.source, sorted(names))


def surnames(authors):
    """The family names in a list such as "D. P. Kingma, J. Ba" or "K. He et al."."""
    return re.findall(r"(?:[A-Z]\.(?:-[A-Z]\.)? )+((?:van |de )?[A-ZÄÖÜ][\w-]+)", authors)


# Formulas in the prose of the units


def contracts():
    """The released docstring of every graded function, by name."""
    return {
        function.name: ast.get_docstring(function) or ""
        for unit in UNITS
        for cell in running.source(unit).cells
        if running.is_answer(cell)
        for function in ast.parse(cell.source).body
        if isinstance(function, ast.FunctionDef)
    }


def test_no_contract_holds_the_formula_that_solves_it():
    said = contracts()
    told = {
        technique.exercise: line
        for technique in SHOWN
        for line in technique.formula.splitlines()
        if " at t = " not in line  # where a curve begins and ends is the contract's to say
        for right in [squeezed(line.partition("=")[2])]
        if set("*/") & set(right) and len(right) > 12
        if right in squeezed(said.get(technique.exercise, ""))
    }
    assert len(said) > 40 and told == {}


def squeezed(text):
    return re.sub(r"\s", "", text)


def carry_out(line, state):
    """Do what a line such as `when a > b: c = a, d = 0; otherwise d += 1` says, on a state."""
    condition, then, otherwise = re.fullmatch(
        r"(?:better )?when (.+?): (.+?)(?:; otherwise (.+))?", line
    ).groups()
    chosen = then if eval(condition, {}, state) else otherwise or "pass"
    exec(re.sub(r", (?=\w+ \W?= )", "; ", chosen), {}, state)


def test_the_lines_of_the_plateau_rule_say_what_the_rule_does():
    rule = lrlib.ReduceOnPlateau(factor=0.5, patience=1, min_delta=0.25, min_lr=0.1, cooldown=2)
    shown = next(t for t in sheets.TECHNIQUES if t.class_name == "ReduceOnPlateau").formula
    lines = [line for line in shown.splitlines() if line and "state" not in line]
    assert len(lines) == 3
    state, said = rule.init(lr=1.0), rule.init(lr=1.0)._asdict()
    for metric in np.random.default_rng(0).integers(0, 8, 200) / 4 - np.arange(200) / 64:
        state = rule.update(metric, state)
        variables = said | vars(rule) | {"metric": metric}
        for line in lines:
            carry_out(line, variables)
        said = {name: variables[name] for name in said}
        assert said == state._asdict()
    assert state.lr == rule.min_lr


# The map


def test_the_map_lists_every_unit_and_what_it_needs():
    page = (COURSE / "map.md").read_text("utf-8")
    assert re.findall(r"^\| (\d\d) \|", page, re.M) == [unit[:2] for unit in UNITS]
    for unit in sheets.units():
        assert all(need < unit.number for need in unit.needs)
        assert unit.number == "00" or unit.needs


def test_an_arrow_that_others_imply_is_left_out():
    def unit(number, *needs):
        return sheets.Unit(number, "", "", needs, (), ())

    found = [unit("00"), unit("01", "00"), unit("02", "00", "01"), unit("03", "01")]
    assert sheets.without_detours(found) == {
        "00": (), "01": ("00",), "02": ("01",), "03": ("01",),
    }  # fmt: skip


def test_the_picture_of_the_map_has_a_box_and_an_arrow_for_everything_it_shows():
    arrows = sheets.without_detours(sheets.units())
    svg = (COURSE / "pictures" / "map.svg").read_text("utf-8")
    assert svg.count("<rect") == len(UNITS) + 1
    assert svg.count("marker-end") == sum(map(len, arrows.values()))
    assert all(f">{unit[:2]}</tspan>" in svg for unit in UNITS)


def test_every_title_stands_whole_in_its_box_on_the_map():
    svg = (COURSE / "pictures" / "map.svg").read_text("utf-8")
    boxes = re.findall(r'<rect[^>]*y="(\d+)"[^>]*rx="6".*?</text>', svg)
    texts = re.findall(r"<rect[^>]*rx=.*?(<text.*?)</text>", svg)
    lines = [re.findall(r'x="\d+" y="(\d+)">([^<]*)</tspan>', text) for text in texts]
    assert [" ".join(unescape(said) for _, said in found) for found in lines] == [
        unit.title for unit in sheets.units()
    ]
    for top, found in zip(map(int, boxes), lines, strict=True):
        assert all(top + 10 <= int(y) <= top + sheet_pictures.HIGH - 4 for y, _ in found)
        assert all(len(said) <= sheet_pictures.LETTERS for _, said in found)


def test_an_arrow_past_a_row_crosses_no_box():
    boxes = [("00", "a"), ("01", "b"), ("02", "c"), ("03", "d")]
    svg = sheet_pictures.dependency_map(boxes, {"00": (), "01": ("00",), "02": ("01",),
                                                "03": ("00", "02")})  # fmt: skip
    edges = [tuple(map(float, found)) for found in re.findall(r'<rect x="(\d+)" y="(\d+)"', svg)]
    for path in re.findall(r'<path d="(M[^"]*)" fill="none"', svg):
        for x, y in re.findall(r"[ML](\d+),(\d+)", path)[1:]:
            assert not any(
                left < float(x) < left + sheet_pictures.BOX
                and top < float(y) < top + sheet_pictures.HIGH
                for left, top in edges
            )


# The glossary


ENTRIES = re.findall(r"^\*\*(.+?)\*\* \((\d\d)\)\. (.+?)(?=\n\n|\Z)",
                     (COURSE / "glossary.md").read_text("utf-8"), re.M | re.DOTALL)  # fmt: skip


def test_the_glossary_is_in_alphabetical_order_and_explains_in_sentences():
    words = [word.lower() for word, _, _ in ENTRIES]
    assert words == sorted(words) and len(set(words)) == len(words) > 40
    assert all(len(said) > 40 and said.strip().endswith(".") for _, _, said in ENTRIES)


@pytest.mark.parametrize("word, number", [(word, number) for word, number, _ in ENTRIES])
def test_the_unit_that_a_glossary_entry_names_uses_its_word(word, number):
    unit = next(unit for unit in UNITS if unit.startswith(number))
    text = " ".join(cell.source for cell in running.source(unit).cells).lower()
    text = re.sub(r"\s*\n(# |> )?\s*|-", " ", text)
    first = re.sub("-", " ", word.lower().split(", ")[0])
    assert re.search(rf"\b{first}|{first.split()[0][:7]}", text), (word, unit)
