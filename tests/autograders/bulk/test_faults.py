"""A full disk, a closed folder, a held or broken gradebook: a clear sentence, nothing lost."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import pytest

from autograders.__main__ import main
from autograders.bulk.run import load_results, results_path
from autograders.gradebook.open import GradebookUnusable, open_gradebook
from autograders.submission.folders import CourseFolder
from tests.benchmarks import endurance

from ..classroom import DROPS
from .test_bulk import Inline, graded

SIZE = 13
needs_bubblewrap = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap mounts the small or closed disk"
)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A class that was graded and recorded without any trouble."""
    course = endurance.new_class(tmp_path_factory.mktemp("calm") / "course", SIZE)
    graded(course, Inline())
    return course


@pytest.fixture
def course(calm, tmp_path):
    """The same class before it is graded, with a gradebook that knows nobody yet."""
    course = endurance.new_class(tmp_path / "course", SIZE)
    endurance.same_seed(course, calm)
    shutil.copy(calm / "gradebook.db", course)
    with sqlite3.connect(course / "gradebook.db") as book:
        for table in ("grade", "comment", "submitted_notebook", "submitted_assignment", "student"):
            book.execute(f"delete from {table}")
    book.close()
    return course


def same_in_the_end(course, calm):
    """Whether the gradebook and the graded notebooks are those of the calm run."""
    assert endurance.contents(course) == endurance.contents(calm)
    assert endurance.notebooks(course) == endurance.notebooks(calm)


def on_a_mount(course, *mounts):
    """Grade with the course on a disk of another kind; the exit code and what was said."""
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", "--proc", "/proc", *mounts, sys.executable, "-m",
         "autograders", "grade", DROPS, "--course", str(course), "--jobs", "1"],
        capture_output=True, text=True, timeout=300, check=False,
        cwd=endurance.__file__.rpartition("/tests/")[0],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    return done.returncode, done.stderr


@needs_bubblewrap
def test_a_full_disk_stops_the_class_and_what_was_kept_is_not_graded_again(course, calm):
    kept = course / "autograded"
    kept.mkdir()
    code, said = on_a_mount(course, "--size", str(400_000), "--tmpfs", str(kept))
    assert code == 2 and "the disk is full; make room" in said and "Traceback" not in said
    before = len(load_results(CourseFolder(course), DROPS))
    assert 0 < before < SIZE and f"{before} results are kept" in said
    # The notebooks went with the small disk, so all are graded anew; the gradebook is the calm one.
    graded(course, Inline())
    same_in_the_end(course, calm)


@needs_bubblewrap
def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_graded(course):
    code, said = on_a_mount(course, "--ro-bind", str(course), str(course))
    assert code == 2 and "cannot go on: [Errno 30] Read-only file system" in said
    (course / "exchange").mkdir(exist_ok=True)
    code, said = on_a_mount(course, "--ro-bind", str(course), str(course))
    assert code == 2 and "results cannot be kept in" in said and "Traceback" not in said


def test_when_the_results_cannot_grow_nothing_is_half_written(course, calm, monkeypatch):
    real, left = os.pwrite, [5]

    def full(handle, data, at):
        left[0] -= 1
        if left[0] < 0:
            real(handle, data[:20], at)
            raise OSError(28, "No space left on device")
        return real(handle, data, at)

    monkeypatch.setattr(os, "pwrite", full)
    assert main_inline(course, monkeypatch) == 2
    path = results_path(CourseFolder(course), DROPS)
    assert path.read_bytes().count(b"\n") == 5 and path.read_bytes().endswith(b"\n")
    monkeypatch.undo()
    tally = graded(course, Inline())
    assert (tally.before, tally.graded) == (5, SIZE - 5)
    same_in_the_end(course, calm)


def main_inline(course, monkeypatch, *more):
    """The command, grading in this process."""
    from contextlib import nullcontext

    monkeypatch.setattr("autograders.bulk.workers.local", lambda jobs: nullcontext((Inline(), 1)))
    return main(["grade", DROPS, "--course", str(course), *more])


