"""The time limit of code that a learner runs; the sandbox puts a limit of its own in its place."""

from __future__ import annotations

from lrlib.limits import OutOfTime, time_limit, without_end

__all__ = ["OutOfTime", "time_limit", "without_end"]
