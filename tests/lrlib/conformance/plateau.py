"""The rows of reduce-on-plateau, and how each peer is fed a metric."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.lrlib.conformance import peers
from tests.lrlib.conformance.rows import Row

LR = 0.4
METRICS = [5.0, 4.0, 4.0, 3.95, 4.2, 4.1, 4.3, 4.0, 3.99, 3.92, 3.0, 3.0, 3.1, 3.0, 2.95, 3.0]
METRICS += [float("nan"), 3.0, 3.0, 3.0, 3.0, 2.0, 2.0, 2.0]


def _row(ours: str, peer: str, theirs: str, **claim: Any) -> Row:
    return Row("plateau", ours, peer, theirs, steps=len(METRICS), **claim)


ROWS = [
    _row(
        "ReduceOnPlateau(0.5, 2, 0.1, min_lr=0.06, cooldown=1)",
        "torch",
        "ReduceLROnPlateau(sgd(LR), factor=0.5, patience=2, threshold=0.1, threshold_mode='abs', "
        "cooldown=1, min_lr=0.06)",
    ),
    _row(
        "ReduceOnPlateau(0.5, 2, 0.1, min_lr=0.06, cooldown=1)",
        "keras",
        "ReduceLROnPlateau(factor=0.5, patience=2 + 1, min_delta=0.1, cooldown=1 + 1, min_lr=0.06)",
    ),
    _row(
        "ReduceOnPlateau(0.5, 2, 0.1, cooldown=1)",
        "optax",
        "reduce_on_plateau(0.5, patience=2 + 1, rtol=0.0, atol=0.1, cooldown=1)",
    ),
    _row(
        "ReduceOnPlateau(0.5, 2, 0.1, min_lr=0.06, cooldown=0)",
        "torch",
        "ReduceLROnPlateau(sgd(LR), factor=0.5, patience=2, threshold=0.1, threshold_mode='abs', "
        "min_lr=0.06)",
    ),
    _row(
        "ReduceOnPlateau(0.5, 2, 0.1, min_lr=0.06, cooldown=0)",
        "keras",
        "ReduceLROnPlateau(factor=0.5, patience=2 + 1, min_delta=0.1, cooldown=0 + 1, min_lr=0.06)",
    ),
    _row(
        "ReduceOnPlateau(0.5, 2, 0.1, min_lr=0.06)",
        "keras",
        "ReduceLROnPlateau(factor=0.5, patience=2, min_delta=0.1, min_lr=0.06)",
        differs="t == 3 or 5 <= t <= 12",
        why="Keras cuts at the bad value that patience names, one earlier",
    ),
]


def ours(row: Row) -> NDArray[np.float64]:
    """The rate after each value of the metric."""
    rule = eval(row.ours, peers.ours())
    state, rates = rule.init(LR), []
    for metric in METRICS:
        state = rule.update(metric, state)
        rates.append(state.lr)
    return np.array(rates)


def theirs(row: Row) -> NDArray[np.float64]:
    """The peer's rate after each value of the metric."""
    known = peers.required(row.peer)
    rule = eval(row.theirs, known | {"LR": LR})
    return {"torch": _torch, "keras": _keras, "optax": _optax}[row.peer](rule, known)


def _torch(rule: Any, known: dict[str, Any]) -> NDArray[np.float64]:
    rates = []
    for metric in METRICS:
        rule.step(metric)
        rates.append(rule.optimizer.param_groups[0]["lr"])
    return np.array(rates)


def _keras(rule: Any, known: dict[str, Any]) -> NDArray[np.float64]:
    optimizer = known["keras"].optimizers.SGD(learning_rate=LR)
    rule.set_model(SimpleNamespace(optimizer=optimizer))
    rule.on_train_begin()
    rates = []
    for epoch, metric in enumerate(METRICS):
        rule.on_epoch_end(epoch, {"val_loss": metric})
        rates.append(float(optimizer.learning_rate))
    return np.array(rates)


def _optax(rule: Any, known: dict[str, Any]) -> NDArray[np.float64]:
    jnp = known["jax"].numpy
    nothing = jnp.zeros(1)
    state, rates = rule.init(nothing), []
    for metric in METRICS:
        _, state = rule.update(nothing, state, value=jnp.asarray(metric))
        rates.append(LR * float(state.scale))
    return np.array(rates)
