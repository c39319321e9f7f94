"""Statements that one run of a notebook cannot decide, each with the study that does."""

from __future__ import annotations

import inspect
import json
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Figures = Mapping[str, Any]
NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
FILE = "studies.json"
"""Beside the claims of a unit: what its studies found, by the name of the study."""


class Words(string.Formatter):
    """Fills figures into a sentence as the course writes them.

    Beside Python's format specifications there are `word`, which spells small whole numbers,
    `percent`, which writes 0.034 as 3, and `inverse`, which writes it as 1/29.

    >>> Words().format("lower on {n:word}, by {gain:percent} %", n=9, gain=0.034)
    'lower on nine, by 3 %'
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one figure as the specification asks."""
        if format_spec == "word":
            return NUMBERS[value] if value < len(NUMBERS) else str(value)
        if format_spec == "percent":
            return f"{100 * value:.0f}".replace("-", "\N{MINUS SIGN}")
        if format_spec == "inverse":
            return f"1/{1 / value:.0f}"
        return f"{value:{format_spec}}".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Studied:
    """Sentences of a unit, the study behind them at full strength, and what it found.

    Args:
        words: What the unit, its quiz or its guide page says, with `{name}` for each figure.
        rerun: Makes the study and returns its figures; without arguments, at full strength. Its
            docstring tells a reader what was run.
        holds: Whether figures bear the words out.
        sample: Arguments with which `rerun` takes seconds, and the words still have to hold.
    """

    words: tuple[str, ...]
    rerun: Callable[..., Figures]
    holds: Callable[[Figures], bool]
    sample: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The study's name: that of the function that makes it."""
        return self.rerun.__name__

    @property
    def file(self) -> Path:
        """Where what was found is kept: in the folder of the unit."""
        return Path(inspect.getfile(self.rerun)).with_name(FILE)

    @property
    def record(self) -> Mapping[str, Any]:
        """What the last study at full strength found: `figures`, `seconds` and `versions`."""
        kept: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        return kept[self.name]

    @property
    def found(self) -> Figures:
        """The figures of the full study."""
        return self.record["figures"]

    def said(self) -> tuple[str, ...]:
        """The sentences with the figures that were found."""
        return tuple(Words().vformat(words, (), self.found) for words in self.words)
