"""The predictions and the exit quiz of unit 17: what a comparison can say, and what it cannot."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_17",
    UNIT,
    p1=("Digits, both tuned alike: is Adam better than momentum?", "abc"),
    p2=("Words: what is left of Adam's lead after 1,200 updates?", "abc"),
    p3=("Coin flips for labels: the best test accuracy of 200 epochs is about ...", "abc"),
)

QUIZ = Quiz(
    "quiz_17",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "A tuned method ends 5 % lower than SGD with the usual rate. What follows?",
            {
                "a": "A usual rate is usual on somebody else's problem; on this one nobody looked.",
                "b": "Right: give both the same number of settings, then compare.",
                "c": (
                    "The spread over seeds says nothing about the settings that SGD never got to "
                    "try."
                ),
            },
            "b",
        ),
        "q2": Question(
            "The difference is -0.02, its margin 0.03. You write ...",
            {
                "a": "Not to see a difference is not to see that there is none: -0.05 fits too.",
                "b": "The interval reaches from -0.05 to +0.01: worse is possible as well.",
                "c": "Right: say what the interval holds, and that more seeds would narrow it.",
            },
            "c",
        ),
        "q3": Question(
            "The test part has been opened, and one grid should have reached further. You ...",
            {
                "a": "Right: what was seen stays reported, and the new question gets new data.",
                "b": (
                    "The test result made you look: tuning again after it lets the test part "
                    "choose which methods get a second chance."
                ),
                "c": "The reader should know that the grid was short: say so and repeat it cleanly.",
            },
            "a",
        ),
        "q4": Question(
            "Three seeds instead of five: the margin becomes about ...",
            {
                "a": "The spread of single runs may be the same; its mean is known less well.",
                "b": "That is the root of n alone; the factor T95 grows too, from 2.8 to 4.3.",
                "c": "Right: 4.303 / sqrt(3) is twice 2.776 / sqrt(5).",
            },
            "c",
        ),
    },
)
