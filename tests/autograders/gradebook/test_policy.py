"""Recorded marks are what raw results and today's policy give, and who gains or loses is shown."""

import json
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograders.__main__ import main
from autograders.bulk.run import settle
from autograders.gradebook.assignment import ensure_assignment, on_scale
from autograders.gradebook.marks import Marks
from autograders.gradebook.policy import Change, difference
from autograders.gradebook.record import Recorder, Result
from autograders.judging.report import Finding, Report

from ..classroom import DROPS, FULL, PUPILS, hand_in, nbgrader, new_course, read, submission
from .test_record import DUE, UNIT, Row, create_gradebook, graded, record

LATE = DUE + timedelta(hours=1)
MOST = sum(FULL[DROPS].values())
PUPIL = {pupil.name: pupil for pupil in PUPILS[DROPS]}


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory):
    path = tmp_path_factory.mktemp("policy") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        create_gradebook(f"sqlite:///{path}")
    return path


@pytest.fixture
def db_url(tmp_path, empty_gradebook):
    """A gradebook of one's own, with the assignment and without submissions."""
    shutil.copy(empty_gradebook, tmp_path)
    return f"sqlite:///{tmp_path / 'gradebook.db'}?timeout=60"


def one_point(student, score, seconds):
    return 1.0


def everything(student, score, seconds):
    return score


def change(db_url, **about):
    """Change the assignment, as an instructor does in the formgrader."""
    with Gradebook(db_url, "c") as gradebook:
        for name, value in about.items():
            setattr(gradebook.find_assignment(UNIT), name, value)
        gradebook.db.commit()


def by_hand(db_url, score, student="ada", cell="check_step_decay"):
    with Gradebook(db_url, "c") as gradebook:
        gradebook.find_grade(cell, UNIT, UNIT, student).manual_score = score
        gradebook.db.commit()


def again(db_url, *results, agree=lambda said: True, **options):
    """Record as grading in bulk does: what has changed last, after it has been shown."""
    with Recorder(db_url, "c", only_changes=True, hold=True, **options) as recorder:
        for result in results:
            recorder.add(result)
        recorder.add_others(UNIT, {result.student for result in results})
        return settle(recorder, UNIT, agree)


def log_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


# Lateness


def test_a_due_date_moved_later_takes_the_penalty_away_and_the_log_tells(db_url, tmp_path):
    audit = tmp_path / "audit.jsonl"
    record(db_url, graded(timestamp=LATE), late_penalty=one_point, audit=audit)
    assert Row(db_url).penalty == 1.0
    change(db_url, duedate=LATE)
    again(db_url, graded(timestamp=LATE), late_penalty=one_point, audit=audit)
    assert Row(db_url).penalty == 0.0
    last = log_of(audit)[-1]
    assert (last["why"], last["scores"]) == ("policy", {})
    assert (last["late_penalty_before"], last["late_penalty"]) == (1.0, None)


def test_a_due_date_moved_earlier_brings_the_penalty(db_url):
    record(db_url, graded(timestamp=LATE - timedelta(hours=2)), late_penalty=one_point)
    change(db_url, duedate=DUE - timedelta(days=1))
    again(db_url, graded(timestamp=LATE - timedelta(hours=2)), late_penalty=one_point)
    assert Row(db_url).penalty == 1.0


def test_an_extension_takes_the_penalty_of_one_student_away_whoever_wrote_the_marks(db_url):
    record(db_url, graded(timestamp=LATE), graded("bob", timestamp=LATE), late_penalty=one_point)
    with Gradebook(db_url, "c") as gradebook:
        gradebook.find_submission(UNIT, "ada").extension = timedelta(days=2)
        gradebook.db.commit()
    again(db_url, late_penalty=one_point)
    assert (Row(db_url).penalty, Row(db_url, "bob").penalty) == (0.0, 1.0)


def test_a_manual_mark_on_late_work_is_penalised_too(db_url):
    record(db_url, graded(score=2.0, timestamp=LATE), late_penalty=everything)
    by_hand(db_url, 5.0)
    by_hand(db_url, 3.0, cell="conclusion")
    again(db_url, graded(score=2.0, timestamp=LATE), late_penalty=everything)
    assert (Row(db_url).score, Row(db_url).penalty) == (8.0, 8.0)


def test_an_extra_credit_counts_before_the_penalty_is_taken(db_url):
    record(db_url, graded(score=2.0, timestamp=LATE), late_penalty=everything)
    with Gradebook(db_url, "c") as gradebook:
        gradebook.find_grade("check_step_decay", UNIT, UNIT, "ada").extra_credit = 0.5
        gradebook.db.commit()
    again(db_url, late_penalty=everything)
    assert (Row(db_url).score, Row(db_url).penalty) == (2.5, 2.5)


