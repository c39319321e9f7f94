"""The learning-rate range test: raise the rate at every update and watch the loss."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lrlib import _check as check
from lrlib.optimizers import SGD, Optimizer, in_place
from lrlib.problems import Problem
from lrlib.training.loop import starting_point, streams

STOPPED_ABOVE = 4.0
"""The test ends with the first loss that exceeds the best so far this many times."""


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What one call of `range_test` saw.

    Attributes:
        rates: The rates that were used, increasing; shape `(losses,)`.
        losses: The loss before the update with each rate; the last may be infinite or NaN.
        w0: The starting point, as it was and still is.
        beta: How strongly the curve is smoothed before a rate is suggested.
    """

    rates: NDArray
    losses: NDArray
    w0: NDArray
    beta: float

    @cached_property
    def smoothed(self) -> NDArray:
        """The finite losses, smoothed: see `smooth`."""
        return smooth(self.losses[np.isfinite(self.losses)], self.beta)

    @property
    def suggestion(self) -> float:
        """The rate at which the smoothed loss falls fastest: see `suggest_lr`.

        Raises `ValueError` if the loss was finite fewer than two times.
        """
        if len(self.smoothed) < 2:
            raise ValueError(
                f"the loss should be finite at two rates at least, but it was at "
                f"{len(self.smoothed)}; try a smaller lr_min."
            )
        return suggest_lr(self.rates[: len(self.smoothed)], self.smoothed)

    def __repr__(self) -> str:
        found = "diverged at once; try a smaller lr_min"
        if len(self.smoothed) >= 2:
            found = f"suggested rate {self.suggestion:.3g}"
        return (
            f"<RangeTest: {len(self.rates)} rates from {self.rates[0]:.3g} to "
            f"{self.rates[-1]:.3g}; {found}>"
        )


def range_test(
    problem: Problem,
    optimizer: Optimizer | None = None,
    *,
    lr_min: float = 1e-5,
    lr_max: float = 10.0,
    steps: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
    w0: NDArray | None = None,
    beta: float = 0.8,
    dtype: DTypeLike = np.float64,
) -> RangeTest:
    """Make one update with each of `steps` rates from `lr_min` to `lr_max`, on a copy.

    Nothing is left changed: `w0`, the optimizer and the problem are as before, and batches come
    from a generator of the test's own, so a run that follows is not disturbed.

    Args:
        problem: What would be minimised.
        optimizer: By default `SGD()`.
        lr_min, lr_max: Ends of the range, both used; `0 < lr_min < lr_max`.
        steps: Number of rates, at least 2, evenly spaced on a log scale.
        batch_size, seed, w0, dtype: As for `train`.
        beta: Smoothing of the losses, at least 0 and below 1.

    The test stops after the first loss that is not finite or exceeds four times the best so far.

    Source: L. Smith (2017), "Cyclical Learning Rates for Training Neural Networks", section 3.3;
    rates evenly spaced on a log scale, smoothing and early stop are from fastai.

    >>> from lrlib.problems import Quadratic
    >>> test = range_test(Quadratic((1, 10)), lr_min=1e-3, lr_max=10, steps=50)
    >>> test.suggestion < 2 / 10
    True
    """
    rates = range_test_rates(lr_min, lr_max, steps)
    beta = check.decay("beta", beta)
    start_rng, batch_rng = streams(seed)
    w = starting_point(problem, w0, start_rng, dtype)
    start = w.copy()
    step = in_place(SGD() if optimizer is None else optimizer, w)
    batches = problem.batches(batch_rng, batch_size)
    losses: list[float] = []
    with np.errstate(all="ignore"):
        for rate in rates:
            loss, grad = problem.loss_and_grad(w, next(batches))
            losses.append(float(loss))
            if not np.isfinite(loss) or loss > STOPPED_ABOVE * min(losses):
                break
            step(grad, float(rate))
    return RangeTest(rates[: len(losses)], np.array(losses), start, beta)


def range_test_rates(lr_min: float, lr_max: float, steps: int) -> NDArray:
    """Return `steps` rates from `lr_min` to `lr_max`, each the same factor above the last.

    >>> range_test_rates(0.01, 1.0, steps=3).tolist()
    [0.01, 0.1, 1.0]
    """
    steps = check.whole("steps", steps, least=2)
    lr_min, lr_max = check.positive("lr_min", lr_min), check.positive("lr_max", lr_max)
    if lr_min >= lr_max:
        raise ValueError(check.complaint("lr_min", f"below lr_max = {lr_max:g}", lr_min))
    return np.geomspace(lr_min, lr_max, steps)


def smooth(losses: ArrayLike, beta: float) -> NDArray:
    """Return the bias-corrected exponential moving average of a sequence.

    With `m = beta*m + (1 - beta)*loss` from 0, entry i is `m / (1 - beta**(i + 1))`, so the first
    entry is the first loss.

    >>> smooth([4.0, 1.0], beta=0.5).tolist()
    [4.0, 2.0]
    """
    beta = check.decay("beta", beta)
    losses = np.asarray(losses, dtype=np.float64)
    if losses.ndim != 1:
        raise ValueError(f"losses should be one sequence, but they have the shape {losses.shape}.")
    mean, result = 0.0, []
    for i, loss in enumerate(losses.tolist(), start=1):
        mean = beta * mean + (1 - beta) * loss
        result.append(mean / (1 - beta**i))
    return np.array(result)


def suggest_lr(rates: ArrayLike, losses: ArrayLike) -> float:
    """Return the rate where the loss falls fastest per decade, at or before its minimum.

    Args:
        rates: Increasing rates, at least two.
        losses: The finite (smoothed) loss at each.

    >>> suggest_lr([0.001, 0.01, 0.1, 1.0], [2.0, 1.9, 1.0, 8.0])
    0.01
    """
    rates = np.asarray(rates, dtype=np.float64)
    losses = np.asarray(losses, dtype=np.float64)
    if rates.shape != losses.shape or rates.ndim != 1 or len(rates) < 2:
        raise ValueError(
            f"rates and losses should be two sequences of one length, at least 2, but have shapes "
            f"{rates.shape} and {losses.shape}."
        )
    if not np.isfinite(losses).all():
        raise ValueError("losses should be finite; leave out the last ones, where it diverged.")
    if not (rates > 0).all() or not (np.diff(rates) > 0).all():
        raise ValueError("rates should be above 0 and increase.")
    slope = np.gradient(losses, np.log10(rates))
    last = int(np.argmin(losses))
    return float(rates[np.argmin(slope[: last + 1])])
