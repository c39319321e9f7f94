"""Adam and its relatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import Optimizer


class Moments(NamedTuple):
    """The state of Adam: both moving averages, uncorrected, and the updates already made."""

    m: Array
    v: Array
    t: int


@dataclass(frozen=True)
class Adam(Optimizer):
    """Momentum over RMSprop, both averages corrected for their start at zero.

        t = t + 1                                   (1 at the first update)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - lr * m_hat / (sqrt(v_hat) + eps)
        with m_hat = m / (1 - beta1**t),  v_hat = v / (1 - beta2**t)

    The first update is `-lr * sign(g)`, up to `eps`. The state keeps `m` and `v` uncorrected.

    Args:
        beta1, beta2: shares that are kept, at least 0 and below 1.
        eps: added outside the root, above 0.

    >>> rule = Adam(beta1=0.5, beta2=0.5, eps=1e-8)
    >>> w = np.array([1.0, 1.0])
    >>> w, state = rule.update(w, np.array([10.0, -0.1]), rule.init(w), lr=0.25)
    >>> w.round(6).tolist(), state.m.tolist(), state.t
    ([0.75, 1.25], [5.0, -0.05], 1)

    Source: D. P. Kingma, J. Ba (2015), "Adam: A Method for Stochastic Optimization",
    algorithm 1. Same as torch `Adam` and Optax `adam`; Keras uses the paper's other form, with
    `eps` scaled by the second correction, and 1e-7.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check.settle(self, beta1=check.decay, beta2=check.decay, eps=check.positive)

    def init(self, w: Array) -> Moments:
        zeros = np.zeros_like(check.parameters(w))
        return Moments(zeros, zeros, 0)

    def update(self, w: Array, grad: Array, state: Moments, lr: Rate) -> tuple[Array, Moments]:
        grad, lr = check.step_arguments(w, grad, lr)
        t = state.t + 1
        m = self.beta1 * state.m + (1 - self.beta1) * grad
        v = self.beta2 * state.v + (1 - self.beta2) * grad**2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + self.eps), Moments(m, v, t)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay beside the gradient step, not inside the gradient.

        w = w - lr * weight_decay * w - (Adam's step)

    Both terms use the old `w`.

    Args:
        beta1, beta2, eps: as for `Adam`.
        weight_decay: 0 or more.

    >>> rule = AdamW(beta1=0.5, beta2=0.5, eps=1e-8, weight_decay=0.5)
    >>> w = np.array([4.0])
    >>> w, state = rule.update(w, np.array([0.0]), rule.init(w), lr=0.25)
    >>> w.tolist()
    [3.5]

    Source: I. Loshchilov, F. Hutter (2019), "Decoupled Weight Decay Regularization". Same as
    torch `AdamW` and Optax `adamw`; unless told, torch decays by 1e-2, Optax by 1e-4 and Keras
    by 4e-3.
    """

    weight_decay: float = 1e-2

    def __post_init__(self) -> None:
        super().__post_init__()
        check.settle(self, weight_decay=check.not_negative)

    def update(self, w: Array, grad: Array, state: Moments, lr: Rate) -> tuple[Array, Moments]:
        stepped, state = super().update(w, grad, state, lr)
        _, lr = check.step_arguments(w, grad, lr)
        return stepped - lr * self.weight_decay * w, state
