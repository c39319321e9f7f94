"""A first graded function: an array times a factor, without changing the array."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for factor in (0.5, -2.0, 3):
        yield given(rng.normal(size=5), factor).on("values", f"the factor is {factor}")
    yield given(rng.normal(size=4) * 1e3, float(rng.uniform(1.5, 3))).on("values", "x is large")
    yield given(rng.integers(-9, 9, size=6).astype(float), 0.25).on(
        "values", "x holds whole numbers"
    )
    yield given(rng.normal(size=4), 0.0).on("values", "the factor is 0")
    yield given(rng.normal(size=(3, 1)), 1.7).on("shape", "x is a column")
    yield given(rng.normal(size=(2, 3, 2)), 0.3).on("shape", "x has three axes")
    yield given(rng.normal(size=4), 1.0).on("purity", "the factor is 1")
    yield given(rng.normal(size=4), 1.3).read_only().on("purity", "x must not be written to")
    yield given(rng.normal(size=4), 1.3).on("purity", "the factor is one of an earlier call")


RESCALE = Exercise(
    name="rescale",
    unit=UNIT,
    signature="rescale(x, factor)",
    returns=Parameters(),
    reference=lambda x, factor: x * factor,
    cases=_cases,
    worth={"values": 2, "shape": 1, "purity": 2},
)


@RESCALE.variant
def factor_first(x, factor):
    return factor * x


@RESCALE.variant
def numpy_multiply(x, factor):
    return np.multiply(x, factor)


@RESCALE.variant
def copy_then_scale(x, factor):
    result = x.copy()
    result *= factor
    return result


@RESCALE.variant
def through_a_list(x, factor):
    return np.array([value * factor for value in x.ravel().tolist()]).reshape(x.shape)


RESCALE.misconception(
    "changes-x",
    Edit(copy_then_scale, ("x.copy()", "x")),
    where="Look at what `x` holds after the call, not only at what comes back.",
    why="`x *= factor` writes into the caller's array. The caller still needs the old values.",
    how="Make a new array: `x * factor` does, `x *= factor` does not.",
)

RESCALE.misconception(
    "fills-x-and-copies",
    Edit(numpy_multiply, ("factor)", "factor, out=x).copy()")),
    where="The returned array is right; look at `x` after the call.",
    why="Copying after the change protects the result, but the caller's array has changed already.",
    how="Compute first, without `*=` or `out=x`; no copy is needed then.",
)

RESCALE.misconception(
    "adds",
    Edit(factor_first, ("factor * x", "factor + x")),
    where="Try a factor of 0: every entry has to become 0.",
    why="Adding shifts the entries; rescaling multiplies them.",
    how="Use `*` between the array and the factor.",
)

RESCALE.misconception(
    "divides",
    Edit(factor_first, ("factor * x", "x / factor")),
    where="Try a factor of 0.5: entries have to become smaller, not larger.",
    why="Dividing by the factor is the inverse of what is asked.",
    how="Use `*`, not `/`.",
)

RESCALE.misconception(
    "returns-x-for-one",
    Edit(factor_first, ("factor * x", "factor * x if factor != 1 else x")),
    where="Try a factor of 1 and change the result: does `x` change with it?",
    why="Returning `x` itself hands out the caller's own array under a second name.",
    how="Let every path compute `x * factor`; there is no need for a shortcut.",
)

RESCALE.misconception(
    "powers",
    Edit(factor_first, ("factor * x", "np.sign(x) * np.abs(x) ** factor")),
    where="Try a factor of 3 on the entry 2: 6 is right, 8 is not.",
    why="`**` raises to a power; one star multiplies.",
    how="Use a single `*`.",
)

RESCALE.misconception(
    "flattens",
    Edit(factor_first, ("* x", "* x.ravel()")),
    where="Give it an array of shape (3, 1) and look at the shape that comes back.",
    why="Flattening loses the shape; a result has the shape of its input.",
    how="Leave out `ravel`, `flatten` or `reshape(-1)`: `*` works on any shape.",
)

RESCALE.misconception(
    "list-in-list-out",
    Edit(factor_first, ("factor * x", "(factor * x).tolist()")),
    where="Look at the type of what comes back.",
    why="A list is not an array: the next line of a training loop could not calculate with it.",
    how="Return `x * factor`, which is an array already, without `list(...)` or `.tolist()`.",
)

RESCALE.misconception(
    "whole-numbers-only",
    Edit(factor_first, ("factor * x", "np.trunc(factor * x)")),
    where="Try a factor of 0.5 and look at the decimals.",
    why="`int(...)` or `//` cuts off the decimals of the result.",
    how="Multiply and return without rounding.",
)
