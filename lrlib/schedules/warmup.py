"""Rates that begin small: warmup, and warmup-stable-decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lrlib import _check as check
from lrlib.schedules.base import Schedule, Steps

__all__ = ["Warmup", "WSD"]


def _warming(t: Steps, steps: int) -> Steps:
    """The fraction of the peak: (t + 1) / steps up to 1, or 1 at once if `steps` is 0."""
    return np.minimum(1.0, (t + 1) / steps) if steps else np.ones_like(t)


@dataclass(frozen=True)
class Warmup(Schedule):
    """Rise in a straight line to `lr` within `steps` updates, then hold.

        lr(t) = lr * min(1, (t + 1) / steps)

    The first rate is `lr / steps`, never 0, so that no update is wasted; the peak is the rate of
    update number `steps`, at `t = steps - 1`.

    Args:
        lr: the peak rate, 0 or more.
        steps: updates, 0 or more; 0 means no warmup, `lr` from the start.

    >>> rise = Warmup(lr=1.0, steps=4)
    >>> [rise(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    >>> Warmup(lr=1.0, steps=0)(0)
    1.0

    Source: P. Goyal et al. (2017), "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour",
    section 2.2. Same as torch `LinearLR(start_factor=1/steps, total_iters=steps - 1)`; the
    warmups of transformers start at 0, which is `Linear(0, lr, steps)`. In Optax and Keras the
    start is a required argument.
    """

    lr: float
    steps: int

    def __post_init__(self) -> None:
        check.settle(self, lr=check.rate, steps=check.whole)

    def _rates(self, t: Steps) -> Steps:
        return self.lr * _warming(t, self.steps)


@dataclass(frozen=True)
class WSD(Schedule):
    """Warmup, a long stable stretch, then a straight decay at the end.

        lr(t) = lr * (t + 1) / warmup_steps       while t < warmup_steps
        lr(t) = lr                                while t < steps - decay_steps
        lr(t) = lr_end + (lr - lr_end) * left     with left = (steps - t) / decay_steps
        lr(t) = lr_end                            from t = steps on

    Args:
        lr: the stable rate, 0 or more.
        warmup_steps: updates, 0 or more; 0 means no warmup.
        steps: updates in all; warmup and decay must fit into them.
        decay_steps: updates of the decay, 1 or more.
        lr_end: the last rate, 0 or more.

    >>> plan = WSD(lr=1.0, warmup_steps=2, steps=8, decay_steps=4, lr_end=0.0)
    >>> [plan(t) for t in range(10)]
    [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]

    Source: S. Hu et al. (2024), "MiniCPM: Unveiling the Potential of Small Language Models with
    Scalable Training Strategies". Same as Optax `join_schedules` of three pieces;
    transformers' version warms up from its minimum rate.
    """

    lr: float
    warmup_steps: int
    steps: int
    decay_steps: int
    lr_end: float

    def __post_init__(self) -> None:
        check.settle(
            self,
            lr=check.rate,
            warmup_steps=check.whole,
            steps=check.count,
            decay_steps=check.count,
            lr_end=check.rate,
        )
        if self.warmup_steps + self.decay_steps > self.steps:
            raise ValueError(
                f"warmup_steps + decay_steps of WSD should be at most steps, but "
                f"{self.warmup_steps} + {self.decay_steps} is more than {self.steps}. "
                f"Try a shorter warmup or decay."
            )

    def _rates(self, t: Steps) -> Steps:
        left = np.maximum(0.0, (self.steps - t) / self.decay_steps)
        decaying = self.lr_end + (self.lr - self.lr_end) * left
        before = t <= self.steps - self.decay_steps
        return np.where(before, self.lr * _warming(t, self.warmup_steps), decaying)
