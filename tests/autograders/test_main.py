"""The command line grades a class, goes on after a stop, and says in a sentence what is wrong."""

import csv
import json

import pytest
from nbgrader.api import Gradebook

from autograders.__main__ import main
from autograders.bulk.beside import copy_beside
from autograders.bulk.run import load_results
from autograders.submission.folders import CourseError, CourseFolder, secret_seed

from .classroom import DROPS, FULL, PUPILS, expected_points, hand_in, new_course, submission

FULL_MARKS = sum(FULL[DROPS].values())
CHOSEN = [p for p in PUPILS[DROPS] if p.name in ("ada", "dan-late", "ida-blank", "lea-half-done")]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course whose class was graded once, and what the command said."""
    course = new_course(tmp_path_factory.mktemp("bulk") / "course", [DROPS])
    for pupil in CHOSEN:
        hand_in(course, DROPS, pupil.name, submission(course, DROPS, pupil))
    hand_in(course, DROPS, "no-json", b'{"cells": [')
    assert main(["grade", "04", "--course", str(course)]) == 0
    return course


def run(course, *arguments):
    return main([*arguments, "--course", str(course)])


def scores(course):
    """The automatic scores of everyone in the gradebook."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "learning_rate") as book:
        return {
            submission.student.id: {
                grade.name.removeprefix("check_"): grade.auto_score
                for grade in submission.notebooks[0].grades
            }
            for submission in book.assignment_submissions(DROPS)
        }


@pytest.mark.parametrize("pupil", CHOSEN, ids=lambda pupil: pupil.name)
def test_a_class_is_graded_into_a_gradebook_that_did_not_know_the_unit(graded, pupil):
    found = scores(graded)[pupil.name]
    assert {name: found[name] for name in FULL[DROPS]} == expected_points(DROPS, pupil)
    assert found["conclusion"] == pupil.manual


def test_what_cannot_be_read_waits_for_a_person(graded):
    assert set(scores(graded)["no-json"].values()) == {None}


def test_the_graded_notebook_lies_where_the_formgrader_opens_it(graded):
    path = graded / "autograded" / "dan-late" / DROPS / f"{DROPS}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "has the rate dropped yet?" in text
    assert (path.parent / "timestamp.txt").exists()


def test_the_secret_by_which_a_student_finds_the_feedback_goes_along_but_no_link(tmp_path):
    """nbgrader's release_feedback reads it beside the page, and stops for a class without it."""
    ada, bob, graded = (tmp_path / name for name in ("ada", "bob", "graded"))
    for folder in (ada, bob, graded):
        folder.mkdir()
    (ada / "submission_secret.txt").write_text("of ada")
    (bob / "submission_secret.txt").symlink_to(ada / "submission_secret.txt")
    copy_beside(ada, graded)
    assert (graded / "submission_secret.txt").read_text() == "of ada"
    copy_beside(bob, graded)
    assert not (graded / "submission_secret.txt").exists()


def test_the_kept_results_say_which_misconception_was_recognised(graded):
    found = load_results(CourseFolder(graded), DROPS)
    assert found["dan-late"].misconceptions == {"step_decay": "drops-one-late"}
    assert found["ada"].misconceptions == {} and found["ada"].verdicts["step_decay"] == "full"
    assert found["lea-half-done"].verdicts["scheduled_drop"] == "unwritten"
    assert found["no-json"].verdicts == {}


def test_grading_again_goes_on_where_it_stopped(graded, capsys):
    kept = graded / "results" / f"{DROPS}.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1][:40], encoding="utf-8")
    before = scores(graded)
    assert run(graded, "grade", "4") == 0
    assert f"{len(lines)} graded, {len(lines) - 1} of them before" in capsys.readouterr().out
    assert scores(graded) == before


def test_a_submission_that_changed_is_graded_anew_and_the_others_are_not(graded, capsys):
    better = submission(graded, DROPS, CHOSEN[0])
    hand_in(graded, DROPS, "lea-half-done", better)
    assert run(graded, "grade", "04") == 0
    assert "5 graded, 4 of them before" in capsys.readouterr().out
    assert sum(scores(graded)["lea-half-done"][name] for name in FULL[DROPS]) == FULL_MARKS
    hand_in(graded, DROPS, "lea-half-done", submission(graded, DROPS, CHOSEN[-1]))
    assert run(graded, "grade", "04", "--student", "lea-half-done") == 0
    assert scores(graded)["lea-half-done"]["scheduled_drop"] == 0.0


