"""Every command that a document shows is run: here, on a small class, or by the test named."""

import ast
import csv
import re
import shlex
import shutil
import sys

import pytest

from autograders.__main__ import main
from tests.places.pages import BLOCK, ROOT, copy_of_the_repository, environment, run

PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md")))
FOLLOWED = ("docs/add_a_technique.md", "docs/your_own_course.md")  # line by line, in tests/places

# The beginning of a command -> the test that runs it, because here it would be slow or needs more.
ELSEWHERE = {
    ".venv/bin/python -m autograders roster ": (
        "autograders/gradebook/test_roster.py::test_withdrawn_absent_and_renamed_students"
    ),
    ".venv/bin/python -m autograders board ": (
        "autograders/board/test_lab.py::test_the_command_goes_on_after_a_kill"
    ),
    "python3 start.py site": "web/test_site.py::test_the_notebooks_to_run_are_the_released",
    "python3 start.py test": "test_start.py::test_arguments_after_test_go_to_pytest",
    "python3 start.py": "test_start.py::test_a_start_ends_on_the_first_lesson_in_a_browser",
    ".venv/bin/python -m pytest tests/autograders/hostile": "autograders/hostile/test_integrity.py",
    ".venv/bin/python -m autograders selftest --guards": (
        "autograders/judging/test_guards.py::test_the_command_says_what_survives"
    ),
    ".venv/bin/python -m autograders selftest": "autograders/judging/test_laws.py",
    ".venv/bin/python -m ruff": "test_start.py::test_lint_and_types_come",
    ".venv/bin/python -m mypy": "test_start.py::test_lint_and_types_come",
    ".venv/bin/python -m course.evidence": "course/test_evidence.py::test_the_claims_are_shown",
    ".venv/bin/python -m course.build": "course/test_build.py::test_building_twice_gives",
    ".venv/bin/python -m course.review": "course/review/test_asking.py::test_the_command_asks",
    ".venv/bin/python -m course.shape": "course/test_shape.py::test_the_command_prints_a_row",
    ".venv/bin/python -m tests.course.copying": "course/test_shape.py::test_copying_from",
    ".venv/bin/python -m course.places": "places/test_ready_made.py::test_every_command_of_the",
    ".venv/bin/python -m tests.lrlib.conformance": "lrlib/conformance/test_conformance.py",
    "python -m lrlib audit": "lrlib/bridge/test_audit_loops.py::test_the_page_for_work_runs",
    "python -m lrlib compare": "lrlib/bridge/test_compare.py::test_the_command_answers_0",
    ".venv/bin/python -m autograders grade 05 --scheduler": "autograders/bulk/test_cluster.py",
    ".venv/bin/dask": "autograders/bulk/test_cluster.py::test_a_cluster_grades_as_one_process_does",
    ".venv/bin/python -m autograders collect 04 submissions.zip --worksheet": (
        "autograders/lms/test_collect.py::test_a_worksheet_tells_two_of_one_name_apart"
    ),
    ".venv/bin/python -m autograders collect": (
        "autograders/lms/test_give_back.py::test_from_the_platforms_zip_to_the_platforms_zip"
    ),
    ".venv/bin/python -m autograders give-back": (
        "autograders/lms/test_give_back.py::test_from_the_platforms_zip_to_the_platforms_zip"
    ),
    "sudo -u postgres": "autograders/gradebook/test_postgres.py::test_a_class_is_graded",
    ".venv/bin/python -m autograders export 04 --to canvas --roster": (
        "autograders/export/test_grades.py::test_the_file_from_canvas_gives_ids"
    ),
    ".venv/bin/python -m autograders export 04 --to moodle --roster": (
        "autograders/export/test_grades.py::test_users_of_a_moodle_file_are_found"
    ),
    ".venv/bin/python -m autograders export 04 --to gradescope": (
        "autograders/export/test_graders.py::test_the_unpacked_zip_gives_the_points"
    ),
}
# Commands that install packages: .ci/run and its workflow run them on a machine of their own.
INSTALLS = (
    "uv venv",
    "uv pip install",
    ".venv-lowest/",
    ".venv/bin/python -m pip install -r requirements-scale.txt",
)
MEASURES = ".venv/bin/python -m tests."
OURS = ".venv/bin/python -m autograders "


