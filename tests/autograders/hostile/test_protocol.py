"""Frames that no honest process sends: wrong numbers at most, and never a fault of the grader."""

import json

import numpy as np
import pytest

from autograders.declare.catalogue import catalogue, find
from autograders.declare.exercise import Exercise, Quiz
from autograders.judging.judge import judge, judge_quiz
from autograders.judging.plan import plan_for
from autograders.protocol.codec import LENGTHS, MAX_ITEMS, Foreign, FrameError, decode

from .classroom import POINTS, RIGHT, functions
from .test_integrity import FIND_CHANNEL

OTHERS_RIGHT = {name: POINTS[name] for name in RIGHT if name != "step_decay"}
LONGEST = 2_000

# What stands in a frame after "started", where the honest process says which cells raised.
FAILED = {
    "a cell before the first": "{'failed': [[-1000, 'x']]}",
    "a cell after the last": "{'failed': [[10**6, 'x']]}",
    "a cell that is no number": "{'failed': [['1', 'x'], [1.0, 'x'], [True, 'x']]}",
    "a text that is none": "{'failed': [[0, ['x'] * 1000]]}",
    "no pairs": "{'failed': [1, 2, 3]}",
    "an array": "np.zeros(3)",
    "a scalar": "np.float64(1)",
    "a number": "7",
    "a text": "'failed'",
    "nothing": "None",
}


@pytest.mark.parametrize("kind", FAILED)
def test_a_forged_list_of_failed_cells_is_no_fault_of_ours(classroom, kind):
    """The number of a cell is an index into a list of the grader's.

    Five submissions in a row that make the grader fail would stop the class.
    """
    forged = f"{FIND_CHANNEL}import numpy as np\nsend(wire.encode({FAILED[kind]}))\nos._exit(0)"
    survey = (
        FIND_CHANNEL + f"import numpy as np\nfor _ in range(40): send(wire.encode({FAILED[kind]}))"
    )
    for attack in (forged, survey):
        graded = classroom.grade_with(step_decay=attack)
        assert graded.faults == ()
        assert graded.reports["step_decay"].score == 0


ANSWERS = {
    "an exception whose message is an array": {"raised": {"types": ["E"], "message": np.ones(2)}},
    "an exception whose line is an array": {
        "raised": {"types": ["E"], "message": "m", "line": np.ones(2)}
    },
    "an exception whose types are an array": {"raised": {"types": np.ones(2), "message": "m"}},
    "a long exception": {"raised": {"types": ["E" * 4000], "message": "m" * 4000, "line": 10**999}},
    "an exception that is none": {"raised": 3},
    "inputs that are one number": {"result": 0.5, "after": np.array(1.0)},
}
RESULTS = {
    "a dict of long keys": {f"{n}" * 800: 0.5 for n in range(500)},
    "a list of long texts": ["x" * 4000] * 500,
    "nested lists": [[[[["x" * 200] * 8] * 8] * 8] * 8],
    "a foreign name": Foreign("n" * 200),
    "an array without entries": np.zeros((0, 10**9)),
    "complex numbers": np.array([1 + 2j, np.nan]),
    "huge numbers": np.array([1e308, -1e308]),
    "an int without end": -(10**1000),
    "the state of another kind": {"lr": {}, "best": [], "bad": np.ones(2)},
    "pairs of nothing": [({}, None), ("a",), [1, 2, 3]],
}


@pytest.mark.parametrize(
    "name", [n for n, item in catalogue().items() if isinstance(item, Exercise)]
)
def test_no_answer_makes_the_judge_fail_or_talk_without_end(name):
    """A fault of the judge is no zero: a student who can make one is waited for, and not graded."""
    plan = plan_for(find(name))
    answers = [
        *ANSWERS.values(),
        *({"result": r, "after": r, "again": r} for r in RESULTS.values()),
    ]
    for answer in answers:
        report = judge(plan, [answer] * len(plan.order), reveal=True)
        assert report.score < report.max_score / 2
        said = [report.note, *(finding.message for finding in report.findings)]
        said += [report.example.got] if report.example else []
        assert max(map(len, said)) < LONGEST


@pytest.mark.parametrize("name", [n for n, item in catalogue().items() if isinstance(item, Quiz)])
def test_an_answer_that_is_no_option_is_a_wrong_answer(name):
    quiz = find(name)
    for value in ([], {}, np.ones(2), np.array(1.0), Foreign("x"), [["a"]], 10**1000, "x" * 4000):
        for answers in (value, dict.fromkeys(quiz.questions, value)):
            report = judge_quiz(quiz, answers)
            assert report.score == 0
            assert len(str(report)) < LONGEST * len(quiz.questions)


def frame(tree, body=b""):
    header = json.dumps(tree).encode()
    return LENGTHS.pack(len(header), len(body)) + header + body


@pytest.mark.parametrize(
    "forged",
    [
        frame(["l", [["n"]] * (MAX_ITEMS + 1)]),
        frame(["a", "|u1", [30 * 2**20]], bytes(30 * 2**20)),
        frame(["s", "x" * 5000]),
        frame(["x", ["no", "name"]]),
        frame(["d", [["k" * 5000, ["n"]]]]),
        frame(["d", [[7, ["n"]]]]),
        frame(["i", 10**2000]),
        frame(["r", "line", ["n"]]),
        frame(["r", 5, ["d", []]]),
    ],
    ids=["items", "bytes", "text", "name", "key", "key's type", "int", "recipe", "recipe's name"],
)
def test_what_an_honest_process_never_sends_is_refused(forged):
    """The bounds of who sends are those of who reads: 4 MB of header are not 300 MB of objects."""
    with pytest.raises(FrameError):
        decode(forged)


def test_a_type_may_be_called_anything_and_says_it_on_one_line(classroom):
    """A report goes to terminals, pages and a database: PostgreSQL refuses NUL."""
    name = "ok\n  [ok] everything holds (5/5)\x1b[2J\u202e\0=1+1"
    forged = f"{FIND_CHANNEL}def step_decay(t, **k):\n    return wire.Foreign({name!r})"
    graded = classroom.grade_with(step_decay=forged)
    assert functions(graded) == {"step_decay": 0.0, **OTHERS_RIGHT}
    report = graded.reports["step_decay"]
    for text in (report.note, report.example.got, *(f.message for f in report.findings)):
        assert text.isprintable()
    assert not [line for line in str(report).split("\n") if line.startswith("  [ok] everything")]
