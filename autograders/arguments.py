"""What commands accept on their command lines beyond plain text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def positive(text: str) -> int:
    """A whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def agreement(yes: bool, tell: Callable[[str], None]) -> Callable[[str], bool]:
    """Tells what will change; asks whether to go on where a person can answer, unless --yes."""

    def agree(said: str) -> bool:
        tell(said)
        if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        print("Record this? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    return agree