def shown():
    """Every command of every page, without its remark, once."""
    found = {}
    for page in PAGES:
        for language, _, block in BLOCK.findall((ROOT / page).read_text("utf-8")):
            if language == "sh" and page not in FOLLOWED:
                found |= dict.fromkeys(re.sub(r"\s+#.*", "", line) for line in block.splitlines())
    return [command for command in found if command]


def elsewhere(command):
    """The beginning of a command that another test runs."""
    return next((start for start in ELSEWHERE if command.startswith(start)), None)


def is_measuring(command):
    return command.startswith(MEASURES) and not elsewhere(command)


def is_run_here(command):
    return not (elsewhere(command) or command.startswith(INSTALLS) or is_measuring(command))


@pytest.mark.parametrize("start", ELSEWHERE)
def test_a_command_that_is_not_run_here_is_run_by_a_test_that_there_is(start):
    assert any(elsewhere(command) == start for command in shown()), "no page shows it any more"
    path, _, name = ELSEWHERE[start].partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    tests = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert any(test.startswith(name or "test_") for test in tests), ELSEWHERE[start]


@pytest.mark.parametrize("command", [c for c in shown() if is_measuring(c)])
def test_a_measurement_of_the_documents_can_be_started(command):
    _python, minus_m, module, *options = shlex.split(command)
    said = run(shlex.join([sys.executable, minus_m, module, "--help"]), ROOT).stdout
    words = [word for word in options if not word.replace(".", "").isdigit()]
    assert [word for word in words if word not in said and "." not in word] == []


def hand_in(root, name, unit, stage):
    """A student's submission, which is one of our own notebooks."""
    folder = root / "course" / "submitted" / name / unit
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "course" / stage / unit / f"{unit}.ipynb", folder)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A copy of the repository with a small class: ada and cat are done, bob has nothing."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("documents"))
    programs = environment(root) / "bin"
    script = f"#!{programs / 'python'}\nfrom nbgrader.apps.nbgraderapp import main\nmain()\n"
    (programs / "nbgrader").write_text(script, "utf-8")
    (programs / "nbgrader").chmod(0o755)
    for unit in ("01_fixed_rate", "04_step_decay_and_drops", "05_smooth_decay"):
        for name, stage in {"ada": "source", "bob": "release", "cat": "source"}.items():
            hand_in(root, name, unit, stage)
    solved = "course/source/01_fixed_rate/01_fixed_rate.ipynb"
    (root / "work").mkdir()
    shutil.copy(ROOT / solved, root / "work")
    return root


@pytest.mark.nbgrader
@pytest.mark.sandbox
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="grading needs Linux")
def test_the_commands_of_the_documents_grade_a_class(classroom, monkeypatch, capsys):
    monkeypatch.chdir(classroom)
    said = {}
    for command in filter(is_run_here, shown()):
        if command.startswith(OURS):  # here, because importing nbgrader anew takes seconds
            assert main(shlex.split(command.removeprefix(OURS))) == 0, capsys.readouterr()
            said[command] = capsys.readouterr().out
        else:
            said[command] = run(command, classroom).stdout
    assert len(said) > 15
    checked = said[".venv/bin/python -m autograders check work/01_fixed_rate.ipynb"]
    assert re.search(r"01_fixed_rate: (\d+) of \1 points", checked)
    for written in ("grades.csv", "class.html", "pairs.html", "insight.html", "classroom.yml"):
        assert (classroom / written).stat().st_size > 200, written
    with (classroom / "grades.csv").open(encoding="utf-8", newline="") as file:
        graded = {(row["assignment"], row["student_id"]) for row in csv.DictReader(file)}
    assert {("01_fixed_rate", name) for name in ("ada", "bob", "cat")} <= graded
    pages = classroom / "course" / "feedback"
    assert len(list(pages.glob("*/01_fixed_rate/01_fixed_rate.html"))) == 3
