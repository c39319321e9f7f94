"""Who hears of a check or a plan besides the learner: nobody, until the learner joins a board."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

Listener = Callable[[str, Any, Any], None]

LISTENERS: list[Listener] = []


def tell(kind: str, subject: Any, given: Any = None) -> None:
    """Tell every listener of a "check" (report, answer) or a "plan" (exercise's name, plan).

    A listener's fault is no reason to fail what the learner does.
    """
    for listener in tuple(LISTENERS):
        with contextlib.suppress(Exception):
            listener(kind, subject, given)
