"""Contour lines of a landscape on a grid, by marching squares, and colour maps as images."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Every sixteenth colour of cividis (J. Nuñez, C. Anderton and R. Renslow, 2018), which readers who
# see no difference of red and green see as others do; between them it is straight enough.
_CIVIDIS = np.array(
    [
        [0, 34, 78],
        [0, 46, 106],
        [26, 56, 111],
        [50, 67, 109],
        [67, 78, 108],
        [83, 90, 109],
        [97, 101, 111],
        [111, 112, 115],
        [125, 124, 120],
        [139, 135, 120],
        [154, 147, 118],
        [170, 160, 115],
        [187, 173, 109],
        [204, 186, 100],
        [221, 200, 88],
        [239, 215, 72],
        [254, 232, 56],
    ],
    float,
)
# Which edges of a cell (0 below, 1 right, 2 above, 3 left) a line joins, by which corners are high:
# 1 for the lower left, 2 the lower right, 4 the upper right, 8 the upper left. The two cells whose
# diagonal corners are high stand for a high middle; where the middle is low they are exchanged.
_JOINED: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    5: ((0, 1), (2, 3)),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((0, 2),),
    10: ((3, 0), (1, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}
_SADDLES = (5, 10)


def contour_lines(
    x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64], level: float
) -> Iterator[NDArray[np.float64]]:
    """The lines on which z, of shape (len(y), len(x)), has the value `level`: arrays (points, 2).

    Between two points of the grid z is taken as straight. A closed line ends where it began.
    """
    rows, columns = len(y), len(x)
    high = z >= level
    case = high[:-1, :-1] + 2 * high[:-1, 1:] + 4 * high[1:, 1:] + 8 * high[1:, :-1]
    middle = (z[:-1, :-1] + z[:-1, 1:] + z[1:, 1:] + z[1:, :-1]) / 4
    case = np.where(np.isin(case, _SADDLES) & (middle < level), 15 - case, case)
    next_to: dict[int, list[int]] = {}
    upright = rows * columns  # the edges that run up are counted after those that run right
    for i, j in np.argwhere((case > 0) & (case < 15)).tolist():
        here = i * columns + j
        edges = (here, upright + here + 1, here + columns, upright + here)
        for a, b in _JOINED[int(case[i, j])]:
            next_to.setdefault(edges[a], []).append(edges[b])
            next_to.setdefault(edges[b], []).append(edges[a])
    flat = z.ravel()
    for line in _chains(next_to):
        at = np.array(line)
        up = at >= upright
        low = np.where(up, at - upright, at)
        other = low + np.where(up, columns, 1)
        share = (level - flat[low]) / (flat[other] - flat[low])
        (y0, x0), (y1, x1) = ((y[k // columns], x[k % columns]) for k in (low, other))
        yield np.stack([x0 + share * (x1 - x0), y0 + share * (y1 - y0)], axis=1)


def _chains(next_to: dict[int, list[int]]) -> Iterator[list[int]]:
    """Every line of edges once: the open ones from an end, then the closed ones."""
    ends = [edge for edge, others in next_to.items() if len(others) == 1]
    for start in [*ends, *next_to]:
        if not next_to[start]:
            continue
        line = [start]
        while others := next_to[line[-1]]:
            after = others.pop()
            next_to[after].remove(line[-1])
            line.append(after)
        yield line


def heat_map(values: ArrayLike) -> str:
    """Values from 0 to 1, shape (rows, columns), first row lowest, as the address of an image."""
    shade = np.clip(np.asarray(values, float)[::-1] * 255, 0, 255).round().astype(np.uint8)
    at = np.linspace(0, len(_CIVIDIS) - 1, 256)
    palette = [np.interp(at, np.arange(len(_CIVIDIS)), channel) for channel in _CIVIDIS.T]
    rows, columns = shade.shape
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), shade], axis=1)  # 0: no line filter
    png = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        (b"PLTE", np.stack(palette, axis=1).round().astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ):
        sum_of_it = struct.pack(">I", zlib.crc32(kind + data))
        png += struct.pack(">I", len(data)) + kind + data + sum_of_it
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
