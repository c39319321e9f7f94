"""Statements that one run of a notebook cannot decide, each with the study that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Studied:
    """Sentences of a unit, the study behind them at full strength, and what it found.

    Args:
        words: What the unit, its quiz or its guide page says.
        rerun: Makes the study and returns its figures; without arguments, at full strength.
        found: The figures of the full study.
        holds: Whether figures bear the words out.
        sample: Arguments with which `rerun` takes seconds, and the words still have to hold.
    """

    words: tuple[str, ...]
    rerun: Callable[..., Figures]
    found: Figures
    holds: Callable[[Figures], bool]
    sample: Mapping[str, Any] = field(default_factory=dict)
