"""The predictions and the exit quiz of unit 12: what warmup saves, and who must know the end."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_12",
    UNIT,
    p1=("With 100 updates of warmup to rate 0.2, of six seeds ...", "abc"),
    p2=("A failed run stays at a loss of 2.30. What is it doing?", "abc"),
    p3=("Branches of one run against cosines planned for each budget ...", "abc"),
)

QUIZ = Quiz(
    "quiz_12",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "warmup(t, lr=0.4, steps=4): the rates of the first four updates?",
            {
                "a": (
                    "t / steps wastes the first update on a rate of 0 and reaches the peak one late"
                ),
                "b": "Right: lr * (t + 1) / steps, first above 0, peak at t = steps - 1.",
                "c": "That divides by steps + 1: the peak would come at the fifth update.",
                "d": (
                    "That ramp has both ends on it: the peak comes in time, but the first update "
                    "has a rate of 0 and is wasted."
                ),
            },
            "b",
        ),
        "q2": Question(
            "Loss ln 10 for 500 updates; you lower the rate tenfold. What happens?",
            {
                "a": "Right: a dead layer passes nothing forward and no gradient back.",
                "b": "A rate multiplies a gradient; where a whole layer is dead there is none.",
                "c": (
                    "A plateau has a small slope; here it is 0 for all that feeds the dead layer, "
                    "and time does not multiply 0."
                ),
            },
            "a",
        ),
        "q3": Question(
            "A cosine planned for 10,000 stopped at 2,500, against one planned for 2,500 ...",
            {
                "a": "Equal updates are not enough: one has cashed in, the other has not yet.",
                "b": "Its lower rate at the end is an advantage in such a comparison.",
                "c": "Right: at a quarter of its plan its rate is still at 85 % of the peak.",
            },
            "c",
        ),
        "q4": Question(
            "chain([warmup_30, cosine_100], [30]): which t does the cosine get at update 80?",
            {
                "a": "80 is the clock of the whole; each piece has its own, which starts at 0.",
                "b": "30 is the length of the first piece, and is to be taken off.",
                "c": "The cosine began at update 30 with its own 0, so no one is to be added.",
                "d": "Right: 80 - 30 updates have passed since the cosine began.",
            },
            "d",
        ),
    },
)
