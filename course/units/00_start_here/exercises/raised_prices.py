"""The repair of unit 00: prices raised in a new array, however often the cell is run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.edits import Edit
from autograders.declare.exercise import Case, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import one_at_a_time

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for percent in (10, 2.5, 150.0):
        yield given(rng.uniform(1, 300, size=4), percent).on("all", f"{percent} percent")
    yield given(np.array([100.0, 200.0]), 10).on("all", "the prices of the cell")
    yield given(rng.uniform(1, 300, size=3), 0.0).on("all", "percent is 0")
    yield given(rng.uniform(1, 9, size=(2, 3)), 20).on("all", "prices are a table")
    yield given(rng.uniform(1, 9, size=3), 4.0).read_only().on("all", "prices cannot be written to")
    prices = rng.uniform(1, 300, size=4)
    yield from one_at_a_time(
        given(prices, 12.5),
        "prices percent",
        "all",
        prices=(1e-13 * prices, 1e4 * prices),
        percent=(3e3,),
    )


RAISED_PRICES = Exercise(
    name="raised_prices",
    unit=UNIT,
    signature="raised_prices(prices, percent)",
    returns=Parameters(),
    reference=lambda prices, percent: prices * (1 + percent / 100),
    cases=_cases,
    worth={"all": 1},
    harmless={
        "percent (at least 1e-0[69]|rounded .*)": "it moves no price by as much as a millionth",
    },
    statements={"all": "returns the raised prices, and leaves the old ones alone"},
)


@RAISED_PRICES.variant
def times_a_factor(prices, percent):
    return prices * (1 + percent / 100)


@RAISED_PRICES.variant
def plus_the_rise(prices, percent):
    return prices + prices * percent / 100


@RAISED_PRICES.variant
def on_a_copy(prices, percent):
    raised = prices.copy()
    raised *= 1 + percent / 100
    return raised


@RAISED_PRICES.variant
def by_a_step(prices, percent):
    return prices + percent / 100 * (2 * prices - prices)


@RAISED_PRICES.variant
def whole_percents(prices, percent):
    return (100 + percent) * prices / 100


RAISED_PRICES.misconception(
    "changes-the-prices",
    Edit(on_a_copy, ("prices.copy()", "prices")),
    where="Look at `prices` after the call.",
    why="`prices *= ...` writes into the caller's array: run twice, it raises twice.",
    how="Return a new array: `prices * ...`.",
)

RAISED_PRICES.misconception(
    "adds-the-percent",
    Edit(plus_the_rise, ("prices * percent / 100", "percent")),
    where="Raise 200 by 10 %: 220 is right, 210 is not.",
    why="A percent is a share of the price, not an amount.",
    how="Add that share of each price.",
)

RAISED_PRICES.misconception(
    "forgets-the-hundred",
    Edit(times_a_factor, ("percent / 100", "percent")),
    where="Raise 100 by 10 %: 110 is right.",
    why="10 % is a tenth, not ten times.",
    how="Divide `percent` by 100.",
)

RAISED_PRICES.misconception(
    "returns-the-rise",
    Edit(times_a_factor, ("1 + ", "")),
    where="Raise 100 by 0 %: 100 has to come back.",
    why="That is the rise alone, without the price.",
    how="Add the old price to it.",
)

RAISED_PRICES.misconception(
    "lowers",
    Edit(times_a_factor, ("1 + ", "1 - ")),
    where="Raise 100 by 10 %: more than 100 has to come back.",
    why="The sign is turned round.",
    how="Use a plus in place of the minus.",
)

RAISED_PRICES.misconception(
    "always-ten",
    Edit(times_a_factor, ("percent / 100", "0.1")),
    where="Try another percent than 10.",
    why="The cell above raised by 10 %; the function gets the percent as an argument.",
    how="Use `percent` instead of a fixed number.",
)

RAISED_PRICES.misconception(
    "raises-twice",
    Edit(times_a_factor, ("(1 + percent / 100)", "(1 + percent / 100) ** 2")),
    where="Raise 100 by 10 %: 121 is what two rises give.",
    why="The cell that ran twice did this by accident.",
    how="Multiply once, and only once.",
)

RAISED_PRICES.misconception(
    "list-out",
    Edit(times_a_factor, ("prices * (1 + percent / 100)", "list(prices * (1 + percent / 100))")),
    where="Look at the type of what comes back.",
    why="A list is not an array.",
    how="Return the array as it is.",
)

RAISED_PRICES.misconception(
    "rounds",
    Edit(
        times_a_factor, ("prices * (1 + percent / 100)", "np.round(prices * (1 + percent / 100))")
    ),
    where="Raise 1.25 by 10 %: 1.375 is right.",
    why="Rounding belongs where prices are printed.",
    how="Return without rounding.",
)
