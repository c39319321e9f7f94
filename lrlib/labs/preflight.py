"""Rate preview (unit 00): are widgets live in this notebook, and how does moving one feel?"""

from __future__ import annotations

import numpy as np

from lrlib.labs.kit import Axis, Lab, Log, Outcome, Picture, number

TARGET = 0.5
STEPS = np.arange(31)


class RatePreview(Lab):
    """The curve 0.9 (1 - lr)^t, which answers to one slider: the smallest lab there is."""

    title = "Widget preflight"
    question = "Move the slider. If nothing answers, you are in static mode: run this cell."
    challenge = f"set the rate to {TARGET}, with the slider or by typing into its box"
    controls = (Log("lr", "Learning rate", 0.01, 1.0, 0.05, 0.05),)

    def compute(self, lr: float) -> Outcome:
        curve = 0.9 * (1 - lr) ** STEPS
        state = "Widgets work. " if self.touched else "Waiting for the slider. "
        words = (
            f"{state}At learning rate {number(lr)} the loss is {number(curve[10])} after 10 steps."
        )
        return Outcome(words, curve, met=bool(np.isclose(lr, TARGET, rtol=0.02)))

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        picture = Picture(660, 240)
        panel = picture.panel(Axis(0, 30, "step"), Axis(0, 1, "loss"))
        if pinned:
            panel.line(STEPS, pinned.data, ghost=True)
        panel.line(STEPS, outcome.data)
        panel.markers(STEPS[::5], outcome.data[::5])
        return picture


def rate_preview() -> RatePreview:
    """The lab of unit 00: says that widgets work once the slider has moved."""
    return RatePreview()