# The gradebook


def wait_at_most(course, seconds):
    """Have SQLite wait so long for another writer."""
    book = f"sqlite:///{(course / 'gradebook.db').as_posix()}?timeout={seconds}"
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.CourseDirectory.db_url = {book!r}\n")


def test_a_locked_gradebook_is_waited_for(course, calm):
    holder = sqlite3.connect(course / "gradebook.db", isolation_level=None, check_same_thread=False)
    holder.execute("begin exclusive")
    wait_at_most(course, 0.2)
    release = threading.Timer(2.0, lambda: holder.execute("commit"))
    release.start()
    tally = graded(course, Inline())
    release.join()
    holder.close()
    assert not tally.unrecorded and tally.recorded == SIZE
    same_in_the_end(course, calm)


@pytest.fixture
def impatient(monkeypatch):
    """Waits between attempts take no time."""
    monkeypatch.setattr("autograders.gradebook.open.PAUSES", (0.0, 0.0))


def test_a_gradebook_that_stays_locked_ends_recording_and_record_does_the_rest(
    course, calm, monkeypatch, impatient, capsys
):
    wait_at_most(course, 0.1)
    holder = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    holder.execute("begin exclusive")
    assert main_inline(course, monkeypatch) == 2
    said = capsys.readouterr().err
    assert "another program holds it" in said and "'python -m autograders record" in said
    holder.execute("commit")
    holder.close()
    assert len(load_results(CourseFolder(course), DROPS)) == SIZE
    assert main(["record", DROPS, "--course", str(course)]) == 0
    same_in_the_end(course, calm)


@pytest.mark.parametrize("damage", ["no database at all", "cut short"])
def test_a_damaged_gradebook_costs_no_result(course, calm, monkeypatch, capsys, damage):
    path = course / "gradebook.db"
    data = path.read_bytes()
    path.write_bytes(
        b"no database at all" * 100 if damage != "cut short" else data[: len(data) // 3]
    )
    assert main_inline(course, monkeypatch) == 2
    said = capsys.readouterr().err
    assert "it is damaged; restore a copy" in said and "every result is kept" in said
    assert main(["record", DROPS, "--course", str(course)]) == 2
    assert "it is damaged" in capsys.readouterr().err
    path.write_bytes(data)
    assert main(["record", DROPS, "--course", str(course)]) == 0
    same_in_the_end(course, calm)


def test_a_gradebook_that_may_only_be_read_is_said(course, monkeypatch, capsys):
    config = (course / "nbgrader_config.py").read_text()
    url = f"sqlite:///file:{course / 'gradebook.db'}?mode=ro&uri=true"
    (course / "nbgrader_config.py").write_text(config + f"\nc.CourseDirectory.db_url = {url!r}\n")
    assert main_inline(course, monkeypatch) == 2
    said = capsys.readouterr().err
    assert "it cannot be written to" in said
    assert len(load_results(CourseFolder(course), DROPS)) == SIZE


def test_a_gradebook_whose_folder_is_missing_is_said(tmp_path):
    with pytest.raises(GradebookUnusable, match="it cannot be opened; look at its path"):
        open_gradebook(f"sqlite:///{tmp_path / 'none' / 'gradebook.db'}", "c")


# Time


def test_a_clock_that_jumps_changes_nothing(course, calm, monkeypatch):
    """Only the audit log, which says when something was written, follows the clock."""
    real, draw = time.time, random.Random(7)

    class Jumping(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=draw.uniform(-4000, 4000))

    monkeypatch.setattr(time, "time", lambda: real() + draw.uniform(-1e9, 1e9))
    monkeypatch.setattr("autograders.gradebook.audit.datetime", Jumping)
    tally = graded(course, Inline())
    assert tally.recorded == SIZE and 0 < tally.seconds < 600
    same_in_the_end(course, calm)
