"""Choose a rate by validation losses, with an equal share of runs for every rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number, Numbers, Several
from autograders.protocol.codec import Recipe
from course.shared.draws import one_at_a_time

from . import UNIT

SPLITS = ("validation", "test")


def _reference(train, rates, seeds):
    losses = np.array([[train(lr, seed, "validation") for seed in seeds] for lr in rates])
    scores = [row.mean() if np.isfinite(row).all() else np.inf for row in losses]
    best = min(scores)
    if best == np.inf:
        raise ValueError("at every rate a run diverged")
    return min(lr for lr, score in zip(rates, scores) if score == best), scores


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def table(
        losses: Any, rates: Any = None, watch: str = "runs", other: Any = None, first: int = 10
    ) -> Case:
        losses = np.array(losses, dtype=float)
        if rates is None:
            rates = np.geomspace(0.01, 1, len(losses)) * rng.uniform(0.5, 1)
        seeds = [int(seed) for seed in first + rng.permutation(60)[: losses.shape[1]]]
        if other is None:
            other = losses[::-1] + rng.uniform(0.05, 0.2, losses.shape)
        data = {"rates": np.array(rates), "seeds": seeds, "watch": watch}
        data["losses"] = dict(zip(SPLITS, (losses, np.array(other, dtype=float))))
        return given(Recipe("trials", data), [float(rate) for rate in rates], seeds)

    def rough(rates: int, seeds: int) -> np.ndarray:
        levels = rng.permutation(np.linspace(0.3, 1.1, rates) + rng.uniform(0, 0.2, rates))
        return levels[:, None] + rng.uniform(0, 0.1, (rates, seeds))

    lucky = rough(5, 3) + 0.3
    lucky[[1, 3]] = [[0.30, 0.32, 0.31], [0.05, 0.70, 0.66]]
    skewed = rough(5, 5) + 0.3
    skewed[[0, 2]] = [[0.30, 0.31, 0.30, 0.32, 0.31], [0.10, 0.11, 0.12, 1.9, 1.7]]
    wobbly = rough(5, 3) + 0.3
    wobbly[[0, 4]] = [[0.29, 0.57, 0.31], [0.42, 0.43, 0.42]]
    first_seed = rough(4, 3) + 0.4
    first_seed[[2, 3]] = [[0.20, 0.52, 0.55], [0.30, 0.31, 0.30]]
    second_valley = np.array([[0.5], [0.4], [0.6], [0.2], [0.7]]) + rng.uniform(0, 0.05, (5, 3))
    each = [(rough(5, 3), "five rates, three seeds"), (lucky, "one run is lucky")]
    each += [(skewed, "two of five runs are bad"), (first_seed, "the first seed misleads")]
    each += [(wobbly, "the lowest mean is the least steady")]
    each += [(second_valley, "the losses have two valleys")]
    for losses, note in each:
        yield table(losses).only("rate").on("rate", note)
        yield table(losses).only("scores").on("scores", note)

    shuffled = rng.permutation(np.geomspace(0.01, 1, 5))[::-1]
    yield table(rough(5, 3), shuffled).only("scores").on("scores", "rates are in no order")
    falling = np.geomspace(1, 0.01, 4)
    yield table(rough(4, 3), falling).only("scores").on("scores", "rates fall")

    for lost in (np.nan, np.inf):
        gone = rough(5, 3) + 0.4
        gone[2] = [0.1, lost, 0.12]
        yield table(gone).only("rate").on("divergence", f"a run ends at {lost}")
        yield table(gone).only("scores").on("divergence", f"a run ends at {lost}")
    several = rough(6, 3)
    several[0, 0], several[4:] = np.nan, np.inf
    yield table(several).only("rate").on("divergence", "three rates diverge, the first one too")

    level = np.array([[1.5, 1.0], [0.5, 0.75], [0.5, 0.75], [1.25, 1.0], [0.75, 0.5]])
    yield table(level).only("rate").on("ties", "three rates have equal scores")
    mixed = np.array([0.3, 0.9, 0.1, 0.01, 0.5])
    yield table(level, mixed).only("rate").on("ties", "rates are in no order and scores are equal")

    note = "its calls of train are counted, a row for each rate"
    for losses in (rough(5, 3), lucky, second_valley):
        yield table(losses).recorded().on("budget", note)
    gone = rough(4, 3)
    gone[[0, 2], 0] = np.nan, np.inf
    yield table(gone).recorded().on("budget", f"some runs diverge and {note}")
    note = "the share of its calls with split='test' is taken"
    for losses in (rough(5, 3), lucky):
        yield table(losses, watch="test").recorded().on("hygiene", note)

    yield table(rough(1, 3)).only("rate").on("edge", "there is a single rate")
    yield table(rough(4, 1)).only("rate").on("edge", "there is a single seed")
    rates, seeds = np.array([0.1, 0.02, 0.5]), np.array([7, 3, 12])
    losses = rough(3, 3)
    data = {"rates": rates, "seeds": seeds, "losses": {"validation": losses, "test": losses[::-1]}}
    as_arrays = given(Recipe("trials", data), rates, seeds)
    yield as_arrays.only("rate").on("edge", "rates and seeds are arrays")
    yield as_arrays.read_only().only("rate").on("purity", "rates and seeds cannot be written to")
    yield (
        table(rough(5, 3), rng.permutation(5) + 0.5)
        .only("rate")
        .on("purity", "rates are in no order")
    )
    yield table(np.full((3, 2), np.inf)).refused()
    none = rough(3, 3)
    none[[0, 1, 2], [0, 2, 1]] = np.nan
    yield table(none).refused()
    usual = rough(4, 3)
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        yield table(size * usual).only("scores").on("scores", f"all losses are {words}")
        spaced = size * np.array([0.2, 0.9, 0.4, 0.3])
        yield table(usual, spaced).only("rate").on("rate", f"all rates are {words}")
    tie = rough(4, 1) + 0.4
    tie[[1, 2]] = [[0.1005], [0.1]]
    yield table(tie).only("rate").on("ties", "two scores differ by half a percent")
    high = 200 * (rough(4, 3) + 0.5)
    yield table(high).only("rate").on("divergence", "all losses are high and none diverged")
    yield table(high).only("scores").on("divergence", "all losses are high and none diverged")
    many = rough(120, 1) + 0.4
    many[110] = 0.1
    yield table(many).only("rate").on("rate", "there are more than 100 rates")
    late = table(rough(4, 3), first=7000)
    yield late.only("scores").on("scores", "the seeds are large numbers")
    usual = table(rough(5, 3)).only("scores")
    yield from one_at_a_time(
        usual,
        "train rates seeds",
        "scores",
        train=(table(rough(5, 3)).args[0],),
        rates=(usual.args[1][1:],),
        seeds=(usual.args[2][:2],),
    )


TUNE = Exercise(
    name="tune",
    unit=UNIT,
    signature="tune(train, rates, seeds)",
    returns=Several((Number(), Numbers()), ("rate", "scores")),
    reference=_reference,
    cases=_cases,
    worth={
        "rate": 0.75,
        "scores": 0.5,
        "divergence": 0.75,
        "ties": 0.25,
        "budget": 1,
        "hygiene": 1,
        "edge": 0.25,
        "purity": 0.25,
        "errors": 0.25,
    },
    statements={
        "rate": "chooses the rate with the lowest mean validation loss",
        "scores": "returns the mean over the seeds for every rate, in the order of the rates",
        "divergence": "rules a rate out as soon as one of its runs is not finite",
        "ties": "takes the smallest of several rates with equal scores",
        "budget": "spends the same: each rate meets each seed exactly once",
        "hygiene": 'never asks for the split "test"',
        "edge": "works for one rate, for one seed, and for arrays",
        "purity": "gives equal answers to equal calls, and leaves rates and seeds as they are",
        "errors": "raises ValueError when every rate has a run that diverged",
    },
)


def lowest(rates, scores):
    finite = [score for score in scores if np.isfinite(score)]
    if not finite:
        raise ValueError("at every rate a run diverged")
    return min(lr for lr, score in zip(rates, scores) if score == min(finite))


def losses_of(train, rates, seeds, split="validation"):
    return np.array([[train(lr, seed, split) for seed in seeds] for lr in rates])


@TUNE.variant
def as_written(train, rates, seeds):
    losses = losses_of(train, rates, seeds)
    means, fine = losses.mean(axis=1), np.isfinite(losses).all(axis=1)
    scores = np.where(fine, means, np.inf)
    if min(scores) == np.inf:
        raise ValueError("at every rate a run diverged")
    best = min(lr for lr, score in zip(rates, scores) if score == min(scores))
    return best, scores


@TUNE.variant
def with_a_loop(train, rates, seeds):
    scores, best = [], None
    for lr in rates:
        total = 0.0
        for seed in seeds:
            total += train(lr, seed, "validation")
        score = total / len(seeds)
        if not np.isfinite(score):
            score = float("inf")
        elif best is None or score < best[0] or (score == best[0] and lr < best[1]):
            best = (score, lr)
        scores.append(score)
    if best is None:
        raise ValueError("no rate is left")
    return best[1], scores


@TUNE.variant
def with_masks(train, rates, seeds):
    scores = losses_of(train, rates, seeds).mean(axis=1)
    if not np.isfinite(scores).any():
        raise ValueError("all diverged")
    least = np.nanmin(np.where(np.isfinite(scores), scores, np.nan))
    return np.asarray(rates)[scores == least].min(), scores


@TUNE.variant
def by_sorting_pairs(train, rates, seeds):
    scores = [np.mean([train(lr, seed, split="validation") for seed in seeds]) for lr in rates]
    alive = sorted((score, lr) for score, lr in zip(scores, rates) if np.isfinite(score))
    if not alive:
        raise ValueError
    return (alive[0][1], scores)


@TUNE.variant
def seed_after_seed(train, rates, seeds):
    sums = np.zeros(len(rates))
    for seed in seeds:
        for i, lr in enumerate(rates):
            sums[i] += train(lr=lr, seed=seed, split="validation")
    scores = np.where(np.isfinite(sums), sums / len(seeds), np.nan)
    if np.isnan(scores).all():
        raise ValueError("nothing converged")
    order = np.lexsort((rates, np.nan_to_num(scores, nan=np.inf)))
    return [float(rates[order[0]]), tuple(scores)]


@TUNE.variant
def with_a_dict(train, rates, seeds):
    scores = {}
    for lr in sorted(rates):
        losses = [train(lr, seed, "validation") for seed in seeds]
        bad = any(np.isnan(loss) or np.isinf(loss) for loss in losses)
        scores[lr] = float("inf") if bad else sum(losses) / len(losses)
    best = min(scores, key=lambda lr: scores[lr])
    if scores[best] == float("inf"):
        raise ValueError("every rate lost a run")
    return best, [scores[lr] for lr in rates]


TUNE.misconception(
    "best-single-seed",
    Edit(as_written, ("losses.mean", "losses.min")),
    where="One run of a rate is lucky. Should that decide?",
    why="The best of many runs rewards luck: a rate that varies a lot wins, though a new seed will "
    "not repeat it.",
    how="Take the mean over the seeds of each rate first, then the lowest mean.",
)


@TUNE.also("best-single-seed")
def luckiest_run_beside_the_means(train, rates, seeds):
    losses = losses_of(train, rates, seeds)
    alive = np.isfinite(losses).all(axis=1)
    scores = np.where(alive, losses.mean(axis=1), np.inf)
    return lowest(rates, np.where(alive, losses.min(axis=1), np.inf)), scores


@TUNE.misconception(
    "drops-diverged-seeds",
    Edit(as_written, ("np.where(fine, means, np.inf)", "np.nanmean(losses, axis=1)")),
    Edit(
        as_written,
        ("np.where(fine, means, np.inf)", "np.nanmean(losses, axis=1)"),
        ("return best", "return rates[int(np.argmin(scores))]"),
    ),
    where="Let one of three runs of a rate diverge. What is its score?",
    why="Leaving lost runs out turns a rate that fails one time in three into a good one.",
    how="If any loss of a rate is not finite, its score is not either.",
)
def survivors_only(train, rates, seeds):
    losses = losses_of(train, rates, seeds)
    kept = [row[np.isfinite(row)] for row in losses]
    scores = np.array([row.mean() if row.size else np.inf for row in kept])
    return lowest(rates, scores), scores


@TUNE.misconception(
    "nan-wins",
    where="Look at what `np.argmin` returns for an array that holds NaN.",
    why="`np.argmin` takes NaN for the smallest, and `<` with NaN is always false: a diverged run "
    "wins, or nothing can beat it.",
    how="Turn scores that are not finite into infinity before you compare.",
)
def argmin_with_nan(train, rates, seeds):
    scores = losses_of(train, rates, seeds).mean(axis=1)
    if not np.isfinite(scores).any():
        raise ValueError("all diverged")
    lost = np.isnan(scores)
    ahead = lost if lost.any() else scores == scores.min()
    return min(lr for lr, first in zip(rates, ahead) if first), scores


@TUNE.also("nan-wins")
def smaller_than_nan(train, rates, seeds):
    scores = losses_of(train, rates, seeds).mean(axis=1)
    if not np.isfinite(scores).any():
        raise ValueError("all diverged")
    best = 0
    for i in range(1, len(scores)):
        if scores[i] < scores[best] or (scores[i] == scores[best] and rates[i] < rates[best]):
            best = i
    return rates[best], scores


TUNE.misconception(
    "median-for-mean",
    Edit(as_written, ("losses.mean(axis=1)", "np.median(losses, axis=1)")),
    where="Let two of five runs be bad.",
    why="The median does not see the bad runs of a rate, however bad they are.",
    how="The contract takes the mean.",
)

TUNE.misconception(
    "sums-for-means",
    Edit(as_written, ("losses.mean", "losses.sum")),
    where="Compare a score with the losses it comes from.",
    why="The choice is right, but a sum grows with the number of seeds and cannot be read as a "
    "loss.",
    how="Divide by the number of seeds.",
)

TUNE.misconception(
    "largest-at-a-tie",
    Edit(as_written, ("best = min", "best = max")),
    where="Give two rates equal losses.",
    why="At equal scores the contract takes the smallest rate, which is further from divergence.",
    how="Among the rates with the lowest score return the `min`.",
)

TUNE.misconception(
    "first-at-a-tie",
    Edit(as_written, ("return best", "return rates[int(np.argmin(scores))]")),
    where="Give two rates equal losses, and the larger rate first.",
    why="`argmin` takes whichever comes first in the list, so the answer depends on its order.",
    how="Among the rates with the lowest score return the `min`.",
)

TUNE.misconception(
    "returns-the-place",
    Edit(as_written, ("return best", "return int(np.argmin(scores))")),
    where="Is the first result one of `rates`?",
    why="`argmin` gives the place of the lowest score, not the rate that stands there.",
    how="Return `rates[place]`.",
)


@TUNE.misconception(
    "averages-the-best-rates",
    where="Is the rate that you return one that was tried?",
    why="The best rate of each seed, averaged, is a rate that nobody has run.",
    how="Average losses, not rates.",
)
def mean_of_winners(train, rates, seeds):
    losses = losses_of(train, rates, seeds)
    filled = np.where(np.isfinite(losses), losses, np.inf)
    scores = np.where(np.isfinite(losses).all(axis=1), losses.mean(axis=1), np.inf)
    lowest(rates, scores)
    return float(np.mean(np.asarray(rates)[filled.argmin(axis=0)])), scores


TUNE.misconception(
    "silent-when-all-diverge",
    Edit(as_written, ('raise ValueError("at every rate a run diverged")', "pass")),
    where="Let every rate diverge.",
    why="Without a finite score there is no best rate; a number that is returned all the same "
    "would be used.",
    how="Raise `ValueError` when no score is finite.",
)

TUNE.misconception(
    "scores-of-sorted-rates",
    Edit(
        as_written,
        ("train, rates, seeds", "train, sorted(rates), seeds"),
        ("zip(rates", "zip(sorted(rates)"),
    ),
    where="Give the rates from large to small: whose score comes first?",
    why="The caller reads the scores beside `rates`; sorted, each stands beside another rate.",
    how="Go through `rates` in the order in which they came.",
)
