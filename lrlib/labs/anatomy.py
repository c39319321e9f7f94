"""Adam anatomy (unit 09): its first ten updates, with and without bias correction."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from lrlib.labs.kit import Axis, Lab, Linear, Log, Outcome, Pick, Picture, Switch, number
from lrlib.labs.kit.own import plugged
from lrlib.optimizers import Adam
from lrlib.problems import Ravine

STEPS, EPS = 10, 1e-8
VALLEY = Ravine(condition=20)
START = np.array([-9.0, 1.6])
LEAP = 3.0
GRID_X, GRID_Y = np.linspace(-12, 8, 61), np.linspace(-4, 4, 41)


def adam_step(
    w: Any,
    grad: Any,
    m: Any,
    v: Any,
    t: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[Any, Any, Any]:
    """One update of `lrlib.optimizers.Adam`, with its moments in the open."""
    rule = Adam(beta1=beta1, beta2=beta2, eps=eps)
    state = rule.init(w)._replace(m=m, v=v, t=t - 1)
    w, state = rule.update(w, grad, state, lr)
    return w, state.m, state.v


def uncorrected_step(
    w: Any,
    grad: Any,
    m: Any,
    v: Any,
    t: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[Any, Any, Any]:
    """Adam's update with the moments as they are, too close to zero at first."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * m / (np.sqrt(v) + eps), m, v


class AdamAnatomy(Lab):
    """The first ten updates of Adam in a ravine, as arrows, bars and a table."""

    title = "Adam anatomy"
    question = "How long are Adam's first steps, and what does bias correction do to them?"
    challenge = f"make the very first update at least {LEAP:g} times as long as the rate"
    controls = (
        Log("lr", "Learning rate", 0.01, 10.0, 0.5),
        Linear("beta1", "beta1", 0.0, 0.99, 0.9, 0.01),
        Pick("beta2", "beta2", (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999), 0.999),
        Switch("correction", "Bias correction", True),
    )
    presets = (
        ("too small", {"lr": 0.02}),
        ("about right", {"lr": 0.8, "correction": True}),
        ("diverges", {"lr": 8.0, "correction": False}),
    )

    def __init__(self, step: Callable[..., Any]) -> None:
        self._step = step
        super().__init__()

    def compute(self, lr: float, beta1: float, beta2: float, correction: bool) -> Outcome:
        w, m, v = START, np.zeros(2), np.zeros(2)
        path, moments = [w], []
        step = self._step if correction else uncorrected_step
        for t in range(1, STEPS + 1):
            grad = VALLEY.grad(w)
            w, m, v = step(w.copy(), grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=EPS)
            path.append(w)
            moments.append((grad[0], m[0], v[0]))
        walk = np.array(path)
        sizes = np.abs(np.diff(walk, axis=0)) / lr
        loss, first_loss = float(VALLEY.loss(walk[-1])), float(VALLEY.loss(START))
        words = (
            f"Bias correction {'on' if correction else 'off'}: the first update is "
            f"{number(sizes[0, 0])} times the rate, the tenth {number(sizes[-1, 0])} times; "
            f"the loss goes from {number(first_loss)} to {number(loss)}."
        )
        rows = [
            (str(t), number(g), number(m1), number(v1), number(size))
            for t, ((g, m1, v1), size) in enumerate(zip(moments, sizes[:, 0]), start=1)
        ]
        table = (("t", "gradient", "m", "v", "update / rate"), *rows)
        met = bool(sizes[0, 0] >= LEAP)
        return Outcome(words, (walk, sizes), not loss < first_loss, met, table)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        walk, sizes = outcome.data
        picture = Picture(660, 300)
        valley = picture.panel(
            Axis(-12, 8, "along"), Axis(-4, 4, "across"), right=280, title="Ten updates"
        )
        height = (GRID_X**2 + 20 * GRID_Y[:, None] ** 2) / 2
        valley.contours(GRID_X, GRID_Y, height, (1, 6, 16, 32, 60, 110))
        bars = picture.panel(
            Axis(0.3, 10.7, "t", ticks=(1, 4, 7, 10)),
            Axis(0, 5, "update / rate"),
            left=440,
            title="Length along",
        )
        bars.rule(y=1.0, text="the rate")
        steps = np.arange(1, STEPS + 1)
        if pinned:
            valley.line(*pinned.data[0].T, ghost=True)
            bars.bars(steps, np.minimum(pinned.data[1][:, 0], 5), width=0.9, ghost=True)
        bars.bars(steps, np.minimum(sizes[:, 0], 5), width=0.6)
        for tail, tip in pairwise(walk):
            valley.arrow(tuple(tail), tuple(tip))
        valley.markers(*walk[0], series=1)
        return picture


def adam_anatomy(adam_step: Callable[..., Any] = adam_step) -> AdamAnatomy:
    """The lab of unit 09; your own `adam_step(w, grad, m, v, t, *, ...)` makes the updates."""
    return AdamAnatomy(plugged(adam_step, "adam_step"))
