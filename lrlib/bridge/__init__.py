"""Schedules and optimizers of lrlib in PyTorch, Keras and Optax, and an audit of training loops.

Nothing of a framework is imported before it is asked for: `to_torch` imports PyTorch, `to_keras`
Keras, `to_optax` JAX and Optax. Where it is missing, the error says what to install.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "to_torch": "in_torch",
    "from_torch": "in_torch",
    "to_keras": "in_keras",
    "to_optax": "in_optax",
    "optimizer": "calls",
    "snippet": "calls",
    "no_equal": "calls",
    "pattern": "calls",
    "parse": "text",
    "audit": "audit",
    "watch": "audit",
    "compare": "comparing",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name == "audit":
        return import_module("lrlib.bridge.audit")
    if name in _HOME:
        return getattr(import_module(f"lrlib.bridge.{_HOME[name]}"), name)
    raise AttributeError(f"lrlib.bridge has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
