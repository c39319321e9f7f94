"""The command line: `python -m course.review` asks what is due, in about five minutes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from autograders.arguments import positive

from .asking import CARDS, hold
from .memory import use_progress_of_work


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold a review; 2 if its file cannot be read or written."""
    parser = argparse.ArgumentParser(prog="python -m course.review", description=__doc__)
    parser.add_argument(
        "--cards", type=positive, default=CARDS, metavar="N", help="at most N (default: 10)"
    )
    given = parser.parse_args(arguments)
    # Notebooks keep progress beside themselves, and a terminal often stands one folder above.
    use_progress_of_work()
    try:
        hold(given.cards, date.today())
    except OSError as error:
        print(f"cannot go on: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
