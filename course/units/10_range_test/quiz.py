"""The predictions and the exit quiz of unit 10: what a range test's curve does and does not say."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_10",
    UNIT,
    p1=("Ten tests, steepest fall: the largest suggestion is how many times the smallest?", "abc"),
    p2=("800 updates at a tenth of the lowest point's rate, against a full search ...", "abc"),
    p3=("800 updates from the weights that the test wrecked ...", "abc"),
)

QUIZ = Quiz(
    "quiz_10",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "What does the lowest point of the curve mark?",
            {
                "a": "It stands at the edge of the cliff: here three of ten such runs were wrecked.",
                "b": "Right, about: exact for one curvature; with more it lies beyond, and moves with the test.",
                "c": "The loss there was made by all the rates before it, in one update each.",
            },
            "b",
        ),
        "q2": Question(
            "beta = 0.9, the first loss is 2: the first entry of the corrected average?",
            {
                "a": "0.2 is the average before the correction; nine tenths of it are the zero.",
                "b": "1.8 weighs the loss by beta; its weight is 1 - beta, and then it is corrected.",
                "c": "Right: 0.1 * 2 / (1 - 0.9) = 2, the only loss there is.",
            },
            "c",
        ),
        "q3": Question(
            "Three times as many updates over the same range: the steepest fall ...",
            {
                "a": "How far the loss has come when a rate is reached depends on the length of the test.",
                "b": "Right: more updates at small rates have already brought the loss down.",
                "c": "More updates do more work before each rate, so the fall comes earlier.",
            },
            "b",
        ),
        "q4": Question(
            "What has to be as it was before the test?",
            {
                "a": "A velocity from the far end of the test would push the first steps away.",
                "b": "Right, and the generator that draws the batches, if runs are to be repeated.",
                "c": "Its last steps blew the loss up; some wrecks never recovered in 800 updates.",
            },
            "b",
        ),
    },
)
