"""Break it (unit 00): a network that trains at every touch of one slider, and can be ruined."""

from __future__ import annotations

import numpy as np

from lrlib.labs.kit import Axis, Lab, Log, Outcome, Picture, number
from lrlib.labs.kit.live import STEPS, LiveRun

GUESS = float(np.log(10))


class RatePreview(Lab):
    """The loss of a small network on the digits, trained anew for every rate."""

    title = "Break it"
    question = "A network learns to read digits each time you move the slider. Can you ruin it?"
    challenge = "break it: let training end no better than guessing"
    controls = (Log("lr", "Learning rate", 0.003, 30.0, 0.05, 0.05),)
    presets = (("too small", {"lr": 0.005}), ("about right", {"lr": 0.3}))

    def __init__(self) -> None:
        self._train = LiveRun()
        super().__init__()

    def compute(self, lr: float) -> Outcome:
        trace = self._train(lr)
        state = "Widgets work. " if self.touched else "Waiting for the slider. "
        end = f"{number(trace.final)}" if np.isfinite(trace.final) else "no number any more"
        words = (
            f"{state}Trained on 1,280 images, 8 at a time, with learning rate {number(lr)}: the "
            f"loss went from {number(trace.full[0])} to {end}. A guess has {number(GUESS)}."
        )
        broken = not trace.final < GUESS
        if broken:
            words += " It is broken: move the slider back and it starts afresh."
        return Outcome(words, trace, broken, broken)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        picture = Picture(660, 260)
        panel = picture.panel(Axis(0, STEPS, "update"), Axis(0.1, 100, "loss", log=True))
        panel.band(y=(GUESS, 100), series=1)
        panel.text(STEPS * 0.99, GUESS, "no better than a guess", anchor="end", dy=-6)
        for each, ghost in ((pinned, True), (outcome, False)):
            if each is not None:
                shown = np.clip(each.data.full, 0.1, 100)
                panel.line(each.data.at, shown, ghost=ghost)
                panel.markers(each.data.at, shown, ghost=ghost)
        return picture


def rate_preview() -> RatePreview:
    """The lab that opens unit 00: says that widgets work once the slider has moved."""
    return RatePreview()
