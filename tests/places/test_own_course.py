"""A second course, on another subject, is graded by the same grader: the page says how."""

import csv
import json
import re
import sys

import pytest
from bs4 import BeautifulSoup

from autograders.declare.catalogue import UnknownExercise, catalogue, find, surroundings, use
from autograders.judging.laws import exercises, rows

from .pages import ROOT, blocks, copy_of_the_repository, environment, in_a_fresh_python, run

pytestmark = [
    pytest.mark.nbgrader,
    pytest.mark.sandbox,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="grading needs Linux"),
]

PAGE = "docs/your_own_course.md"
PACKAGE = "examples/quadrature"
COURSE = f"{PACKAGE}/quadrature"
UNIT = "01_areas"
LEFT_ENDS = "def trapezoid(y, dx):\n    return dx * np.sum(y[:-1])"


def lines(page):
    return [line for _, _, block in blocks(page, "sh") for line in block.splitlines()]


def notebook(course, stage):
    return json.loads((course / stage / UNIT / f"{UNIT}.ipynb").read_text("utf-8"))


def hand_in(course, name, **answers):
    """A submission: the instructor's notebook, with some answers replaced."""
    content = notebook(course, "source")
    for cell in content["cells"]:
        cell["source"] = answers.get(cell["id"], "".join(cell["source"]))
    folder = course / "submitted" / name / UNIT
    folder.mkdir(parents=True)
    (folder / f"{UNIT}.ipynb").write_text(json.dumps(content), "utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A copy of the repository in which the page was followed; (its root, line -> what it said)."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("own"))
    environment(root)
    for name, answer in {"bob": {"trapezoid": LEFT_ENDS}, "cat": {"midpoint": "1/0"}}.items():
        hand_in(root / COURSE, name, **answer)
    return root, {line: run(line, root).stdout for line in lines(PAGE)}


def said(followed, word):
    [found] = [text for line, text in followed[1].items() if f" {word}" in line]
    return found


def test_the_page_quotes_the_course_to_the_letter():
    files = [path.read_text("utf-8") for path in (ROOT / COURSE).rglob("*.py")]
    quoted = [block for _, _, block in blocks(PAGE, "python")]
    assert len(quoted) >= 5
    for block in quoted:
        assert any(all(part in text for part in block.split("\n\n")) for text in files), block


def test_the_notebooks_in_the_repository_are_up_to_date(followed):
    assert f"{UNIT}: up to date" in said(followed, f"--course {COURSE} --check")
    for stage in ("source", "release"):
        assert notebook(followed[0] / COURSE, stage) == notebook(ROOT / COURSE, stage)


def test_the_example_passes_its_own_selftest(followed):
    assert said(followed, "-m autograders selftest").endswith(" 0 off the diagonal\n")


def test_a_whole_class_is_graded_and_each_fault_named(followed):
    assert re.search(r"01_areas: 10 of 10 points", said(followed, "-m autograders check"))
    assert "01_areas: 3 graded" in said(followed, "-m autograders grade")
    rows = csv.DictReader(said(followed, "-m autograders export").splitlines())
    scores = {row["student_id"]: float(row["score"]) for row in rows}
    assert scores == {"ada": 10, "bob": 6, "cat": 5}
    results = (followed[0] / COURSE / "results" / f"{UNIT}.jsonl").read_text("utf-8")
    assert "left-ends" in results


def test_nbgraders_feedback_carries_the_hint(followed):
    page = followed[0] / COURSE / "feedback" / "bob" / UNIT / f"{UNIT}.html"
    text = BeautifulSoup(page.read_text("utf-8"), "html.parser").get_text(" ")
    assert "is your area too small?" in text
    assert "raised ZeroDivisionError" not in text


def test_the_checks_of_the_notebook_pass_in_a_learners_own_kernel(followed):
    cells = notebook(followed[0] / COURSE, "source")["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    code += "\nprint(check(trapezoid).passed, check(midpoint).passed)"
    path = {"PYTHONPATH": str(followed[0] / PACKAGE)}
    assert in_a_fresh_python(code, followed[0], **path).endswith("True True\n")


@pytest.fixture
def quadrature(monkeypatch):
    """This process uses the exercises of the other course."""
    monkeypatch.syspath_prepend(str(ROOT / PACKAGE))
    monkeypatch.setenv("AUTOGRADERS_EXERCISES", "")
    use("quadrature.units")


def test_one_process_can_change_from_course_to_course(quadrature, monkeypatch):
    assert set(catalogue()) == {"trapezoid", "midpoint"}
    assert surroundings().withheld == ("quadrature",)
    assert [row for row in rows(exercises(), seeds=(11,)) if not row.holds] == []
    use("course.units")
    assert find("sgd_step").unit == "01_fixed_rate"


def test_a_package_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("AUTOGRADERS_EXERCISES", "calculus.units")
    with pytest.raises(UnknownExercise, match=r"'calculus\.units'; install the course"):
        find("trapezoid")
