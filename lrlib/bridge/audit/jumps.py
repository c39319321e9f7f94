"""A clock that jumps in the middle of a run: restarts, updates counted twice, updates repeated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lrlib.bridge.audit.comparison import Comparison
from lrlib.bridge.audit.shape import horizon
from lrlib.bridge.audit.trace import Finding


def restart(c: Comparison, at: int, lost: int) -> Finding:
    text = (
        f"at update {at} the schedule begins anew, at {c.schedule(0):.4g} in place of "
        f"{c.schedule(at):.4g}: after the stop its state was not loaded."
    )
    return Finding("restarted", text, at, lost)


def jump(c: Comparison, at: int, shift: int, before: int) -> Finding:
    """A clock that at update `at` goes from being `before` ahead to `shift` ahead."""
    moved = shift - before
    if moved > 0:
        twice = ", as many as had been made: a resume counted them twice" if moved == at else ""
        text = (
            f"at update {at} the schedule skips {moved} updates{twice}. After loading, neither "
            "step the scheduler nor set its count again."
        )
        return Finding("jumped ahead", text, at, moved)
    text = (
        f"at update {at} the schedule goes back by {-moved} updates and repeats them: the state "
        "that was loaded was older than the weights."
    )
    return Finding("fell behind", text, at, -moved)


def skipped(c: Comparison) -> int:
    """Calls of scheduler.step() for which there was no update, as far as calls were seen."""
    calls = c.trace.calls
    return calls["scheduler"] - calls["optimizer"] if "scheduler" in calls else 0


def without_update(places: int, at: int, total: int) -> Finding:
    """The schedule moved on where no update was made."""
    often = f"{places} times, first at" if places > 1 else "at"
    text = (
        f"{often} update {at}, {total} in all, the schedule moves on without an update: it is "
        "stepped where the optimizer was skipped, after an overflow for example."
    )
    return Finding("steps without an update", text, at, total)


def jumps(c: Comparison) -> list[Finding]:
    """Right at first; then the clock jumps, once or several times."""
    right = c.agrees(c.meant)
    if not right[0] and c.t[0] == 0:
        return []
    wrong = np.flatnonzero(~right)
    if len(wrong) <= 0.1 * len(right) and right[wrong[-1] + 1 :].any() and _one_block(wrong):
        a, b = int(c.t[wrong[0]]), int(c.t[wrong[-1]])
        text = (
            f"from update {a} to {b} the rate was {c.rates[wrong[0]]:.4g} in place of "
            f"{c.meant[wrong[0]]:.4g}, then right again: the scheduler was made after the "
            "optimizer's state was loaded, or the other way round, and set its own first rate."
        )
        return [Finding("rate lost after a stop", text, a)]
    found: list[Finding] = []
    place, shift = int(wrong[0]), 0
    while place < len(c.t) and len(found) < 200:
        after, reach = _best_shift(c, place, shift)
        if reach < 2 and place + reach < len(c.t):
            return []
        at = int(c.t[place])
        if at + after in (0, 1) and at > 1:
            found.append(restart(c, at, at))
        else:
            found.append(jump(c, at, after, shift))
        place, shift = place + reach, after
    total = sum(int(each.factor) for each in found)
    ahead = all(each.kind == "jumped ahead" and each.factor <= 3 for each in found)
    if ahead and (len(found) > 1 or skipped(c) >= total):
        return [without_update(len(found), found[0].at, total)]
    return found


def _one_block(places: NDArray[np.int64]) -> bool:
    return bool(places[-1] - places[0] + 1 == len(places))


def _best_shift(c: Comparison, place: int, now: int) -> tuple[int, int]:
    """The shift that explains most rates from `place` on, and how many; the nearest of equals."""
    reach = max(int(c.t[-1]) + 2, horizon(c.schedule) or 0) + abs(now)
    shifts = np.arange(-int(c.t[place]), reach)
    shifts = shifts[np.argsort(np.abs(shifts - now), kind="stable")]
    ahead = 0
    while place + ahead < len(c.t):
        here = np.maximum(c.t[place + ahead] + shifts, 0)
        left = shifts[c.agrees(c.schedule(here), np.full(len(here), c.rates[place + ahead]))]
        if not len(left):
            break
        shifts, ahead = left, max(1, 2 * ahead)
    if not ahead:
        return now, 0
    best = (now, 0)
    for shift in shifts[:20]:
        right = c.agrees(c.schedule(np.maximum(c.t[place:] + shift, 0)), c.rates[place:])
        length = len(right) if right.all() else int(np.argmin(right))
        if length > best[1]:
            best = (int(shift), length)
    return best
