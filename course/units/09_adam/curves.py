"""Read the curves: four recorded runs for unit 09."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (47, 140, 101, 132)
CURVES = curves(UNIT, RUNS)
