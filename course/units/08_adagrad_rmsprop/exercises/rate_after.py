"""The idea of unit 08: the schedule that AdaGrad has built in."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for n in (2, 9, 100, int(rng.integers(20, 90)), int(rng.integers(200, 5000))):
        g, lr = float(rng.uniform(0.02, 6)), float(rng.uniform(0.05, 2))
        yield given(n, g, lr=lr).on("values", f"{n} gradients of {g:.3g}")
        yield given(n, -g, lr=lr).on("edge", f"{n} gradients of {-g:.3g}")
    yield given(16, 0.5, lr=0.1).on("values", "16 gradients of a half")
    yield given(400, 0.003, lr=0.01).on("values", "the gradients are small")
    yield given(1, 0.25, lr=0.1).on("edge", "there was one gradient")
    yield given(4, 3, lr=2).on("edge", "all arguments are whole numbers")
    yield given(1_000_000, 10.0, lr=0.1).on("edge", "a million gradients")
    yield given(25, 2.0, lr=0.0).on("edge", "the rate is 0")


RATE_AFTER = Exercise(
    name="rate_after",
    unit=UNIT,
    signature="rate_after(n, g, *, lr)",
    returns=Number(),
    reference=lambda n, g, *, lr: lr / (abs(g) * math.sqrt(n)),
    cases=_cases,
    worth={"values": 2, "edge": 1},
    statements={
        "values": "gives AdaGrad's rate after n equal gradients",
        "edge": "works for gradients below 0, one gradient, whole numbers and a rate of 0",
    },
)


@RATE_AFTER.variant
def in_one_line(n, g, *, lr):
    return lr / (abs(g) * n**0.5)


@RATE_AFTER.variant
def by_adding_up(n, g, *, lr):
    total = n * g**2
    return lr / math.sqrt(total)


@RATE_AFTER.variant
def by_walking(n, g, *, lr):
    accumulator = 0.0
    for _ in range(n):
        accumulator = accumulator + g**2
    return lr / accumulator**0.5


@RATE_AFTER.variant
def with_numpy(n, g, *, lr):
    return lr / np.linalg.norm(np.full(n, float(g)))


@RATE_AFTER.variant
def size_first(n, g, *, lr):
    return lr / math.fabs(g) / math.sqrt(n)


RATE_AFTER.misconception(
    "forgets-the-root",
    Edit(by_adding_up, ("math.sqrt(total)", "total")),
    where="Make the gradients ten times as large: the rate has to become a tenth, not a hundredth.",
    why="The rate is divided by the root of the sum, not by the sum.",
    how="Take the square root.",
)

RATE_AFTER.misconception(
    "forgets-to-square",
    Edit(by_adding_up, ("n * g**2", "n * abs(g)")),
    where="Make the gradients ten times as large: the rate has to become a tenth.",
    why="It is the squares that are added up.",
    how="Square the gradient before you add.",
)

RATE_AFTER.misconception(
    "falls-like-one-over-n",
    Edit(in_one_line, ("n**0.5", "n")),
    where="After 100 updates: a tenth of the first rate, or a hundredth?",
    why="The sum grows like n, and the root of the sum like the root of n.",
    how="Take the root of n.",
)

RATE_AFTER.misconception(
    "does-not-fall",
    Edit(in_one_line, (" * n**0.5", "")),
    where="Compare the rate after one gradient with that after a hundred.",
    why="A sum grows with every gradient; only a mean would stay.",
    how="Multiply the square by n before the root.",
)

RATE_AFTER.misconception(
    "gives-the-step",
    Edit(in_one_line, ("(abs(g) * n**0.5)", "n**0.5")),
    where="Make the gradients ten times as large: what happens to the rate, what to the step?",
    why="That is the length of the step, rate times gradient; asked for is the rate.",
    how="Do not multiply by the gradient.",
)

RATE_AFTER.misconception(
    "keeps-the-sign",
    Edit(in_one_line, ("abs(g)", "g")),
    where="Try gradients of -2.",
    why="A negative gradient gives a negative rate here, and the step would go uphill.",
    how="The root of a sum of squares has no sign: use abs(g).",
)

RATE_AFTER.misconception(
    "one-gradient-behind",
    Edit(by_walking, ("range(n)", "range(max(n - 1, 1))")),
    where="Compare the rate after one gradient with that after two.",
    why="The sum holds one gradient too few.",
    how="Add the squares of all n gradients.",
)

RATE_AFTER.misconception(
    "one-gradient-ahead",
    Edit(by_walking, ("range(n)", "range(n + 1)")),
    where="What is the sum after a single gradient?",
    why="The sum holds one gradient too many.",
    how="Begin at 0, and add n squares.",
)

RATE_AFTER.misconception(
    "divides-again-and-again",
    Edit(
        by_walking, ("+ g**2\n    return", "+ g**2\n        lr = lr / accumulator**0.5\n    return")
    ),
    where="The rate after two gradients: divide the first rate by which root?",
    why="Each division acted on a rate that had been divided already.",
    how="Divide the first rate, once, by the root of the whole sum.",
)
