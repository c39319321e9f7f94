"""Worked siblings: for each function of this unit a similar one, solved in full."""


def sawtooth(t, *, base_lr, max_lr, cycle):
    """A rate that rises in a straight line for a cycle, jumps back, and begins again.

    >>> [sawtooth(t, base_lr=1, max_lr=9, cycle=4) for t in (0, 2, 3, 4, 6)]
    [1.0, 5.0, 7.0, 1.0, 5.0]
    """
    share = (t % cycle) / cycle  # Where t stands in its own cycle: from 0 to below 1.
    return base_lr + (max_lr - base_lr) * share


def fading_sawtooth(t, *, base_lr, max_lr, cycle):
    """The same, with a height that is divided by 1, 2, 3, ... from cycle to cycle.

    >>> [fading_sawtooth(t, base_lr=1, max_lr=9, cycle=4) for t in (2, 6, 10)]
    [5.0, 3.0, 2.333333333333333]
    """
    number = t // cycle + 1  # Which cycle it is; the first is 1.
    share = (t % cycle) / cycle
    height = (max_lr - base_lr) / number  # Only what is above the base fades.
    return base_lr + height * share


def growing_sawtooth(t, *, base_lr, max_lr, first_cycle, added):
    """Straight falls from `max_lr`, each cycle longer than the one before by `added`.

    >>> [growing_sawtooth(t, base_lr=0, max_lr=8, first_cycle=2, added=2) for t in (0, 1, 2, 4, 6)]
    [8.0, 4.0, 8.0, 4.0, 8.0]
    """
    length = first_cycle
    while t >= length:  # Take off whole cycles, until t counts from the start of its own.
        t, length = t - length, length + added
    return max_lr - (max_lr - base_lr) * t / length


def trapezoid(t, *, low, high, rise, steps):
    """A rise in `rise` updates, then a fall back to `low` that ends at update `steps`.

    >>> [trapezoid(t, low=0, high=8, rise=2, steps=6) for t in (0, 1, 2, 4, 6, 9)]
    [0.0, 4.0, 8.0, 4.0, 0.0, 0.0]
    """
    if t <= rise:
        return low + (high - low) * t / rise  # The share of the rise that is done.
    share = min(1.0, (t - rise) / (steps - rise))  # The fall has its own clock, and an end.
    return high + (low - high) * share


SIBLINGS = {
    "triangular": sawtooth,
    "triangular2": fading_sawtooth,
    "cosine_restarts": growing_sawtooth,
    "one_cycle": trapezoid,
}
