"""A grade is kept for as long as the code that gave it: which files count, and which do not."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograders.bulk.results import Results, Shard
from autograders.bulk.run import load_results, merged, record, results_path
from autograders.declare.catalogue import COURSE, _exercises_of, catalogue, use
from autograders.submission import version as grader
from autograders.submission.folders import CourseError, CourseFolder
from autograders.submission.version import files_of, grader_of

from ..bulk.test_bulk import Inline, copy_of, graded, results
from ..classroom import DROPS, PUPILS, hand_in, new_course, submission

UNITS = sorted({item.unit for item in catalogue(COURSE).values()})
EXERCISE = """
from autograders.declare.exercise import Quiz
from {origin} import SHARED

QUIZ = Quiz("quiz_{unit}", "{unit}", points=1, questions={{}})
"""
FILES = {
    "letters/__init__.py": "",
    "letters/nbgrader_config.py": "",
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
        ("letters/gradebook.db", ""),
        ("letters/submitted/ada/a/helper.py", ""),
    ],
)
def test_a_changed_file_changes_the_grader_of_the_units_that_it_concerns(course, name, concerned):
    before = marks()
    assert len(set(before.values())) == 3 and marks() == before
    (course / name).parent.mkdir(parents=True, exist_ok=True)
    with (course / name).open("a") as file:
        file.write("# mended\n")
    after = marks()
    assert {unit for unit in "abc" if after[unit] != before[unit]} == set(concerned)


def test_the_grader_itself_counts_and_what_only_reads_grades_does_not(course):
    files = files_of("a", "letters.exercises")
    assert {"autograders/judging/judge.py", "autograders/sandbox/inside/worker.py"} <= set(files)
    rooms = {name.split("/")[1] for name in files if name.startswith("autograders/")}
    assert rooms == set(grader.DECIDING)
    assert [name for name in files if "unit" in name] == ["letters.exercises.unit_a"]


@pytest.mark.parametrize("unit", UNITS)
def test_every_module_that_a_units_exercises_are_made_of_counts(unit):
    """Seen from the other side: where the objects in the unit's modules come from."""
    counted = {path.resolve() for path in files_of(unit, COURSE).values()}
    own = [m for n, m in sys.modules.items() if n.startswith(f"{COURSE}.{unit}.")]
    own = [m for m in own if {"exercises", "quiz"} & set(m.__name__.split("."))]
    origins = {getattr(value, "__module__", None) for m in own for value in vars(m).values()}
    mine = {o for o in origins if o and o.partition(".")[0] in ("lrlib", "course", "autograders")}
    assert len(own) > 2 and mine
    for name in mine:
        assert Path(sys.modules[name].__file__).resolve() in counted, name


@pytest.mark.parametrize(
    "left", ["lrlib/labs/kit/theme.py", "lrlib/figures/base.py", "autograders/notebook/progress.py"]
)
def test_what_only_shows_or_remembers_makes_no_grade_stale(left):
    root = grader.HERE.parent
    assert (root / left).is_file()
    assert all(root / left not in files_of(unit, COURSE).values() for unit in UNITS)


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
    assert [text for text in said if text.startswith(DROPS)] == [
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
    monkeypatch.setattr("autograders.bulk.recording.grader_of", lambda unit: "another")
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
