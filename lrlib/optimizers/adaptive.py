"""Rules that give each parameter its own rate: AdaGrad, RMSprop, AdaDelta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import Optimizer

__all__ = ["AdaGrad", "RMSprop", "AdaDelta"]


class Accumulator(NamedTuple):
    """The state of AdaGrad: the sum of squared gradients."""

    accumulator: Array


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """Divide each entry's rate by the root of all its squared gradients so far.

        a = a + g**2
        w = w - lr * g / (sqrt(a) + eps)

    Args:
        eps: added outside the root, above 0.

    >>> rule = AdaGrad(eps=1e-8)
    >>> w = np.array([0.0, 0.0])
    >>> w, state = rule.update(w, np.array([4.0, -0.5]), rule.init(w), lr=1.0)
    >>> w.round(6).tolist(), state.accumulator.tolist()
    ([-1.0, 1.0], [16.0, 0.25])

    Source: J. Duchi, E. Hazan, Y. Singer (2011), "Adaptive Subgradient Methods for Online
    Learning and Stochastic Optimization". Same as torch `Adagrad`; Optax and Keras put `eps`
    inside the root and start the accumulator at 0.1.
    """

    eps: float = 1e-10

    def __post_init__(self) -> None:
        check.settle(self, eps=check.positive)

    def init(self, w: Array) -> Accumulator:
        return Accumulator(np.zeros_like(check.parameters(w)))

    def update(
        self, w: Array, grad: Array, state: Accumulator, lr: Rate
    ) -> tuple[Array, Accumulator]:
        grad, lr = check.step_arguments(w, grad, lr)
        accumulator = state.accumulator + grad**2
        return w - lr * grad / (np.sqrt(accumulator) + self.eps), Accumulator(accumulator)


class MeanSquare(NamedTuple):
    """The state of RMSprop: the moving average of squared gradients."""

    mean_square: Array


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """AdaGrad that forgets: divide by the root of a moving average of squared gradients.

        s = rho * s + (1 - rho) * g**2
        w = w - lr * g / (sqrt(s) + eps)

    Args:
        rho: share of the average that is kept, at least 0 and below 1.
        eps: added outside the root, above 0.

    >>> rule = RMSprop(rho=0.75, eps=1e-8)
    >>> w = np.array([0.0])
    >>> w, state = rule.update(w, np.array([4.0]), rule.init(w), lr=1.0)
    >>> w.round(6).tolist(), state.mean_square.tolist()
    ([-2.0], [4.0])

    Source: T. Tieleman, G. Hinton (2012), "Neural Networks for Machine Learning", lecture 6.5.
    Same as torch `RMSprop(alpha=rho)` and Optax `rmsprop(decay=rho, eps_in_sqrt=False)`; Keras
    puts `eps` inside the root.
    """

    rho: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check.settle(self, rho=check.decay, eps=check.positive)

    def init(self, w: Array) -> MeanSquare:
        return MeanSquare(np.zeros_like(check.parameters(w)))

    def update(
        self, w: Array, grad: Array, state: MeanSquare, lr: Rate
    ) -> tuple[Array, MeanSquare]:
        grad, lr = check.step_arguments(w, grad, lr)
        mean_square = self.rho * state.mean_square + (1 - self.rho) * grad**2
        return w - lr * grad / (np.sqrt(mean_square) + self.eps), MeanSquare(mean_square)


class Squares(NamedTuple):
    """The state of AdaDelta: moving averages of squared gradients and of squared steps."""

    mean_square: Array
    mean_square_step: Array


@dataclass(frozen=True)
class AdaDelta(Optimizer):
    """RMSprop in the units of the parameters: scaled by the size of its own past steps.

        s = rho * s + (1 - rho) * g**2
        d = sqrt(u + eps) / sqrt(s + eps) * g
        u = rho * u + (1 - rho) * d**2
        w = w - lr * d

    The one rule here with `eps` inside the root, where it sets the size of the first step. Its
    author has no rate at all, which is `lr=1`.

    Args:
        rho: share of both averages that is kept, at least 0 and below 1.
        eps: added inside both roots, above 0.

    >>> rule = AdaDelta(rho=0.75, eps=3.0)
    >>> w = np.array([2.0])
    >>> w, state = rule.update(w, np.array([6.0]), rule.init(w), lr=1.0)
    >>> w.tolist(), state.mean_square.tolist(), state.mean_square_step.tolist()
    ([-1.0], [9.0], [2.25])

    Source: M. D. Zeiler (2012), "ADADELTA: An Adaptive Learning Rate Method". Same as torch
    `Adadelta`, Optax `adadelta` and Keras `Adadelta`; Keras's rate is 0.001 unless told.
    """

    rho: float = 0.9
    eps: float = 1e-6

    def __post_init__(self) -> None:
        check.settle(self, rho=check.decay, eps=check.positive)

    def init(self, w: Array) -> Squares:
        zeros = np.zeros_like(check.parameters(w))
        return Squares(zeros, zeros)

    def update(self, w: Array, grad: Array, state: Squares, lr: Rate) -> tuple[Array, Squares]:
        grad, lr = check.step_arguments(w, grad, lr)
        s = self.rho * state.mean_square + (1 - self.rho) * grad**2
        d = np.sqrt(state.mean_square_step + self.eps) / np.sqrt(s + self.eps) * grad
        u = self.rho * state.mean_square_step + (1 - self.rho) * d**2
        return w - lr * d, Squares(s, u)
