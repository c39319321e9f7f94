"""The rows of dynamic loss scaling, and how each peer is told of an overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.lrlib.conformance import peers
from tests.lrlib.conformance.rows import Row

SCALE = 1024.0
OVERFLOWS = [False, False, True, False, False, False, False, True, True, False, False, False, False]


def _row(ours: str, peer: str, theirs: str, **claim: Any) -> Row:
    return Row("loss scaling", ours, peer, theirs, steps=len(OVERFLOWS), **claim)


ROWS = [
    _row(
        "LossScale(2.0, 0.5, 3)",
        "torch",
        "GradScaler('cpu', SCALE, growth_factor=2.0, backoff_factor=0.5, growth_interval=3)",
    ),
    _row(
        "LossScale(4.0, 0.25, 2)",
        "torch",
        "GradScaler('cpu', SCALE, growth_factor=4.0, backoff_factor=0.25, growth_interval=2)",
    ),
    _row(
        "LossScale(2.0, 0.5, 3)",
        "keras",
        "LossScaleOptimizer(SGD(), initial_scale=SCALE, dynamic_growth_steps=3)",
    ),
]


def ours(row: Row) -> NDArray[np.float64]:
    """The scale after each update."""
    rule = eval(row.ours, peers.ours())
    state, scales = rule.init(SCALE), []
    for overflow in OVERFLOWS:
        state = rule.update(overflow, state)
        scales.append(state.scale)
    return np.array(scales)


def theirs(row: Row) -> NDArray[np.float64]:
    """The peer's scale after each update."""
    known = peers.required(row.peer) | {"SCALE": SCALE}
    return {"torch": _torch, "keras": _keras}[row.peer](row.theirs, known)


def _torch(call: str, known: dict[str, Any]) -> NDArray[np.float64]:
    torch = known["torch"]
    scaler = eval(call, known | {"GradScaler": torch.amp.GradScaler})
    w = torch.ones(1, requires_grad=True)
    optimizer, scales = torch.optim.SGD([w], lr=0.1), []
    for overflow in OVERFLOWS:
        optimizer.zero_grad()
        scaler.scale((w * (float("inf") if overflow else 1.0)).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return np.array(scales)


def _keras(call: str, known: dict[str, Any]) -> NDArray[np.float64]:
    keras = known["keras"]
    w = keras.Variable(np.ones(1), dtype="float64")
    optimizer, scales = eval(call, known), []
    optimizer.build([w])
    for overflow in OVERFLOWS:
        optimizer.apply([keras.ops.convert_to_tensor([np.inf if overflow else 1.0])], [w])
        scales.append(float(optimizer.dynamic_scale.value))
    return np.array(scales)
