"""Rules with a velocity: momentum and Nesterov's form of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import Optimizer

__all__ = ["Momentum", "Nesterov"]


class Velocity(NamedTuple):
    """The state of a rule with momentum."""

    velocity: Array


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Heavy-ball momentum: gradients pile up in a velocity that slowly forgets.

        v = mu * v + g
        w = w - lr * v

    On a constant gradient the velocity grows to `g / (1 - mu)`.

    Args:
        mu: share of the velocity that is kept, at least 0 and below 1.

    >>> rule = Momentum(mu=0.5)
    >>> w = np.array([1.0]); state = rule.init(w)
    >>> w, state = rule.update(w, np.array([1.0]), state, lr=0.1)
    >>> w, state = rule.update(w, np.array([1.0]), state, lr=0.1)
    >>> w.tolist(), state.velocity.tolist()
    ([0.75], [1.5])

    Source: B. T. Polyak (1964), "Some Methods of Speeding up the Convergence of Iteration
    Methods". Same as torch `SGD(momentum=mu)` and Optax `sgd(momentum=mu)`; Keras keeps
    `lr` inside the velocity, which differs as soon as the rate changes.
    """

    mu: float = 0.9

    def __post_init__(self) -> None:
        check.settle(self, mu=check.decay)

    def init(self, w: Array) -> Velocity:
        return Velocity(np.zeros_like(check.parameters(w)))

    def update(self, w: Array, grad: Array, state: Velocity, lr: Rate) -> tuple[Array, Velocity]:
        grad, lr = check.step_arguments(w, grad, lr)
        velocity = self.mu * state.velocity + grad
        return w - lr * velocity, Velocity(velocity)


@dataclass(frozen=True)
class Nesterov(Optimizer):
    """Nesterov's momentum: step as if the velocity had already been applied once more.

        v = mu * v + g
        w = w - lr * (g + mu * v)

    Args:
        mu: share of the velocity that is kept, at least 0 and below 1.

    >>> rule = Nesterov(mu=0.5)
    >>> w = np.array([1.0])
    >>> w, state = rule.update(w, np.array([1.0]), rule.init(w), lr=0.5)
    >>> w.tolist(), state.velocity.tolist()
    ([0.25], [1.0])

    Source: Y. Nesterov (1983), "A Method for Solving the Convex Programming Problem with
    Convergence Rate O(1/k^2)", in the form of I. Sutskever et al. (2013). Same as torch
    `SGD(nesterov=True)` and Optax `sgd(nesterov=True)`; Keras keeps `lr` inside the velocity.
    """

    mu: float = 0.9

    def __post_init__(self) -> None:
        check.settle(self, mu=check.decay)

    def init(self, w: Array) -> Velocity:
        return Velocity(np.zeros_like(check.parameters(w)))

    def update(self, w: Array, grad: Array, state: Velocity, lr: Rate) -> tuple[Array, Velocity]:
        grad, lr = check.step_arguments(w, grad, lr)
        velocity = self.mu * state.velocity + grad
        return w - lr * (grad + self.mu * velocity), Velocity(velocity)
