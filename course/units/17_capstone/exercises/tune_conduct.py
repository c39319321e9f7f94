"""Misconceptions of `tune` about what a search may do: its runs, its seeds, its look at the test."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Edit

from .tune import TUNE, as_written, losses_of, lowest

TUNE.misconception(
    "chooses-by-test-loss",
    Edit(as_written, ("seeds)", 'seeds, "test")')),
    where="Look at the third argument of every call of `train`.",
    why="What was chosen by the test split looks better on it than it is: there is no unseen data "
    "left to say so.",
    how='Call `train(lr, seed, "validation")`, and nothing else.',
)

TUNE.misconception(
    "looks-at-the-test-split",
    Edit(as_written, ("losses = ", 'losses_of(train, rates, seeds, "test")\n    losses = ')),
    Edit(as_written, ("return best", 'losses_of(train, [best], seeds, "test")\n    return best')),
    where="Count your calls with `split='test'`.",
    why="Even if the choice ignores it, a test loss that was seen while tuning steers what you try "
    "next, and each look costs a run.",
    how="Leave the test split shut: it is opened once, after the choice, outside of `tune`.",
)


@TUNE.misconception(
    "one-seed-only",
    where="How many seeds did each rate meet?",
    why="With one seed you choose the rate that suits this starting point and these batches.",
    how="Run all of `seeds` for every rate, and take the mean.",
)
def first_seed_only(train, rates, seeds):
    scores = losses_of(train, rates, seeds[:1]).mean(axis=1)
    return lowest(rates, scores), scores


@TUNE.misconception(
    "new-seeds-for-each-rate",
    where="Write down which seeds each rate was given.",
    why="With other seeds for each rate, luck of the draw is compared together with the rates.",
    how="Give every rate the same `seeds`.",
)
def other_seeds(train, rates, seeds):
    losses = np.array(
        [
            [train(lr, seed + i * len(seeds), "validation") for seed in seeds]
            for i, lr in enumerate(rates)
        ]
    )
    scores = np.where(np.isfinite(losses).all(axis=1), losses.mean(axis=1), np.inf)
    return lowest(rates, scores), scores


TUNE.misconception(
    "counts-seeds-from-zero",
    Edit(as_written, ("seeds)", "range(len(seeds)))")),
    where="Are the seeds that you use those in `seeds`?",
    why="`range(len(seeds))` gives 0, 1, 2, whatever seeds were agreed on.",
    how="Write `for seed in seeds`.",
)


@TUNE.misconception(
    "stops-early",
    where="Count the calls for the last rates.",
    why="A loss that has risen once can fall again, and a rate that was never tried had no chance.",
    how="Try all of `rates`, whatever the losses before were.",
)
def until_it_rises(train, rates, seeds):
    scores = [np.inf] * len(rates)
    for i, lr in enumerate(rates):
        losses = np.array([train(lr, seed, "validation") for seed in seeds])
        scores[i] = losses.mean() if np.isfinite(losses).all() else np.inf
        if i and scores[i] > scores[i - 1]:
            break
    return lowest(rates, scores), scores


@TUNE.misconception(
    "more-seeds-for-the-leaders",
    where="Count the runs of each rate, as rows.",
    why="More runs for the promising rates spends an unequal budget: a rate with an unlucky first "
    "seed is out for good.",
    how="Give every rate every seed.",
)
def halving(train, rates, seeds):
    scores = np.array([train(lr, seeds[0], "validation") for lr in rates], dtype=float)
    order = np.argsort(np.where(np.isfinite(scores), scores, np.inf))
    for i in order[: (len(rates) + 1) // 2]:
        rest = [train(rates[i], seed, "validation") for seed in seeds[1:]]
        scores[i] = np.mean([scores[i], *rest])
    return lowest(rates, scores), np.where(np.isfinite(scores), scores, np.inf)


TUNE.misconception(
    "runs-the-winner-again",
    Edit(as_written, ("losses.mean", "losses_of(train, rates, seeds).mean")),
    Edit(as_written, ("return best", "losses_of(train, [best], seeds)\n    return best")),
    where="Count the runs of the rate that won.",
    why="Each call of `train` is a whole training run: the winner has had a larger budget.",
    how="Use the losses that you already have.",
)
