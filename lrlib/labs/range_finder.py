"""Finder (unit 10): a range test on the digits, and training at the rate that it suggests."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from lrlib.labs.kit import Axis, Lab, Linear, Log, Outcome, Picture, number
from lrlib.labs.kit.live import LiveRuns, digits_network
from lrlib.labs.kit.own import plugged
from lrlib.training import finder as training_finder
from lrlib.training import range_test
from lrlib.training.finder import RangeTest

LOW, HIGH, TESTED = 1e-3, 10.0, 100
STEPS, EVERY = 96, 16
FACTORS = (0.1, 1.0, 10.0)
NAMES = ("cursor / 10", "cursor", "cursor x 10")
GOAL = 0.65


@lru_cache(maxsize=1)
def _test() -> RangeTest:
    return range_test(digits_network(16), lr_min=LOW, lr_max=HIGH, steps=TESTED, batch_size=8)


class Finder(Lab):
    """The loss while the rate grows, a cursor on it, and three trainings around the cursor."""

    title = "Finder"
    question = "One short test before training: which rate does its curve suggest, and is it right?"
    challenge = f"place the cursor so that its own training ends lowest of the three, below {GOAL}"
    controls = (
        Log("lr", "Cursor", LOW, HIGH, 0.05),
        Linear("beta", "Smoothing beta", 0.0, 0.95, 0.8, 0.05),
    )
    presets = (
        ("too small", {"lr": 0.003}),
        ("about right", {"lr": 0.2}),
        ("diverges", {"lr": 8.0}),
    )

    def __init__(self, suggest: Callable[..., Any]) -> None:
        self._suggest = suggest
        self._train = LiveRuns(len(FACTORS), steps=STEPS, every=EVERY)
        super().__init__()

    def compute(self, lr: float, beta: float) -> Outcome:
        test = _test()
        curve = training_finder.smooth(test.losses, beta)
        finite = np.isfinite(curve)
        rates, curve = test.rates[: len(curve)][finite], curve[finite]
        suggested = float(self._suggest(rates, curve))
        traces = self._train(lr * np.array(FACTORS))
        finals = [np.inf if trace.diverged else trace.final for trace in traces]
        told = ", ".join(
            f"{name} {'diverges' if np.isinf(final) else f'ends at {number(final)}'}"
            for name, final in zip(NAMES, finals)
        )
        words = f"The curve suggests {number(suggested)}; the cursor is at {number(lr)}: {told}."
        met = finals[1] == min(finals) and finals[1] < GOAL
        data = (rates, curve, suggested, lr, traces)
        return Outcome(words, data, traces[1].diverged, bool(met))

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        rates, curve, suggested, lr, traces = outcome.data
        picture = Picture(660, 320)
        test = picture.panel(
            Axis(LOW, HIGH, "rate", log=True), Axis(0, 4, "loss"), right=336, title="Range test"
        )
        loss = picture.panel(
            Axis(0, STEPS, "step"),
            Axis(0.2, 5, "loss", log=True),
            left=392,
            title="Training on the digits",
        )
        test.line(rates, curve)
        test.rule(x=suggested, text="suggested")
        test.rule(x=lr)
        test.text(lr, 0.25, "cursor", anchor="middle")
        for series, trace in enumerate(traces):
            if pinned:
                old = pinned.data[4][series]
                loss.line(old.at, old.full, ghost=True)
            loss.line(trace.at, trace.full, series=series)
            loss.markers(trace.at, trace.full, series=series, size=3)
        loss.legend([(name, series) for series, name in enumerate(NAMES)])
        return picture


def finder(suggest_lr: Callable[..., Any] = training_finder.suggest_lr) -> Finder:
    """The lab of unit 10; your own `suggest_lr(rates, losses)` places the suggestion."""
    return Finder(plugged(suggest_lr, "suggest_lr"))
