"""Training: one run, a sweep of many runs at once, and the learning-rate range test."""

from lrlib.training.finder import RangeTest, range_test, range_test_rates, smooth, suggest_lr
from lrlib.training.loop import Run, plan_rates, train
from lrlib.training.sweeps import Sweep, sweep

__all__ = [
    "RangeTest",
    "Run",
    "Sweep",
    "plan_rates",
    "range_test",
    "range_test_rates",
    "smooth",
    "suggest_lr",
    "sweep",
    "train",
]
