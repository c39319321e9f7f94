"""The controls a lab may have, each a declaration that makes its own widget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

import ipywidgets as widgets
import traitlets

from lrlib.labs.kit.later import Later

BOX_SECONDS = 0.08
_STYLE = {"description_width": "132px"}


def _slider(kind: type, label: str, **options: Any) -> widgets.DOMWidget:
    return kind(
        description=label,
        style=_STYLE,
        layout={"width": "100%", "max_width": "640px"},
        continuous_update=True,
        **options,
    )


def _marked(slider: widgets.DOMWidget) -> widgets.DOMWidget:
    """A slider between named marks: ipywidgets lets one type into its readout, but ignores it."""
    return slider.add_class("lr-marks")


class LogKnob(widgets.HBox):
    """A logarithmic slider beside a number box; `value` is what either of them was last set to.

    The slider stands on marks, `step` decades apart, whose numbers have two or three digits; the
    box takes any number within the limits, exactly. Browser and kernel tell each other the number
    of a mark. With `FloatLogSlider` the browser answers a value off the marks with the mark that it
    moved the handle to, and that answer can arrive after the next value was set and undo it.
    """

    value = traitlets.Float()

    def __init__(self, label: str, low: float, high: float, value: float, step: float) -> None:
        digits = 2 if step >= 0.05 else 3
        last = ceil(log10(high / low) / step - 1e-9)
        marks = [min(low * 10 ** (step * k), high) for k in range(last + 1)]
        self._marks = [float(f"{mark:.{digits}g}") for mark in marks]
        self._busy = False
        self._write_later = Later(BOX_SECONDS, self._write)
        self._slider = _slider(
            widgets.SelectionSlider,
            label,
            readout=False,
            options=[f"{mark:g}" for mark in self._marks],
            index=self._nearest(value),
        )
        self._box = widgets.BoundedFloatText(
            value=value, min=low, max=high, description=f"{label}, number"
        ).add_class("lr-number")
        super().__init__([self._slider, self._box], value=value)
        self.add_class("lr-row")
        self._slider.observe(self._slid, names="index")
        self._box.observe(self._typed, names="value")
        self.observe(self._set, names="value")

    def _nearest(self, value: float) -> int:
        return min(range(len(self._marks)), key=lambda k: abs(log10(self._marks[k] / value)))

    def _slid(self, change: Any) -> None:
        if self._busy:
            return
        with self._alone():
            self.value = self._marks[change["new"]]
        self._write_later()

    def _write(self) -> None:
        with self._alone():
            self._box.value = self.value

    def _typed(self, change: Any) -> None:
        if not self._busy:
            self.value = change["new"]

    def _set(self, change: Any) -> None:
        if not self._busy:
            with self._alone():
                self._box.value, self._slider.index = change["new"], self._nearest(change["new"])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one of value, slider and box set the others without being answered by them."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


@dataclass(frozen=True)
class Log:
    """A positive number on a logarithmic slider with a number box; `step` is in decades."""

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 0.05

    def widget(self) -> widgets.DOMWidget:
        return LogKnob(self.label, self.low, self.high, self.value, self.step)


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

    def widget(self) -> widgets.DOMWidget:
        return _slider(
            widgets.FloatSlider,
            self.label,
            min=self.low,
            max=self.high,
            value=self.value,
            step=self.step,
            readout_format=self.format,
        )


@dataclass(frozen=True)
class Whole:
    """A whole number on a slider."""

    name: str
    label: str
    low: int
    high: int
    value: int
    step: int = 1

    def widget(self) -> widgets.DOMWidget:
        return _slider(
            widgets.IntSlider,
            self.label,
            min=self.low,
            max=self.high,
            value=self.value,
            step=self.step,
        )


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

    def widget(self) -> widgets.DOMWidget:
        if self.names:
            options = list(zip(self.names, range(self.low, self.high + 1), strict=True))
            kind = widgets.SelectionRangeSlider
            return _marked(_slider(kind, self.label, options=options, value=self.value))
        return _slider(
            widgets.IntRangeSlider,
            self.label,
            min=self.low,
            max=self.high,
            value=self.value,
            step=self.step,
        )


@dataclass(frozen=True)
class Pick:
    """One of a few numbers on a slider, such as the powers of two."""

    name: str
    label: str
    options: tuple[float, ...]
    value: float

    def widget(self) -> widgets.DOMWidget:
        options = [(f"{option:g}", option) for option in self.options]
        return _marked(
            _slider(widgets.SelectionSlider, self.label, options=options, value=self.value)
        )


@dataclass(frozen=True)
class Choice:
    """One of a few named options."""

    name: str
    label: str
    options: tuple[str, ...]
    value: str

    def widget(self) -> widgets.DOMWidget:
        return widgets.Dropdown(
            description=self.label, options=self.options, value=self.value, style=_STYLE
        )


@dataclass(frozen=True)
class Switch:
    """Something that is on or off."""

    name: str
    label: str
    value: bool = False

    def widget(self) -> widgets.DOMWidget:
        return widgets.Checkbox(
            description=self.label,
            value=self.value,
            style=_STYLE,
            layout={"width": "100%"},
        )


Control = Log | Linear | Whole | Span | Pick | Choice | Switch
