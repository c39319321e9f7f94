"""Optimizers: frozen hyper-parameters with a pure `init` and `update`."""

from lrlib.optimizers import (
    adam,
    adaptive,
    base,
    groups,
    layerwise,
    matrix,
    momentum,
    reactive,
    schedule_free,
    stability,
)
from lrlib.optimizers.adam import *
from lrlib.optimizers.adaptive import *
from lrlib.optimizers.base import *
from lrlib.optimizers.groups import *
from lrlib.optimizers.in_place import in_place
from lrlib.optimizers.layerwise import *
from lrlib.optimizers.matrix import *
from lrlib.optimizers.momentum import *
from lrlib.optimizers.reactive import *
from lrlib.optimizers.schedule_free import *
from lrlib.optimizers.stability import *

__all__ = ["in_place"]  # a function with the name of its module
__all__ += base.__all__
__all__ += momentum.__all__
__all__ += adaptive.__all__
__all__ += adam.__all__
__all__ += reactive.__all__
__all__ += schedule_free.__all__
__all__ += layerwise.__all__
__all__ += matrix.__all__
__all__ += groups.__all__
__all__ += stability.__all__
