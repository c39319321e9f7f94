"""The predictions and the exit quiz of unit 05: half-lives, totals, and what lies after the end."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_05",
    UNIT,
    p1=("How far a run gets along a gentle valley depends, very nearly, on ...", "abc"),
    p2=("Three decays, each from its own best first rate: the lowest loss has ...", "abcd"),
    p3=("The best fixed rate is 0.35; the best first rate of a decay is ...", "abc"),
)

QUIZ = Quiz(
    "quiz_05",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "Exponential decay, gamma = 0.25, every = 100: when is half of the rate left?",
            {
                "a": "Right: a quarter is two halvings, so one halving takes half of 100 updates.",
                "b": (
                    "67 is where a straight line to a quarter has lost half; an exponential "
                    "loses more at first."
                ),
                "c": "After 72 updates 1/e, which is 37 %, is left: that is the time constant.",
                "d": "Twice `every` leaves a quarter of a quarter; the half comes before, not after.",
            },
            "a",
        ),
        "q2": Question(
            "An exponential decay has stalled; ten times more updates change nothing. Why?",
            {
                "a": (
                    "Nothing says that it is a minimum: the gradient may be as large as ever "
                    "while the step is not."
                ),
                "b": "The noise shrinks with the rate; at the end there is less of it, not more.",
                "c": "The rate never becomes exactly zero; it becomes too small to matter.",
                "d": (
                    "Right: its rates add up to a finite total, so the rest of the way is out of "
                    "reach however long it runs."
                ),
            },
            "d",
        ),
        "q3": Question(
            "0.3 is your best fixed rate. You change to a straight line down to 0. What first?",
            {
                "a": (
                    "The best rate belongs to the schedule: a decay walks less far from the same "
                    "first rate."
                ),
                "b": (
                    "Decay already lowers the rate on average; halving the start as well makes "
                    "the walk four times shorter."
                ),
                "c": (
                    "Doubling gives equal totals, a good guess, but the first updates may not be "
                    "stable at 0.6: try it, do not trust it."
                ),
                "d": (
                    "Right: search again, from 0.3 upwards, because decays usually bear and need "
                    "a larger start."
                ),
            },
            "d",
        ),
        "q4": Question(
            "`lr0 * (1 - t/steps)**2`, run for longer than `steps`: the rate ...",
            {
                "a": "Nothing in the formula holds it at 0; that takes `min(t, steps)`.",
                "b": "Right: a negative number squared is positive, so the rate turns and rises.",
                "c": "Complex numbers come from powers such as 0.9; a square is always real.",
                "d": "A negative rate comes from odd powers, such as 1; a square is not negative.",
            },
            "b",
        ),
    },
)
