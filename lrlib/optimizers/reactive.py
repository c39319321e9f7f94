"""Rates that react to training: to a metric, to the loss, to gradients, to distance covered.

In the rules that measure a whole vector the last axis of `w` is the vector and any axes before
it are separate runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib._plain import Plain
from lrlib.optimizers.base import Optimizer

__all__ = [
    "ReactiveRate",
    "ReduceOnPlateau",
    "PolyakStep",
    "Hypergradient",
    "DoG",
    "Prodigy",
]


class ReactiveRate(Plain):
    """A number computed from what training measures: a rate for any optimizer, or the scale of
    the loss."""


class PlateauState(NamedTuple):
    """The rate, the best metric, updates without improvement, and updates left to ignore."""

    lr: float
    best: float
    bad: int
    cooling: int


@dataclass(frozen=True)
class ReduceOnPlateau(ReactiveRate):
    """Cut the rate when a metric has stopped improving; lower is better.

        state = rule.init(lr);  state = rule.update(metric, state);  use state.lr

        better when metric < best - min_delta: best = metric, bad = 0; otherwise bad += 1
        when cooling > 0: cooling -= 1, bad = 0
        when bad > patience: lr = max(lr * factor, min_lr), bad = 0, cooling = cooldown

    A NaN metric is never an improvement.

    Args:
        factor: of each cut, above 0 and at most 1.
        patience: bad values that are put up with, 0 or more.
        min_delta: improvement that counts, 0 or more, in units of the metric.
        min_lr: the rate neither starts nor falls below it, 0 or more.
        cooldown: values after a cut that are not counted as bad, 0 or more.

    >>> rule = ReduceOnPlateau(factor=0.5, patience=1, min_delta=0.0)
    >>> state = rule.init(lr=1.0)
    >>> for metric in [3.0, 2.0, 2.0, 2.0]:
    ...     state = rule.update(metric, state)
    ...     print(state.lr, state.best, state.bad)
    1.0 3.0 0
    1.0 2.0 0
    1.0 2.0 1
    0.5 2.0 0

    Source: the practice of K. He et al. (2016), "Deep Residual Learning for Image Recognition",
    whose rate is divided by 10 when the error plateaus.
    Same as torch `ReduceLROnPlateau(patience=p, cooldown=c, threshold_mode="abs")`, which is
    Keras `(p + 1, c + 1)` and Optax `(p + 1, c)`; torch also skips cuts smaller than 1e-8.
    """

    factor: float = 0.1
    patience: int = 10
    min_delta: float = 1e-4
    min_lr: float = 0.0
    cooldown: int = 0

    def __post_init__(self) -> None:
        check.settle(
            self,
            factor=check.factor,
            patience=check.whole,
            min_delta=check.not_negative,
            min_lr=check.rate,
            cooldown=check.whole,
        )

    def init(self, lr: float) -> PlateauState:
        """The state before any metric, at the rate `lr`, which is `min_lr` or more."""
        floor = check.within(f"min_lr, {self.min_lr:g}, or more", lambda x: x >= self.min_lr)
        return PlateauState(floor("lr", check.rate("lr", lr)), math.inf, 0, 0)

    def update(self, metric: float, state: PlateauState) -> PlateauState:
        """The state after one more value of the metric."""
        lr, best, bad, cooling = state
        if metric < best - self.min_delta:
            best, bad = float(metric), 0
        else:
            bad += 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad > self.patience:
            lr, bad, cooling = max(lr * self.factor, self.min_lr), 0, self.cooldown
        return PlateauState(lr, best, bad, cooling)


@dataclass(frozen=True)
class PolyakStep(ReactiveRate):
    """The rate that would reach the lowest loss if the loss were as its tangent says.

        lr = min(max_lr, (loss - loss_min) / |grad|**2)

    It is 0 below `loss_min`, where the gradient is 0, and where loss or gradient are not finite.

    Args:
        loss_min: a lower bound of the loss; 0 suits a model that can fit its data exactly.
        max_lr: the largest rate, 0 or more.

    >>> rule = PolyakStep(loss_min=0.0, max_lr=1.0)
    >>> w = np.array([3.0, 4.0])              # loss |w|**2 / 2, whose gradient is w
    >>> rule.rate(w @ w / 2, w)
    0.5

    Source: B. T. Polyak (1987), "Introduction to Optimization", section 5.3; the cap is from
    N. Loizou et al. (2021), "Stochastic Polyak Step-size for SGD". Same as Optax
    `polyak_sgd(variant="sps+")`; its default variant lets the rate become negative.
    """

    loss_min: float = 0.0
    max_lr: float = 1.0

    def __post_init__(self) -> None:
        check.settle(self, loss_min=check.number, max_lr=check.rate)

    def rate(self, loss: ArrayLike, grad: Array) -> Any:
        """A `float` for one loss and one gradient (n,); for losses (runs,) and gradients
        (runs, n) an array (runs, 1) that every optimizer takes as `lr`."""
        gap = np.asarray(loss)[..., None] - self.loss_min
        square = np.sum(grad**2, axis=-1, keepdims=True)
        if gap.shape != square.shape:
            raise ValueError(
                f"loss should have one value per gradient, shape {grad.shape[:-1]}, "
                f"but it has {np.shape(loss)}."
            )
        usable = np.isfinite(gap) & np.isfinite(square) & (square > 0)
        ratio = np.divide(gap, square, out=np.zeros_like(square), where=usable)
        rates = np.clip(ratio, 0.0, self.max_lr)
        return float(rates[0]) if rates.ndim == 1 else rates


def _inner(a: Array, b: Array) -> Array:
    return np.sum(a * b, axis=-1, keepdims=True)


def _norm(a: Array) -> Array:
    return np.sqrt(_inner(a, a))


def _one_per_run(w: Array) -> Array:
    """Zeros of shape (..., 1): a number for each run."""
    if check.parameters(w).ndim == 0:
        raise ValueError("w should be a vector, or rows of vectors, but it is a single number.")
    return np.zeros_like(w[..., :1])


class Correction(NamedTuple):
    """The state of hypergradient descent: what is added to the rate, and the last gradient."""

    correction: Array
    grad: Array


@dataclass(frozen=True)
class Hypergradient(Optimizer):
    """SGD that learns its rate: up while successive gradients agree, down when they oppose.

        c  = c + hyper_lr * (g . g_last)
        w  = w - (lr + c) * g

    `lr` is where the rate starts; with a schedule the learned correction is added to it.

    Args:
        hyper_lr: the rate of the rate, 0 or more.

    >>> rule = Hypergradient(hyper_lr=0.25)
    >>> w = np.array([4.0])
    >>> w, state = rule.update(w, np.array([2.0]), rule.init(w), lr=0.5)
    >>> w, state = rule.update(w, np.array([1.0]), state, lr=0.5)
    >>> w.tolist(), state.correction.tolist()
    ([2.0], [0.5])

    Source: A. G. Baydin et al. (2018), "Online Learning Rate Adaptation with Hypergradient
    Descent", algorithm 4. Same as its authors' `SGDHD`; torch, Optax and Keras have none.
    """

    hyper_lr: float = 1e-6

    def __post_init__(self) -> None:
        check.settle(self, hyper_lr=check.not_negative)

    def init(self, w: Array) -> Correction:
        return Correction(_one_per_run(w), np.zeros_like(w))

    def update(
        self, w: Array, grad: Array, state: Correction, lr: Rate
    ) -> tuple[Array, Correction]:
        grad, lr = check.step_arguments(w, grad, lr)
        correction = state.correction + self.hyper_lr * _inner(grad, state.grad)
        return w - (lr + correction) * grad, Correction(correction, grad.copy())


class Distance(NamedTuple):
    """The state of DoG: the start, the farthest distance from it, the sum of squared norms."""

    start: Array
    farthest: Array
    square_sum: Array


@dataclass(frozen=True)
class DoG(Optimizer):
    """Distance over gradients: a rate from how far the run has come.

        r = max(r, |w - w_start|)          r is reps_rel * (1 + |w_start|) at first
        G = G + |g|**2
        w = w - lr * r / sqrt(G + eps) * g

    Meant to be used with `lr=1`, and best judged at an average of its iterates.

    Args:
        reps_rel: relative size of the first movement, above 0.
        eps: added inside the root, above 0.

    >>> rule = DoG(reps_rel=0.1, eps=1e-8)
    >>> w = np.array([3.0, 4.0])
    >>> w, state = rule.update(w, np.array([0.0, 2.0]), rule.init(w), lr=1.0)
    >>> w.round(6).tolist(), state.farthest.round(6).tolist()
    ([3.0, 3.4], [0.6])

    Source: M. Ivgi, O. Hinder, Y. Carmon (2023), "DoG is SGD's Best Friend: A Parameter-Free
    Dynamic Step Size Schedule". Same as Optax `contrib.dog`.
    """

    reps_rel: float = 1e-6
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check.settle(self, reps_rel=check.positive, eps=check.positive)

    def init(self, w: Array) -> Distance:
        zeros = _one_per_run(w)
        return Distance(w.copy(), self.reps_rel * (1 + _norm(w)), zeros)

    def update(self, w: Array, grad: Array, state: Distance, lr: Rate) -> tuple[Array, Distance]:
        grad, lr = check.step_arguments(w, grad, lr)
        farthest = np.maximum(state.farthest, _norm(w - state.start))
        square_sum = state.square_sum + _inner(grad, grad)
        rate = lr * farthest / np.sqrt(square_sum + self.eps)
        return w - rate * grad, Distance(state.start, farthest, square_sum)


class ProdigyState(NamedTuple):
    """The state of Prodigy: the start, Adam's moments, and the estimate `d` of the distance."""

    start: Array
    m: Array
    v: Array
    s: Array
    numerator: Array
    d: Array


