"""Mode bars (unit 02): two curvatures, one rate, and the factor by which each step shrinks each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lrlib import curvature
from lrlib.labs.kit import Axis, Lab, Log, Outcome, Picture, number
from lrlib.labs.kit.own import plugged

START = np.array([9.0, 4.0])
STEPS = 40
NEAR, ILL_CONDITIONED = 1.05, 10
GRID_X, GRID_Y = np.linspace(-10.5, 10.5, 61), np.linspace(-5, 5, 41)
LEVELS = (0.25, 2, 7, 16, 30, 60, 120, 240)


class ModeBars(Lab):
    """Gradient descent on a bowl with a flat and a steep direction."""

    title = "Mode bars"
    question = "Which direction sets the limit of the rate, and which one keeps you waiting?"
    challenge = (
        f"find the fastest stable rate (within {NEAR - 1:.0%}) "
        f"while the steep curvature is at least {ILL_CONDITIONED} times the flat one"
    )
    controls = (
        Log("lr", "Learning rate", 0.01, 10.0, 0.1, 0.02),
        Log("flat", "Flat curvature", 0.05, 1.0, 0.2),
        Log("steep", "Steep curvature", 1.0, 20.0, 4.0),
    )
    presets = (
        ("too small", {"lr": 0.02}),
        ("about right", {"lr": 0.4}),
        ("diverges", {"lr": 0.6, "steep": 4.0}),
    )

    def __init__(self, max_stable_lr: Callable[..., Any]) -> None:
        self._limit = max_stable_lr
        super().__init__()

    def compute(self, lr: float, flat: float, steep: float) -> Outcome:
        hessian = np.diag([flat, steep])
        factors = 1 - lr * np.array([flat, steep])
        path = START * factors ** np.arange(STEPS + 1)[:, None]
        worst = float(np.abs(factors).max())
        best = curvature.contraction(curvature.best_fixed_lr(hessian), hessian)
        limit = float(self._limit(hessian))
        words = f"Learning rate {number(lr)}, limit {number(limit)}. "
        at_limit = bool(np.isclose(worst, 1))
        diverged = bool(worst > 1) and not at_limit
        if at_limit:
            words += (
                "At its limit the steep direction hops to and fro for ever, no nearer, no farther."
            )
        elif diverged:
            words += f"The steep direction grows {number(worst)} times a step: it diverges."
        else:
            slow = "flat" if abs(factors[0]) >= abs(factors[1]) else "steep"
            steps = int(np.ceil(np.log(1e-3) / np.log(worst))) if worst > 0 else 1
            words += (
                f"The {slow} direction is the slower one: it keeps {number(worst)} of its distance "
                f"each step, {steps:,} steps to a thousandth. The best rate would keep "
                f"{number(best)}."
            )
        met = worst < 1 - (1 - best) / NEAR and steep >= ILL_CONDITIONED * flat
        return Outcome(words, (path, factors, flat, steep), diverged, met)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        path, factors, flat, steep = outcome.data
        picture = Picture(660, 320)
        bowl = picture.panel(
            Axis(-10.5, 10.5, "flat direction"),
            Axis(-5, 5, "steep direction"),
            right=230,
            title=f"The path of {STEPS} steps",
        )
        height = (flat * GRID_X**2 + steep * GRID_Y[:, None] ** 2) / 2
        bowl.contours(GRID_X, GRID_Y, height, LEVELS)
        bars = picture.panel(
            Axis(0, 3, ticks=()), Axis(0, 2, "kept of the distance"), left=490, title="|1 − lr·λ|"
        )
        bars.band(y=(1, 2), series=1)
        bars.rule(y=1.0)
        bars.text(1.5, 1.86, "above 1: grows", anchor="middle")
        if pinned:
            bowl.line(*pinned.data[0].T, ghost=True)
            bars.bars([1, 2], np.abs(pinned.data[1]), width=0.86, ghost=True)
        bowl.line(*path.T)
        bowl.markers(*path.T, size=3)
        for place, series, name in ((1, 2, "flat"), (2, 0, "steep")):
            size = abs(factors[place - 1])
            bars.bars(place, min(size, 2), width=0.7, series=series)
            bars.text(place, 0.1, name, anchor="middle")
            bars.text(place, min(size, 1.72), number(size), anchor="middle", dy=-4)
        return picture


def mode_bars(max_stable_lr: Callable[..., Any] = curvature.max_stable_lr) -> ModeBars:
    """The lab of unit 02; your own `max_stable_lr(hessian)` gives the limit that is read out."""
    return ModeBars(plugged(max_stable_lr, "max_stable_lr"))
