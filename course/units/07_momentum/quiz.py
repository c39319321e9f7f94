"""The predictions and the exit quiz of unit 07: memory, three conventions, and fair comparison."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_07",
    UNIT,
    p1=("The gradient is 1 at every update, mu = 0.9: the velocity ends at ...", "abcd"),
    p2=("Plain limit 0.48, rate 0.8, momentum 0.9: the run ...", "abc"),
    p3=("Least squares, 10 updates, each at its best rate: the lower loss has ...", "abc"),
)

QUIZ = Quiz(
    "quiz_07",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "The gradient is 2 at every update, mu = 0.8. Where does the velocity settle?",
            {
                "a": "2 is the first velocity; four fifths of it are still there at the second.",
                "b": "1.6 is what is left of one gradient after one update; new ones are added.",
                "c": "Right: 2 / (1 - 0.8) = 10, where fading and adding balance.",
                "d": (
                    "It grows until a fifth of it, which fades, equals the 2 that is added, and "
                    "stays there; only without fading, at mu = 1, would it grow for ever."
                ),
            },
            "c",
        ),
        "q2": Question(
            "Classic rate 0.1 with mu = 0.9: which rate takes the same path with averaging?",
            {
                "a": "Right: 0.1 / (1 - 0.9) = 1 makes up for gradients that weigh a tenth.",
                "b": "With 0.1 every step of the averaging form is a tenth as long.",
                "c": "0.01 is the way back: averaged velocities are smaller, the rate is larger.",
                "d": "0.09 scales by mu; the weight of a gradient is 1 - mu.",
            },
            "a",
        ),
        "q3": Question(
            "Nesterov, rate 0.1, mu = 0.9, zero velocity, gradient 1: the first step?",
            {
                "a": "0.1 is plain momentum's first step; here the velocity works ahead already.",
                "b": "1 is the effective rate on a steady slope, reached after many updates.",
                "c": "0.09 is the look ahead alone; the gradient itself is missing.",
                "d": "Right: v = 1, so the step is 0.1 * (1 + 0.9 * 1) = 0.19.",
            },
            "d",
        ),
        "q4": Question(
            "On which problem can momentum not beat plain descent, each at its best rate?",
            {
                "a": "That is its home ground: the count of steps falls to about its square root.",
                "b": (
                    "Right: with one curvature the rate 1/curvature lands in one step, and "
                    "nothing is faster than that."
                ),
                "c": (
                    "With mu = 0.9 no direction can shrink by more than the root of 0.9 a step; "
                    "at ten updates on the diabetes data plain descent won by far."
                ),
            },
            "b",
        ),
    },
)
