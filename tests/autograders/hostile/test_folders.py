"""What may lie in a student's folder beside the notebook, and what must not stop a class there."""

import os
import secrets

import pytest

from autograders.bulk import work
from autograders.preprocessors import tidy_submission
from autograders.submission.folders import secret_seed, timestamp_of

from .classroom import UNIT, handed_in, notebook, released_cells

WHEN = "2026-03-01 12:00:00 UTC"


def a_pipe(path):
    os.mkfifo(path)


def a_device(path):
    path.symlink_to("/dev/zero")


def a_link(path):
    elsewhere = path.with_name("elsewhere")
    elsewhere.write_text(WHEN)
    path.symlink_to(elsewhere)


def a_second_name(path):
    a_link(path)
    path.unlink()
    os.link(path.with_name("elsewhere"), path)


def a_sparse_file(path):
    with path.open("wb") as file:
        file.truncate(2**40)


def a_flood(path):
    path.write_text("1 " * 10**6)


def a_number_beyond_decimals(path):
    path.write_text("9" * 32 + "14:009" + "9" * 28)


def a_folder(path):
    path.mkdir()


STAMPS = [a_pipe, a_device, a_link, a_second_name, a_sparse_file, a_flood,
          a_number_beyond_decimals, a_folder]  # fmt: skip


@pytest.mark.parametrize("make", STAMPS, ids=lambda make: make.__name__)
def test_a_time_that_is_none_neither_stops_nor_holds_up_the_class(tmp_path, make):
    """It is read by the program that grades everybody: a pipe would wait there for ever."""
    make(tmp_path / "timestamp.txt")
    assert timestamp_of(tmp_path) is None


def test_an_honest_time_is_read(tmp_path):
    (tmp_path / "timestamp.txt").write_text(f"{WHEN}\n")
    assert timestamp_of(tmp_path).isoformat() == "2026-03-01T12:00:00"


def test_what_nbgrader_cannot_copy_is_taken_away_before(tmp_path):
    """Stock nbgrader gives in: it cannot copy a pipe, and the student has no grade."""
    wanted = tmp_path / f"{UNIT}.ipynb"
    wanted.write_bytes(handed_in())
    (tmp_path / "data").mkdir()
    for path in (tmp_path / "pipe.csv", tmp_path / "data" / "pipe", tmp_path / "timestamp.txt"):
        os.mkfifo(path)
    tidy_submission(assignment=UNIT, notebooks=[str(wanted)])
    assert sorted(p.name for p in tmp_path.rglob("*")) == [f"{UNIT}.ipynb", "data"]


@pytest.mark.parametrize("make", [a_pipe, a_second_name, a_sparse_file])
def test_a_notebook_of_another_name_is_copied_only_if_it_could_be_graded(tmp_path, make):
    """A hard link to another's notebook would become one's own by being copied."""
    only = tmp_path / "mine.ipynb"
    make(only)
    handed = [str(only)]
    tidy_submission(assignment=UNIT, notebooks=handed)
    assert handed == [str(only)]
    assert not (tmp_path / f"{UNIT}.ipynb").exists()


def test_a_fault_that_one_submission_brings_out_does_not_look_like_a_worker_that_fails(monkeypatch):
    """Five pieces of work in a row that fail stop the class: five friends could be enough."""

    def fails(*arguments):
        raise IndexError("list index out of range")

    monkeypatch.setattr(work, "grade_submission", fails)
    unit = work.Unit.of(UNIT, notebook(released_cells()), 1)
    done = work.grade_task(work.Task(unit, "mallory", handed_in()))
    assert set(done.marks.scores.values()) == {None}
    assert done.faults == ("the grader failed on it: IndexError: list index out of range",)


def test_the_seed_cannot_be_found_by_trying(tmp_path, monkeypatch):
    """Which of its cases a function fails tells a few bits of hidden inputs, graded after graded.

    With 40 of them a seed of 32 bits is found in a day, and with it all inputs of the course.
    """
    asked = []
    draw = secrets.randbits
    monkeypatch.setattr(secrets, "randbits", lambda bits: asked.append(bits) or draw(bits))
    seed = secret_seed(tmp_path)
    assert seed == secret_seed(tmp_path)
    assert min(asked) >= 100
