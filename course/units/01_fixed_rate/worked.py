"""Worked siblings: for each function of this unit a similar one, solved in full."""

import numpy as np


def moved(position, velocity, seconds):
    """The position after some seconds at a constant velocity.

    >>> moved(np.array([1.0, 2.0]), np.array([0.5, -1.0]), 4)
    array([ 3., -2.])
    """
    way = seconds * velocity  # A velocity is a way per second.
    return position + way  # `position += way` would change the caller's array.


def drift(current, x0, dt, steps):
    """The positions of a leaf in a river, one in each row, the first of them x0.

    `current(x)` is the velocity of the water at x; each step takes the time dt.

    >>> drift(lambda x: -x, np.array([8.0]), 0.5, 3)
    array([[8.],
           [4.],
           [2.],
           [1.]])
    """
    path = [x0.copy()]  # The start is the first position.
    for _ in range(steps):
        now = path[-1]  # Go on from where the last step ended,
        path.append(now + dt * current(now))  # with the current of that place.
    return np.array(path)  # One row for each position: steps + 1 of them.


def fever(temperatures, normal):
    """Say of a list of temperatures: "unreadable", "rising", "high" or "well".

    >>> fever([36.9, 38.4, 39.8], 37), fever([39.8, 38.5, 38.1], 37), fever([39.0, 37.2], 37)
    ('rising', 'high', 'well')
    >>> fever([37.0, float("nan")], 37)
    'unreadable'
    """
    if not np.isfinite(temperatures).all():  # What cannot be compared comes first.
        return "unreadable"
    end = temperatures[-1]
    if end > normal + 1 and end > temperatures[0]:  # Then the narrower of two cases,
        return "rising"
    if end > normal + 1:  # then the wider one, which no longer has to repeat it.
        return "high"
    return "well"


def repaired_speed(speed, push, seconds, drag):
    """The new speed; the broken version wrote `push -= drag * speed` and `speed += ...`.

    >>> push = np.array([3.0])
    >>> repaired_speed(np.array([10.0]), push, 0.5, 0.2), push
    (array([10.5]), array([3.]))
    """
    force = push - drag * speed  # A new name: `push -=` changed the array that came in,
    return speed + seconds * force  # so a second call had less push than the first.


SIBLINGS = {
    "sgd_step": moved,
    "minimise": drift,
    "diagnose_run": fever,
    "repaired_step": repaired_speed,
}
