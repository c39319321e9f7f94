"""What keeps a run together: clipping by the global norm, an average of weights, loss scaling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import MatrixRule, Optimizer
from lrlib.optimizers.reactive import ReactiveRate

__all__ = [
    "Clipped",
    "EMA",
    "LossScale",
    "clip_by_global_norm",
]


def clip_by_global_norm(grads: Sequence[Array], max_norm: float) -> tuple[list[Array], float]:
    """New gradients whose joint 2-norm is at most `max_norm`, and the norm they had before.

        norm = sqrt(sum of all squared entries of all arrays)
        g    = g * max_norm / norm      for every array, where norm > max_norm

    One factor for all arrays keeps the direction. Gradients within the bound come back as exact
    copies. Shapes and dtypes are kept; the norm is computed in float64.

    Raises `ValueError` if the norm is not finite (skip that update, or stop) or if `max_norm` is
    not above 0, `TypeError` if something among `grads` is no float array.

    >>> clipped, norm = clip_by_global_norm([np.array([3.0]), np.array([[0.0, 4.0]])], 1.0)
    >>> [g.round(6).tolist() for g in clipped], norm
    ([[0.6], [[0.0, 0.8]]], 5.0)

    Source: R. Pascanu, T. Mikolov, Y. Bengio (2013), "On the Difficulty of Training Recurrent
    Neural Networks", algorithm 1. Same as Optax `clip_by_global_norm` and Keras
    `global_clipnorm`; torch `clip_grad_norm_` adds 1e-6 to the norm it divides by.
    """
    max_norm = check.positive("max_norm", max_norm)
    for grad in grads:
        check.parameters(grad)
    with np.errstate(over="ignore", invalid="ignore"):
        norm = math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in grads))
    if not math.isfinite(norm):
        raise ValueError(
            f"the joint norm of the gradients should be finite, but it is {norm}. "
            "Try to skip this update, or a lower rate before it."
        )
    factor = max_norm / norm if norm > max_norm else 1.0
    return [g * np.asarray(factor, dtype=g.dtype) for g in grads], norm


@dataclass(frozen=True)
class Clipped(Optimizer):
    """Any rule, after its gradient was clipped to a largest norm.

        g = g * min(1, max_norm / |g|);  then `optimizer.update`

    The norm is taken over the last axis of `w`: over all parameters where they are one flat
    vector, which makes it the global norm, and for each run apart where there are several. To
    clip matrix rules, put `Clipped` around `Groups`.

    Args:
        optimizer: the rule that gets the clipped gradient.
        max_norm: above 0; 1.0 is usual for transformers.

    >>> from lrlib.optimizers import SGD
    >>> rule = Clipped(SGD(), max_norm=1.0)
    >>> w = np.array([0.0, 0.0])
    >>> rule.update(w, np.array([3.0, -4.0]), rule.init(w), lr=1.0)[0].round(6).tolist()
    [-0.6, 0.8]

    Source: R. Pascanu, T. Mikolov, Y. Bengio (2013), "On the Difficulty of Training Recurrent
    Neural Networks". Same as Optax `chain(clip_by_global_norm(max_norm), ...)` and Keras
    `global_clipnorm=max_norm`; torch `clip_grad_norm_` adds 1e-6 to the norm it divides by.
    """

    optimizer: Optimizer
    max_norm: float = 1.0

    def __post_init__(self) -> None:
        check.settle(self, optimizer=inner_rule, max_norm=check.positive)

    def init(self, w: Array) -> Any:
        return self.optimizer.init(w)

    def update(self, w: Array, grad: Array, state: Any, lr: Rate) -> tuple[Array, Any]:
        grad, lr = check.step_arguments(w, grad, lr)
        with np.errstate(over="ignore", invalid="ignore"):
            square = np.sum(np.square(grad, dtype=np.float64), axis=-1, keepdims=True)
            factor = self.max_norm / np.maximum(np.sqrt(square), self.max_norm)
            clipped = grad * np.asarray(factor, dtype=w.dtype)
        return self.optimizer.update(w, clipped, state, lr)

    def evaluation_point(self, w: Array, state: Any) -> Array:
        return self.optimizer.evaluation_point(w, state)


def inner_rule(name: str, value: Any) -> Optimizer:
    """A rule for a settled field: an optimizer that acts on vectors."""
    if not isinstance(value, Optimizer):
        raise TypeError(check.complaint(name, "an optimizer", value, "Try AdamW()."))
    if isinstance(value, MatrixRule):
        hint = "Put the matrix rule into Groups, and this around it."
        raise TypeError(check.complaint(name, "a rule for vectors", value, hint))
    return value


class Averaged(NamedTuple):
    """The state of an average of weights: the rule's own, the average, updates already made."""

    inner: Any
    average: Array
    t: int


