"""The area under a function, by strips measured at their middle."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

import quadrature
from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from autograders.protocol.codec import Recipe

from . import UNIT


def _curve(rng: np.random.Generator) -> Recipe:
    """A function that crosses to the sandbox as text and is made there."""
    scale, bend = (round(float(number), 3) for number in rng.uniform(0.5, 2, 2))
    code = f"def curve(x):\n    return {scale} * np.exp({bend} * x) + x * x"
    return Recipe("source", {"code": code, "name": "curve"})


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for n in (1, 2, 5, 16):
        a = float(rng.uniform(-1, 0.5))
        b = a + float(rng.uniform(0.6, 1.4))
        yield given(_curve(rng), a, b, n).on("values", f"the number of strips is {n}")
    yield given(_curve(rng), 0.3, 0.3, 4).on("edge", "the interval is empty")
    yield given(_curve(rng), 1.0, 0.25, 4).on("edge", "the interval runs backwards")
    yield given(Recipe("line", {"start": 2.0, "slope": -1.0}), 0.0, 4.0, 3).on(
        "edge", "the areas cancel out"
    )
    yield given(_curve(rng), 0.0, 1.0, 0).refused().on("errors", "there is no strip")


MIDPOINT = Exercise(
    name="midpoint",
    unit=UNIT,
    signature="midpoint(f, a, b, n)",
    returns=Number(),
    reference=quadrature.midpoint,
    cases=_cases,
    worth={"values": 3, "edge": 1, "errors": 1},
    sized_by=("a", "b"),
)


@MIDPOINT.variant
def in_a_loop(f, a, b, n):
    if n < 1:
        raise ValueError("expected at least one strip")
    width, area = (b - a) / n, 0.0
    for k in range(n):
        area += width * f(a + width * (k + 0.5))
    return area


@MIDPOINT.variant
def between_edges(f, a, b, n):
    if n <= 0:
        raise ValueError(n)
    edges = [a + (b - a) * k / n for k in range(n + 1)]
    return sum((r - s) * f((r + s) / 2) for s, r in pairwise(edges))


@MIDPOINT.variant
def with_linspace(f, a, b, n):
    if n < 1:
        raise ValueError(n)
    half = (b - a) / n / 2
    return 2 * half * sum(f(x) for x in np.linspace(a + half, b - half, n))


@MIDPOINT.variant
def as_a_mean(f, a, b, n):
    if n < 1:
        raise ValueError(n)
    return np.mean([f(a + (b - a) * (2 * k + 1) / (2 * n)) for k in range(n)]) * (b - a)


@MIDPOINT.variant
def from_the_right(f, a, b, n):
    if not n >= 1:
        raise ValueError(n)
    width = (b - a) / n
    return sum(f(b - (k + 0.5) * width) for k in range(n)) * width


MIDPOINT.misconception(
    "left-ends",
    Edit(in_a_loop, ("(k + 0.5)", "k")),
    where="With n = 1, at which x is `f` called?",
    why="The left end of each strip is one-sided: the error shrinks like 1/n, not like 1/n**2.",
    how="Add half a width: `a + (k + 0.5) * width`.",
)

MIDPOINT.misconception(
    "right-ends",
    Edit(in_a_loop, ("0.5", "1")),
    where="With n = 1, at which x is `f` called?",
    why="The right end of each strip is one-sided: the error shrinks like 1/n, not like 1/n**2.",
    how="Count strips from 0 and add half a width: `a + (k + 0.5) * width`.",
)

MIDPOINT.misconception(
    "one-strip-too-many",
    Edit(in_a_loop, ("range(n)", "range(n + 1)")),
    where="With n = 1, how often is `f` called?",
    why="`range(n + 1)` counts the edges; there is one strip fewer than edges.",
    how="Use `range(n)`.",
)

MIDPOINT.misconception(
    "one-strip-too-few",
    Edit(in_a_loop, ("range(n)", "range(n - 1)")),
    where="With n = 1, how often is `f` called?",
    why="`range(n - 1)` leaves the last strip out.",
    how="Use `range(n)`.",
)

MIDPOINT.misconception(
    "width-between-edges",
    Edit(in_a_loop, ("+= width", "+= (b - a) / (n + 1)")),
    where="Take the constant 1 from 0 to 1 with n = 2: do your strips fill the interval?",
    why="n strips have n widths; dividing by n + 1 leaves a gap.",
    how="The width is `(b - a) / n`.",
)

MIDPOINT.misconception(
    "forgets-the-width",
    Edit(in_a_loop, ("+= width * ", "+= ")),
    where="Take the constant 1 from 0 to 2 with n = 4: the area is 2, not 4.",
    why="Heights alone are no area.",
    how="Multiply the sum by the width `(b - a) / n`.",
)

MIDPOINT.misconception(
    "whole-interval-for-every-strip",
    Edit(in_a_loop, ("+= width", "+= (b - a)")),
    where="Take the constant 1 from 0 to 1 with n = 4: the area is 1, not 4.",
    why="Each height was given the width of the whole interval.",
    how="Divide the interval by `n`.",
)

MIDPOINT.misconception(
    "backwards-is-positive",
    Edit(in_a_loop, ("+= width", "+= abs(width)")),
    where="Swap `a` and `b`: the integral changes its sign.",
    why="The absolute value makes the width of a backward interval positive.",
    how="Leave out `abs`: `(b - a) / n` is negative there, and has to be.",
)

MIDPOINT.misconception(
    "accepts-no-strips",
    Edit(in_a_loop, ('raise ValueError("expected at least one strip")', "return 0.0")),
    where="Call it with n = 0.",
    why="A silent 0 for no strips looks like an area; the contract asks for an error.",
    how="`if n < 1: raise ValueError(...)` comes first.",
)
