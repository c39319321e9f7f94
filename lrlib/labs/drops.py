"""Drag the drops (unit 04): step decay and scheduled drops above the training they lead to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.labs.kit import Axis, Lab, Linear, Log, Outcome, Picture, Span, Whole, number
from lrlib.labs.kit.live import STEPS, LiveRun
from lrlib.labs.kit.own import plugged, rates_from
from lrlib.schedules import ScheduledDrop

GOAL = 0.3
Rates = NDArray[np.float64]
RATE = Log("lr0", "First rate", 0.01, 10.0, 0.5)
FACTOR = Linear("gamma", "Drop factor", 0.05, 1.0, 1.0, 0.05)


class DragTheDrops(Lab):
    """A network on the digits, trained at every change, under a rate that drops."""

    title = "Drag the drops"
    question = "A high rate learns fast but stays noisy. When, and how far, should it drop?"
    challenge = f"end with a loss of at most {GOAL}, which no fixed rate reaches in this budget"

    def __init__(self, plan: Callable[..., Rates], boundary: Span | Whole) -> None:
        self.controls = (RATE, boundary, FACTOR)
        early = (10, 30) if isinstance(boundary, Span) else 20
        self.presets = (
            ("no drop", {"lr0": 0.5, "gamma": 1.0}),
            ("too early", {"lr0": 0.5, "gamma": 0.1, boundary.name: early}),
            ("diverges", {"lr0": 10.0, "gamma": 1.0}),
        )
        self._plan = plan
        self._train = LiveRun()
        super().__init__()

    def compute(self, lr0: float, gamma: float, **boundary: Any) -> Outcome:
        rates = self._plan(lr0=lr0, gamma=gamma, **boundary)
        trace = self._train(rates)
        steps = np.arange(1, STEPS)
        drops = steps[np.diff(rates) != 0]
        marks = np.atleast_1d(next(iter(boundary.values())))
        places = f"drops before steps {', '.join(map(str, drops[:4]))}" if drops.size else "no drop"
        if drops.size > 4:
            places += " and later"
        words = f"First rate {number(lr0)}, {places}: after {STEPS} steps the loss is "
        words += f"{number(trace.final)}, with the rate at {number(rates[-1])}."
        if trace.diverged:
            words += " That is no better than guessing: the first rate is too high."
        return Outcome(words, (trace, marks), trace.diverged, trace.final <= GOAL)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        picture = Picture(660, 360)
        steps = Axis(0, STEPS, "step")
        rate = picture.panel(
            Axis(0, STEPS),
            Axis(1e-4, 20, "rate", log=True, ticks=(1e-3, 0.1, 10.0)),
            bottom=250,
            title="Learning rate",
        )
        loss = picture.panel(
            steps, Axis(0.1, 10, "loss", log=True), top=150, title="Training loss on the digits"
        )
        loss.rule(y=GOAL)
        loss.text(2, GOAL, f"goal {GOAL}", dy=15)
        if pinned:
            rate.line(np.arange(STEPS), pinned.data[0].rates, ghost=True)
            loss.line(pinned.data[0].at, pinned.data[0].full, ghost=True)
        trace, marks = outcome.data
        for mark in marks:
            rate.rule(x=mark)
            loss.rule(x=mark)
        rate.line(np.arange(STEPS), trace.rates)
        loss.line(np.arange(STEPS), trace.minibatch, series=4, thin=True)
        loss.line(trace.at, trace.full)
        loss.markers(trace.at[-1], trace.full[-1])
        loss.legend(
            [("every third digit", 0), ("mini-batch of 8", 4)], ghost="pinned" if pinned else ""
        )
        return picture


def drag_the_drops(
    step_decay: Callable[..., Any] | None = None,
    scheduled_drop: Callable[..., Any] | None = None,
) -> DragTheDrops:
    """The lab of unit 04: two milestones to drag, or with `step_decay` one distance between drops.

    Pass your own `scheduled_drop(t, *, lr0, milestones, gamma)` or
    `step_decay(t, *, lr0, gamma, every)` to let it set the rate of every step.
    """
    if step_decay is not None and scheduled_drop is not None:
        raise ValueError(
            "give step_decay or scheduled_drop, not both: one lab follows one schedule"
        )
    if step_decay is not None:
        every = Whole("every", "Steps between drops", 10, STEPS, 80, 5)
        own = plugged(step_decay, "step_decay")
        return DragTheDrops(partial(rates_from, own, STEPS), every)
    milestones = Span("milestones", "Milestones (steps)", 0, STEPS, (80, 120), 5)
    if scheduled_drop is None:
        return DragTheDrops(_drops, milestones)
    own = plugged(scheduled_drop, "scheduled_drop")
    return DragTheDrops(partial(_own_drops, own), milestones)


def _drops(lr0: float, milestones: tuple[int, int], gamma: float) -> Rates:
    return ScheduledDrop(lr0, _distinct(milestones), gamma)(np.arange(STEPS))


def _own_drops(own: Callable[..., Any], milestones: tuple[int, int], **rest: float) -> Rates:
    return rates_from(own, STEPS, milestones=_distinct(milestones), **rest)


def _distinct(milestones: tuple[int, int]) -> tuple[int, ...]:
    """Milestones increase strictly: two handles at one place are one drop."""
    return tuple(sorted(set(milestones)))