@dataclass(frozen=True)
class EMA(Optimizer):
    """Any rule, beside which a moving average of the weights is kept; measure and keep that.

        w = the rule's step
        a = w                                   after the first update
        a = decay * a + (1 - decay) * w         after every later one

    The path of `w` is that of the rule alone: `optimizer.evaluation_point(w, state)` is `a`. It
    averages over about `1 / (1 - decay)` updates.

    Args:
        optimizer: the rule that moves `w`.
        decay: share of the average that is kept, at least 0 and below 1.

    >>> from lrlib.optimizers import SGD
    >>> rule = EMA(SGD(), decay=0.5)
    >>> w = np.array([4.0]); state = rule.init(w)
    >>> for _ in range(2):
    ...     w, state = rule.update(w, w, state, lr=0.5)
    >>> w.tolist(), rule.evaluation_point(w, state).tolist()
    ([1.0], [1.5])

    Source: B. T. Polyak, A. Juditsky (1992), "Acceleration of Stochastic Approximation by
    Averaging", with the exponential weights of D. P. Kingma, J. Ba (2015), section 7.2, but no
    correction. Same as torch `AveragedModel(multi_avg_fn=get_ema_multi_avg_fn(decay))` and Keras
    `use_ema=True, ema_momentum=decay`; Optax `ema` is the same from zero, with a correction.
    """

    optimizer: Optimizer
    decay: float = 0.999

    def __post_init__(self) -> None:
        check.settle(self, optimizer=any_rule, decay=check.decay)

    def init(self, w: Array) -> Averaged:
        return Averaged(self.optimizer.init(w), check.parameters(w).copy(), 0)

    def update(self, w: Array, grad: Array, state: Averaged, lr: Rate) -> tuple[Array, Averaged]:
        w, inner = self.optimizer.update(w, grad, state.inner, lr)
        average = self.decay * state.average + (1 - self.decay) * w if state.t else w.copy()
        return w, Averaged(inner, average, state.t + 1)

    def evaluation_point(self, w: Array, state: Averaged) -> Array:
        """The average `a`."""
        return state.average


def any_rule(name: str, value: Any) -> Optimizer:
    """A rule for a settled field: any optimizer."""
    if not isinstance(value, Optimizer):
        raise TypeError(check.complaint(name, "an optimizer", value, "Try AdamW()."))
    return value


class ScaleState(NamedTuple):
    """The factor on the loss, and the updates since it last changed."""

    scale: float
    good: int


@dataclass(frozen=True)
class LossScale(ReactiveRate):
    """A factor on the loss that keeps small float16 gradients from vanishing; it adapts itself.

        state = rule.init();  state = rule.update(overflow, state);  use state.scale

        overflow (a gradient is not finite): scale = scale * backoff, good = 0, skip the update
        otherwise good = good + 1; at good = interval: scale = scale * growth, good = 0

    Multiply the loss by the scale before going backwards, divide the gradients by it before
    clipping and before the update. A skipped update is none: neither the optimizer nor the
    schedule may count it. The scale stays below what float32 can hold.

    Args:
        growth: factor after `interval` good updates, 1 or more.
        backoff: factor after an overflow, above 0 and at most 1.
        interval: good updates before the scale grows, 1 or more.

    >>> rule = LossScale(growth=2.0, backoff=0.5, interval=2)
    >>> state = rule.init(8.0)
    >>> for overflow in [True, False, False]:
    ...     state = rule.update(overflow, state)
    ...     print(state.scale, state.good)
    4.0 0
    4.0 1
    8.0 0

    Source: P. Micikevicius et al. (2018), "Mixed Precision Training", section 3.2. Same as torch
    `amp.GradScaler(growth_factor, backoff_factor, growth_interval)`; Keras `LossScaleOptimizer`
    has 2 and 0.5 fixed.
    """

    growth: float = 2.0
    backoff: float = 0.5
    interval: int = 2000

    def __post_init__(self) -> None:
        check.settle(self, growth=check.at_least_one, backoff=check.factor, interval=check.count)

    def init(self, scale: float = 2.0**16) -> ScaleState:
        """The state before the first update."""
        return ScaleState(check.positive("scale", scale), 0)

    def update(self, overflow: bool, state: ScaleState) -> ScaleState:
        """The state after one more update, made or skipped."""
        scale, good = state
        if overflow:
            return ScaleState(scale * self.backoff, 0)
        if good + 1 < self.interval:
            return ScaleState(scale, good + 1)
        grown = scale * self.growth
        return ScaleState(grown if grown <= float(np.finfo(np.float32).max) else scale, 0)
