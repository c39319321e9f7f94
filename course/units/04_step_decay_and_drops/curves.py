"""Read the curves: four recorded runs for unit 04."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (15, 54, 51, 49)
CURVES = curves(UNIT, RUNS)
