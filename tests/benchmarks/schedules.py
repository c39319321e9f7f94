"""The rates of a million updates, at once and one by one: lrlib, PyTorch, Optax, Keras."""

from __future__ import annotations

import jax
import keras
import numpy as np
import optax
import torch

from lrlib.schedules import CosineDecay, ExponentialDecay, StepDecay
from tests.benchmarks.timing import Contender, measure, report

STEPS = 1_000_000
CALLS = 2_000
EVERY = 30_000
SCHEDULES = {
    "step decay": (
        StepDecay(0.1, 0.5, EVERY),
        lambda o: torch.optim.lr_scheduler.StepLR(o, EVERY, 0.5),
        lambda: optax.exponential_decay(0.1, EVERY, 0.5, staircase=True),
        lambda: keras.optimizers.schedules.ExponentialDecay(0.1, EVERY, 0.5, staircase=True),
    ),
    "exponential decay": (
        ExponentialDecay(0.1, 0.5, EVERY),
        lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.5 ** (1 / EVERY)),
        lambda: optax.exponential_decay(0.1, EVERY, 0.5),
        lambda: keras.optimizers.schedules.ExponentialDecay(0.1, EVERY, 0.5),
    ),
    "cosine decay": (
        CosineDecay(0.1, 0.0, STEPS),
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS),
        lambda: optax.cosine_decay_schedule(0.1, STEPS),
        lambda: keras.optimizers.schedules.CosineDecay(0.1, STEPS),
    ),
}


def torch_loop(make):
    def walk():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler = make(optimizer)
        optimizer.step()
        for _ in range(CALLS):
            scheduler.step()

    return Contender("torch, scheduler.step()", walk, CALLS / STEPS, "has no array form")


def optax_float64(make, t):
    def evaluate():
        with jax.enable_x64(True):
            return jax.block_until_ready(compiled(t_jax))

    with jax.enable_x64(True):
        t_jax = jax.numpy.asarray(t)
        compiled = jax.jit(jax.vmap(make()))
    return Contender("optax, jit + vmap, float64", evaluate)


def at_once(ours, optax_make, keras_make):
    """All rates in one call, where the library has one."""
    t = np.arange(STEPS)
    t_jax = jax.numpy.arange(STEPS)
    t_keras = keras.ops.arange(STEPS, dtype="float32")
    compiled, peer = jax.jit(jax.vmap(optax_make())), keras_make()
    return [
        Contender("lrlib, array, float64", lambda: ours(t)),
        optax_float64(optax_make, t),
        Contender("optax, jit + vmap, float32", lambda: jax.block_until_ready(compiled(t_jax))),
        Contender("keras, array, float32", lambda: peer(t_keras)),
    ]


def one_by_one(ours, torch_make, optax_make, keras_make):
    """One call for each update, as in a training loop."""
    compiled, peer = jax.jit(optax_make()), keras_make()

    def calls(rate):
        def walk():
            for t in range(CALLS):
                rate(t)

        return walk

    share = CALLS / STEPS
    return [
        Contender("lrlib, planned as an array", lambda: list(ours(np.arange(CALLS))), share),
        Contender("lrlib, one call each", calls(ours), share),
        torch_loop(torch_make),
        Contender(
            "optax, jit, one call each", calls(lambda t: compiled(t).block_until_ready()), share
        ),
        Contender("keras, one call each", calls(peer), share),
    ]


def run(quick: bool, clock: str) -> None:
    """Print two tables for each schedule."""
    rounds, seconds = (3, 0.02) if quick else (7, 0.2)
    for title, (ours, torch_make, optax_make, keras_make) in SCHEDULES.items():
        contenders = at_once(ours, optax_make, keras_make)
        medians = measure(contenders, rounds, seconds, clock)
        print(report(f"{title}, {STEPS:,} updates at once", contenders, medians), "\n", flush=True)
        contenders = one_by_one(ours, torch_make, optax_make, keras_make)
        medians = measure(contenders, rounds, seconds, clock)
        heading = f"{title}, {STEPS:,} updates one by one ({CALLS:,} measured, scaled up)"
        print(report(heading, contenders, medians), "\n", flush=True)
