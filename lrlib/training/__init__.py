"""Training: one run, a sweep of many, the range test, and contests at equal budget."""

from lrlib.training.finder import RangeTest, range_test, range_test_rates, smooth, suggest_lr
from lrlib.training.harness import Budget, Contest, OverBudget
from lrlib.training.loop import Run, plan_rates, train
from lrlib.training.sweeps import Sweep, sweep
from lrlib.training.verdicts import compare, tune

__all__ = [
    "Budget",
    "Contest",
    "OverBudget",
    "compare",
    "tune",
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
