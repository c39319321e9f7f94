"""Arguments that are functions, built from plain data where the student's code runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .wire import Recipe


class Counted:
    """A function that counts its calls, so that too many or too few of them can be seen."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.calls = 0

    def __call__(self, *args: Any) -> Any:
        self.calls += 1
        return self._function(*args)


def linear_grad(slope: Any, shift: Any) -> Counted:
    """The gradient `slope * (w - shift)`, entry by entry: a bowl of any shape."""
    return Counted(lambda w: slope * (w - shift))


def bowl(slope: Any, shift: Any, floor: float) -> Counted:
    """Loss and gradient of the bowl `sum(slope/2 * (w - shift)**2) + floor`."""

    def loss_and_grad(w: Any) -> tuple[float, Any]:
        gap = w - shift
        return float(np.sum(slope / 2 * gap**2) + floor), slope * gap

    return Counted(loss_and_grad)


def wall(slope: Any, shift: Any, floor: float, limit: float) -> Counted:
    """The bowl, whose loss turns into infinity once it exceeds `limit`."""
    inside = bowl(slope, shift, floor)

    def loss_and_grad(w: Any) -> tuple[float, Any]:
        loss, grad = inside(w)
        return (loss if loss <= limit else float("inf")), grad

    return Counted(loss_and_grad)


def matvec(matrix: Any) -> Counted:
    """The product `matrix @ v`."""
    return Counted(lambda v: matrix @ v)


def line(start: float, slope: float) -> Counted:
    """The schedule `start + slope * t`."""
    return Counted(lambda t: start + slope * t)


def geometric(start: float, ratio: float) -> Counted:
    """The schedule `start * ratio**t`."""
    return Counted(lambda t: start * ratio**t)


def table(values: Any) -> Counted:
    """A function of a whole number that reads its value from a list, and holds the last one."""
    return Counted(lambda t: values[min(t, len(values) - 1)])


def generator(seed: int) -> np.random.Generator:
    """A NumPy random generator."""
    return np.random.default_rng(seed)


def source(code: str, name: str) -> Any:
    """The function `name` that a piece of source text defines."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(code, "<candidate>", "exec"), namespace)
    return namespace[name]


KINDS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (linear_grad, bowl, wall, matvec, line, geometric, table, generator, source)
}


def build(value: Any) -> Any:
    """Return `value` with every recipe in it made into what it describes."""
    if isinstance(value, Recipe):
        return KINDS[value.kind](**{key: build(item) for key, item in value.data.items()})
    if type(value) in (list, tuple):
        return type(value)(build(item) for item in value)
    if type(value) is dict:
        return {key: build(item) for key, item in value.items()}
    return value
