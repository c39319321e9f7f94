"""Where student code runs: a process of its own that is sent inputs and returns numbers."""

from .host import Sandbox
from .level import SandboxLevel, SandboxUnavailable
from .outcome import TOO_SLOW, Cell, Fork, Reply, Request, Survey

__all__ = [
    "TOO_SLOW",
    "Cell",
    "Fork",
    "Reply",
    "Request",
    "Sandbox",
    "SandboxLevel",
    "SandboxUnavailable",
    "Survey",
]
