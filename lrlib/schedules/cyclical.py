"""Rates that rise and fall: triangular cycles, cosine restarts, and the one-cycle policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lrlib import _check as check
from lrlib.schedules.base import Schedule, Steps, power

__all__ = [
    "Triangular",
    "Triangular2",
    "ExpRange",
    "CosineRestarts",
    "OneCycle",
    "OneCycleMomentum",
]


@dataclass(frozen=True)
class Triangular(Schedule):
    """Go up and down in straight lines between two bounds, again and again.

        cycle = floor(1 + t / (2 * half_cycle))
        x     = |t / half_cycle - 2 * cycle + 1|
        lr(t) = base_lr + (max_lr - base_lr) * max(0, 1 - x)

    Args:
        base_lr, max_lr: the bounds, 0 or more, `base_lr <= max_lr`.
        half_cycle: updates from the base to the top, 1 or more; a full cycle is twice that.

    >>> saw = Triangular(base_lr=0.0, max_lr=1.0, half_cycle=2)
    >>> [saw(t) for t in range(6)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.5]

    Source: L. N. Smith (2017), "Cyclical Learning Rates for Training Neural Networks". Same as
    torch `CyclicLR(cycle_momentum=False)`; by default torch moves the momentum as well.
    """

    base_lr: float
    max_lr: float
    half_cycle: int

    def __post_init__(self) -> None:
        check.settle(self, base_lr=check.rate, max_lr=check.rate, half_cycle=check.count)
        if self.base_lr > self.max_lr:
            raise ValueError(
                f"base_lr of {type(self).__name__} should be at most max_lr, but "
                f"{self.base_lr} is above {self.max_lr}. Try them the other way round."
            )

    def _rates(self, t: Steps) -> Steps:
        cycle = np.floor(1 + t / (2 * self.half_cycle))
        x = np.abs(t / self.half_cycle - 2 * cycle + 1)
        height = (self.max_lr - self.base_lr) * np.maximum(0.0, 1 - x)
        return self.base_lr + height * self._scale(t, cycle)

    def _scale(self, t: Steps, cycle: Steps) -> Steps | float:
        """The factor on the amplitude; the base stays where it is."""
        return 1.0


@dataclass(frozen=True)
class Triangular2(Triangular):
    """As `Triangular`, but each cycle is half as high as the one before.

        lr(t) = base_lr + (max_lr - base_lr) * max(0, 1 - x) / 2**(cycle - 1)

    Arguments and errors are those of `Triangular`.

    >>> saw = Triangular2(base_lr=0.0, max_lr=1.0, half_cycle=2)
    >>> saw(2), saw(6), saw(10)
    (1.0, 0.5, 0.25)

    Source: L. N. Smith (2017), "Cyclical Learning Rates for Training Neural Networks". Same as
    torch `CyclicLR(mode="triangular2", cycle_momentum=False)`.
    """

    def _scale(self, t: Steps, cycle: Steps) -> Steps:
        return np.exp2(1 - cycle)


@dataclass(frozen=True)
class ExpRange(Triangular):
    """As `Triangular`, but the amplitude shrinks by `gamma` with every update.

        lr(t) = base_lr + (max_lr - base_lr) * max(0, 1 - x) * gamma**t

    Args:
        base_lr, max_lr, half_cycle: as for `Triangular`.
        gamma: the factor of each update, above 0 and at most 1.

    >>> saw = ExpRange(base_lr=0.0, max_lr=1.0, half_cycle=1, gamma=0.5)
    >>> saw(1), saw(2), saw(3)
    (0.5, 0.0, 0.125)

    Source: L. N. Smith (2017), "Cyclical Learning Rates for Training Neural Networks". Same as
    torch `CyclicLR(mode="exp_range", gamma=gamma, cycle_momentum=False)`.
    """

    gamma: float

    def __post_init__(self) -> None:
        super().__post_init__()
        check.settle(self, gamma=check.factor)

    def _scale(self, t: Steps, cycle: Steps) -> Steps:
        return power(self.gamma, t)


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Cosine decay that jumps back to the top, in cycles that may grow.

        cycle i lasts first_cycle * multiplier**i updates and begins at lr_max
        lr(t) = lr_min + (lr_max - lr_min) / 2 * (1 + cos(pi * t_in_cycle / length))

    Starts of cycles are whole numbers found by addition, so a restart is never missed by rounding.

    Args:
        lr_max, lr_min: the rate at each start and the one each cycle falls to, 0 or more.
        first_cycle: updates, 1 or more.
        multiplier: growth of the cycles, a whole number, 1 or more.

    >>> sgdr = CosineRestarts(lr_max=1.0, lr_min=0.0, first_cycle=2, multiplier=2)
    >>> [round(sgdr(t), 4) for t in range(7)]
    [1.0, 0.5, 1.0, 0.8536, 0.5, 0.1464, 1.0]

    Source: I. Loshchilov, F. Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm
    Restarts". Same as torch `CosineAnnealingWarmRestarts` by `.step()` and Optax
    `sgdr_schedule`; torch's `.step(epoch)` and timm find the cycle with a logarithm and miss
    some restarts (first_cycle 3, multiplier 3, t = 363).
    """

    lr_max: float
    lr_min: float
    first_cycle: int
    multiplier: int

    def __post_init__(self) -> None:
        check.settle(
            self,
            lr_max=check.rate,
            lr_min=check.rate,
            first_cycle=check.count,
            multiplier=check.count,
        )

    def _rates(self, t: Steps) -> Steps:
        since, length = self._clock(t)
        wave = 1 + np.cos(np.pi * since / length)
        return self.lr_min + (self.lr_max - self.lr_min) / 2 * wave

    def _clock(self, t: Steps) -> tuple[Steps, Steps | int]:
        """Updates since the last restart, and the length of the cycle they are in."""
        if self.multiplier == 1:
            return t % self.first_cycle, self.first_cycle
        edges, length = [0, self.first_cycle], self.first_cycle
        while t.size and edges[-1] <= t.max():
            length *= self.multiplier
            edges.append(edges[-1] + length)
        starts = np.array(edges, dtype=np.float64)
        cycle = np.searchsorted(starts, t, side="right") - 1
        return t - starts[cycle], np.diff(starts)[cycle]


