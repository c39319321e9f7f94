"""Every lesson leads to its neighbours and to the pages to look things up in, wherever it lies."""

import re

import nbformat
import pytest

from course import build
from course.lessons import AHEAD, STANDS, lesson_file

from .running import COURSE, UNITS

SMALL = "# %% [markdown]\n# # A small unit\n"
TINY = "# %% [markdown]\n# # A tiny unit\n\n# %%\nx = 1\n"
PAGES = ("map.md", "cheat_sheet.md", "glossary.md")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two units, built, with one page to look things up in."""
    monkeypatch.setattr(build, "catalogue", dict)
    for name in ("98_small", "99_tiny"):
        (tmp_path / "units" / name).mkdir(parents=True)
    lesson_file(tmp_path, "98_small").write_text(SMALL)
    lesson_file(tmp_path, "99_tiny").write_text(TINY)
    (tmp_path / "map.md").write_text("[A tiny unit](release/99_tiny/99_tiny.ipynb)\n")
    assert build.main([], tmp_path) == 0
    return tmp_path


def cells_of(course, unit, stage="release"):
    path = build.notebook_path(course, stage, unit)
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def test_a_lesson_says_what_comes_before_and_next_and_where_to_look_things_up(course):
    small, tiny = cells_of(course, "98_small"), cells_of(course, "99_tiny")
    assert list(small) == ["98_small-000", STANDS, AHEAD]
    assert list(tiny) == ["99_tiny-000", STANDS, "99_tiny-001"]
    assert small[AHEAD] == "**Next** [A tiny unit](../99_tiny/99_tiny.ipynb)."
    assert tiny[STANDS] == (
        "**Before this** [A small unit](../98_small/98_small.ipynb)."
        " **To look up** [map](../98_small/map.md)."
    )


def test_a_page_lies_beside_the_first_lesson_and_leads_to_the_lessons_from_there(course):
    for stage in ("source", "release"):
        page = (course / stage / "98_small" / "map.md").read_text("utf-8")
        assert page == "[A tiny unit](../99_tiny/99_tiny.ipynb)\n"


def test_a_page_that_changed_is_out_of_date_beside_the_first_lesson(course, capsys):
    (course / "map.md").write_text("another\n")
    assert build.main(["--check"], course) == 1
    assert re.search(r"map\.md out of date", capsys.readouterr().err)


def test_edits_in_jupyter_come_back_without_what_was_put_around_them(course):
    path = build.notebook_path(course, "source", "99_tiny")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].source = "x = 2"
    nbformat.write(notebook, path)
    assert build.main(["--from-source", "99"], course) == 0
    assert lesson_file(course, "99_tiny").read_text("utf-8") == TINY.replace("x = 1", "x = 2")
    assert build.main(["--check"], course) == 0


@pytest.mark.parametrize("stage", ["source", "release"])
def test_every_link_of_a_lesson_leads_to_what_a_class_gets_with_the_lessons(stage):
    """nbgrader's exchange hands out the folders of this stage and nothing beside them."""
    folder, found = COURSE / stage, set()
    for path in [*folder.glob("*/*.ipynb"), *folder.glob("*/*.md")]:
        text = path.read_text("utf-8")
        links = re.findall(r"\]\((?!https?:|attachment:|#)([^()\s#]+\.\w+)", text)
        found |= {(path.parent / link).resolve() for link in links}
    assert [target for target in found if not target.is_file()] == []
    assert [target for target in found if not target.is_relative_to(folder)] == []
    assert {build.notebook_path(COURSE, stage, unit) for unit in UNITS} < found
    assert {folder / UNITS[0] / name for name in PAGES} < found
