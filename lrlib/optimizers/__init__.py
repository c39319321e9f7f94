"""Optimizers: frozen hyper-parameters with a pure `init` and `update`."""

from lrlib.optimizers.adam import Adam, AdamW
from lrlib.optimizers.adaptive import AdaGrad, RMSprop
from lrlib.optimizers.base import SGD, Optimizer
from lrlib.optimizers.momentum import Momentum, Nesterov

__all__ = [
    "Optimizer",
    "SGD",
    "Momentum",
    "Nesterov",
    "AdaGrad",
    "RMSprop",
    "Adam",
    "AdamW",
]
