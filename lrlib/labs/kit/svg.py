"""Pictures as SVG text: panels, and what can be drawn in them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import cast

import contourpy
import numpy as np
from matplotlib import colormaps
from matplotlib.image import imsave
from numpy.typing import ArrayLike, NDArray

from lrlib.labs.kit.axis import Axis, number
from lrlib.labs.kit.theme import HUES, STYLE

_FAR = 1e5  # pixels: beyond this an SVG coordinate is clamped, so that a diverged run still draws
_STRAIGHT = 1e-6  # pixels: hundreds of points that bend less than this bend less than 0.1 together


@dataclass(frozen=True)
class _Key:
    """One row of a legend, in its panel's pixels; without a series it is the pinned result's."""

    x: float
    y: float
    name: str
    series: int | None

    def render(self, drawn: Set[tuple[str, int]]) -> str:
        kind, mark = "ghost", ""
        if self.series is not None:
            kind = _style(self.series, False)
            if ("mark", self.series) in drawn:
                path = _marker(self.series, self.x + 11, self.y, 3.5)
                mark = f'<path class="mk {kind}" d="{path}"/>'
            if ("thin", self.series) in drawn and ("line", self.series) not in drawn:
                kind += " thin"
        return (
            f'<path class="ln {kind}" d="M{self.x:.1f} {self.y:g}h22"/>{mark}'
            f'<text class="tx" x="{self.x + 28:.1f}" y="{self.y + 4:g}">{escape(self.name)}</text>'
        )


@dataclass(frozen=True)
class Panel:
    """A plotting area inside a picture, in the picture's pixels; what is drawn is clipped to it.

    The drawing methods take data coordinates and a `series` number, which chooses colour, dash and
    marker together, so that no meaning rests on colour alone. `ghost=True` draws in the style of a
    pinned, earlier result.
    """

    left: float
    top: float
    width: float
    height: float
    x: Axis
    y: Axis
    title: str = ""
    _marks: list[str] = field(default_factory=list, compare=False, repr=False)
    _labels: list[str] = field(default_factory=list, compare=False, repr=False)
    _drawn: set[tuple[str, int]] = field(default_factory=set, compare=False, repr=False)
    _keys: list[_Key] = field(default_factory=list, compare=False, repr=False)

    def _px(self, x: ArrayLike) -> NDArray[np.float64]:
        return np.clip(self.x.fraction(x) * self.width, -_FAR, _FAR)

    def _py(self, y: ArrayLike) -> NDArray[np.float64]:
        return np.clip((1 - self.y.fraction(y)) * self.height, -_FAR, _FAR)

    def line(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        series: int = 0,
        ghost: bool = False,
        thin: bool = False,
        solid: bool = False,
    ) -> None:
        """A line through the points; it is broken where a point is not finite."""
        px, py = np.broadcast_arrays(self._px(x), self._py(y))
        if not ghost:
            self._drawn.add(("thin" if thin else "line", series))
        kind = f"ln {_style(series, ghost)}{' thin' * thin}{' solid' * solid}"
        for piece in _pieces(*_bends(px, py)):
            self._marks.append(f'<polyline class="{kind}" points="{piece}"/>')

    def markers(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        series: int = 0,
        ghost: bool = False,
        size: float = 4,
    ) -> None:
        """One mark per point; the shape goes with the series."""
        px, py = np.broadcast_arrays(np.atleast_1d(self._px(x)), np.atleast_1d(self._py(y)))
        shown = np.isfinite(px) & np.isfinite(py)
        if shown.any():
            if not ghost:
                self._drawn.add(("mark", series))
            path = "".join(_marker(series, a, b, size) for a, b in zip(px[shown], py[shown]))
            self._marks.append(f'<path class="mk {_style(series, ghost)}" d="{path}"/>')

    def bars(
        self,
        x: ArrayLike,
        top: ArrayLike,
        *,
        bottom: float = 0.0,
        width: float = 0.8,
        series: int = 0,
        ghost: bool = False,
    ) -> None:
        """Upright bars of `width` data units around each x, from `bottom` to `top`."""
        for at, value in zip(np.atleast_1d(x), np.atleast_1d(top)):
            edges = self._px([at - width / 2, at + width / 2])
            y0, y1 = sorted(self._py([bottom, value]))
            if np.isfinite([*edges, y0, y1]).all():
                self._marks.append(
                    f'<rect class="br {_style(series, ghost)}" x="{edges[0]:.1f}" y="{y0:.1f}"'
                    f' width="{edges[1] - edges[0]:.1f}" height="{y1 - y0:.1f}"/>'
                )

    def band(
        self,
        x: tuple[float, float] | None = None,
        y: tuple[float, float] | None = None,
        *,
        series: int = 0,
    ) -> None:
        """A shaded region between two x values, two y values, or both; `None` is no limit."""
        x0, x1 = np.clip(np.nan_to_num(self._px(x or (self.x.low, self.x.high))), 0, self.width)
        y1, y0 = np.clip(
            np.nan_to_num(self._py(y or (self.y.low, self.y.high)), nan=self.height), 0, self.height
        )
        self._marks.append(
            f'<rect class="bd {_style(series, False)}" x="{x0:.1f}" y="{y0:.1f}"'
            f' width="{max(x1 - x0, 0):.1f}" height="{max(y1 - y0, 0):.1f}"/>'
        )

    def fill(self, x: ArrayLike, y: ArrayLike, *, floor: float, series: int = 0) -> None:
        """The area between a curve and the level `floor`."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        px = self._px(np.concatenate([x, x[::-1]]))
        py = self._py(np.concatenate([y, np.full(len(x), floor)]))
        for piece in _pieces(px, py):
            self._marks.append(f'<polygon class="bd {_style(series, False)}" points="{piece}"/>')

    def rule(
        self,
        *,
        x: float | None = None,
        y: float | None = None,
        text: str = "",
        series: int | None = None,
    ) -> None:
        """A straight line across the panel at one x or one y, with an optional label at its end."""
        kind = "rl" if series is None else f"rl {_style(series, False)}"
        if x is not None and np.isfinite(self.x.fraction(x)):
            at = float(self._px(x))
            self._marks.append(f'<path class="{kind}" d="M{at:.1f} 0V{self.height:.1f}"/>')
            self._write(at + 4, 12, text)
        if y is not None and np.isfinite(self.y.fraction(y)):
            at = float(self._py(y))
            self._marks.append(f'<path class="{kind}" d="M0 {at:.1f}H{self.width:.1f}"/>')
            self._write(self.width - 4, at - 4, text, "end")

    def arrow(
        self,
        tail: tuple[float, float],
        tip: tuple[float, float],
        *,
        series: int = 0,
        ghost: bool = False,
    ) -> None:
        """An arrow between two points; nothing where it would be shorter than 2 pixels."""
        ends = np.array([self._px([tail[0], tip[0]]), self._py([tail[1], tip[1]])]).T
        shaft = ends[1] - ends[0]
        length = float(np.hypot(*shaft))
        if not np.isfinite(length) or length < 2:
            return
        unit = shaft / length
        side = np.array([-unit[1], unit[0]])
        back = ends[1] - unit * min(9, length)
        corners = [ends[1], back + side * 4, back - side * 4]
        kind = _style(series, ghost)
        self._marks.append(
            f'<path class="ln solid {kind}" d="M{_pair(ends[0])}L{_pair(back)}"/>'
            f'<polygon class="tip {kind}" points="{" ".join(_pair(c) for c in corners)}"/>'
        )

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", dy: float = 0) -> None:
        """Words at a point in data coordinates; `anchor` is start, middle or end."""
        self._write(float(self._px(x)), float(self._py(y)) + dy, text, anchor)

    def contours(self, x: ArrayLike, y: ArrayLike, z: ArrayLike, levels: Sequence[float]) -> None:
        """Contour lines of z, of shape (len(y), len(x)), at each level."""
        x, y, z = (np.ascontiguousarray(values, float) for values in (x, y, z))
        path = _contours(self, x.tobytes(), y.tobytes(), z.tobytes(), tuple(levels))
        self._marks.append(f'<path class="ct" d="{path}"/>')

    def image(self, address: str) -> None:
        """An image, such as `heat_map` makes, stretched over the whole panel."""
        self._marks.append(
            f'<image width="{self.width:g}" height="{self.height:g}" preserveAspectRatio="none"'
            f' href="{address}"/>'
        )

    def legend(
        self, entries: Sequence[tuple[str, int]], *, corner: str = "right", ghost: str = ""
    ) -> None:
        """A key of (name, series) in an upper corner; `ghost` names the pinned result.

        Each entry looks as its series does in the whole picture: thin where only thin lines are
        drawn, with a mark where marks are.
        """
        rows = [(name, series) for name, series in entries] + ([(ghost, None)] if ghost else [])
        longest = max(7.0 * len(name) for name, _ in rows)
        x0 = 8.0 if corner == "left" else self.width - 8 - longest - 28
        self._keys.extend(_Key(x0, 13 + 17 * i, *row) for i, row in enumerate(rows))

    def _write(self, px: float, py: float, text: str, anchor: str = "start") -> None:
        if text and np.isfinite([px, py]).all() and -9 <= px <= self.width + 9:
            py = float(np.clip(py, 11, self.height - 3))
            self._labels.append(
                f'<text class="tx" x="{px:.1f}" y="{py:.1f}" text-anchor="{anchor}">'
                f"{escape(text)}</text>"
            )

    def render(self, drawn: Set[tuple[str, int]] = frozenset()) -> str:
        """The panel as SVG text: frame, clipped marks, then labels on top.

        `drawn` says how each series is drawn in the picture, for the legend.
        """
        frame = _frame(self.width, self.height, self.x, self.y, self.title)
        return (
            f'<g transform="translate({self.left:g} {self.top:g})">{frame}'
            f'<svg role="none" width="{self.width:g}" height="{self.height:g}">'
            f"{''.join(self._marks)}</svg>"
            f"{''.join(self._labels)}{''.join(key.render(drawn) for key in self._keys)}</g>"
        )


