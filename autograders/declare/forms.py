"""One right version in other forms: the same numbers, in another type or worked out one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from .returns import Kind, Parameters, Several

ENTRY_BY_ENTRY = "entry_by_entry"


def forms_of(function: Callable[..., Any], kind: Kind) -> dict[str, Callable[..., Any]]:
    """A function whose results are of this kind, in each other form that its contract allows.

    Arrays are worked out entry by entry as well, by calling it with one entry at a time.
    """
    made = {name: _in_form(function, form) for name, form in kind.forms.items()}
    parts = kind.parts if isinstance(kind, Several) else (kind,)
    if all(isinstance(part, Parameters) for part in parts):
        made[ENTRY_BY_ENTRY] = _entry_by_entry(function)
    return made


def _in_form(function: Callable[..., Any], form: Callable[[Any], Any]) -> Callable[..., Any]:
    @wraps(function)
    def changed(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return (lambda *later: form(result(*later))) if callable(result) else form(result)

    return changed


def _entry_by_entry(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def one_by_one(*args: Any, **kwargs: Any) -> Any:
        shape = next(v.shape for v in (*args, *kwargs.values()) if isinstance(v, np.ndarray))
        results = [
            function(*(_at(i, v) for v in args), **{k: _at(i, v) for k, v in kwargs.items()})
            for i in np.ndindex(shape)
        ]
        if isinstance(results[0], (tuple, list)):
            return tuple(_joined(part, shape) for part in zip(*results))
        return _joined(results, shape)

    return one_by_one


def _at(index: tuple[int, ...], value: Any) -> Any:
    return value[index] if isinstance(value, np.ndarray) else value


def _joined(entries: Iterable[Any], shape: tuple[int, ...]) -> np.ndarray:
    return np.array([float(entry) for entry in entries]).reshape(shape)
