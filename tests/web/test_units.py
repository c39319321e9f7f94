"""The site can read every unit: found out at once, and not when it is built."""

import re

import nbformat
import pytest

from course.web.landing import landing
from course.web.units import SiteError, read_unit, read_units
from tests.web.conftest import UNITS


def test_every_unit_has_what_the_map_of_the_site_shows():
    units = read_units()
    assert tuple(unit.name for unit in units) == UNITS
    for unit in units:
        assert unit.title and unit.summary and unit.minutes >= 15
        assert not unit.summary.startswith(("-", "#", "Time"))
        assert unit.functions


def test_the_map_lists_what_a_unit_teaches_and_nothing_where_it_says_nothing():
    page, units = landing(read_units()), read_units()
    assert page.count('<li class="unit">') == len(units)
    assert page.count("After it you can") == sum(bool(unit.aims) for unit in units) > 10
    assert "<ul></ul>" not in page
    assert not re.search(r"\$[^$]*\$", page)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("# 07 · Title\n\nWords.\n\n- do it.\n\n**Time** 90 minutes.", True),
        ("# 07 · Title\n\nWords.\n\n**Time** 2 to 3 hours.", True),
        ("# Title\n\nWords.\n\n**Time** 90 minutes.", False),
        ("# 07 · Title\n\nWords.", False),
        ("# 07 · Title **Time** 90 minutes", False),
    ],
)
def test_a_first_cell_without_what_the_map_needs_is_named(text, accepted, tmp_path):
    path = tmp_path / "07_title.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)]), path)
    if accepted:
        assert read_unit(path).title == "Title"
    else:
        with pytest.raises(SiteError, match=r"07_title\.ipynb: the first cell of a unit has a"):
            read_unit(path)
