"""Worked siblings: for each function of this unit a similar one, solved in full."""

import numpy as np


def norm_step(w, grad, state):
    """One update of AdaGrad-Norm: one rate for all entries, from all gradients so far.

    The state holds the scale and the sum of squares.

    >>> norm_step(np.array([1.0, 1.0]), np.array([3.0, 4.0]), {"scale": 0.5, "square_sum": 0.0})
    (array([0.7, 0.6]), {'scale': 0.5, 'square_sum': 25.0})
    """
    square_sum = float(state["square_sum"] + np.sum(grad**2))  # Over all entries: one number.
    lr = state["scale"] / np.sqrt(square_sum) if square_sum > 0 else 0.0  # No gradient, no step.
    return w - lr * grad, {**state, "square_sum": square_sum}  # A new dict with one change.


def initial_spread(spread, base_width, width):
    """The spread of initial weights at another width, where variance goes with 1 / width.

    >>> initial_spread(0.2, 64, 256)
    0.1
    """
    variance = spread**2 * base_width / width  # The rule is about the variance,
    return variance**0.5  # and the spread is its root.


def clipped_step(w, grad, lr, max_norm):
    """One update with a gradient that is shortened where it is longer than `max_norm`.

    >>> clipped_step(np.array([1.0, 1.0]), np.array([3.0, 4.0]), 0.5, 1.0)
    array([0.7, 0.6])
    >>> clipped_step(np.array([1.0, 1.0]), np.array([0.0, 0.0]), 0.5, 1.0)
    array([1., 1.])
    """
    norm = np.sqrt(np.sum(grad**2))
    if norm == 0:  # Nothing may be divided by 0, and there is nowhere to go.
        return w.copy()
    share = min(1.0, max_norm / norm)  # A short gradient is not made longer.
    return w - lr * share * grad


def averaged_step(w, mean, grad, t, *, lr):
    """One plain update, and the mean of all t weights so far, which is what gets used.

    >>> averaged_step(np.array([4.0]), np.array([5.0]), np.array([2.0]), 3, lr=0.5)
    (array([3.]), array([4.33333333]))
    """
    w = w - lr * grad  # The gradient moves w, not the mean.
    mean = mean + (w - mean) / t  # The new w is one of t: the mean moves by a t-th of the way.
    return w, mean


def long_run_shares(spread, v0, steps):
    """The shares of a population in the long run; `spread(v)` is where it is a year later.

    >>> A = np.array([[0.9, 0.3], [0.2, 0.8]])
    >>> long_run_shares(lambda v: A @ v, np.array([1.0, 0.0]), 60).round(4)
    array([0.6, 0.4])
    """
    v = v0
    for _ in range(steps):
        grown = spread(v)
        total = np.sum(grown)
        if total == 0:  # All are gone: there is nothing to share out.
            return v
        v = grown / total  # Shares add up to 1; without this they grow or vanish.
    return v


SIBLINGS = {
    "dog_step": norm_step,
    "mup_lr": initial_spread,
    "polyak_step": clipped_step,
    "schedule_free_step": averaged_step,
    "sharpness": long_run_shares,
}
