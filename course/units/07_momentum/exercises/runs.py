"""The calls that both forms of momentum are put to: whole runs, shapes and edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, given
from course.shared.draws import gradient_runs, narrow, one_at_a_time, whole, wide


def velocity_cases(rng: np.random.Generator, step: Callable[..., Any]) -> Iterator[Case]:
    """Runs of six updates by `step` from a zero velocity, then shapes and edges."""
    mus = (0.8, 0.9, float(rng.uniform(0.3, 0.7)))
    for mu, (note, w, gradients) in zip(mus, gradient_runs(rng, 6)):
        velocity = np.zeros_like(w)
        for update, grad in enumerate(gradients, 1):
            lr = float(rng.uniform(0.02, 0.4))
            yield given(w, grad, velocity, lr=lr, mu=mu).on(
                "values", f"it is update {update} of a run and {note}"
            )
            w, velocity = step(w, grad, velocity, lr=lr, mu=mu)
    w, grad, velocity = whole(rng, (5,)), narrow(rng, (5,)), whole(rng, (5,))
    yield given(w, grad, velocity, lr=0.13, mu=0.7).on("values", "w and velocity are whole numbers")
    for shape, words in (((3, 1), "a column"), ((2, 3), "a matrix"), ((1,), "a single entry")):
        w, grad, velocity = (narrow(rng, shape) for _ in range(3))
        yield given(w, grad, velocity, lr=0.3, mu=0.85).on("shape", f"w is {words}")
    w, grad, velocity = (narrow(rng, (4,)) for _ in range(3))
    yield given(w, grad, velocity, lr=0.2, mu=0.0).on("edge", "mu is 0")
    yield given(w, grad, velocity, lr=0.0, mu=0.9).on("edge", "lr is 0")
    yield given(w, np.zeros(4), velocity, lr=0.2, mu=0.9).on("edge", "the gradient is 0")
    yield given(w, grad, velocity, lr=1, mu=0.5).on("edge", "lr is a whole number")
    yield given(w, wide(rng, (4,)), np.zeros(4), lr=0.1, mu=0.0).on(
        "purity", "mu is 0 and so is the velocity"
    )
    yield (
        given(w, grad, velocity, lr=0.6, mu=0.8)
        .read_only()
        .on("purity", "the inputs cannot be written to")
    )
    w, grad, velocity = (narrow(rng, (4,)) for _ in range(3))
    names, settings = "w grad velocity", {"lr": 0.3, "mu": 0.9}
    yield from one_at_a_time(
        given(w, grad, velocity, **settings),
        names,
        w=(1e4 * w,),
        grad=(1e4 * grad,),
        velocity=(1e4 * velocity,),
        mu=(0.05, 0.999),
    )
    start = given(np.zeros(4), grad, velocity, **settings)
    yield from one_at_a_time(start, names, lr=(1e-10, 3e3))
    tiny = given(1e-10 * w, 1e-10 * grad, 1e-10 * velocity, **settings)
    yield tiny.on("values", "all arrays are tiny")
