"""Read the curves: four recorded runs for unit 14."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (70, 151, 79, 64)
CURVES = curves(UNIT, RUNS)
