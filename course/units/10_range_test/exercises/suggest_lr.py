"""The suggested rate: where the loss falls most steeply, before its minimum."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from lrlib.training import suggest_lr

from . import UNIT


def _curve(rates: np.ndarray, steep: float, low: float, floor: float) -> np.ndarray:
    """A falling and then rising loss: steepest at `steep`, lowest near `low` (log10 of rates)."""
    x = np.log10(rates)
    fall = (1 - floor) / (1 + np.exp(4 * (x - steep)))
    return 3 * (floor + fall + 0.6 * np.maximum(0.0, x - low) ** 2)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for n in (25, 40, int(rng.integers(18, 35))):
        rates = np.geomspace(1e-5, 10.0, n)
        steep = float(rng.uniform(-2.6, -1.8))
        losses = _curve(rates, steep, steep + 1.4, 0.2)
        yield given(rates, losses).on("values", "the rates are geometric")
        yield given(rates.tolist(), losses.tolist()).on("values", "both are lists")
    for _ in range(3):
        rates = 10.0 ** np.sort(rng.uniform(-5, 1, size=30) + np.linspace(0, 0.5, 30))
        yield given(rates, _curve(rates, -2.3, -0.8, 0.3)).on("values", "the rates are uneven")
    rates = np.linspace(0.01, 2.0, 30)
    yield given(rates, _curve(rates, -1.0, -0.1, 0.2)).on("values", "the rates are evenly spaced")

    rates = np.geomspace(1e-4, 1.0, 12)
    after = np.array([3.0, 2.98, 2.9, 2.6, 2.1, 1.7, 1.5, 1.9, 6.0, 9.0, 2.5, 1.6])
    yield given(rates, after * rng.uniform(1, 2)).on("edge", "the loss falls again after its rise")
    late = np.array([3.0, 2.99, 2.97, 2.9, 2.8, 2.6, 2.55, 2.5, 2.3, 2.0, 1.5, 0.3])
    yield given(rates, late * rng.uniform(1, 2)).on("edge", "the loss is lowest at the last rate")
    uneven = np.array([1e-3, 2e-3, 4e-3, 0.1, 0.11, 1.0])
    sharp = np.array([3.0, 2.9, 2.8, 1.6, 1.0, 1.02])
    yield given(uneven, sharp * rng.uniform(1, 2)).on("edge", "the minimum itself is steepest")
    close = 10.0 ** np.array([-3.0, -2.0, -1.0, 0.0, 0.05, 0.5])
    spike = np.array([3.0, 2.5, 1.0, 9.0, 4.0, 5.0])
    yield given(close, spike * rng.uniform(1, 2)).on("edge", "a spike follows the minimum")
    down = np.array([5.0, 2.0, 1.8, 1.7, 1.9, 4.0])
    yield given(uneven, down * rng.uniform(1, 2)).on("edge", "the first rate is steepest")
    yield given(rates[:2], np.array([2.0, 1.0])).on("edge", "there are two rates")
    bump = np.array([3.0, 2.9, 2.7, 2.75, 2.8, 2.4, 1.0, 0.8, 0.7, 0.9, 3.0, 9.0])
    yield given(rates, bump * rng.uniform(1, 2)).on("edge", "the loss rises a little on its way")
    rates = np.geomspace(1e-5, 10.0, 140)
    losses = _curve(rates, -2.2, -0.8, 0.2)
    for size, words in ((1e7, "large"), (1e-8, "tiny")):
        yield given(size * rates, losses).on("values", f"all rates are {words}")
    yield given(rates.tolist(), losses.tolist()).on("values", "there are more than 100 rates")
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        yield given(rates, size * losses).on("values", f"all losses are {words}")
    yield given(rates, losses - 9.0).on("values", "all losses are negative")
    yield given(rates, losses - 1.5).on("values", "some losses are negative")
    paired = 10.0 ** (np.array([-1.0, 0.0, 1.0, 1.1, 2.1, 3.1, 4.1]) - 4)
    steps = np.array([9.0, 9.0, 7.0, 7.0, 5.5, 4.0, 5.0])
    yield given(paired, steps * rng.uniform(1, 2)).on(
        "values", "two of the rates lie close together"
    )


SUGGEST_LR = Exercise(
    name="suggest_lr",
    unit=UNIT,
    signature="suggest_lr(rates, losses)",
    returns=Number(),
    reference=suggest_lr,
    cases=_cases,
    worth={"values": 2.5, "edge": 1.5},
    statements={"edge": "looks up to the minimum, and at both ends of the curve"},
)


@SUGGEST_LR.variant
def as_written(rates, losses):
    slope = np.gradient(np.asarray(losses), np.log10(rates))
    lowest = int(np.argmin(losses))
    return rates[int(np.argmin(slope[: lowest + 1]))]


@SUGGEST_LR.variant
def natural_logarithm(rates, losses):
    slope = np.gradient(losses, np.log(np.asarray(rates)))
    return float(np.asarray(rates)[np.argmin(slope[: np.argmin(losses) + 1])])


@SUGGEST_LR.variant
def with_a_loop(rates, losses):
    slope = np.gradient(np.array(losses), np.log10(np.array(rates)))
    lowest = list(losses).index(min(losses))
    best = 0
    for i in range(lowest + 1):
        if slope[i] < slope[best]:
            best = i
    return np.array(rates[best])


@SUGGEST_LR.variant
def with_masking(rates, losses):
    losses = np.asarray(losses)
    slope = np.gradient(losses, np.log10(rates))
    slope[np.arange(len(losses)) > np.argmin(losses)] = np.inf
    return rates[np.argmin(slope)]


SUGGEST_LR.misconception(
    "rate-of-the-minimum",
    Edit(as_written, ("int(np.argmin(slope[: lowest + 1]))", "lowest")),
    where="Look at where the loss is lowest: is it still falling there?",
    why="At the minimum the rate is about to be too large; the steepest fall comes before it.",
    how="Find the lowest slope, not the lowest loss.",
)

SUGGEST_LR.misconception(
    "a-tenth-of-the-minimum",
    Edit(as_written, ("int(np.argmin(slope[: lowest + 1]))]", "lowest] / 10")),
    where="Compare your rate with the list of rates: does it stand in it?",
    why="A tenth of the minimum's rate is another rule of thumb; the contract asks for the steepest.",
    how="Find the lowest slope up to the minimum.",
)

SUGGEST_LR.misconception(
    "slope-over-the-rate",
    Edit(as_written, ("np.log10(rates)", "np.asarray(rates)")),
    where="Where are most of the rates on a linear axis?",
    why="Over the rate itself the smallest rates look steepest by far, since they lie so close.",
    how="Take the slope over `np.log10(rates)`.",
)

SUGGEST_LR.misconception(
    "slope-over-the-index",
    Edit(as_written, (", np.log10(rates)", "")),
    where="Use rates that are not evenly spaced on the logarithmic axis.",
    why="Without the positions, `np.gradient` takes all gaps to be equal.",
    how="Give `np.gradient` the positions `np.log10(rates)`.",
)

SUGGEST_LR.misconception(
    "looks-beyond-the-minimum",
    Edit(as_written, ("[: lowest + 1]", "")),
    where="Use a loss that rises and then falls again.",
    why="A steep fall after the loss has exploded is noise, not learning.",
    how="Look at the slopes up to the index of the lowest loss.",
)

SUGGEST_LR.misconception(
    "leaves-out-the-minimum",
    Edit(as_written, ("lowest + 1", "max(lowest, 1)")),
    where="Use a loss that falls most steeply right into its minimum.",
    why="The contract says up to *and including* the index of the minimum.",
    how="Slice with `[: i + 1]`.",
)


@SUGGEST_LR.misconception(
    "slope-of-the-cut-curve",
    where="Look at the slope at the minimum itself.",
    why="Cutting the curve before taking slopes changes the slope at its last point.",
    how="Take the slopes of the whole curve first, then look at some of them.",
)
def cut_first(rates, losses):
    end = max(int(np.argmin(losses)) + 1, 2)
    slope = np.gradient(np.asarray(losses[:end]), np.log10(rates[:end]))
    return rates[int(np.argmin(slope))]


SUGGEST_LR.misconception(
    "steepest-rise",
    Edit(as_written, ("argmin(slope[: lowest + 1])", "argmax(slope)")),
    where="Is the loss falling or rising at your rate?",
    why="The largest slope is where the loss explodes.",
    how="Use `np.argmin` on the slope, which is negative where the loss falls.",
)

SUGGEST_LR.misconception(
    "steepest-either-way",
    Edit(as_written, ("argmin(slope[: lowest + 1])", "argmax(np.abs(slope))")),
    where="Is the loss falling or rising at your rate?",
    why="The absolute value makes an explosion look like the best place.",
    how="Keep the sign and take the lowest slope.",
)

SUGGEST_LR.misconception(
    "differences-instead-of-gradient",
    Edit(
        as_written,
        (
            "np.gradient(np.asarray(losses), np.log10(rates))",
            "np.diff(losses) / np.diff(np.log10(rates))",
        ),
        ("lowest + 1", "max(lowest, 1)"),
    ),
    where="Compare with `np.gradient` at one point.",
    why="`np.diff` belongs to the gaps between rates, so every slope is half a place off.",
    how="Use `np.gradient(losses, np.log10(rates))`.",
)

SUGGEST_LR.misconception(
    "returns-the-index",
    Edit(
        as_written,
        ("rates[int(np.argmin(slope[: lowest + 1]))]", "int(np.argmin(slope[: lowest + 1]))"),
    ),
    where="Is the result a rate or a place in the list?",
    why="The index says where; the caller wants the rate there.",
    how="Return `rates[i]`.",
)

SUGGEST_LR.misconception(
    "stops-at-the-first-rise",
    Edit(
        as_written,
        ("int(np.argmin(losses))", "int(np.argmax(np.append(np.diff(losses) >= 0, True)))"),
    ),
    where="Use a loss that rises a little on its way down.",
    why="With batches no curve falls at every step; the first dip is not the lowest loss.",
    how="Find the minimum of the whole curve: `np.argmin(losses)`.",
)
