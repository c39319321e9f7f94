"""The gradebook in PostgreSQL: the same content, many writers, and a connection that is lost."""

import datetime
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from autograders.__main__ import main
from autograders.gradebook.marks import Marks
from autograders.gradebook.open import GradebookUnusable
from autograders.gradebook.record import Recorder, Result
from autograders.submission.folders import CourseFolder

from ..classroom import DROPS, PUPILS, hand_in, nbgrader, new_course, submission
from .postgres import Server, programs

NAMES = ("ada", "dan-late", "eva-glides", "ida-blank", "lea-half-done")
CLASS = [pupil for pupil in PUPILS[DROPS] if pupil.name in NAMES]
LATE = "2026-03-02 10:00:00 UTC"
DUE = datetime.datetime(2026, 3, 1, 12)


@pytest.fixture(scope="module")
def server():
    """A running server."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL; on Debian `sudo apt install postgresql` adds it")
    server = Server(found)
    with Gradebook(server.database("prepared"), "learning_rate") as gradebook:
        gradebook.add_assignment(DROPS, duedate=DUE)
        gradebook.engine.dispose()
    yield server
    server.close()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course in SQLite whose class is graded; one student was late, one has a foreign name."""
    course = new_course(tmp_path_factory.mktemp("postgres") / "course", [DROPS])
    for pupil in CLASS:
        hand_in(course, DROPS, pupil.name, submission(course, DROPS, pupil))
    hand_in(course, DROPS, "李-Ångström", submission(course, DROPS, CLASS[1]), LATE)
    settings(course, "c.LateSubmissionPlugin.penalty_method = 'zero'")
    with Gradebook(url_of(course), "learning_rate") as gradebook:
        gradebook.add_assignment(DROPS, duedate=DUE)
    assert main(["grade", "04", "--course", str(course)]) == 0
    return course


def settings(course, line):
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def url_of(course):
    return CourseFolder(course).dir.db_url


@pytest.fixture
def moved(graded, server, tmp_path, request):
    """The same course, its gradebook now in PostgreSQL, and without submissions."""
    course = tmp_path / "course"
    shutil.copytree(graded, course, ignore=shutil.ignore_patterns("gradebook.db", "exchange"))
    db_url = server.database(request.node.name[:60], template="prepared")
    settings(course, f"c.CourseDirectory.db_url = {db_url!r}")
    return course


def content(course):
    """All that a gradebook says, without its internal ids."""
    with Gradebook(url_of(course), "learning_rate") as gradebook:
        return {
            "assignments": [
                (a.name, a.duedate, a.max_score, a.max_written_score, a.num_submissions)
                for a in gradebook.assignments
            ],
            "submissions": {
                (s.assignment.name, s.student.id): (
                    s.timestamp, s.score, s.late_submission_penalty, s.needs_manual_grade,
                    s.written_score, s.code_score, s.max_score,
                    sorted((g.name, g.auto_score, g.manual_score, g.needs_manual_grade,
                            g.max_score, g.cell_type) for n in s.notebooks for g in n.grades),
                    sorted((c.name, c.auto_comment or "") for n in s.notebooks for c in n.comments),
                )
                for a in gradebook.assignments
                for s in a.submissions
            },
        }  # fmt: skip


def without_ids(found):
    """What nbgrader's API answers, in an order of its own, without internal ids and places."""
    if isinstance(found, dict):
        return {k: without_ids(v) for k, v in found.items() if k not in ("id", "index")}
    if isinstance(found, list):
        return sorted((without_ids(item) for item in found), key=repr)
    return found


def formgrader(course):
    """What the formgrader's pages ask nbgrader for."""
    folder = CourseFolder(course)
    api = NbGraderAPI(folder.dir, config=folder.config)
    return without_ids(
        [
            api.get_assignments(),
            api.get_assignment(DROPS),
            api.get_notebooks(DROPS),
            api.get_submissions(DROPS),
            api.get_notebook_submissions(DROPS, DROPS),
            api.get_students(),
            api.get_student_submissions("ada"),
            api.get_student_notebook_submissions("ada", DROPS),
        ]
    )


