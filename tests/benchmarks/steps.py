"""One optimizer step on a flat float32 vector: lrlib, PyTorch, Optax, Keras."""

from __future__ import annotations

import jax
import keras
import numpy as np
import optax
import torch

from lrlib.optimizers import Adam, Momentum, in_place
from tests.benchmarks.timing import Contender, measure, report

RATE = 1e-3
RULES = {
    "Adam": {
        "lrlib": Adam(),
        "torch": lambda p, **how: torch.optim.Adam(p, lr=RATE, **how),
        "optax": lambda: optax.adam(RATE),
        "keras": lambda: keras.optimizers.Adam(RATE, epsilon=1e-8),
    },
    "momentum 0.9": {
        "lrlib": Momentum(0.9),
        "torch": lambda p, **how: torch.optim.SGD(p, lr=RATE, momentum=0.9, **how),
        "optax": lambda: optax.sgd(RATE, momentum=0.9),
        "keras": lambda: keras.optimizers.SGD(RATE, momentum=0.9),
    },
}


def lrlib_forms(rule, start, gradient):
    w, state = start.copy(), rule.init(start)

    def pure():
        nonlocal w, state
        w, state = rule.update(w, gradient, state, RATE)

    overwritten = start.copy()
    step = in_place(rule, overwritten)
    return [
        Contender("lrlib, pure", pure),
        Contender("lrlib, in place", lambda: step(gradient, RATE)),
    ]


def torch_forms(make, start, gradient):
    def form(**how):
        parameter = torch.nn.Parameter(torch.from_numpy(start.copy()))
        parameter.grad = torch.from_numpy(gradient.copy())
        return make([parameter], **how).step

    return [
        Contender("torch, default", form()),
        Contender("torch, fused", form(fused=True)),
    ]


def optax_form(make, start, gradient):
    rule = make()
    w, g = jax.numpy.asarray(start), jax.numpy.asarray(gradient)
    state = rule.init(w)

    @jax.jit
    def update(w, state):
        change, state = rule.update(g, state, w)
        return optax.apply_updates(w, change), state

    def step():
        nonlocal w, state
        w, state = jax.block_until_ready(update(w, state))

    return [Contender("optax, jit", step)]


def keras_form(make, start, gradient):
    rule, variable = make(), keras.Variable(start)
    rule.build([variable])
    g = keras.ops.convert_to_tensor(gradient)
    return [
        Contender(f"keras, {keras.backend.backend()} backend", lambda: rule.apply([g], [variable]))
    ]


def run(quick: bool, clock: str) -> None:
    """Print one table for each rule and number of parameters."""
    rounds, seconds = (3, 0.02) if quick else (9, 0.1)
    rng = np.random.default_rng(0)
    for title, make in RULES.items():
        for n in (1_000, 2_410, 10_000, 100_000, 1_000_000):
            start, gradient = rng.standard_normal((2, n)).astype(np.float32)
            contenders = [
                *lrlib_forms(make["lrlib"], start, gradient),
                *torch_forms(make["torch"], start, gradient),
                *optax_form(make["optax"], start, gradient),
                *keras_form(make["keras"], start, gradient),
            ]
            medians = measure(contenders, rounds, seconds, clock)
            print(
                report(f"one {title} step, {n:,} parameters", contenders, medians), "\n", flush=True
            )
