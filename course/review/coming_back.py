"""What comes next, for one who starts the course again: said by `start.py`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from autograders.notebook import progress

from .cards import all_cards
from .memory import Memory, begun, path

WORK = Path(__file__).resolve().parents[2] / "work"


def use_progress_of_work() -> None:
    """Read and keep progress where the notebooks do, unless there is some in this folder."""
    if not Path(progress.FILE).exists() and (WORK / progress.FILE).exists():
        os.environ.setdefault("LR_COURSE_PROGRESS", str(WORK / progress.FILE))


def say(lesson: str) -> None:
    """Print which lesson opens, which exercises are open, and how many cards are due for review."""
    print(f"Going on with work/{lesson}, where you stopped.")
    use_progress_of_work()
    print(progress.Progress().next)
    units, _ = begun(progress.load())
    mine = [card for card in all_cards() if card.unit in units]
    if due := len(Memory.load(path()).due(mine, date.today())):
        cards = "1 card is" if due == 1 else f"{due} cards are"
        print(f"{cards} due for review: .venv/bin/python -m course.review")
