"""How well student code is isolated: what was asked for, and what the machine gave."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from ..errors import GraderError


class SandboxLevel(enum.IntEnum):
    """The level actually obtained; only `ISOLATED` is good enough for a class."""

    PROCESS = 1
    ISOLATED = 2

    @property
    def words(self) -> str:
        """What this level does and does not keep from student code."""
        if self is SandboxLevel.ISOLATED:
            return (
                "isolated: own namespaces, no network, no files but NumPy's and Matplotlib's, "
                "filtered system calls, limited CPU time and memory"
            )
        return (
            "in a separate process with filtered system calls, limited CPU time and memory, "
            "without namespaces of its own: it cannot open the grader's memory or files (this was "
            "tried), but it sees that files exist, so use it only where nothing better is to be had"
        )


WALLS = {
    "box": "namespaces and a scratch folder of its own for each submission",
    "files": "files closed by Landlock",
    "user": "a user of its own",
}


def obtained(level: SandboxLevel, walls: Mapping[str, str]) -> str:
    """The level in words, and of each wall beside it whether the machine gave it, or why not."""
    said = [
        f"without {what} ({walls[name]})" if walls[name] else f"with {what}"
        for name, what in WALLS.items()
        if name in walls
    ]
    return "; ".join([level.words, *said])


class SandboxUnavailable(GraderError, RuntimeError):
    """Student code cannot be isolated on this machine as well as was asked."""
