"""Arrays that separate right from wrong: narrow and wide ranges, exact zeros, whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograders.declare.exercise import Case

SHAPES = ((5,), (1,), (3, 1), (2, 3))


def narrow(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Entries of either sign between 0.3 and 1.5, so that every one of them is compared closely."""
    return rng.uniform(0.3, 1.5, shape) * rng.choice([-1.0, 1.0], shape)


def wide(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Entries from 1e-3 to 1e3 of either sign, one of them exactly 0."""
    values = 10.0 ** rng.uniform(-3, 3, shape) * rng.choice([-1.0, 1.0], shape)
    values.flat[int(rng.integers(values.size))] = 0.0
    return values


def whole(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Whole numbers other than 0, as floats."""
    return rng.integers(1, 9, shape) * rng.choice([-1.0, 1.0], shape)


def gradient_runs(
    rng: np.random.Generator, length: int
) -> Iterator[tuple[str, np.ndarray, list[np.ndarray]]]:
    """Starting points, each with a sequence of gradients and a note on what they are like."""
    for note, draw in (("moderate", narrow), ("tiny and huge at once", wide), ("whole", whole)):
        gradients = [draw(rng, (5,)) for _ in range(length)]
        yield f"gradients are {note}", narrow(rng, (5,)), gradients


def one_at_a_time(
    usual: Case, positional: str = "", property: str = "values", **others: Sequence[Any]
) -> Iterator[Case]:
    """A call, and the same call with one argument changed, for each other value of each argument.

    What an answer adds to the contract (a floor, a cap, a result kept from an earlier call) shows
    in such pairs. `positional` names the arguments that are given by place.
    """
    names = positional.split()
    yield usual.on(property, "an ordinary call is compared with unusual ones")
    for name, values in others.items():
        for value in values:
            if name in names:
                args = [value if at == name else old for at, old in zip(names, usual.args)]
                case, before = replace(usual, args=tuple(args)), usual.args[names.index(name)]
            else:
                case = replace(usual, kwargs={**usual.kwargs, name: value})
                before = usual.kwargs[name]
            yield case.on(
                property, f"only `{name}` differs from an ordinary call: {_how(before, value)}"
            )


def _how(before: Any, value: Any) -> str:
    """In what way a number, or the largest of several, differs from an ordinary one."""
    try:
        old, new = float(np.abs(before).max()), float(np.abs(value).max())
    except (TypeError, ValueError):
        return "it is another one"
    return "it is larger" if new > old else "it is smaller" if new < old else "it is another one"
