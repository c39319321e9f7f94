"""The repair of unit 08: epsilon where the recipe was tuned, inside the root."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for size in (1.0, 0.03, 1e-4):
        for eps in (1e-3, 1.0):
            w, grad = rng.normal(size=4), size * rng.normal(size=4)
            s = size**2 * rng.uniform(0.5, 2, 4)
            yield given(w, grad, s, float(rng.uniform(0.05, 1)), 0.9, eps).on(
                "all", f"gradients of about {size}, eps {eps}"
            )
    w, grad = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    yield given(w, grad, np.zeros((2, 3)), 0.1, 0.99, 0.01).on("all", "nothing has been seen yet")
    yield given(w, np.zeros((2, 3)), grad**2, 0.1, 0.9, 0.01).on("all", "the gradient is zero")


def _step(w, grad, s, lr, rho, eps):
    mean = rho * s + (1 - rho) * grad**2
    return w - lr * grad / np.sqrt(mean + eps), mean


REPAIRED_PORT = Exercise(
    name="repaired_port",
    unit=UNIT,
    signature="repaired_port(w, grad, s, lr, rho, eps)",
    returns=Several((Parameters(), Parameters()), ("w", "s")),
    reference=_step,
    cases=_cases,
    worth={"all": 1},
    statements={"all": "moves as the original recipe does, for gradients of every size"},
)


@REPAIRED_PORT.variant
def inside_the_root(w, grad, s, lr, rho, eps):
    mean = rho * s + (1 - rho) * grad**2
    return w - lr * grad / np.sqrt(mean + eps), mean


@REPAIRED_PORT.variant
def by_a_power(w, grad, s, lr, rho, eps):
    s = rho * s + (1 - rho) * grad * grad
    return w - lr * grad * (s + eps) ** -0.5, s


@REPAIRED_PORT.variant
def rate_first(w, grad, s, lr, rho, eps):
    s = s + (1 - rho) * (grad**2 - s)
    return w - lr / (s + eps) ** 0.5 * grad, s


@REPAIRED_PORT.variant
def by_length(w, grad, s, lr, rho, eps):
    mean = rho * s + (1 - rho) * np.square(grad)
    return w - lr * grad / np.hypot(np.sqrt(mean), np.sqrt(eps)), mean


@REPAIRED_PORT.variant
def entry_by_entry(w, grad, s, lr, rho, eps):
    moved, means = w.copy(), s.copy()
    for at in np.ndindex(w.shape):
        means[at] = rho * s[at] + (1 - rho) * grad[at] ** 2
        moved[at] -= lr * grad[at] / (means[at] + eps) ** 0.5
    return moved, means


REPAIRED_PORT.misconception(
    "as-it-was",
    Edit(inside_the_root, ("np.sqrt(mean + eps)", "(np.sqrt(mean) + eps)")),
    where="Try gradients of 0.0001.",
    why="eps is still added to the root.",
    how="Add it to the mean, before the root is taken.",
)

REPAIRED_PORT.misconception(
    "squares-epsilon",
    Edit(inside_the_root, ("mean + eps", "mean + eps**2")),
    where="Try gradients of 0.0001: how large is the denominator of the original?",
    why="Squared, eps is as small as outside the root; the original has it unsquared.",
    how="Add eps itself, not its square.",
)

REPAIRED_PORT.misconception(
    "takes-the-root-of-epsilon",
    Edit(inside_the_root, ("np.sqrt(mean + eps)", "(np.sqrt(mean) + np.sqrt(eps))")),
    where="Try gradients of 0.03, between the two extremes.",
    why="The root of a sum is not the sum of the roots: right at both ends, wrong in between.",
    how="Add first, then take one root.",
)

REPAIRED_PORT.misconception(
    "takes-the-larger-of-the-two",
    Edit(inside_the_root, ("np.sqrt(mean + eps)", "np.sqrt(np.maximum(mean, eps))")),
    where="Try gradients of 0.03, between the two extremes.",
    why="The larger of the two is nearly the sum, except where they are alike.",
    how="Add the root and eps.",
)

REPAIRED_PORT.misconception(
    "stores-epsilon",
    Edit(inside_the_root, ("eps), mean", "eps), mean + eps")),
    where="Look at the second result.",
    why="eps belongs to the division, not to the mean that is carried on.",
    how="Return the mean as it is.",
)

REPAIRED_PORT.misconception(
    "without-epsilon",
    Edit(inside_the_root, ("mean + eps", "mean + 0 * eps")),
    where="Try gradients of 0.0001, or one that is 0 from the start.",
    why="Without eps nothing limits the rate of a parameter with tiny gradients.",
    how="Add eps to the mean.",
)

REPAIRED_PORT.misconception(
    "divides-by-the-old-mean",
    Edit(inside_the_root, ("np.sqrt(mean + eps)", "np.sqrt(s + eps)")),
    where="Start with a mean of 0: what does the first step divide by?",
    why="The division uses the mean from before this gradient.",
    how="Use the new mean.",
)

REPAIRED_PORT.misconception(
    "forgets-the-root",
    Edit(inside_the_root, ("np.sqrt(mean + eps)", "(mean + eps)")),
    where="Try gradients of 0.03.",
    why="The rate is divided by the root of the mean square.",
    how="Take the root of mean + eps.",
)

REPAIRED_PORT.misconception(
    "returns-the-old-mean",
    Edit(inside_the_root, ("eps), mean", "eps), s")),
    where="Look at the second result.",
    why="The mean that came in goes out again.",
    how="Return the new mean.",
)
