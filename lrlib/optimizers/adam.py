"""Adam and its relatives: AdamW, AMSGrad, NAdam, Lion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import Optimizer

__all__ = [
    "Adam",
    "AdamW",
    "AMSGrad",
    "NAdam",
    "Lion",
]


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


class MaxMoments(NamedTuple):
    """The state of AMSGrad: Adam's, and the largest second moment so far."""

    m: Array
    v: Array
    v_max: Array
    t: int


@dataclass(frozen=True)
class AMSGrad(Optimizer):
    """Adam whose divisor never shrinks.

        m, v as in Adam;  v_max = max(v_max, v)
        w = w - lr * m_hat / (sqrt(v_max / (1 - beta2**t)) + eps)

    The maximum is taken before the correction.

    Args:
        beta1, beta2, eps: as for `Adam`.

    >>> rule = AMSGrad(beta1=0.0, beta2=0.5, eps=1e-8)
    >>> w = np.array([0.0])
    >>> w, state = rule.update(w, np.array([2.0]), rule.init(w), lr=1.0)
    >>> w, state = rule.update(w, np.array([0.0]), state, lr=1.0)
    >>> w.round(6).tolist(), state.v.tolist(), state.v_max.tolist()
    ([-1.0], [1.0], [2.0])

    Source: S. J. Reddi, S. Kale, S. Kumar (2018), "On the Convergence of Adam and Beyond". Same
    as torch `Adam(amsgrad=True)`; Optax takes the maximum after the correction and the paper has
    no correction at all.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check.settle(self, beta1=check.decay, beta2=check.decay, eps=check.positive)

    def init(self, w: Array) -> MaxMoments:
        zeros = np.zeros_like(check.parameters(w))
        return MaxMoments(zeros, zeros, zeros, 0)

    def update(
        self, w: Array, grad: Array, state: MaxMoments, lr: Rate
    ) -> tuple[Array, MaxMoments]:
        grad, lr = check.step_arguments(w, grad, lr)
        t = state.t + 1
        m = self.beta1 * state.m + (1 - self.beta1) * grad
        v = self.beta2 * state.v + (1 - self.beta2) * grad**2
        v_max = np.maximum(state.v_max, v)
        m_hat = m / (1 - self.beta1**t)
        v_hat = v_max / (1 - self.beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + self.eps), MaxMoments(m, v, v_max, t)


class NesterovMoments(NamedTuple):
    """The state of NAdam: Adam's, and the product of all momenta so far."""

    m: Array
    v: Array
    mu_product: float
    t: int


@dataclass(frozen=True)
class NAdam(Optimizer):
    """Adam with Nesterov's look-ahead and a momentum that warms up.

        mu(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2),  P(t) = mu(1) * ... * mu(t)
        m, v as in Adam
        m_hat = mu(t + 1) * m / (1 - P(t + 1)) + (1 - mu(t)) * g / (1 - P(t))
        w = w - lr * m_hat / (sqrt(v / (1 - beta2**t)) + eps)

    Args:
        beta1, beta2, eps: as for `Adam`.
        momentum_decay: speed of the momentum's warmup, 0 or more; 0 halves `beta1` for ever.

    >>> rule = NAdam(beta1=0.8, beta2=0.5, eps=1e-8, momentum_decay=0.0)
    >>> w = np.array([0.0])
    >>> w, state = rule.update(w, np.array([2.0]), rule.init(w), lr=1.0)
    >>> w.round(4).tolist(), state.mu_product     # 0.4 * 0.4/0.84 + 0.6 * 2/0.6, over 2
    ([-1.0952], 0.4)

    Source: T. Dozat (2016), "Incorporating Nesterov Momentum into Adam". Same as torch `NAdam`;
    Optax `nadam` keeps `beta1` constant and corrects differently.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    momentum_decay: float = 4e-3

    def __post_init__(self) -> None:
        check.settle(
            self,
            beta1=check.decay,
            beta2=check.decay,
            eps=check.positive,
            momentum_decay=check.not_negative,
        )

    def init(self, w: Array) -> NesterovMoments:
        zeros = np.zeros_like(check.parameters(w))
        return NesterovMoments(zeros, zeros, 1.0, 0)

    def update(
        self, w: Array, grad: Array, state: NesterovMoments, lr: Rate
    ) -> tuple[Array, NesterovMoments]:
        grad, lr = check.step_arguments(w, grad, lr)
        t = state.t + 1
        mu, mu_next = self._mu(t), self._mu(t + 1)
        product = state.mu_product * mu
        m = self.beta1 * state.m + (1 - self.beta1) * grad
        v = self.beta2 * state.v + (1 - self.beta2) * grad**2
        m_hat = mu_next / (1 - product * mu_next) * m + (1 - mu) / (1 - product) * grad
        v_hat = v / (1 - self.beta2**t)
        step = lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return w - step, NesterovMoments(m, v, product, t)

    def _mu(self, t: int) -> float:
        return self.beta1 * (1 - 0.96 ** (t * self.momentum_decay) / 2)


class SignMomentum(NamedTuple):
    """The state of Lion: one moving average of gradients."""

    m: Array


@dataclass(frozen=True)
class Lion(Optimizer):
    """Only the sign of a blend of gradient and momentum: every entry moves by `lr`.

        w = w - lr * (sign(beta1 * m + (1 - beta1) * g) + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g

    Use a rate three to ten times smaller than for Adam, and more decay.

    Args:
        beta1: blend of the step, at least 0 and below 1.
        beta2: share of the average that is kept, at least 0 and below 1.
        weight_decay: 0 or more.

    >>> rule = Lion(beta1=0.5, beta2=0.5, weight_decay=0.5)
    >>> w = np.array([2.0, 2.0])
    >>> w, state = rule.update(w, np.array([7.0, -0.01]), rule.init(w), lr=0.5)
    >>> w.tolist(), state.m.tolist()
    ([1.0, 2.0], [3.5, -0.005])

    Source: X. Chen et al. (2023), "Symbolic Discovery of Optimization Algorithms". Same as Optax
    `lion`, which decays by 1e-3 unless told; torch has none.
    """

    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check.settle(self, beta1=check.decay, beta2=check.decay, weight_decay=check.not_negative)

    def init(self, w: Array) -> SignMomentum:
        return SignMomentum(np.zeros_like(check.parameters(w)))

    def update(
        self, w: Array, grad: Array, state: SignMomentum, lr: Rate
    ) -> tuple[Array, SignMomentum]:
        grad, lr = check.step_arguments(w, grad, lr)
        direction = np.sign(self.beta1 * state.m + (1 - self.beta1) * grad)
        m = self.beta2 * state.m + (1 - self.beta2) * grad
        return w - lr * (direction + self.weight_decay * w), SignMomentum(m)
