"""The predictions and the exit quiz of unit 08: who gets which rate, and when it helps."""

from __future__ import annotations

from autograders.exercise import Question, Quiz

from ..predictions import predictions
from . import UNIT

PREDICT = predictions(
    "predict_08",
    UNIT,
    p1=("The rate that a rare word really gets, compared with that of 'the' ...", "abcd"),
    p2=("The loss is multiplied by 1,000, the rate is not touched. Which notices?", "abc"),
    p3=("A valley along an axis is turned by 45 degrees. At each method's best rate ...", "abc"),
)

QUIZ = Quiz(
    "quiz_08",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "AdaGrad: A had a gradient of 0.01 at each of 100 updates, B one gradient of 1. "
            "Whose rate is larger now?",
            {
                "a": "Their sums are 100 · 0.0001 = 0.01 and 1, so the rates differ tenfold.",
                "b": (
                    "B was updated seldom, but AdaGrad adds squares, it does not count updates: "
                    "B's sum is a hundred times larger."
                ),
                "c": "Right: A's root is 0.1 and B's is 1, so A has ten times the rate.",
            },
            "c",
        ),
        "q2": Question(
            "The gradient keeps the same size for 100 updates. AdaGrad's effective rate is then ...",
            {
                "a": "The sum grows at every update, so the rate cannot stay where it was.",
                "b": (
                    "Right: the sum of 100 equal squares has ten times the root of one, so the "
                    "rate is a tenth of that after the first update."
                ),
                "c": "The sum is 100 times larger, but the rate is divided by its root.",
                "d": "That would be exponential decay; a sum of squares grows in proportion to t.",
            },
            "b",
        ),
        "q3": Question(
            "RMSprop with eps negligible; every gradient becomes 50 times larger. Its steps ...",
            {
                "a": "The root in the divisor becomes 50 times larger as well, and cancels it.",
                "b": "Divided by the square they would be; the divisor is the root.",
                "c": "Right: gradient and root grow together, so their quotient stays.",
            },
            "c",
        ),
        "q4": Question(
            "For which data would you expect most from AdaGrad over a tuned SGD?",
            {
                "a": (
                    "Standardised features already have like curvatures: little is left for a "
                    "rate of each parameter to do."
                ),
                "b": (
                    "Right: one feature per word, most of them rare; frequencies differ along "
                    "the parameters themselves."
                ),
                "c": (
                    "Strong correlations are valleys between the axes, which a rate for each "
                    "axis cannot follow."
                ),
                "d": "The number of parameters alone says nothing about how they differ.",
            },
            "b",
        ),
    },
)
