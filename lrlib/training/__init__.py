"""Training: one run, a sweep of many, the range test, contests at equal budget, and studies."""

from lrlib.training.finder import RangeTest, range_test, range_test_rates, smooth, suggest_lr
from lrlib.training.findings import Study
from lrlib.training.harness import Budget, Contest, OverBudget
from lrlib.training.intervals import (
    Interval,
    bootstrap_interval,
    mean_interval,
    paired_interval,
    student_t,
)
from lrlib.training.loop import Run, plan_rates, train
from lrlib.training.studies import Method, nearest_rung, rung, study, three_parts
from lrlib.training.sweeps import Sweep, sweep
from lrlib.training.verdicts import compare, tune

__all__ = [
    "Budget",
    "Contest",
    "Interval",
    "Method",
    "OverBudget",
    "RangeTest",
    "Run",
    "Study",
    "Sweep",
    "bootstrap_interval",
    "compare",
    "mean_interval",
    "nearest_rung",
    "paired_interval",
    "plan_rates",
    "range_test",
    "range_test_rates",
    "rung",
    "smooth",
    "student_t",
    "study",
    "suggest_lr",
    "sweep",
    "three_parts",
    "train",
    "tune",
]
