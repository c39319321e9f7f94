"""An unsafe machine stops grading, and is told the command that mends it."""

import os
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from autograders.__main__ import main
from autograders.bulk import doctor
from autograders.submission.folders import CourseFolder

from ..classroom import DROPS, new_course


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course on a machine on which a student has an account, and can get to its folder."""
    monkeypatch.setattr(doctor, "accounts", lambda: ["ada"])
    root = new_course(tmp_path / "course", [DROPS])
    for folder in (root, *root.parents):
        if folder.owner() == Path(tmp_path).owner() and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    (root / "gradebook.db").touch(0o644)
    return CourseFolder(root)


def wrong(course):
    """The findings that are not safe."""
    return [finding for finding in doctor.before_grading(course) if not finding.safe]


@pytest.mark.parametrize("name", doctor.PRIVATE)
def test_what_others_can_read_is_unsafe_and_the_command_mends_it(course, name):
    (course.root / "gradebook.db").chmod(0o600)
    for folder in course.root.iterdir():
        folder.chmod(0o700)
    path = course.root / name
    assert wrong(course) == []
    if not path.exists():
        path.touch() if "." in name else path.mkdir()
    path.chmod(0o755)
    [finding] = wrong(course)
    assert name in finding.said and str(path) in finding.mend
    subprocess.run(shlex.split(finding.mend), check=True)
    assert wrong(course) == []


def test_what_nobody_gets_to_is_safe_whatever_its_mode(course):
    assert wrong(course)
    course.root.chmod(0o700)
    assert wrong(course) == []


def test_alone_on_a_machine_nothing_has_to_be_closed(course, monkeypatch):
    monkeypatch.setattr(doctor, "accounts", list)
    assert wrong(course) == []


def test_grading_stops_with_the_command_before_anything_is_graded(course, capsys):
    folder = course.root / "submitted" / "bo" / DROPS
    folder.mkdir(parents=True)
    assert main(["grade", "04", "--course", str(course.root)]) == 2
    said = capsys.readouterr().err
    assert "chmod -R go-rwx" in said and "gradebook.db" in said
    assert not (course.root / "results").exists()


def test_a_temporary_folder_in_which_anybody_may_remove_is_unsafe(tmp_path):
    tmp_path.chmod(0o777)
    assert "chmod +t" in doctor._temporary(tmp_path).mend
    tmp_path.chmod(0o1777)
    assert doctor._temporary(tmp_path).safe


def test_a_clock_that_is_behind_the_courses_files_is_unsafe(course):
    later = time.time() + 3600
    os.utime(course.root / "gradebook.db", (later, later))
    assert any("clock" in finding.said for finding in wrong(course))


def test_the_doctor_names_the_isolation_and_what_is_wrong(course, capsys):
    assert main(["doctor", "--course", str(course.root)]) == 1
    said = capsys.readouterr().out
    assert "UNSAFE" in said and "student code runs " in said and "Yama" in said


def test_what_is_said_at_the_terminal_holds_no_escape_sequence(capsys):
    """A folder's name or a file's may hold one that clears the screen or writes the clipboard."""
    from autograders.__main__ import say
    from autograders.bulk.tally import Display

    name = "\x1b]52;c;cm0gLXJm\x07bo\x9b2J\udcff"
    say(f"a person must look: {name}\nand more")
    Display().say(f"a person must look: {name}")
    said = capsys.readouterr().err
    assert said.count("bo") == 2 and "and more" in said
    assert not {"\x1b", "\x07", "\x9b", "\udcff"} & set(said)
