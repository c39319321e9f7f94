"""Edge of stability (unit 13): sharpness rises until it meets 2/lr, in training on all samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib import curvature
from lrlib.data import Dataset, load_digits
from lrlib.labs.kit import Axis, Choice, Lab, Log, Outcome, Picture, number
from lrlib.labs.kit.own import plugged
from lrlib.problems import Network

STEPS, PART, EVERY = 240, 30, 10
SAMPLES, ITERATIONS = 100, 5
WIDTHS = ("8 hidden units", "16 hidden units", "32 hidden units")


@lru_cache(maxsize=3)
def network(hidden: int) -> Network:
    """A tanh network that reads the digit as a number, on the first 100 digits, by least squares.

    With cross-entropy the sharpness falls again once the digits are fitted; with squares it stays.
    """
    digits = load_digits()
    y = digits.y[:SAMPLES].astype(float)
    first = Dataset(digits.X[:SAMPLES], (y - y.mean()) / y.std())
    return Network(first, (64, hidden, 1), "tanh")


@dataclass(frozen=True)
class Progress:
    """A run up to some step: parameters, direction of the sharpest bend, losses, sharpnesses."""

    w: NDArray
    v: NDArray
    losses: NDArray
    sharpness: NDArray


class EdgeOfStability(Lab):
    """Gradient descent on all samples, with the largest eigenvalue of the Hessian along the way."""

    title = "Edge of stability"
    question = "The limit 2/lambda belongs to a bowl. What does a network do when it comes near it?"
    challenge = "find a rate at which the sharpness begins below 2/lr and ends within 15 % of it"
    controls = (
        Log("lr", "Learning rate", 0.005, 1.0, 0.05),
        Choice("width", "Width", WIDTHS, WIDTHS[1]),
    )
    presets = (
        ("too small", {"lr": 0.01}),
        ("at the edge", {"lr": 0.1, "width": WIDTHS[1]}),
        ("diverges", {"lr": 1.0}),
    )

    def __init__(self, sharpness: Callable[..., Any] | None) -> None:
        self._own = sharpness
        super().__init__()

    def compute(self, lr: float, width: str) -> Outcome:
        problem = network(int(width.split()[0]))
        w = problem.init(0)
        v = np.random.default_rng(0).standard_normal(problem.n_params)
        return self._continue(problem, lr, Progress(w, v, np.empty(0), np.empty(0)))

    def _continue(self, problem: Network, lr: float, done: Progress) -> Outcome:
        w, v, losses, bends = done.w, done.v, list(done.losses), list(done.sharpness)
        with np.errstate(all="ignore"):
            for t in range(len(losses), len(losses) + PART):
                loss, grad = problem.loss_and_grad(w)
                losses.append(float(loss))
                if not np.isfinite(grad).all():
                    break
                if t % EVERY == 0:
                    bend, v = self._bend(problem, w, v)
                    bends.append(bend)
                w = w - lr * grad
        now = Progress(w, v, np.array(losses), np.array(bends))
        broken = not losses[-1] < 1e3 * losses[0]
        last = bends[-1] if bends else np.nan
        words = (
            f"Learning rate {number(lr)}, limit 2/lr = {number(2 / lr)}: after {len(losses)} steps "
            f"the sharpness is {number(last)}, the loss {number(losses[-1])}."
        )
        if broken:
            words += " The sharpness began far above the limit: it diverges."
        finished = broken or len(losses) >= STEPS
        crossed = bends[0] < 2 / lr and abs(last * lr / 2 - 1) <= 0.15
        more = None if finished else lambda: self._continue(problem, lr, now)
        return Outcome(words, (lr, now), broken, finished and not broken and crossed, more=more)

    def _bend(self, problem: Network, w: NDArray, v: NDArray) -> tuple[float, NDArray]:
        """The sharpness at w, and the direction in which it was found, the next one's start."""

        def product(u: NDArray) -> NDArray:
            return curvature.hvp(problem, w, u)

        for _ in range(ITERATIONS):
            step = product(v)
            norm = np.linalg.norm(step)
            if not (np.isfinite(norm) and norm > 0):
                return float("nan"), v
            v = step / norm
        if self._own:
            return float(self._own(product, v, 1)), v
        return float(v @ product(v)), v

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        lr, now = outcome.data
        picture = Picture(660, 320)
        bend = picture.panel(
            Axis(0, STEPS, "step"),
            Axis(1, 400, "sharpness", log=True),
            right=336,
            title="Largest eigenvalue of the Hessian",
        )
        loss = picture.panel(
            Axis(0, STEPS, "step"),
            Axis(0.01, 100, "loss", log=True),
            left=392,
            title="Loss on 100 digits",
        )
        if pinned:
            old = pinned.data[1]
            bend.line(np.arange(len(old.sharpness)) * EVERY, old.sharpness, ghost=True)
            loss.line(np.arange(len(old.losses)), old.losses, ghost=True)
        bend.band(y=(2 / lr, 1e9), series=1)
        bend.rule(y=2 / lr, text=f"2/lr = {number(2 / lr)}")
        bend.text(STEPS / 2, 400, "here a bowl diverges", anchor="middle", dy=18)
        at = np.arange(len(now.sharpness)) * EVERY
        bend.line(at, now.sharpness)
        bend.markers(at, now.sharpness, size=3)
        loss.line(np.arange(len(now.losses)), now.losses)
        return picture


def edge_of_stability(sharpness: Callable[..., Any] | None = None) -> EdgeOfStability:
    """The lab of unit 13; your own `sharpness(hvp, v0, iterations)` can measure the bend."""
    return EdgeOfStability(plugged(sharpness, "sharpness") if sharpness else None)
