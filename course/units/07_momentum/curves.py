"""Read the curves: four recorded runs for unit 07."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (5, 69, 90, 78)
CURVES = curves(UNIT, RUNS)
