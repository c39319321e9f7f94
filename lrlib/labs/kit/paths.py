"""Points and marks as the text of SVG attributes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STRAIGHT = 1e-6  # pixels: hundreds of points that bend less than this bend less than 0.1 together


def pair(point: NDArray[np.float64]) -> str:
    """One point as SVG path text."""
    return f"{point[0]:.1f} {point[1]:.1f}"


def bends(px: NDArray[np.float64], py: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The points without those half-way between their neighbours, which a line meets anyway.

    Rates are often straight for long, and every point costs time, here and in the browser.
    """
    x2, y2 = np.abs(np.diff(px, 2)), np.abs(np.diff(py, 2))
    kept = np.ones(len(px), bool)
    kept[1:-1] = ~((x2 < _STRAIGHT) & (y2 < _STRAIGHT))  # NaN, where a line is broken, is kept
    return px[kept], py[kept]


def pieces(px: NDArray[np.float64], py: NDArray[np.float64]) -> list[str]:
    """The runs of finite points, each as the text of an SVG `points` attribute."""
    shown = np.isfinite(px) & np.isfinite(py)
    if shown.all():
        return [" ".join([f"{a:.1f},{b:.1f}" for a, b in zip(px.tolist(), py.tolist())])]
    cuts = np.flatnonzero(~shown)
    return [
        " ".join([f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist())])
        for x, y in zip(_split(px, cuts), _split(py, cuts))
        if len(x) > 1
    ]


def _split(values: NDArray[np.float64], cuts: NDArray[np.intp]) -> list[NDArray[np.float64]]:
    starts = np.concatenate([[0], cuts + 1])
    ends = np.concatenate([cuts, [len(values)]])
    return [values[a:b] for a, b in zip(starts, ends)]


def marker(series: int, x: float, y: float, r: float) -> str:
    """Circle, square, triangle, diamond, cross or plus around (x, y), as SVG path text."""
    match series % 6:
        case 0:
            return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
        case 1:
            return f"M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z"
        case 2:
            return f"M{x:.1f} {y - r * 1.2:.1f}l{r * 1.15:.1f} {r * 2.1:.1f}h{-r * 2.3:.1f}z"
        case 3:
            d = f"{1.3 * r:.1f}"
            return f"M{x:.1f} {y - r * 1.3:.1f}l{d} {d}l-{d} {d}l-{d} -{d}z"
        case 4:
            return f"M{x - r:.1f} {y - r:.1f}l{2 * r} {2 * r}m0 {-2 * r}l{-2 * r} {2 * r}"
        case _:
            return f"M{x - r:.1f} {y:.1f}h{2 * r}M{x:.1f} {y - r:.1f}v{2 * r}"
