"""Learning-rate schedules: pure functions of the number of updates already made."""

from lrlib.schedules.base import Constant, Join, Product, Schedule
from lrlib.schedules.cyclical import (
    CosineRestarts,
    ExpRange,
    OneCycle,
    OneCycleMomentum,
    Triangular,
    Triangular2,
)
from lrlib.schedules.decay import (
    CosineDecay,
    ExponentialDecay,
    InverseSqrt,
    InverseTimeDecay,
    Linear,
    PolynomialDecay,
    ScheduledDrop,
    StepDecay,
)
from lrlib.schedules.warmup import WSD, Warmup

__all__ = [
    "Schedule",
    "Constant",
    "StepDecay",
    "ScheduledDrop",
    "ExponentialDecay",
    "InverseTimeDecay",
    "InverseSqrt",
    "PolynomialDecay",
    "Linear",
    "CosineDecay",
    "Triangular",
    "Triangular2",
    "ExpRange",
    "CosineRestarts",
    "OneCycle",
    "OneCycleMomentum",
    "Warmup",
    "WSD",
    "Join",
    "Product",
]
