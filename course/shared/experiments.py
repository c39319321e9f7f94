"""Experiments on a data set: what a plan can ask for, trained live and kept as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograders.declare.experiment import PARTS, Experiment
from lrlib.data import Dataset
from lrlib.problems import Problem
from lrlib.training import Method, paired_interval, rung, sweep, three_parts

SPLITS = 5
AT_ONCE = 48
"""Runs that are trained as one batch: more are no faster, and their arrays leave the cache."""


def experiment(
    name: str,
    unit: str,
    *,
    data: Callable[[], Dataset],
    problem: Callable[[Dataset], Problem],
    methods: Mapping[str, Method],
    rungs: tuple[int, int],
    updates: Sequence[int],
    batch_size: int,
    table: Path,
    seeds: int = 10,
    least_methods: int = 1,
) -> Experiment:
    """Declare the experiment of a unit on the ladder of rates from one rung to another.

    Seed i trains on split i modulo 5 of the data, from starting point and batches i, so that the
    runs of a plan cover splits as well as seeds.
    """
    ladder = range(rungs[0], rungs[1] + 1)

    def train(method: str, steps: int, wanted: Sequence[int], count: int) -> NDArray:
        losses = np.full((len(PARTS), count, len(wanted)), np.inf)
        for split in range(min(SPLITS, count)):
            mine = list(range(split, count, SPLITS))
            parts = _parts(data, problem)(split)
            width = max(1, AT_ONCE // len(mine))
            for at in range(0, len(wanted), width):
                some = list(range(at, min(at + width, len(wanted))))
                done = sweep(
                    parts[0],
                    methods[method].optimizer,
                    [rung(ladder[wanted[i]]) for i in some],
                    steps,
                    schedule=methods[method].schedule,
                    batch_size=methods[method].batch_size or batch_size,
                    seed=mine,
                    dtype=np.float32,
                    progress=False,
                )
                found = np.stack([done.measure(part.loss) for part in parts])
                losses[np.ix_(range(len(PARTS)), mine, some)] = found
        return np.where(np.isfinite(losses), losses, np.inf)

    @cache
    def kept() -> NDArray:
        with np.load(table) as file:
            return file["losses"].astype(float)

    def interval(a: NDArray, b: NDArray) -> tuple[float, float, float]:
        found = paired_interval(a, b)
        return found.mean, found.low, found.high

    return Experiment(
        name=name,
        unit=unit,
        methods=tuple(methods),
        ladder=tuple(rung(k) for k in ladder),
        updates=tuple(updates),
        seeds=seeds,
        table=kept,
        train=train,
        interval=interval,
        least_methods=least_methods,
    )


@cache
def _parts(
    data: Callable[[], Dataset], problem: Callable[[Dataset], Problem]
) -> Callable[[int], tuple[Problem, Problem, Problem]]:
    return cache(three_parts(data(), problem))


def whole_table(item: Experiment) -> NDArray:
    """Every run that a plan can ask for, shape `(methods, updates, parts, seeds, rates)`."""
    rungs = range(len(item.ladder))
    return np.stack(
        [
            np.stack([item.train(name, steps, rungs, item.seeds) for steps in item.updates])
            for name in item.methods
        ]
    ).astype(np.float32)
