"""The live labs: one function each, which returns the lab and loads on first use."""

from contextlib import suppress
from importlib import import_module
from typing import Any

_LABS = {
    "rate_preview": "preflight",
    "step_marble": "marble",
    "mode_bars": "modes",
    "noise_floor": "floor",
    "drag_the_drops": "drops",
    "same_ends": "ends",
    "counter_stepper": "plateau",
    "phase_map": "phase",
    "effective_rate_bars": "effective",
    "adam_anatomy": "anatomy",
    "finder": "range_finder",
    "triangle_anatomy": "triangle",
    "schedule_designer": "designer",
    "edge_of_stability": "edge",
    "spike_maker": "spike",
    "results_board": "board",
    "playground": "play",
}
__all__ = list(_LABS)


def __getattr__(name: str) -> Any:
    if name not in _LABS:
        raise AttributeError(f"there is no lab {name!r}; the labs are {', '.join(__all__)}")
    with suppress(ImportError):
        import_module(f"{__name__}.kit.jupyter")  # with ipywidgets, labs show as widgets
    found = getattr(import_module(f"{__name__}.{_LABS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
