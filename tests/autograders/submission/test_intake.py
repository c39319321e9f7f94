"""Intake: every kind of damaged notebook is repaired, and noted, or refused with a reason."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograders.submission.files import MAX_BYTES, Refused, find_notebook
from autograders.submission.intake import MAX_CELLS, Submission, read_submission
from autograders.submission.master import read_master

from ..hostile.classroom import (
    RIGHT,
    SETUP,
    STUBS,
    UNIT,
    code,
    handed_in,
    meta,
    notebook,
    released_cells,
    the_master,
)

MASTER = the_master()


def ran(submission):
    """The names of the cells that run, in order."""
    return [cell.name for cell in submission.cells]


def source_of(submission, name):
    """The text of one cell that runs."""
    return next(cell.source for cell in submission.cells if cell.name == name)


def test_an_untouched_hand_in_is_taken_as_it_is():
    submission = read_submission(handed_in(), MASTER)
    assert submission.notes == ()
    assert ran(submission) == ["setup", *RIGHT]
    assert {name: submission.answers[name] for name in RIGHT} == RIGHT


def test_a_file_on_disk_reads_like_its_bytes(tmp_path):
    path = tmp_path / f"{UNIT}.ipynb"
    path.write_bytes(handed_in())
    assert read_submission(path, MASTER) == read_submission(handed_in(), MASTER)


def test_the_rebuilt_notebook_is_the_masters_with_the_students_text():
    cells = released_cells(RIGHT)
    cells[0]["source"] = "raise SystemExit"
    for cell in cells:
        cell["metadata"]["tags"] = ["skip-execution"]
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "10"}]
    rebuilt = read_submission(notebook(cells), MASTER).notebook(MASTER)
    expected = json.loads(notebook(released_cells(RIGHT)))
    assert rebuilt["cells"] == expected["cells"]
    assert rebuilt["nbformat"] == 4


def test_the_rebuilt_notebook_is_a_valid_notebook():
    nbformat = pytest.importorskip("nbformat")
    data = handed_in(["helper = 1"], ["first = 1"])
    rebuilt = read_submission(data, MASTER).notebook(MASTER)
    nbformat.validate(nbformat.from_dict(rebuilt))


def test_the_masters_own_cells_run_as_released():
    cells = released_cells(RIGHT)
    cells[0]["source"] = "np = None"
    cells[2]["source"] = "print('full marks')"
    submission = read_submission(notebook(cells), MASTER)
    assert source_of(submission, "setup") == SETUP
    assert "print" not in "".join(cell.source for cell in submission.cells)
    assert [note.split()[1] for note in submission.notes] == ["setup", "check_step_decay"]


def test_cells_that_a_student_added_run_where_they_stand():
    cells = released_cells(RIGHT)
    cells.insert(3, code("between = 1"))
    cells.insert(0, code("import os"))
    cells.append(code("last = 1"))
    submission = read_submission(notebook(cells), MASTER)
    sources = [cell.source for cell in submission.cells]
    assert sources == [
        SETUP, "import os", RIGHT["step_decay"], "between = 1", RIGHT["tests_for_scheduled_drop"],
        RIGHT["scheduled_drop"], RIGHT["epochs_to_steps"], "last = 1",
    ]  # fmt: skip
    assert submission.notes == ()
    assert [cell.trusted for cell in submission.cells] == [True] + [False] * 7


def test_a_demonstration_cell_runs_only_when_it_was_changed():
    shown = released_cells()
    shown.insert(1, code("drag_the_drops()", id="demo"))
    master = read_master(notebook(shown), UNIT)
    cells = released_cells(RIGHT)
    cells.insert(1, code("drag_the_drops()", id="demo"))
    assert ran(read_submission(notebook(cells), master)) == ["setup", *RIGHT]
    cells[1]["source"] = "def helper(): return 1"
    submission = read_submission(notebook(cells), master)
    assert "def helper(): return 1" in [cell.source for cell in submission.cells]


@pytest.mark.parametrize("missing", [*RIGHT, "setup", "check_step_decay", "conclusion"])
def test_a_deleted_cell_is_noted_and_costs_only_itself(missing):
    cells = [c for c in released_cells(RIGHT) if c["metadata"]["nbgrader"]["grade_id"] != missing]
    submission = read_submission(notebook(cells), MASTER)
    assert any(note.startswith(f"cell {missing} is missing") for note in submission.notes)
    assert ran(submission) == [
        name for name in ("setup", *RIGHT) if name != missing or missing == "setup"
    ]


def test_of_a_duplicated_cell_the_last_one_worked_on_counts():
    cells = released_cells(RIGHT)
    early = code("def step_decay(): early", meta("step_decay", solution=True), "copy1")
    stub = code(STUBS["step_decay"], meta("step_decay", solution=True), "copy2")
    submission = read_submission(notebook([early, *cells, stub]), MASTER)
    assert source_of(submission, "step_decay") == RIGHT["step_decay"]
    sources = [cell.source for cell in submission.cells]
    assert sources.index("def step_decay(): early") < sources.index(RIGHT["step_decay"])
    assert STUBS["step_decay"] not in sources
    assert any("3 times" in note for note in submission.notes)


def test_a_duplicated_test_cell_is_dropped():
    """Stock nbgrader gives in: one duplicated test cell aborts the whole class."""
    cells = released_cells(RIGHT)
    submission = read_submission(notebook([*cells, cells[2], cells[2]]), MASTER)
    assert ran(submission) == ["setup", *RIGHT]


def test_reordered_cells_run_in_the_released_order():
    submission = read_submission(notebook(released_cells(RIGHT)[::-1]), MASTER)
    assert ran(submission) == ["setup", *RIGHT]
    assert any("another order" in note for note in submission.notes)


def test_a_relabelled_answer_is_found_by_its_cell_id():
    cells = released_cells(RIGHT)
    cells[1]["metadata"]["nbgrader"]["grade_id"] = "something_else"
    submission = read_submission(notebook(cells), MASTER)
    assert submission.answers["step_decay"] == RIGHT["step_decay"]


def test_a_relabelled_answer_without_ids_runs_as_a_cell_of_its_own():
    cells = released_cells(RIGHT)
    for cell in cells:
        del cell["id"]
    cells[1]["metadata"]["nbgrader"]["grade_id"] = "something_else"
    submission = read_submission(notebook(cells, nbformat_minor=2), MASTER)
    assert "step_decay" not in ran(submission)
    assert RIGHT["step_decay"] in [cell.source for cell in submission.cells]
    assert "cell step_decay is missing" in submission.notes


def test_a_notebook_stripped_of_all_metadata_is_still_graded():
    cells = released_cells(RIGHT)
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]
    submission = read_submission(notebook(cells), MASTER)
    sources = [cell.source for cell in submission.cells]
    assert [s for s in sources if s in RIGHT.values()] == list(RIGHT.values())
    assert sources[0] == SETUP


@pytest.mark.parametrize("version", [99, -1, None, "3", [3]])
def test_an_unknown_schema_version_is_noted(version):
    """Stock nbgrader gives in: `schema_version: 99` aborts the submission."""
    cells = released_cells(RIGHT)
    cells[1]["metadata"]["nbgrader"]["schema_version"] = version
    submission = read_submission(notebook(cells), MASTER)
    assert submission.answers["step_decay"] == RIGHT["step_decay"]
    assert any("unknown version" in note for note in submission.notes)


@pytest.mark.parametrize(
    "grading",
    [None, 7, [], "x", {}, {"grade_id": None}, {"grade_id": 7}, {"grade_id": []},
     {"grade_id": "step_decay"}, {"grade": "yes", "points": "NaN", "grade_id": "x" * 10**5}],
)  # fmt: skip
def test_garbled_grading_metadata_does_no_harm(grading):
    cells = released_cells(RIGHT)
    cells[1]["metadata"]["nbgrader"] = grading
    submission = read_submission(notebook(cells), MASTER)
    assert RIGHT["step_decay"] in [cell.source for cell in submission.cells]


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading", None, 3])
def test_an_answer_turned_into_another_kind_of_cell_still_counts(kind):
    cells = released_cells(RIGHT)
    cells[1]["cell_type"] = kind
    submission = read_submission(notebook(cells), MASTER)
    assert source_of(submission, "step_decay") == RIGHT["step_decay"]
    assert any("turned into" in note for note in submission.notes)


@pytest.mark.parametrize("version", [2, 3, 5, 99, None, "4", {}])
def test_a_wrong_format_number_is_noted(version):
    submission = read_submission(notebook(released_cells(RIGHT), nbformat=version), MASTER)
    assert ran(submission) == ["setup", *RIGHT]
    assert any("format" in note for note in submission.notes)


def test_the_format_of_ten_years_ago_is_read():
    cells = [{**cell, "input": cell.pop("source")} for cell in released_cells(RIGHT)]
    old = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}], "metadata": {}}).encode()
    assert ran(read_submission(old, MASTER)) == ["setup", *RIGHT]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_byte_order_mark_or_another_encoding_is_read(encoding):
    data = handed_in().decode().encode(encoding)
    submission = read_submission(data, MASTER)
    assert {name: submission.answers[name] for name in RIGHT} == RIGHT
    assert any("byte-order mark" in note for note in submission.notes)


@pytest.mark.parametrize("bad", ["\\u0000", "\\ud800", "\\udfff\\ud800"])
def test_nul_and_lone_surrogates_are_removed(bad):
    data = handed_in().replace(b"def step_decay", b"# " + bad.encode() + b"\\ndef step_decay")
    submission = read_submission(data, MASTER)
    text = source_of(submission, "step_decay")
    text.encode()
    assert "\0" not in text
    assert any("no text can hold" in note for note in submission.notes)


def test_bytes_that_are_no_text_are_replaced():
    submission = read_submission(
        handed_in().replace(b"return lr0", b"return lr0 # \xff\xfe"), MASTER
    )
    assert ran(submission) == ["setup", *RIGHT]
    assert "bytes that are no text were replaced" in submission.notes


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"  \n", "empty"),
    "not JSON": (b"print('hello')", "not valid JSON"),
    "half a file": (handed_in()[:-50], "not valid JSON"),
    "a list": (b"[]", "another kind"),
    "a number": (b"1", "another kind"),
    "no cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells of another kind": (b'{"cells": {"a": 1}}', "no list of cells"),
    "another notebook": (notebook([code("print(1)")]), "not the notebook"),
    "no cell at all": (notebook([]), "not the notebook"),
    "deep nesting": (b"[" * 10**5 + b"]" * 10**5, "nested too deeply"),
    "deep metadata": (b'{"metadata":' * 10**5 + b"1" + b"}" * 10**5, "nested too deeply"),
    "a huge number": (b'{"cells": [], "nbformat": ' + b"9" * 10**5 + b"}", "not valid JSON"),
    "a zip archive": (b"PK\x03\x04" + bytes(100), "zip archive"),
    "100,000 cells": (notebook([code("1", id="x")] * 10**5), f"at most {MAX_CELLS}"),
    "3 MB of text": (handed_in(["#" * 3 * 2**20]), "MB of text"),
    "200 MB": (b" " * (200 * 2**20), "empty|MB"),
    "too large": (handed_in() + b" " * MAX_BYTES, "clear all outputs"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_graded_is_refused_with_a_reason(what):
    """Stock nbgrader ends with a traceback for the instructor and nothing for the student."""
    data, reason = REFUSED[what]
    with pytest.raises(Refused, match=reason):
        read_submission(data, MASTER)


def test_a_renamed_notebook_is_found_and_noted(tmp_path):
    """Stock nbgrader records a renamed notebook as not handed in."""
    (tmp_path / "my solution (2).ipynb").write_bytes(handed_in())
    path, notes = find_notebook(tmp_path, UNIT)
    assert path.name == "my solution (2).ipynb"
    assert "is named" in notes[0]
    (tmp_path / "another.ipynb").write_bytes(handed_in())
    with pytest.raises(Refused, match="2 with other names"):
        find_notebook(tmp_path, UNIT)
    (tmp_path / f"{UNIT}.ipynb").write_bytes(handed_in())
    assert find_notebook(tmp_path, UNIT)[0].name == f"{UNIT}.ipynb"


def test_a_folder_without_a_notebook_is_refused(tmp_path):
    (tmp_path / "timestamp.txt").write_text("the day before yesterday\0")
    with pytest.raises(Refused, match="there is none"):
        find_notebook(tmp_path, UNIT)
    with pytest.raises(Refused, match="cannot be read"):
        find_notebook(tmp_path / "nobody", UNIT)


def test_saving_again_does_not_change_the_digest():
    cells = released_cells(RIGHT)
    again = released_cells(RIGHT)
    again[1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    again[1]["execution_count"] = 7
    again[1]["source"] = again[1]["source"].splitlines(keepends=True)
    first, second = (read_submission(notebook(c), MASTER).digest for c in (cells, again))
    assert first == second
    assert read_submission(handed_in(epochs_to_steps="1"), MASTER).digest != first


def test_the_master_of_a_unit_can_be_its_source_notebook():
    source = read_master(notebook(released_cells(RIGHT)), UNIT)
    assert [cell.role for cell in source.cells] == [cell.role for cell in MASTER.cells]
    assert source.tests.keys() == RIGHT.keys()
    with pytest.raises(ValueError, match="unit's name"):
        read_master(notebook([]))


def is_taken_or_refused(data):
    """The one promise that intake makes for any bytes at all."""
    try:
        submission = read_submission(data, MASTER)
    except Refused as refused:
        assert str(refused)
        return
    assert isinstance(submission, Submission)
    assert [c.name for c in submission.cells if c.trusted] == ["setup"]
    assert source_of(submission, "setup") == SETUP
    json.dumps(submission.notebook(MASTER)).encode()
    assert len(submission.digest) == 64
    for note in submission.notes:
        assert isinstance(note, str)


@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf")
@example(b"\x00\x00\x00{")
@example(b'{"cells": [null, 1, {"source": 3}]}')
def test_random_bytes_are_refused(data):
    is_taken_or_refused(data)


@settings(deadline=None)
@given(st.data())
def test_a_notebook_with_random_bytes_in_it_is_taken_or_refused(data):
    whole = bytearray(handed_in(["x = 1"]))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        length = data.draw(st.integers(0, 40))
        whole[at : at + length] = data.draw(st.binary(max_size=20))
    is_taken_or_refused(bytes(whole))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from([*RIGHT, "setup", "check_step_decay", "conclusion", "other"])


@settings(deadline=None)
@given(st.data())
def test_a_notebook_of_mutated_cells_is_taken_or_refused(data):
    cells = released_cells(RIGHT)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(cells) - 1))
        change = data.draw(st.sampled_from(["drop", "copy", "move", "relabel", "set", "replace"]))
        if change == "drop" and len(cells) > 1:
            del cells[at]
        elif change == "copy":
            cells.insert(data.draw(st.integers(0, len(cells))), cells[at])
        elif change == "move":
            cells.append(cells.pop(at))
        elif change == "replace":
            cells[at] = data.draw(JSON)
        elif isinstance(cells[at], dict):
            cells[at] = dict(cells[at])
            if change == "relabel":
                cells[at]["metadata"] = meta(data.draw(NAMES), solution=data.draw(st.booleans()))
            else:
                key = data.draw(st.sampled_from(["cell_type", "source", "metadata", "id"]))
                cells[at][key] = data.draw(JSON)
    is_taken_or_refused(notebook(cells, nbformat=data.draw(st.sampled_from([4, 3, None]))))
