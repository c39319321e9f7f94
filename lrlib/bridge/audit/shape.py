"""What a schedule says of its own shape: how long it is, and how long it warms up."""

from __future__ import annotations

from functools import cache

import numpy as np

from lrlib import schedules as sch
from lrlib.schedules import Schedule


def horizon(schedule: Schedule) -> int | None:
    """The count of updates from which a schedule keeps its last rate; None if it never does."""
    match schedule:
        case sch.WSD() | sch.PolynomialDecay() | sch.Linear() | sch.CosineDecay():
            return schedule.steps
        case sch.OneCycle() | sch.OneCycleMomentum():
            return schedule.steps - 1
        case sch.Join():
            last = horizon(schedule.schedules[-1])
            return None if last is None else sum(schedule.lengths) + last
        case sch.Product():
            ends = [horizon(s) for s in schedule.schedules if not isinstance(s, sch.Warmup)]
            return None if not ends or None in ends else max(end for end in ends if end is not None)
    return None


@cache
def warmup_of(schedule: Schedule) -> int:
    """Updates for which the rate rises at the start; 0 if it does not."""
    length = min(horizon(schedule) or 1_000_000, 1_000_000)
    rates = schedule(np.arange(min(length + 1, 20_000)))
    if len(rates) < 2 or rates[1] <= rates[0]:
        return 0
    rising = np.diff(rates) > 0
    if rising.all():
        return len(rates) if len(rates) < 20_000 else 0
    return int(np.argmin(rising)) + 1
