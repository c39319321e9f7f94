"""Phase map (unit 07): how fast momentum forgets, for every rate and momentum at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib.labs.kit import Axis, Lab, Linear, Log, Outcome, Picture, heat_map, number
from lrlib.labs.kit.own import plugged
from lrlib.optimizers import Momentum
from lrlib.optimizers.momentum import Velocity
from lrlib.problems import Ravine

RAVINE = Ravine(condition=50)
CURVATURES = (1.0, 50.0)
LOW, HIGH = 0.001, 0.2
GOAL = 0.8
GRID_X, GRID_Y = np.linspace(-11, 5, 61), np.linspace(-2.4, 2.4, 41)
LEVELS = (0.3, 2, 6, 14, 28, 50, 90, 140)


def decay_per_step(lr: ArrayLike, mu: ArrayLike) -> NDArray[np.float64]:
    """The factor by which the slowest mode shrinks each step, in the long run.

    The largest modulus of the roots of `z^2 - (1 + mu - lr*lambda) z + mu`, over both curvatures.
    """
    worst = np.zeros(np.broadcast_shapes(np.shape(lr), np.shape(mu)))
    for curvature in CURVATURES:
        half = (1 + np.asarray(mu, float) - np.asarray(lr, float) * curvature) / 2
        root = np.sqrt(half * half - np.asarray(mu, float) + 0j)
        worst = np.maximum(worst, np.maximum(np.abs(half + root), np.abs(half - root)))
    return worst


@lru_cache(maxsize=1)
def _map() -> str:
    lr, mu = np.geomspace(LOW, HIGH, 90), np.linspace(0, 0.99, 60)[:, None]
    found = decay_per_step(lr, mu)
    speed = np.sqrt(np.clip(-np.log(np.minimum(found, 1)) / 0.3, 0, 1))
    return heat_map(np.where(found >= 1, 0, 0.2 + 0.8 * speed))


def momentum_step(w: Any, grad: Any, velocity: Any, *, lr: float, mu: float) -> tuple[Any, Any]:
    """One update of `lrlib.optimizers.Momentum`, with the velocity in the open."""
    w, state = Momentum(mu).update(w, grad, Velocity(velocity), lr)
    return w, state.velocity


class PhaseMap(Lab):
    """A map of (rate, momentum), and the walk down a ravine at the point that is chosen."""

    title = "Phase map"
    question = "How much faster can momentum be than plain descent, and where does it break?"
    challenge = (
        f"find a point that keeps at most {GOAL} of the distance each step (plain SGD: 0.96)"
    )
    controls = (
        Log("lr", "Learning rate", LOW, HIGH, 0.02, 0.02),
        Linear("mu", "Momentum", 0.0, 0.99, 0.0, 0.01),
    )
    presets = (
        ("plain SGD", {"lr": 0.0392, "mu": 0.0}),
        ("heavy ball", {"lr": 0.03, "mu": 0.95}),
        ("diverges", {"lr": 0.1, "mu": 0.3}),
    )
    most_steps = 60

    def __init__(self, step: Callable[..., Any]) -> None:
        self._step = step
        super().__init__()

    def compute(self, lr: float, mu: float, steps: int) -> Outcome:
        w, velocity = RAVINE.init(), np.zeros(2)
        path = [w]
        for _ in range(steps):
            w, velocity = self._step(w.copy(), RAVINE.grad(w), velocity, lr=lr, mu=mu)
            path.append(w)
        kept = float(decay_per_step(lr, mu))
        words = f"Rate {number(lr)}, momentum {number(mu)}: "
        if kept >= 1:
            words += f"the distance grows {number(kept)} times each step: it diverges."
        else:
            words += (
                f"in the long run each step keeps {number(kept)} of the distance, "
                f"{number(np.ceil(np.log(1e-3) / np.log(kept)))} steps to a thousandth. "
            )
        words += f" After {steps} steps the loss is {number(float(RAVINE.loss(path[-1])))}."
        data = (np.array(path), np.asarray(velocity), lr, mu)
        return Outcome(" ".join(words.split()), data, kept >= 1, kept <= GOAL)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        path, velocity, lr, mu = outcome.data
        picture = Picture(660, 320)
        chart = picture.panel(
            Axis(LOW, HIGH, "rate", log=True),
            Axis(0, 0.99, "momentum"),
            right=360,
            title="Bright: fast. Darkest: diverges",
        )
        chart.image(_map())
        chart.text(HIGH * 0.97, 0.1, "diverges", anchor="end")
        valley = picture.panel(
            Axis(-11, 5, "along"), Axis(-2.4, 2.4, "across"), left=370, title="The ravine"
        )
        valley.contours(GRID_X, GRID_Y, (GRID_X**2 + 50 * GRID_Y[:, None] ** 2) / 2, LEVELS)
        if pinned:
            valley.line(*pinned.data[0].T, ghost=True)
            chart.markers(pinned.data[2], pinned.data[3], ghost=True, size=6)
        chart.rule(x=lr)
        chart.rule(y=mu)
        chart.markers(lr, mu, series=1, size=6)
        valley.line(*path.T)
        valley.markers(*path.T, size=2.5)
        valley.markers(*path[-1], series=1, size=5)
        valley.arrow(tuple(path[-1]), tuple(path[-1] - lr * mu * velocity * 4), series=1)
        return picture


def phase_map(momentum_step: Callable[..., Any] = momentum_step) -> PhaseMap:
    """The lab of unit 07; your own `momentum_step(w, grad, velocity, *, lr, mu)` can walk."""
    return PhaseMap(plugged(momentum_step, "momentum_step"))
