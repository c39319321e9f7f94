"""Read the curves: four recorded runs for unit 10."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (104, 135, 107, 110)
CURVES = curves(UNIT, RUNS)
