"""The idea of unit 06 on data: the least patience with which recorded losses cause few cuts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import WholeNumber

from . import UNIT


def _cuts(losses, patience, min_delta):
    best, bad, made = float("inf"), 0, 0
    for loss in losses:
        if loss < best - min_delta:
            best, bad = loss, 0
        else:
            bad += 1
        if bad > patience:
            made, bad = made + 1, 0
    return made


def _patience_for(losses, cuts, *, min_delta):
    patience = 0
    while _cuts(losses, patience, min_delta) > cuts:
        patience += 1
    return patience


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def falling(checks: int, noise: float) -> list[float]:
        trend = np.exp(-np.arange(checks) / 30)
        return (trend + noise * rng.standard_normal(checks)).round(4).tolist()

    for cuts, min_delta in ((0, 0.0), (1, 0.0), (2, 0.0), (4, 0.0), (1, 0.02), (3, 0.05)):
        for checks, noise in ((60, 0.05), (90, 0.1)):
            yield given(falling(checks, noise), cuts, min_delta=min_delta).on(
                "values", f"{checks} noisy losses may cause {cuts} cuts, min_delta is {min_delta}"
            )
    waves = [4, 1, 2, 3, 2, 3, 2, 0.5, *[2] * 9, 0.25, 1, 0.5, 0.75, 0.5]
    for cuts in (0, 1, 2, 3, 4, 9):
        yield given(waves, cuts, min_delta=0.0).on("values", f"long and short waits, {cuts} cuts")
    yield given([1.0, *[0.5] * 7], 1, min_delta=0.0).on("edge", "the loss stands still")
    small = [8.0, 7.75, 7.5, 7.25, 7.0, 6.75, 6.5]
    yield given(small, 0, min_delta=0.5).on("edge", "the gains are smaller than min_delta")
    yield given(small, 0, min_delta=0.25).on("edge", "the gains are exactly min_delta")
    yield given(small, 0, min_delta=0.0).on("edge", "every loss is a new best")
    yield given([2.0, 3.0, float("nan"), 3.0, 1.0], 0, min_delta=0.0).on("edge", "a loss is NaN")
    single = float(rng.uniform(0.5, 2))
    yield given([single], 0, min_delta=0.1).on("edge", "there is a single loss")
    yield given([1.0, 2.0, 3.0, 4.0, 5.0], 4, min_delta=0.0).on("edge", "no patience is needed")


PATIENCE_FOR = Exercise(
    name="patience_for",
    unit=UNIT,
    signature="patience_for(losses, cuts, *, min_delta)",
    returns=WholeNumber(),
    reference=_patience_for,
    cases=_cases,
    worth={"values": 2, "edge": 1},
    statements={
        "values": "finds the least patience with which the losses cause no more cuts than allowed",
        "edge": "is right for losses that stand still, small gains, NaN and a single loss",
    },
)


@PATIENCE_FOR.variant
def by_trying_each(losses, cuts, *, min_delta):
    for patience in range(len(losses) + 1):
        best, bad, made = float("inf"), 0, 0
        for loss in losses:
            if loss < best - min_delta:
                best, bad = loss, 0
            else:
                bad += 1
            if bad > patience:
                made, bad = made + 1, 0
        if made <= cuts:
            return patience
    return None


def _waits(losses, min_delta):
    waits, best = [0], float("inf")
    for loss in losses:
        if loss < best - min_delta:
            best = loss
            waits.append(0)
        else:
            waits[-1] += 1
    return waits


@PATIENCE_FOR.variant
def from_the_lengths_of_the_waits(losses, cuts, *, min_delta):
    waits, patience = _waits(losses, min_delta), 0
    while sum(wait // (patience + 1) for wait in waits) > cuts:
        patience += 1
    return patience


@PATIENCE_FOR.variant
def by_halving(losses, cuts, *, min_delta):
    low, high = -1, len(losses)
    while high - low > 1:
        middle = (low + high) // 2
        if _cuts(losses, middle, min_delta) > cuts:
            low = middle
        else:
            high = middle
    return high


@PATIENCE_FOR.variant
def from_above(losses, cuts, *, min_delta):
    patience = len(losses)
    while patience and _cuts(losses, patience - 1, min_delta) <= cuts:
        patience -= 1
    return np.int64(patience)


@PATIENCE_FOR.variant
def all_at_once(losses, cuts, *, min_delta):
    made = [_cuts(losses, patience, min_delta) for patience in range(len(losses) + 1)]
    return int(np.argmax(np.array(made) <= cuts))


PATIENCE_FOR.misconception(
    "compares-with-the-value-before",
    Edit(
        by_trying_each,
        ("else:\n                bad += 1", "else:\n                best, bad = loss, bad + 1"),
    ),
    where="Try 4, 1, 3, 2: is the last one better than the best?",
    why="Each loss is compared with the one before it, not with the best so far.",
    how="Change the best only where a loss beats it.",
)

PATIENCE_FOR.misconception(
    "cuts-when-the-patience-is-reached",
    Edit(by_trying_each, ("bad > patience", "bad >= patience")),
    Edit(by_trying_each, ("bad > patience", "bad >= max(patience, 1)")),
    where="With patience 2: how many bad losses are forgiven?",
    why="The rule cuts when the count is greater than the patience, not when it reaches it.",
    how="Compare with `>`.",
)

PATIENCE_FOR.misconception(
    "keeps-the-count-at-a-cut",
    Edit(by_trying_each, ("made, bad = made + 1, 0", "made = made + 1")),
    where="Six bad losses in a row, patience 2: how many cuts are made?",
    why="After a cut the count starts again; here every further bad loss cuts.",
    how="Set the count to 0 at a cut.",
)

PATIENCE_FOR.misconception(
    "allows-no-cut-at-all",
    Edit(by_trying_each, ("made <= cuts", "made <= 0")),
    where="Allow more cuts: a smaller patience should do.",
    why="The longest wait says which patience never cuts; some cuts are allowed.",
    how="Count the cuts, and compare them with `cuts`.",
)

PATIENCE_FOR.misconception(
    "wants-fewer-cuts",
    Edit(by_trying_each, ("made <= cuts", "made < max(cuts, 1)")),
    where="Is a patience that causes exactly `cuts` cuts good enough?",
    why="At most `cuts` cuts are allowed, and that many are not too many.",
    how="Compare with `<=`.",
)

PATIENCE_FOR.misconception(
    "wants-exactly-as-many-cuts",
    Edit(by_trying_each, ("made <= cuts", "made == cuts"), ("return None", "return patience")),
    where="With 4 cuts allowed, some losses cause 6 cuts with patience 1 and 3 with patience 2.",
    why="There need not be a patience with exactly that many cuts.",
    how="Take the first patience with at most `cuts`.",
)

PATIENCE_FOR.misconception(
    "forgets-the-margin",
    Edit(by_trying_each, ("best - min_delta", "best")),
    where="Make min_delta larger: fewer losses are good, so more patience is needed.",
    why="A loss has to be lower than the best by more than min_delta.",
    how="Compare with `best - min_delta`.",
)

PATIENCE_FOR.misconception(
    "follows-small-gains",
    Edit(
        by_trying_each,
        (
            "else:\n                bad += 1",
            "else:\n                best, bad = min(best, loss), bad + 1",
        ),
    ),
    where="Losses 8, 7.75, 7.5, 7.25, min_delta 0.5: what is the best after each?",
    why="The best also moves for gains that do not count, so small gains can never add up.",
    how="Change the best only where the count ends.",
)

PATIENCE_FOR.misconception(
    "standing-still-is-an-improvement",
    Edit(by_trying_each, ("loss < best", "loss <= best")),
    where="Try losses that stand still.",
    why="A loss equal to the line does not beat it.",
    how="Compare with `<`.",
)

PATIENCE_FOR.misconception(
    "forgets-the-best-at-a-cut",
    Edit(
        by_trying_each, ("made, bad = made + 1, 0", 'made, bad, best = made + 1, 0, float("inf")')
    ),
    where="After a cut: which loss does the next one have to beat?",
    why="The best is kept at a cut; only the count starts again.",
    how="Reset the count, and leave the best.",
)

PATIENCE_FOR.misconception(
    "shares-out-the-longest-wait",
    Edit(
        from_the_lengths_of_the_waits,
        (
            "while sum(wait // (patience + 1) for wait in waits) > cuts:",
            "while max(waits) // (patience + 1) > cuts:",
        ),
    ),
    where="Count the cuts of your patience over the whole list.",
    why="Every wait for a new best can cause cuts, not only the longest.",
    how="Add up the cuts of all waits.",
)

PATIENCE_FOR.misconception(
    "begins-at-one",
    Edit(by_trying_each, ("range(len(losses) + 1)", "range(1, len(losses) + 2)")),
    where="Losses that fall all the time: how much patience do they need?",
    why="A patience of 0 is allowed, and sometimes enough.",
    how="Start the search at 0.",
)
