"""Worked siblings: for each function of this unit a similar one, solved in full."""

import math

import numpy as np


def louder_than_usual(levels, window, times):
    """The first place where a level exceeds `times` the largest of the `window` before; or None.

    >>> louder_than_usual([3, 2, 3, 5, 9, 3], 3, 1.5)
    3
    """
    for i in range(window, len(levels)):  # Before that there is no whole window to compare with.
        before = levels[i - window : i]  # A slice leaves its end out: i itself is not in it.
        if levels[i] > times * max(before):
            return i
    return None


def fitted(boards, room):
    """Boards, all shortened by one factor so that their lengths add up to at most `room`.

    >>> fitted([np.array([3.0]), np.array([4.0, 3.0])], 5.0)
    [array([1.5]), array([2. , 1.5])]
    """
    total = sum(float(np.sum(board)) for board in boards)  # One sum over all arrays,
    if math.isnan(total):  # and NaN asked for by name: every comparison with it is false.
        raise ValueError("a board without a length")
    share = min(1.0, room / total)  # One factor for all; never above 1.
    return [board * share for board in boards]  # New arrays, even where the factor is 1.


def share_for_mixture(hot, wanted, *, cold):
    """The largest share of hot water with which a bath is at most as warm as wanted, from 0 to 1.

    >>> share_for_mixture(60, 40, cold=20), share_for_mixture(35, 40, cold=20)
    (0.5, 1.0)
    """
    if hot <= wanted:  # Any share will do, and the equation below would say more than 1.
        return 1.0
    # The mixture: share * hot + (1 - share) * cold = wanted, solved for the share.
    return (wanted - cold) / (hot - cold)


def lamp_step(state, pressed, *, brighter, longest):
    """A lamp that grows brighter after `longest` quiet seconds, and dark when pressed.

    >>> lamp_step({"light": 2.0, "quiet": 4}, False, brighter=1.5, longest=5)
    {'light': 3.0, 'quiet': 0}
    """
    if pressed:  # One case at a time: this one ends the row of quiet seconds.
        return {"light": 0.0, "quiet": 0}
    quiet = state["quiet"] + 1  # This second counts before the comparison.
    if quiet < longest:
        return {"light": state["light"], "quiet": quiet}  # A new dict in every case.
    return {"light": state["light"] * brighter, "quiet": 0}


def chapters_left(pages_read, pages, evenings, *, chapters):
    """How many chapters are left after each of the next evenings, with one chapter an evening.

    >>> chapters_left(60, 20, 3, chapters=5)
    [1, 0, 0]
    """
    done = pages_read // pages  # Pages are not chapters: turn the one count into the other first.
    return [max(0, chapters - (done + k)) for k in range(1, evenings + 1)]


SIBLINGS = {
    "find_spikes": louder_than_usual,
    "clip_by_global_norm": fitted,
    "beta2_for_step": share_for_mixture,
    "scale_step": lamp_step,
    "repaired_resume": chapters_left,
}
