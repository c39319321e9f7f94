"""Results reach nbgrader's gradebook by nbgrader's own rules, and no work of a person is lost."""

import datetime
import json
import multiprocessing
import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from autograders.gradebook.marks import Marks, explanation, marks_of, with_cell_errors, with_code
from autograders.gradebook.open import GradebookUnusable
from autograders.gradebook.record import Recorder, Result
from autograders.judging.report import Finding, Report, ungraded

UNIT = "04_step_decay_and_drops"
DUE = datetime.datetime(2026, 3, 1, 12)
DIED = 9


@pytest.fixture(scope="module")
def new_gradebook(tmp_path_factory):
    """The file of a gradebook with one assignment: an answer, its test and a written answer."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    url = f"sqlite:///{path}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        create_gradebook(url)
    return path


def create_gradebook(url):
    with Gradebook(url, "c") as gradebook:
        gradebook.add_assignment(UNIT, duedate=DUE)
        gradebook.add_notebook(UNIT, UNIT)
        gradebook.add_grade_cell("check_step_decay", UNIT, UNIT, max_score=6, cell_type="code")
        gradebook.add_solution_cell("step_decay", UNIT, UNIT)
        gradebook.add_grade_cell("conclusion", UNIT, UNIT, max_score=3, cell_type="markdown")
        gradebook.add_solution_cell("conclusion", UNIT, UNIT)


@pytest.fixture
def db_url(tmp_path, new_gradebook):
    """A gradebook of one's own, without submissions."""
    shutil.copy(new_gradebook, tmp_path)
    return f"sqlite:///{tmp_path / 'gradebook.db'}?timeout=60"


def graded(student="ada", score=4.5, comment=None, **more):
    marks = Marks(
        {"check_step_decay": score, "conclusion": None},
        {"step_decay": comment, "conclusion": None},
    )
    return Result(student, UNIT, UNIT, marks, **more)


def record(db_url, *results, **options):
    with Recorder(db_url, "c", **options) as recorder:
        for result in results:
            recorder.add(result)
    return recorder


class Row:
    """What the gradebook says about one student's submission, read through nbgrader's API."""

    def __init__(self, db_url, student="ada"):
        with Gradebook(db_url, "c") as gradebook:
            submission = gradebook.find_submission(UNIT, student)
            self.score, self.flagged = submission.score, submission.needs_manual_grade
            self.penalty = submission.late_submission_penalty
            grade = gradebook.find_grade("check_step_decay", UNIT, UNIT, student)
            self.auto, self.manual = grade.auto_score, grade.manual_score
            self.needs_manual_grade = grade.needs_manual_grade
            comment = gradebook.find_comment("step_decay", UNIT, UNIT, student)
            self.comment = comment.comment


def test_a_partial_score_and_its_comment_are_nbgraders_own_records(db_url):
    record(db_url, graded(score=4.5, comment="look at the boundary"))
    row = Row(db_url)
    assert (row.auto, row.score, row.needs_manual_grade) == (4.5, 4.5, False)
    assert row.comment == "look at the boundary"


def test_a_fault_of_the_grader_is_no_score_and_waits_for_a_person(db_url):
    record(db_url, graded(score=None))
    row = Row(db_url)
    assert row.auto is None and row.needs_manual_grade


def test_a_score_that_a_person_gave_is_kept_and_flagged_for_another_look(db_url):
    record(db_url, graded(score=2.0, comment="auto"))
    with Gradebook(db_url, "c") as gradebook:
        gradebook.find_grade("check_step_decay", UNIT, UNIT, "ada").manual_score = 5.0
        gradebook.find_comment("step_decay", UNIT, UNIT, "ada").manual_comment = "well argued"
        gradebook.db.commit()
    record(db_url, graded(score=6.0, comment="auto again"))
    row = Row(db_url)
    assert (row.auto, row.manual, row.score, row.needs_manual_grade) == (6.0, 5.0, 5.0, True)
    assert row.comment == "well argued"


def test_a_cell_that_the_result_does_not_mention_is_left_alone(db_url):
    record(db_url, graded(score=2.0, comment="first"))
    record(db_url, Result("ada", UNIT, UNIT, Marks({"conclusion": None}, {})))
    assert (Row(db_url).auto, Row(db_url).comment) == (2.0, "first")


@pytest.mark.parametrize(
    ("points_taken", "hours", "penalty"), [(1.0, 2, 1.0), (99.0, 2, 4.5), (-3.0, 2, 0.0)]
)
def test_a_late_penalty_is_at_least_nothing_and_at_most_the_score(
    db_url, points_taken, hours, penalty
):
    asked = []

    def plugin(student, score, seconds):
        asked.append((student, score, seconds))
        return points_taken

    late = DUE + datetime.timedelta(hours=hours)
    record(db_url, graded(timestamp=late), late_penalty=plugin)
    assert asked == [("ada", 4.5, hours * 3600)]
    assert Row(db_url).penalty == penalty


