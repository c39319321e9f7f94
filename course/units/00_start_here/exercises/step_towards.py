"""A first graded function: an array moved by a share of its way to another, itself untouched."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.edits import Edit
from autograders.declare.exercise import Case, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import narrow, one_at_a_time

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def between(shape: int | tuple[int, ...], share: float) -> Case:
        return given(rng.normal(size=shape) * 3, rng.normal(size=shape) * 3, share)

    for share in (0.5, 0.1, 1.5):
        yield between(5, share).on("values", f"share is {share}")
    yield given(np.array([8.0, -4.0]), np.array([0.0, 4.0]), 0.25).on("values", "whole numbers")
    yield between(4, float(rng.uniform(2, 3))).on("values", "share is above 2")
    yield between(4, 1).on("values", "share is 1")
    yield given(rng.normal(size=4) * 1e3, rng.normal(size=4), 0.3).on("values", "x is far away")
    yield between((3, 1), 0.7).on("shape", "x is a column")
    yield between((2, 3, 2), 0.3).on("shape", "x has three axes")
    yield between(4, 0.0).on("purity", "share is 0")
    here = rng.normal(size=3)
    yield given(here, here.copy(), 0.4).on("purity", "x is at the target already")
    yield between(4, 1.0).on("purity", "share is 1")
    yield between(4, 0.3).read_only().on("purity", "x and target must not be written to")
    x, target = narrow(rng, (4,)), narrow(rng, (4,))
    names = "x target share"
    yield from one_at_a_time(
        given(x, target, 0.3), names, x=(1e4 * x,), target=(1e4 * target,), share=(0.7,)
    )
    yield from one_at_a_time(given(np.zeros(4), target, 0.3), names, share=(1e-7, 3e3))
    yield given(1e-10 * x, 1e-10 * target, 0.3).on("values", "x and target are tiny")


STEP_TOWARDS = Exercise(
    name="step_towards",
    unit=UNIT,
    signature="step_towards(x, target, share)",
    returns=Parameters(),
    reference=lambda x, target, share: x + share * (target - x),
    cases=_cases,
    harmless={"share at least 1e-09": "right versions that start at the target round as much"},
    worth={"values": 2, "shape": 1, "purity": 1},
)


@STEP_TOWARDS.variant
def start_and_way(x, target, share):
    return x + share * (target - x)


@STEP_TOWARDS.variant
def weighted_mean(x, target, share):
    return (1 - share) * x + share * target


@STEP_TOWARDS.variant
def on_a_copy(x, target, share):
    result = x.copy()
    result += share * (target - x)
    return result


@STEP_TOWARDS.variant
def back_from_the_target(x, target, share):
    return target - (1 - share) * (target - x)


@STEP_TOWARDS.variant
def with_numpy(x, target, share):
    return np.add(x, np.multiply(share, np.subtract(target, x)))


@STEP_TOWARDS.variant
def entry_by_entry(x, target, share):
    result = np.empty_like(x)
    for index in np.ndindex(x.shape):
        result[index] = x[index] + share * (target[index] - x[index])
    return result


@STEP_TOWARDS.variant
def single_precision(x, target, share):
    return (x + share * (target - x)).astype(np.float32)


STEP_TOWARDS.misconception(
    "changes-an-input",
    Edit(on_a_copy, ("x.copy()", "x")),
    Edit(with_numpy, ("np.subtract(target, x)", "np.subtract(target, x, out=target)")),
    where="Look at what `x` and `target` hold after the call, not only at what comes back.",
    why="`x += ...` writes into the caller's array. The caller still needs the old values.",
    how="Make a new array: `x + ...` does, `x += ...` does not.",
)

STEP_TOWARDS.misconception(
    "walks-away",
    Edit(start_and_way, ("target - x", "x - target")),
    Edit(start_and_way, ("x + share", "x - share")),
    where="Take x = 0, target = 1 and a share of 0.5: does the result lie between them?",
    why="The way from `x` to the target is target minus `x`; turned round, it leads away.",
    how="Exchange the two in the difference.",
)

STEP_TOWARDS.misconception(
    "returns-the-move",
    Edit(start_and_way, ("x + share", "share")),
    where="Call it with a share of 0: what comes back should be `x`.",
    why="The move alone says how far, not where `x` ends.",
    how="Add the move to `x` before you return it.",
)

STEP_TOWARDS.misconception(
    "forgets-the-start",
    Edit(start_and_way, ("(target - x)", "target")),
    where="Call it with a share of 1: what comes back should be the target.",
    why="A share of the target is not a share of the way to it.",
    how="Take the way from `x` to the target first, then its share.",
)

STEP_TOWARDS.misconception(
    "shares-exchanged",
    Edit(
        weighted_mean, ("(1 - share) * x", "share * x"), ("share * target", "(1 - share) * target")
    ),
    where="Call it with a share of 0: nothing may move.",
    why="With the shares exchanged, a small share moves nearly all the way.",
    how="The target gets `share`, and `x` keeps what is left of 1.",
)

STEP_TOWARDS.misconception(
    "jumps-to-the-target",
    Edit(start_and_way, ("share * ", "")),
    where="Call it with a share of 0.5: the result should lie half-way.",
    why="Without the share every step goes all the way.",
    how="Multiply the way by `share`.",
)

STEP_TOWARDS.misconception(
    "never-past-the-target",
    Edit(start_and_way, ("share *", "min(share, 1) *")),
    where="Call it with a share of 1.5: the result should lie past the target.",
    why="A share above 1 is allowed; it overshoots, as a learning rate that is too large does.",
    how="Use `share` as it is.",
)

STEP_TOWARDS.misconception(
    "returns-x-for-nothing-to-do",
    Edit(start_and_way, ("return", "if share == 0:\n        return x\n    return")),
    where="Try a share of 0 and change the result: does `x` change with it?",
    why="Returning `x` itself hands out the caller's own array under a second name.",
    how="Let every path compute a new array; there is no need for a shortcut.",
)

STEP_TOWARDS.misconception(
    "returns-the-target-itself",
    Edit(start_and_way, ("return", "if share == 1:\n        return target\n    return")),
    where="Try a share of 1 and change the result: does the target change with it?",
    why="Returning `target` itself hands out the caller's own array under a second name.",
    how="Let every path compute a new array; there is no need for a shortcut.",
)

STEP_TOWARDS.misconception(
    "flattens",
    Edit(start_and_way, ("x + share * (target - x)", "(x + share * (target - x)).ravel()")),
    where="Give it an array of shape (3, 1) and look at the shape that comes back.",
    why="Flattening loses the shape; a result has the shape of its input.",
    how="Leave out `ravel`, `flatten` or `reshape(-1)`.",
)

STEP_TOWARDS.misconception(
    "list-out",
    Edit(start_and_way, ("x + share * (target - x)", "(x + share * (target - x)).tolist()")),
    where="Look at the type of what comes back.",
    why="A list is not an array: the next line of a training loop could not calculate with it.",
    how="Return the array as it is, without `list(...)` or `.tolist()`.",
)

STEP_TOWARDS.misconception(
    "whole-numbers-only",
    Edit(start_and_way, ("x + share * (target - x)", "np.trunc(x + share * (target - x))")),
    where="Try a share of 0.3 and look at the decimals.",
    why="`int(...)` or `//` cuts off the decimals of the result.",
    how="Return without rounding.",
)
