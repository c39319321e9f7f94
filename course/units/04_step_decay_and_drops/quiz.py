"""The predictions and the exit quiz of unit 04: what a drop is made of, and boundaries."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_04",
    UNIT,
    p1=("Right after the rate is cut to a tenth, the loss on unseen images ...", "abc"),
    p2=("Budget 1,500 updates, one drop: which ends lower?", "abc"),
    p3=("Two cuts against the same share off at every update, same first and last rate ...", "abc"),
)

QUIZ = Quiz(
    "quiz_04",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "The loss plunges within a few updates of a drop. Why?",
            {
                "a": (
                    "The slope shows the same direction as before; shorter steps cannot know it "
                    "better."
                ),
                "b": (
                    "The gradient is as large as before at the drop; it is the step that became "
                    "shorter."
                ),
                "c": "One drop does not leave a bad region; the weights have hardly moved since.",
                "d": (
                    "Right: the smaller rate stops the shaking about the valley floor that hid "
                    "the progress."
                ),
            },
            "d",
        ),
        "q2": Question(
            "lr0 = 0.8, gamma = 0.5, every = 10: the rate at t = 10?",
            {
                "a": "Right: floor(10/10) = 1, so one halving has taken effect.",
                "b": (
                    "0.8 is the rate up to t = 9: t = 10 is the eleventh update, in the second "
                    "step."
                ),
                "c": "0.2 is reached at t = 20; counting the first step as a drop gives this.",
                "d": "0.8 - 0.5 subtracts gamma; a drop multiplies by it.",
            },
            "a",
        ),
        "q3": Question(
            "1,438 images, batches of 100: how many updates are 3 epochs?",
            {
                "a": "Rounding down forgets the short last batch, which is an update too.",
                "b": (
                    "Rounding once at the end mixes epochs: each epoch ends with its own short "
                    "batch."
                ),
                "c": "That counts images, not updates: one update uses 100 of them.",
                "d": "Right: ceil(1438/100) = 15 updates an epoch, three times.",
            },
            "d",
        ),
        "q4": Question(
            "After 350 updates run A, just dropped, is ahead of run B. Which is better at 1,500?",
            {
                "a": "A drop buys an early gain with a slower rest: the lead says little.",
                "b": "Not always: with a budget that ended at 350, A would be the right choice.",
                "c": (
                    "Right: a drop shows its gain at once and its cost later; compare at the end "
                    "of the budget."
                ),
            },
            "c",
        ),
    },
)
