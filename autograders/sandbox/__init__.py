"""Where student code runs: a process of its own that is sent inputs and returns numbers."""

from .host import Cell, Fork, Outcome, Request, Sandbox, Survey
from .level import SandboxLevel, SandboxUnavailable

__all__ = [
    "Cell",
    "Fork",
    "Outcome",
    "Request",
    "Sandbox",
    "SandboxLevel",
    "SandboxUnavailable",
    "Survey",
]
