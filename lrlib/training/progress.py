"""A line of text that says how far a run of more than a second has come."""

from __future__ import annotations

import sys
import time
from typing import TextIO

QUIET_SECONDS = 1.0
SECONDS_BETWEEN_UPDATES = 0.2


def interactive_stream() -> TextIO | None:
    """Return where a person would see progress: a terminal or a notebook; None for scripts."""
    if sys.stderr is not None and sys.stderr.isatty():
        return sys.stderr
    shell = sys.modules.get("IPython")
    session = shell.get_ipython() if shell is not None else None
    return sys.stdout if hasattr(session, "kernel") else None


class Progress:
    """Counts `total` steps and rewrites one line; silent during the first second.

    Args:
        total: Number of steps.
        stream: Where to write; None writes nothing.
    """

    def __init__(self, total: int, stream: TextIO | None) -> None:
        self._total = total
        self._stream = stream
        self._started = time.monotonic()
        self._next = self._started + QUIET_SECONDS
        self._width = 0

    def update(self, done: int) -> None:
        """Say that `done` steps are finished."""
        if self._stream is None or (now := time.monotonic()) < self._next:
            return
        self._next = now + SECONDS_BETWEEN_UPDATES
        elapsed = now - self._started
        left = elapsed * (self._total - done) / max(done, 1)
        filled = 20 * done // self._total
        line = f"[{'#' * filled:<20}] {done:,} of {self._total:,} steps, {left:.0f} s left"
        self._stream.write(f"\r{line:<{self._width}}")
        self._stream.flush()
        self._width = len(line)

    def close(self) -> None:
        """Wipe the line, if one was written."""
        if self._stream is not None and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
