"""What a full study decides: said in the unit, borne out by its figures and by a small re-run."""

import json

import pytest

from course import evidence

from . import running
from .test_units import explanations

STUDIED = [pytest.param(unit, item, id=f"{unit}-{item.name}") for unit, item in evidence.studies()]

each_study = pytest.mark.parametrize(("unit", "item"), STUDIED)


@each_study
def test_the_unit_says_what_the_study_found(unit, item):
    said = running.prose(running.source(unit)) + running.guide_page(unit) + explanations(unit)
    assert [words for words in item.said() if words not in said] == []
    assert item.holds(item.found)


@each_study
def test_a_small_sample_of_the_study_finds_the_same(unit, item):
    assert item.holds(json.loads(json.dumps(item.rerun(**item.sample))))
