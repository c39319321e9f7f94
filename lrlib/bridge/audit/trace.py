"""What is known of a run, and what is found in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib import _check as check

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was meant.

    Attributes:
        kind: Its name, one of `KINDS`.
        text: What was seen and what to look at, in one or two sentences.
        at: The update where it begins.
        factor: How many times too fast, slow or large, where that is the fault; otherwise 1.
    """

    kind: str
    text: str
    at: int = 0
    factor: float = 1.0

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


KINDS = {
    "ahead by accumulation": "the schedule moves on with every batch, not with every update",
    "ahead by workers": "the schedule moves on once for every worker",
    "clock too fast": "the schedule moves on several times for each update",
    "clock too slow": "the schedule is laid out for more updates than there are",
    "epochs for updates": "the schedule counts updates but moves on with every epoch",
    "never stepped": "the rate stays where it was though the schedule moves",
    "stepped before the optimizer": "the first rate of the schedule is never used",
    "one update late": "the first rate of the schedule is used twice",
    "restarted": "the schedule begins anew after a stop",
    "jumped ahead": "the schedule skips updates, as when a resume counts them twice",
    "fell behind": "the schedule repeats updates",
    "steps without an update": "the schedule moves on where the optimizer was skipped",
    "rate lost after a stop": "for a few updates the rate is another, then right again",
    "warmup too short": "the rate reaches its peak too early",
    "warmup too long": "the rate reaches its peak too late",
    "warmup missing": "the run begins at the peak",
    "rises again": "after its last step the rate goes up",
    "last rate not reached": "the run ends before its schedule does",
    "ran past the end": "the run goes on after its schedule has ended",
    "scaled": "every rate is the same number of times what was meant",
    "another schedule": "the rate is not the one that was meant",
    "diverged": "the loss is not finite, or ends far above its start",
    "spike": "the loss jumps far above what it was",
    "too low": "the loss falls slowly and just as fast at the end",
    "on the floor": "the loss only jitters while the rate stays large",
    "plateau": "the loss has stopped falling without jitter",
}
"""The names of what `audit` can find."""


@dataclass(frozen=True)
class Trace:
    """The rates, and perhaps the losses, that a run had.

    Args:
        t: Updates already made when a rate was used, whole numbers that increase, shape (n,).
        rates: Shape (n,), or (n, groups).
        losses: Shape (n,), NaN where there is none; or None.
        accurate: Relative error of the rates: 1e-9 as seen in a loop, more as printed in a log.
        log: Whether it comes from a log, where a rate may belong to the update after it.
        finished: Whether the run has come to its end.
        calls: What is known of calls, such as `{"scheduler": 400, "optimizer": 100}`.
    """

    t: NDArray[np.int64]
    rates: Floats
    losses: Floats | None = None
    accurate: float = 1e-6
    log: bool = False
    finished: bool = True
    calls: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, t: ArrayLike, rates: ArrayLike, losses: ArrayLike | None = None, **more: Any
    ) -> Trace:
        """A trace from lists or arrays, checked."""
        counts = np.asarray(t)
        table = np.asarray(rates, dtype=np.float64)
        if counts.ndim != 1 or counts.dtype.kind not in "iu" or (np.diff(counts) <= 0).any():
            raise ValueError(
                check.complaint("t", "whole numbers that increase", t, "Sort the log by its step.")
            )
        if len(table) != len(counts) or table.ndim not in (1, 2) or not np.isfinite(table).all():
            raise ValueError(
                f"rates should be {len(counts)} finite numbers, or rows of them, one for each t, "
                f"but they have shape {table.shape}."
            )
        loss = None if losses is None else np.asarray(losses, dtype=np.float64)
        if loss is not None and loss.shape != counts.shape:
            raise ValueError(f"losses should be {len(counts)} numbers, but they are {loss.shape}.")
        return cls(counts.astype(np.int64), table.reshape(len(counts), -1), loss, **more)

    def group(self, index: int) -> Trace:
        """The trace of one parameter group."""
        return replace(self, rates=self.rates[:, index])
