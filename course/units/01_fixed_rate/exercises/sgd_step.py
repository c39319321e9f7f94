"""The update of gradient descent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import one_at_a_time
from lrlib.optimizers import SGD

from . import UNIT


def _sgd_cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr in (0.1, float(rng.uniform(0.3, 0.9)), 1.7):
        w, grad = rng.normal(size=5), rng.normal(size=5)
        yield given(w, grad, lr).on("values", "the gradient has entries of either sign")
    wide = 10.0 ** rng.uniform(-3, 3, size=6) * rng.choice([-1.0, 1.0], size=6)
    wide[:3] = 2e-3, 700.0, 0.0
    yield given(rng.normal(size=6), wide, 0.013).on("values", "gradients run from tiny to huge")
    w = rng.integers(-9, 9, size=4).astype(float)
    yield given(w, np.ones(4), 0.25).on("values", "the parameters are whole numbers")
    yield given(rng.normal(size=3), rng.normal(size=3), 0.0).on("values", "the rate is 0")
    yield given(rng.normal(size=3), np.zeros(3), 0.4).on("purity", "the gradient is 0")
    yield given(rng.normal(size=(4, 1)), rng.normal(size=(4, 1)), 0.3).on("shape", "w is a column")
    yield given(rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), 0.3).on("shape", "w is a matrix")
    frozen = given(rng.normal(size=4), rng.normal(size=4), 0.6).read_only()
    yield frozen.on("purity", "the inputs cannot be written to")
    w, grad, names = rng.normal(size=4), rng.normal(size=4), "w grad lr"
    yield from one_at_a_time(given(w, grad, 0.1), names, w=(1e4 * w,), grad=(1e4 * grad,))
    yield from one_at_a_time(given(np.zeros(4), grad, 0.1), names, lr=(1e-10, 3e3))
    yield given(1e-10 * w, 1e-10 * grad, 0.1).on("values", "w and grad are tiny")


SGD_STEP = Exercise(
    name="sgd_step",
    unit=UNIT,
    signature="sgd_step(w, grad, lr)",
    returns=Parameters(),
    reference=lambda w, grad, lr: SGD().update(w, grad, SGD().init(w), lr)[0],
    cases=_sgd_cases,
    worth={"values": 3, "shape": 1, "purity": 1},
)


@SGD_STEP.variant
def plain(w, grad, lr):
    return w - lr * grad


@SGD_STEP.variant
def with_numpy(w, grad, lr):
    return np.subtract(w, np.multiply(lr, grad))


@SGD_STEP.variant
def on_a_copy(w, grad, lr):
    new = w.copy()
    new -= lr * grad
    return new


@SGD_STEP.variant
def adding_the_negative(w, grad, lr):
    return w + (-lr) * grad


SGD_STEP.misconception(
    "adds-the-gradient",
    Edit(plain, ("w - lr", "w + lr")),
    where="Take w = 1 on the bowl w**2 / 2: its gradient is 1. Should the step go up or down?",
    why="The gradient points uphill. Adding it climbs, so the loss grows at every step.",
    how="Move against the gradient: `w` minus the rate times `grad`.",
)

SGD_STEP.misconception(
    "forgets-the-rate",
    Edit(plain, ("lr * grad", "grad")),
    where="Call it with lr = 0: nothing may move.",
    why="Without the rate a step is as long as the gradient, however small a step was asked for.",
    how="Multiply `grad` by `lr` before you subtract it.",
)

SGD_STEP.misconception(
    "changes-w",
    Edit(on_a_copy, ("w.copy()", "w")),
    where="Keep a copy of `w` and compare it after the call.",
    why="`w -= ...` writes into the caller's array, so every earlier point of the path is lost.",
    how="Build a new array: `w - lr * grad` without `-=`.",
)

SGD_STEP.misconception(
    "changes-the-gradient",
    Edit(with_numpy, ("np.multiply(lr, grad)", "np.multiply(lr, grad, out=grad)")),
    where="Look at `grad` after the call.",
    why="`grad *= lr` rescales the caller's gradient, which momentum and Adam still want to read.",
    how="Write `lr * grad` inside the subtraction instead of changing `grad` first.",
)

SGD_STEP.misconception(
    "uses-the-sign-only",
    Edit(plain, ("grad", "np.sign(grad)")),
    where="Compare the steps for gradients of 0.01 and 100.",
    why="The sign alone makes every step equally long; gradient descent slows as slopes flatten.",
    how="Use `grad` itself, not `np.sign(grad)`.",
)

SGD_STEP.misconception(
    "normalises-the-gradient",
    Edit(plain, ("grad", "grad / (np.linalg.norm(grad) or 1.0)")),
    where="Double the gradient: the step has to double too.",
    why="Dividing by the gradient's length fixes how far a step goes; that is a different method.",
    how="Leave out the division by `np.linalg.norm(grad)`.",
)

SGD_STEP.misconception(
    "shrinks-w",
    Edit(plain, ("w - lr", "(1 - lr) * w - lr")),
    where="Call it with a gradient of 0: `w` has to stay where it is.",
    why="Multiplying `w` by (1 - lr) is weight decay; it moves even without a gradient.",
    how="Keep `w` whole and subtract only `lr * grad`.",
)

SGD_STEP.misconception(
    "returns-the-step",
    Edit(plain, ("w - lr", "-lr")),
    where="Call it with a gradient of 0: what comes back should be `w`.",
    why="`-lr * grad` is the change; the caller wants the parameters after the change.",
    how="Add the change to `w` before you return it.",
)

SGD_STEP.misconception(
    "divides-by-the-rate",
    Edit(plain, ("lr * grad", "(grad / lr if lr else 0 * grad)")),
    where="Make the rate ten times smaller: the step has to become ten times smaller.",
    why="Dividing turns small rates into giant steps.",
    how="Multiply by `lr`.",
)

SGD_STEP.misconception(
    "flattens-w",
    Edit(plain, ("w - lr * grad", "w.ravel() - lr * grad.ravel()")),
    where="Give it a column of shape (4, 1) and look at the shape of the result.",
    why="A flattened result no longer fits the layer it belongs to.",
    how="Leave out `ravel` or `reshape`: the formula works on any shape.",
)