@dataclass
class Picture:
    """A drawing of some panels, `width` by `height` pixels at 100 %; it shrinks with its column."""

    width: int = 660
    height: int = 300
    panels: list[Panel] = field(default_factory=list)
    banner: str = ""

    def panel(
        self,
        x: Axis,
        y: Axis,
        *,
        left: float = 58,
        top: float = 26,
        right: float = 12,
        bottom: float = 44,
        title: str = "",
    ) -> Panel:
        """Add a panel; the margins count from the picture's edges."""
        added = Panel(left, top, self.width - left - right, self.height - top - bottom, x, y, title)
        self.panels.append(added)
        return added

    def render(self, alt: str, *, alone: bool = False) -> str:
        """SVG text with `alt` as its text alternative; `alone` makes a file of its own."""
        drawn = set[tuple[str, int]]().union(*(panel._drawn for panel in self.panels))
        body = "".join(panel.render(drawn) for panel in self.panels)
        if self.banner:
            width = 9.5 * len(self.banner) + 24
            body += (
                f'<rect class="alarm" x="{(self.width - width) / 2:.0f}" y="30"'
                f' width="{width:.0f}" height="26" rx="4"/>'
                f'<text class="alarm-text" x="{self.width / 2:.0f}" y="48">'
                f"{escape(self.banner)}</text>"
            )
        space = ""
        if alone:
            space = ' xmlns="http://www.w3.org/2000/svg"'
            body = f'<style>{STYLE}</style><rect class="paper" width="100%" height="100%"/>{body}'
        return (
            f'<svg{space} class="lr-picture{" lr-alone" if alone else ""}" role="img"'
            f' width="{self.width}" height="{self.height}"'
            f' viewBox="0 0 {self.width} {self.height}" '
            f'aria-label="{escape(alt)}">{body}</svg>'
        )


