"""The rates of a run beside its schedule, and what the user knows of the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrlib.bridge.audit.shape import horizon
from lrlib.bridge.audit.trace import Floats, Trace
from lrlib.schedules import Schedule


@dataclass(frozen=True)
class Setting:
    """What the user knows of the run: it puts the right name on a factor.

    Args:
        accumulate: Batches to an update.
        workers: Processes that train together.
        updates_per_epoch: Updates in an epoch, if the run has epochs.
    """

    accumulate: int = 1
    workers: int = 1
    updates_per_epoch: int | None = None


class Comparison:
    """The rates of one group beside a schedule, with the tolerance that both allow."""

    def __init__(self, trace: Trace, schedule: Schedule, setting: Setting) -> None:
        self.trace, self.schedule, self.setting = trace, schedule, setting
        self.t, self.rates = trace.t, trace.rates
        self.meant = schedule(self.t)
        self.sample = np.unique(np.linspace(0, len(self.t) - 1, 500).astype(int))
        far = max(horizon(schedule) or 0, int(self.t[-1]))
        self.peak = float(schedule(np.unique(np.linspace(0, far, 2000).astype(int))).max())

    def agrees(self, predicted: Floats, rates: Floats | None = None) -> NDArray[np.bool_]:
        """Where a prediction is as close as the accuracy of the rates allows."""
        room = self.trace.accurate * (np.abs(predicted) + 0.01 * self.peak)
        return np.abs((self.rates if rates is None else rates) - predicted) <= room

    def explains(self, counts: NDArray[np.int64]) -> bool:
        """Whether the schedule on another clock gives every rate."""
        few = self.schedule(np.maximum(counts[self.sample], 0))
        if not self.agrees(few, self.rates[self.sample]).all():
            return False
        return bool(self.agrees(self.schedule(np.maximum(counts, 0))).all())
