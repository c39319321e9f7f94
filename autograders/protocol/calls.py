"""Calls put to a student's function, and what is observed of each: the side that runs student code.

Only NumPy and the standard library are imported here: this module is all that the sandbox holds of
the grader. It compares nothing and judges nothing; it reports values.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .codec import MAX_DEPTH, Foreign
from .fixtures import build

READ = "read"
CALL = "call"
DEEPEST = MAX_DEPTH - 4
MOST_VALUES = 20_000


def run_calls(namespace: Mapping[str, Any], calls: Iterable[Mapping[str, Any]]) -> list[dict]:
    """Answer each call in turn; a call that raises is an answer too, never the end of the list."""
    with quiet():
        return [answer(namespace, call) for call in calls]


def answer(namespace: Mapping[str, Any], call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one call shows: `result`, or `raised`, and how its inputs look afterwards.

    Where the result is to be called, its values come in a list, or itself in a tuple if it cannot
    be. Where a record is asked for, the result comes in a list, followed by what arguments recorded
    of the calls to them: evidence against mistakes, kept where a forger could reach it. `after`
    holds the inputs in order, as the call left them. `again` is a result of arrays read a second
    time, after every input array was overwritten: one that shares memory with an input shows up
    there as changed numbers.
    """
    name = call["name"]
    if name not in namespace:
        return {"missing": name}
    if call["do"] == READ:
        return {"result": namespace[name]}
    frozen = call["frozen"]
    args = [_own(value, frozen) for value in call["args"]]
    kwargs = {key: _own(value, frozen) for key, value in call["kwargs"].items()}
    inputs = [*args, *kwargs.values()]
    try:
        result = namespace[name](*args, **kwargs)
        if call["then"] is not None:
            called = callable(result)
            result = [result(*later) for later in call["then"]] if called else (result,)
        if call["record"]:
            result = [result, *(value.record for value in inputs if hasattr(value, "record"))]
        seen: dict[str, Any] = {"result": _sendable(result)}
    except (Exception, SystemExit) as error:
        seen = {"raised": _describe(error)}
        result = None
    if any(type(value) in _CHANGEABLE for value in inputs):
        seen["after"] = [_sendable(value) for value in inputs]
        arrays = [array for value in inputs if _is_bounded(value) for array in _arrays(value)]
        if arrays and any(True for _ in _arrays(seen.get("result"))):
            for array in arrays:
                array.flags.writeable = True
                array.fill(_SCRAMBLED)
            seen["again"] = _copy(result)
    return seen


_SCRAMBLED = 77
_PLAIN = (float, int, str, bool, type(None))
_CHANGEABLE = (np.ndarray, list, dict)
_NESTING = (list, tuple, dict)
_CELLS = ("<", str(Path(tempfile.gettempdir()) / "ipykernel_"))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Prints, warnings and floating-point complaints are not answers: let none of them through."""
    sink = io.StringIO()
    with (
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def _own(value: Any, frozen: bool) -> Any:
    """A fresh copy of an argument, so that no call sees what another did to its inputs."""
    if type(value) in _PLAIN:
        return value
    value = _copy(build(value))
    if frozen:
        for array in _arrays(value):
            array.flags.writeable = False
    return value


def _copy(value: Any) -> Any:
    kind = type(value)
    if kind is np.ndarray:
        return value.copy()
    if kind is list or kind is tuple:
        return kind(_copy(item) for item in value)
    if kind is dict:
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, (*_NESTING, str)):
        return _copy(_as_plain(value)) if kind is not str else value
    return value


def _as_plain(value: Any) -> Any:
    """A named tuple is a tuple, an ordered dict a dict, a member of a `StrEnum` a string.

    What they hold is asked of the plain type: a class may say something else of itself.
    """
    if isinstance(value, dict):
        return dict(dict.items(value))
    if isinstance(value, tuple):
        return tuple(tuple.__iter__(value))
    if isinstance(value, list):
        return list(list.__iter__(value))
    return str.__str__(value)


def _is_bounded(value: Any) -> bool:
    """Whether lists, tuples and dicts hold as few values, and nest as little, as can be sent."""
    level, count = [value], 0
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, _NESTING):
                held = item if type(item) in _NESTING else _as_plain(item)
                count += len(held)
                if count > MOST_VALUES:
                    return False
                inner += held.values() if isinstance(held, dict) else held
        if not inner:
            return True
        level = inner
    return False


def _sendable(value: Any) -> Any:
    """A copy of a value, or a stand-in that says why it cannot be sent."""
    if _is_bounded(value):
        return _copy(value)
    return Foreign(
        f"{type(value).__name__} that is too large: at most {MOST_VALUES:,} values are read, in "
        f"lists nested at most {DEEPEST} deep"
    )


def _arrays(value: Any) -> Iterable[np.ndarray]:
    if type(value) is np.ndarray:
        yield value
    elif type(value) in _PLAIN:
        return
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _arrays(item)


def _describe(error: BaseException) -> dict[str, Any]:
    """The type of an exception with its bases by name, its message, and the student's line."""
    line = None
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename.startswith(_CELLS):
            line = frame.tb_lineno
        frame = frame.tb_next
    try:
        text = str(error)
    except Exception:
        text = ""
    return {
        "types": [base.__name__ for base in type(error).__mro__[:12]],
        "message": text[:500],
        "line": line,
    }
