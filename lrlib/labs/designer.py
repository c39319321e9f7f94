"""Schedule designer (unit 12): warmup, plateau and decay, trained for several budgets at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.labs.kit import Axis, Choice, Lab, Log, Outcome, Picture, Span, number
from lrlib.labs.kit.live import LiveRuns, Trace
from lrlib.labs.kit.own import plugged, rates_from
from lrlib.schedules import WSD, CosineDecay, Warmup

BUDGETS, EVERY = (60, 100, 160), 20
SHAPES = ("stable, then decay", "cosine")
GOALS = (0.85, 0.48, 0.28)


class ScheduleDesigner(Lab):
    """One recipe of warmup and decay, stretched over three budgets and trained for each."""

    title = "Schedule designer"
    question = "Warm up, hold, decay: which part of the budget should each get, at which peak?"
    challenge = f"end all three budgets at or below {GOALS[0]:g}, {GOALS[1]:g} and {GOALS[2]:g}"
    controls = (
        Log("lr", "Peak rate", 0.01, 10.0, 0.3),
        Span("parts", "Hold, % of budget", 0, 95, (0, 95), 5),
        Choice("shape", "Shape", SHAPES, SHAPES[0]),
    )
    presets = (
        ("no decay", {"lr": 0.3, "parts": (0, 95)}),
        ("long warmup", {"lr": 0.5, "parts": (50, 90)}),
        ("diverges", {"lr": 10.0, "parts": (0, 95)}),
    )

    def __init__(self, wsd: Callable[..., Any] | None) -> None:
        self._own = wsd
        self._train = LiveRuns(len(BUDGETS), steps=BUDGETS[-1], every=EVERY)
        super().__init__()

    def rates(
        self, lr: float, parts: tuple[int, int], shape: str, budget: int
    ) -> NDArray[np.float64]:
        """The rate of each step: warmup up to the first mark, decay from the second on."""
        warmup = round(budget * parts[0] / 100)
        decay = max(1, budget - max(warmup, round(budget * parts[1] / 100)))
        steps = np.arange(budget)
        if shape == "cosine":
            rest = CosineDecay(lr0=lr, lr_end=0.0, steps=max(1, budget - warmup))
            return Warmup(lr=lr, steps=warmup).then(warmup, rest)(steps) if warmup else rest(steps)
        options: dict[str, Any] = {
            "lr": lr,
            "warmup_steps": warmup,
            "steps": budget,
            "decay_steps": min(decay, budget - warmup),
            "lr_end": 0.0,
        }
        return rates_from(self._own, budget, **options) if self._own else WSD(**options)(steps)

    def compute(self, lr: float, parts: tuple[int, int], shape: str) -> Outcome:
        curves = [self.rates(lr, parts, shape, budget) for budget in BUDGETS]
        plans = np.zeros((BUDGETS[-1], len(BUDGETS)))
        for run, curve in enumerate(curves):
            plans[: len(curve), run] = curve
        traces = [_until(t, b) for t, b in zip(self._train(plans), BUDGETS)]
        ends = ", ".join(f"{number(t.final)} after {b}" for t, b in zip(traces, BUDGETS))
        held = (
            f"hold from {parts[0]} % to {parts[1]} %"
            if shape != "cosine"
            else (f"warm up to {parts[0]} %, then cosine")
        )
        words = f"Peak {number(lr)}, {held} of each budget: the loss ends at {ends} steps."
        met = all(trace.final <= goal for trace, goal in zip(traces, GOALS))
        return Outcome(words, (curves, traces), all(t.diverged for t in traces), met)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        curves, traces = outcome.data
        picture = Picture(660, 320)
        peak = max(curve.max() for curve in curves)
        rate = picture.panel(
            Axis(0, BUDGETS[-1], "step"), Axis(0, peak * 1.1, "rate"), right=336, title="Rate"
        )
        loss = picture.panel(
            Axis(0, BUDGETS[-1], "step"),
            Axis(0.1, 10, "loss", log=True),
            left=392,
            title="Training loss on the digits",
        )
        for series, (curve, trace) in enumerate(zip(curves, traces)):
            if pinned:
                old = pinned.data[1][series]
                rate.line(np.arange(len(curve)), pinned.data[0][series], ghost=True, thin=True)
                loss.line(old.at, old.full, ghost=True)
            rate.line(np.arange(len(curve)), curve, series=series)
            loss.line(trace.at, trace.full, series=series)
            loss.markers(trace.at, trace.full, series=series, size=3)
        loss.legend([(f"{budget} steps", series) for series, budget in enumerate(BUDGETS)])
        return picture


def _until(trace: Trace, budget: int) -> Trace:
    """The part of a trace that lies within a budget."""
    kept = trace.at <= budget
    return Trace(trace.rates[:budget], trace.minibatch[:budget], trace.at[kept], trace.full[kept])


def schedule_designer(wsd: Callable[..., Any] | None = None) -> ScheduleDesigner:
    """The lab of unit 12; your own `wsd(t, *, lr, warmup_steps, ...)` can set the rates."""
    return ScheduleDesigner(plugged(wsd, "wsd") if wsd else None)
