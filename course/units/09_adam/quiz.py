"""The predictions and the exit quiz of unit 09: Adam's first steps, its rate and its decay."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_09",
    UNIT,
    p1=("Adam's very first update: gradients 100 and 0.001. How far does each move?", "abc"),
    p2=("Without bias correction, Adam's first update with the usual betas is ...", "abc"),
    p3=("Adam at a constant rate against SGD whose rate falls to 0, each tuned ...", "abc"),
)

QUIZ = Quiz(
    "quiz_09",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "beta1 = 0.8; after the second update m is 1.8. What is the corrected m?",
            {
                "a": "The start at 0 still has the share 0.8**2 = 0.64 of m, so m is too small.",
                "b": "Right: 1.8 / (1 - 0.8**2) = 1.8 / 0.36 = 5.",
                "c": "1 - 0.8 is the gradients' share at t = 1; by t = 2 it has grown to 1 - 0.8**2.",
                "d": "That divides by 0.8, which is no share of anything after two updates.",
            },
            "b",
        ),
        "q2": Question(
            "A schedule halves Adam's rate. Its steps become ...",
            {
                "a": "The root divides the gradient, not the rate: the rate still scales the step.",
                "b": "Right: the step is the rate times a quotient that knows nothing of the rate.",
                "c": "That would hold if the rate stood under the root too; it stands outside.",
            },
            "b",
        ),
        "q3": Question(
            "Adam with an L2 penalty in the gradient: which weights decay least?",
            {
                "a": (
                    "Right: the penalty is divided by the same root as the gradient, so where "
                    "gradients are large hardly any of it is left."
                ),
                "b": "There the root is small, so the penalty arrives almost undivided, or larger.",
                "c": "That is true of AdamW, whose decay is not divided by anything.",
            },
            "a",
        ),
        "q4": Question(
            "A colleague: 'Adam adapts its rate, so I leave it at 0.001 for every model.'",
            {
                "a": (
                    "It adapts how the rate is shared out among parameters; how long steps are "
                    "and when they shrink is still yours to set."
                ),
                "b": (
                    "On the digits the best start was about three times as high with a falling rate: "
                    "no one number suits every model, budget and schedule."
                ),
                "c": (
                    "Right: the shares adapt, the overall scale and its decay do not; tune the "
                    "rate and let it fall."
                ),
            },
            "c",
        ),
    },
)
