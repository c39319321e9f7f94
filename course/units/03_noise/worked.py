"""Worked siblings: for each function of this unit a similar one, solved in full."""

import math


def settled_variance(keep, noise):
    """The variance at which x settles when each step does x = keep * x + noise of a variance.

    >>> settled_variance(0.5, 3.0)
    4.0
    """
    # Settled means that a step changes nothing: variance = keep**2 * variance + noise.
    return noise / (1 - keep**2)  # The equation, solved for the variance.


def images_for_error(error, variance):
    """How many images a mean needs for a standard error of at most `error`; at least 1.

    >>> images_for_error(0.5, 4.0), images_for_error(0.6, 4.0), images_for_error(9.0, 4.0)
    (16, 12, 1)
    """
    exact = variance / error**2  # Solves error = sqrt(variance / n) for n.
    return max(1, math.ceil(exact))  # There is no part of an image, and no mean of none.


def shuffled_folds(n, k, rng):
    """Share the indices 0 to n - 1 out among k folds at random, as evenly as can be.

    >>> folds = shuffled_folds(7, 3, np.random.default_rng(0))
    >>> [len(fold) for fold in folds], sorted(int(i) for i in np.concatenate(folds))
    ([3, 2, 2], [0, 1, 2, 3, 4, 5, 6])
    """
    order = rng.permutation(n)  # Every index once: shuffle first,
    return [order[first::k] for first in range(k)]  # then deal out like cards.


def repaired_weeks(visitors, days):
    """The busiest day of each week; the broken version divided by `days` and lost the rest.

    >>> repaired_weeks([3, 5, 4, 9, 2], 3)
    [5, 9]
    """
    starts = range(0, len(visitors), days)  # Steps over the list; the last week may be short,
    return [max(visitors[start : start + days]) for start in starts]  # and a slice allows that.


def scaled_time(seconds, items, new_items, rule):
    """How long a program takes for another number of items, by the growth of its time.

    >>> scaled_time(3, 10, 20, "linear"), scaled_time(3, 10, 20, "square")
    (6.0, 12.0)
    """
    ratio = new_items / items  # Every rule depends on this alone.
    if rule == "linear":
        return seconds * ratio
    if rule == "square":
        return seconds * ratio**2
    raise ValueError(f"expected the rule linear or square, got {rule!r}")  # No silent guess.


SIBLINGS = {
    "noise_floor": settled_variance,
    "batch_for_floor": images_for_error,
    "epoch_batches": shuffled_folds,
    "repaired_accumulation": repaired_weeks,
    "scale_lr": scaled_time,
}
