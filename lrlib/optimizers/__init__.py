"""Optimizers: frozen hyper-parameters with a pure `init` and `update`."""

from lrlib.optimizers.adam import Adam, AdamW, AMSGrad, Lion, NAdam
from lrlib.optimizers.adaptive import AdaDelta, AdaGrad, RMSprop
from lrlib.optimizers.base import SGD, Optimizer, stack
from lrlib.optimizers.groups import Groups
from lrlib.optimizers.in_place import in_place
from lrlib.optimizers.layerwise import LAMB, LARS
from lrlib.optimizers.matrix import SOAP, Muon, Shampoo, orthogonalise
from lrlib.optimizers.momentum import Momentum, Nesterov
from lrlib.optimizers.reactive import (
    DoG,
    Hypergradient,
    PolyakStep,
    Prodigy,
    ReactiveRate,
    ReduceOnPlateau,
)
from lrlib.optimizers.schedule_free import ScheduleFreeAdamW, ScheduleFreeSGD
from lrlib.optimizers.stability import EMA, Clipped, LossScale, clip_by_global_norm

__all__ = [
    "Optimizer",
    "SGD",
    "Momentum",
    "Nesterov",
    "AdaGrad",
    "RMSprop",
    "AdaDelta",
    "Adam",
    "AdamW",
    "AMSGrad",
    "NAdam",
    "Lion",
    "ReactiveRate",
    "ReduceOnPlateau",
    "PolyakStep",
    "Hypergradient",
    "DoG",
    "Prodigy",
    "ScheduleFreeSGD",
    "ScheduleFreeAdamW",
    "LARS",
    "LAMB",
    "Muon",
    "Shampoo",
    "SOAP",
    "Clipped",
    "EMA",
    "Groups",
    "LossScale",
    "orthogonalise",
    "clip_by_global_norm",
    "stack",
    "in_place",
]