def test_work_in_time_is_not_penalised_and_an_old_penalty_goes(db_url):
    late = DUE + datetime.timedelta(hours=1)
    record(db_url, graded(timestamp=late), late_penalty=lambda *_: 1.0)
    record(db_url, graded(timestamp=DUE), late_penalty=lambda *_: 1.0)
    assert Row(db_url).penalty == 0.0


def test_a_class_is_recorded_in_few_transactions(db_url):
    commits = []
    with Recorder(db_url, "c", batch=50) as recorder:
        event.listen(recorder._gradebook.engine, "commit", commits.append)
        for number in range(120):
            recorder.add(graded(f"student-{number:03d}", score=float(number % 7)))
    assert len(commits) == 3
    assert recorder.recorded == 120
    with Gradebook(db_url, "c") as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(UNIT)}
    assert scores == {f"student-{n:03d}": n % 7 for n in range(120)}


def test_one_result_that_cannot_be_recorded_does_not_stop_the_others(db_url):
    lost = Result("bob", UNIT, "renamed", Marks({}, {}))
    recorder = record(db_url, graded("ada"), lost, graded("cy"))
    assert list(recorder.failures) == [f"bob/{UNIT}"]
    assert "nbgrader generate_assignment" in recorder.failures[f"bob/{UNIT}"]
    assert (Row(db_url, "ada").auto, Row(db_url, "cy").auto) == (4.5, 4.5)


def test_the_audit_log_grows_by_a_line_for_each_change(db_url, tmp_path):
    audit = tmp_path / "audit.jsonl"
    record(db_url, graded(score=2.0, fingerprint="abc"), audit=audit)
    first = audit.read_text()
    record(db_url, graded(score=6.0, fingerprint="def"), audit=audit)
    assert audit.read_text().startswith(first)
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [line["fingerprint"] for line in lines] == ["abc", "def"]
    assert lines[1]["before"]["check_step_decay"] == 2.0
    assert lines[1]["scores"]["check_step_decay"] == 6.0


def test_what_was_not_recorded_is_not_in_the_audit_log(db_url, tmp_path):
    audit = tmp_path / "audit.jsonl"
    record(db_url, Result("bob", UNIT, "renamed", Marks({}, {})), audit=audit)
    assert not audit.exists() or audit.read_text() == ""


@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
def test_a_process_killed_at_its_commit_leaves_no_gap_in_the_audit_log(db_url, tmp_path, committed):
    audit = tmp_path / "audit.jsonl"
    record(db_url, graded(score=2.0), audit=audit)
    dies_at_commit(db_url, audit, graded(score=6.0), graded("bob"), committed=committed)
    assert len(audited(audit)) == 1
    record(db_url, graded("cy"), audit=audit)
    assert audited(audit)[-1] == "cy"
    assert sorted(audited(audit)) == (["ada", "ada", "bob", "cy"] if committed else ["ada", "cy"])
    record(db_url, graded(score=6.0), graded("bob"), audit=audit, only_changes=True)
    assert sorted(audited(audit)) == ["ada", "ada", "bob", "cy"]
    assert not list(tmp_path.glob("audit.jsonl.*"))


def dies_at_commit(db_url, audit, *results, committed):
    """Record in another process, which ends just before or just after it has committed."""
    # Not by fork: other tests of this process may have begun threads.
    process = multiprocessing.get_context("spawn").Process(
        target=record_and_die, args=(db_url, audit, results, committed)
    )
    process.start()
    process.join()
    assert process.exitcode == DIED


def record_and_die(db_url, audit, results, committed):
    with Recorder(db_url, "c", audit=audit) as recorder:
        db = recorder._gradebook.db
        whole = db.commit
        db.commit = lambda: (committed and whole(), os._exit(DIED))
        for result in results:
            recorder.add(result)


def audited(path):
    return [json.loads(line)["student"] for line in path.read_text().splitlines()]


def test_half_a_line_in_the_audit_log_is_made_whole_and_none_is_there_twice(db_url, tmp_path):
    audit, beside = tmp_path / "audit.jsonl", tmp_path / "audit.jsonl.pending"
    record(db_url, graded("ada"), graded("bob"), audit=audit)
    whole = audit.read_bytes()
    for left in (whole[:-30], whole):
        beside.write_bytes(whole)
        audit.write_bytes(left)
        record(db_url, graded("bob"), audit=audit, only_changes=True)
        assert audit.read_bytes() == whole and not beside.exists()


