"""Every schedule in the operations of an array framework, so that it runs inside compiled steps."""

from __future__ import annotations

import math
from functools import singledispatch
from itertools import accumulate
from typing import Any

from lrlib import schedules as sch
from lrlib.schedules import Schedule
from lrlib.schedules.cyclical import Triangular

FURTHEST = 2**40
"""Updates that restarts are laid out for: far more than a run can make."""


class Ops:
    """The few operations that the formulas need, taken from `jax.numpy` or `keras.ops`.

    Counts of updates stay whole numbers as long as they can: in float32 `t / every` rounds up to
    the next drop once `t` is large.
    """

    def __init__(self, module: Any, dtype: Any) -> None:
        self.where, self.cos, self.exp = module.where, module.cos, module.exp
        self.sqrt, self.abs = module.sqrt, module.abs
        self._cast = module.cast if hasattr(module, "cast") else lambda x, dtype: x.astype(dtype)
        self.dtype = dtype

    def real(self, count: Any) -> Any:
        """A count as a number of the framework's own precision."""
        return self._cast(count, self.dtype)

    def constant(self, like: Any, value: float) -> Any:
        """`value` in the shape and precision of a count."""
        return self.real(like) * 0.0 + value

    def choose(self, condition: Any, yes: Any, no: Any, like: Any) -> Any:
        """`yes` where the condition holds; plain numbers become arrays of the right precision."""
        yes, no = (
            self.constant(like, value) if isinstance(value, float) else value for value in (yes, no)
        )
        return self.where(condition, yes, no)

    def power(self, base: float, exponent: Any) -> Any:
        """`base**exponent` for a base above 0."""
        return self.exp(exponent * math.log(base))


def rate(schedule: Schedule, t: Any, ops: Ops) -> Any:
    """The rate of a schedule at the count `t`, an array of whole numbers of the framework.

    Raises `TypeError` for a schedule whose formula is not known here.
    """
    return _rate(schedule, t, ops)


@singledispatch
def _rate(schedule: Schedule, t: Any, ops: Ops) -> Any:
    raise TypeError(
        f"{type(schedule).__name__} has no formula in the framework's own operations. Give "
        "steps=N, the updates of your run, to have its rates looked up in a table."
    )


@_rate.register
def _(s: sch.Constant, t: Any, ops: Ops) -> Any:
    return ops.constant(t, s.lr)


