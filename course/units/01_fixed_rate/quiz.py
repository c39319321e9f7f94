"""The predictions and the exit quiz of unit 01: overshooting, flat curves, rates without a loss."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_01",
    UNIT,
    p1=("One and a half times the perfect rate: the marble ...", "abcd"),
    p2=("Loss from 2.303 to 2.299: right on unseen images ...", "abcd"),
    p3=("At rate 100 the loss climbs above 100, and after 200 updates is ...", "abc"),
)

QUIZ = Quiz(
    "quiz_01",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "A loss curve flat for 200 updates: what may you conclude?",
            {
                "a": "At rate 0.0001 the curve was flat and seven unseen images in ten were right.",
                "b": "A tiny rate times a large slope is flat too; look at the gradient to know.",
                "c": (
                    "Right: a flat curve has several causes, and one larger rate tells them apart."
                ),
                "d": (
                    "Updates that cancel are a zigzag, not a flat line, and the loss would jump "
                    "about."
                ),
            },
            "c",
        ),
        "q2": Question(
            "f(w) = 2 w^2: which rate lands in one step?",
            {
                "a": "4 is the curvature itself: the multiplier would be 1 - 16 = -15.",
                "b": "1 - 1*4 = -3: it diverges. Only for curvature 1 is the perfect rate 1.",
                "c": (
                    "1 - 4/2 = -1: it hops for ever. That is the limit 2/curvature, not the best "
                    "rate."
                ),
                "d": "Right: the multiplier 1 - lr*4 is zero at 1/4, one over the curvature.",
            },
            "d",
        ),
        "q3": Question(
            "From the mean over 1,000 examples to the sum, same path: the rate must be ...",
            {
                "a": "The data did not change, but the slope did: a sum is 1,000 times as steep.",
                "b": "Right: slope times 1,000, so rate divided by 1,000 gives the same step.",
                "c": (
                    "That makes each step a million times too long: the slope grew, so the rate "
                    "must shrink."
                ),
                "d": (
                    "The square root belongs to noise in mini-batches (unit 03), not to this "
                    "rescaling."
                ),
            },
            "b",
        ),
        "q4": Question(
            "Seven runs and no idea: which rates?",
            {
                "a": (
                    "All seven lie within one decade; the best rate of this unit's table is over "
                    "a hundred times the largest of them."
                ),
                "b": (
                    "Right: what a rate does depends on its ratio to the curvature, so step by "
                    "factors."
                ),
                "c": (
                    "Seeds measure noise around one guess; they cannot tell you that the guess is "
                    "off."
                ),
                "d": "Nine in ten of these fall above 0.1: the small decades are hardly visited.",
            },
            "b",
        ),
    },
)
