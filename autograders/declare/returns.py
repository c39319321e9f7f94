"""Kinds of result: which values count as one number, a sequence, a parameter array and so on.

A kind reads a value that crossed from a student's function into floats and arrays that can be
compared, or says in plain words what was expected and what came.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol

import numpy as np

from ..protocol.codec import Foreign, Recipe

LONGEST_SHOWN = 1_200


Forms = Mapping[str, Callable[[Any], Any]]


class WrongKind(TypeError):
    """A value that is not of the kind the contract names."""


class Kind(Protocol):
    """What a function has to return."""

    @property
    def words(self) -> str:
        """The kind in words, as the contract says it."""

    @property
    def forms(self) -> Forms:
        """What turns a result into another one of this kind that is worth the same, by name."""

    def read(self, value: Any) -> Any:
        """Return `value` as a float, an array or a tuple of them; raise `WrongKind` otherwise."""


@dataclass(frozen=True)
class Number:
    """One real number: `int`, `float`, NumPy scalar or 0-d array."""

    words: str = "one number (int, float, NumPy scalar or 0-d array)"
    forms: ClassVar[Forms] = {
        "in_single_precision": np.float32,
        "as_zero_dimensional_array": np.array,
    }

    def read(self, value: Any) -> float:
        if isinstance(value, np.ndarray) and value.shape == ():
            value = value[()]
        if type(value) in (int, float) or isinstance(value, (np.integer, np.floating)):
            try:
                return float(value)
            except OverflowError:
                return math.inf
        raise WrongKind(f"expected {self.words}, got {describe(value)}")


@dataclass(frozen=True)
class WholeNumber(Number):
    """One whole number; a float such as `12.0` is one too."""

    words: str = "one whole number (int, or a number without a fraction)"
    forms: ClassVar[Forms] = {"as_a_float": float, "as_zero_dimensional_array": np.array}


@dataclass(frozen=True)
class Numbers:
    """A sequence of numbers: list, tuple or one-dimensional array."""

    words: str = "a sequence of numbers (list, tuple or 1-d array)"
    forms: ClassVar[Forms] = {
        "in_single_precision": partial(np.asarray, dtype=np.float32),
        "as_a_tuple": tuple,
    }

    def read(self, value: Any) -> np.ndarray:
        if isinstance(value, np.ndarray):
            if value.ndim == 1 and value.dtype.kind in "fiu":
                return value.astype(np.float64)
        elif isinstance(value, (list, tuple)):
            return np.array([Number().read(item) for item in value], dtype=np.float64)
        raise WrongKind(f"expected {self.words}, got {describe(value)}")


@dataclass(frozen=True)
class Parameters:
    """A NumPy array of real numbers of any shape."""

    words: str = "a NumPy array"
    forms: ClassVar[Forms] = {"in_single_precision": partial(np.asarray, dtype=np.float32)}

    def read(self, value: Any) -> np.ndarray:
        if isinstance(value, np.floating):
            value = np.asarray(value)
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
            return value.astype(np.float64)
        raise WrongKind(f"expected {self.words}, got {describe(value)}")


@dataclass(frozen=True)
class Arrays:
    """A list (or tuple) of NumPy arrays of real numbers, each of a shape of its own."""

    words: str = "a list of NumPy arrays"
    forms: ClassVar[Forms] = {"arrays_in_a_tuple": tuple}

    def read(self, value: Any) -> tuple[np.ndarray, ...]:
        if not isinstance(value, (list, tuple)):
            raise WrongKind(f"expected {self.words}, got {describe(value)}")
        return tuple(_named(Parameters(), f"array {k}", item) for k, item in enumerate(value))


@dataclass(frozen=True)
class Text:
    """One string."""

    words: str = "a string"
    forms: ClassVar[Forms] = {"as_numpy_text": np.str_}

    def read(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        raise WrongKind(f"expected {self.words}, got {describe(value)}")


@dataclass(frozen=True)
class Several:
    """Several results in a stated order, as tuple or list."""

    parts: tuple[Kind, ...]
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"({', '.join(self.names)}) as a tuple or list"

    @property
    def forms(self) -> Forms:
        return {**_together(self.parts), "as_a_list": list}

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (tuple, list)) or len(value) != len(self.parts):
            raise WrongKind(f"expected {self.words}, got {describe(value)}")
        return tuple(
            _named(part, name, item) for part, name, item in zip(self.parts, self.names, value)
        )


class Entries(tuple[Any, ...]):
    """The parts of a dict that a `State` has read; it remembers their keys, to be shown by them."""

    keys: tuple[str, ...]

    def __new__(cls, keys: tuple[str, ...], parts: Iterable[Any]) -> Entries:
        entries = super().__new__(cls, parts)
        entries.keys = keys
        return entries


@dataclass(frozen=True)
class State:
    """A dict with exactly the keys named, each of its own kind."""

    parts: tuple[Kind, ...]
    keys: tuple[str, ...]

    @property
    def words(self) -> str:
        return "a dict with exactly the keys " + ", ".join(repr(key) for key in self.keys)

    @property
    def forms(self) -> Forms:
        each = _together(self.parts)
        return {name: partial(self._in_form, form) for name, form in each.items()}

    def _in_form(self, form: Callable[[Any], Any], value: Any) -> Any:
        return dict(zip(self.keys, form([value[key] for key in self.keys])))

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, dict):
            raise WrongKind(f"expected {self.words}, got {describe(value)}")
        if set(value) != set(self.keys):
            came = _keys(value) or "none"
            raise WrongKind(f"expected {self.words}, got the keys {came}")
        parts = (_named(part, key, value[key]) for part, key in zip(self.parts, self.keys))
        return Entries(self.keys, parts)


@dataclass(frozen=True)
class Keyed:
    """A dict with an entry of one kind for each name that the call gave.

    It is read in the order of its keys, each key before its entry, so that a name too many or too
    few shows up as a difference.
    """

    entry: State

    @property
    def words(self) -> str:
        return f"a dict that holds, for each name, {self.entry.words}"

    @property
    def forms(self) -> Forms:
        return {name: partial(_in_each, form) for name, form in self.entry.forms.items()}

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, dict):
            raise WrongKind(f"expected {self.words}, got {describe(value)}")
        return tuple(
            item
            for key in sorted(value)
            for item in (key, *_named(self.entry, repr(key), value[key]))
        )


@dataclass(frozen=True)
class Batches:
    """A list (or tuple) of one-dimensional arrays of whole numbers, which stay ints or floats."""

    words: str = "a list of index arrays"
    forms: ClassVar[Forms] = {
        "in_small_integers": lambda value: [np.asarray(batch, np.int32) for batch in value]
    }

    def read(self, value: Any) -> tuple[np.ndarray, ...]:
        if not isinstance(value, (list, tuple)):
            raise WrongKind(f"expected {self.words}, got {describe(value)}")
        batches = []
        for number, item in enumerate(value):
            array = Numbers().read(item)
            if not np.all(array == np.round(array)):
                raise WrongKind(f"expected whole numbers in batch {number}, got fractions")
            floats = array.size and np.asarray(item).dtype.kind == "f"
            batches.append(array if floats else array.astype(np.int64))
        return tuple(batches)


def read_part(kind: Kind, value: Any, name: str) -> Any:
    """Read a whole result, and return one named part of it; of a `Keyed`, that part of each entry.

    >>> read_part(Several((Number(), Numbers()), ("rate", "scores")), (0.1, [2, 3]), "rate")
    0.1
    """
    read = kind.read(value)
    if isinstance(kind, Several):
        return read[kind.names.index(name)]
    if isinstance(kind, Keyed):
        width, at = len(kind.entry.keys) + 1, kind.entry.keys.index(name) + 1
        return tuple(item for place, item in enumerate(read) if place % width in (0, at))
    raise TypeError(f"a result that is {kind.words} has no part called {name!r}")


def _together(parts: Sequence[Kind]) -> Forms:
    """The forms of any of these parts, for a sequence of them: parts without it stay."""
    names = dict.fromkeys(name for part in parts for name in part.forms)
    return {name: partial(_part_by_part, parts, name) for name in names}


def _part_by_part(parts: Sequence[Kind], name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        part.forms[name](value) if name in part.forms else value
        for part, value in zip(parts, values)
    )


def _in_each(form: Callable[[Any], Any], value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: form(item) for name, item in value.items()}


def _named(part: Kind, name: str, value: Any) -> Any:
    try:
        return part.read(value)
    except WrongKind as error:
        raise WrongKind(f"{name}: {error}") from None


def describe(value: Any) -> str:
    """Say in a few words what kind of value this is."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, Foreign):
        return f"a value of type {value.type_name}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {value}"
    if isinstance(value, (int, float, np.generic)):
        return f"the number {value!s:.40}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} values"
    if isinstance(value, dict):
        return "a dict with the keys " + _keys(value)
    return f"a value of type {type(value).__name__}"