@lru_cache(maxsize=256)
def _frame(w: float, h: float, x: Axis, y: Axis, title: str) -> str:
    """Border, grid, ticks, labels and title of a panel: all that does not depend on data."""
    xs, ys = x.fraction(x.places) * w, (1 - y.fraction(y.places)) * h
    grid = "".join(f"M{at:.1f} 0V{h:g}" for at in xs) + "".join(f"M0 {at:.1f}H{w:g}" for at in ys)
    parts = [f'<rect class="fr" width="{w:g}" height="{h:g}"/><path class="gr" d="{grid}"/>']
    parts += [
        f'<text class="tk" x="{at:.1f}" y="{h + 15:g}" text-anchor="middle">{number(value)}</text>'
        for at, value in zip(xs, x.places)
    ]
    parts += [
        f'<text class="tk" x="-6" y="{at + 4:.1f}" text-anchor="end">{number(value)}</text>'
        for at, value in zip(ys, y.places)
    ]
    if x.label:
        parts.append(f'<text class="ax" x="{w / 2:g}" y="{h + 34:g}">{escape(x.label)}</text>')
    if y.label:
        turn = f"translate(-44 {h / 2:g}) rotate(-90)"
        parts.append(f'<text class="ax" transform="{turn}">{escape(y.label)}</text>')
    if title:
        parts.append(f'<text class="tt" x="0" y="-9">{escape(title)}</text>')
    return "".join(parts)


@lru_cache(maxsize=64)
def _contours(panel: Panel, x: bytes, y: bytes, z: bytes, levels: tuple[float, ...]) -> str:
    """The lines of a panel's contours as SVG path text; most landscapes never change."""
    across, up, height = (np.frombuffer(values) for values in (x, y, z))
    lines = contourpy.contour_generator(across, up, height.reshape(len(up), len(across)))
    return "".join(
        "M" + "L".join(_pair(p) for p in np.column_stack([panel._px(c[:, 0]), panel._py(c[:, 1])]))
        for level in levels
        for c in cast("list[NDArray[np.float64]]", lines.lines(level))
    )


def heat_map(values: ArrayLike, *, colours: str = "cividis") -> str:
    """Values from 0 to 1, shape (rows, columns), first row lowest, as the address of an image."""
    buffer = io.BytesIO()
    imsave(buffer, colormaps[colours](np.asarray(values))[::-1], format="png")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _style(series: int, ghost: bool) -> str:
    return "ghost" if ghost else f"s{series % HUES}"


def _pair(point: NDArray[np.float64]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _bends(px: NDArray[np.float64], py: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The points without those half-way between their neighbours, which a line meets anyway.

    Rates are often straight for long, and every point costs time, here and in the browser.
    """
    x2, y2 = np.abs(np.diff(px, 2)), np.abs(np.diff(py, 2))
    kept = np.ones(len(px), bool)
    kept[1:-1] = ~((x2 < _STRAIGHT) & (y2 < _STRAIGHT))  # NaN, where a line is broken, is kept
    return px[kept], py[kept]


def _pieces(px: NDArray[np.float64], py: NDArray[np.float64]) -> list[str]:
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


def _marker(series: int, x: float, y: float, r: float) -> str:
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
