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
_TRAINING = ("train", "sweep", "range_test", "study")


def _classes() -> dict[str, Any]:
    """Every schedule and optimizer by its name: what their packages export, without functions."""
    found: dict[str, Any] = {}
    for package in map(import_module, ("lrlib.schedules", "lrlib.optimizers")):
        found |= {name: getattr(package, name) for name in package.__all__ if name[0].isupper()}
    return found


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"lrlib.{name}")
    if name in _TRAINING:
        return getattr(import_module("lrlib.training"), name)
    if name == "__all__":
        return [*_MODULES, *_classes(), *_TRAINING]
    # Other names are asked for while a package of lrlib is being imported, and must not load it.
    if name[0].isupper() and name in (classes := _classes()):
        return classes[name]
    raise AttributeError(f"lrlib has no {name!r}; dir(lrlib) lists what it has")


def __dir__() -> list[str]:
    return sorted([*globals(), *__getattr__("__all__")])
