"""Learning-rate schedules: pure functions of the number of updates already made."""

from lrlib.schedules import base, cyclical, decay, warmup
from lrlib.schedules.base import *
from lrlib.schedules.cyclical import *
from lrlib.schedules.decay import *
from lrlib.schedules.warmup import *

__all__: list[str] = []
__all__ += base.__all__
__all__ += decay.__all__
__all__ += cyclical.__all__
__all__ += warmup.__all__
