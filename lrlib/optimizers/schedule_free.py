"""Averaging in place of a decaying rate: schedule-free SGD and AdamW."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import Optimizer

__all__ = ["ScheduleFreeSGD", "ScheduleFreeAdamW"]


class Average(NamedTuple):
    """The base sequence, its weighted average, and what the weights are made of."""

    z: Array
    x: Array
    lr_max: Array
    weight_sum: Array


def _start(w: Array) -> Average:
    zero = np.zeros((1,) * check.parameters(w).ndim, dtype=w.dtype)
    return Average(w.copy(), w.copy(), zero, zero)


def _average(state: Average, z: Array, lr: Rate, beta: float) -> tuple[Array, Average]:
    """Fold the new `z` into the average and return the next point to take a gradient at."""
    lr_max = np.maximum(state.lr_max, lr)
    weight = lr_max**2
    total = state.weight_sum + weight
    c = np.divide(weight, total, out=np.zeros_like(total), where=total > 0)
    x = (1 - c) * state.x + c * z
    return beta * x + (1 - beta) * z, Average(z, x, lr_max, total)


@dataclass(frozen=True)
class ScheduleFreeSGD(Optimizer):
    """SGD whose running average does what a decaying rate would do.

        z = z - lr * g                      (the gradient is taken at w)
        c = lr_max**2 / (sum of all lr_max**2 so far)
        x = (1 - c) * x + c * z
        w = beta * x + (1 - beta) * z

    Keep and measure `x`: `optimizer.evaluation_point(w, state)`. For a warmup give a `Warmup`
    schedule as `lr`; with a constant rate `c` is 1/t, a plain average.

    Args:
        beta: share of the average in the point where gradients are taken, at least 0, below 1.

    >>> rule = ScheduleFreeSGD(beta=0.5)
    >>> w = np.array([4.0])
    >>> w, state = rule.update(w, np.array([4.0]), rule.init(w), lr=0.5)
    >>> w, state = rule.update(w, np.array([2.0]), state, lr=0.5)
    >>> w.tolist(), state.z.tolist(), rule.evaluation_point(w, state).tolist()
    ([1.25], [1.0], [1.5])

    Source: A. Defazio et al. (2024), "The Road Less Scheduled". Same as its authors'
    `schedulefree.SGDScheduleFreeReference`; Optax's `contrib.schedule_free_sgd` is the same
    until a warmup, which there is off by one.
    """

    beta: float = 0.9

    def __post_init__(self) -> None:
        check.settle(self, beta=check.decay)

    def init(self, w: Array) -> Average:
        return _start(w)

    def update(self, w: Array, grad: Array, state: Average, lr: Rate) -> tuple[Array, Average]:
        grad, lr = check.step_arguments(w, grad, lr)
        return _average(state, state.z - lr * grad, lr, self.beta)

    def evaluation_point(self, w: Array, state: Average) -> Array:
        """The average `x`."""
        return state.x


class AverageMoments(NamedTuple):
    """The state of schedule-free AdamW: the average's, and Adam's second moment."""

    average: Average
    v: Array
    t: int


@dataclass(frozen=True)
class ScheduleFreeAdamW(Optimizer):
    """AdamW whose running average does what momentum and a decaying rate would do.

        v = beta2 * v + (1 - beta2) * g**2
        z = z - lr * g / (sqrt(v / (1 - beta2**t)) + eps) - lr * weight_decay * w
        c, x and w as in `ScheduleFreeSGD`, with beta1 for beta

    Keep and measure `x`: `optimizer.evaluation_point(w, state)`.

    Args:
        beta1: share of the average in the point where gradients are taken, at least 0, below 1.
        beta2: share of the second moment that is kept, at least 0 and below 1.
        eps: added outside the root, above 0.
        weight_decay: taken at `w`, 0 or more.

    >>> rule = ScheduleFreeAdamW(beta1=0.5, beta2=0.5, eps=1e-8, weight_decay=0.0)
    >>> w = np.array([4.0])
    >>> w, state = rule.update(w, np.array([100.0]), rule.init(w), lr=0.5)
    >>> w.round(6).tolist(), state.v.tolist()
    ([3.5], [5000.0])

    Source: A. Defazio et al. (2024), "The Road Less Scheduled". Same as its authors'
    `schedulefree.AdamWScheduleFreeReference`.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check.settle(
            self,
            beta1=check.decay,
            beta2=check.decay,
            eps=check.positive,
            weight_decay=check.not_negative,
        )

    def init(self, w: Array) -> AverageMoments:
        return AverageMoments(_start(w), np.zeros_like(w), 0)

    def update(
        self, w: Array, grad: Array, state: AverageMoments, lr: Rate
    ) -> tuple[Array, AverageMoments]:
        grad, lr = check.step_arguments(w, grad, lr)
        t = state.t + 1
        v = self.beta2 * state.v + (1 - self.beta2) * grad**2
        step = grad / (np.sqrt(v / (1 - self.beta2**t)) + self.eps) + self.weight_decay * w
        w, average = _average(state.average, state.average.z - lr * step, lr, self.beta1)
        return w, AverageMoments(average, v, t)

    def evaluation_point(self, w: Array, state: AverageMoments) -> Array:
        """The average `x`."""
        return state.average.x
