"""Read the curves: four recorded runs for unit 05."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (31, 53, 66, 0)
CURVES = curves(UNIT, RUNS)
