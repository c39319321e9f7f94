"""Read the curves: four recorded runs for unit 01."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (39, 9, 6, 1)
CURVES = curves(UNIT, RUNS)
