"""The idea of unit 14 turned round: the longest memory that keeps a step after a jump short."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number

from . import UNIT


def _reference(jump, most, *, beta1):
    needed = ((beta1 + (1 - beta1) * jump) / most) ** 2
    if needed <= 1:
        return 1.0
    return (jump**2 - needed) / (jump**2 - 1)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    usual = partial(given, beta1=0.9)
    for low, high in ((15, 30), (40, 90), (200, 900)):
        jump = float(rng.uniform(low, high))
        whole = 0.9 + 0.1 * jump
        for share in (0.3, 0.8):
            most = 1 + share * (min(whole, 4.0) - 1)
            yield usual(jump, most).on("values", f"the jump is {low} to {high}-fold")
    for beta1 in (0.5, 0.8, 0.95):
        jump = float(rng.uniform(30, 60))
        yield given(jump, 1.1, beta1=beta1).on("values", f"beta1 is {beta1}")
    yield usual(50.0, 1.0).on("values", "the step may be as long as the rate")
    yield usual(1000.0, 2.0).on("values", "the jump is huge")
    yield usual(3, 1).on("values", "jump and most are whole numbers")
    plain = float(rng.uniform(4, 9))
    yield given(plain, 2.0, beta1=0.0).on("values", "beta1 is 0, so there is no momentum")
    yield usual(float(rng.uniform(3, 5.5)), 1.5).on("any", "any memory keeps the step short enough")
    yield usual(11.0, 2.0).on("any", "even an endless memory just keeps it short enough")
    yield usual(11.0 + 1e-3, 2.0).on("any", "an endless memory is just too long")
    yield usual(1.0, 1.0).on("any", "nothing jumps")
    yield usual(20.0, 50.0).on("any", "very long steps are allowed")


BETA2_FOR_STEP = Exercise(
    name="beta2_for_step",
    unit=UNIT,
    signature="beta2_for_step(jump, most, *, beta1)",
    returns=Number(),
    reference=_reference,
    cases=_cases,
    worth={"values": 3, "any": 1},
    statements={
        "values": "returns the largest beta2 with which the step stays within its bound",
        "any": "returns 1 where every memory keeps the step within its bound, and only there",
    },
)


@BETA2_FOR_STEP.variant
def as_written(jump, most, *, beta1):
    m = beta1 + (1 - beta1) * jump
    v = (m / most) ** 2
    if v <= 1:
        return 1.0
    return (jump**2 - v) / (jump**2 - 1)


@BETA2_FOR_STEP.variant
def with_the_share_of_the_new(jump, most, *, beta1):
    m = 1 + (1 - beta1) * (jump - 1)
    excess = m * m / (most * most) - 1
    return 1 if excess <= 0 else 1 - excess / (jump * jump - 1)


@BETA2_FOR_STEP.variant
def by_halving(jump, most, *, beta1):
    def step(beta2):
        m = beta1 + (1 - beta1) * jump
        return m / math.sqrt(beta2 + (1 - beta2) * jump**2)

    low, high = 0.0, 1.0
    if step(high) <= most:
        return high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if step(middle) <= most else (low, middle)
    return low


@BETA2_FOR_STEP.variant
def with_numpy(jump, most, *, beta1):
    m = beta1 * 1.0 + (1 - beta1) * np.float64(jump)
    v = np.square(m / most)
    return (
        np.float64(1.0) if v <= 1 else (np.square(float(jump)) - v) / (np.square(float(jump)) - 1)
    )


@BETA2_FOR_STEP.variant
def question_first(jump, most, *, beta1):
    m = beta1 + jump - beta1 * jump
    if m <= most:
        return 1.0
    squares = most**2 * (jump**2 - 1)
    return ((most * jump) ** 2 - m**2) / squares


BETA2_FOR_STEP.misconception(
    "no-momentum",
    Edit(as_written, ("beta1 + (1 - beta1) * jump", "jump")),
    where="Look at the numerator: how much of the new gradient does the first moment take?",
    why="The first moment takes a share 1 - beta1 of the new gradient and keeps beta1 of the old.",
    how="Use the first moment after the jump, not the gradient itself.",
)

BETA2_FOR_STEP.misconception(
    "forgets-the-old-moment",
    Edit(as_written, ("beta1 + (1 - beta1) * jump", "(1 - beta1) * jump")),
    where="Before the jump the first moment was 1. Is that gone at once?",
    why="A share beta1 of the old first moment remains.",
    how="Add beta1 times 1 to the share of the new gradient.",
)

BETA2_FOR_STEP.misconception(
    "forgets-the-old-second-moment",
    Edit(as_written, ("(jump**2 - v) / (jump**2 - 1)", "1 - v / jump**2")),
    where="Put your beta2 back into v: how much of the old v is in it?",
    why="The old second moment, 1, stays with a share beta2.",
    how="Solve beta2 + (1 - beta2) * jump**2 = v for beta2.",
)

BETA2_FOR_STEP.misconception(
    "shares-swapped",
    Edit(as_written, ("return (jump**2 - v) / (jump**2 - 1)", "return (v - 1) / (jump**2 - 1)")),
    where="Put your beta2 back into v: which share does the *old* second moment get?",
    why="beta2 is the share that is kept; 1 - beta2 goes to the new square.",
    how="Take 1 minus what you have.",
)

BETA2_FOR_STEP.misconception(
    "no-square",
    Edit(as_written, ("(jump**2 - v) / (jump**2 - 1)", "(jump - v) / (jump - 1)")),
    where="Of what is v an average?",
    why="v averages *squared* gradients.",
    how="The new gradient enters v as jump**2.",
)

BETA2_FOR_STEP.misconception(
    "no-root",
    Edit(as_written, ("(m / most) ** 2", "m / most")),
    where="The step divides by the root of v. Which v makes the step equal `most`?",
    why="From m / sqrt(v) = most follows v = (m / most)**2.",
    how="Square the ratio.",
)

BETA2_FOR_STEP.misconception(
    "forgets-the-bound",
    Edit(as_written, ("(m / most) ** 2", "m**2")),
    where="Does your answer depend on `most`?",
    why="A longer step may be had with a longer memory.",
    how="Divide the first moment by `most` before you square it.",
)

BETA2_FOR_STEP.misconception(
    "above-one",
    Edit(as_written, ("v <= 1", "False")),
    where="Try a small jump and a generous bound: is your beta2 a share?",
    why="Where even an endless memory keeps the step short, the equation gives more than 1 (or 0 / 0).",
    how="Return 1 where the step with beta2 = 1, the first moment itself, is within the bound.",
)

BETA2_FOR_STEP.misconception(
    "one-only-without-a-jump",
    Edit(as_written, ("if v <= 1:", "if jump <= 1:")),
    where="Try a jump of 5 with steps of up to 1.5 rates.",
    why="A small jump needs no shorter memory either.",
    how="Ask whether the first moment itself is within the bound.",
)

BETA2_FOR_STEP.misconception(
    "the-step-instead",
    Edit(
        as_written,
        ("return (jump**2 - v) / (jump**2 - 1)", "return m / math.sqrt(0.999 + 0.001 * jump**2)"),
    ),
    where="The result should be a beta2, between 0 and 1.",
    why="That is the step with beta2 = 0.999; the question is which beta2 gives a certain step.",
    how="Solve the step for beta2.",
)

BETA2_FOR_STEP.misconception(
    "betas-swapped",
    Edit(as_written, ("beta1 + (1 - beta1) * jump", "(1 - beta1) + beta1 * jump")),
    where="Look at the share of the new gradient in the first moment.",
    why="beta1 is the share that is *kept*.",
    how="The new gradient gets 1 - beta1.",
)
