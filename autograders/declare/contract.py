"""What a contract allows as arguments: read from a learner's data, within bounds, before any call.

A learner's test names the arguments of a call. They are checked here first, in the trusted process,
so that nothing is ever called outside its contract, with a number that explodes or an array that
fills the memory; what passes is plain Python numbers, lists and fresh float64 arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from ..errors import GraderError
from .returns import describe

LONGEST = 16
LARGEST = 1e6


class OutsideContract(GraderError, ValueError):
    """An argument that the contract excludes; the message says what was expected and what came."""


class Field(Protocol):
    """What one argument may be."""

    @property
    def words(self) -> str:
        """The field in words, as after "has to be"."""

    def admit(self, value: Any) -> Any:
        """Return `value` as plain data; raise `OutsideContract` for what is not allowed."""


@dataclass(frozen=True)
class Whole:
    """A whole number between two bounds."""

    least: int = 0
    most: int = int(LARGEST)

    @property
    def words(self) -> str:
        return f"a whole number (int) from {self.least} to {self.most:,}"

    def admit(self, value: Any) -> int:
        whole = type(value) is int or isinstance(value, np.integer)
        if whole and self.least <= value <= self.most:
            return int(value)
        raise OutsideContract(f"has to be {self.words}, got {describe(value)}")


@dataclass(frozen=True)
class Real:
    """A real number; `special` allows infinity and NaN as well."""

    least: float = -LARGEST
    above: float | None = None
    below: float | None = None
    most: float = LARGEST
    special: bool = False

    @property
    def words(self) -> str:
        low = f"{self.least:g} or more" if self.above is None else f"above {self.above:g}"
        high = f"at most {self.most:g}" if self.below is None else f"below {self.below:g}"
        return f"a number, {low} and {high}" + (", infinite or NaN" if self.special else "")

    def admit(self, value: Any) -> int | float:
        if type(value) in (int, float) or isinstance(value, (np.integer, np.floating)):
            number = value if type(value) is int else float(value)
            if self.special and not (type(number) is int or math.isfinite(number)):
                return number
            low = self.least <= number if self.above is None else self.above < number
            high = number <= self.most if self.below is None else number < self.below
            if low and high:
                return number
        raise OutsideContract(f"has to be {self.words}, got {describe(value)}")


@dataclass(frozen=True)
class Rising:
    """Whole numbers that increase strictly, perhaps none, as list, tuple or array."""

    least: int = 0
    longest: int = LONGEST

    @property
    def words(self) -> str:
        return f"a list of at most {self.longest} whole numbers that increase strictly"

    def admit(self, value: Any) -> list[int] | tuple[int, ...]:
        kind = tuple if isinstance(value, tuple) else list
        if isinstance(value, np.ndarray) and value.ndim == 1 and value.size <= self.longest:
            value = list(value)
        if not isinstance(value, (list, tuple)) or len(value) > self.longest:
            raise OutsideContract(f"has to be {self.words}, got {describe(value)}")
        whole = Whole(self.least)
        numbers = []
        for place, item in enumerate(value):
            try:
                numbers.append(whole.admit(item))
            except OutsideContract as error:
                raise OutsideContract(f"has to be {self.words}; entry {place} {error}") from None
        if any(after <= before for before, after in pairwise(numbers)):
            raise OutsideContract(f"has to be {self.words}, got {numbers}")
        return kind(numbers)


@dataclass(frozen=True)
class Entries:
    """A NumPy array of a few finite numbers, of any shape."""

    least: float = -LARGEST
    longest: int = LONGEST

    @property
    def words(self) -> str:
        low = "finite numbers" if self.least else "numbers of 0 or more"
        return f"a NumPy array of 1 to {self.longest} {low}"

    def admit(self, value: Any) -> np.ndarray:
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            raise OutsideContract(f"has to be {self.words}, got {describe(value)}")
        if not 1 <= value.size <= self.longest or value.ndim > 4:
            raise OutsideContract(f"has to be {self.words}, got {describe(value)}")
        array = value.astype(np.float64)
        if not np.all((array >= self.least) & (array <= LARGEST)):
            raise OutsideContract(f"has to be {self.words} of at most {LARGEST:,.0f} in size")
        return array


@dataclass(frozen=True)
class Record:
    """A dict with exactly the keys named."""

    fields: Mapping[str, Field]

    @property
    def words(self) -> str:
        return "a dict with exactly the keys " + ", ".join(map(repr, self.fields))

    def admit(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != set(self.fields):
            raise OutsideContract(f"has to be {self.words}, got {describe(value)}")
        return _each(self.fields, value)


@dataclass(frozen=True)
class Contract:
    """What all arguments of one function may be, each and together.

    `together` says what is wrong with arguments that are allowed one by one, or returns "".
    """

    fields: Mapping[str, Field]
    together: Callable[[Mapping[str, Any]], str] = field(default=lambda arguments: "")

    def admit(self, arguments: Any) -> dict[str, Any]:
        """Return the arguments as plain data; raise `OutsideContract` for what is not allowed."""
        if not isinstance(arguments, dict):
            names = ", ".join(self.fields)
            raise OutsideContract(
                f"the arguments have to be a dict of {names}, got {describe(arguments)}"
            )
        missing = [name for name in self.fields if name not in arguments]
        if missing:
            raise OutsideContract(f"the argument `{missing[0]}` is missing")
        foreign = [name for name in arguments if name not in self.fields]
        if foreign:
            raise OutsideContract(f"there is no argument `{foreign[0][:40]}`")
        admitted = _each(self.fields, arguments)
        said = self.together(admitted)
        if said:
            raise OutsideContract(said)
        return admitted


def _each(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    admitted = {}
    for name, allowed in fields.items():
        try:
            admitted[name] = allowed.admit(values[name])
        except OutsideContract as error:
            raise OutsideContract(f"`{name}` {error}") from None
    return admitted


def same_shape(*names: str) -> Callable[[Mapping[str, Any]], str]:
    """The rule that the arrays of these names have one shape."""

    def rule(arguments: Mapping[str, Any]) -> str:
        shapes = {name: np.shape(arguments[name]) for name in names}
        odd = next((name for name in names if shapes[name] != shapes[names[0]]), None)
        if odd is None:
            return ""
        return f"`{odd}` has shape {shapes[odd]}, but `{names[0]}` has {shapes[names[0]]}"

    return rule
