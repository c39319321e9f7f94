"""The course build: a unit gives the same notebooks every time, and edits find their way back."""

import base64
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course import build, unit_checks
from course.lessons import lesson_file, lesson_files
from tests.autograders.classroom import nbgrader

COURSE = Path(__file__).resolve().parents[2] / "course"


TINY = '''\
# %% [markdown]
# # A tiny unit

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

# %matplotlib inline

# %% nbgrader={"schema_version": 3, "solution": true, "grade_id": "quiz_99", "grade": false}
quiz_99 = {"q1": ""}
### BEGIN SOLUTION
quiz_99 = {"q1": "the second answer"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_99", "grade": true, "points": 1}
check("quiz_99", quiz_99)

# %% nbgrader={"grade_id": "sgd_step", "solution": true}
def sgd_step(w, grad, lr):
    """One step downhill: `w - lr * grad`."""
    ### BEGIN SOLUTION
    minus = np.negative(grad)
    return w + lr * minus
    ### END SOLUTION


# %% tags=["graded"] nbgrader={"grade_id": "check_sgd_step", "grade": true, "points": 6}
check(sgd_step)

# %% [markdown] nbgrader={"grade_id": "report", "grade": true, "solution": true, "points": 3}
# The model answer: it settled.
'''


def exercise(points, unit="99_tiny"):
    return SimpleNamespace(points=points, unit=unit)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one tiny unit whose two exercises are worth what its test cells say."""
    exercises = {"quiz_99": exercise(1), "sgd_step": exercise(6)}
    monkeypatch.setattr(build, "catalogue", lambda: exercises)
    (tmp_path / "units" / "99_tiny").mkdir(parents=True)
    lesson_file(tmp_path, "99_tiny").write_text(TINY, encoding="utf-8")
    return tmp_path


def run(course, *arguments):
    return build.main([str(a) for a in arguments], course)


def path_of(course, stage):
    return build.notebook_path(course, stage, "99_tiny")


def cells_of(course, stage):
    return {c.id: c.source for c in nbformat.read(path_of(course, stage), as_version=4).cells}


def edit_source(course, change):
    """Change the source notebook as an instructor does in JupyterLab."""
    path = path_of(course, "source")
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def unit_of(course):
    return lesson_file(course, "99_tiny").read_text(encoding="utf-8")


def test_building_twice_gives_identical_bytes(course):
    assert run(course) == 0
    first = {stage: path_of(course, stage).read_bytes() for stage in ("source", "release")}
    for stage in first:
        shutil.rmtree(course / stage)
    assert run(course, "99") == 0
    assert first == {stage: path_of(course, stage).read_bytes() for stage in first}


def test_cell_ids_come_from_the_grade_id_or_the_position(course):
    run(course)
    assert list(cells_of(course, "source")) == [
        "99_tiny-000",
        "setup",
        "quiz_99",
        "check_quiz_99",
        "sgd_step",
        "check_sgd_step",
        "report",
    ]


def test_notebooks_are_format_4_5_for_python3_and_carry_no_output(course):
    run(course)
    for stage in ("source", "release"):
        notebook = json.loads(path_of(course, stage).read_text(encoding="utf-8"))
        assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        for cell in notebook["cells"]:
            assert not cell.get("outputs") and cell.get("execution_count") is None


def test_a_learner_gets_def_docstring_and_raise(course):
    run(course)
    assert cells_of(course, "release")["sgd_step"] == (
        "def sgd_step(w, grad, lr):\n"
        '    """One step downhill: `w - lr * grad`."""\n'
        "    raise NotImplementedError"
    )


def test_a_quiz_is_released_as_an_empty_answer_that_runs(course):
    run(course)
    assert cells_of(course, "release")["quiz_99"] == 'quiz_99 = {"q1": ""}'


def test_no_solution_text_is_left_in_a_release(course):
    run(course)
    released = path_of(course, "release").read_text(encoding="utf-8")
    for secret in ("SOLUTION", "the second answer", "np.negative", "it settled"):
        assert secret in path_of(course, "source").read_text(encoding="utf-8")
        assert secret not in released


def test_stock_clear_solutions_with_our_settings_gives_the_same_stub():
    from nbgrader.preprocessors import ClearSolutions

    source = TINY.split("# %% ")[5].split("\n", 1)[1].strip()
    cell = nbformat.v4.new_code_cell(
        source, metadata={"nbgrader": build.full_metadata({"solution": True})}
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    stock, _ = ClearSolutions(config=build.nbgrader_config()).preprocess(notebook, {})
    assert stock.cells[0].source == build.clear(source)
    assert stock.cells[0].source.endswith("raise NotImplementedError")


def test_a_release_is_what_nbgrader_generate_assignment_writes(course):
    run(course)
    ours = path_of(course, "release").read_bytes()
    shutil.rmtree(course / "release")
    shutil.copy(COURSE / "nbgrader_config.py", course)
    nbgrader(course, "generate_assignment", "99_tiny")
    assert path_of(course, "release").read_bytes() == ours


def test_check_passes_after_a_build_and_fails_when_the_unit_changed(course, capsys):
    run(course)
    assert run(course, "--check") == 0
    lesson_file(course, "99_tiny").write_text(TINY.replace("it settled", "it fell"))
    before = path_of(course, "source").read_bytes()
    assert run(course, "--check") == 1
    assert "out of date" in capsys.readouterr().err
    assert path_of(course, "source").read_bytes() == before


def test_check_names_a_notebook_whose_unit_is_gone(course, capsys):
    run(course)
    shutil.copytree(course / "source" / "99_tiny", course / "source" / "98_gone")
    assert run(course, "--check") == 1
    assert "98_gone" in capsys.readouterr().err


def test_check_fails_when_points_differ_from_the_exercise(course, capsys):
    lesson_file(course, "99_tiny").write_text(TINY.replace('"points": 6', '"points": 5'))
    assert run(course) == 0
    assert run(course, "--check") == 1
    assert "'sgd_step' is worth 6 points, its test cell says 5" in capsys.readouterr().err


def test_check_fails_for_a_test_cell_without_an_exercise(course, monkeypatch, capsys):
    monkeypatch.setattr(build, "catalogue", lambda: {"quiz_99": exercise(1)})
    assert run(course) == 0
    assert run(course, "--check") == 1
    assert "'sgd_step' has a test cell but no exercise" in capsys.readouterr().err


def test_check_fails_for_an_exercise_that_its_unit_does_not_test(course, monkeypatch, capsys):
    exercises = {**build.catalogue(), "lost": exercise(5), "other": exercise(5, "98_other")}
    monkeypatch.setattr(build, "catalogue", lambda: exercises)
    assert run(course) == 0
    assert run(course, "--check") == 1
    said = capsys.readouterr().err
    assert "'lost' has no test cell" in said and "'other'" not in said


def test_an_unknown_unit_is_named_with_those_that_exist(course, capsys):
    assert run(course, "42") == 2
    assert capsys.readouterr().err == ("no unit '42'; expected a name or number of: 99_tiny.\n")


def test_a_notebook_and_its_unit_round_trip_exactly(course):
    run(course)
    notebook = nbformat.read(path_of(course, "source"), as_version=4)
    assert build.unit_text(notebook, TINY, "99_tiny") == TINY


def test_running_and_saving_in_jupyter_is_not_an_edit(course):
    run(course)

    def execute(notebook):
        notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
        for number, cell in enumerate(notebook.cells):
            cell.metadata["editable"] = True
            if cell.cell_type == "code":
                cell.execution_count = number
                cell.outputs = [nbformat.v4.new_output("stream", text="hello")]

    edit_source(course, execute)
    assert run(course, "--from-source") == 0
    assert unit_of(course) == TINY
    assert run(course) == 0
    assert "hello" not in path_of(course, "source").read_text(encoding="utf-8")


def test_an_edit_made_in_jupyter_changes_only_its_own_lines_of_the_unit(course):
    run(course)
    edit_source(course, lambda nb: nb.cells[0].update(source="# A tiny unit\n\nWith a subtitle."))
    assert run(course, "--from-source", "99") == 0
    assert unit_of(course) == TINY.replace(
        "# # A tiny unit\n", "# # A tiny unit\n#\n# With a subtitle.\n"
    )
    assert run(course, "--check") == 0


def test_a_cell_added_in_jupyter_arrives_in_short_form(course):
    run(course)
    metadata = {
        "nbgrader": {
            "grade": False,
            "grade_id": "warm-up",
            "locked": True,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
    }
    new = nbformat.v4.new_code_cell("1 + 1", metadata=metadata)
    edit_source(course, lambda nb: nb.cells.insert(1, new))
    assert run(course, "--from-source") == 0
    assert unit_of(course) == TINY.replace(
        "# # A tiny unit\n",
        '# # A tiny unit\n\n# %% nbgrader={"grade_id": "warm-up", "locked": true}\n1 + 1\n',
    )


def test_a_build_refuses_to_overwrite_edits_made_in_jupyter(course, capsys):
    run(course)
    edit_source(course, lambda nb: nb.cells[0].update(source="# Another title"))
    edited = path_of(course, "source").read_bytes()
    assert run(course) == 1
    assert "--from-source 99" in capsys.readouterr().err
    assert path_of(course, "source").read_bytes() == edited
    assert run(course, "--force") == 0
    assert path_of(course, "source").read_bytes() != edited


def test_edits_on_both_sides_are_never_merged_silently(course, capsys):
    run(course)
    edit_source(course, lambda nb: nb.cells[0].update(source="# Another title"))
    changed = TINY.replace("it settled", "it fell")
    lesson_file(course, "99_tiny").write_text(changed)
    assert run(course, "--from-source") == 1
    assert "both the notebook and its lesson.py were changed" in capsys.readouterr().err
    assert unit_of(course) == changed


def break_cell(source):
    return lambda nb: nb.cells[1].update(source=source)


def attach(notebook):
    notebook.cells[0]["attachments"] = {"a.png": {"image/png": "iVBORw0KGgo="}}
    notebook.cells[0].source = "# A tiny unit\n\n![](attachment:a.png)"


def test_a_picture_of_the_course_is_inside_the_notebooks_and_survives_the_way_back(course, capsys):
    shown = "# # A tiny unit\n#\n# ![A marble in a bowl](attachment:step_marble.png)\n"
    unit = TINY.replace("# # A tiny unit\n", shown)
    lesson_file(course, "99_tiny").write_text(unit, encoding="utf-8")
    assert run(course) == 0
    picture = base64.b64encode((COURSE / "images" / "step_marble.png").read_bytes()).decode()
    for stage in ("source", "release"):
        first = nbformat.read(path_of(course, stage), as_version=4).cells[0]
        assert first.attachments == {"step_marble.png": {"image/png": picture}}
    edit_source(course, lambda nb: nb.cells[-1].update(source="Another answer."))
    assert run(course, "--from-source") == 0
    assert unit_of(course) == unit.replace("The model answer: it settled.", "Another answer.")
    lesson_file(course, "99_tiny").write_text(unit.replace("step_marble", "marbles"))
    assert run(course) == 1
    assert "no picture marbles.png in images/; expected one of: adam_" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (break_cell("x = 1\n# %%\ny = 2"), "'# %%'"),
        (attach, "a pasted image"),
        (lambda nb: nb.cells[4].update(source="def sgd_step(w): ..."), "matching '### BEGIN"),
    ],
)
def test_an_edit_that_a_unit_cannot_hold_is_refused_and_nothing_is_lost(
    course, capsys, change, message
):
    run(course)
    edit_source(course, change)
    edited = path_of(course, "source").read_bytes()
    assert run(course, "--from-source") == 1
    assert message in capsys.readouterr().err
    assert unit_of(course) == TINY
    assert path_of(course, "source").read_bytes() == edited


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["", "%time f()", "# %matplotlib inline", "!ls", "    x = 1", "# note", "'''"]
        ),
        st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20),
    ),
    max_size=5,
).map("\n".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["code", "markdown"]), LINES), min_size=1, max_size=4))
def test_any_notebook_is_written_as_text_and_read_back_the_same_or_refused(drafts):
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    notebook = nbformat.v4.new_notebook(cells=[make[kind](text) for kind, text in drafts])
    try:
        text = build.unit_text(notebook, "", "u")
    except build.UnitError:
        return
    wanted = build.canonical_cells(notebook.cells, "u")
    assert build.digest(build.canonical_cells(build.split_cells(text, "u"), "u")) == build.digest(
        wanted
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# # A tiny unit", "# ## A tiny unit", "exactly one '# ' heading, got 0"),
        ("# # A tiny unit", "# # One\n#\n# # Two", "exactly one '# ' heading, got 2"),
        ('"grade_id": "setup", ', "", "expected a grade_id"),
        ('"setup", "locked": true', '"setup"', "needs one of grade, solution, locked"),
        ('"setup", "locked": true', '"setup", "locked": 1', "nbgrader refuses the cell 'setup'"),
        ('"setup"', '"report"', "'report' is used twice"),
        ('"grade": true, "points": 6', '"grade": true', "nbgrader refuses the cell 'check_sgd"),
        ('{"grade_id": "setup", "locked": true}', "{grade_id: setup}", "metadata is JSON"),
        ("# %% nbgrader", "# %% Setup nbgrader", "only nbgrader and tags"),
        ("    ### END SOLUTION\n", "", "'sgd_step' needs matching"),
        ("check(sgd_step)", "assert sgd_step(1, 1, 1) == 0", "must hold only check(function)"),
        ("check(sgd_step)", "check(minimise)", "needs the grade_id 'check_minimise'"),
        ('"grade_id": "sgd_step"', '"grade_id": "other"', "has no answer cell 'sgd_step'"),
        ('    """One step downhill: `w - lr * grad`."""\n', "", "'sgd_step' needs a docstring"),
        ("    ### BEGIN", "    w = w\n    ### BEGIN", "must be its def line, docstring and one"),
        ('quiz_99 = {"q1": ""}\n', "", "must be assigned an empty answer"),
        ("import numpy as np", "### BEGIN SOLUTION", "solution lines outside a solution cell"),
    ],
)
def test_a_fault_in_a_unit_is_one_clear_sentence(course, capsys, old, new, message):
    assert old in TINY
    lesson_file(course, "99_tiny").write_text(TINY.replace(old, new), encoding="utf-8")
    assert run(course) == 1
    assert message in capsys.readouterr().err
    assert not path_of(course, "source").exists()


def test_text_before_the_first_cell_is_refused(course, capsys):
    lesson_file(course, "99_tiny").write_text("# ---\n# jupyter: x\n# ---\n" + TINY)
    assert run(course) == 1
    assert "a unit has no YAML header" in capsys.readouterr().err


def test_a_hash_inside_a_code_fence_is_no_heading():
    assert unit_checks.headings("# One\n```\n# a comment\n```\n## Two", 1) == ["# One"]


UNITS = [path.parent.name for path in lesson_files(COURSE)]


def test_the_committed_notebooks_are_up_to_date():
    assert build.main(["--check"]) == 0


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_survives_the_way_to_a_notebook_and_back(unit):
    text = lesson_file(COURSE, unit).read_text(encoding="utf-8")
    assert build.unit_text(build.source_notebook(text, unit), text, unit) == text


@pytest.mark.parametrize("unit", UNITS)
def test_no_release_holds_a_solution(unit):
    source = nbformat.read(build.notebook_path(COURSE, "source", unit), as_version=4)
    released = build.notebook_path(COURSE, "release", unit).read_text(encoding="utf-8")
    assert "SOLUTION" not in released
    cells = {c.id: c.source for c in nbformat.reads(released, as_version=4).cells}
    for cell in source.cells:
        for region in cell.source.split("### BEGIN SOLUTION")[1:]:
            solution = region.split("### END SOLUTION")[0].strip(" #\n")
            assert solution not in cells[cell.id]
            if "\n" in solution:
                assert not any(solution in text for text in cells.values()), cell.id
