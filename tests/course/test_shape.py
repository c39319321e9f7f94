"""Lessons take the time that they state, begin with something to do, and cannot be copied."""

from __future__ import annotations

import re
from functools import cache

import pytest

from autograders.declare.catalogue import find
from course import shape

from . import copying
from .running import COURSE, UNITS

LESSONS = [unit for unit in UNITS if unit != "17_capstone"]  # its time is that of a project
FIRST_TOUCH, BETWEEN_TOUCHES = 150, 450
# Units that are still to be rebuilt are what is left over. Both lists may only become shorter.
REBUILT = {
    "14_when_it_breaks",
    "05_smooth_decay",
    "06_plateau",
    "07_momentum",
    "08_adagrad_rmsprop",
}
BEGUN = {"01_fixed_rate", "02_stability", "03_noise"}
LATE_TO_TOUCH = set(UNITS) - {"00_start_here"} - REBUILT - BEGUN
LONG_BETWEEN = set(UNITS) - {"00_start_here"} - REBUILT
MOST_COPIED = 0.15

each_unit = pytest.mark.parametrize("unit", UNITS)


@cache
def shape_of(unit):
    return shape.shape(COURSE / "units" / unit / "lesson.py")


def stated(text, words):
    """The numbers of minutes that a text states in these words."""
    found = re.search(words, text)
    assert found, f"no '{words}'"
    return [int(number) for number in found.groups()]


@pytest.mark.parametrize("unit", LESSONS)
def test_a_lesson_states_the_minutes_that_its_words_lines_and_runs_take(unit):
    text = (COURSE / "units" / unit / "lesson.py").read_text("utf-8")
    (minutes,) = stated(text, r"\*\*Time\*\* (\d+) minutes")
    assert minutes % 5 == 0 and abs(minutes - shape_of(unit).minutes) <= 5, shape_of(unit).minutes


def test_the_guide_and_the_page_for_learners_state_the_range_of_the_lessons():
    least, *_, most = sorted(5 * round(shape_of(unit).minutes / 5) for unit in LESSONS[1:])
    page = (COURSE.parent / "docs" / "learning.md").read_text("utf-8")
    shortest, longest = stated(page, r"take (\d+) to (\d+) minutes each")
    assert abs(shortest - least) <= 5 and abs(longest - most) <= 5, (least, most)
    guide = (COURSE / "guide.md").read_text("utf-8")
    session, fewest, more = stated(guide, r"(\d+)\s+minutes in class, and (\d+) to (\d+)\s+at home")
    assert abs(session + fewest - least) <= 5 and abs(session + more - most) <= 5, (least, most)


@pytest.mark.parametrize("words, most", [("first", FIRST_TOUCH), ("longest", BETWEEN_TOUCHES)])
def test_the_learner_acts_early_and_often_but_for_units_that_are_still_to_be_rebuilt(words, most):
    over = {unit for unit in UNITS if getattr(shape_of(unit), words) > most}
    assert over == (LATE_TO_TOUCH if words == "first" else LONG_BETWEEN)


@each_unit
def test_points_by_kind_add_up_to_what_the_lesson_states(unit):
    text = (COURSE / "units" / unit / "lesson.py").read_text("utf-8")
    (total,) = stated(text, r"\*\*Points\*\* (\d+)")
    assert sum(shape_of(unit).points.values()) == total


@pytest.mark.parametrize(
    "markdown, words",
    [
        ("Two words.", 2),
        ("A $\\eta < 2$ counts once.", 4),
        ("*Figure 1 in words: a line\nthat falls.*\n\nRead.", 1),
        ("Open <details><summary>In numbers</summary>\n\n1 2 3\n\n</details> it.", 2),
        ("Text.\n\n## Further reading\n\n- A. Author (2020).", 1),
        ("![Still picture](attachment:a.png) seen", 1),
    ],
)
def test_what_not_everybody_reads_is_not_counted(markdown, words):
    assert shape.words_in(markdown) == words


def test_a_hidden_answer_a_lab_and_a_cell_to_fill_in_are_touches():
    text = """# %% [markdown]
# One two.

# %%
from lrlib.labs import a_lab

a_lab()

# %% [markdown]
# Three <details><summary>Answer</summary> hidden </details> four.

# %%
print("shown")

# %% nbgrader={"grade_id": "f", "solution": true}
def f():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
"""
    cells = shape.split_cells(text, "a text")
    expected = [("lab", 2), ("question", 1), ("answer", 1), ("end", 0)]
    assert list(shape.touches(cells)) == expected


def test_the_command_prints_a_row_for_each_unit(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["shape"])
    shape.main()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == UNITS


# Answers


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_copying_from_docstrings_and_text_earns_little():
    rows = [row for unit in UNITS for row in copying.copied(unit).values()]
    got, most = sum(row[0] for row in rows), sum(row[1] for row in rows)
    assert 0 < got <= MOST_COPIED * most, [row for row in rows if row[0]]


@pytest.mark.parametrize(
    "name, text",
    [
        ("step_decay", "Return `lr0 * gamma ** (t // every)`."),
        ("step_decay", "Returns lr0 * gamma ** (t // every), one number."),
        ("exponential_decay", r"The rate is $\eta_0 \gamma^{t / T}$ after that."),
    ],
)
def test_the_copying_program_finds_what_a_text_gives_away(name, text):
    plan = copying.plan_for(find(name), 0)
    assert copying.earned(plan, text)[0] == plan.exercise.points


def test_every_letter_is_the_key_of_a_fair_share_of_questions():
    lessons = [(COURSE / "units" / unit / "lesson.py").read_text("utf-8") for unit in UNITS]
    solved = r"### BEGIN SOLUTION\n\w+ = \{(.*?)\}\n### END"
    keys = re.findall(r'"[pqc]\d": "(\w)"', str(re.findall(solved, "\n".join(lessons), re.DOTALL)))
    shares = {letter: keys.count(letter) / len(keys) for letter in "abcd"}
    assert len(keys) > 100 and all(0.15 <= s <= 0.35 for s in shares.values()), shares
