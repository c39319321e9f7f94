"""The reference: the area under a curve, from samples and from the function itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def trapezoid(y: Sequence[float] | np.ndarray, dx: float) -> float:
    """The trapezoidal rule, `dx * (y[0]/2 + y[1] + ... + y[n-1] + y[n]/2)`; 0 for one sample."""
    y = np.asarray(y, dtype=float)
    return float(dx * (y[1:] + y[:-1]).sum() / 2)


def midpoint(f: Callable[[float], float], a: float, b: float, n: int) -> float:
    """The midpoint rule with `n` strips of equal width from `a` to `b`: each at its middle."""
    if n < 1:
        raise ValueError(f"expected at least one strip, got n = {n}")
    width = (b - a) / n
    return float(width * sum(f(a + (k + 0.5) * width) for k in range(n)))
