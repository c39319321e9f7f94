"""The predictions and the exit quiz of unit 01: dead units, bowls, rates without a loss."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_01",
    UNIT,
    p1=("Rates 0.05 and 0.45: whose fourth step is longer?", "abc"),
    p2=("Loss from 2.303 to 2.299: right on unseen images ...", "abcd"),
    p3=("Rate 100 against rate 1, on unseen images: ...", "abc"),
)

QUIZ = Quiz(
    "quiz_01",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "Loss 2.4, then 30, then 2.30 for ever: what do you try first?",
            {
                "a": "A larger rate cures a run that creeps; this one leapt, and its units died.",
                "b": (
                    "Right: the leap killed the hidden units, and no rate revives them; a smaller "
                    "one from a new start never kills them."
                ),
                "c": "No gradient reaches a dead unit, so more updates change nothing.",
                "d": (
                    "A guess is not a minimum: other weights have a far lower loss, but no slope "
                    "leads there any more."
                ),
            },
            "b",
        ),
        "q2": Question(
            "f(w) = 2 w^2: which rate lands in one step?",
            {
                "a": "4 is the curvature itself: the multiplier would be 1 - 16 = -15.",
                "b": "1 - 1*4 = -3: it diverges. Only for curvature 1 does rate 1 land.",
                "c": (
                    "1 - 4/2 = -1: it hops for ever. That is the limit 2/curvature, not the rate "
                    "that lands."
                ),
                "d": "Right: the multiplier 1 - lr*4 is zero at 1/4, one over the curvature.",
            },
            "d",
        ),
        "q3": Question(
            "From the mean over 1,000 examples to the sum, same path: the rate must be ...",
            {
                "a": "The data did not change, but the slope did: a sum is 1,000 times as steep.",
                "b": (
                    "That makes each step a million times too long: the slope grew, so the rate "
                    "must shrink."
                ),
                "c": "Right: slope times 1,000, so rate divided by 1,000 gives the same step.",
                "d": (
                    "The square root belongs to noise in mini-batches (unit 03), not to this "
                    "rescaling."
                ),
            },
            "c",
        ),
        "q4": Question(
            "Seven runs and no idea: which rates?",
            {
                "a": (
                    "Right: what a rate does depends on its ratio to the curvature, so step by "
                    "factors."
                ),
                "b": (
                    "All seven lie within one decade; the best rate of this unit's table is over "
                    "a hundred times the largest of them."
                ),
                "c": (
                    "Seeds measure noise around one guess; they cannot tell you that the guess is "
                    "off."
                ),
                "d": "Nine in ten of these fall above 0.1: the small decades are hardly visited.",
            },
            "a",
        ),
    },
)
