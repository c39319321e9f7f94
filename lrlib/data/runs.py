"""A library of recorded training runs, most with a fault put in on purpose, to learn to read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lrlib.data.dataset import read_only
from lrlib.data.files import load_file
from lrlib.data.signs import RULES

FIRST = {
    "right": "Keep the rate and its schedule; a shorter or longer run is the next question.",
    "too low": "Raise the rate threefold, and again, until the loss no longer falls faster.",
    "unstable": "Lower the rate threefold, and again, until the loss falls from the start.",
    "stuck": "Start anew with a lower rate: the units that a large step killed do not come back.",
    "on the noise floor": "Lower the rate in the second half of the run.",
    "dropped too early": "Keep the high rate longer: drop when the loss has become level.",
    "dropped too late": "Drop earlier, so that updates are left to gain from the lower rate.",
    "overfitting": "Stop at the lowest unseen loss, or take more data; another rate is no cure.",
    "warmup missing": "Warm up: raise the rate from near 0 over the first updates.",
    "restarted": "Nothing: the schedule restarts the rate. Judge the run where a cycle ends.",
    "clock wrong": "Check what the schedule counts: epochs were taken for updates, or the reverse.",
    "spike and recovery": "Nothing at once: it recovers. If spikes return, look at their batches.",
}
"""What to do first when a run shows this; the keys are the labels."""


@dataclass(frozen=True, eq=False)
class Trace:
    """One recorded run.

    Attributes:
        name: Which run it is.
        label: What happened, a key of `FIRST`.
        model: What was trained, on what data.
        framework: `"lrlib"` or `"PyTorch"`.
        provenance: How the run was made: optimizer, rates, batch, seed, and the fault.
        guess: The loss of the best constant guess.
        updates: The updates whose numbers are kept, shape `(points,)`.
        loss, rate, gradient: Training loss on the batch, rate, and norm of the gradient of these
            updates, shape `(points,)`; the loss is NaN or infinite once a run has diverged.
        unseen_updates, unseen: Numbers of updates made, and the loss on unseen data after them,
            shape `(measured,)`.
    """

    name: str
    label: str
    model: str
    framework: str
    provenance: str
    guess: float
    updates: NDArray = field(repr=False)
    loss: NDArray = field(repr=False)
    rate: NDArray = field(repr=False)
    gradient: NDArray = field(repr=False)
    unseen_updates: NDArray = field(repr=False)
    unseen: NDArray = field(repr=False)

    @property
    def first(self) -> str:
        """What to do first."""
        return FIRST[self.label]

    def in_words(self) -> str:
        """Return what a figure of the run shows as numbers, for those who cannot see it."""
        return (
            f"{self.updates[-1]} updates; a constant guess has loss {self.guess:.3g}. "
            f"Training loss, {_read(self.loss)}. Unseen loss, {_read(self.unseen)}. "
            f"Rate, {_read(self.rate)}. Norm of the gradient, {_read(self.gradient)}."
        )


@lru_cache
def runs(label: str | None = None) -> tuple[Trace, ...]:
    """Return the recorded runs, all of them or those with one label.

    They were recorded once by `lrlib/training/record_runs.py`: networks and a transformer of this
    library, and networks with convolutions trained in PyTorch. Losses and norms keep three digits.

    Raises:
        ValueError: There is no such label.

    >>> len(runs()) >= 120, runs("stuck")[0].first
    (True, 'Start anew with a lower rate: the units that a large step killed do not come back.')
    """
    if label is not None and label not in RULES:
        raise ValueError(f"expected one of {', '.join(RULES)}; got {label!r}")
    raw = load_file("runs.npz")
    found = []
    for i, about in enumerate(json.loads(str(raw["about"]))):
        if label not in (None, about["label"]):
            continue
        every, measured = about.pop("every"), about.pop("measured_every")
        loss, rate, gradient, unseen = (
            read_only(raw[name][i].astype(np.float64))
            for name in ("loss", "rate", "gradient", "unseen")
        )
        trace = Trace(
            updates=read_only(every * np.arange(len(loss))),
            unseen_updates=read_only(measured * (1 + np.arange(len(unseen)))),
            loss=loss,
            rate=rate,
            gradient=gradient,
            unseen=unseen,
            **about,
        )
        found.append(trace)
    return tuple(found)


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
