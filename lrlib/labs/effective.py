"""Effective-rate bars (unit 08): the rate that each parameter really gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lrlib.labs.kit import Axis, Choice, Lab, Log, Outcome, Picture, Switch, number
from lrlib.labs.kit.own import LearnerError, plugged
from lrlib.optimizers import SGD, AdaGrad, RMSprop
from lrlib.problems import RotatedRavine

STEPS, CONDITION, RARE, EPS = 100, 100.0, 5, 1e-8
METHODS = {"SGD": SGD(), "AdaGrad": AdaGrad(eps=EPS), "RMSprop": RMSprop(rho=0.9, eps=EPS)}
GOAL = 0.001
START, TURN = np.array([-2.0, 1.0]), np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2)
GRID = np.linspace(-2.2, 2.2, 45)


def effective_lr(mean_square: Any, *, lr: float, eps: float) -> Any:
    """The factor in front of each entry of the gradient: `lr / (sqrt(mean_square) + eps)`."""
    return lr / (np.sqrt(mean_square) + eps)


class EffectiveRateBars(Lab):
    """Two parameters of very different steepness, and the rate that each gets."""

    title = "Effective-rate bars"
    question = "A rate for each parameter: when does it help, and what defeats it?"
    challenge = f"with parameter 1 seen rarely, bring the loss below {GOAL}"
    controls = (
        Choice("method", "Method", tuple(METHODS), "SGD"),
        Log("lr", "Learning rate", 0.001, 10.0, 0.01),
        Switch("sparse", "Parameter 1 seen rarely (1 step in 5)"),
        Switch("turned", "Valley turned by 45 degrees"),
    )
    presets = (
        ("too small", {"method": "SGD", "lr": 0.002}),
        ("about right", {"method": "AdaGrad", "lr": 0.8, "turned": False}),
        ("diverges", {"method": "SGD", "lr": 0.05}),
    )

    def __init__(self, effective: Callable[..., Any]) -> None:
        self._effective = effective
        super().__init__()

    def compute(self, method: str, lr: float, sparse: bool, turned: bool) -> Outcome:
        problem = RotatedRavine(CONDITION, 45.0 if turned else 0.0)
        rule, hessian = METHODS[method], problem.hessian()
        w = TURN @ START if turned else START
        state, path = rule.init(w), [w]
        with np.errstate(over="ignore", invalid="ignore"):
            for t in range(STEPS):
                grad = hessian @ w
                if sparse:
                    grad[0] *= RARE if t % RARE == 0 else 0
                w, state = rule.update(w, grad, state, lr)
                path.append(w)
            loss = float(problem.loss(w))
        walk = np.array(path)
        squares = state[0] if method != "SGD" else np.ones(2)
        own = np.full(2, lr) if method == "SGD" else self._effective(squares, lr=lr, eps=EPS)
        rates = np.broadcast_to(np.asarray(own, float), 2)
        if np.isnan(rates).any():
            raise LearnerError(f"effective_lr returns one rate for each parameter; it gave {own!r}")
        diverged = not loss < 2 * float(problem.loss(walk[0]))
        words = (
            f"{method} at rate {number(lr)}: parameter 1 gets {number(rates[0])}, parameter 2 gets "
            f"{number(rates[1])}; after {STEPS} steps the loss is {number(loss)}."
        )
        return Outcome(words, (walk, rates, hessian), diverged, sparse and loss < GOAL)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        walk, rates, hessian = outcome.data
        picture = Picture(660, 320)
        valley = picture.panel(
            Axis(-2.2, 2.2, "parameter 1"),
            Axis(-2.2, 2.2, "parameter 2"),
            right=270,
            title="The path",
        )
        x, y = GRID, GRID[:, None]
        height = (hessian[0, 0] * x**2 + 2 * hessian[0, 1] * x * y + hessian[1, 1] * y**2) / 2
        valley.contours(GRID, GRID, height, (0.3, 1.5, 6, 20, 60, 150))
        bars = picture.panel(
            Axis(0, 3, "parameter", ticks=(1.0, 2.0)),
            Axis(1e-4, 100, "effective rate", log=True),
            left=460,
            title="Rate of each parameter",
        )
        if pinned:
            valley.line(*pinned.data[0].T, ghost=True)
            bars.bars([1, 2], pinned.data[1], bottom=1e-4, width=0.86, ghost=True)
        valley.line(*walk.T)
        valley.markers(*walk[::5].T, size=2.5)
        valley.markers(0, 0, series=2, size=6)
        valley.text(0, 0, "minimum", anchor="middle", dy=22)
        for place, series in ((1, 1), (2, 0)):
            rate = rates[place - 1]
            bars.bars(place, np.clip(rate, 1e-4, 100), bottom=1e-4, width=0.7, series=series)
            bars.text(place, np.clip(rate, 3e-4, 50), number(rate), anchor="middle", dy=-4)
        return picture


def effective_rate_bars(effective_lr: Callable[..., Any] = effective_lr) -> EffectiveRateBars:
    """The lab of unit 08; your own `effective_lr(mean_square, *, lr, eps)` sets the bars."""
    return EffectiveRateBars(plugged(effective_lr, "effective_lr"))
