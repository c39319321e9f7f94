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
        "lrlib.schedules.base.Schedule.__call__",
        "for start in range(0, t.size or 1, BLOCK):",
        "for start in range(0, t.size or 2, BLOCK):",
        "an empty array is one empty block either way",
    ),
    Equivalent(
        "lrlib.schedules.decay.ScheduledDrop._rates",
        'drops = np.searchsorted(np.array(self.milestones, dtype=np.float64), t, side="right")',
        'drops = np.searchsorted(np.array(self.milestones, dtype=None), t, side="right")',
        "whole numbers compare with floats as floats do",
    ),
    Equivalent(
        "lrlib.schedules.decay.ScheduledDrop._rates",
        'drops = np.searchsorted(np.array(self.milestones, dtype=np.float64), t, side="right")',
        'drops = np.searchsorted(np.array(self.milestones, ), t, side="right")',
        "whole numbers compare with floats as floats do",
    ),
    Equivalent(
        "lrlib.schedules.decay.ScheduledDrop._rates",
        "return self.lr0 * power(self.gamma, drops.astype(np.float64))",
        "return self.lr0 * power(self.gamma, drops.astype(None))",
        "None means float64",
    ),
    Equivalent(
        "lrlib.schedules.base.Join._rates",
        "starts = np.cumsum([0, *self.lengths]).astype(np.float64)",
        "starts = np.cumsum([0, *self.lengths]).astype(None)",
        "None means float64",
    ),
    Equivalent(
        "lrlib.schedules.cyclical.CosineRestarts._clock",
        "while t.size and edges[-1] <= t.max():",
        "while t.size and edges[-2] <= t.max():",
        "one cycle more than needed is built",
    ),
)
