"""Arrays that separate right from wrong: narrow and wide ranges, exact zeros, whole numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
