"""The predictions and the exit quiz of unit 13: the edge, the width, and methods without a rate."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_13",
    UNIT,
    p1=("The largest curvature meets the limit 2/0.1. From then on ...", "abc"),
    p2=("Adam's best rate at width 16, used at width 256 ...", "abc"),
    p3=("DoG against SGD tuned for each budget ...", "abc"),
)

QUIZ = Quiz(
    "quiz_13",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "Sharpness hovers at 40 with rate 0.05; you halve the rate. The sharpness ...",
            {
                "a": "It hovered because the rate held it there; the new rate holds it elsewhere.",
                "b": "The other way round: a smaller rate is stable in sharper places.",
                "c": "Right: the edge is now at 2/0.025, and nothing holds it below that.",
            },
            "c",
        ),
        "q2": Question(
            "Best rate 0.02 at width 64; under muP the hidden matrix at width 512 gets ...",
            {
                "a": "That raises the rate eightfold: eight times as many moves would add up.",
                "b": "Right: eight times as many inputs, an eighth of the rate.",
                "c": "That divides by the root of 8: it would fit moves of random sign.",
                "d": "One rate for every width is the standard form; its best rate moves.",
            },
            "b",
        ),
        "q3": Question(
            "Loss 9, lowest loss 1, gradient (0, 4), cap 5. Polyak's rate is ...",
            {
                "a": "Right: the gap is 8, the squared length 16, and the cap is far.",
                "b": "That divides by the length, 4, in place of its square.",
                "c": "That divides the whole loss; what can be gained is the gap of 8.",
                "d": "That is the stochastic form, which divides by half of the squared length.",
            },
            "a",
        ),
        "q4": Question(
            "Which point of schedule-free SGD do you save as the model?",
            {
                "a": "z makes the steps and shakes as SGD does; nothing has been averaged in it.",
                "b": "y lies between z and x; to save it is the fault that `eval()` prevents.",
                "c": "Right: x is the average, in which the shaking has cancelled.",
            },
            "c",
        ),
    },
)
