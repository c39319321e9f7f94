"""What every schedule is, and schedules made of schedules: in sequence, or multiplied."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib import _check as check
from lrlib._plain import Plain

__all__ = [
    "Schedule",
    "Constant",
    "Join",
    "Product",
]

Steps = NDArray[np.float64]

BLOCK = 8192
"""Updates computed at once: few enough that a formula's work arrays stay in the CPU's cache."""


class Schedule(Plain, ABC):
    """A learning rate as a pure function of `t`, the number of updates already made.

    `t = 0` gives the rate of the first update. Call a schedule with

    - a number (or a 0-d array): the rate is a Python `float`;
    - an array or list of any shape: the rates are a float64 array of that shape, bit for bit
      the same as one call for each entry.

    `t` may have a fraction, which is handy for drawing. A negative, infinite or NaN `t` raises
    `ValueError`, a `t` that is no number `TypeError`. After its last step a schedule holds its
    final value. In a training loop plan once, `rates = schedule(np.arange(steps))`: a single
    call costs as much as a small optimizer step.

    Schedules are frozen, compare and hash by value, `eval(repr(s)) == s`, and
    `Schedule.from_dict(s.to_dict()) == s`.
    """

    @overload
    def __call__(self, step: int | float) -> float: ...
    @overload
    def __call__(self, step: ArrayLike) -> Any: ...
    def __call__(self, step: ArrayLike) -> float | Steps:
        if np.ndim(step) == 0:
            return float(self._rates(check.steps(step).reshape(1))[0])
        t = np.asarray(step)
        flat, rates = t.ravel(), np.empty(t.size)
        for start in range(0, t.size or 1, BLOCK):
            block = slice(start, start + BLOCK)
            rates[block] = self._rates(check.steps(flat[block]))
        return rates.reshape(t.shape)

    @abstractmethod
    def _rates(self, t: Steps) -> Steps:
        """The rates at a one-dimensional, checked array of update counts."""

    def then(self, steps: int, other: Schedule) -> Join:
        """This schedule for `steps` updates, then `other` on a clock that starts from 0.

        >>> from lrlib.schedules import Constant, CosineDecay, Warmup
        >>> plan = Warmup(lr=0.4, steps=4).then(4, CosineDecay(lr0=0.4, lr_end=0.0, steps=2))
        >>> [round(plan(t), 3) for t in range(7)]
        [0.1, 0.2, 0.3, 0.4, 0.4, 0.2, 0.0]
        """
        return Join((self, other), (steps,))


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


def power(base: float, exponent: Steps) -> Steps:
    """`base**exponent` for a base above 0, taken as `2**(exponent * log2(base))`.

    NumPy's `exp2` is several times as fast as its `power`. The relative error is about 1e-16 for
    each halving, and none where the base is a power of two and the exponent a whole number.
    """
    return np.exp2(exponent * math.log2(base))


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate throughout.

        lr(t) = lr

    Args:
        lr: the rate, 0 or more.

    >>> Constant(lr=0.1)(1000)
    0.1

    Source: H. Robbins, S. Monro (1951), "A Stochastic Approximation Method", shows why noise
    calls for something better. Same as `optax.constant_schedule`; torch needs no scheduler.
    """

    lr: float

    def __post_init__(self) -> None:
        check.settle(self, lr=check.rate)

    def _rates(self, t: Steps) -> Steps:
        return np.full_like(t, self.lr)
