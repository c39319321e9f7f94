"""The rates of a million updates: one array call of lrlib against its peers."""

from __future__ import annotations

import jax
import keras
import numpy as np
import optax
import torch

from lrlib.schedules import CosineDecay, ExponentialDecay, StepDecay
from tests.benchmarks.timing import Contender, measure, report

STEPS = 1_000_000
TORCH_STEPS = 10_000
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
        for _ in range(TORCH_STEPS):
            scheduler.step()

    note = f"{TORCH_STEPS:,} updates, scaled up: it has no array form"
    return Contender("torch, scheduler.step()", walk, TORCH_STEPS / STEPS, note)


def run(quick: bool) -> None:
    """Print one table for each schedule."""
    rounds, seconds = (3, 0.02) if quick else (7, 0.2)
    t = np.arange(STEPS)
    t_jax = jax.numpy.arange(STEPS)
    t_keras = keras.ops.arange(STEPS, dtype="float32")
    for title, (ours, torch_make, optax_make, keras_make) in SCHEDULES.items():
        compiled = jax.jit(jax.vmap(optax_make()))
        peer = keras_make()
        contenders = [
            Contender("lrlib, array, float64", lambda ours=ours: ours(t)),
            torch_loop(torch_make),
            Contender(
                "optax, jit + vmap, float32",
                lambda compiled=compiled: jax.block_until_ready(compiled(t_jax)),
            ),
            Contender("keras, array, float32", lambda peer=peer: peer(t_keras)),
        ]
        medians = measure(contenders, rounds, seconds)
        print(report(f"{title}, {STEPS:,} updates", contenders, medians), "\n")
