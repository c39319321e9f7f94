"""The course's own notebooks, put through the grader as if a student had handed them in."""

import os
from pathlib import Path

import pytest

from autograders.judging.report import FULL, UNWRITTEN
from autograders.sandbox import Sandbox, SandboxUnavailable
from autograders.submission.files import Refused
from autograders.submission.grading import grade_submission
from autograders.submission.intake import read_submission
from autograders.submission.master import read_master

COURSE = Path(__file__).resolve().parents[3] / "course"
UNITS = sorted(path.name for path in (COURSE / "release").glob("*"))
SEED = 7


@pytest.fixture(scope="module")
def sandbox():
    """The best sandbox that this machine has."""
    with Sandbox(allow_process=True) as made:
        try:
            made.level  # noqa: B018
        except SandboxUnavailable as error:
            pytest.skip(str(error))
        yield made


def notebook(kind, unit):
    """The file of a unit's notebook."""
    return COURSE / kind / unit / f"{unit}.ipynb"


def graded(sandbox, unit, kind):
    """Grade the solution or the released notebook as a submission."""
    master = read_master(notebook("release", unit))
    submission = read_submission(notebook(kind, unit).read_bytes(), master)
    return grade_submission(submission, unit, sandbox, SEED)


def test_there_are_notebooks_to_grade():
    assert UNITS, f"build the course first: python {os.path.relpath(COURSE / 'build.py')}"


@pytest.mark.parametrize("unit", UNITS)
def test_the_solution_notebook_earns_full_marks(sandbox, unit):
    found = graded(sandbox, unit, "source")
    assert {name: report.status for name, report in found.reports.items()} == dict.fromkeys(
        found.reports, FULL
    )
    assert (found.notes, found.faults) == ((), ())


@pytest.mark.parametrize("unit", UNITS)
def test_the_released_notebook_is_unwritten(sandbox, unit):
    found = graded(sandbox, unit, "release")
    assert {report.status for report in found.reports.values()} == {UNWRITTEN}
    assert (found.notes, found.faults) == ((), ())


@pytest.mark.parametrize("kind", ["release", "source"])
@pytest.mark.parametrize("unit", UNITS)
def test_the_notebook_of_another_unit_waits_for_a_person_and_is_no_zero(unit, kind):
    """A file in the wrong folder: its written answer has the name that every unit's has."""
    master = read_master(notebook("release", unit))
    for other in UNITS:
        if other != unit:
            with pytest.raises(Refused, match=f"this is not the notebook of {unit}"):
                read_submission(notebook(kind, other).read_bytes(), master)


@pytest.mark.parametrize("unit", UNITS)
def test_every_test_cell_has_an_exercise_worth_its_points(unit):
    from autograders.declare.catalogue import of_unit

    master = read_master(notebook("release", unit))
    points = {name: cell.points for name, cell in master.tests.items()}
    assert points == {name: item.points for name, item in of_unit(unit).items()}
