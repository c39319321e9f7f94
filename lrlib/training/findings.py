"""What a study found: chosen rates, both losses, and paired differences that hold tuning error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrlib import _check as check
from lrlib.training.intervals import Interval, paired_gaps, student_t

LOSSES = ("training", "unseen")
REDRAWS = 1000
MOST_SEEDS = 500


@dataclass(frozen=True, eq=False)
class Study:
    """What one call of `study` found.

    Attributes:
        methods: Names of the methods; the first is the baseline.
        splits: Numbers of the splits.
        rates: The rates that were tried anywhere, increasing, shape `(rates,)`.
        scores: Loss by which the rate was chosen, shape `(methods, splits, tuning seeds, rates)`;
            infinite for a run that diverged, NaN where there was none.
        training, unseen: Loss of the judged runs on the part that trained and on the part that
            judges, shape `(methods, splits, seeds, rates)`; infinite or NaN likewise.
        chosen: Position in `rates` of the rate chosen, shape `(methods, splits)`.
        at_edge: Whether the best rate still lay at an end of the grid after it had been extended,
            shape `(methods, splits)`.
        steps: Updates of a run.
    """

    methods: tuple[str, ...]
    splits: tuple[int, ...]
    rates: NDArray
    scores: NDArray
    training: NDArray
    unseen: NDArray
    chosen: NDArray
    at_edge: NDArray
    steps: int

    def losses(self, method: str, loss: str = "unseen") -> NDArray:
        """Return the loss of each judged run at the chosen rate, shape `(splits, seeds)`."""
        m, values = self._place(method), self._values(loss)
        return np.stack([values[m, s, :, r] for s, r in enumerate(self.chosen[m])])

    def chosen_rates(self, method: str) -> list[float]:
        """Return the rate chosen on each split."""
        return [float(rate) for rate in self.rates[self.chosen[self._place(method)]]]

    def difference(
        self,
        method: str,
        baseline: str | None = None,
        *,
        loss: str = "unseen",
        relative: bool = False,
        confidence: float = 0.95,
    ) -> Interval:
        r"""Return the mean paired difference of two methods, with an interval.

        Each method stands at the rate that it chose. With d the difference averaged over the seeds
        of a split, S the variance of d over K splits, and W the variance of the overall mean when
        tuning seeds (and with them the chosen rates) and judging seeds are drawn anew:

        $$V = \max(S/K, W), \quad B = V - W, \quad
        \nu = V^2 \Big/ \Big(\frac{B V}{K-1} + \frac{W^2}{K(n-1)}\Big)$$

        The interval is the mean with `student_t(nu)` times the root of V to each side. In simulated
        studies of three splits, 91 to 99 % of such intervals covered the truth. With one split it
        speaks of that split alone.

        Args:
            method, baseline: Two methods; by default the baseline is the first.
            loss: `"unseen"` or `"training"`.
            relative: Whether differences are shares of the baseline's loss (-0.1: 10 % lower,
                found from the logarithms of the losses).
            confidence: Between 0 and 1.

        Source: R. DerSimonian and N. Laird (1986), "Meta-analysis in clinical trials" (the two
        variances); F. Satterthwaite (1946), "An approximate distribution of estimates of variance
        components" (degrees of freedom); B. Efron (1979), the bootstrap.
        """
        pair = [self._place(method), 0 if baseline is None else self._place(baseline)]
        values = self._values(loss)[pair]
        if relative:
            values = np.log(values)
        K, n = values.shape[1:3]
        gaps, noise = np.zeros((K, n)), 0.0
        with np.errstate(invalid="ignore"):
            for s in range(K):
                a, b = (values[i, s, :, self.chosen[m, s]] for i, m in enumerate(pair))
                gaps[s] = paired_gaps(a, b)
                noise += self._redrawn(pair, values[:, s], s).var() / K**2 * n / max(n - 1, 1)
            mean = float(gaps.mean())
        below = int((gaps < 0).sum())
        if not math.isfinite(mean) or not math.isfinite(noise):
            return Interval(mean, math.nan, math.nan, below, gaps.size, confidence)
        total = max(float(gaps.mean(axis=1).var(ddof=1)) / K if K > 1 else 0.0, noise)
        spread = (total - noise) * total / max(K - 1, 1) + noise**2 / (K * max(n - 1, 1))
        nu = max(total**2 / spread, 1.0) if spread > 0 else 1.0
        margin = student_t(nu, confidence) * math.sqrt(total)
        as_told = math.expm1 if relative else float
        low, high = as_told(mean - margin), as_told(mean + margin)
        return Interval(as_told(mean), low, high, below, gaps.size, confidence)

    def splits_below(self, method: str, baseline: str | None = None, loss: str = "unseen") -> int:
        """Return on how many splits the method's mean loss is below the baseline's."""
        base = self.losses(baseline or self.methods[0], loss)
        gaps = paired_gaps(self.losses(method, loss), base)
        return int((gaps.mean(axis=1) < 0).sum())

    def _place(self, method: str) -> int:
        if method not in self.methods:
            raise ValueError(check.complaint("method", f"one of {self.methods}", method))
        return self.methods.index(method)

    def _values(self, loss: str) -> NDArray:
        if loss not in LOSSES:
            raise ValueError(check.complaint("loss", '"unseen" or "training"', loss))
        return self.unseen if loss == "unseen" else self.training

    def _redrawn(self, pair: list[int], values: NDArray, s: int) -> NDArray:
        """Return the mean difference on split s each time all seeds are drawn anew."""
        weights = shares(values.shape[1], s + MOST_SEEDS)
        gaps = np.zeros(len(weights))
        for sign, m, level in zip((1, -1), pair, values):
            picked = selected(self.scores[m, s], s)
            means = np.full((len(weights), len(self.rates)), np.nan)
            used = np.unique(picked)
            with np.errstate(invalid="ignore"):
                means[:, used] = weights @ level[:, used]
                gaps += sign * means[np.arange(len(weights)), picked]
        return gaps

    def table(self, *, relative: bool = False) -> str:
        """Return the study in words: rates, both losses, paired differences and how often."""
        n = self.unseen.shape[2]
        base = self.methods[0]
        lines = [
            f"{self.steps:,} updates, {len(self.splits)} splits with {n} seeds each, rates tuned "
            f"on {self.scores.shape[2]} other seeds and other data; difference to {base} with its "
            "95 % interval"
        ]
        rows = [("method", "rates", "loss", "mean", "difference", "lower in")]
        for name in self.methods:
            found = "/".join(f"{rate:.3g}" for rate in self.chosen_rates(name))
            found += " (edge)" if self.at_edge[self._place(name)].any() else ""
            for loss in LOSSES:
                with np.errstate(invalid="ignore"):
                    mean = f"{self.losses(name, loss).mean():.4g}"
                gap, often = "", ""
                if name != base:
                    gap, often = self._compared(name, loss, relative)
                first = (name, found) if loss == LOSSES[0] else ("", "")
                rows.append((*first, loss, mean, gap, often))
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
            for row in rows
        ]
        return "\n".join(lines)

    def _compared(self, name: str, loss: str, relative: bool) -> tuple[str, str]:
        found = self.difference(name, loss=loss, relative=relative)
        numbers = [found.mean, found.low, found.high]
        mean, low, high = (f"{x:+.1%}" if relative else f"{x:+.3g}" for x in numbers)
        often = f"{found.below} of {found.n} runs, "
        often += f"{self.splits_below(name, loss=loss)} of {len(self.splits)} splits"
        return f"{mean} ({low} to {high}): {found.verdict}", often

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"<Study: {', '.join(self.methods)}; {len(self.splits)} splits; see .table()>"


def lowest(scores: NDArray) -> NDArray:
    """Return the place of the lowest score in each row; the first of equal ones."""
    return np.where(np.isfinite(scores), scores, np.inf).argmin(axis=-1)


def shares(n: int, stream: int) -> NDArray:
    """Return the weight of each of n seeds in each redraw, shape `(REDRAWS, n)`."""
    rng = np.random.default_rng([20, stream])
    return rng.multinomial(n, np.full(n, 1 / n), size=REDRAWS) / n


def selected(scores: NDArray, s: int) -> NDArray:
    """Return the place of the rate that each redraw of the tuning seeds would choose."""
    tried = np.isfinite(scores).all(axis=0)
    means = np.full((REDRAWS, scores.shape[1]), np.inf)
    means[:, tried] = shares(len(scores), s) @ scores[:, tried]
    return lowest(means)
