"""The area under samples, by trapezoids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

import quadrature
from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for length, dx in ((7, 0.5), (4, float(rng.uniform(0.1, 0.9))), (12, 3.0)):
        y = rng.uniform(1, 5, length)
        yield given(y, dx).on("values", "the curve lies above 0")
        yield given(y - 4.1, dx).on("values", "the curve crosses 0")
    yield given(np.arange(1.0, 6.0), 0.25).on("values", "the curve is a line")
    yield given(rng.uniform(1, 5, 2), 0.75).on("edge", "there is one strip")
    yield given(np.array([3.0]), 0.75).on("edge", "one sample has no area beside it")
    odd = rng.uniform(1, 5, 3)
    yield given(np.concatenate([odd, -odd[::-1]]), 0.5).on("edge", "the areas cancel out")
    yield given(rng.uniform(1, 5, 5), 0.5).read_only().on("purity", "`y` cannot be written to")


TRAPEZOID = Exercise(
    name="trapezoid",
    unit=UNIT,
    signature="trapezoid(y, dx)",
    returns=Number(),
    reference=quadrature.trapezoid,
    cases=_cases,
    worth={"values": 3, "edge": 1, "purity": 1},
    sized_by=("y",),
)


@TRAPEZOID.variant
def both_sides(y, dx):
    return dx * np.sum(y[1:] + y[:-1]) / 2


@TRAPEZOID.variant
def by_numpy(y, dx):
    return np.trapezoid(y, dx=dx)


@TRAPEZOID.variant
def in_a_loop(y, dx):
    area = 0.0
    for left, right in pairwise(y):
        area += dx * (left + right) / 2
    return area


@TRAPEZOID.variant
def ends_taken_off(y, dx):
    return dx * (np.sum(y) - (y[0] + y[-1]) / 2)


@TRAPEZOID.variant
def weights(y, dx):
    weight = np.ones(len(y))
    weight[0] -= 0.5
    weight[-1] -= 0.5
    return dx * (weight @ y)


TRAPEZOID.misconception(
    "left-ends",
    Edit(both_sides, ("np.sum(y[1:] + y[:-1]) / 2", "np.sum(y[:-1])")),
    where="Take a curve that rises, such as 1, 2, 3: is your area too small?",
    why="Rectangles of the left heights leave out the triangle on top of every strip.",
    how="Give each strip the mean of its two heights.",
)

TRAPEZOID.misconception(
    "right-ends",
    Edit(both_sides, ("np.sum(y[1:] + y[:-1]) / 2", "np.sum(y[1:])")),
    where="Take a curve that rises, such as 1, 2, 3: is your area too large?",
    why="Rectangles of the right heights stick out above the curve where it rises.",
    how="Give each strip the mean of its two heights.",
)

TRAPEZOID.misconception(
    "every-sample-is-a-strip",
    Edit(both_sides, ("np.sum(y[1:] + y[:-1]) / 2", "np.sum(y)")),
    where="Count: how many strips lie between 3 samples?",
    why="A full strip for each sample counts half a strip too much at either end.",
    how="Halve the first and the last height, or take that half off the sum.",
)

TRAPEZOID.misconception(
    "forgets-the-half",
    Edit(both_sides, (" / 2", "")),
    where="Take the constant curve 1, 1 with dx = 1: its area is a unit square.",
    why="The two heights of a strip were added, not averaged, so that each area counts twice.",
    how="Divide by 2.",
)

TRAPEZOID.misconception(
    "forgets-the-width",
    Edit(both_sides, ("dx * ", "")),
    where="Double dx: the area has to double too.",
    why="Heights alone are no area.",
    how="Multiply the sum by `dx`.",
)

TRAPEZOID.misconception(
    "divides-by-the-width",
    Edit(both_sides, ("dx *", "1 / dx *")),
    where="Make dx ten times smaller: the area has to become ten times smaller.",
    why="Dividing makes narrow strips large.",
    how="Multiply by `dx`.",
)

TRAPEZOID.misconception(
    "areas-without-sign",
    Edit(both_sides, ("dx *", "abs(dx *"), ("/ 2", "/ 2)")),
    where="Take the curve -1, -1: the integral is negative there.",
    why="The absolute value turns what lies below the axis into a gain.",
    how="Leave out `abs`.",
)

TRAPEZOID.misconception(
    "a-running-area",
    Edit(both_sides, ("np.sum", "np.cumsum")),
    where="Look at what comes back: one number, or one for each sample?",
    why="`cumsum` gives the area up to each sample; the contract asks for all of it.",
    how="Return the last of these numbers, or use `sum`.",
)


@TRAPEZOID.misconception(
    "halves-the-samples-themselves",
    where="Keep a copy of `y` and compare it after the call.",
    why="`y[0] /= 2` writes into the caller's array; the second call sees other samples.",
    how="Halve in a copy, or take `(y[0] + y[-1]) / 2` off the sum.",
)
def in_place(y, dx):
    y[0] /= 2
    y[-1] /= 2
    return dx * np.sum(y)