def test_a_commit_that_fails_once_and_then_succeeds_is_one_line(db_url, tmp_path):
    audit, tries = tmp_path / "audit.jsonl", []
    with Recorder(db_url, "c", audit=audit) as recorder:
        commit = recorder._gradebook.db.commit

        def held():
            tries.append(audit.with_name("audit.jsonl.pending").read_bytes().count(b"\n"))
            if len(tries) == 1:
                raise OperationalError("COMMIT", {}, Exception("database is locked"))
            commit()

        recorder._gradebook.db.commit = held
        recorder.add(graded())
    assert tries == [1, 1] and audited(audit) == ["ada"]


def test_without_a_line_in_the_audit_log_there_is_no_change(db_url, tmp_path):
    with pytest.raises(GradebookUnusable, match=r"audit log .* cannot be written"):
        record(db_url, graded(), audit=tmp_path / "nowhere" / "audit.jsonl")
    with pytest.raises(MissingEntry):
        Row(db_url)


# Reports -> marks


def cell(name, source, released, **kind):
    make = nbformat.v4.new_markdown_cell if kind.pop("text", False) else nbformat.v4.new_code_cell
    nbgrader = {
        "grade_id": name,
        "grade": False,
        "solution": False,
        "locked": False,
        "schema_version": 3,
        **kind,
    }
    new = make(released, metadata={"nbgrader": nbgrader})
    new.metadata.nbgrader["checksum"] = utils.compute_checksum(new)
    new.source = source
    return new


def notebook(answer="def step_decay(): return 1", conclusion="It settled."):
    return nbformat.v4.new_notebook(
        cells=[
            cell("step_decay", answer, "stub", solution=True),
            cell(
                "check_step_decay", "check(step_decay)", "check(step_decay)", grade=True, points=6
            ),
            cell("conclusion", conclusion, "write", text=True, grade=True, solution=True, points=3),
        ]
    )


def report(**changes):
    fault = Finding("boundary", "changes exactly at its boundaries", False, 0.0, 2.0, "one late")
    good = Finding("values", "returns the right values", True, 4.0, 4.0)
    fields = {
        "name": "step_decay",
        "unit": UNIT,
        "score": 4.0,
        "max_score": 6.0,
        "status": "partial",
        "findings": (good, fault),
        "hints": ("Look at t equal to every.", "A drop takes effect at its boundary.", "Use //."),
    }
    return Report(**{**fields, **changes})


def test_a_test_cell_earns_its_reports_score():
    assert marks_of(notebook(), {"step_decay": report()}).scores["check_step_decay"] == 4.0


def test_a_test_cell_without_a_report_is_left_to_a_person():
    assert marks_of(notebook(), {}).scores["check_step_decay"] is None


@pytest.mark.parametrize("conclusion", ["It settled.", "write"])
def test_a_written_answer_is_scored_as_nbgrader_scores_it(conclusion):
    made = notebook(conclusion=conclusion)
    expected, _ = utils.determine_grade(made.cells[2])
    assert marks_of(made, {}).scores["conclusion"] == expected


def test_an_emptied_written_answer_is_no_answer():
    marks = marks_of(notebook(conclusion="  \n"), {})
    assert (marks.scores["conclusion"], marks.comments["conclusion"]) == (0.0, "No response.")


def test_an_untouched_answer_gets_nbgraders_no_response():
    unwritten = report(status="unwritten", score=0.0)
    marks = marks_of(notebook(answer="stub"), {"step_decay": unwritten})
    assert marks.comments["step_decay"] == "No response."


def test_an_answer_that_does_not_run_is_not_called_no_response():
    notes = ("cell step_decay: SyntaxError: expected ':' (line 1)", "the order was repaired")
    reports = with_cell_errors({"step_decay": report(status="unwritten", score=0.0)}, notes)
    comment = marks_of(notebook(), reports).comments["step_decay"]
    assert "your cell raised SyntaxError: expected ':'" in comment
    assert "No response" not in comment


def test_code_in_a_hint_stays_code_and_a_stray_backtick_is_shown():
    assert with_code("use `a*b` and *c*") == r"use `a*b` and \*c\*"
    assert with_code("a ` b") == r"a \` b"


def test_the_comment_names_the_fault_and_two_hints_but_not_the_solution():
    said = explanation(report())
    assert "4 of 6 points" in said
    assert "changes exactly at its boundaries: one late" in said
    assert "Look at t equal to every." in said and "takes effect at its boundary" in said
    assert "Use //" not in said and "returns the right values" not in said


def test_full_marks_need_no_comment():
    assert explanation(report(status="full", score=6.0, findings=(), hints=())) is None


def test_what_was_not_graded_says_so_and_blames_nobody():
    said = explanation(ungraded("step_decay", UNIT, 6.0, "the grader ran out of memory"))
    assert "a person must look" in said and "ran out of memory" in said
