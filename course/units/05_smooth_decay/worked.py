"""Worked siblings: for each function of this unit a similar one, solved in full."""

import math


def cooling(t, *, start, room, half_life):
    """The temperature of tea whose distance from the room halves in every half-life.

    >>> [cooling(t, start=80, room=20, half_life=10) for t in (0, 10, 20)]
    [80.0, 50.0, 35.0]
    """
    halvings = t / half_life  # With `/`, half of a half-life is half a halving.
    left = 0.5**halvings  # The share of the distance that is left.
    return room + (start - room) * left


def doubling_time(growth, every):
    """After how many updates something has doubled that grows by a factor in `every` updates.

    >>> round(doubling_time(4, every=10), 6)
    5.0
    """
    # Solve growth ** (t / every) = 2: take logarithms, (t / every) * log(growth) = log(2).
    return every * math.log(2) / math.log(growth)


def root_decay(t, *, lr0, rate, every):
    """A rate that falls with the root: lr0 / sqrt(1 + rate * t / every).

    >>> [root_decay(t, lr0=0.6, rate=3, every=10) for t in (0, 10, 50)]
    [0.6, 0.3, 0.15]
    """
    stretched = 1 + rate * t / every  # It is 1 at t = 0, so that the rate begins at lr0.
    return lr0 / math.sqrt(stretched)  # It never reaches 0, and needs no last step.


def polynomial_rise(t, *, low, high, steps, power):
    """A rate that rises from `low` to `high` in `steps` updates, and stays there.

    >>> [polynomial_rise(t, low=1, high=5, steps=10, power=2) for t in (0, 5, 10, 40)]
    [1.0, 2.0, 5.0, 5.0]
    """
    share = min(t, steps) / steps  # What is done of the way: from 0 to 1, and no further.
    return low + (high - low) * share**power  # The power bends the share, not the ends.


def loan_rate(total, *, payment, months):
    """The monthly interest at which equal payments, saved, grow to a total; found by halving.

    >>> round(loan_rate(331, payment=100, months=3), 6)
    0.1
    """
    low, high = 0.0, 1.0  # More interest, more money: so the answer can be searched for.
    for _ in range(60):
        middle = (low + high) / 2
        saved = sum(payment * (1 + middle) ** month for month in range(months))
        low, high = (middle, high) if saved < total else (low, middle)  # Keep the half that has it.
    return high


def repaired_discount(price, days, last_day):
    """A price that falls evenly to half until the last day; the broken version went on falling.

    >>> [repaired_discount(80.0, day, 10) for day in (0, 5, 10, 25)]
    [80.0, 60.0, 40.0, 40.0]
    """
    passed = min(days, last_day)  # The repair: count no day after the last one.
    return price * (1 - 0.5 * passed / last_day)


SIBLINGS = {
    "exponential_decay": cooling,
    "half_life": doubling_time,
    "inverse_time_decay": root_decay,
    "polynomial_decay": polynomial_rise,
    "gamma_for_total": loan_rate,
    "repaired_poly_rate": repaired_discount,
}