def test_without_a_due_date_nobody_is_late(db_url):
    record(db_url, graded(timestamp=LATE), late_penalty=one_point)
    change(db_url, duedate=None)
    again(db_url, late_penalty=one_point)
    assert Row(db_url).penalty == 0.0


# The difference


def test_who_gains_and_who_loses_is_a_sentence_with_losers_first():
    changes = [Change("ada", UNIT, 14, 12.5), Change("bob", UNIT, 3, 4), Change("cy", UNIT, 2, 2)]
    assert difference(changes) == "1 gain, 1 lose: ada 14 -> 12.5, bob 3 -> 4"
    assert difference(changes[2:]) == ""
    many = [Change(f"s{n}", UNIT, 1, 2) for n in range(12)]
    assert difference(many).endswith("s9 1 -> 2, and 2 more")


def test_the_difference_is_told_before_a_recorded_mark_changes_and_no_leaves_it(db_url, tmp_path):
    audit = tmp_path / "audit.jsonl"
    record(db_url, graded(score=2.0), graded("bob", score=6.0), audit=audit)
    before, told = audit.read_text(), []

    def no(said):
        told.append((said, Row(db_url).auto, Row(db_url, "bob").auto))
        return False

    new = [graded(score=6.0), graded("bob", score=1.0), graded("cy", score=3.0)]
    assert again(db_url, *new, agree=no, audit=audit) == 2
    [(said, *marks)] = told
    assert said == f"{UNIT}: recorded marks change: 1 gain, 1 lose: bob 6 -> 1, ada 2 -> 6"
    assert marks == [2.0, 6.0] == [Row(db_url).auto, Row(db_url, "bob").auto]
    assert Row(db_url, "cy").auto == 3.0, "a first mark changes nothing that is recorded"
    assert {line["student"] for line in log_of(audit)[before.count("\n") :]} == {"cy"}
    assert again(db_url, *new, audit=audit) == 0
    assert (Row(db_url).auto, Row(db_url, "bob").auto) == (6.0, 1.0)


def test_a_change_that_moves_no_total_is_recorded_without_asking(db_url):
    record(db_url, graded(score=2.0, comment="first"))
    again(db_url, graded(score=2.0, comment="second"), agree=lambda said: pytest.fail(said))
    assert Row(db_url).comment == "second"


# Points


def released(step_decay=6.0, conclusion=3.0):
    """A released notebook with the cells of the gradebook, worth so many points."""

    def cell(make, name, points, **more):
        about = {"grade_id": name, "grade": True, "solution": False, "points": points}
        about |= {"locked": False, "schema_version": 3, "task": False}
        return make("", metadata={"nbgrader": about | more})

    return nbformat.v4.new_notebook(
        cells=[
            cell(nbformat.v4.new_code_cell, "check_step_decay", step_decay),
            cell(nbformat.v4.new_markdown_cell, "conclusion", conclusion, solution=True),
        ]
    )


def test_points_changed_after_grading_scale_every_mark_and_the_log_tells(db_url, tmp_path):
    audit, said = tmp_path / "audit.jsonl", []
    record(db_url, graded(score=6.0), graded("bob", score=1.5), audit=audit)
    by_hand(db_url, 2.0, cell="conclusion")
    options = {"audit": audit, "say": said.append}
    assert not ensure_assignment(db_url, "c", UNIT, released(8.0, 1.0), **options)
    with Gradebook(db_url, "c") as gradebook:
        assert gradebook.find_assignment(UNIT).max_score == 9
        conclusion = gradebook.find_grade("conclusion", UNIT, UNIT, "ada")
        assert conclusion.manual_score == pytest.approx(2 / 3)
    assert (Row(db_url).auto, Row(db_url, "bob").auto) == (8.0, 2.0)
    assert said == [
        f"{UNIT}: points of check_step_decay from 6 to 8, conclusion from 3 to 1;"
        " 2 gain, 0 lose: ada 8 -> 8.67, bob 1.5 -> 2"
    ]
    ada = next(one for one in log_of(audit) if one["why"] == "points" and one["student"] == "ada")
    assert (ada["before"], ada["scores"]["check_step_decay"]) == (
        {"check_step_decay": 6.0, "conclusion": None},
        8.0,
    )
    assert ada["manual_before"] == {"conclusion": 2.0}
    ensure_assignment(db_url, "c", UNIT, released(8.0, 1.0), **options)
    assert len(said) == 1 and len(log_of(audit)) == 4


def test_a_penalty_follows_when_points_are_changed(db_url):
    record(db_url, graded(score=6.0, timestamp=LATE), late_penalty=everything)
    ensure_assignment(db_url, "c", UNIT, released(8.0), late_penalty=everything)
    assert (Row(db_url).score, Row(db_url).penalty) == (8.0, 8.0)


