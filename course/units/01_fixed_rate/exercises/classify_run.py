"""Reading a loss curve: diverged, too slow or learning."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Text

from . import UNIT


def _classify_cases(rng: np.random.Generator) -> Iterator[Case]:
    start = float(rng.uniform(1, 4))
    falling = start * np.geomspace(1, 0.1, 8)
    yield given(falling).on("values", "the loss falls to a tenth")
    yield given(start * np.linspace(1, 0.8, 6)).on("values", "the loss hardly falls")
    yield given(start * np.geomspace(1, 9, 5)).on("values", "the loss grows")
    bump = np.array([1.0, 1.9, 3.0, 1.2, 0.4, 0.2]) * start
    yield given(bump).on("values", "the loss rises first and ends low")
    dip = np.array([1.0, 0.5, 0.1, 0.4, 0.9]) * start
    yield given(dip).on("values", "the loss falls first and ends high")
    yield given(np.array([1.0, 0.3, 0.2, 1.5]) * start).on(
        "values", "the loss ends above its start"
    )
    yield given((np.array([2.0, 1.5, 1.6, 0.7]) * start).tolist()).on("values", "it is a list")
    yield given(np.array([1.0, np.nan, 0.2]) * start).on("edge", "one loss is NaN, the last is low")
    yield given(np.array([1.0, np.inf, 0.2]) * start).on("edge", "one loss is infinite")
    yield given(np.array([np.nan, 0.9, 0.2]) * start).on("edge", "the first loss is NaN")
    yield given(np.array([np.inf, 0.9, 0.2]) * start).on("edge", "the first loss is infinite")
    yield given([start, 0.1, float("nan")]).on("edge", "the last loss is NaN")
    yield given(np.array([-np.inf, -1.0, -2.0])).on("edge", "one loss is minus infinity")
    yield given(np.array([2.0, 3.0, 2.0])).on("boundary", "the last loss equals the first")
    yield given(np.array([3.0, 4.0, 1.5])).on("boundary", "the last loss is exactly half the first")
    yield given(np.array([3.0, 2.0, 1.5 + 1e-6])).on("boundary", "it is just above half the first")
    yield given(np.array([2.0, 1.5, 2.0 + 1e-6])).on("boundary", "it is just above the first")
    yield given(np.array([start])).on("boundary", "there is a single loss")


def _classify(losses):
    losses = np.asarray(losses, float)
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


CLASSIFY_RUN = Exercise(
    name="classify_run",
    unit=UNIT,
    signature="classify_run(losses)",
    returns=Text(),
    reference=_classify,
    cases=_classify_cases,
    worth={"values": 2, "edge": 1, "boundary": 2},
    statements={
        "values": "tells the three kinds of run apart",
        "edge": "calls a run diverged when any loss is not finite",
        "boundary": "draws the lines at exactly the first loss and exactly half of it",
    },
)


@CLASSIFY_RUN.variant
def with_arrays(losses):
    losses = np.asarray(losses)
    if np.any(~np.isfinite(losses)) or losses[-1] > losses[0]:
        return "diverged"
    if losses[-1] > 0.5 * losses[0]:
        return "too slow"
    return "learning"


@CLASSIFY_RUN.variant
def with_math(losses):
    if any(not math.isfinite(loss) for loss in losses):
        return "diverged"
    first, last = losses[0], losses[-1]
    return "diverged" if last > first else "too slow" if last > first / 2 else "learning"


@CLASSIFY_RUN.variant
def learning_first(losses):
    finite = all(math.isfinite(loss) for loss in losses)
    if finite and losses[-1] <= losses[0] / 2:
        return "learning"
    if finite and losses[-1] <= losses[0]:
        return "too slow"
    return "diverged"


@CLASSIFY_RUN.variant
def by_isnan_and_isinf(losses):
    losses = np.array(losses, dtype=float)
    if np.isnan(losses).any() or np.isinf(losses).any():
        return "diverged"
    if losses[-1] - losses[0] > 0:
        return "diverged"
    return "too slow" if 2 * losses[-1] > losses[0] else "learning"


CLASSIFY_RUN.misconception(
    "looks-only-at-the-last",
    Edit(with_arrays, ("np.any(~np.isfinite(losses))", "not np.isfinite(losses[-1])")),
    where="Try losses of 1, NaN, 0.2: what does the middle one tell you?",
    why="A run that passed through NaN or infinity was broken, whatever its last number says.",
    how="Test all losses with `np.isfinite(losses).all()` before anything else.",
)

CLASSIFY_RUN.misconception(
    "forgets-nan",
    Edit(with_arrays, ("np.any(~np.isfinite(losses)) or ", "")),
    where="Try losses that contain NaN.",
    why="Every comparison with NaN is false, so NaN slips through all of your tests.",
    how="Ask `np.isfinite` first; comparisons cannot find NaN.",
)

CLASSIFY_RUN.misconception(
    "forgets-infinity",
    Edit(with_arrays, ("~np.isfinite", "np.isnan")),
    where="Try losses that contain infinity but no NaN.",
    why="`isnan` finds NaN only; an overflowed loss is infinite, and has diverged too.",
    how="Use `np.isfinite`, which is false for both.",
)

CLASSIFY_RUN.misconception(
    "equal-counts-as-diverged",
    Edit(with_arrays, ("losses[-1] > losses[0]", "losses[-1] >= losses[0]")),
    where="Try losses that end exactly where they began.",
    why="The contract says the last *exceeds* the first: equal is too slow, not diverged.",
    how="Compare with `>`, not `>=`.",
)

CLASSIFY_RUN.misconception(
    "half-counts-as-slow",
    Edit(with_arrays, ("> 0.5", ">= 0.5")),
    where="Try losses that end at exactly half of the first.",
    why="Too slow means *above* half; exactly half has just made it.",
    how="Compare with `>`, not `>=`, in the second test.",
)

CLASSIFY_RUN.misconception(
    "any-rise-diverges",
    Edit(with_arrays, ("losses[-1] > losses[0]", "np.any(np.diff(losses) > 0)")),
    where="Try a loss that rises for two steps and then falls to a tenth.",
    why="Losses go up now and then in good runs; only the end is compared with the start.",
    how="Compare the last loss with the first one, not neighbours with each other.",
)

CLASSIFY_RUN.misconception(
    "compares-the-best",
    Edit(with_arrays, ("losses[-1] > 0.5", "losses.min() > 0.5")),
    where="Try a loss that dips low in the middle and comes back up.",
    why="The smallest loss on the way is not where the run ended.",
    how="Use `losses[-1]`, not `min(losses)`.",
)

CLASSIFY_RUN.misconception(
    "compares-the-worst",
    Edit(with_arrays, ("losses[-1] > losses[0]", "losses.max() > losses[0]")),
    where="Try a loss that rises at first and ends low.",
    why="The largest loss on the way does not decide; the last one does.",
    how="Use `losses[-1]`, not `max(losses)`.",
)

CLASSIFY_RUN.misconception(
    "half-as-a-difference",
    Edit(with_arrays, ("0.5 * losses[0]", "0.5")),
    where="Try a first loss of 4 and a last one of 3.",
    why="Half of the first loss is a ratio; 0.5 is a fixed amount that means nothing by itself.",
    how="Compare the last loss with `losses[0] / 2`.",
)
