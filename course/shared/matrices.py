"""Hessians with known curvatures: diagonal, turned, well and badly conditioned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, given


def turned(rng: np.random.Generator, eigenvalues: np.ndarray) -> np.ndarray:
    """A symmetric matrix with these eigenvalues along random directions."""
    q, _ = np.linalg.qr(rng.normal(size=(eigenvalues.size, eigenvalues.size)))
    matrix = (q * eigenvalues) @ q.T
    return (matrix + matrix.T) / 2


def spread(rng: np.random.Generator, n: int, low: float, high: float) -> np.ndarray:
    """Distinct eigenvalues between about `low` and `high`, evenly apart on a log scale."""
    return np.geomspace(low, high, n) * rng.uniform(0.9, 1.1, n)


def hessians(rng: np.random.Generator) -> Iterator[tuple[str, str, np.ndarray]]:
    """Symmetric positive-definite matrices, each with the property it speaks for and a note."""
    yield "values", "the hessian has two turned directions", turned(rng, spread(rng, 2, 0.5, 4))
    for n, low, high in ((3, 0.4, 6), (4, 0.02, 0.9), (5, 1, 60)):
        matrix = turned(rng, spread(rng, n, low, high))
        yield "values", f"the hessian has {n} turned directions", matrix
    middle = np.diag(spread(rng, 3, 0.3, 9)[[1, 2, 0]])
    yield "values", "the hessian is diagonal, its largest curvature in the middle", middle
    last = np.diag(spread(rng, 4, 0.1, 3)[[2, 0, 1, 3]])
    yield "values", "the hessian is diagonal, its largest curvature last", last
    a, b = float(rng.uniform(2, 4)), float(rng.uniform(0.5, 1.5))
    yield "values", "off-diagonal entries are negative", np.array([[a, -b], [-b, a]])
    yield "values", "three directions hold each other back", 4 * np.eye(3) - 1
    yield "edge", "the condition number is large", turned(rng, spread(rng, 4, 1e-3, 1e3))
    yield "edge", "all curvatures are tiny", turned(rng, spread(rng, 3, 1e-7, 1e-5))
    yield (
        "edge",
        "the hessian holds whole numbers",
        np.array([[5.0, 2.0, 0.0], [2.0, 4.0, 1.0], [0, 1, 3]]),
    )
    steep = np.array([[2.0, -1.0], [-1.0, 2.0]])
    yield "edge", "the steepest direction moves parameters in opposite ways", steep
    yield "edge", "there is a single parameter", np.array([[float(rng.uniform(2.5, 8))]])
    yield "edge", "all curvatures are huge", turned(rng, spread(rng, 3, 1e9, 1e11))
    yield "edge", "hardly anything curves", turned(rng, spread(rng, 3, 1e-12, 1e-10))
    yield "edge", "all curvatures are equal", float(rng.uniform(2.5, 8)) * np.eye(3)


def hessian_cases(rng: np.random.Generator) -> Iterator[Case]:
    """The calls of a function of the hessian alone."""
    for property, note, hessian in hessians(rng):
        yield given(hessian).on(property, note)
    frozen = given(turned(rng, spread(rng, 3, 0.5, 5))).read_only()
    yield frozen.on("edge", "the hessian cannot be written to")
