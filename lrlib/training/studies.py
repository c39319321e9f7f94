"""A study: methods compared at their own best rates, tuned and judged apart, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrlib import _check as check
from lrlib.data import Dataset
from lrlib.optimizers import Optimizer
from lrlib.problems import Problem
from lrlib.training.findings import LOSSES, MOST_SEEDS, Study, lowest, selected
from lrlib.training.loop import Rates
from lrlib.training.progress import Progress, interactive_stream
from lrlib.training.sweeps import Sweep, sweep

Parts = tuple[Problem, Problem, Problem]
COARSE = 4
"""Rungs in a factor of 3: the coarse round tries every fourth rung, the fine round every one."""
MOST_EXTENSIONS = 4


def rung(k: int) -> float:
    """Return rate k of the ladder that every study uses, `3**(k/4)`: a factor of 1.32 a rung.

    >>> [round(rung(k), 3) for k in range(-4, 5, 2)]
    [0.333, 0.577, 1.0, 1.732, 3.0]
    """
    return float(3.0 ** (check.whole("k", k, least=-1000) / COARSE))


def nearest_rung(rate: float) -> int:
    """Return the number of the rung of the ladder that is nearest to a rate, on a log scale.

    >>> nearest_rung(0.1), round(rung(-8), 3)
    (-8, 0.111)
    """
    return round(COARSE * math.log(check.positive("rate", rate), 3))


@dataclass(frozen=True)
class Method:
    """One way to train, of which a study finds the rate.

    Args:
        optimizer: How a gradient becomes a step.
        schedule: Makes the schedule of a rate; by default the rate is kept throughout.
        steps, batch_size, problems: As for `study`, where this method differs from the others.
        run: Makes one run, where `sweep` cannot (a rule that reacts to the loss, own starting
            weights): `run(learn, choose, lr, seed)` returns the final parameters, NaN if it
            diverged. `learn` and `choose` are the problems of the first two parts.
    """

    optimizer: Optimizer
    schedule: Callable[[float], Rates] | None = None
    steps: int | None = None
    batch_size: int | None = None
    problems: Callable[[int], Parts] | None = field(default=None, repr=False)
    run: Callable[[Problem, Problem, float, int], NDArray] | None = field(default=None, repr=False)


def three_parts(
    data: Dataset,
    problem: Callable[[Dataset], Problem],
    fractions: Sequence[float] = (0.6, 0.2, 0.2),
) -> Callable[[int], Parts]:
    """Return what gives a study the problems of each split: to train, to choose and to judge on.

    Args:
        data: The whole data set; split number s is `data.split(s, fractions)`.
        problem: Makes the problem of a part, such as `lambda part: Network(part, (64, 32, 10))`.
        fractions: The shares of the three parts.
    """

    def problems(split: int) -> Parts:
        learn, choose, judge = data.split(split, fractions)
        return problem(learn), problem(choose), problem(judge)

    return problems


def study(
    problems: Callable[[int], Parts],
    methods: Mapping[str, Method | Optimizer],
    steps: int,
    *,
    rates: tuple[float, float] | Mapping[str, tuple[float, float]] = (0.01, 1.0),
    splits: int | Sequence[int] = 5,
    tuning_seeds: int = 4,
    seeds: int = 10,
    batch_size: int | None = None,
    choose_by: str = "unseen",
    dtype: DTypeLike = np.float32,
    progress: bool | None = None,
) -> Study:
    """Compare methods, each at its own best rate, and say how sure one can be.

    On every split each method's rate is found in two rounds. The coarse round tries a factor of 3
    between rates; while the best lies at an end of the grid, the grid is extended there. The fine
    round tries every rung of the ladder (a factor of 1.32, see `rung`) between the best and its
    neighbours. The rate with the lowest loss on the second part of the data, averaged over the
    tuning seeds, is chosen; of equal ones the smallest. Runs from other seeds, at that rate, are
    then judged on the third part. All methods share splits, seeds and batches.

    Tuning seeds are drawn anew, too, to see which other rates might have been chosen; the runs at
    those rates are made as well, so that `Study.difference` holds the tuning error.

    Args:
        problems: Gives the problems of a split: to train, to choose and to judge on; see
            `three_parts`.
        methods: A `Method`, or just an optimizer, for each name; the first is the baseline.
        steps: Updates of a run.
        rates: Ends of the first coarse grid, for all methods or for each; moved to the ladder.
        splits: How many, or their numbers.
        tuning_seeds, seeds: Runs for each rate that choose, and that judge; 2 to 500. On split s
            they start from seed 1000 s and seed 1000 s + 500.
        batch_size: Samples in a batch; None takes all of them.
        choose_by: `"unseen"`, the loss on the choosing part, or `"training"`.
        dtype: float32 or float64; all runs are computed in it.
        progress: As for `train`.

    Raises:
        ValueError, TypeError: An argument is not as described, or every run of a method diverges.

    >>> from lrlib.data import load_digits
    >>> from lrlib.optimizers import SGD, Momentum
    >>> from lrlib.problems import SoftmaxRegression
    >>> parts = three_parts(load_digits().take(range(400)), SoftmaxRegression)
    >>> methods = {"SGD": SGD(), "momentum": Momentum(0.9)}
    >>> found = study(parts, methods, 40, batch_size=16, splits=2, tuning_seeds=2, seeds=3)
    >>> found.unseen.shape[:3], bool((found.unseen[0, 0, :, found.chosen[0, 0]] < 0.5).all())
    ((2, 2, 3), True)
    >>> found.difference("momentum").n
    6
    """
    steps = check.count("steps", steps)
    names = tuple(methods)
    if not names:
        raise ValueError('expected one method at least; got none; try {"SGD": SGD()}')
    tuning_seeds = check.whole("tuning_seeds", tuning_seeds, least=2)
    seeds = check.whole("seeds", seeds, least=2)
    if max(tuning_seeds, seeds) > MOST_SEEDS:
        raise ValueError(f"expected at most {MOST_SEEDS} seeds; got {max(tuning_seeds, seeds)}")
    if choose_by not in LOSSES:
        raise ValueError(check.complaint("choose_by", '"unseen" or "training"', choose_by))
    numbers = tuple(range(splits)) if isinstance(splits, int) else tuple(map(int, splits))
    if not numbers:
        raise ValueError(check.complaint("splits", "one split at least", splits))

    stream = interactive_stream() if progress is None else None
    bar = Progress(len(names) * len(numbers) * 2, stream)
    cells: list[tuple] = []
    try:
        for name in names:
            given = methods[name]
            method = given if isinstance(given, Method) else Method(given)
            ends = rates[name] if isinstance(rates, Mapping) else rates
            for s, split in enumerate(numbers):
                parts = (method.problems or problems)(split)
                runs = _Runs(method, parts, steps, batch_size, split, dtype)
                scores, edge = _tuned(runs, ends, tuning_seeds, choose_by)
                bar.update(2 * len(cells) + 1)
                wanted, table = sorted(scores), np.stack([scores[k] for k in sorted(scores)], -1)
                best = int(lowest(table.mean(axis=0)[None])[0])
                if not np.isfinite(table[:, best]).all():
                    raise ValueError(
                        f"expected a rate at which {name} does not diverge on split {split}; "
                        f"it does at all from {rung(wanted[0]):.3g} to {rung(wanted[-1]):.3g}; "
                        "try smaller rates"
                    )
                likely = sorted({best, *selected(table, s).tolist()})
                judged = runs.losses([wanted[i] for i in likely], MOST_SEEDS, seeds, [0, 2])
                cells.append((wanted, table, best, [wanted[i] for i in likely], judged, edge))
                bar.update(2 * len(cells))
    finally:
        bar.close()
    return _gathered(names, numbers, steps, cells)


@dataclass(frozen=True)
class _Runs:
    """The runs of one method on one split."""

    method: Method
    parts: Parts
    steps: int
    batch_size: int | None
    split: int
    dtype: DTypeLike

    def losses(self, rungs: Sequence[int], first: int, n: int, parts: Sequence[int]) -> NDArray:
        """Return the loss on some parts, shape `(parts, n, rungs)`; infinite where it diverged.

        `first` is added to the seeds of the split, of which n are used.
        """
        method, (learn, choose, _) = self.method, self.parts
        numbers = [1000 * self.split + first + i for i in range(n)]
        values = [rung(k) for k in rungs]
        if method.run is None:
            done = sweep(
                learn,
                method.optimizer,
                values,
                method.steps or self.steps,
                schedule=method.schedule,
                batch_size=method.batch_size or self.batch_size,
                seed=numbers,
                dtype=self.dtype,
                progress=False,
            )
        else:
            ends = np.array([[method.run(learn, choose, r, s) for r in values] for s in numbers])
            lost = ~np.isfinite(ends).all(axis=-1)
            blank = np.full((*lost.shape, 0), np.nan)
            done = Sweep(np.array(values), blank, ends, lost - 1, np.array(numbers), learn, True)
        found = np.stack([done.measure(self.parts[i].loss) for i in parts])
        return np.where(np.isfinite(found), found, np.inf)


def _tuned(
    runs: _Runs, ends: tuple[float, float], n: int, choose_by: str
) -> tuple[dict[int, NDArray], bool]:
    """Return the scores `(seeds,)` of each rung, and whether the best is at an end of the grid."""
    low, high = (nearest_rung(rate) for rate in ends)
    if low > high:
        raise ValueError(check.complaint("rates", "two rates, the lower one first", ends))
    part = 1 if choose_by == "unseen" else 0
    scores: dict[int, NDArray] = {}

    def add(rungs: Sequence[int]) -> int:
        new = [k for k in rungs if k not in scores]
        if new:
            scores.update(zip(new, runs.losses(new, 0, n, [part])[0].T))
        tried = sorted(scores)
        return tried[int(lowest(np.array([[scores[k].mean() for k in tried]]))[0])]

    best = add(range(low, high + COARSE, COARSE))
    for _ in range(MOST_EXTENSIONS):
        if not np.isfinite(scores[best]).all() or best == min(scores):
            best = add([min(scores) - COARSE, min(scores) - 2 * COARSE])
        elif best == max(scores):
            best = add([best + COARSE, best + 2 * COARSE])
        else:
            break
    edge = best in (min(scores), max(scores))
    add(range(best - COARSE + 1, best + COARSE))
    return scores, edge


def _gathered(names: tuple[str, ...], splits: tuple[int, ...], steps: int, cells: list) -> Study:
    """Lay the cells of all methods and splits out over one ladder of rates."""
    ladder = sorted({k for wanted, *_ in cells for k in wanted})
    place = {k: i for i, k in enumerate(ladder)}
    shape = len(names), len(splits)
    n_tuning, n_judging = len(cells[0][1]), cells[0][4].shape[1]
    scores = np.full((len(cells), n_tuning, len(ladder)), np.nan)
    judged = np.full((2, len(cells), n_judging, len(ladder)), np.nan)
    chosen = np.zeros(len(cells), dtype=int)
    for i, (wanted, table, best, likely, losses, _) in enumerate(cells):
        scores[i][:, [place[k] for k in wanted]] = table
        judged[:, i][..., [place[k] for k in likely]] = losses
        chosen[i] = place[wanted[best]]
    return Study(
        methods=names,
        splits=splits,
        rates=np.array([rung(k) for k in ladder]),
        scores=scores.reshape(*shape, *scores.shape[1:]),
        training=judged[0].reshape(*shape, *judged.shape[2:]),
        unseen=judged[1].reshape(*shape, *judged.shape[2:]),
        chosen=chosen.reshape(shape),
        at_edge=np.array([edge for *_, edge in cells]).reshape(shape),
        steps=steps,
    )