def test_kept_results_can_be_recorded_in_a_new_gradebook(graded, capsys):
    before = scores(graded)
    (graded / "gradebook.db").rename(graded / "lost.db")
    assert run(graded, "record", "04") == 0
    assert scores(graded) == before
    assert "5 of 5 recorded" in capsys.readouterr().out


def test_export_writes_a_line_for_each_submission(graded, tmp_path, capsys):
    path = tmp_path / "grades.csv"
    assert run(graded, "export", "04", "--partial", "--output", str(path)) == 0
    assert f"{path}: {len(CHOSEN) + 1} submissions" in capsys.readouterr().err
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"no-json", *(pupil.name for pupil in CHOSEN)}
    assert float(rows["ada"]["score"]) == FULL_MARKS
    assert float(rows["ada"]["max_score"]) == FULL_MARKS + 3
    assert rows["no-json"]["needs_manual_grade"] == "True"


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_what_waits_for_a_person_is_exported_on_request_only(graded, tmp_path, capsys, system):
    path = tmp_path / "grades.csv"
    assert run(graded, "export", "04", "--to", system, "--output", str(path)) == 0
    assert "submissions wait for a person" in capsys.readouterr().err
    assert f'"{FULL_MARKS}"' not in path.read_text(encoding="utf-8")
    assert run(graded, "export", "04", "--to", system, "--partial", "--output", str(path)) == 0
    assert f'"{FULL_MARKS}"' in path.read_text(encoding="utf-8")


def test_check_runs_a_saved_notebook_as_it_will_be_graded(graded, capsys):
    right = graded / "submitted" / "ada" / DROPS / f"{DROPS}.ipynb"
    assert run(graded, "check", str(right)) == 0
    wanted = f"{FULL_MARKS} of {FULL_MARKS} points; 3 more are given by a person"
    assert wanted in capsys.readouterr().out
    wrong = graded / "submitted" / "dan-late" / DROPS / f"{DROPS}.ipynb"
    assert run(graded, "check", str(wrong)) == 1
    said = capsys.readouterr().out
    assert (
        "has the rate dropped yet?" in said and f"{FULL_MARKS - 3} of {FULL_MARKS} points" in said
    )


def test_check_knows_a_copy_by_the_beginning_of_its_name_or_is_told(graded, tmp_path, capsys):
    notebook = json.dumps(submission(graded, DROPS, CHOSEN[0]))
    copy = tmp_path / f"{DROPS}-Copy1.ipynb"
    copy.write_text(notebook, encoding="utf-8")
    assert run(graded, "check", str(copy)) == 0
    other = tmp_path / "mine.ipynb"
    other.write_text(notebook, encoding="utf-8")
    assert run(graded, "check", str(other)) == 2
    assert "say it with --unit" in capsys.readouterr().err
    assert run(graded, "check", str(other), "--unit", "04") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade", "42"], "no released unit '42'"),
        (["record", "nothing"], "expected a name or number of: 04_step_decay_and_drops"),
        (["check", "no/such/04_step_decay_and_drops.ipynb"], "cannot be graded: the file cannot"),
        (
            ["grade", "04", "--student", "dan-lat"],
            f"no student 'dan-lat' handed in {DROPS}; did you mean",
        ),
        (["grade", "04", "--student", "../ada"], "no student '../ada' handed in"),
        (["grade", "04", "--shard", "1/2", "--feedback"], "join the shards with"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(graded, capsys, arguments, message):
    assert run(graded, *arguments) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.splitlines()) == 1


def test_a_course_draws_its_secret_seed_once_and_shows_it_to_its_owner_only(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    seed = secret_seed(tmp_path / "one")
    assert seed == secret_seed(tmp_path / "one") != secret_seed(tmp_path / "two")
    [file] = (tmp_path / "one").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("not a number")
    with pytest.raises(CourseError, match="expected a whole number"):
        secret_seed(tmp_path / "one")


def test_a_course_without_submissions_or_settings_is_said(tmp_path, capsys):
    course = new_course(tmp_path / "course", [DROPS])
    assert run(course, "grade", "04") == 2
    assert "nobody handed in 04_step_decay_and_drops" in capsys.readouterr().err
    assert run(course, "export") == 2
    assert "no submissions yet" in capsys.readouterr().err
    assert run(tmp_path, "grade", "04") == 2
    assert "no nbgrader_config.py in" in capsys.readouterr().err


def test_ctrl_c_before_a_command_has_begun_is_a_word_and_no_traceback(monkeypatch, capsys):
    def interrupt(**options):
        raise KeyboardInterrupt

    monkeypatch.setattr("logging.basicConfig", interrupt)
    assert main(["grade", "04"]) == 130
    assert capsys.readouterr().err == "stopped\n"
