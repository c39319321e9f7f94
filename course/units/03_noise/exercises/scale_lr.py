"""A new rate for a new batch size, by the linear or the square-root rule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Exercise, given
from autograders.declare.returns import Number

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


SCALE_LR = Exercise(
    name="scale_lr",
    unit=UNIT,
    signature="scale_lr(lr, batch_size, new_batch_size, rule)",
    returns=Number(),
    reference=_scale_lr,
    cases=_cases,
    worth={"linear": 1.5, "sqrt": 1.5, "edge": 1, "errors": 1},
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


@SCALE_LR.variant
def in_single_precision(lr, batch_size, new_batch_size, rule):
    return np.float32(as_written(lr, batch_size, new_batch_size, rule))


@SCALE_LR.misconception(
    "scales-the-wrong-way",
    where="Double the batch size: the rate has to rise.",
    why="A larger batch has less noise, so it can bear a larger rate.",
    how="The ratio is `new_batch_size / batch_size`.",
)
def inverse_ratio(lr, batch_size, new_batch_size, rule):
    return as_written(lr, new_batch_size, batch_size, rule)


@SCALE_LR.misconception(
    "exchanges-the-rules",
    where="Make the batch four times larger: linear gives 4 times the rate, sqrt twice.",
    why="The names of the two rules are exchanged.",
    how="Take the root for `sqrt` and the ratio itself for `linear`.",
)
def exchanged(lr, batch_size, new_batch_size, rule):
    other = {"linear": "sqrt", "sqrt": "linear"}
    return as_written(lr, batch_size, new_batch_size, other.get(rule, rule))


@SCALE_LR.misconception(
    "takes-the-root-of-the-rate",
    where="Keep the batch size: the rate has to stay the same.",
    why="The root belongs to the ratio of the batch sizes alone, not to the rate.",
    how="Multiply `lr` by `math.sqrt(new_batch_size / batch_size)`.",
)
def root_of_everything(lr, batch_size, new_batch_size, rule):
    new = as_written(lr, batch_size, new_batch_size, "linear" if rule == "sqrt" else rule)
    return math.sqrt(new) if rule == "sqrt" else new


@SCALE_LR.misconception(
    "roots-one-size-only",
    where="Keep the batch size: the rate has to stay the same.",
    why="A root of one size and not of the other does not give 1 for equal sizes.",
    how="Take the root of the ratio.",
)
def root_of_the_new_size(lr, batch_size, new_batch_size, rule):
    if rule == "sqrt":
        return lr * math.sqrt(new_batch_size) / batch_size
    return as_written(lr, batch_size, new_batch_size, rule)


@SCALE_LR.misconception(
    "whole-ratios-only",
    where="Go from a batch of 64 to one of 16, or from 32 to 48.",
    why="`//` drops the fraction of the ratio, so smaller batches get a rate of 0.",
    how="Divide with `/`.",
)
def floor_division(lr, batch_size, new_batch_size, rule):
    return as_written(lr, 1, new_batch_size // batch_size, rule)


@SCALE_LR.misconception(
    "never-scales-down",
    where="Make the batch smaller: the rate has to fall.",
    why="The rules work in both directions; a small batch is noisier.",
    how="Use the ratio as it is, without `max(1, ...)`.",
)
def only_upwards(lr, batch_size, new_batch_size, rule):
    return as_written(lr, batch_size, max(new_batch_size, batch_size), rule)


@SCALE_LR.misconception(
    "adds-the-difference",
    where="Keep the batch size, then double it: the rate stays, then doubles.",
    why="Scaling multiplies; adding the growth to 1 counts the batch once too often.",
    how="Multiply by `new_batch_size / batch_size`.",
)
def one_more(lr, batch_size, new_batch_size, rule):
    return as_written(lr, batch_size, batch_size + new_batch_size, rule)


@SCALE_LR.misconception(
    "ignores-the-rule",
    where="Ask for the two rules in turn: are the results different?",
    why="The same formula for both rules is right for one of them only.",
    how="Ask for `rule` with `if`, and refuse what is neither.",
)
def always_linear(lr, batch_size, new_batch_size, rule):
    return lr * new_batch_size / batch_size


@SCALE_LR.also("ignores-the-rule")
def always_the_root(lr, batch_size, new_batch_size, rule):
    return lr * math.sqrt(new_batch_size / batch_size)


@SCALE_LR.misconception(
    "accepts-any-rule",
    where='Ask for the rule "cube".',
    why="Without an error nobody notices a misspelt rule: it gives some other rate, or None.",
    how="Test for both names and end with `raise ValueError(...)`.",
)
def otherwise_root(lr, batch_size, new_batch_size, rule):
    return as_written(lr, batch_size, new_batch_size, "linear" if rule == "linear" else "sqrt")


@SCALE_LR.also("accepts-any-rule")
def otherwise_linear(lr, batch_size, new_batch_size, rule):
    return as_written(lr, batch_size, new_batch_size, "sqrt" if rule == "sqrt" else "linear")


@SCALE_LR.also("accepts-any-rule")
def otherwise_unchanged(lr, batch_size, new_batch_size, rule):
    known = rule in ("linear", "sqrt")
    return as_written(lr, batch_size, new_batch_size, rule) if known else lr


@SCALE_LR.also("accepts-any-rule")
def otherwise_none(lr, batch_size, new_batch_size, rule):
    known = rule in ("linear", "sqrt")
    return as_written(lr, batch_size, new_batch_size, rule) if known else None


@SCALE_LR.misconception(
    "raises-another-error",
    where="Which kind of error comes for an unknown rule?",
    why="The contract names ValueError: a caller that catches it would miss any other.",
    how="End with `raise ValueError(...)`.",
)
def key_error(lr, batch_size, new_batch_size, rule):
    ratio = new_batch_size / batch_size
    return lr * {"linear": ratio, "sqrt": math.sqrt(ratio)}[rule]


@SCALE_LR.also("raises-another-error")
def assertion(lr, batch_size, new_batch_size, rule):
    if rule not in ("linear", "sqrt"):
        raise AssertionError(rule)
    return as_written(lr, batch_size, new_batch_size, rule)


@SCALE_LR.also("raises-another-error")
def not_implemented(lr, batch_size, new_batch_size, rule):
    if rule not in ("linear", "sqrt"):
        raise NotImplementedError(rule)
    return as_written(lr, batch_size, new_batch_size, rule)


@SCALE_LR.misconception(
    "forgives-misspelling",
    where='Ask for the rules "Linear", "lin" or "" instead of "linear".',
    why="The contract knows two names; guessing what was meant hides mistakes.",
    how='Compare whole names: `rule == "linear"`, and refuse the rest.',
)
def in_any_case(lr, batch_size, new_batch_size, rule):
    if not isinstance(rule, str):
        raise ValueError(rule)
    return as_written(lr, batch_size, new_batch_size, rule.lower())


@SCALE_LR.also("forgives-misspelling")
def part_of_the_name(lr, batch_size, new_batch_size, rule):
    if rule is not None and rule in "linear":
        return lr * new_batch_size / batch_size
    return as_written(lr, batch_size, new_batch_size, rule)