@dataclass(frozen=True)
class Prodigy(Optimizer):
    """Adam whose rate is its own growing estimate `d` of the distance to the solution.

        k = (d / d0) * d * lr,  beta3 = sqrt(beta2)
        numerator = beta3 * numerator + k * (g . (w_start - w))
        m = beta1 * m + (1 - beta1) * d * g
        v = beta2 * v + (1 - beta2) * d**2 * g**2
        s = beta3 * s + k * g
        d_next = max(d, numerator / |s|_1)
        w = w - lr * d * m / (sqrt(v) + d_next * eps)

    Meant to be used with `lr=1` or a schedule that starts at 1. There is no bias correction.

    Args:
        beta1, beta2: shares that are kept, at least 0 and below 1.
        eps: added outside the root, scaled by the estimate; above 0.
        d0: the first estimate, above 0; too small is safe.

    >>> rule = Prodigy(beta1=0.0, beta2=0.0, eps=1e-8, d0=0.5)
    >>> w = np.array([1.0])
    >>> w, state = rule.update(w, np.array([8.0]), rule.init(w), lr=1.0)
    >>> w.round(6).tolist(), state.d.tolist()
    ([0.5], [0.5])

    Source: K. Mishchenko, A. Defazio (2024), "Prodigy: An Expeditiously Adaptive Parameter-Free
    Learner". Same as its authors' `prodigyopt.Prodigy`.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    d0: float = 1e-6

    def __post_init__(self) -> None:
        check.settle(
            self, beta1=check.decay, beta2=check.decay, eps=check.positive, d0=check.positive
        )

    def init(self, w: Array) -> ProdigyState:
        zero, zeros = _one_per_run(w), np.zeros_like(w)
        return ProdigyState(w.copy(), zeros, zeros, zeros, zero, zero + self.d0)

    def update(
        self, w: Array, grad: Array, state: ProdigyState, lr: Rate
    ) -> tuple[Array, ProdigyState]:
        grad, lr = check.step_arguments(w, grad, lr)
        d, beta3 = state.d, self.beta2**0.5
        k = d / self.d0 * d * lr
        numerator = beta3 * state.numerator + k * _inner(grad, state.start - w)
        m = self.beta1 * state.m + (1 - self.beta1) * d * grad
        v = self.beta2 * state.v + (1 - self.beta2) * d**2 * grad**2
        s = beta3 * state.s + k * grad
        size = np.sum(np.abs(s), axis=-1, keepdims=True)
        d_hat = numerator / np.where(size == 0, np.inf, size)
        d_next = np.maximum(d, d_hat)
        stepped = w - lr * d * m / (np.sqrt(v) + d_next * self.eps)
        return stepped, ProdigyState(state.start, m, v, s, numerator, d_next)
