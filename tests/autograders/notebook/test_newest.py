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


@pytest.mark.parametrize("earlier", ["['b', 'c']", "'b'", "('b', 'c')", "{'b', 'c'}"])
def test_an_earlier_answer_of_the_wrong_kind_is_followed_too(shell, earlier):
    run(shell, "quiz", f"quiz_01 = {earlier}")
    report = checked(shell, "check('quiz_01', quiz_01)")
    assert report.status == "zero" and not report.outdated
    assert report.note.startswith("expected a dict of answers, got")
    run(shell, "quiz", "quiz_01 = {q1: 'b', q2: 'c'}")
    report = checked(shell, "check('quiz_01', quiz_01)")
    assert "`quiz_01` stopped with a NameError in line 1" in report.outdated


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


def lesson(monkeypatch, tmp_path):
    """A small lesson as saved on opening, before any cell ran."""
    parts = [
        ("setup", "code", "import numpy as np\nfrom autograders import check, your_code"),
        ("text", "markdown", "## Write it yourself\n\n### The update"),
        ("step", "code", RIGHT),
        ("text", "markdown", "## Experiment: eight rates"),
        ("made", "code", "# by hand\nrates, w = np.array([1.0]), 0"),
        ("drawn", "code", "with your_code():\n    last = sgd_step(0, 0, rates)"),
    ]
    cells = [{"id": id, "cell_type": kind, "source": [text]} for id, kind, text in parts]
    path = tmp_path / "01.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))


@pytest.fixture
def restarted(shell, monkeypatch, tmp_path):
    """A kernel that has just started below the lesson: nothing ran, nothing is imported."""
    lesson(monkeypatch, tmp_path)
    shell.reset(new_session=True)
    monkeypatch.setattr(newest, "_cells", None)
    shell.events.callbacks["pre_run_cell"].clear()
    shell.events.callbacks["post_run_cell"].clear()
    newest.load_ipython_extension(shell)
    return shell


def said_after(shell, capsys, cell, source):
    capsys.readouterr()
    run(shell, cell, source)
    return capsys.readouterr().out.strip().split("\n")[-1]


@pytest.mark.parametrize(
    ("cell", "source", "name"),
    [
        ("check", "check(sgd_step)", "check"),
        ("made", "rates, w = np.array([1.0]), 0", "np"),
        ("drawn", "with your_code():\n    pass", "your_code"),
    ],
)
def test_after_a_restart_a_name_of_the_set_up_cell_says_to_run_that(
    restarted, capsys, cell, source, name
):
    assert said_after(restarted, capsys, cell, source) == (
        f"`{name}` is made by the set-up cell, the first code cell of this notebook. It has not "
        "run since Python was started: run it, then this one again."
    )


def test_a_name_of_another_cell_says_which_by_its_first_line_and_heading(restarted, capsys):
    run(restarted, "setup", "import numpy as np\nfrom autograders import check, your_code")
    said = said_after(restarted, capsys, "check", "check(sgd_step)")
    assert '`def sgd_step(w, grad, lr):`, below the heading "The update". It has not run' in said
    said = said_after(restarted, capsys, "drawn", "with your_code():\n    rates")
    assert said.startswith("This cell waits for `rates`. `rates` is made by the cell that begins")
    assert 'with `rates, w = np.array([1.0]), 0`, below the heading "Experiment: eight' in said


def test_a_cell_that_ran_and_did_not_come_so_far_is_named_as_such(restarted, capsys):
    run(restarted, "setup", "import numpy as np\nfrom autograders import check, your_code")
    run(restarted, "drawn", "with your_code():\n    last = sgd_step(0, 0, rates)")
    said = said_after(restarted, capsys, "drawing", "last")
    assert "`with your_code():`" in said and "It ran, but did not come that far" in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("predict_01 = {'p1': c}", 'If it is meant as a text, put it in quotes: `"c"`.'),
        ("math.sqrt(2)", "`math` has to be imported first: `import math`."),
        ("prnt(1)", "Nothing is called `prnt`. Did you mean `print`?"),
        ("(lambda target: taget)(1)", "Nothing is called `taget`. Did you mean `target`?"),
    ],
)
def test_a_name_that_no_cell_makes_says_what_may_be_meant(restarted, capsys, source, said):
    assert said_after(restarted, capsys, "scratch", source).endswith(said)


def test_without_a_notebook_nothing_is_said_of_cells(shell, capsys):
    capsys.readouterr()
    run(shell, "scratch", "zzzz")
    assert "cell" not in capsys.readouterr().out.split("NameError")[-1]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("w - rate(lr) * grda", "Nothing is called `grda`. Did you mean `grad`?"),
        ("w - rates * grad", 'below the heading "Experiment: eight rates". It has not run'),
        ("w - math.e * lr", "`import math`"),
    ],
)
def test_a_card_says_of_a_missing_name_where_it_comes_from(restarted, body, note):
    run(restarted, "setup", "import numpy as np\nfrom autograders import check, your_code")
    run(
        restarted,
        "step",
        f"def rate(lr):\n    return lr\n\n\ndef sgd_step(w, grad, lr):\n    return {body}",
    )
    report = checked(restarted)
    assert note in report.note
    assert note.split("`")[0] in str(report)


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [
        ("check(sgd_step(1.0, 2.0, 0.1))", "NotCheckable", "got the number 0.8"),
        ("check('quiz_01')", "NotCheckable", "as in check('quiz_01', quiz_01)"),
        ("check('quiz_001', {})", "UnknownExercise", "did you mean"),
        ("experiment('experiment_05', {'rates': [1]})", "PlanError", "the plan lacks methods"),
    ],
)
def test_a_learner_reads_the_sentence_of_an_error_and_no_line_of_the_grader(
    shell, capsys, source, kind, said
):
    run(shell, "step", f"{RIGHT}\nfrom autograders import experiment")
    capsys.readouterr()
    run(shell, "scratch", source)
    lines = capsys.readouterr().out.strip().split("\n")
    assert len(lines) == 1
    assert lines[0].startswith(f"{kind}: ") and said in lines[0]
