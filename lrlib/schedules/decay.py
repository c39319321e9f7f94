"""Rates that only fall: by drops, smoothly without an end, or smoothly to a last step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lrlib import _check as check
from lrlib.schedules.base import Schedule, Steps, power

__all__ = [
    "StepDecay",
    "ScheduledDrop",
    "ExponentialDecay",
    "InverseTimeDecay",
    "InverseSqrt",
    "PolynomialDecay",
    "Linear",
    "CosineDecay",
]


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply the rate by `gamma` once every `every` updates.

        lr(t) = lr0 * gamma**floor(t / every)

    The drop takes effect at `t = every`, not one later.

    Args:
        lr0: the first rate, 0 or more.
        gamma: the factor of each drop, above 0 and at most 1.
        every: updates between drops, 1 or more.

    >>> halve = StepDecay(lr0=0.8, gamma=0.5, every=10)
    >>> halve(0), halve(9), halve(10), halve(20)
    (0.8, 0.8, 0.4, 0.2)

    Source: the practice of A. Krizhevsky et al. (2012), "ImageNet Classification with Deep
    Convolutional Neural Networks". Same as torch `StepLR` and, with `staircase=True`, the
    `exponential_decay` of Optax and the `ExponentialDecay` of Keras.
    """

    lr0: float
    gamma: float
    every: int

    def __post_init__(self) -> None:
        check.settle(self, lr0=check.rate, gamma=check.factor, every=check.count)

    def _rates(self, t: Steps) -> Steps:
        return self.lr0 * power(self.gamma, np.floor(t / self.every))


def _increasing(name: str, values: Any) -> tuple[int, ...]:
    milestones = check.sequence(name, values, check.whole)
    if any(a >= b for a, b in pairwise(milestones)):
        raise ValueError(
            check.complaint(name, "strictly increasing", milestones, "Try sorted(set(milestones)).")
        )
    return milestones


