"""Worked siblings: for each function of this unit a similar one, solved in full."""

import statistics

import numpy as np


def choose_degree(error, degrees, splits):
    """The degree of a polynomial with the lowest mean error over all splits, and those means.

    `error(degree, split)` fits and measures; it is infinite where a fit fails.

    >>> choose_degree(lambda degree, split: (degree - 3) ** 2 + split, [1, 3, 5], [0.0, 0.5])
    (3, [4.25, 0.25, 4.25])
    """
    means = [statistics.fmean(error(degree, split) for split in splits) for degree in degrees]
    if not np.isfinite(means).any():  # A choice among failures would look like a success.
        raise ValueError("at every degree a fit failed")
    lowest = min(means)
    return min(d for d, mean in zip(degrees, means) if mean == lowest), means  # The simplest.


def league(results):
    """For each team its mean, and the verdict against the first team, game by game.

    >>> league({"reds": [1, 2, 3], "blues": [2, 4, 6], "greens": [1, 2, 2]})
    {'reds': (2, 'first'), 'blues': (4, 'ahead'), 'greens': (1.6666666666666667, 'open')}
    """
    first = next(iter(results))  # Dicts keep the order in which they were written.
    board = {}
    for team, points in results.items():
        gaps = [mine - theirs for mine, theirs in zip(points, results[first])]  # In pairs.
        ahead, behind = all(gap > 0 for gap in gaps), all(gap < 0 for gap in gaps)
        verdict = "ahead" if ahead else "behind" if behind else "open"  # "open" needs no proof.
        board[team] = statistics.mean(points), "first" if team == first else verdict
    return board


SIBLINGS = {"tune": choose_degree, "compare": league}
