"""Spike maker (unit 14): one damaged gradient, or none at all, and what Adam makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lrlib.labs.kit import Axis, Choice, Lab, Log, Outcome, Picture, number
from lrlib.labs.kit.own import plugged

STEPS, DAMAGE_AT, SIZE = 400, 150, 50
NOISE, BETA1, EPS = 0.1, 0.9, 1e-8
LIMIT = 2 * (1 + BETA1) / (1 - BETA1)
GOAL, LOWEST_RATE = 0.008, 0.02
DAMAGES = {"none": 0.0, "10 times": 10.0, "50 times": 50.0}
NOISY, EXACT = "noisy", "exact"
LOWEST = {NOISY: 1e-5, EXACT: 1e-16}  # lower edge of the picture, where all that is less is drawn


class SpikeMaker(Lab):
    """Adam on a bowl of curvature 1 in fifty directions, with one damaged gradient on the way."""

    title = "Spike maker"
    question = "The rate is constant and the bowl is smooth. Where does a spike come from?"
    challenge = (
        f"with noisy gradients and a damage of 50 times, keep the loss below {GOAL} "
        f"at a rate of {LOWEST_RATE} or more"
    )
    controls = (
        Log("lr", "Learning rate", 0.003, 0.3, 0.03),
        Choice("beta2", "beta2", ("0.9", "0.95", "0.99", "0.999"), "0.999"),
        Choice("damage", "Damaged gradient", tuple(DAMAGES), "50 times"),
        Choice("gradients", "Gradients", (NOISY, EXACT), NOISY),
    )
    presets = (
        ("a damaged gradient", {"lr": 0.03, "beta2": "0.999"}),
        ("nothing damaged", {"beta2": "0.95", "damage": "none", "gradients": EXACT}),
    )

    def __init__(self, clip: Callable[..., Any] | None) -> None:
        self._clip = clip
        super().__init__()

    def compute(self, lr: float, beta2: str, damage: str, gradients: str) -> Outcome:
        rng, noisy, memory = np.random.default_rng(0), gradients == NOISY, float(beta2)
        w = np.zeros(SIZE) if noisy else np.ones(SIZE)
        m = v = np.zeros(SIZE)
        losses, pulls, steps = np.zeros(STEPS), np.zeros(STEPS), np.zeros(STEPS)
        signs = rng.choice([-1.0, 1.0], SIZE)
        for t in range(STEPS):
            grad = w + (NOISE * rng.standard_normal(SIZE) if noisy else 0.0)
            if t == DAMAGE_AT and DAMAGES[damage]:
                grad = DAMAGES[damage] * NOISE * signs
            losses[t] = np.mean(w**2) / 2
            grad = self._clipped(grad)
            m = BETA1 * m + (1 - BETA1) * grad
            v = memory * v + (1 - memory) * grad**2
            root = np.sqrt(v / (1 - memory ** (t + 1))) + EPS
            step = m / (1 - BETA1 ** (t + 1)) / root
            pulls[t], steps[t] = lr * np.median(1 / root), np.sqrt(np.mean(step**2))
            w = w - lr * step
        peak = losses[DAMAGE_AT:].max()
        words = (
            f"Rate {number(lr)}, beta2 = {beta2}: the highest loss from update {DAMAGE_AT} on is "
            f"{number(peak)}, the lowest {number(losses[DAMAGE_AT:].min())}. The longest step "
            f"there is {number(steps[DAMAGE_AT:].max())} times the rate"
        )
        crossed = np.flatnonzero(pulls > LIMIT)
        words += (
            f", and at update {crossed[0]} the effective curvature passes {LIMIT:.0f}."
            if crossed.size
            else f"; the effective curvature stays below {LIMIT:.0f}."
        )
        hard = noisy and DAMAGES[damage] == 50 and lr >= LOWEST_RATE
        return Outcome(
            words, (losses, pulls, LOWEST[gradients]), met=bool(hard and losses.max() < GOAL)
        )

    def _clipped(self, grad: Any) -> Any:
        """The gradient as the learner's own function clips it, at 1.5 times a usual norm."""
        if self._clip is None:
            return grad
        (clipped,), _ = self._clip([grad], 1.5 * NOISE * SIZE**0.5)
        return np.broadcast_to(np.asarray(clipped, dtype=float), grad.shape)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        low = outcome.data[2]
        picture = Picture(660, 360)
        loss = picture.panel(
            Axis(0, STEPS), Axis(low, 1, "loss", log=True), bottom=200, title="Loss"
        )
        pull = picture.panel(
            Axis(0, STEPS, "update"),
            Axis(1e-3, 1e3, "rate / root of v", log=True),
            top=204,
            title="Effective curvature, with its limit",
        )
        t = np.arange(STEPS)
        pull.band(y=(LIMIT, 1e3), series=1)
        pull.rule(y=LIMIT, text=f"limit {LIMIT:.0f}")
        for each, ghost in ((pinned, True), (outcome, False)):
            if each is not None and each.data is not None:
                loss.line(t, np.clip(each.data[0], low, 1), ghost=ghost)
                pull.line(t, np.clip(each.data[1], 1e-3, 1e3), ghost=ghost)
        loss.rule(x=DAMAGE_AT)
        return picture


def spike_maker(clip_by_global_norm: Callable[..., Any] | None = None) -> SpikeMaker:
    """The lab of unit 14; your own `clip_by_global_norm(grads, max_norm)` can clip its gradient."""
    own = clip_by_global_norm
    return SpikeMaker(plugged(own, "clip_by_global_norm") if own else None)
