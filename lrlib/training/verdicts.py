"""Choosing a rate at equal budget, and saying what the runs of several methods let one say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""Student's t for a two-sided interval of 95 %, by number of seeds (one more than the degrees of
freedom). Source: Student (1908), "The probable error of a mean", Biometrika 6."""


def tune(
    train: Callable[..., float], rates: Sequence[float], seeds: Sequence[int]
) -> tuple[float, list[float]]:
    """Return the rate with the lowest mean validation loss, and that mean for every rate.

    Args:
        train: `train(lr, seed, split)` makes one run and returns its loss on a split.
        rates, seeds: Every rate is run once with every seed, on the split "validation".

    The score of a rate with a run that is not finite is infinite; of equal scores the smallest rate
    wins.

    Raises:
        ValueError: There is no rate or no seed, or no rate has a finite score.

    >>> tune(lambda lr, seed, split: (lr - 0.3) ** 2 + seed, [0.1, 0.3, 1.0], [0, 2])[0]
    0.3
    """
    if not len(rates) or not len(seeds):
        raise ValueError(
            f"expected one rate and one seed at least; got {len(rates)} and {len(seeds)}"
        )
    losses = np.array([[train(lr, seed, "validation") for seed in seeds] for lr in rates])
    scores = np.where(np.isfinite(losses).all(axis=1), losses.mean(axis=1), np.inf).tolist()
    if not np.isfinite(min(scores)):
        raise ValueError(f"expected a rate at which no run diverges; all of {list(rates)} do")
    return float(min(zip(scores, rates))[1]), scores


def compare(results: Mapping[str, ArrayLike]) -> dict[str, dict[str, Any]]:
    """Return for each method mean, spread, difference to the first method, margin and verdict.

    Args:
        results: Losses of each method, one for each seed, the same seeds in the same order; 2 to 10
            of them. The first method is the baseline.

    With `d = losses - baseline` and n seeds: `difference = mean(d)`, `margin = T95[n] * s(d) /
    sqrt(n)`, where s, like the spread of the losses, is the standard deviation with n - 1. A method
    is "better" when `difference < -margin`, "worse" when `difference > margin`, else we "cannot
    tell". A method with a run that diverged is worse than a baseline without, and the reverse.

    Raises:
        ValueError: There is no method, or the methods do not have 2 to 10 losses, as many each.

    >>> compare({"SGD": [0.5, 0.7, 0.6], "Adam": [0.4, 0.61, 0.5]})["Adam"]["verdict"]
    'better'
    """
    runs = {name: np.asarray(values, dtype=np.float64) for name, values in results.items()}
    shapes = {name: losses.shape for name, losses in runs.items()}
    if len({*shapes.values()}) != 1 or not {*shapes.values()} <= {(n,) for n in T95}:
        raise ValueError(
            "expected 2 to 10 losses of each method, one for each seed and as many for all; "
            f"got the shapes {shapes}"
        )
    first, base = next(iter(runs.items()))
    board = {}
    for name, losses in runs.items():
        with np.errstate(invalid="ignore"):
            gaps = losses - base
            gap = float(gaps.mean())
            margin = float(T95[len(gaps)] * gaps.std(ddof=1) / np.sqrt(len(gaps)))
            spread = float(losses.std(ddof=1))
        lost, base_lost = (not np.isfinite(each).all() for each in (losses, base))
        if name == first:
            verdict = "baseline"
        elif lost != base_lost:
            verdict = "worse" if lost else "better"
        else:
            verdict = "better" if gap < -margin else "worse" if gap > margin else "cannot tell"
        numbers = {"mean": float(losses.mean()), "spread": spread}
        board[name] = numbers | {"difference": gap, "margin": margin, "verdict": verdict}
    return board
