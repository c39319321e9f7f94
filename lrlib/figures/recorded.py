"""The figures of recorded runs: their losses, their rate and their gradient's norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lrlib.data.runs import Trace, runs
from lrlib.figures.base import Page


def trace_figure(trace: Trace, *, dark: bool = False) -> Figure:
    """Draw one run of `lrlib.data.runs()`, without saying what happened in it.

    Left the training loss of single batches, and the unseen loss; in the middle the rate; right the
    norm of the gradient, all against the number of updates.
    """
    with Page(3, dark=dark, height=3.2) as page:
        _draw(page, page.axes, trace)
        page.axes[0].legend()
        page.say(f"One run in three panels, {trace.in_words()}")
    return page.figure


def runs_figure(numbers: Sequence[int], *, dark: bool = False) -> Figure:
    """Draw some of the recorded runs below each other, each as `trace_figure` draws it.

    `numbers` are places in `lrlib.data.runs()`, counted from 0; each stands above its row.
    """
    with Page(3, rows=len(numbers), dark=dark, height=2.5) as page:
        said = []
        for row, number in enumerate(numbers):
            trace = runs()[number]
            axes = page.axes[3 * row : 3 * row + 3]
            _draw(page, axes, trace)
            axes[0].set_title(f"run {number}")
            said.append(f"Run {number}, {trace.in_words()}")
        page.axes[0].legend()
        page.say(f"{len(numbers)} runs, one in each row of three panels. {' '.join(said)}")
    return page.figure


def _draw(page: Page, axes: Sequence[Axes], trace: Trace) -> None:
    """Draw a run into three pairs of axes."""
    left, middle, right = axes
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
    low, high = left.get_ylim()
    room = (high / low) ** 0.1
    left.set_ylim(min(low, trace.guess / room), max(high, trace.guess * room))
    left.set(xlabel="updates", ylabel="loss")
    middle.plot(trace.updates, trace.rate, **page.line(0, marker=None))
    middle.set(xlabel="updates", ylabel="learning rate")
    shown = np.isfinite(gradient) & (gradient > 0)
    right.semilogy(t[shown], gradient[shown], **page.line(0, marker=None, linewidth=0.9))
    right.set(xlabel="updates", ylabel="norm of the gradient")
    for panel in axes:
        panel.set_xlim(0, trace.updates[-1])
