"""Static figures, one for each idea of the course, each with a text alternative.

Every function computes what it shows, takes `dark=True` for dark surroundings, and returns a
Matplotlib Figure; `alt(figure)` is the text for those who cannot see it, and `svg(figure)` the
picture with that text inside.
"""

from lrlib.figures.base import alt, svg
from lrlib.figures.first_steps import (
    early_and_late_drop,
    fixed_rates,
    noise_floor,
    stability,
    usable_band,
)
from lrlib.figures.rates import (
    cycles,
    drops,
    modern_recipe,
    one_cycle,
    plateau,
    range_test_curve,
    schedule_curves,
    smooth_decays,
)
from lrlib.figures.recorded import runs_figure, trace_figure
from lrlib.figures.studies import study_figure
from lrlib.figures.updates import (
    adam_first_updates,
    edge_of_stability,
    effective_rates,
    momentum_map,
    momentum_paths,
    rotated_ravine,
    schedule_free,
)

__all__ = [
    "adam_first_updates",
    "alt",
    "cycles",
    "drops",
    "early_and_late_drop",
    "edge_of_stability",
    "effective_rates",
    "fixed_rates",
    "modern_recipe",
    "momentum_map",
    "momentum_paths",
    "noise_floor",
    "one_cycle",
    "plateau",
    "range_test_curve",
    "rotated_ravine",
    "runs_figure",
    "schedule_curves",
    "schedule_free",
    "smooth_decays",
    "stability",
    "study_figure",
    "svg",
    "trace_figure",
    "usable_band",
]

UNITS = {
    "01_fixed_rate": (fixed_rates, usable_band),
    "02_stability": (stability,),
    "03_noise": (noise_floor,),
    "04_step_decay_and_drops": (drops, early_and_late_drop),
    "05_smooth_decay": (smooth_decays,),
    "06_plateau": (plateau,),
    "07_momentum": (momentum_paths, momentum_map),
    "08_adagrad_rmsprop": (effective_rates, rotated_ravine),
    "09_adam": (adam_first_updates,),
    "10_range_test": (range_test_curve,),
    "11_cyclical": (cycles, one_cycle),
    "12_modern_recipe": (modern_recipe,),
    "13_frontier": (edge_of_stability, schedule_free),
}
"""The figures that belong to each unit; each stands in for that unit's live lab."""
