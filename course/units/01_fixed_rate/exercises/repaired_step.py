"""The repair of unit 01: a step with weight decay that leaves its gradient alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import one_at_a_time

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr, decay in ((0.1, 0.5), (0.4, 0.01), (1.5, 0.2)):
        w, grad = rng.normal(size=4), rng.normal(size=4)
        yield given(w, grad, lr, decay).on("all", f"lr is {lr} and decay is {decay}")
    yield given(rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), 0.3, 0.1).on(
        "all", "w is a matrix"
    )
    yield given(rng.normal(size=3), np.zeros(3), 0.3, 0.2).on("all", "the gradient is 0")
    yield given(rng.normal(size=3), rng.normal(size=3), 0.3, 0.0).on("all", "decay is 0")
    frozen = given(rng.normal(size=3), rng.normal(size=3), 0.2, 0.3).read_only()
    yield frozen.on("all", "the inputs cannot be written to")
    w, grad, names = rng.normal(size=4), rng.normal(size=4), "w grad lr decay"
    usual = given(w, grad, 0.1, 0.2)
    yield from one_at_a_time(usual, names, "all", w=(1e4 * w,), grad=(1e4 * grad,))
    yield from one_at_a_time(given(np.zeros(4), grad, 0.1, 0.2), names, "all", lr=(1e-10, 3e3))
    still = given(w, np.zeros(4), 3e3, 0.2)
    yield from one_at_a_time(still, names, "all", decay=(0.0, 1e-7, 3e3))
    yield given(1e-10 * w, 1e-10 * grad, 0.1, 0.2).on("all", "w and grad are tiny")


REPAIRED_STEP = Exercise(
    name="repaired_step",
    unit=UNIT,
    signature="repaired_step(w, grad, lr, decay)",
    returns=Parameters(),
    reference=lambda w, grad, lr, decay: w - lr * (grad + decay * w),
    cases=_cases,
    worth={"all": 1},
    statements={"all": "returns what the first call returned, and leaves w and grad alone"},
)


@REPAIRED_STEP.variant
def one_line(w, grad, lr, decay):
    return w - lr * (grad + decay * w)


@REPAIRED_STEP.variant
def plus_for_plus_equals(w, grad, lr, decay):
    if decay != 0:
        grad = grad + decay * w
    step = lr * grad
    return w - step


@REPAIRED_STEP.variant
def on_a_copy(w, grad, lr, decay):
    grad = grad.copy()
    grad += decay * w
    return w - lr * grad


@REPAIRED_STEP.variant
def shrunk_first(w, grad, lr, decay):
    return (1 - lr * decay) * w - lr * grad


@REPAIRED_STEP.variant
def two_steps(w, grad, lr, decay):
    new = w.copy()
    new -= lr * grad
    new -= lr * decay * w
    return new


REPAIRED_STEP.misconception(
    "changes-the-gradient",
    Edit(plus_for_plus_equals, ("grad = grad +", "grad +=")),
    where="Look at `grad` after the call.",
    why="`grad += ...` writes into the caller's array.",
    how="Write `grad = grad + ...`, which makes a new array.",
)


@REPAIRED_STEP.misconception(
    "changes-w",
    where="Look at `w` after the call.",
    why="`w -= ...` writes into the caller's array: the same fault in another line.",
    how="Return a new array instead of changing `w`.",
)
def moves_w(w, grad, lr, decay):
    w -= lr * (grad + decay * w)
    return w


@REPAIRED_STEP.misconception(
    "puts-the-gradient-back",
    where="Call it with a `grad` that cannot be written to.",
    why="Undoing the change afterwards still writes, and rounding leaves a trace.",
    how="Do not write into `grad` at all.",
)
def undone(w, grad, lr, decay):
    grad += decay * w
    new = w - lr * grad
    grad -= decay * w
    return new


REPAIRED_STEP.misconception(
    "drops-the-decay",
    Edit(one_line, (" + decay * w", "")),
    where="Call it with a gradient of 0: `w` has to shrink.",
    why="Without the decay nothing is changed, but the function no longer does its work.",
    how="Keep `decay` times `w` beside the gradient.",
)

REPAIRED_STEP.misconception(
    "decays-the-gradient",
    Edit(one_line, ("decay * w", "decay * grad")),
    where="Call it with a gradient of 0: `w` has to shrink.",
    why="The decay pulls the weights to 0, so it has to multiply `w`.",
    how="Add `decay` times `w`, not `decay` times `grad`.",
)

REPAIRED_STEP.misconception(
    "decay-without-the-rate",
    Edit(one_line, ("lr * (grad + decay * w)", "lr * grad - decay * w")),
    where="Call it with lr = 0.1 and a gradient of 0: how much should `w` shrink?",
    why="In the code above the decay goes through the rate, as the gradient does.",
    how="Multiply the decay by `lr` too.",
)

REPAIRED_STEP.misconception(
    "grows-the-weights",
    Edit(one_line, ("grad + decay", "grad - decay")),
    where="Call it with a gradient of 0: `w` has to move towards 0.",
    why="With the sign turned round the pull becomes a push.",
    how="The decay is added to the gradient, and both are subtracted from `w`.",
)

REPAIRED_STEP.misconception(
    "climbs",
    Edit(one_line, ("w - lr", "w + lr")),
    where="Call it with decay = 0: the step goes against the gradient.",
    why="Adding the gradient climbs.",
    how="Subtract the step from `w`.",
)

REPAIRED_STEP.misconception(
    "returns-the-step",
    Edit(one_line, ("w - lr", "lr")),
    where="Call it with a gradient of 0 and decay = 0: what comes back should be `w`.",
    why="The caller wants the new weights, not the change.",
    how="Subtract the step from `w` before you return.",
)
