"""Rules that scale each layer's step by the size of its weights: LARS and LAMB.

One layer is one vector, the last axis of `w`; any axes before it are separate runs. `Groups` cuts
a network's flat vector into layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.adam import Moments
from lrlib.optimizers.base import Optimizer

__all__ = ["LARS", "LAMB"]


def _norm(a: Array) -> Array:
    return np.sqrt(np.sum(a * a, axis=-1, keepdims=True))


def _trust(size: Array, step: Array) -> Array:
    """`size / step`, and 1 where either is 0, so that a layer of zeros can leave zero."""
    usable = ~((size == 0) | (step == 0))
    return np.divide(size, step, out=np.ones_like(size), where=usable)


def _layer(w: Array) -> Array:
    if check.parameters(w).ndim == 0:
        raise ValueError("w should be one layer as a vector, but it is a single number.")
    return np.zeros_like(w)


class LayerVelocity(NamedTuple):
    """The state of LARS: the velocity, which has the rates inside it."""

    velocity: Array


@dataclass(frozen=True)
class LARS(Optimizer):
    """Momentum in which every layer moves by a set share of the size of its weights.

        ratio = trust * |w| / (|g| + weight_decay * |w|)      1 where |w| or the divisor is 0
        v = mu * v + lr * ratio * (g + weight_decay * w)
        w = w - v

    The rate is inside the velocity, as in the paper: after a cut the old, larger steps fade out
    over about `1 / (1 - mu)` updates.

    Args:
        mu: share of the velocity that is kept, at least 0 and below 1.
        weight_decay: inside the gradient, 0 or more.
        trust: size of a step relative to the weights at `lr=1`, above 0.

    >>> rule = LARS(mu=0.0, trust=0.1)
    >>> w = np.array([3.0, 4.0])
    >>> w, state = rule.update(w, np.array([0.0, 100.0]), rule.init(w), lr=1.0)
    >>> w.round(6).tolist()
    [3.0, 3.5]

    Source: Y. You, I. Gitman, B. Ginsburg (2017), "Large Batch Training of Convolutional
    Networks", algorithm 1. Same as Optax `lars` without weight decay; with it, Optax divides by
    the norm of the sum `|g + weight_decay * w|`. torch and Keras have none.
    """

    mu: float = 0.9
    weight_decay: float = 0.0
    trust: float = 1e-3

    def __post_init__(self) -> None:
        check.settle(self, mu=check.decay, weight_decay=check.not_negative, trust=check.positive)

    def init(self, w: Array) -> LayerVelocity:
        return LayerVelocity(_layer(w))

    def update(
        self, w: Array, grad: Array, state: LayerVelocity, lr: Rate
    ) -> tuple[Array, LayerVelocity]:
        grad, lr = check.step_arguments(w, grad, lr)
        size = _norm(w)
        ratio = _trust(self.trust * size, _norm(grad) + self.weight_decay * size)
        velocity = self.mu * state.velocity + lr * ratio * (grad + self.weight_decay * w)
        return w - velocity, LayerVelocity(velocity)


@dataclass(frozen=True)
class LAMB(Optimizer):
    """Adam in which every layer moves by `lr` times the size of its weights.

        m, v, m_hat, v_hat as in Adam
        r = m_hat / (sqrt(v_hat) + eps) + weight_decay * w
        w = w - lr * (|w| / |r|) * r                          the ratio is 1 where either is 0

    Args:
        beta1, beta2: shares that are kept, at least 0 and below 1.
        eps: added outside the root, above 0.
        weight_decay: 0 or more; it turns the step and cannot lengthen it.

    >>> rule = LAMB(eps=1e-8)
    >>> w = np.array([3.0, 4.0])
    >>> after, state = rule.update(w, np.array([0.0, 100.0]), rule.init(w), lr=0.1)
    >>> after.round(6).tolist()
    [3.0, 3.5]

    Source: Y. You et al. (2020), "Large Batch Optimization for Deep Learning: Training BERT in
    76 minutes", algorithm 2 with the identity for its scaling function. Same as Optax `lamb` and
    Keras `Lamb`, whose `eps` is 1e-7 unless told; torch has none.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-6
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check.settle(
            self,
            beta1=check.decay,
            beta2=check.decay,
            eps=check.positive,
            weight_decay=check.not_negative,
        )

    def init(self, w: Array) -> Moments:
        zeros = _layer(w)
        return Moments(zeros, zeros, 0)

    def update(self, w: Array, grad: Array, state: Moments, lr: Rate) -> tuple[Array, Moments]:
        grad, lr = check.step_arguments(w, grad, lr)
        t = state.t + 1
        m = self.beta1 * state.m + (1 - self.beta1) * grad
        v = self.beta2 * state.v + (1 - self.beta2) * grad**2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        step = m_hat / (np.sqrt(v_hat) + self.eps) + self.weight_decay * w
        return w - lr * _trust(_norm(w), _norm(step)) * step, Moments(m, v, t)
