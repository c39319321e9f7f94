"""In a real IPython shell: a check judges what the notebook says, or says that it does not."""

import json
import os
import sys
import time
from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograders.notebook import newest, progress

RIGHT = "def sgd_step(w, grad, lr):\n    return w - lr * grad"
NO_COLON = RIGHT.replace(":", "", 1)
ANSWERS = "quiz_01 = {'q1': 'b',\n 'q2': 'c'}"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("LR_COURSE_PROGRESS", raising=False)
    monkeypatch.setattr(newest, "_cells", None)
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    newest.follow()
    run(made, "setup", "from autograders import check")
    yield made
    InteractiveShell.clear_instance()


def run(shell, cell, source):
    return shell.run_cell(source, store_history=True, cell_id=cell)


def checked(shell, call="check(sgd_step)"):
    """The report of a check in a cell of its own; a suppressed display leaves only the value."""
    result = run(shell, "check", f"found = {call}")
    assert result.success
    return shell.user_ns["found"]


def green(shell):
    run(shell, "step", RIGHT)
    report = checked(shell)
    assert report.passed and not report.outdated
    return progress.load()


def test_a_colon_deleted_after_a_green_check_is_said_first_and_is_not_green(shell, capsys):
    before = green(shell)
    run(shell, "step", NO_COLON)
    report = checked(shell)
    assert not report.passed
    first = str(report).split("\n")[0]
    assert first.startswith(
        "The cell that defines `sgd_step` stopped with a SyntaxError in line 1; "
        "this is the verdict on your earlier version."
    )
    html = report._repr_html_()
    assert html.index("SyntaxError") < html.index("sgd_step, your earlier version: 5 of 5 points")
    assert "✗ sgd_step" in html and "✓ sgd_step" not in html
    assert "fresh inputs" not in html + str(report)
    assert progress.load() == before
    capsys.readouterr()
    report._ipython_display_()
    assert capsys.readouterr().err == "sgd_step: the newest version was not judged\n"

    run(shell, "step", RIGHT)
    assert checked(shell).passed


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"1 / 0\n{RIGHT}", "stopped with a ZeroDivisionError in line 1"),
        (f"import numpy\nnumpi.ones(3)\n{RIGHT}", "stopped with a NameError in line 2"),
        (f"  x = 1\n{RIGHT}\n 2", "stopped with an IndentationError"),
        (RIGHT.replace("def", "dfe"), "stopped with a SyntaxError in line 1"),
        (f"raise KeyboardInterrupt\n{RIGHT}", "was stopped by you before it got there"),
        ("# given up", "no longer does"),
        ("", "no longer does"),
        (RIGHT.replace("sgd_step", "sgd_stepp"), "now defines `sgd_stepp` instead"),
    ],
)
def test_a_newest_version_that_did_not_define_the_name_is_named(shell, source, said):
    green(shell)
    run(shell, "step", source)
    report = checked(shell)
    assert said in report.outdated
    assert not report.passed


@pytest.mark.parametrize(
    "source",
    [
        f"{RIGHT}\n1 / 0",
        f"%%time\n{RIGHT}",
        f"if True:\n    pass\n{RIGHT}\nsgd_step(1, 2, 3)",
        "from functools import partial\nsgd_step = partial(lambda w, grad, lr: w - lr * grad)",
    ],
)
def test_a_cell_that_got_as_far_as_the_definition_is_up_to_date(shell, source):
    green(shell)
    run(shell, "step", source)
    assert checked(shell).passed


def test_a_version_in_another_cell_counts_as_the_newest(shell):
    green(shell)
    run(shell, "scratch", NO_COLON)
    assert "SyntaxError" in checked(shell).outdated
    run(shell, "other", RIGHT)
    assert checked(shell).passed
    run(shell, "step", "# moved to another cell")
    assert checked(shell).passed


def test_a_check_in_the_very_cell_that_mends_the_function_is_green(shell):
    green(shell)
    run(shell, "step", NO_COLON)
    run(shell, "step", f"{RIGHT}\nfound = check(sgd_step)")
    assert shell.user_ns["found"].passed


