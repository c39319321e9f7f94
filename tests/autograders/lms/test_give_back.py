"""Feedback pages go back through the platform's own form, each to its own student."""

import json
import sys
import zipfile

import pytest

from autograders.__main__ import main
from autograders.bulk import returning
from autograders.gradebook.roster import Person, Roster
from autograders.lms import giving
from autograders.submission.folders import CourseFolder

from ..classroom import DROPS, PUPILS, new_course, submission
from .downloads import (
    ADA,
    BOB,
    NAME,
    canvas_name,
    canvas_takes_back,
    moodle_prefix,
    moodle_takes_back,
    zipped,
)

CANVAS = {ADA: canvas_name(ADA, 901, NAME), BOB: canvas_name(BOB, 902, "link.ipynb", late=True)}
MOODLE = {
    "moodle": {one: f"{moodle_prefix(one, n)}/{NAME}" for n, one in ((11, ADA), (12, BOB))},
    "moodle 4.0": {one: f"{moodle_prefix(one, n)}_/{NAME}" for n, one in ((11, ADA), (12, BOB))},
    "moodle flat": {one: f"{moodle_prefix(one, n)}_{NAME}" for n, one in ((11, ADA), (12, BOB))},
}


@pytest.fixture
def course(tmp_path):
    course = CourseFolder(new_course(tmp_path / "course", [DROPS]))
    Roster({one.student: one for one in (ADA, BOB)}).save(course.root)
    return course


def write_pages(course, *students):
    for student in students:
        page = course.feedback(DROPS, student)
        page.parent.mkdir(parents=True)
        page.write_text(f"the page of {student}")


def give_back(course, files, status=0):
    source, output = course.root / "all.zip", course.root / "back.zip"
    source.write_bytes(zipped(files))
    done = main(
        ["give-back", "04", str(source), "--output", str(output), "--course", str(course.root)]
    )
    assert done == status
    with zipfile.ZipFile(output) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_canvas_gives_each_page_to_the_student_whose_file_it_follows(course):
    write_pages(course, "ada", "bob")
    older = {canvas_name(ADA, 900, NAME): b"", canvas_name(ADA, 909, "plot.png"): b""}
    back = give_back(course, older | dict.fromkeys(CANVAS.values(), b""))
    users, shown = {"7001", "7002"}, {"900": "old", "901": NAME, "902": "link.ipynb"}
    assert {canvas_takes_back(name, users, shown): page for name, page in back.items()} == {
        ("7001", NAME): "the page of ada",
        ("7002", "link.ipynb"): "the page of bob",
    }


@pytest.mark.parametrize("form", MOODLE)
def test_moodle_gives_each_page_to_its_participant(course, form):
    write_pages(course, "ada", "bob")
    back = give_back(course, dict.fromkeys(MOODLE[form].values(), b""))
    found = {moodle_takes_back(name, {"11", "12"}): page for name, page in back.items()}
    assert {(who, path.lstrip("/")): page for (who, path), page in found.items()} == {
        ("11", f"{DROPS}.html"): "the page of ada",
        ("12", f"{DROPS}.html"): "the page of bob",
    }


def test_who_has_no_page_or_is_not_surely_known_is_named_and_left_out(course, capsys):
    write_pages(course, "ada")
    eve = canvas_name(Person("eve", "Eden", "Eve"), 903, NAME, user="7009")
    back = give_back(course, dict.fromkeys([*CANVAS.values(), eve], b""), status=1)
    assert list(back.values()) == ["the page of ada"]
    said = capsys.readouterr().err
    assert "the page is not there: bob" in said and f"left aside: {eve!r}" in said


def test_a_page_that_the_gradebook_contradicts_is_not_sent(course, capsys, monkeypatch):
    write_pages(course, "ada", "bob")
    monkeypatch.setattr(giving, "outdated_pages", lambda *_: ["bob"])
    back = give_back(course, dict.fromkeys(CANVAS.values(), b""), status=1)
    assert list(back.values()) == ["the page of ada"]
    assert "the page is out of date: bob" in capsys.readouterr().err


def test_without_any_page_nothing_is_written(course, capsys):
    source = course.root / "all.zip"
    source.write_bytes(zipped(dict.fromkeys(CANVAS.values(), b"")))
    output = course.root / "back.zip"
    arguments = ["give-back", "04", str(source), "--output", str(output)]
    assert main([*arguments, "--course", str(course.root)]) == 2
    assert "no feedback page" in capsys.readouterr().err and not output.exists()


@pytest.mark.nbgrader
@pytest.mark.sandbox
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="grading needs Linux")
@pytest.mark.parametrize("form", ["canvas", "moodle"])
def test_from_the_platforms_zip_to_the_platforms_zip_each_student_gets_their_own(
    course, form, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    pupils = {pupil.name: pupil for pupil in PUPILS[DROPS]}
    work = {
        one: json.dumps(submission(course.root, DROPS, pupils[name])).encode()
        for one, name in ((ADA, "ada"), (BOB, "dan-late"))
    }
    names = CANVAS if form == "canvas" else MOODLE["moodle"]
    (tmp_path / "submissions.zip").write_bytes(zipped({names[one]: work[one] for one in work}))

    def run(*arguments):
        return main([*arguments, "--course", str(course.root)])

    assert run("collect", "04", "submissions.zip") == 0
    assert not course.submitted(DROPS, "ada").exists()
    assert run("collect", "04", "submissions.zip", "--apply") == 0
    assert run("grade", "04", "--feedback") == 0
    assert run("give-back", "04", "submissions.zip", "--output", "feedback.zip") == 0
    with zipfile.ZipFile("feedback.zip") as archive:
        back = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, page in back.items():
        if form == "canvas":
            user = canvas_takes_back(name, {"7001", "7002"}, {"901": "a", "902": "b"})[0]
            one = {"7001": "ada", "7002": "bob"}[user]
        else:
            one = {"11": "ada", "12": "bob"}[moodle_takes_back(name, {"11", "12"})[0]]
        assert page == course.feedback(DROPS, one).read_text("utf-8")
    assert len(set(back.values())) == 2
    # A mark that changes makes the pages old, and they are not sent.
    kept = {one.student: one for one in returning.pages_of(course, DROPS, ["ada", "bob"])}
    assert returning.outdated_pages(course, DROPS, list(kept)) == []
    (course.autograded(DROPS, "bob") / NAME).chmod(0o644)
    (course.autograded(DROPS, "bob") / NAME).write_bytes(kept["bob"].notebook + b"\n")
    assert returning.outdated_pages(course, DROPS, list(kept)) == ["bob"]
    assert run("give-back", "04", "submissions.zip", "--output", "feedback.zip") == 1
    with zipfile.ZipFile("feedback.zip") as archive:
        assert len(archive.namelist()) == 1
