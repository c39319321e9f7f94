"""The predictions and the exit quiz of unit 00: names and copies, runs and order."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions("predict_00", UNIT, p1=("After y = double(x), what does x hold?", "abc"))

QUIZ = Quiz(
    "quiz_00",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "A notebook shows In [7] above In [3]. What is certain?",
            {
                "a": (
                    "Right: numbers count runs, so the cell further down ran before the one above."
                ),
                "b": "Numbers count runs, not places: cell 3 ran first, wherever it stands.",
                "c": (
                    "Nothing is broken: running cells in any order is allowed, and that is the "
                    "trap."
                ),
            },
            "a",
        ),
        "q2": Question(
            "A check is green. What does that say about the grade?",
            {
                "a": (
                    "Close, but nothing in the notebook is trusted: grading runs your function "
                    "anew."
                ),
                "b": (
                    "Right: fresh inputs, same judge; only an answer tied to the examples would "
                    "differ."
                ),
                "c": (
                    "Graded inputs are fresh, but of the same kinds; there is no stricter second "
                    "exam."
                ),
            },
            "b",
        ),
        "q3": Question(
            "Before you hand in, which one habit finds hidden state?",
            {
                "a": "Saving keeps the file, including cells that no longer work in order.",
                "b": "Running a single cell again uses the same kernel, so the same hidden state.",
                "c": (
                    "Right: a fresh kernel knows only what the cells, from top to bottom, tell it."
                ),
            },
            "c",
        ),
    },
)
