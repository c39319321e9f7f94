"""The frameworks, imported when asked for, with an error that says what to install."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from lrlib import _check as check
from lrlib.schedules import Schedule

INSTALL = {
    "torch": "pip install torch (on Linux without a graphics card first see pytorch.org, "
    "'Get started', for the CPU build: the ordinary one brings several GB)",
    "keras": "pip install keras, and name what it should compute with before it is imported: "
    "os.environ['KERAS_BACKEND'] = 'torch' (or 'jax', or 'tensorflow')",
    "jax": "pip install jax optax",
    "optax": "pip install jax optax",
    "schedulefree": "pip install torch schedulefree",
    "prodigyopt": "pip install torch prodigyopt",
}


def needed(name: str) -> Any:
    """The module of a framework; `ImportError` with what to install where it is missing."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"This part of lrlib.bridge needs {name}, which cannot be imported here ({error}). "
            f"Try {INSTALL[name.split('.')[0]]}."
        ) from error


def one_schedule(name: str, value: Any) -> Schedule:
    """A schedule, or `TypeError`."""
    if not isinstance(value, Schedule):
        hint = "For a fixed rate, try Constant(lr)."
        raise TypeError(check.complaint(name, "a schedule of lrlib", value, hint))
    return value


def schedules_for(groups: int, value: Schedule | Sequence[Schedule]) -> tuple[Schedule, ...]:
    """One schedule for each of so many parameter groups."""
    if isinstance(value, Schedule):
        return (value,) * groups
    schedules = check.sequence("schedule", value, one_schedule)
    if len(schedules) != groups:
        raise ValueError(
            f"schedule should be one schedule, or one for each of the optimizer's {groups} "
            f"parameter groups, but there are {len(schedules)}."
        )
    return schedules
