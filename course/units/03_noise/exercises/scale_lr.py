"""A new rate for a new batch size, by the linear or the square-root rule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time

from . import UNIT


def _scale_lr(lr, batch_size, new_batch_size, rule):
    ratio = new_batch_size / batch_size
    if rule == "linear":
        return lr * ratio
    if rule == "sqrt":
        return lr * math.sqrt(ratio)
    raise ValueError(f'rule should be "linear" or "sqrt", but it is {rule!r}')


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for rule in ("linear", "sqrt"):
        for _ in range(2):
            lr, size = float(rng.uniform(0.01, 2)), int(rng.integers(20, 90))
            more = size * int(rng.integers(3, 7)) + int(rng.integers(1, size))
            less = int(rng.integers(3, size - 5))
            yield given(lr, size, more, rule).on(rule, f"the batch grows and the rule is {rule}")
            yield given(lr, size, less, rule).on(rule, f"the batch shrinks and the rule is {rule}")
        yield given(0.1, 256, 8192, rule).on(rule, f"from 256 to 8192 by the {rule} rule")
        yield given(0.4, 64, 16, rule).on(rule, f"from 64 to 16 by the {rule} rule")
        lr = float(rng.uniform(0.01, 2))
        yield given(lr, 48, 48, rule).on("edge", f"the size stays and the rule is {rule}")
        yield given(lr, 1, 300, rule).on("edge", f"from single samples by the {rule} rule")
        yield given(lr, 300, 1, rule).on("edge", f"to single samples by the {rule} rule")
        yield given(2, 25, 100, rule).on("edge", f"the rate is a whole number, the rule {rule}")
    at = partial(given, float(rng.uniform(0.01, 2)), 32, 128)
    for other in ("cube", "", "lin", "Linear", "SQRT", "linear sqrt", None):
        yield at(other).refused().on("errors", f"the rule is {other!r}")
    usual = given(float(rng.uniform(0.1, 0.4)), 256, 8192, "linear")
    yield from one_at_a_time(
        usual,
        "lr batch_size new_batch_size rule",
        "linear",
        lr=(2e-11, 3e3),
        batch_size=(2048,),
        new_batch_size=(96,),
    )


SCALE_LR = Exercise(
    name="scale_lr",
    unit=UNIT,
    signature="scale_lr(lr, batch_size, new_batch_size, rule)",
    returns=Number(),
    reference=_scale_lr,
    cases=_cases,
    worth={"linear": 1, "sqrt": 1, "edge": 0.5, "errors": 0.5},
    statements={
        "linear": "scales with the batch size by the linear rule",
        "sqrt": "scales with the square root of the batch size by the sqrt rule",
        "edge": "works for equal sizes, single samples and whole-number rates",
        "errors": "raises ValueError for any other rule",
    },
)


@SCALE_LR.variant
def as_written(lr, batch_size, new_batch_size, rule):
    if rule == "linear":
        return lr * new_batch_size / batch_size
    if rule == "sqrt":
        return lr * math.sqrt(new_batch_size / batch_size)
    raise ValueError(f"unknown rule {rule!r}")


@SCALE_LR.variant
def refusing_first(lr, batch_size, new_batch_size, rule):
    if rule not in ("linear", "sqrt"):
        raise ValueError("rule must be 'linear' or 'sqrt'")
    ratio = np.divide(new_batch_size, batch_size)
    return lr * (ratio if rule == "linear" else np.sqrt(ratio))


@SCALE_LR.variant
def by_exponent(lr, batch_size, new_batch_size, rule):
    powers = {"linear": 1, "sqrt": 0.5}
    if rule not in powers:
        raise ValueError(rule)
    return lr * (new_batch_size / batch_size) ** powers[rule]


@SCALE_LR.variant
def with_match(lr, batch_size, new_batch_size, rule):
    match rule:
        case "linear":
            return lr / batch_size * new_batch_size
        case "sqrt":
            return lr * math.sqrt(new_batch_size) / math.sqrt(batch_size)
        case _:
            raise ValueError("expected linear or sqrt")


@SCALE_LR.variant
def turning_the_key_error(lr, batch_size, new_batch_size, rule):
    try:
        grow = {"linear": float, "sqrt": math.sqrt}[rule]
    except KeyError:
        raise ValueError(f"no rule {rule}") from None
    return np.array(lr * grow(new_batch_size / batch_size))


SCALE_LR.misconception(
    "scales-the-wrong-way",
    Edit(by_exponent, ("new_batch_size / batch_size", "batch_size / new_batch_size")),
    where="Double the batch size: the rate has to rise.",
    why="A larger batch has less noise, so it can bear a larger rate.",
    how="The ratio is `new_batch_size / batch_size`.",
)

SCALE_LR.misconception(
    "exchanges-the-rules",
    Edit(by_exponent, ('"linear": 1, "sqrt": 0.5', '"linear": 0.5, "sqrt": 1')),
    where="Make the batch four times larger: linear gives 4 times the rate, sqrt twice.",
    why="The names of the two rules are exchanged.",
    how="Take the root for `sqrt` and the ratio itself for `linear`.",
)

SCALE_LR.misconception(
    "takes-the-root-of-the-rate",
    Edit(
        as_written,
        (
            "lr * math.sqrt(new_batch_size / batch_size)",
            "math.sqrt(lr * new_batch_size / batch_size)",
        ),
    ),
    where="Keep the batch size: the rate has to stay the same.",
    why="The root belongs to the ratio of the batch sizes alone, not to the rate.",
    how="Multiply `lr` by `math.sqrt(new_batch_size / batch_size)`.",
)

SCALE_LR.misconception(
    "roots-one-size-only",
    Edit(
        as_written,
        ("math.sqrt(new_batch_size / batch_size)", "math.sqrt(new_batch_size) / batch_size"),
    ),
    where="Keep the batch size: the rate has to stay the same.",
    why="A root of one size and not of the other does not give 1 for equal sizes.",
    how="Take the root of the ratio.",
)

SCALE_LR.misconception(
    "whole-ratios-only",
    Edit(by_exponent, ("new_batch_size / batch_size", "new_batch_size // batch_size")),
    where="Go from a batch of 64 to one of 16, or from 32 to 48.",
    why="`//` drops the fraction of the ratio, so smaller batches get a rate of 0.",
    how="Divide with `/`.",
)

SCALE_LR.misconception(
    "never-scales-down",
    Edit(by_exponent, ("(new_batch_size", "(max(new_batch_size, batch_size)")),
    where="Make the batch smaller: the rate has to fall.",
    why="The rules work in both directions; a small batch is noisier.",
    how="Use the ratio as it is, without `max(1, ...)`.",
)

SCALE_LR.misconception(
    "adds-the-difference",
    Edit(by_exponent, ("new_batch_size / batch_size", "1 + new_batch_size / batch_size")),
    where="Keep the batch size, then double it: the rate stays, then doubles.",
    why="Scaling multiplies; adding the growth to 1 counts the batch once too often.",
    how="Multiply by `new_batch_size / batch_size`.",
)

SCALE_LR.misconception(
    "ignores-the-rule",
    Edit(by_exponent, ('"sqrt": 0.5', '"sqrt": 1'), ("raise ValueError(rule)", 'rule = "linear"')),
    Edit(
        by_exponent, ('"linear": 1', '"linear": 0.5'), ("raise ValueError(rule)", 'rule = "sqrt"')
    ),
    where="Ask for the two rules in turn: are the results different?",
    why="The same formula for both rules is right for one of them only.",
    how="Ask for `rule` with `if`, and refuse what is neither.",
)

SCALE_LR.misconception(
    "accepts-any-rule",
    Edit(by_exponent, ("raise ValueError(rule)", 'rule = "sqrt"')),
    Edit(by_exponent, ("raise ValueError(rule)", 'rule = "linear"')),
    Edit(by_exponent, ("raise ValueError(rule)", "return lr")),
    Edit(by_exponent, ("raise ValueError(rule)", "return None")),
    where='Ask for the rule "cube".',
    why="Without an error nobody notices a misspelt rule: it gives some other rate, or None.",
    how="Test for both names and end with `raise ValueError(...)`.",
)

SCALE_LR.misconception(
    "raises-another-error",
    Edit(by_exponent, ("raise ValueError(rule)", "pass")),
    Edit(by_exponent, ("raise ValueError(rule)", "raise AssertionError(rule)")),
    Edit(by_exponent, ("raise ValueError(rule)", "raise NotImplementedError(rule)")),
    where="Which kind of error comes for an unknown rule?",
    why="The contract names ValueError: a caller that catches it would miss any other.",
    how="End with `raise ValueError(...)`.",
)

SCALE_LR.misconception(
    "forgives-misspelling",
    Edit(by_exponent, ("powers = {", "rule, powers = str(rule).lower(), {")),
    Edit(as_written, ('rule == "linear"', 'rule is not None and rule in "linear"')),
    where='Ask for the rules "Linear", "lin" or "" instead of "linear".',
    why="The contract knows two names; guessing what was meant hides mistakes.",
    how='Compare whole names: `rule == "linear"`, and refuse the rest.',
)