def test_the_gradebook_says_the_same_in_sqlite_and_in_postgresql(graded, moved, tmp_path):
    assert main(["record", "04", "--course", str(moved)]) == 0
    found = content(moved)
    assert found == content(graded)
    assert len(found["submissions"]) == len(CLASS) + 1
    late = found["submissions"][DROPS, "李-Ångström"]
    assert late[2] == late[1] > 0, "the penalty takes all of the score"
    assert formgrader(moved) == formgrader(graded)
    files = []
    for course in (graded, moved):
        files.append(tmp_path / f"{len(files)}.csv")
        assert main(["export", "--course", str(course), "--output", str(files[-1])]) == 0
    assert files[0].read_text("utf-8") == files[1].read_text("utf-8") != ""


def test_a_class_is_graded_straight_into_postgresql(graded, moved):
    shutil.rmtree(moved / "results")
    assert main(["grade", "04", "--student", "ada", "--course", str(moved)]) == 0
    key = (DROPS, "ada")
    assert content(moved)["submissions"][key] == content(graded)["submissions"][key]


@pytest.mark.nbgrader
def test_nbgraders_own_commands_work_there(graded, moved):
    assert main(["record", "04", "--course", str(moved)]) == 0
    with Gradebook(url_of(moved), "learning_rate") as gradebook:
        for grade in gradebook.find_submission(DROPS, "dan-late").notebooks[0].grades:
            grade.auto_score = None
        gradebook.db.commit()
    nbgrader(moved, "db", "upgrade")
    nbgrader(moved, "autograde", DROPS, "--student", "dan-late", "--force")
    with Gradebook(url_of(moved), "learning_rate") as gradebook:
        found = gradebook.find_submission(DROPS, "dan-late").score
    with Gradebook(url_of(graded), "learning_rate") as gradebook:
        assert found == gradebook.find_submission(DROPS, "dan-late").score == 18


def test_many_recorders_at_once_leave_one_whole_gradebook(graded, moved, server, capsys):
    empty = server.database("raced")
    settings(moved, f"c.CourseDirectory.db_url = {empty!r}")
    with ThreadPoolExecutor(3) as writers:
        ends = writers.map(lambda _: main(["record", "04", "--course", str(moved)]), range(3))
    assert list(ends) == [0, 0, 0], capsys.readouterr().err
    raced, alone = content(moved), content(graded)
    assert set(raced["submissions"]) == set(alone["submissions"])
    # Without the assignment's due date nobody is late; all else is the same.
    for key, row in raced["submissions"].items():
        assert row[7:] == alone["submissions"][key][7:]


def test_a_lost_connection_is_said_and_recording_again_mends_it(
    graded, moved, server, capsys, monkeypatch
):
    monkeypatch.setattr("autograders.gradebook.open.PAUSES", (0.01,))
    assert main(["record", "04", "--course", str(moved)]) == 0
    capsys.readouterr()
    marks = Marks({"check_step_decay": 5.0}, {})
    lost = "cannot be used: it does not answer; look whether its server is running"
    try:
        with (
            pytest.raises(GradebookUnusable, match=lost),
            Recorder(url_of(moved), "learning_rate", batch=1) as recorder,
        ):
            recorder.add(Result("dan-late", DROPS, DROPS, marks))
            server.stop()
            recorder.add(Result("eva-glides", DROPS, DROPS, marks))
        assert (recorder.recorded, recorder.failures) == (1, {})
        assert main(["record", "04", "--course", str(moved)]) == 2
        told = capsys.readouterr().err
        assert lost in told and len(told.splitlines()) == 1
        assert main(["export", "--course", str(moved)]) == 2
        assert lost in capsys.readouterr().err
    finally:
        server.start()
    key = (DROPS, "dan-late")
    assert content(moved)["submissions"][key] != content(graded)["submissions"][key]
    assert main(["record", "04", "--course", str(moved)]) == 0
    assert content(moved) == content(graded)


def test_ci_installs_the_server():
    script = Path(__file__).resolve().parents[3] / ".ci" / "run"
    assert "need postgresql " in script.read_text("utf-8")
    assert os.access(script, os.X_OK)
