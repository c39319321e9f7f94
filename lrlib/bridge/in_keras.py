"""Schedules of lrlib as Keras schedules."""

from __future__ import annotations

from typing import Any

import numpy as np

from lrlib import _check as check
from lrlib.bridge import native
from lrlib.bridge.needed import needed, one_schedule
from lrlib.schedules import Schedule

keras = needed("keras")


def to_keras(schedule: Schedule, *, accumulate: int = 1, steps: int | None = None) -> KerasSchedule:
    """A Keras schedule that gives an optimizer the rates of a schedule.

        optimizer = keras.optimizers.AdamW(to_keras(schedule))

    Keras (3.15) asks its schedules with the number of batches, not of updates: with
    `gradient_accumulation_steps=4` every schedule runs four times too fast. Give the same number
    as `accumulate` and its clock is that of the updates.

    Args:
        schedule: A schedule of lrlib.
        accumulate: Batches to an update, the optimizer's `gradient_accumulation_steps`.
        steps: Look the rates of so many updates up in a table instead, the last one from there
            on; needed only for a schedule class of your own.

    It is saved and loaded with the model, and the clock with the optimizer. Rates come in Keras's
    own precision, `keras.config.floatx()`.

    Raises:
        TypeError: It is no schedule of lrlib, or a class of your own without `steps`.
        ValueError: `accumulate` or `steps` is below 1.
        ImportError: Keras, or what it computes with, is not installed.
    """
    return KerasSchedule(schedule, accumulate=accumulate, steps=steps)


@keras.saving.register_keras_serializable(package="lrlib")
class KerasSchedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc,name-defined]
    """The schedule that `to_keras` makes."""

    def __init__(self, schedule: Any, accumulate: int = 1, steps: int | None = None) -> None:
        if isinstance(schedule, dict):
            schedule = Schedule.from_dict(schedule)
        self.schedule = one_schedule("schedule", schedule)
        self.accumulate = check.count("accumulate", accumulate)
        self.steps = None if steps is None else check.count("steps", steps)
        self(0)

    def __call__(self, step: Any) -> Any:
        """The rate at a count of batches."""
        ops, dtype = keras.ops, keras.config.floatx()
        count = ops.convert_to_tensor(step)
        if "int" not in keras.backend.standardize_dtype(count.dtype):
            count = ops.cast(count, "int64")
        updates = count // self.accumulate
        if self.steps is None:
            return native.rate(self.schedule, updates, native.Ops(ops, dtype))
        table = ops.convert_to_tensor(self.schedule(np.arange(self.steps)), dtype=dtype)
        return ops.take(table, ops.minimum(updates, self.steps - 1))

    def get_config(self) -> dict[str, Any]:
        """The schedule as plain numbers, for `model.save`."""
        return {
            "schedule": self.schedule.to_dict(),
            "accumulate": self.accumulate,
            "steps": self.steps,
        }
