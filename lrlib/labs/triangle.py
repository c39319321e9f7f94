"""Triangle anatomy (unit 11): base, top and half-cycle of a cyclical rate, and their unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lrlib.labs.kit import Axis, Choice, Lab, Log, Outcome, Picture, Whole, number
from lrlib.labs.kit.live import BATCH_SIZE, STEPS, LiveRun
from lrlib.labs.kit.own import plugged, rates_from
from lrlib.schedules import Triangular, Triangular2

SHAPES = {"triangular": Triangular, "triangular2": Triangular2}
GOAL = 0.33


class TriangleAnatomy(Lab):
    """A triangular rate and the training it leads to, measured in updates and in epochs."""

    title = "Triangle anatomy"
    question = "A rate that goes up and down: what do base, top and half-cycle each do?"
    challenge = f"end at the bottom of a cycle with a loss of at most {GOAL}"
    controls = (
        Log("base_lr", "Base rate", 0.001, 1.0, 0.05),
        Log("max_lr", "Top rate", 0.01, 10.0, 0.5),
        Whole("half_cycle", "Half-cycle (updates)", 5, STEPS, 30),
        Choice("shape", "Shape", tuple(SHAPES), "triangular"),
    )
    presets = (
        ("hardly a cycle", {"base_lr": 0.05, "max_lr": 0.06}),
        ("one cycle", {"base_lr": 0.02, "max_lr": 0.7, "half_cycle": STEPS // 2}),
        ("diverges", {"base_lr": 1.0, "max_lr": 10.0, "half_cycle": 40}),
    )

    def __init__(self, own: Callable[..., Any] | None) -> None:
        self._own = own
        self._train = LiveRun()
        super().__init__()

    def compute(self, base_lr: float, max_lr: float, half_cycle: int, shape: str) -> Outcome:
        top = max(max_lr, base_lr)
        options: dict[str, Any] = {"base_lr": base_lr, "max_lr": top, "half_cycle": half_cycle}
        if self._own and shape == "triangular":
            rates = rates_from(self._own, STEPS + 1, **options)
        else:
            rates = SHAPES[shape](**options)(np.arange(STEPS + 1))
        trace = self._train(rates[:-1])
        epochs = half_cycle * BATCH_SIZE / self._train.network.n_samples
        cycles = STEPS / (2 * half_cycle)
        ends_low = bool(rates[-1] <= base_lr * 1.001)
        words = (
            f"Half a cycle is {half_cycle} updates of {BATCH_SIZE} digits, "
            f"{number(epochs)} epochs; "
            f"{number(cycles)} cycles fit, the last rate is {number(rates[-1])}, "
            f"and the loss ends at {number(trace.final)}."
        )
        met = ends_low and trace.final <= GOAL
        return Outcome(words, (rates, trace, half_cycle), trace.diverged, met)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        rates, trace, half_cycle = outcome.data
        picture = Picture(660, 360)
        rate = picture.panel(
            Axis(0, STEPS), Axis(0, max(rates) * 1.1, "rate"), bottom=222, title="Learning rate"
        )
        loss = picture.panel(
            Axis(0, STEPS, "update"),
            Axis(0.1, 10, "loss", log=True),
            top=178,
            title="Training loss on the digits",
        )
        if pinned:
            rate.line(np.arange(STEPS + 1), pinned.data[0], ghost=True)
            loss.line(pinned.data[1].at, pinned.data[1].full, ghost=True)
        for turn in range(2 * half_cycle, STEPS + 1, 2 * half_cycle):
            rate.rule(x=turn)
            loss.rule(x=turn)
        rate.line(np.arange(STEPS + 1), rates)
        if half_cycle <= STEPS:
            rate.arrow((0, max(rates) * 0.04), (half_cycle, max(rates) * 0.04), series=1)
            rate.text(half_cycle / 2, max(rates) * 0.1, "half-cycle", anchor="middle")
        loss.line(np.arange(STEPS), trace.minibatch, series=4, thin=True)
        loss.line(trace.at, trace.full)
        loss.markers(trace.at, trace.full, size=3)
        names = [("every third digit", 0), (f"mini-batch of {BATCH_SIZE}", 4)]
        loss.legend(names, ghost="pinned" if pinned else "")
        return picture


def triangle_anatomy(triangular: Callable[..., Any] | None = None) -> TriangleAnatomy:
    """The lab of unit 11; your own `triangular(t, *, base_lr, max_lr, half_cycle)` can steer."""
    return TriangleAnatomy(plugged(triangular, "triangular") if triangular else None)
