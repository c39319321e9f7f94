"""Mutants that no test can kill, each with the reason."""

from __future__ import annotations

from typing import NamedTuple


class Equivalent(NamedTuple):
    """A change of one function that changes nothing a caller can see."""

    function: str
    was: str
    becomes: str
    reason: str


EQUIVALENT: tuple[Equivalent, ...] = (
    Equivalent(
        "lrlib.schedules.decay.ScheduledDrop._rates",
        'drops = np.searchsorted(np.array(self.milestones, dtype=np.float64), t, side="right")',
        'drops = np.searchsorted(np.array(self.milestones, dtype=None), t, side="right")',
        "whole numbers compare with floats as floats do",
    ),
    Equivalent(
        "lrlib.schedules.decay.ScheduledDrop._rates",
        "return self.lr0 * self.gamma ** drops.astype(np.float64)",
        "return self.lr0 * self.gamma ** drops.astype(None)",
        "None means float64",
    ),
    Equivalent(
        "lrlib.schedules.compose.Join._rates",
        "starts = np.cumsum([0, *self.lengths]).astype(np.float64)",
        "starts = np.cumsum([0, *self.lengths]).astype(None)",
        "None means float64",
    ),
    Equivalent(
        "lrlib.schedules.cyclical.CosineRestarts._clock",
        "starts = np.array(edges, dtype=np.float64)",
        "starts = np.array(edges, dtype=None)",
        "whole numbers become floats in the subtraction",
    ),
    Equivalent(
        "lrlib.schedules.cyclical.CosineRestarts._clock",
        "while t.size and edges[-1] <= t.max():",
        "while t.size and edges[-2] <= t.max():",
        "one cycle more than needed is built",
    ),
    Equivalent(
        "lrlib.schedules.cyclical._rise_and_fall",
        "since = np.clip((t - peak) / (last - peak), 0.0, 1.0)",
        "since = np.clip((t - peak) / (last - peak), None, 1.0)",
        "before the peak the other branch is taken",
    ),
    Equivalent(
        "lrlib.schedules.cyclical._rise_and_fall",
        "return np.where(t <= peak, up, down)",
        "return np.where(t < peak, up, down)",
        "both branches are max_lr at the peak",
    ),
)
