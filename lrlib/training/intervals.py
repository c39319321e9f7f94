"""How sure one can be of a mean: Student's interval, paired differences and the bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib import _check as check

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


@dataclass(frozen=True)
class Interval:
    """A mean with the interval that covers the true one at the stated confidence.

    Attributes:
        mean: The estimate.
        low, high: Ends of the interval; NaN where a run diverged.
        below: How many of the values are below 0: in how many runs "lower" holds.
        n: How many values there are.
        confidence: The share of such intervals that cover the true mean.
    """

    mean: float
    low: float
    high: float
    below: int
    n: int
    confidence: float = 0.95

    @property
    def margin(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    @property
    def verdict(self) -> str:
        """`"lower"` if all of the interval is below 0, `"higher"` if above, else `"cannot tell"`.

        A difference that is infinite, because one side diverged, needs no interval.
        """
        if self.high < 0 or self.mean == -math.inf:
            return "lower"
        if self.low > 0 or self.mean == math.inf:
            return "higher"
        return "cannot tell"

    def __str__(self) -> str:
        ends = f"{self.mean:+.3g} ({self.low:+.3g} to {self.high:+.3g})"
        return f"{ends}, below 0 in {self.below} of {self.n}"


@lru_cache(maxsize=1024)
def student_t(degrees: float, confidence: float = 0.95) -> float:
    r"""Return how many standard errors lie on each side of a mean in a two-sided interval.

    For T with $\nu$ degrees of freedom and $T = \sqrt\nu \tan\theta$, the density of $\theta$ is
    proportional to $\cos^{\nu-1}\theta$; the factor is where its integral reaches the confidence.

    Args:
        degrees: Degrees of freedom, 1 or more, whole or not: for n values, n - 1.
        confidence: Between 0 and 1.

    Source: Student (1908), "The probable error of a mean", Biometrika 6.

    >>> round(student_t(4), 3), round(student_t(1e6), 3)
    (2.776, 1.96)
    """
    nu = check.at_least_one("degrees", degrees)
    confidence = check.open_fraction("confidence", confidence)
    whole = math.sqrt(math.pi) / 2 * math.exp(math.lgamma(nu / 2) - math.lgamma((nu + 1) / 2))
    low, high = 0.0, math.pi / 2
    for _ in range(80):
        middle = (low + high) / 2
        share = middle / 2 * _WEIGHTS @ np.cos(middle * (1 + _NODES) / 2) ** (nu - 1) / whole
        low, high = (middle, high) if share < confidence else (low, middle)
    return math.sqrt(nu) * math.tan((low + high) / 2)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the mean of independent values with Student's interval.

    The standard error of the mean is `s / sqrt(n)`, where s is the standard deviation with n - 1;
    the interval reaches `student_t(n - 1, confidence)` of it to each side.

    Args:
        values: Two or more numbers, shape `(n,)`.
        confidence: Between 0 and 1.

    >>> print(mean_interval([-0.06, -0.04, -0.08, -0.05, -0.07]))
    -0.06 (-0.0796 to -0.0404), below 0 in 5 of 5
    """
    x = _values("values", values)
    with np.errstate(invalid="ignore"):
        mean = float(x.mean())
        error = float(x.std(ddof=1)) / math.sqrt(len(x))
    margin = student_t(len(x) - 1, confidence) * error
    return Interval(mean, mean - margin, mean + margin, int((x < 0).sum()), len(x), confidence)


def paired_interval(losses: ArrayLike, baseline: ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the mean of `losses - baseline`, run by run, with Student's interval.

    What makes a seed hard for both methods cancels in the difference, so the interval is narrower
    than that of two separate means. A run that diverged has an infinite loss or NaN; if only one
    side has such a run, the mean is infinite, and the verdict needs no interval.

    Args:
        losses, baseline: One loss for each run, the same runs in the same order; 2 or more.
        confidence: Between 0 and 1.

    >>> print(paired_interval([0.44, 0.66, 0.52], [0.50, 0.70, 0.60]))
    -0.06 (-0.11 to -0.0103), below 0 in 3 of 3
    """
    a, b = _values("losses", losses), _values("baseline", baseline)
    if len(a) != len(b):
        raise ValueError(
            f"expected as many losses as the baseline has; got {len(a)} and {len(b)}; "
            "give one of each for every seed, in the same order"
        )
    return mean_interval(paired_gaps(a, b), confidence)


def paired_gaps(losses: NDArray, baseline: NDArray) -> NDArray:
    """Return `losses - baseline`, infinite where one side diverged and 0 where both did.

    >>> paired_gaps(np.array([1.0, np.nan, np.inf]), np.array([2.0, 1.0, np.nan])).tolist()
    [-1.0, inf, 0.0]
    """
    a, b = (np.where(np.isnan(x), np.inf, x) for x in (losses, baseline))
    both = np.isinf(a) & np.isinf(b)
    return np.where(both, 0.0, np.where(both, 0.0, a) - np.where(both, 0.0, b))


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[[NDArray], Any] = np.mean,
    *,
    draws: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Interval:
    """Return a statistic of the values with its percentile bootstrap interval.

    The values are drawn anew, with replacement and as many as there are, `draws` times; the
    interval holds the middle share of the statistics. It needs no formula for the standard error,
    so it serves for medians, ratios, best rates. With fewer than about ten values it is too narrow.

    Args:
        values: Two or more; shape `(n,)`, or `(n, ...)` for rows that are drawn together.
        statistic: Function of an array like `values` that returns a number.
        draws: How often the values are drawn anew.
        seed: Decides the draws.
        confidence: Between 0 and 1.

    Source: B. Efron (1979), "Bootstrap Methods: Another Look at the Jackknife", Annals of
    Statistics 7.

    >>> found = bootstrap_interval([1.0, 2.0, 3.0, 4.0, 100.0], np.median)
    >>> found.mean, found.low, found.high
    (3.0, 1.0, 100.0)
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim == 0 or len(x) < 2:
        raise ValueError(check.complaint("values", "two or more values or rows", values))
    confidence = check.open_fraction("confidence", confidence)
    draws = check.count("draws", draws)
    picks = np.random.default_rng(seed).integers(len(x), size=(draws, len(x)))
    found = np.array([float(statistic(x[pick])) for pick in picks])
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    below = int((x < 0).sum()) if x.ndim == 1 else int((found < 0).sum())
    n = len(x) if x.ndim == 1 else draws
    return Interval(float(statistic(x)), float(low), float(high), below, n, confidence)


def _values(name: str, values: ArrayLike) -> NDArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or len(x) < 2:
        raise ValueError(check.complaint(name, "two or more numbers", values))
    return x
