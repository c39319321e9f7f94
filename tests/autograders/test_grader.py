"""A grade is kept for as long as the code that gave it: which files count, and which do not."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograders import grader
from autograders.bulk.results import Results, Shard
from autograders.bulk.run import load_results, merged, record, results_path
from autograders.catalogue import COURSE, _exercises_of, catalogue, use
from autograders.folders import CourseError, CourseFolder
from autograders.grader import files_of, grader_of

from .classroom import DROPS, PUPILS, hand_in, new_course, submission
from .test_bulk import Inline, copy_of, graded, results

UNITS = sorted({item.unit for item in catalogue(COURSE).values()})
EXERCISE = """
from autograders.exercise import Quiz
from {origin} import SHARED

QUIZ = Quiz("quiz_{unit}", "{unit}", points=1, questions={{}})
"""
FILES = {
    "letters/__init__.py": "",
    "letters/reference.py": "RATE = 0.1\n",
    "letters/exercises/__init__.py": 'WITHHELD = ("letters",)\n',
    "letters/exercises/shared.py": "SHARED = 1\n",
    "letters/exercises/unit_a.py": EXERCISE.format(unit="a", origin=".shared"),
    "letters/exercises/unit_b.py": EXERCISE.format(unit="b", origin=".unit_a"),
    "letters/exercises/unit_c.py": EXERCISE.format(unit="c", origin=".shared"),
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one's own with three units, of which the second uses code of the first."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("AUTOGRADERS_EXERCISES", "")
    use("letters.exercises")
    importlib.invalidate_caches()
    _exercises_of.cache_clear()
    yield tmp_path
    _exercises_of.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "letters"]:
        del sys.modules[name]


def marks():
    grader._grader_of.cache_clear()
    return {unit: grader_of(unit) for unit in "abc"}


@pytest.mark.parametrize(
    ("name", "concerned"),
    [
        ("letters/exercises/unit_a.py", "ab"),
        ("letters/exercises/unit_b.py", "b"),
        ("letters/exercises/unit_c.py", "c"),
        ("letters/exercises/shared.py", "abc"),
        ("letters/reference.py", "abc"),
        ("letters/exercises/__pycache__/unit_a.cpython-311.pyc", ""),
        ("letters/exercises/.unit_a.py.swp", ""),
    ],
)
def test_a_changed_file_changes_the_grader_of_the_units_that_it_concerns(course, name, concerned):
    before = marks()
    assert len(set(before.values())) == 3 and marks() == before
    (course / name).parent.mkdir(exist_ok=True)
    with (course / name).open("a") as file:
        file.write("# mended\n")
    after = marks()
    assert {unit for unit in "abc" if after[unit] != before[unit]} == set(concerned)


def test_the_grader_itself_counts_and_what_only_reads_grades_does_not(course):
    files = files_of("a", "letters.exercises")
    assert {"autograders/judge.py", "autograders/sandbox/inside/worker.py"} <= set(files)
    assert not [name for name in files if name.startswith(("autograders/export", "unit_c"))]
    assert not [name for name in files if "autograders/exercises" in name]


@pytest.mark.parametrize("unit", UNITS)
def test_every_module_that_a_unit_of_the_course_is_graded_with_counts(unit):
    importlib.import_module("autograders.bulk.work")
    home, reference, exercises = (grader._place(n) for n in ("autograders", "lrlib", COURSE))
    apart = {exercises, *(home / name for name in grader.APART)}
    loaded = [Path(m.__file__) for m in sys.modules.values() if getattr(m, "__file__", None)]
    wanted = {p for p in loaded if {home, reference} & {*p.parents} and not apart & {*p.parents}}
    counted = set(files_of(unit, COURSE).values())
    assert len(wanted) > 40 and wanted <= counted
    for part in needed_by(f"unit_{unit[:2]}"):
        file = exercises / f"{part}.py"
        assert (file if file.exists() else exercises / part / "__init__.py") in counted


def needed_by(part):
    """The parts of the exercises package that a unit's modules take something from."""
    found, waiting = set(), {part}
    while waiting:
        found |= waiting
        mine = tuple(f"{COURSE}.{name}" for name in waiting)
        taken = [v for n, m in sys.modules.items() if n.startswith(mine) for v in vars(m).values()]
        origins = [str(getattr(value, "__module__", "")) for value in taken]
        near = {o.removeprefix(f"{COURSE}.").split(".")[0] for o in origins if f"{COURSE}." in o}
        waiting = near - found
    return found


# What happens to results when the grader changes

NAMES = ("ada", "dan-late", "eva-glides")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """Three students of unit 04, graded and recorded."""
    course = new_course(tmp_path_factory.mktemp("versions") / "course", [DROPS])
    for pupil in PUPILS[DROPS]:
        if pupil.name in NAMES:
            hand_in(course, DROPS, pupil.name, submission(course, DROPS, pupil))
    graded(course, Inline())
    return course


def test_what_another_version_of_the_exercises_graded_is_graded_anew_and_said(
    classroom, tmp_path, monkeypatch
):
    course = copy_of(classroom, tmp_path)
    said = []
    graded(course, Inline(), say=said.append, students=["ada", "dan-late"])
    audit = (course / "audit.jsonl").read_bytes()
    monkeypatch.setattr("autograders.bulk.work.grader_of", lambda unit: f"another for {unit}")
    (course / "submitted" / "ada" / DROPS / f"{DROPS}.ipynb").write_bytes(
        (course / "submitted" / "dan-late" / DROPS / f"{DROPS}.ipynb").read_bytes()
    )
    graded(course, Inline(), say=said.append, students=["ada", "dan-late"], record=False)
    idle = Inline()
    graded(course, idle, say=said.append, students=["ada", "dan-late"], record=False)
    assert idle.done == 0 and (course / "audit.jsonl").read_bytes() == audit
    graded(course, Inline(), say=said.append, again=True, record=False)
    assert said == [
        f"{DROPS}: 2 to grade",
        f"{DROPS}: 1 to grade again, because the exercises or the grader changed, 1 to grade",
        f"{DROPS}: 2 graded before",
        f"{DROPS}: 3 to grade again",
    ]
    kept = results_path(CourseFolder(course), DROPS).read_text()
    assert kept.count('"grader": "another for') == 5 and kept.count(grader_of(DROPS)) == 2


def test_a_worker_with_other_code_grades_nobody(classroom, tmp_path):
    course = copy_of(classroom, tmp_path, students=["ada", "dan-late"])

    def elsewhere(task):
        object.__setattr__(task.unit, "grader", "of another version")

    with pytest.raises(CourseError, match=r"another version of the exercises .* 0 results"):
        graded(course, Inline(elsewhere))
    assert results(course) == {}


def test_recording_says_which_results_another_version_gave(classroom, monkeypatch):
    said, folder = [], CourseFolder(classroom)
    monkeypatch.setattr("autograders.bulk.run.grader_of", lambda unit: "another")
    record(folder, DROPS, merged(folder, DROPS), said.append)
    assert len(said) == 1 and f"{len(NAMES)} of these results are of another" in said[0]


def test_of_two_results_for_one_file_that_of_this_version_of_the_grader_counts(classroom, tmp_path):
    course = copy_of(classroom, tmp_path, students=["ada"])
    folder = CourseFolder(course)
    graded(course, Inline(), record=False, shard=Shard(1, 1))
    mine = next(merged(folder, DROPS))
    with Results(results_path(folder, DROPS)) as kept:
        kept.append(replace(mine, scores={}, grader="an older one"))
    assert load_results(folder, DROPS)["ada"].scores == {}
    assert list(merged(folder, DROPS)) == [mine]
