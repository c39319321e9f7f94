"""Worked siblings: for each function of this unit a similar one, solved in full."""

import math


def countdown(t, *, lr, steps):
    """A rate that falls in `steps` equal steps, from `lr` at the first update to 0 after the last.

    >>> [countdown(t, lr=8, steps=4) for t in (0, 1, 3, 4, 9)], countdown(0, lr=8, steps=0)
    ([8.0, 6.0, 2.0, 0.0, 0.0], 0.0)
    """
    if steps == 0:  # Nothing may be divided by 0.
        return 0.0
    left = max(0, steps - t)  # How many steps are still to come; never fewer than none.
    return lr * left / steps


def playlist(songs, lengths):
    """A function of the time t: which song is on. Each song has its length; the last one goes on.

    >>> on = playlist(["blue", "red", "gold"], [3, 2])
    >>> [on(t) for t in (0, 2, 3, 4, 5, 99)]
    ['blue', 'blue', 'red', 'red', 'gold', 'gold']
    """

    def on(t):
        for song, length in zip(songs, lengths):
            if t < length:  # t counts from the start of this song.
                return song
            t = t - length  # For the next one it counts anew.
        return songs[-1]

    return on  # The function itself, which nobody has called yet.


def tide(t, *, low, high, period):
    """The height of the water: `high` at t = 0, `low` after half a period, and so on.

    >>> [round(tide(t, low=1, high=5, period=12), 6) for t in (0, 3, 6, 12)]
    [5.0, 3.0, 1.0, 5.0]
    """
    share = t / period  # How many periods have passed; a tide has no end, so it is not held at 1.
    wave = math.cos(2 * math.pi * share)  # A whole turn in each period, between 1 and -1.
    return low + (high - low) * (1 + wave) / 2  # Made into a share from 0 to 1 first.


def bus_speed(t, *, speed, start, brake, stop):
    """The speed of a bus: up to `speed` in `start` seconds, down from `brake` to 0 at `stop`.

    >>> [bus_speed(t, speed=8, start=4, brake=10, stop=14) for t in (0, 2, 7, 12, 14, 20)]
    [0.0, 4.0, 8, 4.0, 0.0, 0.0]
    """
    if t < start:
        return speed * t / start
    if t < brake:  # Each branch may rely on all those above it not having been taken.
        return speed
    share = min(1.0, (t - brake) / (stop - brake))  # The last one counts from where it begins.
    return speed * (1 - share)


SIBLINGS = {
    "warmup": countdown,
    "chain": playlist,
    "cosine_decay": tide,
    "wsd": bus_speed,
}
