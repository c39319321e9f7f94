"""The effective rate: what is left of the rate after the division."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import SHAPES, narrow, one_at_a_time, whole

from . import UNIT


def _reference(mean_square, *, lr, eps):
    return lr / (np.sqrt(mean_square) + eps)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr, eps in ((0.1, 1e-2), (float(rng.uniform(0.2, 2)), 0.3), (1, 1e-3), (3.0, 0.05)):
        yield given(narrow(rng, (5,)) ** 2, lr=lr, eps=eps).on("values", "squares are moderate")
        yield given(10.0 ** rng.uniform(-3, 3, 4), lr=lr, eps=eps).on(
            "values", "squares vary a lot"
        )
    yield given(whole(rng, (4,)) ** 2, lr=0.7, eps=0.1).on("values", "squares are whole numbers")
    for shape in SHAPES:
        squares = narrow(rng, shape) ** 2
        yield given(squares, lr=0.4, eps=0.05).on("shape", f"the array has shape {shape}")
        frozen = given(squares, lr=0.9, eps=0.02).read_only()
        yield frozen.on("purity", "the input cannot be written to")
    some = narrow(rng, (4,)) ** 2
    some[1] = 0.0
    yield given(some, lr=0.2, eps=0.01).on("edge", "one entry has seen no gradient")
    yield given(np.zeros(3), lr=0.2, eps=0.01).on("edge", "no entry has seen a gradient")
    yield given(narrow(rng, (3,)) ** 2, lr=0.0, eps=0.1).on("edge", "the rate is 0")
    usual = given(narrow(rng, (4,)) ** 2, lr=0.3, eps=1e-8)
    small, large = 1e-12 * narrow(rng, (4,)) ** 2, 1e4 * narrow(rng, (4,)) ** 2
    yield from one_at_a_time(usual, "mean_square", mean_square=(small, large))
    fresh = given(small, lr=0.3, eps=1e-8)
    yield from one_at_a_time(fresh, "mean_square", lr=(1e-10, 3e3), eps=(1e-3, 3e3))
    late = given(large, lr=1e-8, eps=1e-8)
    yield late.on("values", "the rate is tiny and the squares are large")


EFFECTIVE_LR = Exercise(
    name="effective_lr",
    unit=UNIT,
    signature="effective_lr(mean_square, *, lr, eps)",
    returns=Parameters(),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "edge": 0.5, "shape": 0.5, "purity": 0.5},
)


@EFFECTIVE_LR.variant
def as_written(mean_square, *, lr, eps):
    return lr / (np.sqrt(mean_square) + eps)


@EFFECTIVE_LR.variant
def power(mean_square, *, lr, eps):
    return lr * (mean_square**0.5 + eps) ** -1.0


@EFFECTIVE_LR.variant
def divide(mean_square, *, lr, eps):
    return np.divide(lr, np.add(eps, np.sqrt(mean_square)))


EFFECTIVE_LR.misconception(
    "eps-inside-the-root",
    Edit(as_written, ("(np.sqrt(mean_square) + eps)", "np.sqrt(mean_square + eps)")),
    where="Try a mean square of 0: the rate should be lr / eps.",
    why="Inside the root `eps` counts by its own root; Keras writes it so, PyTorch does not.",
    how="Add `eps` after taking the root.",
)

EFFECTIVE_LR.misconception(
    "forgets-the-root",
    Edit(as_written, ("np.sqrt(mean_square)", "mean_square")),
    where="Try a mean square of 4: the rate should be about half of lr.",
    why="The mean of squares has to become a size of gradients again before it divides the rate.",
    how="Divide by the root.",
)

EFFECTIVE_LR.misconception(
    "forgets-eps",
    Edit(as_written, (" + eps", "")),
    Edit(as_written, ("+ eps", "+ 1e-8")),
    Edit(as_written, ("(np.sqrt(mean_square) + eps)", "np.maximum(np.sqrt(mean_square), eps)")),
    where="Make `eps` large: every rate has to become smaller.",
    why="`eps` is a part of every divisor; without it a parameter without gradients has an infinite "
    "rate.",
    how="Add the `eps` of the call to the root.",
)

EFFECTIVE_LR.misconception(
    "multiplies",
    Edit(as_written, ("lr /", "lr *")),
    where="Does a parameter with large gradients get a smaller rate?",
    why="Multiplying by the root gives large gradients larger rates still.",
    how="Divide `lr` by the root.",
)

EFFECTIVE_LR.misconception(
    "adds-eps-last",
    Edit(as_written, ("(np.sqrt(mean_square) + eps)", "np.sqrt(mean_square) + eps")),
    where="Try a mean square of 0: this divides by 0 before `eps` can help.",
    why="`lr / root + eps` adds to the rate what should have been added to the divisor.",
    how="Put brackets round `np.sqrt(mean_square) + eps`.",
)

EFFECTIVE_LR.misconception(
    "one-rate-for-all",
    Edit(
        as_written,
        ("np.sqrt(mean_square)", "np.sqrt(np.full_like(mean_square, np.mean(mean_square)))"),
    ),
    Edit(as_written, ("np.sqrt(mean_square)", "np.sqrt(np.mean(mean_square))")),
    where="Look at the shape of the result: there should be a rate for each parameter.",
    why="Averaging over the entries gives one rate; the method has one for each.",
    how="Leave out `np.mean` or `np.sum`.",
)

EFFECTIVE_LR.misconception(
    "squares-again",
    Edit(as_written, ("np.sqrt(mean_square)", "mean_square**2")),
    where="Try a mean square of 4: dividing by 16 is far too much.",
    why="The input is an average of squares already; squaring it again is one square too many.",
    how="Take the root of the input as it is.",
)


@EFFECTIVE_LR.misconception(
    "changes-its-input",
    where="Compare `mean_square` before and after the call.",
    why="`out=mean_square` or `+=` writes into the caller's array, which the next update needs.",
    how="Let NumPy make a new array: `np.sqrt(mean_square) + eps`.",
)
def in_place(mean_square, *, lr, eps):
    np.sqrt(mean_square, out=mean_square)
    mean_square += eps
    return lr / mean_square


EFFECTIVE_LR.misconception(
    "returns-a-list",
    Edit(as_written, ("lr /", "(lr /"), ("eps)", "eps)).tolist()")),
    where="Look at the type of what comes back.",
    why="A list cannot be multiplied with a gradient.",
    how="Return the array that NumPy computes.",
)
