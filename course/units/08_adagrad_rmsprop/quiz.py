"""The predictions and the exit quiz of unit 08: who gets which rate, and when it helps."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

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
            "AdaGrad: A had a gradient of 0.5 at each of 16 updates, B one gradient of 8. "
            "Whose rate is larger now?",
            {
                "a": (
                    "The gradients add up to the same, but what is added up is their squares: "
                    "16 · 0.25 = 4 for A, 64 for B."
                ),
                "b": (
                    "AdaGrad does not count updates, it adds up squares: B's single one, 64, is "
                    "more than A's sixteen of 0.25 together."
                ),
                "c": "The sums do differ by a factor of 16, but their roots divide the rate.",
                "d": "Right: the sums are 4 and 64, their roots 2 and 8, so A has four times B's.",
            },
            "d",
        ),
        "q2": Question(
            "The gradient keeps the same size for 100 updates. AdaGrad's effective rate is then ...",
            {
                "a": (
                    "Right: the sum of 100 equal squares has ten times the root of one, so the "
                    "rate is a tenth of that after the first update."
                ),
                "b": "The sum grows at every update, so the rate cannot stay where it was.",
                "c": "The sum is 100 times larger, but the rate is divided by its root.",
                "d": "That would be exponential decay; a sum of squares grows in proportion to t.",
            },
            "a",
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
                "b": "The number of parameters alone says nothing about how they differ.",
                "c": (
                    "Strong correlations are valleys between the axes, which a rate for each "
                    "axis cannot follow."
                ),
                "d": (
                    "Right: one feature per word, most of them rare; frequencies differ along "
                    "the parameters themselves."
                ),
            },
            "d",
        ),
    },
)
