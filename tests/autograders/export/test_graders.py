"""The grader goes elsewhere: its zip is unpacked and run, its workflow's last step runs."""

import base64
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest
import yaml

from autograders.__main__ import main
from autograders.export import github, gradescope
from autograders.judging.report import Finding, Report, ungraded
from autograders.submission.folders import CourseError
from autograders.submission.grading import Graded
from autograders.submission.master import read_master

from ..classroom import COURSE, DROPS, FULL, PUPILS, Pupil, expected_points, hand_in, submission

PUPIL = {pupil.name: pupil for pupil in PUPILS[DROPS]}
TEST_FIELDS = {
    "name": str,
    "number": str,
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "output": str,
    "output_format": str,
    "visibility": str,
}
SHOWN = {"visible", "hidden", "after_due_date", "after_published"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def assert_documented(found):
    """What Gradescope's specification asks of results.json."""
    assert found["output_format"] in FORMATS and {found["visibility"]} <= SHOWN
    assert found["stdout_visibility"] in SHOWN and isinstance(found["extra_data"], dict)
    assert isinstance(found["execution_time"], (int, float)) and isinstance(found["output"], str)
    for test in found["tests"]:
        assert {n: isinstance(test[n], kind) for n, kind in TEST_FIELDS.items()} == dict.fromkeys(
            TEST_FIELDS, True
        )
        assert test["status"] in ("passed", "failed") and 0 <= test["score"] <= test["max_score"]
        assert test["output_format"] in FORMATS and test["visibility"] in SHOWN
    json.dumps(found, allow_nan=False)


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """The zip of unit 04 unpacked and set up where a container would have /autograder."""
    root = tmp_path_factory.mktemp("container") / "autograder"
    path = root.parent / "grader.zip"
    assert main(["export", "04", "--to", "gradescope", "--output", str(path)]) == 0
    with zipfile.ZipFile(path) as archive:
        archive.extractall(root / "source")
        modes = {m.filename: m.external_attr >> 16 for m in archive.infolist()}
    for name in ("setup.sh", "run_autograder"):
        assert modes[name] & 0o111, f"{name} must be executable"
        (root / "source" / name).chmod(modes[name] & 0o777)
    # The packages of the requirements are lent to the new environment, not the course's own.
    python = root / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", python], check=True)
    [site] = python.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    run(root, root / "source" / "setup.sh")
    shutil.copy(root / "source" / "run_autograder", root)
    return root


def run(root, script, succeeds=True):
    quiet = {"AUTOGRADER_ROOT": str(root), "PIP_NO_INDEX": "1", "PATH": os.environ["PATH"]}
    done = subprocess.run([script], cwd=root, env=quiet, capture_output=True, text=True)
    assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
    return done


def graded_there(container, folder):
    """The results of what lies in a folder, as Gradescope gets them."""
    shutil.rmtree(container / "submission", ignore_errors=True)
    shutil.copytree(folder, container / "submission")
    shutil.rmtree(container / "results", ignore_errors=True)
    run(container, container / "run_autograder")
    return json.loads((container / "results" / "results.json").read_text(encoding="utf-8"))


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["ada", "dan-late", "lea-half-done"])
def test_the_unpacked_zip_gives_the_points_that_the_course_gives(container, tmp_path, name):
    folder = hand_in(tmp_path, DROPS, name, submission(COURSE, DROPS, PUPIL[name])).parent
    found = graded_there(container, folder)
    assert_documented(found)
    scores = {test["name"]: test["score"] for test in found["tests"]}
    assert scores == expected_points(DROPS, PUPIL[name])
    assert "3 more points are given by a person" in found["output"]
    if name == "dan-late":
        [test] = [test for test in found["tests"] if test["name"] == "step_decay"]
        assert "Look at t = every exactly" in test["output"] and test["status"] == "failed"
        assert found["extra_data"]["misconceptions"] == {"step_decay": "drops-one-late"}


@pytest.mark.sandbox
def test_the_grader_there_is_the_wheel_and_says_how_well_it_isolates(container, tmp_path):
    python = container / "venv" / "bin" / "python"
    code = "import autograders, lrlib; print(autograders.__file__, lrlib.__file__)"
    where = subprocess.run([python, "-P", "-c", code], cwd="/", capture_output=True, text=True)
    assert where.stdout.count(str(container / "venv")) == 2, where
    folder = hand_in(tmp_path, DROPS, "ada", submission(COURSE, DROPS, PUPIL["ada"])).parent
    about = graded_there(container, folder)["extra_data"]
    assert about["isolation"] in ("isolated", "process") and about["isolation_means"]
    again = graded_there(container, folder)["extra_data"]
    assert about["seed"] != again["seed"] and about["submission"] == again["submission"]


@pytest.mark.sandbox
def test_what_cannot_be_read_is_told_to_its_owner(container, tmp_path):
    folder = hand_in(tmp_path, DROPS, "no-json", b'{"cells": [').parent
    found = graded_there(container, folder)
    assert_documented(found)
    assert "not valid JSON" in found["output"] and {t["score"] for t in found["tests"]} == {0}


@pytest.mark.sandbox
def test_student_code_cannot_write_the_results(container, tmp_path):
    attack = f"""\
def step_decay(t, *, lr0, gamma, every):
    with open({str(container / "results" / "results.json")!r}, "w") as file:
        file.write('{{"score": 1000}}')
    return 1"""
    pupil = Pupil("mallory", {"step_decay": attack})
    folder = hand_in(tmp_path, DROPS, "mallory", submission(COURSE, DROPS, pupil)).parent
    found = graded_there(container, folder)
    assert_documented(found)
    assert {t["name"]: t["score"] for t in found["tests"]}["step_decay"] == 0


