"""What comes next, for one who starts the course again: said by `start.py`."""

from __future__ import annotations

from datetime import date

from autograders.notebook import progress

from .asleep import put_labs_to_sleep
from .review.cards import all_cards
from .review.memory import WORK, Memory, begun, path, use_progress_of_work


def say(lesson: str, alone: bool = False) -> None:
    """Print which lesson opens, which exercises are open, and how many cards are due for review.

    `alone` says that no server runs on this folder, so that no widget is alive.
    """
    if alone:
        put_labs_to_sleep(WORK)
    print(f"Going on with work/{lesson}, where you stopped.")
    use_progress_of_work()
    print(progress.Progress().next)
    units, _ = begun(progress.load())
    mine = [card for card in all_cards() if card.unit in units]
    if due := len(Memory.load(path()).due(mine, date.today())):
        cards = "1 card is" if due == 1 else f"{due} cards are"
        print(f"{cards} due for review: .venv/bin/python -m course.review")
