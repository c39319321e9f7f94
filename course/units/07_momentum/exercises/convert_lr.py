"""The rate with which another form of momentum takes the same path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time

from . import UNIT

FORMS = ("classic", "ema", "inside")


def _convert(lr, mu, *, source, target):
    classic = lr * (1 - mu) if source == "ema" else lr
    return classic / (1 - mu) if target == "ema" else classic


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    mus = (0.9, 0.5, float(rng.uniform(0.55, 0.85)), float(rng.uniform(0.1, 0.4)))
    for mu in mus:
        for source, target in product(FORMS, FORMS):
            case = given(float(rng.uniform(0.01, 2)), mu, source=source, target=target)
            if source == target:
                yield case.on("edge", f"source and target are both {source}")
            elif "inside" in (source, target):
                yield case.on("inside", f"it goes from {source} to {target}")
            else:
                yield case.on("values", f"it goes from {source} to {target}")
    yield given(0.3, 0.99, source="classic", target="ema").on("values", "mu is close to 1")
    yield given(0.3, 0.99, source="ema", target="classic").on("values", "mu is close to 1")
    yield given(0.4, 0.0, source="classic", target="ema").on("edge", "mu is 0")
    yield given(0.4, 0.0, source="ema", target="inside").on("edge", "mu is 0")
    yield given(2, 0.75, source="ema", target="classic").on("edge", "lr is a whole number")
    usual = given(float(rng.uniform(0.2, 0.6)), 0.9, source="classic", target="ema")
    yield from one_at_a_time(
        usual, "lr mu", lr=(2e-11, 3e3), mu=(0.05, 0.995), source=("ema",), target=("inside",)
    )


CONVERT_LR = Exercise(
    name="convert_lr",
    unit=UNIT,
    signature="convert_lr(lr, mu, *, source, target)",
    returns=Number(),
    reference=_convert,
    cases=_cases,
    worth={"values": 1.5, "inside": 1, "edge": 0.5},
    statements={
        "values": "converts between the classic and the averaging form",
        "inside": "converts to and from the form with the rate inside the velocity",
        "edge": "works when source and target are equal, for mu = 0 and whole-number rates",
    },
)


@CONVERT_LR.variant
def through_the_classic_form(lr, mu, *, source, target):
    if source == "ema":
        lr = lr * (1 - mu)
    if target == "ema":
        lr = lr / (1 - mu)
    return lr


@CONVERT_LR.variant
def from_a_table_of_factors(lr, mu, *, source, target):
    to_classic = {"classic": 1.0, "inside": 1.0, "ema": 1 - mu}
    return lr * to_classic[source] / to_classic[target]


@CONVERT_LR.variant
def case_by_case(lr, mu, *, source, target):
    if source == target:
        return lr
    if source == "ema":
        return np.float64(lr - lr * mu)
    if target == "ema":
        return np.float64(lr / (1 - mu))
    return lr


@CONVERT_LR.variant
def by_the_first_step(lr, mu, *, source, target):
    def first_step(form):
        return 1 - mu if form == "ema" else 1

    return np.array(lr * first_step(source) / first_step(target))


@CONVERT_LR.variant
def by_exponent(lr, mu, *, source, target):
    return lr * (1 - mu) ** ((source == "ema") - (target == "ema"))


CONVERT_LR.misconception(
    "wrong-way-round",
    Edit(from_a_table_of_factors, ("[source]", "[target]"), ("[target]", "[source]")),
    where="Take the first step from zero velocity: `lr * g` in one form, how long in the other?",
    why="Averaging shrinks the velocity, so the ema form needs the larger rate, not the smaller.",
    how="From classic to ema, divide by `1 - mu`; from ema to classic, multiply.",
)

CONVERT_LR.misconception(
    "scales-by-mu",
    Edit(from_a_table_of_factors, ("1 - mu", "mu or 1.0")),
    where="Take the first step from zero velocity, where mu * v is 0.",
    why="What differs is the weight of the gradient, which is `1 - mu`, not `mu`.",
    how="Convert with `1 - mu`.",
)

CONVERT_LR.misconception(
    "scales-by-one-plus-mu",
    Edit(from_a_table_of_factors, ("1 - mu", "1 + mu")),
    where="Take the first step from zero velocity.",
    why="`1 + mu` belongs to Nesterov's first step; averaging weights the gradient by `1 - mu`.",
    how="Convert with `1 - mu`.",
)

CONVERT_LR.misconception(
    "squares-the-factor",
    Edit(from_a_table_of_factors, ("1 - mu", "1 - mu**2")),
    Edit(from_a_table_of_factors, ("1 - mu", "(1 - mu) ** 2")),
    where="Take the first step from zero velocity.",
    why="`1 - mu**2`, or `(1 - mu)**2`, is not the weight of a gradient: that is `1 - mu`.",
    how="Convert with `1 - mu`, once.",
)

CONVERT_LR.misconception(
    "takes-inside-for-ema",
    Edit(from_a_table_of_factors, ('"inside": 1.0', '"inside": 1 - mu')),
    where="Take the first step of the inside form from zero velocity: is there a `1 - mu` in it?",
    why="`v = mu*v - lr*g` adds gradients up with full weight, as the classic form does.",
    how="At a constant rate the inside form needs the same `lr` as the classic one.",
)

CONVERT_LR.misconception(
    "turns-the-sign-for-inside",
    Edit(from_a_table_of_factors, ('"inside": 1.0', '"inside": -1.0')),
    where="Is a rate that comes back ever negative?",
    why="The minus is part of the inside form itself: `- lr*g` and then `w + v`.",
    how="Keep the rate positive: classic and inside need the same one.",
)

CONVERT_LR.misconception(
    "scales-for-inside",
    Edit(from_a_table_of_factors, ('"inside": 1.0', '"inside": 1 / (1 - mu)')),
    Edit(from_a_table_of_factors, ('"inside": 1.0', '"inside": mu or 1.0')),
    where="Take two steps of the inside form by hand and compare them with the classic form.",
    why="While `lr` is constant it makes no difference whether it stands inside the velocity.",
    how="Return the same rate between classic and inside.",
)

CONVERT_LR.misconception(
    "changes-nothing",
    Edit(from_a_table_of_factors, ('"ema": 1 - mu', '"ema": 1.0')),
    where="Convert 0.1 from classic to ema with mu = 0.9.",
    why="The same rate gives ema steps that are `1 - mu` times as long.",
    how="Divide by `1 - mu` on the way to ema, multiply on the way back.",
)

CONVERT_LR.misconception(
    "ignores-the-source",
    Edit(from_a_table_of_factors, (" * to_classic[source]", "")),
    where="Ask for a conversion from ema to ema: nothing may change.",
    why="Looking at the target alone divides even when the rate belonged to ema already.",
    how="First bring the rate to the classic form, then from there to the target.",
)

CONVERT_LR.misconception(
    "ignores-the-target",
    Edit(from_a_table_of_factors, (" / to_classic[target]", "")),
    where="Ask for a conversion from classic to ema.",
    why="Looking at the source alone never divides.",
    how="After bringing the rate to the classic form, bring it on to the target.",
)

CONVERT_LR.misconception(
    "same-factor-both-ways",
    Edit(by_exponent, ("lr * (1", "lr / (1"), (") - (", ") != (")),
    Edit(by_exponent, (") - (", ") != (")),
    where="Convert from classic to ema and back: do you get the rate you started with?",
    why="The way back has to undo the way there.",
    how="Divide by `1 - mu` in one direction and multiply in the other.",
)


@CONVERT_LR.misconception(
    "refuses-equal-forms",
    where="Ask for a conversion from classic to classic.",
    why="Source and target may be equal: the rate is then the one that was given.",
    how="Return `lr` in that case instead of raising an error.",
)
def raises_for_equal(lr, mu, *, source, target):
    if source == target:
        raise ValueError("nothing to convert")
    return lr * (1 - mu) ** ((source == "ema") - (target == "ema"))


@CONVERT_LR.also("refuses-equal-forms")
def knows_six_pairs(lr, mu, *, source, target):
    pairs = {("classic", "ema"): 1 / (1 - mu), ("inside", "ema"): 1 / (1 - mu)}
    pairs |= {("ema", "classic"): 1 - mu, ("ema", "inside"): 1 - mu}
    pairs |= {("classic", "inside"): 1.0, ("inside", "classic"): 1.0}
    return lr * pairs[source, target]
