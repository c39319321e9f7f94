"""Schedules made of schedules: one after another, or multiplied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lrlib import _check as check
from lrlib.schedules.base import Schedule, Steps


def _schedule(name: str, value: Any) -> Schedule:
    if not isinstance(value, Schedule):
        hint = "For a fixed rate, try Constant(lr)."
        raise TypeError(check.complaint(name, "a schedule", value, hint))
    return value


def _schedules(name: str, values: Any) -> tuple[Schedule, ...]:
    schedules = check.sequence(name, values, _schedule)
    if not schedules:
        raise ValueError(check.complaint(name, "at least one schedule", values))
    return schedules


@dataclass(frozen=True)
class Join(Schedule):
    """Run schedules one after another, each on its own clock from 0.

        lr(t) = schedules[i](t - start_i),  start_i = lengths[0] + ... + lengths[i - 1]

    where `i` is the last piece with `start_i <= t`; the last schedule goes on for ever.

    Args:
        schedules: one or more.
        lengths: updates of each but the last, whole numbers, 0 or more (0 skips a piece).

    >>> from lrlib.schedules import Constant, StepDecay
    >>> plan = Join([Constant(0.1), StepDecay(lr0=1.0, gamma=0.5, every=2)], [3])
    >>> [plan(t) for t in range(7)]
    [0.1, 0.1, 0.1, 1.0, 1.0, 0.5, 0.5]

    Source: P. Goyal et al. (2017), "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour",
    who put a warmup before a staircase. Same as Optax `join_schedules`, which takes boundaries
    (the starts) in place of lengths; torch `SequentialLR` does too.
    """

    schedules: tuple[Schedule, ...]
    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        check.settle(
            self,
            schedules=_schedules,
            lengths=lambda name, values: check.sequence(name, values, check.whole),
        )
        if len(self.lengths) != len(self.schedules) - 1:
            raise ValueError(
                f"Join of {len(self.schedules)} schedules should have "
                f"{len(self.schedules) - 1} lengths, but it has {len(self.lengths)}. "
                "The last schedule has no length: it goes on for ever."
            )

    def _rates(self, t: Steps) -> Steps:
        starts = np.cumsum([0, *self.lengths]).astype(np.float64)
        piece = np.searchsorted(starts, t, side="right") - 1
        rates = np.empty_like(t)
        for i, (start, schedule) in enumerate(zip(starts, self.schedules)):
            mine = piece == i
            rates[mine] = schedule._rates(t[mine] - start)
        return rates


@dataclass(frozen=True)
class Product(Schedule):
    """Multiply schedules that run on one clock.

        lr(t) = schedules[0](t) * schedules[1](t) * ...

    One factor usually carries the rate and the others are shapes between 0 and 1.

    Args:
        schedules: one or more.

    >>> from lrlib.schedules import StepDecay, Warmup
    >>> plan = Product([Warmup(lr=1.0, steps=2), StepDecay(lr0=0.4, gamma=0.5, every=3)])
    >>> [plan(t) for t in range(4)]
    [0.2, 0.4, 0.4, 0.2]

    Same as torch `ChainedScheduler` where each scheduler multiplies the rate it finds.
    """

    schedules: tuple[Schedule, ...]

    def __post_init__(self) -> None:
        check.settle(self, schedules=_schedules)

    def _rates(self, t: Steps) -> Steps:
        return np.prod([schedule._rates(t) for schedule in self.schedules], axis=0)
