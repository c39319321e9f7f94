"""Relatives that are easily taken for each other: schedules of one unit, and update rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lrlib.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop
from lrlib.schedules import (
    WSD,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    Join,
    OneCycle,
    PolynomialDecay,
    Schedule,
    ScheduledDrop,
    StepDecay,
    Triangular,
    Triangular2,
    Warmup,
)

SCHEDULES = tuple(
    (unit, lr, n)
    for unit in ("04", "05", "11", "12")
    for lr, n in ((0.8, 10), (0.2, 20), (0.05, 100))
)
"""Unit, highest rate and pace of each family."""

MOVES: dict[str, tuple[Optimizer, ...]] = {
    "07": (SGD(), Momentum(0.5), Momentum(0.9), Nesterov(0.5)),
    "08": (AdaGrad(), RMSprop(0.9), SGD(), Momentum(0.9)),
    "09": (Adam(), SGD(), AdaGrad(), RMSprop(0.9)),
}
"""Unit -> update rules."""

IDEAS: dict[type, str] = {
    StepDecay: "multiplies the rate by gamma at every multiple of `every`, and is level between",
    ScheduledDrop: "multiplies the rate by gamma at each milestone, and is level between",
    ExponentialDecay: "falls at each update, by the factor gamma in `every` updates",
    InverseTimeDecay: "divides `lr0` by 1 + rate * t / every, and falls ever more slowly",
    PolynomialDecay: "falls with a power of the share of updates left, to `lr_end` after `steps`",
    Triangular: "rises in a straight line for `half_cycle` updates and falls for as many",
    Triangular2: "is a triangular cycle whose height above `base_lr` halves with each cycle",
    CosineRestarts: "falls along half a cosine in each cycle and jumps back to the highest rate",
    OneCycle: "rises for the first part of the run, then falls to far below its start",
    Warmup: "rises in equal steps to `lr` at the last update of the warmup, and stays there",
    CosineDecay: "falls along half a cosine from `lr0` to `lr_end`, fastest in the middle",
    WSD: "warms up, stays at `lr`, and falls only in the last `decay_steps` of its updates",
    Join: "runs its schedules in turn, each on a clock that starts from 0",
    SGD: "moves by rate times gradient at each update",
    Momentum: "adds mu times the last velocity to each gradient, and so gathers speed",
    Nesterov: "adds mu times the new velocity to each gradient, and so is ahead of momentum",
    AdaGrad: "divides by the root of the sum of all squared gradients, so that steps shrink",
    RMSprop: "divides by the root of a moving mean of squares that begins at 0",
    Adam: "divides two corrected means, so that equal gradients give steps as long as the rate",
}
"""What a schedule or a rule does, as the end of a sentence."""


def family(unit: str, lr: float, n: int) -> tuple[Schedule, ...]:
    """The schedules of a unit that share a highest rate and a pace of n updates."""
    if unit == "04":
        return (
            StepDecay(lr, 0.5, n),
            StepDecay(lr, 0.1, 2 * n),
            ScheduledDrop(lr, (n, 3 * n), 0.1),
            ScheduledDrop(lr, (n // 2, 2 * n), 0.5),
        )
    if unit == "05":
        return (
            ExponentialDecay(lr, 0.5, n),
            StepDecay(lr, 0.5, n),
            InverseTimeDecay(lr, 1.0, n),
            PolynomialDecay(lr, 0.0, 4 * n, 2.0),
            PolynomialDecay(lr, 0.0, 4 * n, 1.0),
        )
    if unit == "11":
        return (
            Triangular(lr / 10, lr, n),
            Triangular2(lr / 10, lr, n),
            CosineRestarts(lr, 0.0, 2 * n, 1),
            CosineRestarts(lr, 0.0, n, 2),
            OneCycle(lr, 4 * n, 0.25, 10.0, 100.0),
        )
    return (
        Warmup(lr, n),
        Warmup(lr, n).then(n, CosineDecay(lr, 0.0, 3 * n)),
        WSD(lr, n, 4 * n, n, 0.0),
        CosineDecay(lr, 0.0, 4 * n),
    )


def moved(rule: Optimizer, lr: float, gradient: float, steps: int) -> float:
    """How far a parameter moves in some updates with the same gradient."""
    w: NDArray[np.floating] = np.zeros(1)
    state = rule.init(w)
    for _ in range(steps):
        w, state = rule.update(w, np.full(1, gradient), state, lr)
    return abs(float(w[0]))
