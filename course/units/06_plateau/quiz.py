"""The predictions and the exit quiz of unit 06: counting bad values, noise, and patience."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_06",
    UNIT,
    p1=("Losses 1.0, 0.8, 0.95, 0.90, 0.85 with patience 2: the rate is cut ...", "abc"),
    p2=("A noisy loss that is still falling, patience 0: the first cut comes ...", "abc"),
    p3=("Patience 2, the loss looked at every 10 or every 50 updates ...", "abc"),
)

QUIZ = Quiz(
    "quiz_06",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "best = 0.5, min_delta = 0.01, and the metric is 0.495. Then ...",
            {
                "a": "It is lower, but by half of what counts: best stays, so gains can add up.",
                "b": "One bad value cuts only if the patience is used up by it.",
                "c": "A small gain does not stop the count; only a value below 0.49 resets it.",
                "d": "Right: 0.495 is not below 0.49, so it is one more bad value.",
            },
            "d",
        ),
        "q2": Question(
            "After a lucky low value the loss falls steadily, always above that value. The rule ...",
            {
                "a": "The rule never compares with the value before, only with the best so far.",
                "b": (
                    "Right: against the best every value is bad, however well the loss is falling."
                ),
                "c": "The best is kept for ever; no rule here forgets an old one.",
                "d": "Nothing measures a spread: only best and bad are remembered.",
            },
            "b",
        ),
        "q3": Question(
            "The loss is looked at five times as often. To be as cautious as before, patience ...",
            {
                "a": "Patience counts looks: with the same number it runs out five times sooner.",
                "b": "A fifth would run out twenty-five times sooner than before.",
                "c": (
                    "Right: about five times as large covers the same number of updates (and even "
                    "then it meets more noise)."
                ),
                "d": "min_delta helps against noise, but the time that is waited is still a fifth.",
            },
            "c",
        ),
        "q4": Question(
            "The test set decides when the rate is cut, and then reports the result. What is wrong?",
            {
                "a": "Gradients are not the only way in: a decision that looked at it has used it.",
                "b": "The rule works on any metric; that is not what is wrong.",
                "c": (
                    "Right: it took part in training, so the report is too good; cut by one part "
                    "and judge by another."
                ),
                "d": (
                    "A larger test set would be less noisy, and having decided, it would still "
                    "report too well."
                ),
            },
            "c",
        ),
    },
)
