"""The predictions and the exit quiz of unit 11: where a cycle stops, and what it leaves."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_11",
    UNIT,
    p1=("Loss on unseen images at the top of a cycle against the bottom before it ...", "abc"),
    p2=("On the straight line from one bottom to the next, the training loss ...", "abc"),
    p3=("To match 300 updates of one cycle, a constant rate needs ...", "abc"),
)

QUIZ = Quiz(
    "quiz_11",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "base_lr = 0.1, max_lr = 0.5, half_cycle = 10: the rate at t = 25?",
            {
                "a": "Right: half-way up the second cycle, 0.1 + (0.5 - 0.1) * 0.5.",
                "b": (
                    "That is 0.1 + 0.5 * 0.5: the amplitude is max_lr - base_lr, not max_lr itself."
                ),
                "c": (
                    "The top is at t = 10 and at t = 30; a half-cycle is 10 updates, a cycle is 20."
                ),
                "d": "That is half of the top, as if the cycle started at 0; it starts at base_lr.",
            },
            "a",
        ),
        "q2": Question(
            "1,000 updates, half-cycle 200, poor final loss. First suspicion?",
            {
                "a": "More cycles would not help a run that stops on its way up.",
                "b": (
                    "Right: 1,000 is five half-cycles, an odd number, so the last rate is the top."
                ),
                "c": "Perhaps, but the comparison has not been fair yet: look at the last rate.",
                "d": "The base rate is not in use at the end of this run: it ends at the top.",
            },
            "b",
        ),
        "q3": Question(
            "first_cycle = 5, multiplier = 2: when does the third cycle begin?",
            {
                "a": "10 would be the third start if all cycles were 5 long; the second lasts 10.",
                "b": "20 is the length of the third cycle, not its start.",
                "c": "Right: 5 + 10 updates come before it, t = 0 to 14.",
                "d": "The first 15 updates are t = 0 to 14; the next one, t = 15, is the restart.",
            },
            "c",
        ),
        "q4": Question(
            '"One cycle reaches in 10 epochs what the baseline reaches in 100." Ask first?',
            {
                "a": "Momentum matters a little; the choice of the baseline matters most.",
                "b": (
                    "Right: a baseline without decay, or at an untuned rate, or planned for another"
                    " budget, is easy to beat."
                ),
                "c": "The size may matter, but it is the same on both sides of the comparison.",
                "d": (
                    "A large factor is what an untuned baseline produces, too: ask how it was tuned"
                ),
            },
            "b",
        ),
    },
)
