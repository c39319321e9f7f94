"""Read the curves: four recorded runs for unit 06."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (21, 10, 18, 57)
CURVES = curves(UNIT, RUNS)
