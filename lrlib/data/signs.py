"""What each kind of recorded run shows in its numbers: one simple rule for each label."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lrlib.data.runs import Trace

BLOCKS = 15
START = 1 / 10
"""The share of a run that counts as its start."""


def blocks(loss: NDArray) -> NDArray:
    """Return the means of 15 equal pieces of a sequence; NaN for a piece in which it diverged.

    >>> blocks(np.arange(30.0))[:3].tolist()
    [0.5, 2.5, 4.5]
    """
    return np.array([piece.mean() for piece in np.array_split(loss, BLOCKS)])


def shows(trace: Trace, label: str) -> bool:
    """Whether the numbers of a run obey the rule of a label.

    Raises `ValueError` if there is no such label.
    """
    if label not in RULES:
        raise ValueError(f"expected one of {', '.join(RULES)}; got {label!r}")
    if label != "unstable" and not np.isfinite(trace.loss).all():
        return False
    return bool(RULES[label](trace))


def _right(run: Trace) -> bool:
    """Well below the guess, at rest at the end, no worse on unseen data than ever, no jump."""
    b, n = blocks(run.loss), len(run.loss)
    rest, peak = run.rate[int(0.9 * n)], run.rate.max()
    falls = run.rate[-1] < 0.25 * peak and rest < 0.5 * peak and run.rate[n // 3] > 0.2 * peak
    calm = run.loss.max() < 1.2 * max(run.loss[0], run.guess)
    calm = calm and run.unseen[-1] < 1.1 * run.unseen.min()
    return b[-1] < 0.85 * run.guess and falls and calm and not _restarted(run)


def _too_low(run: Trace) -> bool:
    """A constant rate, a loss that falls steadily and is far from done when the run ends."""
    b = blocks(run.loss)
    steady = run.loss.max() < 1.3 * b[0] and (np.diff(b) < 0.03 * b[0]).all()
    return _constant(run) and steady and b[9] - b[-1] > 0.15 * (b[0] - b[-1]) > 0


def _unstable(run: Trace) -> bool:
    """It diverges while one watches, or later a tenth of the losses lie well above a guess.

    And not because it only began there: one of them is above the first loss, too.
    """
    if not np.isfinite(run.loss[:12]).all():
        return False
    late = run.loss[int(START * len(run.loss)) :]
    swings = (late > 1.15 * run.guess).mean() > 0.1 and late.max() > run.loss[0]
    return bool(not np.isfinite(late).all() or swings)


def _stuck(run: Trace) -> bool:
    """A jump at the start, then level at the loss of a constant guess."""
    b, early = blocks(run.loss), run.loss[: len(run.loss) // 4]
    level = (abs(b[-6:] / run.guess - 1) < 0.1).all() and np.ptp(b[-6:]) < 0.06 * run.guess
    return bool(level and early.max() > 1.15 * run.guess)


def _noise_floor(run: Trace) -> bool:
    """A constant rate; early on, both losses reach a noisy level below the guess and stay there."""
    if not _constant(run):
        return False
    b, u, late = blocks(run.loss), run.unseen, run.loss[len(run.loss) // 2 :]
    level = 0.7 < b[10:].mean() / b[5:10].mean() < 1.2
    level = level and 0.8 < u[20:].mean() / u[10:20].mean() < 1.2
    early = b[3] < 1.6 * b[10:].mean() and u[10:].mean() < 0.85 * run.guess
    return level and early and late.std() > 0.04 * late.mean()


def _dropped_early(run: Trace) -> bool:
    """One large cut in the first sixth, and hardly any progress after it."""
    b, drops = blocks(run.loss), _drops(run)
    early = len(drops) == 1 and drops[0] < len(run.loss) / 6
    return early and b[-1] > 0.55 * b[3] and b[3] < run.guess


def _dropped_late(run: Trace) -> bool:
    """One large cut in the last tenth, and a loss that falls at once, as it could have before."""
    drops = _drops(run)
    if len(drops) != 1 or not 0.9 < drops[0] / len(run.loss) < 0.97:
        return False
    cut = drops[0]
    return run.loss[cut + 2 :].mean() < 0.9 * run.loss[cut - 60 : cut].mean()


def _overfitting(run: Trace) -> bool:
    """The training loss keeps falling, the unseen loss rises from its lowest point by a quarter."""
    b, lowest = blocks(run.loss), int(run.unseen.argmin())
    turned = run.unseen[-1] > 1.25 * run.unseen[lowest] and lowest < 0.6 * len(run.unseen)
    return turned and b[-1] < 0.4 * b[0] and b[-1] < 0.7 * run.unseen[lowest]


def _warmup_missing(run: Trace) -> bool:
    """The first rate is the highest, the loss jumps at once, and the run recovers."""
    n = len(run.loss)
    jump = run.loss[1 : int(START * n)].max() > 1.3 * max(run.loss[0], run.guess)
    recovers = blocks(run.loss)[-1] < 0.8 * run.guess and not _unstable(run)
    return run.rate[0] == run.rate.max() and jump and recovers and not _stuck(run)


def _restarted(run: Trace) -> bool:
    """In the midst of the run the rate goes up at least threefold at once, and the loss with it."""
    n = len(run.rate)
    with np.errstate(divide="ignore"):
        ups = np.flatnonzero(run.rate[1:] > 3 * run.rate[:-1]) + 1
    ups = ups[(ups > n / 6) & (ups < 0.95 * n)]
    return len(ups) > 0 and all(
        run.loss[k + 1 : k + 20].mean() > 1.03 * run.loss[k - 15 : k].mean() for k in ups
    )


def _clock_wrong(run: Trace) -> bool:
    """A schedule at the wrong pace: over within a quarter of the run, or hardly begun."""
    n, b = len(run.rate), blocks(run.loss)
    over = run.rate[n // 4] < 1e-3 * run.rate[0] and b[-1] > 0.85 * b[5]
    steps = np.diff(run.rate)
    begun = (steps >= 0).all() and (steps > 0).sum() < n / 4 and run.rate[0] < 0.3 * run.rate[-1]
    return bool(over or (begun and (steps[-n // 4 :] > 0).any()))


def _spike(run: Trace) -> bool:
    """One high peak in the midst of the run, and a return to the level before."""
    n, at = len(run.loss), int(run.loss.argmax())
    if not n / 5 < at < 0.8 * n:
        return False
    before, after = np.median(run.loss[at - 30 : at]), np.median(run.loss[at + 30 :])
    others = np.concatenate([run.loss[: at - 15], run.loss[at + 15 :]]).max()
    alone = run.loss[at] > max(2 * before, 1.4 * others)
    return alone and after < 1.15 * before


def _constant(run: Trace) -> bool:
    return bool(np.ptp(run.rate) < 1e-3 * run.rate.max())


def _drops(run: Trace) -> NDArray:
    """Return where the rate falls at once to a third or less."""
    return np.flatnonzero(run.rate[1:] < run.rate[:-1] / 3) + 1


RULES: dict[str, Callable[[Trace], bool]] = {
    "right": _right,
    "too low": _too_low,
    "unstable": _unstable,
    "stuck": _stuck,
    "on the noise floor": _noise_floor,
    "dropped too early": _dropped_early,
    "dropped too late": _dropped_late,
    "overfitting": _overfitting,
    "warmup missing": _warmup_missing,
    "restarted": _restarted,
    "clock wrong": _clock_wrong,
    "spike and recovery": _spike,
}
