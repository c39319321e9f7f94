"""What every figure is made with: a blank page in the house style, and its text alternative."""

from __future__ import annotations

import io
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lrlib.problems import Problem
from lrlib.style import rc, series, theme


class ShownFigure(Figure):
    """A figure that a notebook shows, also one in which pyplot has not drawn anything yet."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()


class Page:
    """A figure with axes in rows, drawn in the house style inside a `with` block.

    `with Page(2, dark=dark) as page:` gives `page.axes`, row by row; `page.say(text)` sets the
    alternative.
    """

    def __init__(
        self, columns: int = 1, *, rows: int = 1, dark: bool = False, height: float = 3.6
    ) -> None:
        self.dark = dark
        self.theme = theme(dark)
        self._context = mpl.rc_context(rc(dark=dark))
        self._columns = columns
        self._rows = rows
        self._height = height

    def __enter__(self) -> Page:
        self._context.__enter__()
        width = 6.4 if self._columns == 1 else 4.6 * self._columns
        self.figure = ShownFigure(figsize=(width, self._rows * self._height))
        self.axes: list[Axes] = list(
            self.figure.subplots(self._rows, self._columns, squeeze=False).flat
        )
        return self

    def __exit__(self, *exception: Any) -> None:
        self._context.__exit__(*exception)

    def line(self, index: int, *, markevery: Any = None, **other: Any) -> dict[str, Any]:
        """Return the colour, dash and marker of series `index`, and any other property."""
        return series(index, dark=self.dark, markevery=markevery) | other

    def say(self, text: str) -> None:
        """Set the text alternative."""
        self.figure.alt_text = " ".join(text.split())  # type: ignore[attr-defined]


def alt(figure: Figure) -> str:
    """Return the text alternative of a figure of this package."""
    text = getattr(figure, "alt_text", None)
    if text is None:
        raise ValueError(
            "figure should be one that lrlib.figures made, because only those carry a text "
            "alternative; for your own set figure.alt_text first."
        )
    return text


def svg(figure: Figure) -> str:
    """Return the figure as SVG text that a screen reader announces with its text alternative."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "lrlib"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    picture = buffer.getvalue()
    picture = picture[picture.index("<svg") :]
    return picture.replace("<svg", f'<svg role="img" aria-label="{escape(alt(figure))}"', 1)


def contours(
    page: Page, axes: Axes, problem: Problem, x: tuple[float, float], y: tuple[float, float]
) -> None:
    """Draw contour lines of a problem with two parameters."""
    grid = np.stack(np.meshgrid(np.linspace(*x, 160), np.linspace(*y, 120)), axis=-1)
    loss = problem.loss(grid)
    levels = np.geomspace(max(loss.max() * 1e-4, 1e-6), loss.max(), 12)
    axes.contour(
        grid[..., 0], grid[..., 1], loss, levels=levels, colors=page.theme.muted, linewidths=0.6
    )
    axes.grid(False)
    axes.set(xlabel="w[0]", ylabel="w[1]", xlim=x, ylim=y)


def path_inside(path: NDArray, limit: float) -> NDArray:
    """Return the path up to its first point outside the square of half-width `limit`."""
    outside = ~(np.abs(path) <= limit).all(axis=-1)
    return path[: int(np.argmax(outside)) + 1] if outside.any() else path
