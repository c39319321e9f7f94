"""Same ends, different paths (unit 05): three smooth decays pinned to one start and one end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.labs.kit import Axis, Lab, Linear, Log, Outcome, Picture, number
from lrlib.labs.kit.live import LiveRuns
from lrlib.labs.kit.own import plugged, rates_from
from lrlib.schedules import ExponentialDecay, InverseTimeDecay, PolynomialDecay

STEPS, EVERY = 120, 20
CLOSE = 0.05
NAMES = ("exponential", "polynomial", "inverse time")
Rates = NDArray[np.float64]


class SameEnds(Lab):
    """The rate under three decays, the area under each, and the training that each leads to."""

    title = "Same ends, different paths"
    question = "Three decays share their first and last rate. Does the path between them matter?"
    challenge = (
        f"choose the power that gives the polynomial the area of the exponential (within "
        f"{CLOSE:.0%}), with a last rate of at most a tenth of the first"
    )
    controls = (
        Log("lr0", "First rate", 0.01, 10.0, 0.4),
        Log("lr_end", "Last rate", 0.001, 1.0, 0.01),
        Linear("power", "Polynomial power", 0.5, 6.0, 1.0, 0.1),
    )
    presets = (
        ("hardly any decay", {"lr0": 0.4, "lr_end": 0.3, "power": 1.0}),
        ("straight line", {"power": 1.0}),
        ("diverges", {"lr0": 10.0, "lr_end": 1.0, "power": 0.5}),
    )

    def __init__(self, own: dict[str, Callable[..., Any]]) -> None:
        self._own = own
        self._train = LiveRuns(len(NAMES), steps=STEPS, every=EVERY)
        super().__init__()

    def _rates(self, kind: str, schedule: Any, **options: Any) -> Rates:
        if kind in self._own:
            return rates_from(self._own[kind], STEPS + 1, **options)
        return schedule(**options)(np.arange(STEPS + 1))

    def compute(self, lr0: float, lr_end: float, power: float) -> Outcome:
        end = min(lr_end, lr0)
        curves = [
            self._rates(
                "exponential_decay", ExponentialDecay, lr0=lr0, gamma=end / lr0, every=STEPS
            ),
            self._rates(
                "polynomial_decay", PolynomialDecay, lr0=lr0, lr_end=end, steps=STEPS, power=power
            ),
            self._rates(
                "inverse_time_decay", InverseTimeDecay, lr0=lr0, rate=lr0 / end - 1, every=STEPS
            ),
        ]
        areas = [float(curve[:-1].sum()) for curve in curves]
        traces = self._train(np.stack([curve[:-1] for curve in curves], axis=1))
        parts = [
            f"{name} area {number(area)}, loss {number(trace.final)}"
            for name, area, trace in zip(NAMES, areas, traces)
        ]
        words = f"From {number(lr0)} to {number(end)} in {STEPS} steps: {'; '.join(parts)}."
        met = abs(areas[1] / areas[0] - 1) <= CLOSE and end <= lr0 / 10
        diverged = all(trace.diverged for trace in traces)
        return Outcome(words, (curves, areas, traces), diverged, met)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        curves, _, traces = outcome.data
        picture = Picture(660, 320)
        shown = np.arange(0, STEPS + 1, 2)  # a point every four pixels
        rate = picture.panel(
            Axis(0, STEPS, "step"), Axis(0, curves[0][0] * 1.05, "rate"), right=336, title="Rate"
        )
        loss = picture.panel(
            Axis(0, STEPS, "step"),
            Axis(0.1, 10, "loss", log=True),
            left=392,
            title="Training loss on the digits",
        )
        rate.fill(shown, curves[0][shown], floor=0)
        for series in range(3):
            if pinned:
                rate.line(shown, pinned.data[0][series][shown], ghost=True, thin=True)
                loss.line(pinned.data[2][series].at, pinned.data[2][series].full, ghost=True)
            rate.line(shown, curves[series][shown], series=series)
            loss.line(traces[series].at, traces[series].full, series=series)
            loss.markers(traces[series].at, traces[series].full, series=series, size=3)
        rate.legend([(name, series) for series, name in enumerate(NAMES)])
        return picture


def same_ends(
    exponential_decay: Callable[..., Any] | None = None,
    polynomial_decay: Callable[..., Any] | None = None,
    inverse_time_decay: Callable[..., Any] | None = None,
) -> SameEnds:
    """The lab of unit 05; any of the three decays can be your own function of that name."""
    given = {
        "exponential_decay": exponential_decay,
        "polynomial_decay": polynomial_decay,
        "inverse_time_decay": inverse_time_decay,
    }
    return SameEnds({name: plugged(own, name) for name, own in given.items() if own})
