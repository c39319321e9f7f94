"""Counter stepper (unit 06): walk along a validation loss and watch best, bad and rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.labs.kit import Axis, Lab, Linear, Outcome, Picture, Whole, number
from lrlib.labs.kit.live import LiveRun, digits_network
from lrlib.labs.kit.own import LearnerError, plugged
from lrlib.optimizers import ReduceOnPlateau

CHECKS, FIRST_RATE, MIN_RATE = 30, 0.5, 1e-3
TOO_EARLY = 12
KEYS = ("lr", "best", "bad")


@lru_cache(maxsize=1)
def metrics() -> NDArray[np.float64]:
    """The loss on 300 digits after every 8 updates of a network trained at a constant rate."""
    run = LiveRun(digits_network(16), steps=8 * CHECKS, every=8)
    run(FIRST_RATE)
    return np.array([run.network.loss(w[0], np.arange(300)) for w in run.kept[1:]])


def plateau_step(metric: float, state: dict[str, Any], **options: Any) -> dict[str, Any]:
    """`ReduceOnPlateau` on the dict that the unit uses."""
    rule = ReduceOnPlateau(cooldown=0, **options)
    before = rule.init(state["lr"])._replace(best=state["best"], bad=state["bad"])
    after = rule.update(metric, before)
    return {"lr": after.lr, "best": after.best, "bad": after.bad}


class CounterStepper(Lab):
    """The state of reduce-on-plateau, one validation loss after another."""

    title = "Counter stepper"
    question = "The rule cuts the rate when the loss stops improving. When is it fooled by noise?"
    challenge = f"walk to the end with exactly one cut, and none before check {TOO_EARLY}"
    controls = (
        Whole("patience", "Patience", 0, 12, 1),
        Linear("min_delta", "Least improvement", 0.0, 0.2, 0.0, 0.01),
        Linear("factor", "Factor", 0.1, 0.9, 0.5, 0.1),
    )
    presets = (
        ("nervous", {"patience": 0, "min_delta": 0.1}),
        ("about right", {"patience": 3, "min_delta": 0.0}),
        ("never", {"patience": 12, "min_delta": 0.0}),
    )
    most_steps = CHECKS

    def __init__(self, step: Callable[..., Any]) -> None:
        self._step = step
        super().__init__()

    def compute(self, patience: int, min_delta: float, factor: float, steps: int) -> Outcome:
        state: dict[str, Any] = {"lr": FIRST_RATE, "best": float("inf"), "bad": 0}
        walk = [state]
        for metric in metrics()[:steps]:
            state = self._step(
                float(metric),
                dict(state),
                factor=factor,
                patience=patience,
                min_delta=min_delta,
                min_lr=MIN_RATE,
            )
            if not isinstance(state, dict) or set(state) != set(KEYS):
                raise LearnerError(
                    f"plateau_step returns a dict with the keys lr, best and bad; it gave {state!r}"
                )
            walk.append(state)
        rates = np.array([float(entry["lr"]) for entry in walk])
        cuts = np.flatnonzero(np.diff(rates) < 0) + 1
        told = f"cut at check {', '.join(map(str, cuts))}" if cuts.size else "no cut"
        words = (
            f"After check {steps} of {CHECKS}: best {number(state['best'])}, bad {state['bad']} of "
            f"{patience} allowed, rate {number(state['lr'])}; {told}."
        )
        met = steps == CHECKS and len(cuts) == 1 and cuts[0] >= TOO_EARLY
        last = max(0, steps - 5)
        rows = [
            (
                f"{i}",
                f"{metrics()[i - 1]:.3f}",
                f"{walk[i]['best']:.3f}",
                f"{walk[i]['bad']}",
                number(rates[i]),
            )
            for i in range(last + 1, steps + 1)
        ]
        table = (("check", "loss", "best", "bad", "rate"), *rows)
        marks = (float(state["best"]) - min_delta, max(float(rates[-1]) * factor, MIN_RATE))
        return Outcome(words, (walk, rates, cuts, marks), met=bool(met), table=table)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        walk, rates, cuts, (beat, next_rate) = outcome.data
        picture = Picture(660, 338)
        checks = np.arange(1, CHECKS + 1)
        metric = picture.panel(
            Axis(0, CHECKS + 1), Axis(0, 2.5, "loss"), bottom=158, title="Validation loss"
        )
        rate = picture.panel(
            Axis(0, CHECKS + 1, "check"),
            Axis(MIN_RATE / 2, 1, "rate", log=True),
            top=224,
            title="Learning rate",
        )
        seen = len(walk) - 1
        metric.markers(checks[seen:], metrics()[seen:], ghost=True, size=3)
        if pinned:
            rate.line(np.arange(len(pinned.data[1])), pinned.data[1], ghost=True)
        metric.line(checks[:seen], metrics()[:seen], thin=True)
        metric.markers(checks[:seen], metrics()[:seen])
        metric.line(np.arange(seen + 1), [entry["best"] for entry in walk], series=2)
        metric.rule(y=beat, text="to beat")
        rate.rule(y=next_rate, text="after a cut")
        for cut in cuts:
            metric.rule(x=float(cut), text="cut")
        rate.line(np.arange(seen + 1), rates, series=1)
        rate.markers(seen, rates[-1], series=1)
        metric.legend([("loss", 0), ("best so far", 2)])
        return picture


def counter_stepper(plateau_step: Callable[..., Any] = plateau_step) -> CounterStepper:
    """The lab of unit 06; your own `plateau_step(metric, state, *, ...)` can do the counting."""
    return CounterStepper(plugged(plateau_step, "plateau_step"))
