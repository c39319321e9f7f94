"""Read the curves: four recorded runs for unit 12."""

from __future__ import annotations

from ...shared.curves import curves
from . import UNIT

RUNS = (149, 24, 148, 117)
CURVES = curves(UNIT, RUNS)
