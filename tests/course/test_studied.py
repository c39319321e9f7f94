"""What a full study decides: said in the unit, borne out by its figures and by a small re-run."""

from importlib import import_module

import pytest

from . import running
from .test_units import explanations

STUDIED = [
    pytest.param(unit, item, id=f"{unit}-{item.rerun.__name__}")
    for unit in running.UNITS
    for item in getattr(import_module(f"course.units.{unit}.claims"), "STUDIED", [])
]

each_study = pytest.mark.parametrize(("unit", "item"), STUDIED)


@each_study
def test_the_unit_says_what_the_study_found(unit, item):
    said = running.prose(running.source(unit)) + running.guide_page(unit) + explanations(unit)
    assert [words for words in item.words if words not in said] == []
    assert item.holds(item.found)


@each_study
def test_a_small_sample_of_the_study_finds_the_same(unit, item):
    assert item.holds(item.rerun(**item.sample))