def test_a_persons_mark_out_of_no_points_waits_for_a_person_when_points_are_given(db_url, tmp_path):
    audit = tmp_path / "audit.jsonl"
    record(db_url, graded(score=6.0), audit=audit)
    by_hand(db_url, 2.0, cell="conclusion")
    ensure_assignment(db_url, "c", UNIT, released(6.0, 0.0), audit=audit)
    ensure_assignment(db_url, "c", UNIT, released(6.0, 3.0), audit=audit)
    with Gradebook(db_url, "c") as gradebook:
        grade = gradebook.find_grade("conclusion", UNIT, UNIT, "ada")
        assert (grade.manual_score, grade.needs_manual_grade) == (None, True)
    assert [line.get("manual_before") for line in log_of(audit)][1] == {"conclusion": 2.0}


def test_a_result_of_before_the_points_changed_is_recorded_on_todays_scale(db_url):
    marks = Marks({"check_step_decay": 5.0, "conclusion": None}, {}, {"check_step_decay": 5.0})
    assert on_scale(marks, {"check_step_decay": 6.0}).scores["check_step_decay"] == 6.0
    assert on_scale(marks, {}).scores == marks.scores
    record(db_url, graded(score=2.5))
    with Recorder(db_url, "c") as recorder:
        recorder.add(Result("ada", UNIT, UNIT, marks))
    assert Row(db_url).auto == 6.0


def test_a_report_out_of_other_points_keeps_its_parts_in_proportion():
    findings = (Finding("values", "", True, 3, 3), Finding("boundary", "", False, 0, 2, "late"))
    found = Report("step_decay", UNIT, 3, 5, "partial", findings).out_of(8)
    assert (found.score, found.max_score) == (pytest.approx(4.8), 8)
    assert [f.max_points for f in found.findings] == pytest.approx([4.8, 3.2])
    assert Report("step_decay", UNIT, 5, 5, "full").out_of(0.7).score == 0.7
    assert Report("step_decay", UNIT, None, 5, "ungraded").out_of(8).score is None


# A whole course


def test_no_export_leaves_while_recorded_marks_are_not_what_todays_policy_gives(tmp_path, capsys):
    course = new_course(tmp_path / "course", [DROPS])
    with (course / "nbgrader_config.py").open("a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    hand_in(course, DROPS, "ada", submission(course, DROPS, PUPIL["ada"]))
    run = ["--course", str(course)]
    assert main(["grade", DROPS, *run]) == 0
    nbgrader(course, "db", "assignment", "add", DROPS, "--duedate", "2026-02-01 12:00:00 UTC")
    assert main(["export", DROPS, *run]) == 2
    said = capsys.readouterr().err
    assert f"0 gain, 1 lose: ada {MOST} -> 0" in said and f"record {DROPS}" in said
    (course / "results" / f"{DROPS}.jsonl").unlink()
    assert main(["record", DROPS, *run]) == 0
    assert f"0 gain, 1 lose: ada {MOST} -> 0" in capsys.readouterr().err
    assert main(["export", DROPS, "--partial", *run]) == 0
    assert f",{MOST}.0,{MOST}.0,0.0,{MOST + 3}.0," in capsys.readouterr().out


def worth(course, points):
    """Change what one test is worth, as in JupyterLab's Create Assignment."""
    path = course / "source" / DROPS / f"{DROPS}.ipynb"
    notebook = read(path)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "check_step_decay":
            cell["metadata"]["nbgrader"]["points"] = points
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return nbgrader(course, "generate_assignment", DROPS).stderr


def marks_of(course, student):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "learning_rate") as book:
        grade = book.find_grade("check_step_decay", DROPS, DROPS, student)
        return grade.auto_score, grade.max_score, book.find_submission(DROPS, student).score


def test_points_changed_in_the_notebook_leave_perfect_students_perfect(tmp_path, capsys):
    course = new_course(tmp_path / "course", [DROPS])
    for name in ("ada", "dan-late"):
        hand_in(course, DROPS, name, submission(course, DROPS, PUPIL[name]))
    worth(course, 8)
    assert main(["grade", DROPS, "--course", str(course)]) == 0
    assert (marks_of(course, "ada"), marks_of(course, "dan-late")) == (
        (8, 8, MOST + 3),
        (3.2, 8, pytest.approx(MOST - 1.8)),
    )
    said = worth(course, 2)
    assert "points of check_step_decay from 8 to 2; 0 gain, 2 lose" in said
    assert marks_of(course, "ada") == (2, 2, MOST - 3)
    assert main(["record", DROPS, "--course", str(course)]) == 0
    assert marks_of(course, "ada") == (2, 2, MOST - 3), (
        "kept results are out of 8, and recorded out of 2"
    )
    nbgrader(course, "autograde", DROPS, "--force", "--student", "dan-late")
    assert marks_of(course, "dan-late") == (pytest.approx(0.8), 2, pytest.approx(MOST - 4.2))
    page = course / "autograded" / "dan-late" / DROPS / f"{DROPS}.ipynb"
    assert "0.8 of 2 points" in page.read_text(encoding="utf-8")
