"""A schedule, optimizer or rule of lrlib as a framework's own call: as text, or made."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import lrlib
from lrlib import _check as check
from lrlib.bridge.needed import needed
from lrlib.bridge.rows import FRAMEWORKS, SCHEDULES, Call
from lrlib.bridge.rules import OPTIMIZERS, REACTIVE
from lrlib.optimizers import EMA, Clipped, Optimizer, ReactiveRate
from lrlib.schedules import Schedule

_BRIDGES = {
    "torch": "to_torch({schedule!r}, optimizer)",
    "keras": "to_keras({schedule!r})",
    "optax": "to_optax({schedule!r})",
}


def snippet(
    value: Schedule | Optimizer | ReactiveRate, framework: str, lr: str | float = "lr"
) -> str:
    """The lines that give a schedule, an optimizer or a reacting rule of lrlib in a framework.

    For a schedule they make a scheduler and the optimizer it belongs to (PyTorch), or a rate to
    hand to an optimizer (Keras, Optax); where the framework has no equal call they use the
    bridge. For an optimizer they make it, at the rate `lr`.

    Args:
        value: The schedule, the optimizer, or a rule such as `ReduceOnPlateau`.
        framework: "torch", "keras" or "optax".
        lr: What the optimizer gets as its rate, as text or a number.

    Raises `ValueError` for another framework, and where nothing there is equal; the message says
    why (`no_equal` gives the reason without raising).

    >>> from lrlib import AdamW, StepDecay
    >>> print(snippet(AdamW(), "torch", 3e-4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0003, betas=(0.9, 0.999), eps=1e-08, \
weight_decay=0.01)
    >>> print(snippet(StepDecay(0.1, 0.5, 30), "optax"))
    schedule = optax.exponential_decay(0.1, 30, 0.5, staircase=True)
    """
    check.one_of(FRAMEWORKS)("framework", framework)
    if isinstance(value, Optimizer):
        return _optimizer_lines(value, framework, str(lr))
    if isinstance(value, ReactiveRate):
        call = _equal(REACTIVE, value, framework)
        return f"{call.name} = {_fill(call.text, value)}"
    return _schedule_lines(value, framework)


def _schedule_lines(schedule: Schedule, framework: str) -> str:
    call = _call(SCHEDULES, schedule, framework)
    made = _bridge(schedule, framework) if call is None else _fill(call.text, schedule)
    if framework == "torch":
        start = _fill(call.start, schedule) if call else repr(schedule(0))
        return f"optimizer = torch.optim.SGD(model.parameters(), lr={start})\nscheduler = {made}"
    return f"{'learning_rate' if framework == 'keras' else 'schedule'} = {made}"


def pattern(class_name: str, framework: str) -> tuple[str | None, str]:
    """The call that equals a class of lrlib, with its settings by name, and what to know of it:
    first, for a scheduler of PyTorch, the rate that its optimizer is made with.

    None in place of the call where nothing is equal; for a schedule the bridge is given then. None
    and no note for a class that no framework has.

    >>> pattern("StepDecay", "torch")[0]
    'torch.optim.lr_scheduler.StepLR(optimizer, step_size=every, gamma=gamma)'
    """
    kind = getattr(lrlib, class_name)
    call = _TABLES.get(class_name, {}).get(framework, Call(None))
    names = {field.name: field.name for field in fields(kind)}
    if call.text is not None:
        start = f"The optimizer has lr={call.start.format(**names)}." if call.start else ""
        text = call.text.format(**names | {"lr": names.get("lr", "lr")})
        return text, f"{start} {call.note}".strip()
    if class_name in SCHEDULES:
        bridged = _BRIDGES[framework].replace("{schedule!r}", f"{class_name}(...)")
        return f"lrlib.bridge.{bridged}", call.note
    return None, call.note


_TABLES = SCHEDULES | OPTIMIZERS | REACTIVE


def _bridge(schedule: Schedule, framework: str) -> str:
    return _BRIDGES[framework].format(schedule=schedule)


def _optimizer_lines(rule: Optimizer, framework: str, lr: str) -> str:
    if not isinstance(rule, Clipped | EMA):
        call = _equal(OPTIMIZERS, rule, framework)
        return f"optimizer = {_fill(call.text, rule, lr=lr)}"
    inner = _optimizer_lines(rule.optimizer, framework, lr)
    if framework == "keras":
        more = (
            f"global_clipnorm={rule.max_norm!r}"
            if isinstance(rule, Clipped)
            else f"use_ema=True, ema_momentum={rule.decay!r}"
        )
        return f"{inner[:-1]}, {more})"
    if isinstance(rule, EMA):
        average = {
            "torch": "average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn="
            f"torch.optim.swa_utils.get_ema_multi_avg_fn({rule.decay!r}))"
            "  # average.update_parameters(model) after every optimizer.step()",
            "optax": "average = optax.incremental_update(params, average, "
            f"step_size=1 - {rule.decay!r})  # after every update but the first: average = params",
        }
        return f"{inner}\n{average[framework]}"
    if framework == "torch":
        clip = f"torch.nn.utils.clip_grad_norm_(model.parameters(), {rule.max_norm!r})"
        return f"{inner}\n{clip}  # before every optimizer.step()"
    made = inner.removeprefix("optimizer = ")
    return f"optimizer = optax.chain(optax.clip_by_global_norm({rule.max_norm!r}), {made})"


def no_equal(value: Schedule | Optimizer | ReactiveRate, framework: str) -> str:
    """Why a framework has no call with the numbers of `value`; empty if it has one or if there is
    nothing more to say than that it has none.

    >>> from lrlib import Momentum
    >>> no_equal(Momentum(), "keras")
    'Keras keeps the rate inside the velocity: equal at a constant rate only.'
    """
    if _call(_TABLES, value, framework) is not None:
        return ""
    row = _TABLES.get(type(value).__name__, {})
    return row[framework].note if framework in row else ""


def _call(table: dict[str, dict[str, Call]], value: Any, framework: str) -> Call | None:
    call = table.get(type(value).__name__, {}).get(framework)
    return call if call is not None and call.text is not None and call.fits(value) else None


def _equal(table: dict[str, dict[str, Call]], value: Any, framework: str) -> Call:
    call = _call(table, value, framework)
    if call is None:
        raise ValueError(
            f"{framework} has no call that equals {value!r}. {no_equal(value, framework)}".rstrip()
        )
    return call


def _fill(text: str | None, value: Any, **more: str) -> str:
    settings = {field.name: repr(_plain(getattr(value, field.name))) for field in fields(value)}
    return (text or "").format(**settings | more)


def _plain(setting: Any) -> Any:
    return list(setting) if isinstance(setting, tuple) else setting


def optimizer(rule: Optimizer, framework: str, lr: Any, params: Any = None) -> Any:
    """The optimizer of a framework that takes the path of a rule of lrlib.

        optimizer = bridge.optimizer(AdamW(weight_decay=0.1), "torch", 3e-4, model.parameters())
        optimizer = bridge.optimizer(AdamW(weight_decay=0.1), "optax", to_optax(schedule))

    Args:
        rule: The rule; its settings become the framework's.
        framework: "torch", "keras" or "optax".
        lr: A number; for Keras and Optax also a schedule of theirs.
        params: For PyTorch what it should train: parameters, or a list of groups.

    Raises:
        ValueError: The framework has no call that gives the same numbers, or what is asked for is
            a line of the loop there, as clipping is in PyTorch; the message says which.
        TypeError: `params` is missing for PyTorch.
        ImportError: The framework is not installed.
    """
    check.one_of(FRAMEWORKS)("framework", framework)
    if framework == "torch" and params is None:
        raise TypeError("params should be what PyTorch trains, for example model.parameters().")
    text = _optimizer_lines(rule, framework, "lr")
    if "\n" in text:
        raise ValueError(
            f"in {framework}, {type(rule).__name__} is a line of the loop, not of the optimizer: "
            f"make that of {rule.optimizer!r}, and add {text.splitlines()[-1]!r}."  # type: ignore[attr-defined]
        )
    text = text.removeprefix("optimizer = ")
    names: dict[str, Any] = {"lr": lr, "model": _Parameters(params)}
    top = text.split(".")[0]
    names[top] = needed(top)
    if framework == "optax":
        needed("optax.contrib")
    return eval(text, names)  # text of `rows`, filled with numbers that lrlib has checked


class _Parameters:
    """What a call names `model.parameters()`."""

    def __init__(self, params: Any) -> None:
        self._params = params

    def parameters(self) -> Any:
        return self._params
