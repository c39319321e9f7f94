"""Step marble (unit 01): one marble, one bowl, one learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lrlib.labs.kit import Axis, Lab, Log, Outcome, Picture, number
from lrlib.labs.kit.own import plugged

START, CURVATURE = 1.8, 2.0
CLOSE, FEW = 1e-3, 4
NEAREST = 1e-6  # the lower edge of the picture, where all that is closer is drawn
GRID = np.linspace(-2.4, 2.4, 97)


def loss(w: Any) -> Any:
    """The height of the bowl, w squared."""
    return CURVATURE / 2 * np.square(w)


def sgd_step(w: Any, grad: Any, lr: float) -> Any:
    """One step of gradient descent."""
    return w - lr * grad


class StepMarble(Lab):
    """The path of w on the bowl w^2 under `w - lr*grad`, one step at a time."""

    title = "Step marble"
    question = "How far does one learning rate carry the marble, and does it settle at the bottom?"
    challenge = f"bring the marble to |w| < {CLOSE} in at most {FEW} steps"
    controls = (Log("lr", "Learning rate", 0.003, 3.0, 0.05, 0.02),)
    presets = (
        ("too small", {"lr": 0.01}),
        ("about right", {"lr": 0.35}),
        ("diverges", {"lr": 1.1}),
    )
    most_steps = 20

    def __init__(self, step: Callable[..., Any]) -> None:
        self._step = step
        super().__init__()

    def compute(self, lr: float, steps: int) -> Outcome:
        path = [START]
        for _ in range(steps + 1):
            here = np.float64(path[-1])
            path.append(float(self._step(here, CURVATURE * here, lr)))
        w = np.array(path)
        now, ahead = w[steps], w[steps + 1]
        reached = np.flatnonzero(np.abs(w[: steps + 1]) < CLOSE)
        met = bool(reached.size and reached[0] <= FEW)
        diverged = bool(abs(ahead) > abs(w[0])) or not np.isfinite(ahead)
        count = "1 step" if steps == 1 else f"{steps} steps"
        words = f"Learning rate {number(lr)}: after {count} w = {number(now)}. "
        if diverged:
            words += (
                f"The next step lands at {number(ahead)}, further out than it began: it diverges."
            )
        elif met:
            first = "1 step" if reached[0] == 1 else f"{reached[0]} steps"
            words += f"It came within {CLOSE} of the bottom after {first}."
        else:
            side = "overshoots to the other side, at" if now * ahead < 0 else "goes to"
            words += f"The next step {side} {number(ahead)}."
        return Outcome(words, w, diverged, met)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        picture = Picture(660, 300)
        bowl = picture.panel(
            Axis(-2.4, 2.4, "parameter w"), Axis(0, 5.5, "loss w²"), right=330, title="The bowl"
        )
        walk = picture.panel(
            Axis(0, self.most_steps, "step"),
            Axis(NEAREST, 100, "distance |w|", log=True),
            left=400,
            title="How close, step by step",
        )
        bowl.line(GRID, loss(GRID), series=7, solid=True)
        walk.band(y=(NEAREST, CLOSE), series=2)
        walk.text(self.most_steps - 0.3, CLOSE, "close enough", anchor="end", dy=14)
        for each, ghost in ((pinned, True), (outcome, False)):
            if each is None or each.data is None:
                continue
            taken = each.data[:-1]
            bowl.line(taken, loss(taken), ghost=ghost, thin=True)
            bowl.markers(taken, loss(taken), ghost=ghost, size=3)
            distance = np.maximum(np.abs(taken), NEAREST)  # 0 has no place on a logarithmic axis
            walk.line(np.arange(len(taken)), distance, ghost=ghost)
            walk.markers(np.arange(len(taken)), distance, ghost=ghost, size=3)
        now, ahead = outcome.data[-2:]
        bowl.arrow((now, loss(now)), (ahead, loss(ahead)), series=1)
        bowl.markers(now, loss(now), series=0, size=7)
        return picture


def step_marble(sgd_step: Callable[..., Any] = sgd_step) -> StepMarble:
    """The lab of unit 01; pass your own `sgd_step(w, grad, lr)` to let it move the marble."""
    return StepMarble(plugged(sgd_step, "sgd_step"))
