"""The predictions and the exit quiz of unit 03: floors, shuffling, batch sizes and certainty."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_03",
    UNIT,
    p1=("A bowl four times as steep, the same small rate: the loss stops ...", "abc"),
    p2=("Shuffled batches instead of drawn ones, rate 0.01: the floor is ...", "abc"),
    p3=("From batches of 4 to batches of 256, the best rate grows ...", "abcd"),
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
                "b": "Near the limit a run diverges; on a floor far below it nothing adds up.",
                "c": "Right: it stays on its floor; only a rate, a batch or the noise can move it.",
            },
            "c",
        ),
        "q2": Question(
            "Which change lowers the floor most, at a small rate?",
            {
                "a": (
                    "Half the rate halves it; the square of a step enters, but the pull is weaker "
                    "too."
                ),
                "b": "Another seed gives other kicks, but kicks of the same size.",
                "c": "A steeper bowl weighs each stray more and allows less of it: no change.",
                "d": "Right: four times the batch divides the variance, and the floor, by 4.",
            },
            "d",
        ),
        "q3": Question(
            "Rate 0.1 at batch 32 works well. What does the linear rule say for batch 8?",
            {
                "a": "Right: a quarter of the batch, a quarter of the rate.",
                "b": "That is the square-root rule: half the rate for a quarter of the batch.",
                "c": "That scales the wrong way: a smaller batch is noisier and bears less.",
                "d": "Then rate over batch, and the floor with it, would be four times as high.",
            },
            "a",
        ),
        "q4": Question(
            "Two rates, the same five seeds: what tells you most?",
            {
                "a": "The lower mean may be luck; without an interval you cannot know.",
                "b": (
                    "Right: what both runs of a seed share cancels, and the interval says what is "
                    "left to chance. If it holds 0, run more seeds."
                ),
                "c": (
                    "Overlapping intervals of separate means prove nothing: the paired difference "
                    "can still be certain."
                ),
                "d": "The best of five is the luckiest of five; it says least of all.",
            },
            "b",
        ),
    },
)
