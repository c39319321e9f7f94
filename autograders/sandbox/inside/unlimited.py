"""In place of `autograders.notebook.limits`: here CPU time is limited, and no clock grades."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class OutOfTime(BaseException):
    """Never raised here."""


def without_end(seconds: float) -> str:
    """Never said here."""
    return ""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let the block run: what runs a cell in the sandbox ends it."""
    yield
