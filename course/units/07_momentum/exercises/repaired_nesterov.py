"""The repair of unit 07: Nesterov's step, subtracted as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for shape in ((4,), (2, 3), (1,)):
        for mu in (0.9, 0.5, float(rng.uniform(0.6, 0.8))):
            w, grad, velocity = (rng.normal(size=shape) for _ in range(3))
            yield given(w, grad, velocity, float(rng.uniform(0.05, 1)), mu).on(
                "all", f"shape {shape}, mu {mu:.2g}"
            )
    w, grad = rng.normal(size=3), rng.normal(size=3)
    yield given(w, grad, np.zeros(3), 0.1, 0.9).on("all", "the velocity is zero")
    yield given(w, np.zeros(3), grad, 0.1, 0.9).on("all", "the gradient is zero")
    yield given(w, grad, w.copy(), 0.1, 0.0).on("all", "there is no momentum")


def _step(w, grad, velocity, lr, mu):
    velocity = mu * velocity + grad
    return w - lr * (grad + mu * velocity), velocity


REPAIRED_NESTEROV = Exercise(
    name="repaired_nesterov",
    unit=UNIT,
    signature="repaired_nesterov(w, grad, velocity, lr, mu)",
    returns=Several((Parameters(), Parameters()), ("w", "velocity")),
    reference=_step,
    cases=_cases,
    worth={"all": 1},
    statements={"all": "subtracts the gradient and the faded velocity"},
)


@REPAIRED_NESTEROV.variant
def with_brackets(w, grad, velocity, lr, mu):
    velocity = mu * velocity + grad
    return w - lr * (grad + mu * velocity), velocity


@REPAIRED_NESTEROV.variant
def two_subtractions(w, grad, velocity, lr, mu):
    velocity = mu * velocity + grad
    return w - grad * lr - mu * velocity * lr, velocity


@REPAIRED_NESTEROV.variant
def multiplied_out(w, grad, velocity, lr, mu):
    return w - lr * ((1 + mu) * grad + mu**2 * velocity), grad + mu * velocity


@REPAIRED_NESTEROV.variant
def the_step_on_a_line_of_its_own(w, grad, velocity, lr, mu):
    new = mu * velocity + grad
    step = grad * lr + mu * new * lr
    return [w - step, new]


@REPAIRED_NESTEROV.variant
def through_the_point_behind(w, grad, velocity, lr, mu):
    behind = w + lr * mu * velocity
    velocity = mu * velocity + grad
    return behind - lr * velocity - lr * mu * velocity, velocity


REPAIRED_NESTEROV.misconception(
    "as-it-was",
    Edit(two_subtractions, ("- mu * velocity * lr", "+ mu * velocity * lr")),
    where="Give it a large velocity and a small gradient: which way does w move?",
    why="The velocity is still added, so the step goes uphill once it is large.",
    how="Subtract the gradient and the faded velocity together.",
)

REPAIRED_NESTEROV.misconception(
    "all-signs-turned",
    Edit(with_brackets, ("w - lr", "w + lr")),
    where="Start with zero velocity: does w move against the gradient?",
    why="The whole step is added, so every update goes uphill.",
    how="Subtract the step.",
)

REPAIRED_NESTEROV.misconception(
    "plain-momentum",
    Edit(with_brackets, ("(grad + mu * velocity)", "velocity")),
    where="Start with zero velocity: how long should the first step be?",
    why="That is momentum without the look ahead.",
    how="Step by the gradient and the new velocity, faded once more.",
)

REPAIRED_NESTEROV.misconception(
    "forgets-to-fade-the-velocity",
    Edit(with_brackets, ("(grad + mu * velocity)", "(grad + velocity)")),
    where="Start with zero velocity: how long should the first step be?",
    why="The velocity looks ahead by its faded length, mu times itself.",
    how="Multiply it by `mu` in the step.",
)

REPAIRED_NESTEROV.misconception(
    "keeps-the-look-ahead",
    Edit(with_brackets, ("velocity), velocity", "velocity), grad + mu * velocity")),
    where="Look at the second result: which velocity is carried on?",
    why="The second fading is for this step only; the velocity is that of momentum.",
    how="Return the velocity itself.",
)

REPAIRED_NESTEROV.misconception(
    "returns-the-old-velocity",
    Edit(multiplied_out, (", grad + mu * velocity", ", velocity")),
    where="Look at the second result.",
    why="The velocity that came in goes out again, so nothing is remembered.",
    how="Return the new velocity.",
)

REPAIRED_NESTEROV.misconception(
    "looks-ahead-without-the-gradient",
    Edit(with_brackets, ("(grad + mu * velocity)", "(mu * velocity)")),
    where="Start with zero velocity: how long should the first step be?",
    why="The gradient itself is missing from the step.",
    how="Add it to the faded velocity, then multiply by the rate.",
)

REPAIRED_NESTEROV.misconception(
    "rate-on-one-part-only",
    Edit(two_subtractions, ("- mu * velocity * lr", "- mu * velocity")),
    where="Make the rate a tenth: does the whole step become a tenth?",
    why="Only the gradient is multiplied by the rate.",
    how="Multiply the sum of both by `lr`.",
)
