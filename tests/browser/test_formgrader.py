"""The formgrader's autograde button in a real JupyterLab, on good, hostile and broken work."""

import shutil

import pytest

from tests.autograders.classroom import DROPS, PUPILS, hand_in, new_course, submission
from tests.autograders.test_preprocessors import REFUSED, forging
from tests.browser.formgrader import Formgrader, Row
from tests.browser.jupyter import REPOSITORY, serve

EVERYONE = ("hostile", "broken", "good")
TO_READ = "needs manual grading"


@pytest.fixture(scope="module")
def formgrader(tmp_path_factory, chrome):
    """The table of a class that has handed in unit 04 and is not graded yet."""
    root = tmp_path_factory.mktemp("root")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = new_course(root / "course", [DROPS])
    pupils = {pupil.name: pupil for pupil in PUPILS[DROPS]}
    hand_in(course, DROPS, "good", submission(course, DROPS, pupils["ada"]))
    hostile = submission(course, DROPS, pupils["dan-late"])
    forging(hostile)
    hand_in(course, DROPS, "hostile", hostile)
    hand_in(course, DROPS, "broken", REFUSED["no-json"])
    with serve(root, tmp_path_factory.mktemp("home")) as server:
        context = chrome.new_context(viewport={"width": 1600, "height": 1300})
        opened = Formgrader.open(context.new_page(), server)
        opened.generate(DROPS)
        opened.show_submissions(DROPS, count=len(EVERYONE))
        yield opened
        context.close()


@pytest.fixture(scope="module")
def graded(formgrader):
    """The same table after three presses of the button; what each dialog said."""
    before = {name: formgrader.row(name) for name in EVERYONE}
    assert before == dict.fromkeys(EVERYONE, Row("needs autograding", ""))
    return {name: formgrader.autograde(name) for name in EVERYONE}


def test_the_table_shows_what_each_submission_deserves(formgrader, graded):
    """Stock nbgrader gives the hostile one all points, and stops with an error at the broken one.

    Three points are for a written conclusion, so each row waits for a reader.
    """
    for name, said in graded.items():
        assert f"Successfully autograded '{DROPS}' for student '{name}'" in said
    assert formgrader.row("good") == Row(TO_READ, "21 / 24")
    assert formgrader.row("hostile") == Row(TO_READ, "18 / 24")
    assert formgrader.row("broken") == Row(TO_READ, "0 / 24")


def test_of_good_work_only_the_conclusion_waits_and_of_broken_work_everything(formgrader, graded):
    formgrader.show_work("good")
    marks = formgrader.marks()
    assert [name for name, mark in marks.items() if mark.waits] == ["conclusion"]
    assert marks["check_step_decay"].automatic == "5"

    formgrader.show_submissions(DROPS, count=len(EVERYONE))
    formgrader.show_work("broken")
    assert formgrader.notes() == [
        "Your submission could not be read: expected a notebook, and the file is not valid JSON"
        " (line 1); open it in JupyterLab, save it and hand it in again."
    ]
    broken = formgrader.marks()
    assert broken.keys() == marks.keys()
    assert all(mark.waits and mark.automatic == "" for mark in broken.values())


def test_no_page_of_the_formgrader_complains(formgrader, graded):
    formgrader.show_submissions(DROPS, count=len(EVERYONE))
    assert formgrader.errors == []
