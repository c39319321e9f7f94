"""Mutants that no test can kill, each with the reason."""

from __future__ import annotations

from typing import NamedTuple


class Equivalent(NamedTuple):
    """A change of one function that changes nothing a caller can see."""

    function: str
    was: str
    becomes: str
    reason: str


EQUIVALENT: tuple[Equivalent, ...] = ()
