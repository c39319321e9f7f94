"""The controls a lab may have, each a declaration that says which values it takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, log10
from typing import Any


def _number(control: Any, value: Any, kind: type) -> Any:
    """The value as a number within the control's limits, else a `ValueError`."""
    low, high = control.low, control.high
    try:
        found = kind(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found != value or not low <= found <= high:
        whole = "a whole number" if kind is int else "a number"
        raise ValueError(f"expected {control.name} as {whole} from {low} to {high}; got {value!r}")
    return found


def _option(control: Any, value: Any) -> Any:
    if value not in control.options:
        raise ValueError(f"expected {control.name} to be one of {control.options}; got {value!r}")
    return control.options[control.options.index(value)]


@dataclass(frozen=True)
class Log:
    """A positive number on a logarithmic slider with a number box; `step` is in decades."""

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 0.05

    @cached_property
    def marks(self) -> tuple[float, ...]:
        """Where the slider stands: `step` decades apart, with two or three digits."""
        digits = 2 if self.step >= 0.05 else 3
        last = ceil(log10(self.high / self.low) / self.step - 1e-9)
        exact = (min(self.low * 10 ** (self.step * k), self.high) for k in range(last + 1))
        return tuple(float(f"{mark:.{digits}g}") for mark in exact)

    def nearest(self, value: float) -> int:
        """The index of the mark nearest to a value, in decades."""
        return min(range(len(self.marks)), key=lambda k: abs(log10(self.marks[k] / value)))

    def check(self, value: Any) -> float:
        """The value as this control takes it, else a `ValueError`."""
        return _number(self, value, float)


@dataclass(frozen=True)
class Linear:
    """A real number on a slider."""

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 0.01
    format: str = ".2f"

    def check(self, value: Any) -> float:
        """The value as this control takes it, else a `ValueError`."""
        return _number(self, value, float)


@dataclass(frozen=True)
class Whole:
    """A whole number on a slider."""

    name: str
    label: str
    low: int
    high: int
    value: int
    step: int = 1

    def check(self, value: Any) -> int:
        """The value as this control takes it, else a `ValueError`."""
        return _number(self, value, int)


@dataclass(frozen=True)
class Span:
    """Two whole numbers on one slider with two handles; `names` stand for them where given."""

    name: str
    label: str
    low: int
    high: int
    value: tuple[int, int]
    step: int = 1
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.names and len(self.names) != self.high - self.low + 1:
            raise ValueError(
                f"expected a name for each of the numbers {self.low} to {self.high} of "
                f"{self.name}; got {len(self.names)} names"
            )

    def check(self, value: Any) -> tuple[int, int]:
        """The value as this control takes it, else a `ValueError`."""
        try:
            low, high = (_number(self, end, int) for end in value)
        except TypeError:
            low, high = 1, 0
        if low > high:
            raise ValueError(
                f"expected {self.name} as two whole numbers in order, from {self.low} to "
                f"{self.high}; got {value!r}"
            )
        return low, high


@dataclass(frozen=True)
class Pick:
    """One of a few numbers on a slider, such as the powers of two."""

    name: str
    label: str
    options: tuple[float, ...]
    value: float

    @property
    def marks(self) -> tuple[float, ...]:
        """Where the slider stands: the options."""
        return self.options

    def check(self, value: Any) -> float:
        """The value as this control takes it, else a `ValueError`."""
        return _option(self, value)


@dataclass(frozen=True)
class Choice:
    """One of a few named options."""

    name: str
    label: str
    options: tuple[str, ...]
    value: str

    def check(self, value: Any) -> str:
        """The value as this control takes it, else a `ValueError`."""
        return _option(self, value)


@dataclass(frozen=True)
class Switch:
    """Something that is on or off."""

    name: str
    label: str
    value: bool = False

    def check(self, value: Any) -> bool:
        """The value as this control takes it, else a `ValueError`."""
        if value not in (True, False):
            raise ValueError(f"expected {self.name} as True or False; got {value!r}")
        return bool(value)


Control = Log | Linear | Whole | Span | Pick | Choice | Switch
