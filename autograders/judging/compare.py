"""Compares numbers with the tolerance that the contract promises."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..declare.returns import numbers_of
from ..protocol.codec import Foreign, Recipe

RELATIVE = 1e-6
ABSOLUTE = 1e-9
EXACT_ZERO = 1e-12


def excess(got: Any, want: Any, scale: float = 0.0) -> float:
    """How many tolerances a value lies from the wanted one: at most 1 is right.

    Values agree within a relative 1e-6, or an absolute 1e-9 of the largest rate or entry; an exact
    zero is compared within 1e-12 of the largest. Where the wanted value is not finite, any value
    that is not finite will do.
    """
    worst = 0.0
    for mine, theirs in zip(numbers_of(got), numbers_of(want)):
        if isinstance(theirs, str):
            worst = max(worst, 0.0 if mine == theirs else math.inf)
        elif isinstance(theirs, float):
            size = max(scale, abs(theirs)) if math.isfinite(theirs) else scale
            worst = max(worst, _excess_float(float(mine), theirs, size))
        else:
            worst = max(worst, _excess_array(np.asarray(mine), theirs, scale))
    return worst


def _excess_float(got: float, want: float, size: float) -> float:
    if not math.isfinite(want):
        return math.inf if math.isfinite(got) else 0.0
    if not math.isfinite(got):
        return math.inf
    gap = abs(got - want)
    if gap == 0:
        return 0.0
    room = max(RELATIVE * abs(want), ABSOLUTE * size) if want else EXACT_ZERO * size
    return gap / room if room else math.inf


def _excess_array(got: np.ndarray, want: np.ndarray, scale: float) -> float:
    if want.size == 0:
        return 0.0
    if (got == want).all():
        return 0.0
    finite = np.isfinite(want)
    if not np.array_equal(finite, np.isfinite(got)):
        return math.inf
    got, want = got[finite], want[finite]
    gap = np.abs(got - want)
    if not gap.any():
        return 0.0
    size = float(np.abs(want).max()) or scale
    room = np.where(
        want == 0, EXACT_ZERO * size, np.maximum(RELATIVE * np.abs(want), ABSOLUTE * size)
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return float(np.nanmax(np.where(gap == 0, 0.0, gap / room)))


def shapes_differ(got: Any, want: Any) -> str:
    got, want = numbers_of(got), numbers_of(want)
    if len(got) != len(want):
        return f"expected {len(want)} values, got {len(got)}"
    for number, (mine, theirs) in enumerate(zip(got, want)):
        if np.shape(mine) != np.shape(theirs):
            which = f" in result {number + 1}" if len(want) > 1 else ""
            if np.ndim(theirs) == np.ndim(mine) == 1:
                return f"expected {np.size(theirs)} numbers, got {np.size(mine)}{which}"
            return f"expected the shape {np.shape(theirs)}, got {np.shape(mine)}{which}"
    return ""


def same_data(before: Any, after: Any) -> bool:
    """Equal bit for bit, as data; NaN equals NaN, and what a recipe made has no data to compare."""
    if isinstance(before, Recipe):
        return isinstance(after, Foreign)
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and before.tobytes() == after.tobytes()
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(same_data, before, after))
    if isinstance(before, dict):
        return list(before) == list(after) and all(same_data(before[k], after[k]) for k in before)
    return bool(before == after) or (before != before and after != after)


def holds_array(value: Any) -> bool:
    """Whether a value is an array or a list, tuple or dict with one somewhere in it."""
    if isinstance(value, np.ndarray):
        return True
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, (list, tuple)) and any(map(holds_array, value))


def size_of(value: Any) -> float:
    try:
        array = np.abs(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        return 0.0
    finite = array[np.isfinite(array)]
    return float(finite.max()) if finite.size else 0.0


def scale_of(arguments: Mapping[str, Any], sized_by: Iterable[str] | float) -> float:
    """What an absolute tolerance is a share of: the largest of these arguments, or a number."""
    if isinstance(sized_by, float):
        return sized_by
    sized = [arguments[name] for name in sized_by if name in arguments]
    return max((size_of(value) for value in sized), default=0.0)
