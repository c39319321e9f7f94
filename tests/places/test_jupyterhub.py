"""The example's JupyterHub takes a unit once round: release, fetch, submit, grade, feedback."""

import json
import shutil
import stat
import sys

import pytest

from .hub import Hub, Person
from .pages import copy_of_the_repository

UNIT, COURSE = "00_start_here", "learning_rate"
OF_COURSE = {"course_id": COURSE, "assignment_id": UNIT}
pytestmark = [
    pytest.mark.nbgrader,
    pytest.mark.sandbox,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="JupyterHub needs Linux"),
    pytest.mark.skipif(
        shutil.which("configurable-http-proxy") is None,
        reason="no configurable-http-proxy; `npm install -g configurable-http-proxy` adds it",
    ),
]


def answers(notebook, solved):
    """The released notebook with the instructor's solutions, but one function left unwritten."""
    texts = {cell["id"]: cell["source"] for cell in solved["cells"]}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = texts[cell["id"]]
    return notebook


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """(hub, student, instructor) with both servers running, before anything is released."""
    pytest.importorskip("jupyterhub", reason="jupyterhub is in requirements-scale.txt")
    folder = tmp_path_factory.mktemp("hub")
    repository = copy_of_the_repository(folder / "repository")
    with Hub(repository, folder / "class", "ada", "ingrid") as hub:
        people = Person(hub, "ada"), Person(hub, "ingrid")
        for person in people:
            assert person.log_in()
            person.start_server()
        yield hub, *people


@pytest.fixture(scope="module")
def round_trip(classroom):
    """One round; what each step said."""
    hub, ada, ingrid = classroom
    said = {}
    grader = f"formgrader/api/assignment/{UNIT}"
    ingrid.done("POST", f"{grader}/assign")
    ingrid.done("POST", f"{grader}/release")
    said["offered"] = ada.done("GET", "assignments", params={"course_id": COURSE})
    ada.done("POST", "assignments/fetch", json=OF_COURSE)
    path = ada.home / UNIT / f"{UNIT}.ipynb"
    solved = hub.cwd / "course" / "source" / UNIT / f"{UNIT}.ipynb"
    done = answers(json.loads(path.read_text("utf-8")), json.loads(solved.read_text("utf-8")))
    path.write_text(json.dumps(done), "utf-8")
    said["submitted"] = ada.done("POST", "assignments/submit", json=OF_COURSE)
    ingrid.done("POST", f"{grader}/collect")
    said["graded"] = ingrid.types(f"cd {hub.cwd} && {sys.executable} -m autograders grade {UNIT}")
    said["formgrader"] = ingrid.done("GET", f"formgrader/api/submission/{UNIT}/ada")
    ingrid.done("POST", f"{grader}/generate_feedback")
    ingrid.done("POST", f"{grader}/release_feedback")
    said["feedback"] = ada.done("POST", "assignments/fetch_feedback", json=OF_COURSE)
    return said


def test_the_hub_lets_in_whoever_is_on_its_lists_and_has_the_password(classroom):
    hub, *_ = classroom
    assert not Person(hub, "ada").log_in("guessed")
    assert not Person(hub, "mallory").log_in()


def test_a_student_sees_what_was_released_and_gets_the_learners_version(classroom, round_trip):
    [offer] = round_trip["offered"]["value"]
    assert (offer["assignment_id"], offer["status"]) == (UNIT, "released")
    assert (classroom[1].home / UNIT / f"{UNIT}.ipynb").exists()


def test_what_a_student_handed_in_is_graded_under_the_students_name(round_trip):
    assert [row["status"] for row in round_trip["submitted"]["value"]].count("submitted") == 1
    assert f"{UNIT}: 1 graded" in round_trip["graded"]
    mark = round_trip["formgrader"]
    assert mark["student"] == "ada" and mark["autograded"]
    assert mark["score"] == mark["max_score"] - mark["max_written_score"] > 0


def test_the_student_gets_the_feedback_and_only_after_it_was_released(classroom, round_trip):
    handed_in = [row for row in round_trip["feedback"]["value"] if row["status"] == "submitted"]
    [row] = handed_in
    [submission] = row["submissions"]
    assert submission["has_local_feedback"] and submission["has_exchange_feedback"]
    pages = list((classroom[1].home / UNIT / "feedback").rglob("*.html"))
    assert len(pages) == 1 and "step_towards" in pages[0].read_text("utf-8")
    before = [row for row in round_trip["submitted"]["value"] if row["status"] == "submitted"]
    assert not before[0]["submissions"][0]["has_exchange_feedback"]


def test_a_student_has_no_formgrader_and_no_right_in_the_instructors_server(classroom):
    hub, ada, ingrid = classroom
    assert ada.ask("GET", "formgrader/api/assignments").status_code == 404
    assert ingrid.ask("GET", "formgrader/api/assignments").status_code == 200
    as_ada = Person(hub, "ingrid")
    as_ada.auth = ada.auth
    assert as_ada.ask("GET", "formgrader/api/assignments").status_code in (401, 403)


def test_what_was_handed_in_can_be_listed_by_the_instructor_alone(classroom, round_trip):
    """Bits only: the test's servers share one account, a class's do not."""
    hub, *_ = classroom
    bits = {
        folder: stat.S_IMODE((hub.exchange / folder).stat().st_mode)
        for folder in (".", f"{COURSE}/inbound", f"{COURSE}/outbound", f"{COURSE}/feedback")
    }
    assert bits["."] == 0o1777
    assert bits[f"{COURSE}/inbound"] & 0o007 == 0o003  # to write and pass, not to list
    assert bits[f"{COURSE}/outbound"] & 0o007 == 0o005
    assert bits[f"{COURSE}/feedback"] & 0o007 == 0o001
    [name] = [path.name for path in (hub.exchange / COURSE / "inbound").iterdir()]
    assert name.startswith(f"ada+{UNIT}+") and len(name.rpartition("+")[2]) >= 12
    assert stat.S_IMODE((hub.folder / "hub").stat().st_mode) == 0o700
