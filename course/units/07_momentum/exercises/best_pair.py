"""The idea of unit 07 as a design: the rate and momentum with which the slowest direction is fast."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number, Several

from . import UNIT


def _pair(lam_min, lam_max):
    low, high = math.sqrt(lam_min), math.sqrt(lam_max)
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for condition in (3.0, 9.0, 50.0, 527.0, 1e4, float(rng.uniform(5, 40))):
        lam_max = float(10 ** rng.uniform(-1, 1.7))
        yield given(lam_max / condition, lam_max).on(
            "values", f"the condition number is {condition:.4g}"
        )
    yield given(0.01, 4.0).on("values", "the curvatures are 0.01 and 4")
    yield given(1, 50).on("values", "it is the ravine of this lesson")
    curvature = float(rng.uniform(0.3, 4))
    yield given(curvature, curvature).on("edge", "all curvatures are equal")
    yield given(1, 4).on("edge", "the curvatures are whole numbers")
    yield given(2e-5, 20.0).on("edge", "one direction is a million times gentler")


BEST_PAIR = Exercise(
    name="best_pair",
    unit=UNIT,
    signature="best_pair(lam_min, lam_max)",
    returns=Several((Number(), Number()), ("lr", "mu")),
    reference=_pair,
    cases=_cases,
    sized_by=("lam_max",),
    worth={"values": 2, "edge": 1},
    statements={
        "values": "gives the pair with which the slowest direction shrinks fastest",
        "edge": "works for equal, whole-number and very different curvatures",
    },
)


@BEST_PAIR.variant
def by_roots(lam_min, lam_max):
    low, high = math.sqrt(lam_min), math.sqrt(lam_max)
    kept = (high - low) / (high + low)
    return (1 + kept) ** 2 / lam_max, kept**2


@BEST_PAIR.variant
def from_the_condition_number(lam_min, lam_max):
    root = (lam_max / lam_min) ** 0.5
    kept = (root - 1) / (root + 1)
    return (1 - kept) ** 2 / lam_min, kept**2


@BEST_PAIR.variant
def rate_first(lam_min, lam_max):
    lr = (2 / (np.sqrt(lam_min) + np.sqrt(lam_max))) ** 2
    return lr, (1 - np.sqrt(lr * lam_min)) ** 2


@BEST_PAIR.variant
def by_halving(lam_min, lam_max):
    low, high = 0.0, 1.0
    for _ in range(200):
        kept = (low + high) / 2
        room = (1 + kept) ** 2 / lam_max >= (1 - kept) ** 2 / lam_min
        low, high = (low, kept) if room else (kept, high)
    if high < 1e-12:
        return [1 / lam_max, 0]
    return [(1 + high) ** 2 / lam_max, high**2]


@BEST_PAIR.variant
def product_of_the_roots(lam_min, lam_max):
    lr = 4 / (lam_min + lam_max + 2 * math.sqrt(lam_min * lam_max))
    trace = math.sqrt(lr * lam_max) - 1
    return lr, trace * trace


BEST_PAIR.misconception(
    "best-plain-pair",
    Edit(
        by_roots,
        ("return (1 + kept) ** 2 / lam_max, kept**2", "return 2 / (lam_min + lam_max), 0.0"),
    ),
    where="Ask `kept` with your pair and with a little momentum: which keeps less?",
    why="This is the best rate without momentum.",
    how="Choose mu so that both curvatures have complex roots, and the least such mu.",
)

BEST_PAIR.misconception(
    "plain-rate-with-momentum",
    Edit(by_roots, ("(1 + kept) ** 2 / lam_max, kept", "2 / (lam_min + lam_max), kept")),
    where="Ask `kept` along and across: are both at the root of mu?",
    why="With momentum larger rates are stable; the best plain rate leaves the gentle direction slow.",
    how="Take the rate from one end of the range in which the roots are complex.",
)

BEST_PAIR.misconception(
    "root-of-the-momentum",
    Edit(by_roots, ("lam_max, kept**2", "lam_max, kept")),
    where="Each step keeps the root of mu: is your second number the root or mu itself?",
    why="The share that is kept is the root of mu, so mu is its square.",
    how="Return the square of that root.",
)

BEST_PAIR.misconception(
    "no-square-root",
    Edit(by_roots, ("math.sqrt(lam_min), math.sqrt(lam_max)", "lam_min, lam_max")),
    where="Ask `kept` with your pair: is there a smaller mu with room for both curvatures?",
    why="Without the roots this is what plain descent keeps; momentum does better.",
    how="Solve (1 - r)**2 / lam_min = (1 + r)**2 / lam_max for r, the root of mu.",
)

BEST_PAIR.misconception(
    "rate-at-the-limit",
    Edit(by_roots, ("(1 + kept) ** 2 / lam_max", "2 * (1 + kept**2) / lam_max")),
    where="Ask `kept` for the steep direction.",
    why="That is the limit of stability, where the steep direction hardly shrinks.",
    how="Stay where the roots are complex: lr * lam_max is at most (1 + r)**2.",
)

BEST_PAIR.misconception(
    "momentum-of-nine-tenths",
    Edit(by_roots, ("kept = (high - low) / (high + low)", "kept = math.sqrt(0.9)")),
    where="Try a bowl whose curvatures are equal.",
    why="0.9 is a common default; the best momentum depends on the curvatures.",
    how="Work it out from lam_min and lam_max.",
)

BEST_PAIR.misconception(
    "rate-of-the-gentle-direction",
    Edit(by_roots, ("(1 + kept) ** 2 / lam_max", "(1 + kept) ** 2 / lam_min")),
    where="Put the rate into the range of complex roots for the steep direction.",
    why="The upper end of the range belongs to lam_max; with lam_min the run diverges.",
    how="Divide by lam_max.",
)

BEST_PAIR.misconception(
    "pair-exchanged",
    Edit(
        by_roots,
        ("return (1 + kept) ** 2 / lam_max, kept**2", "return kept**2, (1 + kept) ** 2 / lam_max"),
    ),
    where="Which of the two comes first?",
    why="The rate and the momentum have changed places.",
    how="Return the rate, then mu.",
)

BEST_PAIR.misconception(
    "plain-step-of-the-steep-direction",
    Edit(by_roots, ("(1 + kept) ** 2 / lam_max", "1 / lam_max")),
    where="Ask `kept` along the gentle direction: is it at the root of mu?",
    why="1 / lam_max is too low: the gentle direction has real roots and is slower than need be.",
    how="Use (1 + r)**2 / lam_max.",
)

BEST_PAIR.misconception(
    "momentum-in-place-of-its-root",
    Edit(by_roots, ("(1 + kept) ** 2 / lam_max", "(1 + kept**2) ** 2 / lam_max")),
    where="Ask `kept` along and across: are both at the root of mu?",
    why="The range of complex roots is bounded by the root of mu, not by mu.",
    how="Use the root in (1 + r)**2 / lam_max.",
)
