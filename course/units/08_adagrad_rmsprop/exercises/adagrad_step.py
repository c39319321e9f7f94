"""AdaGrad: each parameter's rate shrinks with the squares of its own gradients so far."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several
from course.shared.draws import SHAPES, gradient_runs, narrow, one_at_a_time
from lrlib.optimizers import AdaGrad
from lrlib.optimizers.adaptive import Accumulator

from . import UNIT


def _reference(w, grad, accumulator, *, lr, eps):
    w, state = AdaGrad(eps).update(w, grad, Accumulator(accumulator), lr)
    return w, state.accumulator


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr, eps, (note, w, gradients) in zip(
        (0.1, 0.7, 1), (1e-2, 0.3, 1e-2), gradient_runs(rng, 6)
    ):
        accumulator = np.zeros_like(w)
        for grad in gradients:
            yield given(w, grad, accumulator, lr=lr, eps=eps).on("values", note)
            w, accumulator = _reference(w, grad, accumulator, lr=lr, eps=eps)
    for shape in SHAPES:
        w, grad, accumulator = narrow(rng, shape), narrow(rng, shape), narrow(rng, shape) ** 2
        case = given(w, grad, accumulator, lr=float(rng.uniform(0.2, 0.9)), eps=0.05)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    w, accumulator = narrow(rng, (4,)), narrow(rng, (4,)) ** 2
    yield given(w, np.zeros(4), accumulator, lr=0.4, eps=0.1).on("edge", "the gradient is 0")
    zero = given(w, np.zeros(4), np.zeros(4), lr=0.4, eps=0.1)
    yield zero.on("edge", "gradient and accumulator are 0")
    yield given(w, narrow(rng, (4,)), accumulator, lr=0.0, eps=0.1).on("edge", "the rate is 0")
    w, grad, accumulator = narrow(rng, (4,)), narrow(rng, (4,)), narrow(rng, (4,)) ** 2
    names, settings = "w grad accumulator", {"lr": 0.3, "eps": 1e-8}
    yield from one_at_a_time(
        given(w, grad, accumulator, **settings),
        names,
        w=(1e4 * w,),
        grad=(1e4 * grad,),
        accumulator=(1e4 * accumulator,),
    )
    start = given(np.zeros(4), 1e-5 * grad, 1e-10 * accumulator, **settings)
    yield from one_at_a_time(start, names, lr=(1e-10, 3e3), eps=(1e-3, 3e3))
    tiny = given(1e-10 * w, 1e-10 * grad, 1e-20 * accumulator, **{**settings, "lr": 1e-8})
    yield tiny.on("values", "the rate and all arrays are tiny")


ADAGRAD_STEP = Exercise(
    name="adagrad_step",
    unit=UNIT,
    signature="adagrad_step(w, grad, accumulator, *, lr, eps)",
    returns=Several((Parameters(), Parameters()), ("w", "accumulator")),
    reference=_reference,
    cases=_cases,
    worth={"values": 2, "edge": 0.5, "shape": 0.5, "purity": 1},
)


@ADAGRAD_STEP.variant
def as_written(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + grad**2
    return w - lr * grad / (np.sqrt(accumulator) + eps), accumulator


@ADAGRAD_STEP.variant
def rate_first(w, grad, accumulator, *, lr, eps):
    total = np.add(accumulator, np.square(grad))
    rates = lr / (total**0.5 + eps)
    return [w - rates * grad, total]


@ADAGRAD_STEP.variant
def on_copies(w, grad, accumulator, *, lr, eps):
    w, accumulator = w.copy(), accumulator.copy()
    accumulator += grad * grad
    w -= lr * grad / (eps + np.sqrt(accumulator))
    return w, accumulator


ADAGRAD_STEP.misconception(
    "eps-inside-the-root",
    Edit(as_written, ("(np.sqrt(accumulator) + eps)", "np.sqrt(accumulator + eps)")),
    where="Look at where `eps` stands: compare with a first gradient of 0.01.",
    why="Optax and Keras add `eps` inside the root; here it is added to the root, so that it is "
    "small beside the root and not beside its square.",
    how="Divide by `np.sqrt(a) + eps`, not by `np.sqrt(a + eps)`.",
)

ADAGRAD_STEP.misconception(
    "uses-the-old-accumulator",
    Edit(rate_first, ("total**0.5", "accumulator**0.5")),
    where="Look at the very first update, when the accumulator is 0.",
    why="The present gradient has to be counted before the division; else the first step is divided "
    "by `eps` alone and shoots away.",
    how="Compute the new accumulator first, and divide by its root.",
)

ADAGRAD_STEP.misconception(
    "forgets-the-root",
    Edit(as_written, ("np.sqrt(accumulator)", "accumulator")),
    where="Multiply all gradients by 10: AdaGrad's step should hardly change.",
    why="Dividing by the sum of squares itself makes large gradients take tiny steps.",
    how="Divide by the square root of the accumulator.",
)

ADAGRAD_STEP.misconception(
    "sums-gradients-not-squares",
    Edit(as_written, ("grad**2", "np.abs(grad)")),
    Edit(as_written, ("grad**2", "grad"), ("np.sqrt(accumulator)", "np.sqrt(np.abs(accumulator))")),
    where="Try gradients +1 and then -1: does the accumulator fall back to 0?",
    why="Gradients of opposite sign cancel; only squares measure how much a parameter was moved.",
    how="Add `grad**2` to the accumulator.",
)

ADAGRAD_STEP.misconception(
    "replaces-the-accumulator",
    Edit(as_written, ("accumulator + grad**2", "grad**2")),
    where="Look at the second update: does the first gradient still count?",
    why="`a = grad**2` forgets the past, and every step becomes as long as the rate.",
    how="Add the square to the accumulator that came in.",
)

ADAGRAD_STEP.misconception(
    "one-rate-for-all",
    Edit(as_written, ("grad**2", "np.sum(grad**2)")),
    where="Give one parameter large gradients and another small ones: compare their rates.",
    why="Summing over all entries gives every parameter the same divisor, not one of its own.",
    how="Leave out `np.sum` or `np.linalg.norm`: work entry by entry.",
)

ADAGRAD_STEP.misconception(
    "averages-the-squares",
    Edit(as_written, ("accumulator + grad**2", "0.9 * accumulator + 0.1 * grad**2")),
    where="Follow the accumulator over many updates: it may never shrink.",
    why="A moving average forgets old squares: that is RMSprop, which came later.",
    how="Add the square with full weight and keep all of the old accumulator.",
)

ADAGRAD_STEP.misconception(
    "changes-its-inputs",
    Edit(on_copies, ("w.copy(), accumulator.copy()", "w, accumulator")),
    Edit(on_copies, ("accumulator.copy()", "accumulator")),
    where="Compare `accumulator` and `w` before and after the call.",
    why="`+=` and `-=` write into the caller's arrays.",
    how="Write `accumulator = accumulator + grad**2`, which makes a new array.",
)

ADAGRAD_STEP.misconception(
    "returns-the-old-accumulator",
    Edit(rate_first, (", total]", ", accumulator.copy()]")),
    where="Look at the second value that you return.",
    why="If the caller gets the old accumulator back, nothing is ever accumulated.",
    how="Return the new one: it holds the square of this gradient.",
)

ADAGRAD_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take a positive gradient: which way should `w` go?",
    why="Adding the scaled gradient climbs.",
    how="Subtract it from `w`.",
)

ADAGRAD_STEP.misconception(
    "forgets-eps",
    Edit(
        as_written,
        ("(np.sqrt(accumulator) + eps)", "np.where(accumulator > 0, np.sqrt(accumulator), 1.0)"),
    ),
    Edit(as_written, ("+ eps", "+ 1e-8")),
    where="Make `eps` large: the step has to become shorter.",
    why="Without `eps` a parameter that has seen no gradient yet divides 0 by 0.",
    how="Add the `eps` of the call to the root before dividing.",
)

ADAGRAD_STEP.misconception(
    "swaps-the-results",
    Edit(rate_first, ("w - rates * grad, total", "total, w - rates * grad")),
    where="Look at the order of the two results.",
    why="The contract returns the parameters first; swapped, the caller trains the accumulator.",
    how="Return `(w, accumulator)`.",
)
