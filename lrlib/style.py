"""One look for every figure and lab: colours that all eyes can tell apart, line styles, markers.

The colours are those of M. Okabe and K. Ito (2008), "Color Universal Design", darkened or
lightened where a line needs contrast. Colour never carries meaning alone: series i has colour, dash
and marker i, so a figure also reads in grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

OKABE_ITO = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
    "yellow": "#F0E442",
    "black": "#000000",
}
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.5)),
    (0, (6, 2, 1, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (8, 3)),
    (0, (2, 2)),
    (0, (10, 2, 2, 2, 2, 2)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


@dataclass(frozen=True)
class Theme:
    """Colours of the page and of the series, for light or for dark surroundings.

    Series colours have a contrast of at least 3 to the background, text of at least 7 (WCAG 2.2).
    """

    background: str
    text: str
    muted: str
    grid: str
    series: tuple[str, ...]
    good: str
    bad: str


LIGHT = Theme(
    background="#ffffff",
    text="#1a1a1a",
    muted="#595959",
    grid="#d9d9d9",
    series=(
        OKABE_ITO["blue"],
        OKABE_ITO["vermillion"],
        "#007e5c",
        "#a8487f",
        "#2b87bd",
        "#a06d00",
        "#7a7200",
        OKABE_ITO["black"],
    ),
    good="#007e5c",
    bad=OKABE_ITO["vermillion"],
)
DARK = Theme(
    background="#111111",
    text="#ececec",
    muted="#b0b0b0",
    grid="#3a3a3a",
    series=(
        OKABE_ITO["sky"],
        OKABE_ITO["orange"],
        "#1fbf92",
        OKABE_ITO["purple"],
        "#3d9bdc",
        "#f07a2c",
        OKABE_ITO["yellow"],
        "#ffffff",
    ),
    good="#1fbf92",
    bad="#f07a2c",
)


def theme(dark: bool = False) -> Theme:
    """Return the dark theme or the light one."""
    return DARK if dark else LIGHT


def svg_dash(index: int) -> str:
    """Return the `stroke-dasharray` of series `index` for SVG, "none" for a solid line."""
    dash = DASHES[index % len(DASHES)]
    return "none" if dash == "-" else " ".join(f"{2 * length:g}" for length in dash[1])


def series(index: int, *, dark: bool = False, markevery: Any = None) -> dict[str, Any]:
    """Return Matplotlib line properties of series `index`: colour, dash and marker together.

    >>> series(1)["marker"], series(1)["color"]
    ('s', '#D55E00')
    """
    colours = theme(dark).series
    return {
        "color": colours[index % len(colours)],
        "linestyle": DASHES[index % len(DASHES)],
        "marker": MARKERS[index % len(MARKERS)],
        "markevery": 0.12 if markevery is None else markevery,
        "markersize": 5,
        "linewidth": 1.8,
    }


def rc(*, dark: bool = False) -> dict[Any, Any]:
    """Return Matplotlib settings of the theme, for `matplotlib.rc_context`."""
    page = theme(dark)
    return {
        "figure.facecolor": page.background,
        "figure.figsize": (7.0, 4.0),
        "figure.constrained_layout.use": True,
        "savefig.facecolor": page.background,
        "axes.facecolor": page.background,
        "axes.edgecolor": page.muted,
        "axes.labelcolor": page.text,
        "axes.titlecolor": page.text,
        "axes.titlesize": 12,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": page.grid,
        "grid.linewidth": 0.7,
        "text.color": page.text,
        "xtick.color": page.muted,
        "xtick.labelcolor": page.text,
        "ytick.color": page.muted,
        "ytick.labelcolor": page.text,
        "legend.frameon": False,
        "font.size": 11,
        "svg.hashsalt": "lrlib",
    }


@contextmanager
def style(*, dark: bool = False) -> Iterator[Theme]:
    """Draw in the house style inside the `with` block; settings are put back afterwards."""
    import matplotlib as mpl

    with mpl.rc_context(rc(dark=dark)):
        yield theme(dark)
