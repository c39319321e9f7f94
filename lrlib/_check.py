"""Argument checks shared by all of lrlib: each returns the value in plain Python or explains."""

from __future__ import annotations

import math
import numbers
import operator
import reprlib
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
Rate = float | Array
Rule = Callable[[str, Any], Any]
T = TypeVar("T")


def complaint(name: str, expected: str, value: object, hint: str = "") -> str:
    """One sentence: what was expected, what came, and (if there is a good guess) what to try."""
    sentence = f"{name} should be {expected}, but it is {reprlib.repr(value)}."
    return f"{sentence} {hint}" if hint else sentence


def number(name: str, value: Any) -> float:
    """A finite real number, returned as `float`."""
    expected = "a finite number"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(complaint(name, expected, value))
    if not math.isfinite(value):
        raise ValueError(complaint(name, expected, value))
    return float(value)


def within(
    expected: str, accept: Callable[[float], bool], hint: str = ""
) -> Callable[[str, Any], float]:
    """A rule for a finite number for which `accept` holds; `expected` says so in words."""

    def rule(name: str, value: Any) -> float:
        result = number(name, value)
        if not accept(result):
            raise ValueError(complaint(name, expected, value, hint))
        return result

    return rule


rate = within("a rate of 0 or more", lambda x: x >= 0, "Usual rates lie between 1e-5 and 1.")
not_negative = within("0 or more", lambda x: x >= 0)
positive = within("above 0", lambda x: x > 0)
at_least_one = within("1 or more", lambda x: x >= 1)
factor = within("above 0 and at most 1", lambda x: 0 < x <= 1, "To cut a rate tenfold, use 0.1.")
open_fraction = within("between 0 and 1, both excluded", lambda x: 0 < x < 1)
decay = within("at least 0 and below 1", lambda x: 0 <= x < 1, "Common values are 0.9 and 0.99.")


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number of at least `least`, returned as `int`."""
    expected = f"a whole number, {least} or more"
    hint = ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        hint = f"Write {int(value)} without a decimal point."
    if isinstance(value, bool | np.bool_):
        raise TypeError(complaint(name, expected, value))
    try:
        result = operator.index(value)
    except TypeError:
        raise TypeError(complaint(name, expected, value, hint)) from None
    if result < least:
        raise ValueError(complaint(name, expected, value))
    return result


def count(name: str, value: Any) -> int:
    """A whole number of at least 1, returned as `int`."""
    return whole(name, value, least=1)


def boolean(name: str, value: Any) -> bool:
    """True or False, returned as `bool`."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(complaint(name, "True or False", value))
    return bool(value)


def one_of(names: tuple[str, ...]) -> Callable[[str, Any], str]:
    """A rule for one of a few names."""

    def rule(name: str, value: Any) -> str:
        if value not in names:
            raise ValueError(complaint(name, " or ".join(map(repr, names)), value))
        return str(value)

    return rule


def sequence(name: str, values: Any, rule: Callable[[str, Any], T]) -> tuple[T, ...]:
    """A tuple of values that each obey `rule`."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(complaint(name, "a list or tuple", values, f"Try [{values!r}]."))
    return tuple(rule(f"{name}[{i}]", value) for i, value in enumerate(values))


def settle(instance: object, **rules: Rule) -> None:
    """Check each named field of a frozen dataclass once and keep it as plain Python.

    Plain values are what make `repr` executable and instances equal, hashable and serialisable.
    """
    owner = type(instance).__name__
    for name, rule in rules.items():
        value = rule(f"{name} of {owner}", getattr(instance, name))
        object.__setattr__(instance, name, value)


def steps(t: ArrayLike) -> NDArray[np.float64]:
    """Update counts `t` as a float64 array; each must be finite and at least 0."""
    if type(t) in (int, float) and 0 <= t <= sys.maxsize:  # type: ignore[operator]
        return np.array(t, dtype=np.float64)
    raw = np.asarray(t)
    if raw.dtype.kind not in "iuf":
        raise TypeError(
            complaint("t", "a number of updates or an array of them", t, "Try t = 0, 1, 2, ...")
        )
    result = raw.astype(np.float64)
    if result.size and not (result.min() >= 0 and result.max() < math.inf):
        raise ValueError(
            complaint("t", "finite and 0 or more", t, "The first update of a run has t = 0.")
        )
    return result


def parameters(w: Any) -> Array:
    """A parameter array of float32 or wider, as given.

    In float16 an `eps` of 1e-8 is 0, and the first entry without a gradient becomes 0/0.
    """
    if not isinstance(w, np.ndarray | np.floating):
        raise TypeError(
            complaint("w", "a NumPy array of floats", w, "Try np.array(w, dtype=float).")
        )
    if w.dtype.kind != "f":
        raise TypeError(complaint("w", "an array of floats", f"{w.dtype}", "Try w.astype(float)."))
    if w.dtype.itemsize < 4:
        expected, hint = "an array of float32 or float64", "Try w.astype(np.float32)."
        raise TypeError(complaint("w", expected, f"{w.dtype}", hint))
    return w  # type: ignore[return-value]


def step_arguments(w: Any, grad: Any, lr: Any) -> tuple[Array, Rate]:
    """The gradient and rate of one update of `w`, in the dtype of `w`.

    `grad` has the shape of `w`. `lr` is a number, or an array with as many axes as `w` that
    broadcasts to it: shape (runs, 1) gives each row of `w` its own rate.
    """
    dtype = parameters(w).dtype
    grad = np.asarray(grad, dtype=dtype)
    if grad.shape != w.shape:
        raise ValueError(
            f"grad should have the shape of w, {w.shape}, but it has {grad.shape}. "
            "Broadcasting here would train the wrong numbers."
        )
    if isinstance(lr, np.ndarray) and lr.ndim:
        return grad, _rates(lr, w)
    if type(lr) is float and 0 <= lr < math.inf:
        return grad, lr
    return grad, rate("lr", lr)


def _rates(lr: Array, w: Array) -> Array:
    fits = lr.ndim == w.ndim and all(a in (1, b) for a, b in zip(lr.shape, w.shape))
    if not fits:
        raise ValueError(
            f"an array lr should have one axis for each of w's and fit its shape {w.shape}, "
            f"but it has {lr.shape}. For a rate per row, try lr.reshape(-1, 1)."
        )
    if lr.dtype.kind not in "fiu":
        raise TypeError(complaint("lr", "an array of rates", f"{lr.dtype}"))
    if lr.size and not (lr.min() >= 0 and lr.max() < math.inf):
        raise ValueError(complaint("lr", "an array of rates of 0 or more, and finite", lr))
    return lr.astype(w.dtype, copy=False)
