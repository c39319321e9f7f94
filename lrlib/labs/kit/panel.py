"""A panel of a picture, and what can be drawn in it, as SVG text."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib.labs.kit.axis import Axis, number
from lrlib.labs.kit.contour import contour_lines
from lrlib.labs.kit.paths import bends, marker, pair, pieces
from lrlib.labs.kit.theme import HUES

LAYERS = ("frame", "ground", "marks", "labels")
_FAR = 1e5  # pixels: beyond this an SVG coordinate is clamped, so that a diverged run still draws


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
                path = marker(self.series, self.x + 11, self.y, 3.5)
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
    _ground: list[str] = field(default_factory=list, compare=False, repr=False)
    _marks: list[str] = field(default_factory=list, compare=False, repr=False)
    _labels: list[str] = field(default_factory=list, compare=False, repr=False)
    drawn: set[tuple[str, int]] = field(default_factory=set, compare=False, repr=False)
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
            self.drawn.add(("thin" if thin else "line", series))
        kind = f"ln {_style(series, ghost)}{' thin' * thin}{' solid' * solid}"
        for piece in pieces(*bends(px, py)):
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
                self.drawn.add(("mark", series))
            path = "".join(marker(series, a, b, size) for a, b in zip(px[shown], py[shown]))
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
        for piece in pieces(px, py):
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
            f'<path class="ln solid {kind}" d="M{pair(ends[0])}L{pair(back)}"/>'
            f'<polygon class="tip {kind}" points="{" ".join(pair(c) for c in corners)}"/>'
        )

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", dy: float = 0) -> None:
        """Words at a point in data coordinates; `anchor` is start, middle or end."""
        self._write(float(self._px(x)), float(self._py(y)) + dy, text, anchor)

    def contours(self, x: ArrayLike, y: ArrayLike, z: ArrayLike, levels: Sequence[float]) -> None:
        """Contour lines of z, of shape (len(y), len(x)), at each level."""
        x, y, z = (np.ascontiguousarray(values, float) for values in (x, y, z))
        path = _contours(self, x.tobytes(), y.tobytes(), z.tobytes(), tuple(levels))
        self._ground.append(f'<path class="ct" d="{path}"/>')

    def image(self, address: str) -> None:
        """An image, such as `heat_map` makes, stretched over the whole panel."""
        self._ground.append(
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

    def layers(self, drawn: Set[tuple[str, int]] = frozenset()) -> dict[str, str]:
        """The panel as SVG text from the back to the front: frame, ground, marks and labels.

        `drawn` says how each series is drawn in the picture, for the legend. The ground, contours
        and images, stays in most changes of a lab, and so does the frame.
        """
        texts = (
            _frame(self.width, self.height, self.x, self.y, self.title),
            "".join(self._ground),
            "".join(self._marks),
            "".join([*self._labels, *(key.render(drawn) for key in self._keys)]),
        )
        return dict(zip(LAYERS, texts))


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
    height = height.reshape(len(up), len(across))
    return "".join(
        "M" + "L".join([f"{a:.1f} {b:.1f}" for a, b in zip(px.tolist(), py.tolist())])
        for level in levels
        for line in contour_lines(across, up, height, level)
        for px, py in [(panel._px(line[:, 0]), panel._py(line[:, 1]))]
    )


def _style(series: int, ghost: bool) -> str:
    return "ghost" if ghost else f"s{series % HUES}"