@_rate.register
def _(s: sch.StepDecay, t: Any, ops: Ops) -> Any:
    return s.lr0 * ops.power(s.gamma, ops.real(t // s.every))


@_rate.register
def _(s: sch.ScheduledDrop, t: Any, ops: Ops) -> Any:
    found = ops.constant(t, s.lr0)
    for drops, milestone in enumerate(s.milestones, start=1):
        found = ops.choose(t >= milestone, s.lr0 * s.gamma**drops, found, t)
    return found


@_rate.register
def _(s: sch.ExponentialDecay, t: Any, ops: Ops) -> Any:
    return s.lr0 * ops.power(s.gamma, ops.real(t) / s.every)


@_rate.register
def _(s: sch.InverseTimeDecay, t: Any, ops: Ops) -> Any:
    return s.lr0 / (1 + ops.real(t) * s.rate / s.every)


@_rate.register
def _(s: sch.InverseSqrt, t: Any, ops: Ops) -> Any:
    peak = float(s.warmup_steps)
    late = ops.choose(t < s.warmup_steps, peak, ops.real(t), t)
    return s.lr * ops.choose(t < s.warmup_steps, ops.real(t) / peak, ops.sqrt(peak / late), t)


def _left(steps: int, t: Any, ops: Ops) -> Any:
    """The share of the steps that is still to come; 0 from the last on."""
    return ops.choose(t < steps, 1 - ops.real(t) / steps, 0.0, t)


@_rate.register
def _(s: sch.PolynomialDecay, t: Any, ops: Ops) -> Any:
    return s.lr_end + (s.lr0 - s.lr_end) * _left(s.steps, t, ops) ** s.power


@_rate.register
def _(s: sch.Linear, t: Any, ops: Ops) -> Any:
    return s.lr_end + (s.lr0 - s.lr_end) * _left(s.steps, t, ops)


def _wave(top: float, bottom: float, share: Any, ops: Ops) -> Any:
    """From `top` to `bottom` along half a cosine."""
    return bottom + (top - bottom) / 2 * (1 + ops.cos(share * math.pi))


@_rate.register
def _(s: sch.CosineDecay, t: Any, ops: Ops) -> Any:
    return _wave(s.lr0, s.lr_end, 1 - _left(s.steps, t, ops), ops)


@_rate.register
def _(s: Triangular, t: Any, ops: Ops) -> Any:
    whole = 2 * s.half_cycle
    height = 1 - ops.abs(ops.real(t % whole) / s.half_cycle - 1)
    if isinstance(s, sch.Triangular2):
        height = height * ops.power(0.5, ops.real(t // whole))
    elif isinstance(s, sch.ExpRange):
        height = height * ops.power(s.gamma, ops.real(t))
    return s.base_lr + (s.max_lr - s.base_lr) * height


@_rate.register
def _(s: sch.CosineRestarts, t: Any, ops: Ops) -> Any:
    if s.multiplier == 1:
        return _wave(s.lr_max, s.lr_min, ops.real(t % s.first_cycle) / s.first_cycle, ops)
    lengths = [s.first_cycle]
    while sum(lengths) < FURTHEST:
        lengths.append(lengths[-1] * s.multiplier)
    largest = 2**31 - 1 if "64" not in str(getattr(t, "dtype", "int64")) else FURTHEST
    share = ops.real(t) / s.first_cycle
    for start, length in zip(accumulate(lengths), lengths[1:]):
        if start <= largest:
            share = ops.where(t >= start, ops.real(t - start) / length, share)
    return _wave(s.lr_max, s.lr_min, share, ops)


def _rise_and_fall(s: Any, levels: tuple[float, float, float], t: Any, ops: Ops) -> Any:
    start, top, end = levels
    peak, last = s.pct_start * s.steps - 1, s.steps - 1
    x = ops.choose(t < last, ops.real(t), float(last), t)
    up, down = _wave(start, top, x / peak, ops), _wave(top, end, (x - peak) / (last - peak), ops)
    return ops.where(x <= peak, up, down)


@_rate.register
def _(s: sch.OneCycle, t: Any, ops: Ops) -> Any:
    first = s.max_lr / s.div
    return _rise_and_fall(s, (first, s.max_lr, first / s.final_div), t, ops)


@_rate.register
def _(s: sch.OneCycleMomentum, t: Any, ops: Ops) -> Any:
    return _rise_and_fall(s, (s.mu_max, s.mu_min, s.mu_max), t, ops)


@_rate.register
def _(s: sch.Warmup, t: Any, ops: Ops) -> Any:
    if not s.steps:
        return ops.constant(t, s.lr)
    return s.lr * ops.choose(t + 1 < s.steps, ops.real(t + 1) / s.steps, 1.0, t)


@_rate.register
def _(s: sch.WSD, t: Any, ops: Ops) -> Any:
    left = ops.choose(t < s.steps, ops.real(s.steps - t) / s.decay_steps, 0.0, t)
    decaying = s.lr_end + (s.lr - s.lr_end) * left
    warming = _rate(sch.Warmup(s.lr, s.warmup_steps), t, ops)
    return ops.where(t <= s.steps - s.decay_steps, warming, decaying)


@_rate.register
def _(s: sch.Join, t: Any, ops: Ops) -> Any:
    found = _rate(s.schedules[0], t, ops)
    for start, schedule in zip(accumulate(s.lengths), s.schedules[1:]):
        since = ops.where(t >= start, t - start, t * 0)
        found = ops.where(t >= start, _rate(schedule, since, ops), found)
    return found


@_rate.register
def _(s: sch.Product, t: Any, ops: Ops) -> Any:
    found = ops.constant(t, 1.0)
    for schedule in s.schedules:
        found = found * _rate(schedule, t, ops)
    return found
