"""Misconceptions of `compare` about verdicts, pairs, lost runs and the baseline."""

from __future__ import annotations

import numpy as np

from .compare import (
    BASELINE,
    BETTER,
    COMPARE,
    UNCLEAR,
    WORSE,
    board_of,
    changed,
    entry_of,
    verdict_of,
)

COMPARE.misconception(
    "never-undecided",
    changed(verdict=lambda gap, margin: BETTER if gap < 0 else WORSE if gap > 0 else UNCLEAR),
    where="What is your verdict when the interval holds 0?",
    why="Two means are never exactly equal; a lower one says nothing unless the difference is "
    "larger than its margin.",
    how="Say `cannot tell` while `abs(difference) <= margin`.",
)

COMPARE.misconception(
    "higher-is-better",
    changed(verdict=lambda gap, margin: verdict_of(-gap, margin)),
    where="These are losses: which sign of the difference is good?",
    why="A loss that lies above the baseline's is worse.",
    how="`difference < -margin` is better.",
)


@COMPARE.misconception(
    "overlapping-spreads",
    where="Look at methods whose runs swing together: do they overlap, and do they differ?",
    why="Bars of single runs may overlap widely while one method wins on every seed.",
    how="Decide by the interval of the paired differences.",
)
def by_bars(results):
    def entry(x, base):
        row = entry_of(x, base)
        apart = abs(x.mean() - base.mean()) > x.std(ddof=1) + base.std(ddof=1)
        row["verdict"] = verdict_of(row["difference"], 0) if apart else UNCLEAR
        return row

    return board_of(results, entry)


@COMPARE.misconception(
    "wins-on-most-seeds",
    where="Look at a method that wins often, but by little.",
    why="Counting wins ignores by how much each was won.",
    how="Decide by the interval of the paired differences.",
)
def by_votes(results):
    def entry(x, base):
        won, drawn = np.sum(x < base), np.sum(x == base)
        even = 2 * won + drawn == len(x)
        verdict = UNCLEAR if even else BETTER if 2 * won + drawn > len(x) else WORSE
        return entry_of(x, base) | {"verdict": verdict}

    return board_of(results, entry)


@COMPARE.misconception(
    "drops-diverged-seeds",
    where="Let one run of a method diverge. What is its mean?",
    why="`nanmean` over the runs that survived praises a method for failing where it is hard.",
    how="If any loss is not finite, neither is the mean, and the method loses to one that survived.",
)
def survivors(results):
    base = np.array(next(iter(results.values())), dtype=float)
    board = {}
    for name, losses in results.items():
        x = np.array(losses, dtype=float)
        kept = np.isfinite(x) & np.isfinite(base)
        row = entry_of(x[kept], base[kept]) | {"mean": x[np.isfinite(x)].mean()}
        board[name] = row | {"spread": x[np.isfinite(x)].std(ddof=1)}
        if len(board) == 1:
            board[name]["verdict"] = BASELINE
    return board


@COMPARE.misconception(
    "undecided-when-diverged",
    where="Compare a method that lost a run with one that lost none.",
    why="Comparisons with NaN are false, so `cannot tell` comes out; but a method that fails on a "
    "seed *is* worse than one that does not.",
    how="Look at `np.isfinite` of both before you compare the difference with the margin.",
)
def nan_falls_through(results):
    board = board_of(results, entry_of)
    for i, row in enumerate(board.values()):
        if i and not np.isfinite(row["difference"]):
            row["verdict"] = UNCLEAR
    return board


@COMPARE.misconception(
    "sorts-before-pairing",
    where="Which loss of the baseline belongs to the third loss of a method?",
    why="Sorted, the best run of one meets the best run of the other; pairs are runs with one seed.",
    how="Keep the order in which the losses came.",
)
def rank_by_rank(results):
    return board_of({name: sorted(losses) for name, losses in results.items()}, entry_of)


@COMPARE.misconception(
    "sorts-in-place",
    where="Print `results` before and after the call.",
    why="`list.sort` reorders the caller's own losses: the pairs are gone for whoever reads them "
    "next.",
    how="Do not sort at all, or sort a copy.",
)
def reorders(results):
    board = board_of(results, entry_of)
    for losses in results.values():
        losses.sort()
    return board


@COMPARE.misconception(
    "best-seed-as-mean",
    where="Is the mean that you report a mean?",
    why="The best of five seeds reports luck, and more seeds make every method look better.",
    how="Take the mean of all losses.",
)
def best_run(results):
    return board_of(results, lambda x, base: entry_of(x, base) | {"mean": x.min()})


@COMPARE.misconception(
    "compares-with-the-best",
    where="Which method is the baseline?",
    why="The first method is the baseline; a rival chosen after the results were seen is another "
    "question.",
    how="Take the differences to the first entry of `results`.",
)
def best_as_baseline(results):
    best = min(results, key=lambda name: np.mean(results[name]))
    first = next(iter(results))
    ordered = {best: results[best], **results}
    board = board_of(ordered, entry_of)
    if best != first:
        board[best]["verdict"] = UNCLEAR
    board[first]["verdict"] = BASELINE
    return {name: board[name] for name in results}


@COMPARE.misconception(
    "baseline-minus-method",
    where="Is your difference negative for a method with lower losses?",
    why="The contract takes the method minus the baseline, so that negative is an improvement.",
    how="`losses - baseline`, in this order.",
)
def turned_round(results):
    board = board_of(results, entry_of)
    for row in board.values():
        row["difference"] = -row["difference"]
    return board
