"""nbgrader's own commands, unchanged, grade a class fairly with our judge and name the faults."""

import copy
import csv
import json
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograders.bulk.run import unit_of
from autograders.bulk.work import grade_task
from autograders.submission.folders import AUDIT, CourseFolder

from .classroom import (
    COURSE,
    DROPS,
    FIXED,
    FULL,
    PUPILS,
    answers_of,
    expected_points,
    hand_in,
    nbgrader,
    new_course,
    read,
    submission,
)

EVERYONE = [pytest.param(u, p, id=f"{u[:2]}-{p.name}") for u in (FIXED, DROPS) for p in PUPILS[u]]
AT_FAULT = [case for case in EVERYONE if case.values[1].fault]
BY_HAND = "conclusion"


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A course after generate_assignment, autograde, generate_feedback and export."""
    course = new_course(tmp_path_factory.mktemp("class") / "course")
    for unit in (FIXED, DROPS):
        nbgrader(course, "generate_assignment", unit)
        for pupil in PUPILS[unit]:
            hand_in(course, unit, pupil.name, submission(course, unit, pupil))
        nbgrader(course, "autograde", unit)
        nbgrader(course, "generate_feedback", unit)
    nbgrader(course, "export")
    return course


def gradebook(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}", "learning_rate")


def scores_of(course, unit, name):
    """The automatic score of each exercise, as nbgrader's gradebook has it."""
    with gradebook(course) as book:
        [notebook] = book.find_submission(unit, name).notebooks
        return {grade.name.removeprefix("check_"): grade.auto_score for grade in notebook.grades}


def feedback_of(course, unit, name):
    page = course / "feedback" / name / unit / f"{unit}.html"
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def text_of(tree):
    return " ".join(tree.get_text(" ").split())


@pytest.mark.parametrize(("unit", "pupil"), EVERYONE)
def test_everyone_gets_what_a_fair_teacher_would_give(classroom, unit, pupil):
    scores = scores_of(classroom, unit, pupil.name)
    assert {name: scores[name] for name in FULL[unit]} == expected_points(unit, pupil)


@pytest.mark.parametrize(("unit", "pupil"), EVERYONE)
def test_a_written_answer_waits_for_a_person_unless_there_is_none(classroom, unit, pupil):
    with gradebook(classroom) as book:
        grade = book.find_grade(BY_HAND, unit, unit, pupil.name)
        assert grade.auto_score == pupil.manual
        assert grade.needs_manual_grade == (pupil.manual is None)


@pytest.mark.parametrize(("unit", "pupil"), AT_FAULT)
def test_the_feedback_page_names_the_fault(classroom, unit, pupil):
    said = text_of(feedback_of(classroom, unit, pupil.name))
    assert pupil.fault in said


@pytest.mark.parametrize("unit", [FIXED, DROPS])
def test_a_right_answer_gets_no_comment_however_it_is_written(classroom, unit):
    with gradebook(classroom) as book:
        for name in ("ada", "ben-loops", "cy-numpy", "kim-prints-and-warns"):
            [notebook] = book.find_submission(unit, name).notebooks
            assert not any(comment.comment for comment in notebook.comments), name


def test_the_card_is_in_the_feedback_with_its_look_and_its_hints(classroom):
    page = feedback_of(classroom, DROPS, "dan-late")
    [card] = page.find_all("section", attrs={"aria-label": "Result of the check of step_decay"})
    assert "border-left" in card["style"]
    assert "changes exactly at its boundaries" in text_of(card)
    assert [hint.summary["style"] for hint in card.find_all("details")]


def test_no_student_code_ran_in_a_kernel(classroom):
    """The only outputs are the cards; stock nbgrader executes the whole notebook."""
    path = classroom / "autograded" / "kim-prints-and-warns" / DROPS / f"{DROPS}.ipynb"
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "code":
            is_test = cell["metadata"].get("nbgrader", {}).get("grade", False)
            kinds = [output["output_type"] for output in cell["outputs"]]
            assert kinds == (["display_data"] if is_test else [])


