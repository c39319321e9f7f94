"""Mutants of the reference, handed in as answers: rejected, or listed with the reason."""

import json
import subprocess
import sys

import pytest

from autograders.judging.laws import exercises
from tests.autograders.mutants.equivalent import EQUIVALENT

EXERCISES = exercises()


@pytest.fixture(scope="module")
def found(root):
    """{exercise: [[change, reason or None, survives], ...]}, from a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.autograders.mutants"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda item: item.name)
def test_a_mutant_of_the_reference_earns_full_marks_only_if_it_is_equivalent(exercise, found):
    assert [change for change, _, survives in found[exercise.name] if survives] == []


def test_most_references_have_mutants_and_every_row_is_needed(found):
    assert sum(bool(rows) for rows in found.values()) > len(EXERCISES) / 2
    assert sum(map(len, found.values())) > 500
    used = {why for rows in found.values() for _, why, _ in rows}
    assert {why for _, _, why in EQUIVALENT} <= used
