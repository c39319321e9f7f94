"""One direction of a panel, linear or logarithmic, and numbers as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import ArrayLike, NDArray

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
        """Where the ticks stand, chosen by Matplotlib's locators."""
        if self.ticks is not None:
            return np.asarray(self.ticks, float)
        if not self.log:
            linear = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10])
            found = np.asarray(linear.tick_values(self.low, self.high))
        else:
            decades = np.log10(self.high / self.low)
            subs = (1.0,) if decades > 2 else (1.0, 2.0, 5.0)
            locator = LogLocator(subs=subs, numticks=7)
            found = np.asarray(locator.tick_values(self.low, self.high))
        span = (self.high - self.low) * 1e-9
        return found[(found >= self.low - span) & (found <= self.high + span)]

    def fraction(self, values: ArrayLike) -> NDArray[np.float64]:
        """Values as fractions of the axis, 0 at `low`, 1 at `high`; NaN for what has no place."""
        data = np.asarray(values, float)
        data = np.where(np.isfinite(data), data, np.nan)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.log:
                data = np.where(data > 0, data, np.nan)
                return np.log(data / self.low) / np.log(self.high / self.low)
            return (data - self.low) / (self.high - self.low)