def _keys(value: dict[Any, Any]) -> str:
    shown = (repr(key[:40] if isinstance(key, str) else key)[:60] for key in list(value)[:8])
    return ", ".join(shown) + ", ..." * (len(value) > 8)


def show(value: Any, digits: int = 6) -> str:
    """Write a value as a learner would read it: short, and with numbers rounded."""
    text = _show(value, digits)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def _show(value: Any, digits: int) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.{digits}g}"
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=digits, threshold=12, separator=", ")
        text = text.replace("\n", "")
        return text if len(text) <= 400 else text[:397] + "..."
    if isinstance(value, Entries):
        return _show(dict(zip(value.keys, value)), digits)
    if isinstance(value, (list, tuple)):
        inside = [_show(item, digits) for item in value[:8]] + ["..."] * (len(value) > 8)
        return ("[{}]" if isinstance(value, list) else "({})").format(", ".join(inside))
    if isinstance(value, dict):
        entries = [f"{k[:200]!r}: {_show(v, digits)}" for k, v in list(value.items())[:12]]
        return "{" + ", ".join(entries + ["..."] * (len(value) > 12)) + "}"
    if isinstance(value, Foreign):
        return f"<{value.type_name}>"
    if isinstance(value, Recipe):
        data = ", ".join(f"{key}={_show(item, digits)}" for key, item in value.data.items())
        return f"<{value.kind}: {data}>"
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "..."


def numbers_of(read: Any) -> Sequence[Any]:
    """The parts of a value that a kind has read, as a flat sequence of floats, arrays and texts."""
    if not isinstance(read, tuple):
        return (read,)
    if not any(isinstance(part, tuple) for part in read):
        return read
    return tuple(part for parts in read for part in numbers_of(parts))
