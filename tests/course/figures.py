"""Faults of a Matplotlib figure that a reader notices and no program does.

`watch()` looks at every figure that is shown from then on, also inside a unit's kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

ON_A_SPINE, BESIDE_A_SPINE = 0.005, 0.05
"""How near to the edge a line is taken for the edge, as a share of the axes: within its own width;
and if it runs from one end of the axes to the other, within Matplotlib's margins."""
SHOWN: list[list[str]] = []
"""The faults of each figure that was shown since `watch`, in order."""


def faults(figure: Figure) -> list[str]:
    """What is wrong with a figure as it was last drawn, one sentence each."""
    found = [fault for axes in figure.axes if axes.axison for fault in of_axes(axes)]
    return [f"{name(figure)}: {fault}" for fault in found]


def name(figure: Figure) -> str:
    """The titles of a figure, by which its author knows it."""
    titles = [figure.get_suptitle(), *(axes.get_title() for axes in figure.axes)]
    return " / ".join(filter(None, titles)) or "a figure without a title"


def of_axes(axes: Axes) -> Iterator[str]:
    """The faults of one pair of axes."""
    for which, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        shown = labels(axis)
        if shown is not None and len(shown) < 2:
            said = ", ".join(shown) or "none"
            yield f"the {which} axis needs two tick labels to have a scale, and has {said}."
    for line in axes.lines:
        if line.get_visible() and (fault := of_line(axes, line)):
            yield f"the line {line.get_label()!r} {fault}"


def labels(axis: Any) -> list[str] | None:
    """The tick labels in view, or None where an axis is meant to have none."""
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    if len(axis.get_majorticklocs()) == 0 or not any(tick.label1.get_visible() for tick in ticks):
        return None
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    return [
        tick.label1.get_text()
        for tick in ticks
        if tick.label1.get_visible()
        and tick.label1.get_text()
        and low - slack <= tick.get_loc() <= high + slack
    ]


def of_line(axes: Axes, line: Line2D) -> str | None:
    """Why a line cannot be seen, or None."""
    points = line.get_transform().transform(line.get_xydata())
    x, y = axes.transAxes.inverted().transform(points).T
    x, y = x[np.isfinite(x + y)], y[np.isfinite(x + y)]
    if len(x) == 0:
        return "has no point."
    if max(x) < 0 or min(x) > 1 or max(y) < 0 or min(y) > 1:
        return "lies outside the axes."
    for along, across, sides in ((y, x, ("left", "right")), (x, y, ("bottom", "top"))):
        whole = min(along) <= 0 and max(along) >= 1
        near = BESIDE_A_SPINE if whole else ON_A_SPINE
        for edge, side in enumerate(sides):
            if np.all(abs(across - edge) < near) and axes.spines[side].get_visible():
                return f"lies on the {side} spine."
    return None


def watch() -> None:
    """Note the faults of every figure that is shown from now on in `SHOWN`."""
    show = FigureCanvasBase.print_figure

    def print_figure(canvas: FigureCanvasBase, *arguments: Any, **options: Any) -> Any:
        shown = show(canvas, *arguments, **options)
        SHOWN.append(faults(canvas.figure))
        return shown

    FigureCanvasBase.print_figure = print_figure  # type: ignore[method-assign]
