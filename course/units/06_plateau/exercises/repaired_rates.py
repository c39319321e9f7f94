"""The repair of unit 06: a cut and the reset of its count belong together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for patience in (0, 1, 2, 4):
        yield given([1.0] * 14, 1.0, patience).on("all", f"nothing improves, patience {patience}")
        noisy = (np.exp(-np.arange(30) / 20) + 0.1 * rng.standard_normal(30)).round(4).tolist()
        lr = float(rng.uniform(0.1, 2))
        yield given(noisy, lr, patience).on("all", f"a noisy fall, patience {patience}")
    waves = [3.0, 4.0, 4.0, 4.0, 2.0, 4.0, 4.0, 4.0, 3.0, 2.5, 4.0, 1.0, 4.0, 4.0]
    yield given(waves, 1.0, 2).on("all", "new bests in between")
    yield given([5.0, 4.0, 3.0, 2.0], 0.5, 0).on("all", "every loss is a new best")


def _rates(losses, lr, patience):
    best, wait, rates = float("inf"), 0, []
    for loss in losses:
        if loss < best:
            best, wait = loss, 0
        else:
            wait += 1
        if wait > patience:
            lr, wait = lr * 0.5, 0
        rates.append(lr)
    return rates


REPAIRED_RATES = Exercise(
    name="repaired_rates",
    unit=UNIT,
    signature="repaired_rates(losses, lr, patience)",
    returns=Numbers(),
    reference=_rates,
    cases=_cases,
    worth={"all": 1},
    statements={"all": "is patient again after each cut"},
)


@REPAIRED_RATES.variant
def counting_first(losses, lr, patience):
    best, wait, rates = float("inf"), 0, []
    for loss in losses:
        if loss < best:
            best, wait = loss, 0
        else:
            wait += 1
        if wait > patience:
            lr, wait = lr * 0.5, 0
        rates.append(lr)
    return rates


@REPAIRED_RATES.variant
def as_shipped_with_a_reset(losses, lr, patience):
    best, wait, rates = float("inf"), 0, []
    for loss in losses:
        if loss < best:
            best, wait = loss, 0
        elif wait >= patience:
            lr, wait = lr * 0.5, 0
        else:
            wait += 1
        rates.append(lr)
    return rates


@REPAIRED_RATES.variant
def by_remainders(losses, lr, patience):
    best, bad, rates = float("inf"), 0, []
    for loss in losses:
        bad = 0 if loss < best else bad + 1
        best = min(best, loss)
        if bad and bad % (patience + 1) == 0:
            lr /= 2
        rates.append(lr)
    return np.array(rates)


@REPAIRED_RATES.variant
def counting_down(losses, lr, patience):
    best, left, rates = float("inf"), patience, []
    for loss in losses:
        if loss < best:
            best, left = loss, patience
        elif left == 0:
            lr, left = lr / 2, patience
        else:
            left -= 1
        rates.append(lr)
    return rates


@REPAIRED_RATES.variant
def by_the_last_event(losses, lr, patience):
    rates, event, best = [], 0, float("inf")
    for k, loss in enumerate(losses):
        if loss < best:
            best, event = loss, k
        if k - event > patience:
            event, lr = k, lr * 0.5
        rates.append(lr)
    return tuple(rates)


REPAIRED_RATES.misconception(
    "as-it-was",
    Edit(counting_first, ("lr, wait = lr * 0.5, 0", "lr = lr * 0.5")),
    where="Print the count after a cut.",
    why="The count stays above the patience, so each further bad loss cuts again.",
    how="Set it to 0 where the rate is cut.",
)

REPAIRED_RATES.misconception(
    "the-cut-counts-as-a-bad-loss",
    Edit(counting_first, ("lr, wait = lr * 0.5, 0", "lr, wait = lr * 0.5, 1")),
    where="How many bad losses lie between two cuts, with patience 2?",
    why="After a cut the count starts at 1, so the second cut comes a loss too early.",
    how="Start again at 0.",
)

REPAIRED_RATES.misconception(
    "cuts-when-the-patience-is-reached",
    Edit(counting_first, ("wait > patience", "wait >= max(patience, 1)")),
    where="With patience 2, after which bad loss is the first cut?",
    why="The rule cuts when more than `patience` losses in a row are bad.",
    how="Compare the count with `>`.",
)

REPAIRED_RATES.misconception(
    "waits-for-one-loss-after-a-cut",
    Edit(counting_first, ("lr, wait = lr * 0.5, 0", "lr, wait = lr * 0.5, -1")),
    where="How many bad losses lie between two cuts, with patience 2?",
    why="That is a cooldown of one loss, which hid the fault and is not its repair.",
    how="Start again at 0.",
)

REPAIRED_RATES.misconception(
    "forgets-the-best-at-a-cut",
    Edit(counting_first, ("lr, wait = lr * 0.5, 0", 'lr, wait, best = lr * 0.5, 0, float("inf")')),
    where="After a cut: which loss does the next one have to beat?",
    why="The best is kept at a cut; only the count starts again.",
    how="Reset the count alone.",
)

REPAIRED_RATES.misconception(
    "cuts-once-only",
    Edit(counting_first, ("wait > patience", "wait > patience and rates[-1:] == rates[:1]")),
    where="Nothing improves for long: how often should the rate be cut?",
    why="After the first cut the rule never cuts again.",
    how="Reset the count, and let it grow again.",
)

REPAIRED_RATES.misconception(
    "a-new-best-does-not-end-the-count",
    Edit(counting_first, ("best, wait = loss, 0\n        else", "best = loss\n        else")),
    where="Two bad losses, a new best, two bad losses, patience 2: is the rate cut?",
    why="Only losses in a row count; a new best starts again.",
    how="Set the count to 0 at a new best.",
)

REPAIRED_RATES.misconception(
    "standing-still-is-an-improvement",
    Edit(counting_first, ("loss < best", "loss <= best")),
    where="Try losses that stand still.",
    why="A loss that equals the best does not beat it.",
    how="Compare with `<`.",
)

REPAIRED_RATES.misconception(
    "gives-the-rate-before-each-loss",
    Edit(
        counting_first,
        ("for loss in losses:\n", "for loss in losses:\n        rates.append(lr)\n"),
        ("        rates.append(lr)\n    return", "    return"),
    ),
    where="The third bad loss cuts: is it the third rate that is lower, or the next?",
    why="The list should hold the rate after each loss.",
    how="Append at the end of the loop.",
)