def test_a_fault_of_the_grader_leaves_no_results(container, tmp_path):
    [master] = (container / "source" / "released").iterdir()
    kept = master.read_bytes()
    master.write_text("{}")
    try:
        (container / "submission").mkdir(exist_ok=True)
        done = run(container, container / "run_autograder", succeeds=False)
    finally:
        master.write_bytes(kept)
    assert not (container / "results" / "results.json").exists()
    assert "No score was given" in done.stderr


def test_the_zip_holds_no_seed_no_answers_and_equal_sources_give_equal_bytes(container, tmp_path):
    with zipfile.ZipFile(container.parent / "grader.zip") as archive:
        names = archive.namelist()
        released = archive.read(f"released/{DROPS}.ipynb")
    assert released == (COURSE / "release" / DROPS / f"{DROPS}.ipynb").read_bytes()
    assert not [name for name in names if "seed" in name or "source/" in name]
    gradescope.build(COURSE / "release" / DROPS / f"{DROPS}.ipynb", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (container.parent / "grader.zip").read_bytes()


def test_an_ungraded_exercise_is_no_score_on_gradescope(tmp_path, monkeypatch):
    reports = {"step_decay": ungraded("step_decay", DROPS, 5, "lost")}
    lost = Graded(DROPS, "digest", reports, faults=("the sandbox was lost",))
    monkeypatch.setattr(gradescope, "grade_submission", lambda *_: lost)
    folder = hand_in(tmp_path, DROPS, "ada", submission(COURSE, DROPS, PUPIL["ada"])).parent
    master = read_master(COURSE / "release" / DROPS / f"{DROPS}.ipynb")
    with pytest.raises(gradescope.NotGraded, match="the sandbox was lost"):
        gradescope.grade_folder(folder, master, None)


# GitHub


def workflow(tmp_path):
    path = tmp_path / ".github" / "workflows" / "classroom.yml"
    options = ["--to", "github", "--course-repository", "uni/rates", "--output", str(path)]
    assert main(["export", "04", *options]) == 0
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_workflow_has_the_two_names_and_the_rights_that_classroom_knows(tmp_path):
    found = workflow(tmp_path)
    assert found["name"] == "Autograding Tests" and list(found["jobs"]) == ["run-autograding-tests"]
    assert found["permissions"] == {"contents": "read"}
    steps = found["jobs"]["run-autograding-tests"]["steps"]
    assert [s["with"].get("repository") for s in steps if "checkout" in s.get("uses", "")] == [
        None,
        "uni/rates",
    ]


@pytest.mark.sandbox
def test_the_workflows_last_step_runs_and_reports_points(tmp_path, monkeypatch):
    steps = workflow(tmp_path)["jobs"]["run-autograding-tests"]["steps"]
    command = steps[-1]["run"].split()
    assert command[0] == "grader/.venv/bin/python"
    (tmp_path / "grader").symlink_to(COURSE.parent)
    (tmp_path / "submission").mkdir()
    notebook = submission(COURSE, DROPS, PUPIL["dan-late"])
    (tmp_path / "submission" / f"{DROPS}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    output, summary = tmp_path / "output", tmp_path / "summary"
    done = subprocess.run(
        [sys.executable, *command[1:]],
        cwd=tmp_path,
        env={**os.environ, "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    most = sum(FULL[DROPS].values())
    [line] = [line for line in done.stdout.splitlines() if "Autograding report" in line]
    assert json.loads(line.split("::")[2]) == {"totalPoints": most - 3, "maxPoints": most}
    assert "| step_decay | 2 | 5 |" in summary.read_text()
    result = json.loads(base64.b64decode(output.read_text().removeprefix("result=")))
    assert (result["status"], result["max_score"]) == ("fail", most)
    assert sum(test["score"] for test in result["tests"]) == most - 3


def test_a_student_cannot_make_github_obey(capsys):
    said = "x\n::set-output name=points::1000"
    finding = Finding("values", "returns the right values", False, 0, 5, said)
    report = Report("step_decay", DROPS, 0, 5, "zero", (finding,))
    github.report(Graded(DROPS, "", {"step_decay": report}))
    lines = capsys.readouterr().out.splitlines()
    stop = next(line for line in lines if line.startswith("::stop-commands::"))
    token = stop.removeprefix("::stop-commands::")
    before, _, after = "\n".join(lines).partition(f"::{token}::")
    assert "set-output" in before and "set-output" not in after


def test_a_fault_of_the_grader_is_no_score_on_github(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    full = Report("step_decay", DROPS, 5, 5, "full")
    lost = ungraded("scheduled_drop", DROPS, 5, "the sandbox was lost")
    github.report(Graded(DROPS, "", {"step_decay": full, "scheduled_drop": lost}))
    said = capsys.readouterr().out
    assert "::error title=Not graded::" in said
    assert "totalPoints" not in said and not (tmp_path / "output").exists()
    github.report(Graded(DROPS, "", {"step_decay": full}))
    assert '{"totalPoints": 5.0, "maxPoints": 5.0}' in capsys.readouterr().out
    assert (tmp_path / "output").exists()


def test_a_workflow_needs_to_know_where_the_course_is(capsys):
    assert main(["export", "04", "--to", "github"]) == 2
    assert "--course-repository OWNER/NAME" in capsys.readouterr().err
    with pytest.raises(CourseError):
        github.write(DROPS, "no repository; rm -rf", None)
