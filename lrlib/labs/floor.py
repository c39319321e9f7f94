"""Noise floor (unit 03): where the loss of SGD stops falling, guessed by a line and measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.labs.kit import Axis, Lab, Log, Outcome, Pick, Picture, number
from lrlib.labs.kit.own import plugged

STEPS, RUNS, START = 400, 96, 3.0
CURVATURE, VARIANCE = 1.0, 4.0
CLOSE = 0.15
RATE = Log("lr", "Learning rate", 0.01, 3.0, 0.3)
BATCH = Pick("batch_size", "Batch size", (1, 2, 4, 8, 16, 32, 64, 128), 1)


@lru_cache(maxsize=1)
def _draws() -> NDArray[np.float64]:
    return np.random.default_rng(3).standard_normal((STEPS, RUNS))


def losses(lr: float, batch_size: int) -> NDArray[np.float64]:
    """Loss before each step and after the last, shape (STEPS + 1, RUNS).

    SGD on `CURVATURE/2 * w^2`, whose gradient on one sample has variance VARIANCE.
    """
    noise = _draws() * (lr * np.sqrt(VARIANCE / batch_size))
    w = np.empty((STEPS + 1, RUNS))
    w[0] = START
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(STEPS):
            np.multiply(w[t], 1 - lr * CURVATURE, out=w[t + 1])
            w[t + 1] -= noise[t]
        return CURVATURE / 2 * w * w


class NoiseFloor(Lab):
    """SGD on one noisy bowl: many runs, their mean, and a line to put where they level off."""

    title = "Noise floor"
    question = "Mini-batches are noisy. At which loss does SGD stop improving, and what moves it?"

    def __init__(self, noise_floor: Callable[..., Any] | None) -> None:
        self._formula = noise_floor
        if noise_floor:
            self.controls = (RATE, BATCH)
            self.challenge = "see your formula follow the loss: within 15 % at a rate of 1 or more"
        else:
            self.controls = (RATE, BATCH, Log("guess", "Your line", 1e-4, 10.0, 1.0, 0.05))
            self.challenge = f"put your line within {CLOSE:.0%} of the measured floor, rate below 1"
        self.presets = (
            ("small steps", {"lr": 0.03}),
            ("large batch", {"batch_size": 64}),
            ("diverges", {"lr": 2.5}),
        )
        super().__init__()

    def compute(self, lr: float, batch_size: int, guess: float | None = None) -> Outcome:
        found = losses(lr, batch_size)
        mean = found.mean(axis=1)
        diverged = lr * CURVATURE >= 2
        words = f"Learning rate {number(lr)}, batch size {batch_size}: "
        if diverged:
            words += "lr times curvature is 2 or more, so the loss grows and there is no floor."
            return Outcome(words, (found[:, 0], mean, None, guess), diverged=True)
        floor = float(mean[STEPS // 2 :].mean())
        if self._formula:
            guess = float(self._formula(lr, CURVATURE, VARIANCE / batch_size))
        assert guess is not None, "without a formula there is a slider for the guess"
        side = "above" if guess > floor else "below"
        words += (
            f"the mean of {RUNS} runs levels off at {number(floor)}; "
            f"your line, {number(guess)}, is {abs(guess / floor - 1):.0%} {side} it."
        )
        met = abs(guess / floor - 1) <= CLOSE and (lr >= 1 if self._formula else lr < 1)
        return Outcome(words, (found[:, 0], mean, floor, guess), met=met)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        one, mean, _, guess = outcome.data
        picture = Picture(660, 300)
        panel = picture.panel(
            Axis(0, STEPS, "step"), Axis(1e-4, 100, "loss", log=True), title="SGD on a noisy bowl"
        )
        steps = np.arange(STEPS + 1)
        if pinned:
            panel.line(steps[::2], pinned.data[1][::2], ghost=True)
        panel.line(steps[::2], one[::2], series=4, thin=True)
        panel.line(steps[::2], mean[::2])
        if guess is not None:
            panel.line([0, STEPS], [guess, guess], series=1)
        names = [("mean of all runs", 0), ("one run", 4), ("your line", 1)]
        panel.legend(names, ghost="pinned mean" if pinned else "")
        return picture


def noise_floor(noise_floor: Callable[..., Any] | None = None) -> NoiseFloor:
    """The lab of unit 03; your own `noise_floor(lr, curvature, grad_variance)` sets the line."""
    return NoiseFloor(plugged(noise_floor, "noise_floor") if noise_floor else None)
