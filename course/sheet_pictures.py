"""Small pictures as SVG text: rates over time, paths in a valley, and how units depend on units."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from lrlib.optimizers import Optimizer, PolyakStep, ReduceOnPlateau
from lrlib.schedules import Schedule

from .techniques import Technique

LINE, FAINT, TEXT, PAPER = "#0072B2", "#8a8a8a", "#222222", "#ffffff"
WIDTH, HEIGHT, PAD = 260, 110, 12
STEPS = 60
SLOPES = np.array([1.0, 10.0])
START = np.array([4.0, 1.2])


def picture(item: Technique) -> tuple[str, str]:
    """A technique's picture and its text alternative."""
    name, example = item.class_name, item.example
    if isinstance(example, Schedule):
        rates = np.asarray(example(np.arange(STEPS)))
        return _curve(rates, f"{name}: the rate over {STEPS} updates"), _told(rates)
    if isinstance(example, ReduceOnPlateau):
        rates = _plateau_rates(example)
        return _curve(rates, f"{name}: the rate over 60 looks at a loss"), _told(rates)
    path = _path(item)
    end = np.round(path[-1], 1) + 0.0
    far = float(np.hypot(*path[-1]))
    alt = (
        f"Twelve updates in a valley from (4, 1.2) to ({end[0]:.1f}, {end[1]:.1f}), "
        f"{far:.1f} from the lowest point"
    )
    return _valley(path, f"{name}: twelve updates in a valley"), alt


def _told(rates: np.ndarray) -> str:
    change = np.diff(rates)
    first, last = f"{rates[0]:.2f}", f"{rates[-1]:.2f}"
    if not np.any(change):
        return f"Rate over time, level at {first}"
    if (change <= 0).all():
        return f"Rate over time, falling from {first} to {last}"
    if (change >= 0).all():
        return f"Rate over time, rising from {first} to {last} and level from there on"
    climbs = int(np.sum(np.diff(np.concatenate([[False], change > 1e-12]).astype(int)) == 1))
    times = "once" if climbs == 1 else f"{climbs} times"
    return f"Rate over time, from {first} to {last}: it rises {times}, and falls after each"


def _plateau_rates(rule: ReduceOnPlateau) -> np.ndarray:
    state, rates = rule.init(1.0), []
    for k in range(STEPS):
        state = rule.update(np.exp(-min(k, 20) / 8) + np.exp(-min(k, 40) / 30), state)
        rates.append(state.lr)
    return np.array(rates)


def _path(item: Technique) -> np.ndarray:
    """Twelve updates of an optimizer, or of SGD at the rate that a Polyak step gives."""
    path, w, rule = [START], START, item.example
    if isinstance(rule, PolyakStep):
        for _ in range(12):
            loss, grad = float(SLOPES @ w**2 / 2), SLOPES * w
            w = w - rule.rate(loss, grad) * grad
            path.append(w)
        return np.array(path)
    assert isinstance(rule, Optimizer)
    state = rule.init(w)
    for _ in range(12):
        w, state = rule.update(w, SLOPES * w, state, item.rate)
        path.append(w)
    return np.array(path)


def _curve(rates: np.ndarray, title: str) -> str:
    t = np.arange(len(rates))
    for jump in np.flatnonzero(np.abs(np.diff(rates)) > 0.2)[::-1]:  # a jump is drawn upright
        t, rates = np.insert(t, jump + 1, t[jump + 1]), np.insert(rates, jump + 1, rates[jump])
    x = PAD + (WIDTH - 2 * PAD) * t / t[-1]
    y = HEIGHT - PAD - (HEIGHT - 2 * PAD) * rates / max(1.0, float(rates.max()))
    return _svg(
        title,
        _axis(PAD, HEIGHT - PAD, WIDTH - PAD, HEIGHT - PAD) + _axis(PAD, PAD, PAD, HEIGHT - PAD),
        _line(x, y),
    )


def _valley(path: np.ndarray, title: str) -> str:
    def x(values: Any) -> Any:
        return WIDTH / 2 + np.asarray(values) * 26.0

    def y(values: Any) -> Any:
        return HEIGHT / 2 - np.asarray(values) * 34.0

    rings = "".join(
        f'<ellipse cx="{x(0.0):.0f}" cy="{y(0.0):.0f}" rx="{26 * r:.0f}" '
        f'ry="{34 * r / 10**0.5:.0f}" fill="none" stroke="{FAINT}" stroke-width="0.7"/>'
        for r in (1.0, 2.5, 4.0)
    )
    shown = np.clip(path, [-4.6, -1.4], [4.6, 1.4])
    dots = "".join(
        f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="2.2" fill="{LINE}"/>' for a, b in shown
    )
    return _svg(title, rings, _line(x(shown[:, 0]), y(shown[:, 1])) + dots)


