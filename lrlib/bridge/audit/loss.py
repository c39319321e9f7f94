"""What the losses of a run say: divergence, spikes, a rate too low, a noise floor, a plateau."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lrlib.bridge.audit.trace import Finding, Floats, Trace

BLOCKS = 8
"""Equal parts a run is cut into; each is judged by its median."""
FEWEST = 64
"""Losses below which nothing is said of a curve's shape."""


def loss_findings(trace: Trace) -> list[Finding]:
    """What the losses of a trace say; none where they say nothing for certain."""
    if trace.losses is None:
        return []
    known = ~np.isnan(trace.losses)
    lost = np.flatnonzero(np.isinf(trace.losses) | ~known)
    if len(lost) and not known[lost[0] :].any() and known[: lost[0]].any():
        at = int(trace.t[lost[0]])
        return [Finding("diverged", f"from update {at} on the loss is not a number.", at)]
    t, losses = trace.t[known], trace.losses[known]
    if np.isinf(losses).any():
        at = int(t[np.argmax(np.isinf(losses))])
        return [Finding("diverged", f"at update {at} the loss is infinite.", at)]
    if len(losses) < FEWEST:
        return []
    rates = np.max(trace.rates.reshape(len(trace.t), -1), axis=1)[known]
    return _spike_findings(t, losses) + _shape_findings(t, losses, rates)


def find_spikes(losses: Floats, window: int = 32, factor: float = 2.0) -> NDArray[np.int64]:
    """Places whose loss is above `factor` times the median of the `window` losses before, and
    farther from it than six times what was usual; on a log scale where no loss is 0 or below."""
    if len(losses) <= window:
        return np.zeros(0, dtype=np.int64)
    positive = bool((losses > 0).all())
    scale = np.log(losses) if positive else losses
    before = np.lib.stride_tricks.sliding_window_view(scale, window)[:-1]
    middle = np.median(before, axis=1)
    usual = 1.4826 * np.median(np.abs(before - middle[:, None]), axis=1)
    least = np.log(factor) if positive else (factor - 1) * np.abs(middle)
    return np.flatnonzero(scale[window:] > middle + np.maximum(least, 6 * usual)) + window


def _spike_findings(t: NDArray[np.int64], losses: Floats) -> list[Finding]:
    places = find_spikes(losses)
    if not len(places):
        return []
    first = int(places[0])
    height = losses[first : first + 8].max() / np.median(losses[first - 32 : first])
    groups = 1 + int((np.diff(places) > 32).sum())
    again = "" if groups == 1 else f", and {groups - 1} times more"
    text = (
        f"at update {t[first]} the loss jumps to {height:.3g} times what it was{again}. Look at "
        "that batch; then a lower peak, a longer warmup, beta2 = 0.95 or clipping by the norm."
    )
    return [Finding("spike", text, int(t[first]), float(height))]


def _shape_findings(t: NDArray[np.int64], losses: Floats, rates: Floats) -> list[Finding]:
    parts = np.array_split(losses, BLOCKS)
    level = np.array([np.median(part) for part in parts])
    jitter = np.array([1.4826 * np.median(np.abs(np.diff(part))) / 2**0.5 for part in parts])
    error = 1.25 * jitter / np.sqrt([len(part) for part in parts])
    first, last = level[0], level[-1]
    if last > 2 * first and last - first > 6 * (error[0] + error[-1]):
        text = f"the loss ends at {last:.3g}, far above its start, {first:.3g}: a lower rate."
        return [Finding("diverged", text, int(t[-1]))]
    kept = rates[-1] > 0.5 * rates.max()
    falls = -np.diff(level)
    total = first - last
    if kept and total > 10 * (error[0] + error[-1]) and last > 0.3 * first:
        steady = falls[-3:].mean() > 0.7 * falls[:3].mean() and (falls > 0).all()
        if steady:
            text = (
                f"the loss falls by {100 * total / first:.2g} % in all, and as fast at the end as "
                "at the start: the rate is far too low, or the run far too short."
            )
            return [Finding("too low", text)]
    half = BLOCKS // 2
    slope = np.polyfit(np.arange(half), level[half:], 1)[0] * (half - 1)
    flat = abs(slope) < 3 * np.hypot(error[half], error[-1]) + 1e-3 * abs(last)
    fell = level[half] < 0.8 * first
    if kept and flat and fell:
        share = jitter[half:].mean() / max(abs(last), 1e-300)
        if share > 0.05:
            text = (
                f"since about update {t[len(t) // 2]} the loss only jitters by {100 * share:.2g} % "
                f"around {last:.3g} while the rate stays at {rates[-1]:.3g}: let the rate fall."
            )
            return [Finding("on the floor", text, int(t[len(t) // 2]))]
        if share < 0.01:
            text = (
                f"since about update {t[len(t) // 2]} the loss stays at {last:.3g} almost without "
                "jitter. It has converged, or is stuck: compare with what others reach."
            )
            return [Finding("plateau", text, int(t[len(t) // 2]))]
    return []
