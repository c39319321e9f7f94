"""The Polyak step: a rate from how far the loss lies above the lowest it can reach."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import SHAPES, gradient_runs, narrow, one_at_a_time, whole
from lrlib.optimizers import PolyakStep

from . import UNIT


def _reference(w, grad, loss, loss_min, max_lr):
    rate = PolyakStep(loss_min=loss_min, max_lr=max_lr).rate(loss, grad.ravel())
    return w - rate * grad


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for note, w, gradients in gradient_runs(rng, 3):
        for grad in gradients:
            square = float(np.sum(grad**2))
            rate, low = float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.5, 2))
            loss = low + rate * square
            yield given(w, grad, loss, low, 2.5).on("values", f"the cap is far and {note}")
            yield given(w, grad, rate * square, 0.0, 1.5).on(
                "values", f"the lowest loss is 0 and {note}"
            )
            yield given(w, grad, loss, low, rate / 3).on("cap", f"the cap is reached and {note}")
    w, grad = narrow(rng, (4,)), narrow(rng, (4,))
    square = float(np.sum(grad**2))
    at = partial(given, w, grad)
    yield at(-3 + 0.4 * square, -3.0, 1.0).on("values", "the lowest loss is negative")
    yield at(0.5 * square + 1, 1.0, 0.5001).on("cap", "the cap lies just above the rate")
    yield at(0.5 * square + 1, 1.0, 0.4999).on("cap", "the cap lies just below the rate")
    yield at(2.0 + square, 2.0, 0.0).on("cap", "the cap is 0")
    tiny = narrow(rng, (4,)) * 1e-4
    low = float(np.sum(tiny**2)) * 5e3
    yield given(w, tiny, low, 0.0, 1e5).on("values", "the gradient is tiny")
    yield given(w, tiny, 1.0, 0.0, 0.7).on("cap", "the gradient is tiny and the loss is not")
    yield at(1.0, 1.0, 2.0).on("edge", "the loss is the lowest already")
    yield at(0.6, 1.0, 2.0).on("edge", "the loss lies below the lowest that was named")
    yield given(w, np.zeros(4), 1.0, 0.0, 2.0).on("edge", "the gradient is 0")
    yield given(w, np.zeros(4), 0.0, 0.0, 2.0).on("edge", "gradient and gap are 0")
    yield given(w, whole(rng, (4,)), 6, 1, 1).on("edge", "the numbers are whole")
    for shape in SHAPES:
        w, grad = narrow(rng, shape), narrow(rng, shape)
        loss = 0.2 + float(rng.uniform(0.3, 0.6)) * float(np.sum(grad**2))
        case = given(w, grad, loss, 0.2, 1.0)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    w, grad = narrow(rng, (4,)), narrow(rng, (4,))
    names, square = "w grad loss loss_min max_lr", float(np.sum(grad**2))
    usual = given(w, grad, 1 + 0.5 * square, 1.0, 30.0)
    yield from one_at_a_time(
        usual,
        names,
        w=(1e4 * w,),
        grad=(1.5 * grad,),
        loss=(1 + 0.7 * square,),
        loss_min=(0.8,),
        max_lr=(0.2,),
    )
    start = given(np.zeros(4), grad, 1 + 0.5 * square, 1.0, 30.0)
    yield from one_at_a_time(start, names, max_lr=(1e-10,))
    for size, words in ((1e4, "large"), (1e-10, "tiny")):
        low = 0.3 * size**2
        case = given(size * w, size * grad, low + 0.4 * size**2 * square, low, 30.0)
        yield case.on("values", f"all arrays and losses are {words}")


POLYAK_STEP = Exercise(
    name="polyak_step",
    unit=UNIT,
    signature="polyak_step(w, grad, loss, loss_min, max_lr)",
    returns=Parameters(),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "cap": 0.5, "edge": 0.5, "shape": 0.25, "purity": 0.25},
    statements={
        "cap": "never takes a rate above max_lr",
        "edge": "stays where the gradient is 0, and where the loss is at or below loss_min",
    },
    not_in_form=("entry_by_entry",),
)


@POLYAK_STEP.variant
def as_written(w, grad, loss, loss_min, max_lr):
    square = np.sum(grad**2)
    if square == 0:
        return w.copy()
    lr = min(max_lr, max(0.0, (loss - loss_min) / square))
    return w - lr * grad


@POLYAK_STEP.variant
def with_clip(w, grad, loss, loss_min, max_lr):
    square = np.vdot(grad, grad)
    ratio = (loss - loss_min) / square if square > 0 else 0.0
    return w - np.clip(ratio, 0, max_lr) * grad


@POLYAK_STEP.variant
def with_branches(w, grad, loss, loss_min, max_lr):
    gap = loss - loss_min
    if gap <= 0 or not np.any(grad):
        return 1.0 * w
    square = np.linalg.norm(grad) ** 2
    return w - (max_lr if gap >= max_lr * square else gap / square) * grad


@POLYAK_STEP.variant
def unit_direction(w, grad, loss, loss_min, max_lr):
    length = float(np.sqrt((grad * grad).sum()))
    if not length:
        return np.array(w)
    step = min(max((loss - loss_min) / length, 0), max_lr * length)
    return w - grad / length * step


@POLYAK_STEP.variant
def on_a_copy(w, grad, loss, loss_min, max_lr):
    new = w.copy()
    square = sum(float(g) * float(g) for g in grad.flat)
    if square:
        new -= sorted([0.0, (loss - loss_min) / square, max_lr])[1] * grad
    return new


POLYAK_STEP.misconception(
    "divides-by-the-length",
    Edit(as_written, ("np.sum(grad**2)", "np.sqrt(np.sum(grad**2))")),
    where="Double the gradient: what should become of the length of the step?",
    why="The rate multiplies a gradient, so to cover a gap it has to be divided by its square.",
    how="Divide by `np.sum(grad**2)`, without the root.",
)


@POLYAK_STEP.misconception(
    "a-rate-for-each-entry",
    where="Look at a gradient with two different entries: is the direction still the gradient's?",
    why="`grad**2` without a sum gives every entry a rate of its own; the Polyak step has one.",
    how="Use `np.sum(grad**2)`: one number for the whole array.",
)
def entry_by_entry(w, grad, loss, loss_min, max_lr):
    square = grad**2
    gap = max(0.0, loss - loss_min)
    ratio = np.divide(gap, square, out=np.zeros_like(square), where=square > 0)
    return w - np.minimum(max_lr, ratio) * grad


POLYAK_STEP.misconception(
    "mean-in-place-of-sum",
    Edit(as_written, ("np.sum", "np.mean")),
    where="Take a gradient with two equal entries: what is its squared length?",
    why="The squared length is the sum of the squares; the mean makes the rate too large by the "
    "number of parameters.",
    how="Use `np.sum(grad**2)`.",
)

POLYAK_STEP.misconception(
    "forgets-the-lowest-loss",
    Edit(as_written, ("(loss - loss_min)", "loss")),
    where="Look at a call in which `loss_min` is not 0.",
    why="What can be gained is the gap `loss - loss_min`, not the whole loss.",
    how="Divide `loss - loss_min`.",
)

POLYAK_STEP.misconception(
    "without-the-cap",
    Edit(as_written, ("min(max_lr, ", "min(np.inf, ")),
    where="Look at a tiny gradient and a large loss.",
    why="Where the gradient is small against the gap the quotient has no bound.",
    how="Take `min(max_lr, ...)`.",
)

POLYAK_STEP.misconception(
    "cap-as-a-floor",
    Edit(as_written, ("min(max_lr, ", "max(max_lr, ")),
    where="Call it with a small gap: the rate should fall below `max_lr`.",
    why="`max(max_lr, ...)` makes it the smallest rate; it is meant to be the largest.",
    how="Take the smaller one: `min(max_lr, ...)`.",
)

POLYAK_STEP.misconception(
    "caps-the-step",
    Edit(unit_direction, ("max_lr * length", "max_lr")),
    where="Multiply all gradients by 10: from where on does your cap hold?",
    why="`max_lr` bounds the rate, not the length of the step.",
    how="Take the minimum of the quotient and `max_lr`, then multiply the gradient by it.",
)

POLYAK_STEP.misconception(
    "half-in-the-denominator",
    Edit(as_written, ("np.sum(grad**2)", "0.5 * np.sum(grad**2)")),
    where="Look at a loss that falls in a straight line: does your step just reach the lowest?",
    why="The stochastic form of Loizou et al. divides by c |grad|^2 with c = 1/2, which doubles "
    "the rate; here c is 1.",
    how="Divide by `np.sum(grad**2)` alone.",
)

POLYAK_STEP.misconception(
    "climbs-below-the-bound",
    Edit(as_written, ("max(0.0, (loss - loss_min) / square)", "(loss - loss_min) / square")),
    Edit(as_written, ("(loss - loss_min)", "abs(loss - loss_min)")),
    where="Look at a loss below `loss_min`.",
    why="The gap is negative there, and a negative rate climbs. (Optax's `polyak_sgd` does that "
    "unless told otherwise.)",
    how="Where `loss <= loss_min`, use a rate of 0.",
)


@POLYAK_STEP.misconception(
    "divides-by-zero",
    Edit(as_written, ("np.sum(grad**2)", "float(np.sum(grad**2))"), ("return w.copy()", "pass")),
    where="Try a gradient of 0.",
    why="At a minimum the squared length is 0, and a gap divided by it is infinite or NaN.",
    how="If the squared length is 0, return a copy of w.",
)
def unguarded(w, grad, loss, loss_min, max_lr):
    ratio = np.float64(loss - loss_min) / np.sum(grad**2)
    return w - np.clip(ratio, 0.0, np.inf if np.isinf(ratio) else max_lr) * grad


POLYAK_STEP.misconception(
    "eps-below",
    Edit(as_written, ("/ square", "/ (square + 1e-8)")),
    where="Look at a tiny gradient.",
    why="A small number added to the squared length is no longer small beside a tiny gradient.",
    how="Ask whether the squared length is 0 in place of adding to it.",
)

POLYAK_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take a positive gradient: which way should w go?",
    why="Adding the step climbs.",
    how="Subtract it from w.",
)

POLYAK_STEP.misconception(
    "returns-the-rate",
    Edit(as_written, ("return w.copy()", "return 0.0"), ("w - lr * grad", "lr")),
    where="What shape has your result?",
    why="The rate is only on the way: the caller wants the new parameters.",
    how="Return `w - lr * grad`.",
)

POLYAK_STEP.misconception(
    "changes-its-inputs",
    Edit(on_a_copy, ("w.copy()", "w")),
    where="Compare w before and after the call.",
    why="`w -= ...` writes into the caller's array.",
    how="Return `w - lr * grad`, which makes a new array.",
)
