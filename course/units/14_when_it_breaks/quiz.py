"""The predictions and the exit quiz of unit 14: where a spike comes from, and what mends it."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz

from ...shared.predictions import predictions
from .exercises import UNIT

PREDICT = predictions(
    "predict_14",
    UNIT,
    p1=("Three damaged batches: what does the unseen loss do?", "abc"),
    p2=("Which change leaves the highest spike?", "abc"),
    p3=("Sixteen windows by heart, nothing damaged: who spikes?", "abc"),
    p4=("Going on from the weights alone, with fresh moments ...", "abc"),
)

QUIZ = Quiz(
    "quiz_14",
    UNIT,
    points=1,
    questions={
        "q1": Question(
            "Gradient norm 30 at update 1,001, highest loss at 1,004. What do you do first?",
            {
                "a": "A longer memory takes the jump in even later: the steps get longer.",
                "b": "Right: the gradient jumped there; momentum handed it out for some updates.",
                "c": "By then the gradient was usual again; that is where momentum had brought it.",
                "d": "One batch is no reason to pay with every update that follows; look first.",
            },
            "b",
        ),
        "q2": Question(
            "beta1 0.9, beta2 0.95, a million-fold jump: how long is the step?",
            {
                "a": "Adam divides by the root of v, which has taken the jump in as well.",
                "b": "That is 0.1 / sqrt(0.001), the bound with beta2 = 0.999.",
                "c": "One rate is the step of gradients that do not change.",
                "d": "Right: 0.1 / sqrt(0.05), which ever larger jumps come ever nearer to.",
            },
            "d",
        ),
        "q3": Question(
            "Clipped at 1.0, never above 0.2 before clipping, and still a spike.",
            {
                "a": "Clipped at 0.1, all ten of our runs without damage still spiked.",
                "b": "That turns the step, and these gradients are short already.",
                "c": "Right: a rate divided by the root of a fading v grows by itself.",
            },
            "c",
        ),
        "q4": Question(
            "An overflow is skipped at update 500. What goes on counting?",
            {
                "a": "Clocks count updates, not batches; bias correction would be wrong otherwise.",
                "b": "Right: a skipped update is none.",
                "c": "The schedule's clock is that of the updates, like Adam's.",
            },
            "b",
        ),
        "q5": Question(
            "Weights, moments, t and the schedule's clock are saved. What is missing?",
            {
                "a": "Right: with another order the run is as good, but it is another run.",
                "b": "It is used up: the next update takes the gradient of the next batch.",
                "c": "Ask which batch the next update will read.",
            },
            "a",
        ),
    },
)
