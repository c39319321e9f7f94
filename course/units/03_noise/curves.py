"""Read the curves: four recorded runs for unit 03."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (7, 48, 13, 4)
CURVES = curves(UNIT, RUNS)
