"""Worked siblings: for each function of this unit a similar one, solved in full."""

import numpy as np


def octaves(low, n):
    """n rates, each twice the one before, beginning with `low`.

    >>> octaves(0.5, 4)
    array([0.5, 1. , 2. , 4. ])
    """
    exponents = np.arange(n)  # Equal steps in the exponent
    return low * 2.0**exponents  # are equal factors in the rate.


def load_test(respond, loads):
    """The times of a server under growing loads, up to the first that is 3 times the shortest.

    `respond(load)` measures a time; it is infinite where no answer comes.

    >>> load_test(lambda load: 1 / (10 - load) if load < 10 else np.inf, [2, 5, 8, 9, 12])
    [0.125, 0.2, 0.5]
    """
    times = []
    for load in loads:
        times.append(respond(load))  # Note it first: what ends the test belongs to it.
        if not np.isfinite(times[-1]) or times[-1] > 3 * min(times):
            break  # More load would only break more.
    return times


def running_means(losses):
    """After each loss the mean of all so far.

    >>> running_means([4.0, 2.0, 9.0])
    [4.0, 3.0, 5.0]
    """
    total, means = 0.0, []
    for i, loss in enumerate(losses):
        total = total + loss  # What is carried on is the sum,
        means.append(total / (i + 1))  # what is shown is divided by how many there were.
    return means


def steepest_climb(days, heights):
    """The day on which a plant that was measured now and then grew fastest before its peak.

    >>> steepest_climb([0, 1, 3, 5, 6], [1.0, 2.0, 8.0, 9.0, 4.0])
    3
    """
    slope = np.gradient(np.asarray(heights), days)  # Growth per day; days need not be even.
    peak = int(np.argmax(heights))
    return days[int(np.argmax(slope[: peak + 1]))]  # After its peak nothing is asked.


SIBLINGS = {
    "range_test_rates": octaves,
    "lr_range_test": load_test,
    "smooth": running_means,
    "suggest_lr": steepest_climb,
}
