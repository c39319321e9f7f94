"""The predictions and the exit quiz of unit 03: floors, shuffling, batch sizes and decay."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_03",
    UNIT,
    p1=("Half the rate, as long as it takes: the loss stops ...", "abc"),
    p2=("Shuffled batches instead of drawn ones, rate 0.01: the floor is ...", "abc"),
    p3=("From batches of 4 to batches of 256, the best rate is ...", "abcd"),
)

QUIZ = Quiz(
    "quiz_03",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "The loss of SGD at a small fixed rate has settled. You train ten times longer.",
            {
                "a": (
                    "Time does not occur in the formula of the floor: shrinking and kicks are in "
                    "balance."
                ),
                "b": "Right: it stays on its floor; only a rate, a batch or the noise can move it.",
                "c": "Near the limit a run diverges; on a floor far below it nothing adds up.",
            },
            "b",
        ),
        "q2": Question(
            "Which change lowers the floor most, at a small rate?",
            {
                "a": (
                    "Half the rate halves it; the square of a step enters, but the pull is weaker "
                    "too."
                ),
                "b": "Right: four times the batch divides the variance, and the floor, by 4.",
                "c": "A steeper bowl weighs each stray more and allows less of it: no change.",
                "d": "Another seed gives other kicks, but kicks of the same size.",
            },
            "b",
        ),
        "q3": Question(
            "Rate 0.1 at batch 32 works well. What does the linear rule say for batch 8?",
            {
                "a": "That scales the wrong way: a smaller batch is noisier and bears less.",
                "b": "That is the square-root rule: half the rate for a quarter of the batch.",
                "c": "Right: a quarter of the batch, a quarter of the rate.",
                "d": "Then rate over batch, and the floor with it, would be four times as high.",
            },
            "c",
        ),
        "q4": Question(
            "Why does a decaying rate often end lower than any fixed one?",
            {
                "a": (
                    "Right: it goes the distance while far away, and lowers the floor when it "
                    "arrives."
                ),
                "b": (
                    "The limit of stability does not shrink on a bowl; it is the noise that asks "
                    "for less."
                ),
                "c": (
                    "The noise of a batch is as large as before; a smaller rate only lets less of "
                    "it in."
                ),
                "d": "A small rate from the start pays for its low floor with the way there.",
            },
            "a",
        ),
    },
)
