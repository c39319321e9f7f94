"""Read the curves: four recorded runs for unit 11."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (95, 67, 27, 126)
CURVES = curves(UNIT, RUNS)