def _rise_and_fall(t: Steps, steps: int, pct_start: float, levels: tuple[float, ...]) -> Steps:
    """Cosines through three levels: at t = 0, at pct_start*steps - 1 and at steps - 1."""
    start, top, end = levels
    peak, last = pct_start * steps - 1, steps - 1
    up = top + (start - top) / 2 * (1 + np.cos(np.pi * np.minimum(t, peak) / peak))
    since = np.minimum(1.0, (t - peak) / (last - peak))
    down = end + (top - end) / 2 * (1 + np.cos(np.pi * since))
    return np.where(t <= peak, up, down)


def _check_peak(schedule: OneCycle | OneCycleMomentum) -> None:
    if schedule.pct_start * schedule.steps <= 1:
        raise ValueError(
            f"pct_start * steps of {type(schedule).__name__} should be above 1, so that there is "
            f"a rise, but {schedule.pct_start} * {schedule.steps} is not. "
            f"Try more steps or a larger pct_start."
        )


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One rise to a high rate and one long fall far below the start, both along cosines.

        from max_lr / div               at t = 0
        up to max_lr                    at t = pct_start * steps - 1
        down to max_lr / div / final_div at t = steps - 1, held after

    Args:
        max_lr: the peak rate, 0 or more.
        steps: updates in all; `pct_start * steps` must exceed 1.
        pct_start: share of the updates spent rising, between 0 and 1.
        div: peak over first rate, 1 or more.
        final_div: first rate over last rate, 1 or more.

    >>> one = OneCycle(max_lr=1.0, steps=10, pct_start=0.3, div=25, final_div=1e4)
    >>> [round(one(t), 3) for t in (0, 1, 2, 9)]
    [0.04, 0.52, 1.0, 0.0]

    Source: L. N. Smith, N. Topin (2018), "Super-Convergence: Very Fast Training of Neural
    Networks Using Large Learning Rates". Same as torch `OneCycleLR`; Optax peaks at
    `int(pct_start * steps)` and ends at `steps`; fastai ends at `max_lr / 1e5`.
    """

    max_lr: float
    steps: int
    pct_start: float = 0.3
    div: float = 25.0
    final_div: float = 1e4

    def __post_init__(self) -> None:
        check.settle(
            self,
            max_lr=check.rate,
            steps=check.count,
            pct_start=check.open_fraction,
            div=check.at_least_one,
            final_div=check.at_least_one,
        )
        _check_peak(self)

    def _rates(self, t: Steps) -> Steps:
        first = self.max_lr / self.div
        levels = (first, self.max_lr, first / self.final_div)
        return _rise_and_fall(t, self.steps, self.pct_start, levels)

    def momentum(self, mu_max: float = 0.95, mu_min: float = 0.85) -> OneCycleMomentum:
        """The twin that moves the momentum: low while the rate is high."""
        return OneCycleMomentum(mu_max, mu_min, self.steps, self.pct_start)


@dataclass(frozen=True)
class OneCycleMomentum(Schedule):
    """The momentum that goes with `OneCycle`: down while the rate rises, then up again.

        from mu_max  at t = 0
        down to mu_min  at t = pct_start * steps - 1
        up to mu_max  at t = steps - 1, held after

    Its values are momenta, not rates: use them as `Momentum(mu=twin(t))`.

    Args:
        mu_max, mu_min: momenta, at least 0 and below 1, `mu_min <= mu_max`.
        steps, pct_start: as for `OneCycle`.

    >>> twin = OneCycle(max_lr=1.0, steps=10).momentum()
    >>> [round(twin(t), 2) for t in (0, 1, 2, 9)]
    [0.95, 0.9, 0.85, 0.95]

    Source: L. N. Smith (2018), "A Disciplined Approach to Neural Network Hyper-Parameters".
    Same as torch `OneCycleLR(cycle_momentum=True)`.
    """

    mu_max: float
    mu_min: float
    steps: int
    pct_start: float = 0.3

    def __post_init__(self) -> None:
        check.settle(
            self,
            mu_max=check.decay,
            mu_min=check.decay,
            steps=check.count,
            pct_start=check.open_fraction,
        )
        if self.mu_min > self.mu_max:
            raise ValueError(
                f"mu_min of OneCycleMomentum should be at most mu_max, but {self.mu_min} is "
                f"above {self.mu_max}. Try them the other way round."
            )
        _check_peak(self)

    def _rates(self, t: Steps) -> Steps:
        levels = (self.mu_max, self.mu_min, self.mu_max)
        return _rise_and_fall(t, self.steps, self.pct_start, levels)
