"""The live labs: one function each, which returns the widget and loads on first use."""

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
}
__all__ = list(_LABS)


def __getattr__(name: str) -> Any:
    if name not in _LABS:
        raise AttributeError(f"there is no lab {name!r}; the labs are {', '.join(__all__)}")
    found = getattr(import_module(f"{__name__}.{_LABS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
