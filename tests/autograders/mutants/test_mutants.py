"""Mutants of the reference, handed in as answers: rejected, or listed with the reason."""

import re

import pytest

from autograders.selftest import exercises
from tests.autograders.mutants.equivalent import EQUIVALENT
from tests.autograders.mutants.making import mutants, survives

EXERCISES = exercises()


def reason(exercise, change):
    """Why a change is no fault, or None."""
    rows = (
        row for row in EQUIVALENT if re.fullmatch(row[0], exercise) and re.search(row[1], change)
    )
    return next((row[2] for row in rows), None)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda item: item.name)
def test_a_mutant_of_the_reference_earns_full_marks_only_if_it_is_equivalent(exercise):
    suspects = [m for m in mutants(exercise) if reason(exercise.name, m.change) is None]
    assert [m.change for m in suspects if survives(m, exercise)] == []


def test_most_references_have_mutants_and_every_row_is_needed():
    changes = [(item.name, m.change) for item in EXERCISES for m in mutants(item)]
    assert len({name for name, _ in changes}) > len(EXERCISES) / 2
    for pattern, line, why in EQUIVALENT:
        assert any(re.fullmatch(pattern, name) and re.search(line, c) for name, c in changes), why
