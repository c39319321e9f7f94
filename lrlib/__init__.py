"""The learning-rate library: schedules, optimizers, problems, data, training, figures and labs.

Everything is reached lazily: `import lrlib` costs next to nothing, and `lrlib.StepDecay`,
`lrlib.optimizers.Adam` or `lrlib.figures` load their module when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_MODULES = (
    "schedules",
    "optimizers",
    "problems",
    "data",
    "training",
    "figures",
    "labs",
    "style",
    "bridge",
)
_NAMES = {
    "schedules": [
        "Schedule",
        "Constant",
        "StepDecay",
        "ScheduledDrop",
        "ExponentialDecay",
        "PolynomialDecay",
        "InverseTimeDecay",
        "InverseSqrt",
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
    ],
    "optimizers": [
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
    ],
    "training": ["train", "sweep", "range_test", "study"],
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [*_MODULES, *_HOME]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"lrlib.{name}")
    if name in _HOME:
        return getattr(import_module(f"lrlib.{_HOME[name]}"), name)
    raise AttributeError(f"lrlib has no {name!r}; dir(lrlib) lists what it has")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