def test_export_writes_every_score_to_the_csv(classroom):
    with (classroom / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {(r["assignment"], r["student_id"]): r for r in csv.DictReader(file)}
    for unit in (FIXED, DROPS):
        for pupil in PUPILS[unit]:
            row = rows[unit, pupil.name]
            assert float(row["score"]) == sum(expected_points(unit, pupil).values())
            assert float(row["max_score"]) == sum(FULL[unit].values()) + 3


def test_every_grade_is_in_the_audit_log(classroom):
    lines = [json.loads(line) for line in (classroom / "audit.jsonl").read_text().splitlines()]
    graded = {(line["assignment"], line["student"]) for line in lines}
    assert graded >= {(unit, pupil.name) for unit in (FIXED, DROPS) for pupil in PUPILS[unit]}
    assert all(len(line["fingerprint"]) == 64 for line in lines)


API = """
import json, sys
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
app = NbGrader()
app.load_config_file()
api = NbGraderAPI(config=app.config)
print(json.dumps(api.autograde(sys.argv[1], sys.argv[2], force=True)))
"""


def test_the_api_behind_the_formgraders_button_grades_alike_and_keeps_a_teachers_score(classroom):
    with gradebook(classroom) as book:
        book.find_grade("check_step_decay", DROPS, DROPS, "eva-glides").manual_score = 1.5
        book.db.commit()
    done = subprocess.run(
        [sys.executable, "-c", API, DROPS, "eva-glides"],
        cwd=classroom, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["success"], done.stdout
    with gradebook(classroom) as book:
        grade = book.find_grade("check_step_decay", DROPS, DROPS, "eva-glides")
        assert (grade.auto_score, grade.manual_score, grade.score) == (0.0, 1.5, 1.5)
        assert grade.needs_manual_grade


# Damaged submissions


def without_tests(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].startswith("check_")]


def doubled(notebook):
    tests = [c for c in notebook["cells"] if c["id"].startswith("check_")]
    notebook["cells"][:0] = tests


def of_another_schema(notebook):
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99


def skipping(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]


def worth_a_thousand(notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["metadata"]["nbgrader"]["points"] = 1000


FORGERY = """
import ast, os, sqlite3
try:
    get_ipython().displayhook(10)
    class Drop(ast.NodeTransformer):
        def visit_Assert(self, node): return None
    get_ipython().ast_transformers.append(Drop())
except Exception:
    pass
class Equal:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.zeros(1)
for place in ["gradebook.db", "../gradebook.db", "../../../gradebook.db"]:
    try:
        sqlite3.connect(place).execute("update grade set auto_score = 99, manual_score = 99")
    except Exception:
        pass
def check(*a, **k):
    return 10
"""


def forging(notebook):
    cell = {"cell_type": "code", "id": "own", "metadata": {}, "source": FORGERY}
    notebook["cells"].insert(3, {**cell, "outputs": [], "execution_count": None})
    for test in notebook["cells"]:
        if test["id"].startswith("check_"):
            test["source"] = "10"
            data = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
            test["outputs"] = [{**data, "data": {"text/plain": "10"}}]


REPAIRED = {
    "forger": forging,
    "tests-deleted": without_tests,
    "tests-twice": doubled,
    "schema-99": of_another_schema,
    "skip-tags": skipping,
    "points-1000": worth_a_thousand,
    "format-99": lambda notebook: notebook.update(nbformat=99),
}
REFUSED = {"no-json": b'{"cells": [', "empty": b"", "a-list": b"[]"}
SCRIPT = "<script>alert('x')</script> <img src=x onerror=alert(1)> We saw that $a < b$."


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """A graded class in which most submissions are broken in one way or another."""
    course = new_course(tmp_path_factory.mktemp("damaged") / "course", [DROPS])
    nbgrader(course, "generate_assignment", DROPS)
    nbgrader(course, "db", "assignment", "add", DROPS, "--duedate", "2026-03-01 12:00:00 UTC")
    wrong = submission(course, DROPS, next(p for p in PUPILS[DROPS] if p.name == "dan-late"))
    for name, damage in REPAIRED.items():
        notebook = copy.deepcopy(wrong)
        damage(notebook)
        hand_in(course, DROPS, name, notebook)
    for name, content in REFUSED.items():
        hand_in(course, DROPS, name, content)
    path = hand_in(course, DROPS, "renamed", wrong)
    path.rename(path.with_name("final (2).ipynb"))
    path = hand_in(course, DROPS, "links", wrong)
    secret = course / "exam.txt"
    secret.write_text("the exam of next week")
    (path.parent / "notes.txt").symlink_to(secret)
    path = hand_in(course, DROPS, "a-folder", wrong)
    path.unlink()
    path.mkdir()
    hand_in(course, DROPS, "no-time", wrong, when="yesterday evening")
    hand_in(course, DROPS, "late", wrong, when="2026-03-01 13:00:00 UTC")
    script = copy.deepcopy(wrong)
    for cell in script["cells"]:
        if cell["id"] == BY_HAND:
            cell["source"] = SCRIPT
    script["cells"].append({"cell_type": "markdown", "id": "own", "metadata": {}, "source": SCRIPT})
    hand_in(course, DROPS, "script", script)
    hand_in(course, DROPS, "zoe-after-them-all", wrong)
    nbgrader(course, "autograde", DROPS, "--LateSubmissionPlugin.penalty_method=zero")
    nbgrader(course, "generate_feedback", DROPS)
    return course


@pytest.mark.parametrize("name", [*REPAIRED, "renamed", "links", "no-time", "zoe-after-them-all"])
def test_a_damaged_submission_is_repaired_and_earns_what_its_code_deserves(damaged, name):
    """Stock nbgrader gives in: a skip-execution tag on the tests gives a notebook full marks."""
    scores = scores_of(damaged, DROPS, name)
    assert (scores["step_decay"], scores["scheduled_drop"]) == (2.0, 5.0)
    with gradebook(damaged) as book:
        assert book.find_submission(DROPS, name).max_score == sum(FULL[DROPS].values()) + 3


@pytest.mark.parametrize("name", [*REFUSED, "a-folder"])
def test_what_cannot_be_read_has_no_score_and_waits_for_a_person(damaged, name):
    with gradebook(damaged) as book:
        [notebook] = book.find_submission(DROPS, name).notebooks
        assert [grade.auto_score for grade in notebook.grades] == [None] * len(notebook.grades)
        assert all(grade.needs_manual_grade for grade in notebook.grades)
    assert "Your submission could not be read" in text_of(feedback_of(damaged, DROPS, name))


def test_no_submission_changed_what_another_one_earned(damaged):
    with gradebook(damaged) as book:
        for submission_ in book.assignment_submissions(DROPS):
            for grade in submission_.notebooks[0].grades:
                assert grade.manual_score is None and (grade.auto_score or 0) <= grade.max_score


def test_the_same_work_graded_in_bulk_too_is_the_same_attempt(damaged):
    course = CourseFolder(damaged)
    unit = unit_of(course, DROPS)
    tasks = [unit.task(damaged / "submitted" / who / DROPS, who) for who in course.students(DROPS)]
    bulk = {task.student: grade_task(task).fingerprint for task in tasks}
    audited = map(json.loads, (damaged / AUDIT).read_text().splitlines())
    assert bulk == {one["student"]: one["fingerprint"] for one in audited}


def test_a_link_in_a_submission_does_not_bring_a_file_of_the_teachers_into_the_feedback(damaged):
    for folder in ("autograded", "feedback"):
        texts = [p for p in (damaged / folder / "links").rglob("*") if p.name == "notes.txt"]
        assert texts == []
    assert (damaged / "exam.txt").read_text() == "the exam of next week"


def test_lateness_is_penalised_by_nbgraders_own_plugin(damaged):
    with gradebook(damaged) as book:
        late = book.find_submission(DROPS, "late")
        assert late.late_submission_penalty == late.score == sum(FULL[DROPS].values()) - 3
        assert not book.find_submission(DROPS, "zoe-after-them-all").late_submission_penalty


def test_a_script_in_a_written_answer_is_shown_and_not_run(damaged):
    """Stock nbgrader puts it into the page as it is, with sanitize_html on, too."""
    page = damaged / "feedback" / "script" / DROPS / f"{DROPS}.html"
    html = page.read_text(encoding="utf-8")
    assert "<script>alert('x')" not in html and "onerror" not in html
    assert html.count("&lt;script&gt;alert('x')&lt;/script&gt;") == 2


# Validate, release and collect

START = "00_start_here"


def answered(**changes):
    """Unit 00 as a learner saves it, all right but for these cells."""
    notebook = read(COURSE / "release" / START / f"{START}.ipynb")
    solved = {**answers_of(read(COURSE / "source" / START / f"{START}.ipynb")), **changes}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = solved[cell["metadata"]["nbgrader"]["grade_id"]]
    return notebook


def validate(folder, notebook):
    (folder / "lesson.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return nbgrader(folder, "validate", "lesson.ipynb").stdout


def test_validate_passes_a_right_notebook(tmp_path):
    assert "Success! Your notebook passes all the tests." in validate(tmp_path, answered())


def test_validate_shows_a_failing_check_as_failing_with_its_points(tmp_path):
    mutating = "def step_towards(x, target, share):\n    x += share * (target - x)\n    return x"
    said = validate(tmp_path, answered(step_towards=mutating))
    assert "VALIDATION FAILED ON 1 CELL(S)" in said
    assert "check(step_towards)" in said and "of 4 points so far" in said


def test_validate_never_takes_an_unanswered_notebook_as_passing(tmp_path):
    said = validate(tmp_path, read(COURSE / "release" / START / f"{START}.ipynb"))
    assert "VALIDATION FAILED ON 5 CELL(S)" in said
    assert "step_towards: 0 of 4 points so far" in said and "You did not provide a response" in said


def test_a_submission_goes_through_the_exchange(tmp_path):
    course = new_course(tmp_path / "course", [START])
    nbgrader(course, "generate_assignment", START)
    nbgrader(course, "release_assignment", START)
    student = tmp_path / "student"
    student.mkdir()
    (student / "nbgrader_config.py").write_text(
        f"c.Exchange.root = {str(course / 'exchange')!r}\n"
        "c.CourseDirectory.course_id = 'learning_rate'\n"
    )
    nbgrader(student, "fetch_assignment", START)
    path = student / START / f"{START}.ipynb"
    path.write_text(json.dumps(answered()), encoding="utf-8")
    nbgrader(student, "submit", START)
    nbgrader(course, "collect", START)
    [collected] = (course / "submitted").glob(f"*/{START}/{START}.ipynb")
    assert answers_of(read(collected)) == answers_of(answered())
