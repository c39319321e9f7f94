"""One direction of a panel, linear or logarithmic, and numbers as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_INTERVALS, MOST_DECADES = 6, 7
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """A number for people: three significant digits, powers of ten beyond 0.001 ... 100 000.

    >>> number(0.049999), number(2.0), number(1.234e-7), number(float("inf"))
    ('0.05', '2', '1.23×10⁻⁷', 'infinity')
    """
    value = float(value)
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        text = f"{value:.3g}"
        return f"{value:.0f}" if "e" in text else text
    mantissa, exponent = f"{value:.2e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return power if mantissa == "1" else f"{mantissa}×{power}"


@dataclass(frozen=True)
class Axis:
    """One direction of a panel: its limits, its label, and whether it is logarithmic.

    `low` and `high` are in data units. Raises `ValueError` when the limits are not finite and
    increasing, or not positive on a logarithmic axis.
    """

    low: float
    high: float
    label: str = ""
    log: bool = False
    ticks: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.high]).all() and self.low < self.high):
            raise ValueError(
                f"an axis needs finite limits, low < high; got {self.low!r} to {self.high!r}"
            )
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic axis needs limits above 0; got low={self.low!r}")

    @cached_property
    def places(self) -> NDArray[np.float64]:
        """Where the ticks stand: those given, else round numbers inside the limits."""
        if self.ticks is not None:
            found = np.asarray(self.ticks, float)
        elif self.log:
            found = _log_ticks(self.low, self.high)
        else:
            found = _linear_ticks(self.low, self.high)
        return found[_within(found, self.low, self.high)]

    def fraction(self, values: ArrayLike) -> NDArray[np.float64]:
        """Values as fractions of the axis, 0 at `low`, 1 at `high`; NaN for what has no place."""
        data = np.asarray(values, float)
        data = np.where(np.isfinite(data), data, np.nan)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.log:
                data = np.where(data > 0, data, np.nan)
                return np.log(data / self.low) / np.log(self.high / self.low)
            return (data - self.low) / (self.high - self.low)


def _within(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    span = (high - low) * 1e-9
    return (values >= low - span) & (values <= high + span)


def _linear_ticks(low: float, high: float) -> NDArray[np.float64]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten, at most six intervals of them."""
    least = (high - low) / MOST_INTERVALS
    scale = 10.0 ** np.floor(np.log10(least))
    step = next(m * scale for m in (1, 2, 2.5, 5, 10) if m * scale >= least * (1 - 1e-12))
    return np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step


def _log_ticks(low: float, high: float) -> NDArray[np.float64]:
    """Powers of ten, at most seven; on an axis of at most two decades also 2 and 5 times those."""
    if np.log10(high / low) <= 2:
        decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        found = (10.0 ** decades[:, None] * (1, 2, 5)).ravel()
        return found if _within(found, low, high).sum() > 1 else _linear_ticks(low, high)
    first, last = np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9)
    decades = np.arange(first, last + 1)
    return 10.0 ** decades[decades % np.ceil(len(decades) / MOST_DECADES) == 0]