@dataclass(frozen=True)
class ScheduledDrop(Schedule):
    """Multiply the rate by `gamma` at each of a list of update counts.

        lr(t) = lr0 * gamma**(number of milestones <= t)

    Args:
        lr0: the rate before any milestone, 0 or more.
        milestones: update counts, 0 or more, strictly increasing; may be empty.
        gamma: the factor of each drop, above 0 and at most 1.

    >>> drop = ScheduledDrop(lr0=1.0, milestones=[30, 60], gamma=0.5)
    >>> drop(29), drop(30), drop(60), drop(10_000)
    (1.0, 0.5, 0.25, 0.25)

    Source: K. He et al. (2016), "Deep Residual Learning for Image Recognition". Same as torch
    `MultiStepLR` and Optax `piecewise_constant_schedule`; Keras `PiecewiseConstantDecay` drops
    one update later and timm's `MultiStepLRScheduler` one earlier.
    """

    lr0: float
    milestones: tuple[int, ...]
    gamma: float

    def __post_init__(self) -> None:
        check.settle(self, lr0=check.rate, milestones=_increasing, gamma=check.factor)

    def _rates(self, t: Steps) -> Steps:
        drops = np.searchsorted(np.array(self.milestones, dtype=np.float64), t, side="right")
        return self.lr0 * power(self.gamma, drops.astype(np.float64))


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Multiply the rate by `gamma` over every `every` updates, smoothly.

        lr(t) = lr0 * gamma**(t / every)

    Args:
        lr0: the first rate, 0 or more.
        gamma: the factor over `every` updates, above 0 and at most 1.
        every: updates, 1 or more.

    >>> fade = ExponentialDecay(lr0=1.0, gamma=0.25, every=10)
    >>> fade(0), fade(5), fade(10)
    (1.0, 0.5, 0.25)

    Source: compared with others in A. Senior et al. (2013), "An Empirical Study of Learning Rates
    in Deep Neural Networks for Speech Recognition". Same as Optax `exponential_decay` and Keras
    `ExponentialDecay`; torch `ExponentialLR` is the case `every=1`.
    """

    lr0: float
    gamma: float
    every: int

    def __post_init__(self) -> None:
        check.settle(self, lr0=check.rate, gamma=check.factor, every=check.count)

    def _rates(self, t: Steps) -> Steps:
        return self.lr0 * power(self.gamma, t / self.every)


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """Divide the first rate by a number that grows with time; also called time-based decay.

        lr(t) = lr0 / (1 + rate * t / every)

    Args:
        lr0: the first rate, 0 or more.
        rate: growth of the divisor over `every` updates, 0 or more.
        every: updates, 1 or more.

    >>> slow = InverseTimeDecay(lr0=1.0, rate=1.0, every=10)
    >>> slow(0), slow(10), slow(30)
    (1.0, 0.5, 0.25)

    Source: H. Robbins, S. Monro (1951), "A Stochastic Approximation Method", whose conditions
    (the sum of the rates diverges, that of their squares does not) it meets. Same as Keras
    `InverseTimeDecay`; torch and Optax have none, a `LambdaLR` does it.
    """

    lr0: float
    rate: float
    every: int

    def __post_init__(self) -> None:
        check.settle(self, lr0=check.rate, rate=check.not_negative, every=check.count)

    def _rates(self, t: Steps) -> Steps:
        return self.lr0 / (1 + self.rate * t / self.every)


@dataclass(frozen=True)
class InverseSqrt(Schedule):
    """Rise linearly from 0, then fall as one over the square root of time.

        lr(t) = lr * t / warmup_steps           for t < warmup_steps
        lr(t) = lr * sqrt(warmup_steps / t)     from there on

    Args:
        lr: the peak rate, reached at `t = warmup_steps`; 0 or more.
        warmup_steps: updates, 1 or more. It is also the time scale of the fall, so 0 is refused.

    >>> noam = InverseSqrt(lr=1.0, warmup_steps=4)
    >>> noam(0), noam(2), noam(4), noam(16)
    (0.0, 0.5, 1.0, 0.5)

    Source: A. Vaswani et al. (2017), "Attention Is All You Need", section 5.3. Same as
    transformers' `get_inverse_sqrt_schedule`, which for 0 warmup steps falls back to a time
    scale of 10,000. Unlike `Warmup`, the first rate is 0.
    """

    lr: float
    warmup_steps: int

    def __post_init__(self) -> None:
        check.settle(self, lr=check.rate, warmup_steps=check.count)

    def _rates(self, t: Steps) -> Steps:
        peak = self.warmup_steps
        return self.lr * np.minimum(t / peak, np.sqrt(peak / np.maximum(t, peak)))


@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """Go from `lr0` to `lr_end` in `steps` updates along a power of the time left.

        lr(t) = lr_end + (lr0 - lr_end) * (1 - min(t, steps) / steps)**power

    Args:
        lr0, lr_end: the first and last rate, 0 or more.
        steps: updates until `lr_end`, 1 or more.
        power: above 0. 1 is a straight line; above 1 falls fast first, below 1 fast last.

    >>> curve = PolynomialDecay(lr0=1.0, lr_end=0.0, steps=4, power=2)
    >>> [curve(t) for t in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]

    Source: L.-C. Chen et al. (2018), "DeepLab", section 4.1 (the "poly" policy). Same as Optax
    `polynomial_schedule` and Keras `PolynomialDecay`, whose end is 1e-4 unless told; torch
    `PolynomialLR` knows only the end 0; timm's power is 0.5 unless told.
    """

    lr0: float
    lr_end: float
    steps: int
    power: float

    def __post_init__(self) -> None:
        check.settle(
            self, lr0=check.rate, lr_end=check.rate, steps=check.count, power=check.positive
        )

    def _rates(self, t: Steps) -> Steps:
        left = 1 - np.minimum(t, self.steps) / self.steps
        return self.lr_end + (self.lr0 - self.lr_end) * left**self.power


@dataclass(frozen=True)
class Linear(Schedule):
    """Go from `lr0` to `lr_end` in a straight line, up or down.

        lr(t) = lr_end + (lr0 - lr_end) * (1 - min(t, steps) / steps)

    `Linear(0, lr, W)` is the warmup of transformers: 0 at first, peak at `t = W`.

    Args:
        lr0, lr_end: the first and last rate, 0 or more.
        steps: updates until `lr_end`, 1 or more.

    >>> line = Linear(lr0=1.0, lr_end=0.5, steps=2)
    >>> line(0), line(1), line(2), line(3)
    (1.0, 0.75, 0.5, 0.5)

    Source: A. Defazio et al. (2023), "Optimal Linear Decay Learning Rate Schedules and Further
    Refinements". Same as Optax `linear_schedule`; torch `LinearLR` takes factors, not rates.
    """

    lr0: float
    lr_end: float
    steps: int

    def __post_init__(self) -> None:
        check.settle(self, lr0=check.rate, lr_end=check.rate, steps=check.count)

    def _rates(self, t: Steps) -> Steps:
        left = 1 - np.minimum(t, self.steps) / self.steps
        return self.lr_end + (self.lr0 - self.lr_end) * left


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Go from `lr0` to `lr_end` along half a cosine: slow, fast, slow.

        lr(t) = lr_end + (lr0 - lr_end) / 2 * (1 + cos(pi * min(t, steps) / steps))

    Args:
        lr0, lr_end: the first and last rate, 0 or more.
        steps: updates until `lr_end`, 1 or more.

    >>> anneal = CosineDecay(lr0=1.0, lr_end=0.0, steps=4)
    >>> [round(anneal(t), 4) for t in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]

    Source: I. Loshchilov, F. Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm
    Restarts", without restarts. Same as Optax `cosine_decay_schedule` and Keras `CosineDecay`;
    torch `CosineAnnealingLR` and transformers rise again after `steps`.
    """

    lr0: float
    lr_end: float
    steps: int

    def __post_init__(self) -> None:
        check.settle(self, lr0=check.rate, lr_end=check.rate, steps=check.count)

    def _rates(self, t: Steps) -> Steps:
        wave = 1 + np.cos(np.pi * np.minimum(t, self.steps) / self.steps)
        return self.lr_end + (self.lr0 - self.lr_end) / 2 * wave