def test_failures_of_other_cells_do_not_matter(shell):
    green(shell)
    run(shell, "scratch", "1 / 0")
    run(shell, "setup", "from autograders import chekc")
    run(shell, "scratch", "print(sgd_step(1, 2")
    assert checked(shell).passed


def test_an_outdated_function_that_the_checked_one_calls_is_named(shell):
    green(shell)
    run(
        shell,
        "path",
        "import numpy as np\n"
        "def minimise(grad_fn, w0, lr, steps):\n"
        "    path = [np.array(w0)]\n"
        "    [path.append(sgd_step(path[-1], grad_fn(path[-1]), lr)) for _ in range(steps)]\n"
        "    return np.stack(path)",
    )
    assert checked(shell, "check(minimise)").passed
    run(shell, "step", NO_COLON)
    report = checked(shell, "check(minimise)")
    assert "The cell that defines `sgd_step` stopped with a SyntaxError" in report.outdated


def test_a_stub_is_not_called_unwritten_without_saying_that_the_writing_failed(shell):
    run(shell, "step", "def sgd_step(w, grad, lr):\n    raise NotImplementedError")
    run(shell, "step", NO_COLON)
    assert str(checked(shell)).startswith("The cell that defines `sgd_step` stopped")


def test_answers_to_a_quiz_whose_newest_cell_failed_are_said_to_be_earlier_ones(shell):
    run(shell, "quiz", ANSWERS)
    assert not checked(shell, "check('quiz_01', quiz_01)").outdated
    run(shell, "quiz", ANSWERS.replace("'b',", "'b'"))
    report = checked(shell, "check('quiz_01', quiz_01)")
    assert "`quiz_01` stopped with a SyntaxError" in report.outdated
    assert not report.passed


def test_a_name_that_never_came_to_be_is_explained_below_the_traceback(shell, capsys):
    run(shell, "step", NO_COLON)
    capsys.readouterr()
    run(shell, "check", "check(sgd_step)")
    said = capsys.readouterr().out
    assert (
        "The cell that defines `sgd_step` stopped with a SyntaxError in line 1, "
        "so there is no `sgd_step` yet." in said
    )


def saved(shell, monkeypatch, tmp_path, sources, *, later):
    """Save a notebook of these cells, after (or before) the cells that ran."""
    path = tmp_path / "01.ipynb"
    cells = [{"id": id, "cell_type": "code", "source": [text]} for id, text in sources.items()]
    path.write_text(json.dumps({"cells": cells}))
    now = time.time()
    os.utime(path, (now + later, now + later))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))


def test_a_cell_that_was_edited_and_saved_but_not_run_is_noticed(shell, monkeypatch, tmp_path):
    before = green(shell)
    saved(shell, monkeypatch, tmp_path, {"step": RIGHT}, later=5)
    assert checked(shell).passed
    saved(shell, monkeypatch, tmp_path, {"step": NO_COLON}, later=5)
    report = checked(shell)
    assert "was edited and not run" in report.outdated
    assert progress.load()["sgd_step"]["checks"] == before["sgd_step"]["checks"] + 1
    saved(shell, monkeypatch, tmp_path, {"other": RIGHT}, later=5)
    assert "no longer in your saved notebook" in checked(shell).outdated


def test_a_file_that_was_saved_before_the_cell_ran_says_nothing(shell, monkeypatch, tmp_path):
    green(shell)
    saved(shell, monkeypatch, tmp_path, {"step": NO_COLON}, later=-5)
    assert checked(shell).passed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [{"source": "no id"}]}'])
def test_a_file_that_is_no_such_notebook_says_nothing(shell, monkeypatch, tmp_path, text):
    green(shell)
    saved(shell, monkeypatch, tmp_path, {}, later=5)
    path = tmp_path / "01.ipynb"
    path.write_text(text)
    os.utime(path, (time.time() + 5,) * 2)
    assert checked(shell).passed


def test_the_answer_is_as_quick_in_a_notebook(shell):
    green(shell)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        checked(shell)
        took.append(time.perf_counter() - began)
    assert min(took) <= 0.1


def test_outside_of_ipython_nothing_is_known_and_nothing_breaks(monkeypatch):
    monkeypatch.setattr(newest, "_cells", None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert newest.follow() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert newest.doubt(len) == ""
