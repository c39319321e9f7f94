"""Stops code that runs too long, and tells that apart from a person who presses Stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["OutOfTime", "time_limit", "without_end"]

RING_AGAIN = 0.05


class OutOfTime(BaseException):
    """The time of a `time_limit` is over; not an `Exception`, which the code itself may catch."""


def without_end(seconds: float) -> str:
    """What to say of code that a `time_limit` stopped."""
    return f"it was still running after {seconds:g} s; look for a loop that does not end"


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in the block after `seconds`; Stop remains a `KeyboardInterrupt`.

    In the main thread the system's alarm clock rings, again and again in case a bare `except`
    swallows it. Where there is none (in a browser, on Windows, in other threads) every line of
    `__main__`, where a notebook's own code lives, looks at the time instead.
    """
    has_alarm = sys.platform != "emscripten" and hasattr(signal, "setitimer")
    in_main = threading.current_thread() is threading.main_thread()
    with (_alarm if has_alarm and in_main else _watched_lines)(max(seconds, 1e-3)):
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            rest = max(left - (time.monotonic() - began), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, rest, again)


@contextmanager
def _watched_lines(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds

    def look(frame: FrameType, event: str, value: Any) -> Any:
        if frame.f_globals.get("__name__") != "__main__":
            return None
        if time.monotonic() > end:
            raise OutOfTime
        return look

    block: FrameType | None = sys._getframe()
    while block is not None and block.f_globals.get("__name__") != "__main__":
        block = block.f_back
    before = sys.gettrace()
    sys.settrace(look)
    if block is not None:
        block.f_trace = look
    try:
        yield
    finally:
        sys.settrace(before)
        if block is not None:
            block.f_trace = None
