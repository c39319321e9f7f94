"""Where students' text is read: one process with bounded time and memory, never the grader's."""

from .reader import BoundReached, Reader, ReaderFailed, own_reader
from .submissions import read_submission

__all__ = ["BoundReached", "Reader", "ReaderFailed", "own_reader", "read_submission"]
