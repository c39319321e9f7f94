"""The predictions and the exit quiz of unit 02: limits, overshooting, units and signs."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_02",
    UNIT,
    p1=("Curvature 2 along both axes of a turned valley: at rate 0.9 it ...", "abc"),
    p2=("The limit at which training really breaks is ... the predicted one", "abc"),
    p3=("Raw units: updates until the slowest direction is within a thousandth ...", "abc"),
)

QUIZ = Quiz(
    "quiz_02",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "A Hessian has eigenvalues 0.5, 2 and 8. The largest stable rate is below ...",
            {
                "a": (
                    "2/0.5 is the limit of the flattest direction; the steepest diverges long "
                    "before."
                ),
                "b": (
                    "That is 2 over the sum of all three; the others do not tighten the limit of "
                    "the steepest."
                ),
                "c": "Right: 2/8. The largest curvature alone sets the limit.",
                "d": "1/8 lands the steepest direction in one step; stability ends at twice that.",
            },
            "c",
        ),
        "q2": Question(
            "A parameter jumps to the other side of its optimum at each update.",
            {
                "a": (
                    "Jumping across begins at half of that limit; look whether the jumps grow or "
                    "shrink."
                ),
                "b": (
                    "Right: crossing begins at 1/lambda, and the fastest fixed rate crosses in "
                    "its steepest direction."
                ),
                "c": (
                    "With the wrong sign it would move away on one side, without ever crossing "
                    "over."
                ),
                "d": "One bowl is enough: a long step passes its bottom and comes back from there.",
            },
            "b",
        ),
        "q3": Question(
            "A length in millimetres instead of metres: the curvature along its weight ...",
            {
                "a": (
                    "The length is the same, but its numbers are not, and the loss sees only "
                    "numbers."
                ),
                "b": (
                    "The feature grows 1,000 times; but it enters the Hessian twice, as feature "
                    "times feature."
                ),
                "c": (
                    "The best weight does shrink, but the walls beside it become steeper, not "
                    "flatter."
                ),
                "d": "Right: the Hessian is X'X/n, so a factor of 1,000 in X enters twice.",
            },
            "d",
        ),
        "q4": Question(
            "Power iteration on a network's Hessian settles at -2.2. Which rate is the limit?",
            {
                "a": (
                    "Right: only upward curvature bounds the rate; shift the spectrum and iterate "
                    "again to find it."
                ),
                "b": (
                    "Downwards in this direction, but other directions curve upwards, and they "
                    "have limits."
                ),
                "c": (
                    "Size without sign is the trap: downhill curvature pushes away at any rate, "
                    "it sets no limit."
                ),
                "d": (
                    "Halving a number that means nothing gives another one; the sign is the news "
                    "here."
                ),
            },
            "a",
        ),
    },
)
