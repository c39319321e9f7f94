"""Schedules of lrlib as Optax schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lrlib import _check as check
from lrlib.bridge import native
from lrlib.bridge.needed import needed, one_schedule
from lrlib.schedules import Schedule

jnp = needed("jax").numpy


def to_optax(schedule: Schedule, steps: int | None = None) -> Callable[[Any], Any]:
    """An Optax schedule: a function of the count of updates, ready for `jax.jit`.

        optimizer = optax.adamw(to_optax(schedule))

    Under `optax.MultiSteps` the inner count is that of the updates, as it should be. Rates come
    in JAX's own precision, float32 unless `jax_enable_x64` is set.

    Args:
        schedule: A schedule of lrlib.
        steps: Look the rates of so many updates up in a table instead, the last one from there
            on; needed only for a schedule class of your own.

    Raises:
        TypeError: It is no schedule of lrlib, or a class of your own without `steps`.
        ImportError: JAX is not installed.
    """
    one_schedule("schedule", schedule)
    if steps is not None:
        table = schedule(np.arange(check.count("steps", steps)))
        return lambda count: jnp.asarray(table)[jnp.minimum(count, len(table) - 1)]
    native.rate(schedule, jnp.asarray(0), _ops())

    def rate(count: Any) -> Any:
        return native.rate(schedule, jnp.asarray(count), _ops())

    return rate


def _ops() -> native.Ops:
    return native.Ops(jnp, jnp.result_type(float))
