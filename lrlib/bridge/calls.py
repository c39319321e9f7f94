"""A schedule or optimizer of lrlib as a framework's own call: as text, or made."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from lrlib import _check as check
from lrlib.bridge.needed import needed
from lrlib.bridge.rows import FRAMEWORKS, OPTIMIZERS, SCHEDULES, Call
from lrlib.optimizers import Clipped, Optimizer
from lrlib.schedules import Schedule

_BRIDGES = {
    "torch": "to_torch({schedule!r}, optimizer)",
    "keras": "to_keras({schedule!r})",
    "optax": "to_optax({schedule!r})",
}


def snippet(value: Schedule | Optimizer, framework: str, lr: str | float = "lr") -> str:
    """The lines that give a schedule or an optimizer of lrlib in a framework.

    For a schedule they make a scheduler and the optimizer it belongs to (PyTorch), or a rate to
    hand to an optimizer (Keras, Optax); where the framework has no equal call they use the
    bridge. For an optimizer they make it, at the rate `lr`.

    Args:
        value: The schedule or optimizer.
        framework: "torch", "keras" or "optax".
        lr: What the optimizer gets as its rate, as text or a number.

    Raises `ValueError` for another framework and for an optimizer with no equal call there; the
    message says why (`no_equal` gives the reason without raising).

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
    call = _call(SCHEDULES, value, framework)
    text = None if call is None else _fill(call.text, value)
    if framework == "torch":
        start = _fill(call.start, value) if call else repr(value(0))
        scheduler = text or _bridge(value, framework)
        return (
            f"optimizer = torch.optim.SGD(model.parameters(), lr={start})\nscheduler = {scheduler}"
        )
    name = "learning_rate" if framework == "keras" else "schedule"
    return f"{name} = {text or _bridge(value, framework)}"


def _bridge(schedule: Schedule, framework: str) -> str:
    return _BRIDGES[framework].format(schedule=schedule)


def _optimizer_lines(rule: Optimizer, framework: str, lr: str) -> str:
    if isinstance(rule, Clipped):
        inner = _optimizer_lines(rule.optimizer, framework, lr)
        if framework == "torch":
            clip = f"torch.nn.utils.clip_grad_norm_(model.parameters(), {rule.max_norm!r})"
            return f"{inner}\n{clip}  # before every optimizer.step()"
        if framework == "keras":
            return f"{inner[:-1]}, global_clipnorm={rule.max_norm!r})"
        made = inner.removeprefix("optimizer = ")
        return f"optimizer = optax.chain(optax.clip_by_global_norm({rule.max_norm!r}), {made})"
    call = _call(OPTIMIZERS, rule, framework)
    if call is None:
        raise ValueError(
            f"{framework} has no call that equals {rule!r}. {no_equal(rule, framework)}".rstrip()
        )
    return f"optimizer = {_fill(call.text, rule, lr=lr)}"


def no_equal(value: Schedule | Optimizer, framework: str) -> str:
    """Why a framework has no call with the numbers of `value`; empty if it has one or if there is
    nothing more to say than that it has none.

    >>> from lrlib import Momentum
    >>> no_equal(Momentum(), "keras")
    'Keras keeps the rate inside the velocity: equal at a constant rate only.'
    """
    table = OPTIMIZERS if isinstance(value, Optimizer) else SCHEDULES
    if _call(table, value, framework) is not None:
        return ""
    row = table.get(type(value).__name__, {})
    return row[framework].note if framework in row else ""


def _call(table: dict[str, dict[str, Call]], value: Any, framework: str) -> Call | None:
    call = table.get(type(value).__name__, {}).get(framework)
    return call if call is not None and call.text is not None and call.fits(value) else None


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
        ValueError: The framework has no call that gives the same numbers; the message says why.
            Also for `Clipped` in PyTorch, where clipping is a line of the loop.
        TypeError: `params` is missing for PyTorch.
        ImportError: The framework is not installed.
    """
    check.one_of(FRAMEWORKS)("framework", framework)
    if framework == "torch" and params is None:
        raise TypeError("params should be what PyTorch trains, for example model.parameters().")
    if framework == "torch" and isinstance(rule, Clipped):
        raise ValueError(
            "PyTorch clips in the loop, not in the optimizer: make the optimizer of "
            f"{rule.optimizer!r} and call torch.nn.utils.clip_grad_norm_(parameters, "
            f"{rule.max_norm}) before every optimizer.step()."
        )
    text = _optimizer_lines(rule, framework, "lr").removeprefix("optimizer = ")
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
