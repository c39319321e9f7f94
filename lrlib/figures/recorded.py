"""The figure of one recorded run: its losses, its rate and its gradient's norm."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lrlib.data.runs import Trace
from lrlib.figures.base import Page


def trace_figure(trace: Trace, *, dark: bool = False) -> Figure:
    """Draw one run of `lrlib.data.runs()`, without saying what happened in it.

    Left the training loss of single batches, and the unseen loss; in the middle the rate; right the
    norm of the gradient, all against the number of updates.
    """
    with Page(3, dark=dark, height=3.2) as page:
        left, middle, right = page.axes
        fine = np.isfinite(trace.loss)
        t, loss, gradient = trace.updates[fine], trace.loss[fine], trace.gradient[fine]
        seen = np.isfinite(trace.unseen)
        left.semilogy(t, loss, label="training", **page.line(0, marker=None, linewidth=0.9))
        if seen.any():
            left.semilogy(
                trace.unseen_updates[seen],
                trace.unseen[seen],
                label="unseen",
                **page.line(1, markevery=3),
            )
        left.axhline(trace.guess, color=page.theme.muted, linestyle=":", label="constant guess")
        left.set(xlabel="updates", ylabel="loss")
        left.legend()
        middle.plot(trace.updates, trace.rate, **page.line(0, marker=None))
        middle.set(xlabel="updates", ylabel="learning rate")
        shown = np.isfinite(gradient) & (gradient > 0)
        right.semilogy(t[shown], gradient[shown], **page.line(0, marker=None, linewidth=0.9))
        right.set(xlabel="updates", ylabel="norm of the gradient")
        for axes in page.axes:
            axes.set_xlim(0, trace.updates[-1])
        page.say(
            f"One run in three panels, {trace.updates[-1]} updates; a constant guess has loss "
            f"{trace.guess:.3g}. Training loss, {_read(trace.loss)}. Unseen loss, "
            f"{_read(trace.unseen)}. Rate, {_read(trace.rate)}. Norm of the gradient, "
            f"{_read(trace.gradient)}."
        )
    return page.figure


def _read(values: NDArray) -> str:
    """Return the first value, the highest and the lowest with their places, and the last third."""
    n = len(values)
    if not np.isfinite(values[0]):
        return "not finite from the start"
    fine = values[np.isfinite(values)]
    points = [fine[min(len(fine) - 1, round(share * (n - 1)))] for share in (0, 0.1, 0.3, 0.6, 1)]
    text = "at the start and after 10, 30, 60 and 100 %: " + ", ".join(f"{x:.3g}" for x in points)
    high, low = int(fine.argmax()), int(fine.argmin())
    text += f"; highest {fine[high]:.3g} at {high / n:.0%}, lowest {fine[low]:.3g} at {low / n:.0%}"
    lost = n - len(fine)
    return text + (f"; not finite for the last {lost / n:.0%}" if lost else "")
