"""The hostile bank's class: after every attack its files and its other students are as before."""

import hashlib
import sqlite3

import pytest

from autograders.declare.catalogue import find
from autograders.sandbox import Sandbox, SandboxLevel, SandboxUnavailable, warm
from autograders.submission import grading

from .classroom import RIGHT, UNIT, Classroom, functions, handed_in, the_master

SHORT = 0.25


@pytest.fixture(scope="session")
def isolated():
    """The real sandbox at its full level."""
    with Sandbox(wall=(2.5, 1.0)) as sandbox:
        try:
            assert sandbox.level is SandboxLevel.ISOLATED
        except SandboxUnavailable as error:
            pytest.skip(str(error))
        yield sandbox


@pytest.fixture(scope="session")
def gradebook(tmp_path_factory):
    """A gradebook database beside the submissions, for attacks to look for."""
    path = tmp_path_factory.mktemp("course") / "gradebook.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE grade (student TEXT, score REAL)")
        connection.execute("INSERT INTO grade VALUES ('good', 15.0), ('mallory', 0.0)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def shared_folder(gradebook):
    """The course folder: the gradebook, and another student's submission."""
    other = gradebook.parent / "submitted" / "good" / UNIT
    other.mkdir(parents=True)
    (other / f"{UNIT}.ipynb").write_bytes(handed_in())
    return gradebook.parent


@pytest.fixture(autouse=True)
def short_limits(monkeypatch):
    """A quarter of a second of CPU is plenty here; time-outs are waited for often."""
    for name in (*RIGHT, "sgd_step"):
        monkeypatch.setattr(find(name), "seconds", SHORT)
    monkeypatch.setattr(warm, "CELL_SECONDS", SHORT)
    monkeypatch.setattr(grading, "SECONDS_FOR_A_QUIZ", SHORT)


@pytest.fixture
def classroom(isolated, shared_folder):
    """A class to attack; afterwards every file is unchanged and a good student has full marks."""
    room = Classroom(isolated, the_master(), shared_folder)
    before = fingerprint(shared_folder)
    yield room
    assert fingerprint(shared_folder) == before
    good = room.grade(handed_in())
    assert all(good.reports[name].passed for name in RIGHT), functions(good)


def fingerprint(folder):
    """Names and contents of all files below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