def _axis(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{FAINT}"/>'


def _line(x: Any, y: Any) -> str:
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y))
    return f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="2"/>'


def _svg(title: str, *parts: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>{"".join(parts)}</svg>\n'
    )


# The map


BOX, LANE, GAP, HIGH, DROP = 232, 16, 18, 44, 44
LETTERS, LEADING = 27, 16  # as many letters fit beside the number of a box


def dependency_map(boxes: Sequence[tuple[str, str]], arrows: Mapping[str, Sequence[str]]) -> str:
    """Units in rows by how much they build on, with an arrow from each to those that need it.

    An arrow that passes a row has a lane of its own there, so that it crosses no box.
    """
    depth: dict[str, int] = {}
    for number, _ in boxes:
        depth[number] = 1 + max((depth[need] for need in arrows[number]), default=-1)
    rows: list[list[tuple[str, ...]]] = [[] for _ in range(max(depth.values()) + 1)]
    came: dict[tuple[tuple[str, ...], int], list[tuple[str, ...]]] = {}
    for number, _ in boxes:
        rows[depth[number]].append((number,))
        for need in arrows[number]:
            before: tuple[str, ...] = (need,)
            for row in range(depth[need] + 1, depth[number]):
                lane = (need, number)
                rows[row].append(lane)
                came[lane, row] = [before]
                before = lane
            came.setdefault(((number,), depth[number]), []).append(before)
    centre = _places(rows, came)
    width = max(x + (BOX if len(item) == 1 else LANE) / 2 for (item, _), x in centre.items()) + GAP
    height = len(rows) * (HIGH + DROP) - DROP + 2 * GAP
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
        f' markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{FAINT}"/></marker>'
        "</defs>"
    )
    lines = [
        _arrow([centre[(need,), depth[need]]]
               + [centre[(need, number), row] for row in range(depth[need] + 1, depth[number])]
               + [centre[(number,), depth[number]]], depth[need])
        for number, needs in arrows.items() for need in needs
    ]  # fmt: skip
    drawn = []
    for number, title in boxes:
        x, y = centre[(number,), depth[number]] - BOX / 2, GAP + depth[number] * (HIGH + DROP)
        words = textwrap.wrap(title, LETTERS)
        first = y + HIGH / 2 + 5 - LEADING * (len(words) - 1) / 2
        said = "".join(
            f'<tspan x="{x + 32:.0f}" y="{first + LEADING * n:.0f}">{escape(line)}</tspan>'
            for n, line in enumerate(words)
        )
        drawn.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX}" height="{HIGH}" rx="6" fill="#eaf3f9"'
            f' stroke="{LINE}"/><text font-family="sans-serif" font-size="13" fill="{TEXT}">'
            f'<tspan x="{x + 9:.0f}" y="{y + HIGH / 2 + 5:.0f}" font-weight="bold">{number}</tspan>'
            f" {said}</text>"
        )
    return _svg(
        "Which unit builds on which", tip, *lines, *drawn, width=int(width), height=int(height)
    )


def _places(
    rows: list[list[tuple[str, ...]]],
    came: Mapping[tuple[tuple[str, ...], int], Sequence[tuple[str, ...]]],
) -> dict[tuple[tuple[str, ...], int], float]:
    """The centre of each box and lane: below what it comes from, row by row."""
    sizes = [sum((BOX if len(item) == 1 else LANE) + GAP for item in row) for row in rows]
    centre: dict[tuple[tuple[str, ...], int], float] = {}
    for row, items in enumerate(rows):

        def wish(item: tuple[str, ...], row: int = row) -> float:
            above = [centre[before, row - 1] for before in came.get((item, row), [])]
            return sum(above) / len(above) if above else 0.0

        left = (max(sizes) - sizes[row]) / 2 + GAP
        for item in sorted(items, key=wish):
            wide = BOX if len(item) == 1 else LANE
            centre[item, row] = left + wide / 2
            left += wide + GAP
    return centre


def _arrow(xs: Sequence[float], row: int) -> str:
    """A curve from under a box, through its lanes, to the top of another."""
    path = ""
    for n, (x1, x2) in enumerate(pairwise(xs)):
        top = GAP + (row + n) * (HIGH + DROP) + HIGH
        end = top + DROP - (3 if n == len(xs) - 2 else 0)
        path += f"{'L' if n else 'M'}{x1:.0f},{top:.0f} C{x1:.0f},{top + DROP / 2:.0f} "
        path += f"{x2:.0f},{end - DROP / 2:.0f} {x2:.0f},{end:.0f} "
    return (
        f'<path d="{path.strip()}" fill="none" stroke="{FAINT}" stroke-width="1.5"'
        ' marker-end="url(#tip)"/>'
    )
