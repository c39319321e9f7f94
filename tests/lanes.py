"""What a test run consists of, lint and types first: `python3 start.py test` and its quick lane."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINT = [["ruff", "check", "--quiet"], ["ruff", "format", "--check", "--quiet"]]
TYPES = ["mypy"]
LAWS = ["autograders", "selftest", "--seeds", "1"]
QUICK = ["tests/test_house.py", "tests/lrlib", "tests/autograders/protocol"]
QUICK_MARKS = "not slow and not peers and not browser and not nbgrader and not sandbox"


def lane(quick: bool, rest: Sequence[str]) -> list[list[str]]:
    """The commands of a test run, in order: lint and types first, then pytest on all cores.

    What pytest is told to run is run alone. The quick lane leaves out types and slow tests.
    """
    side_by_side = ["-n", "auto", "--dist", "loadfile"]
    if rest:
        return [["pytest", *rest]]
    if quick:
        return [*LINT, LAWS, ["pytest", "-q", *side_by_side, "-m", QUICK_MARKS, *QUICK]]
    return [*LINT, TYPES, ["pytest", *side_by_side]]


def run(commands: Iterable[Sequence[str]], python: str, environ: Mapping[str, str]) -> int:
    """Run modules of the environment one after another; the exit code of the first that fails."""
    for command in commands:
        code = subprocess.call([python, "-m", *command], cwd=ROOT, env=environ)
        if code:
            return code
    return 0
