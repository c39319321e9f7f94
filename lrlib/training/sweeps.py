"""Many runs at once: rates, seeds and optimizers computed as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lrlib import _check as check
from lrlib.optimizers import Optimizer, in_place, stack
from lrlib.optimizers.in_place import Twin
from lrlib.problems import Problem
from lrlib.training.loop import Rates, descend, plan_rates, starting_point, streams

RUNS_MEASURED_AT_ONCE = 8


@dataclass(frozen=True, eq=False)
class Sweep:
    """What one call of `sweep` did.

    The leading axes are `(optimizers, seeds, rates)`; the first is there only if a list of
    optimizers was given, the second only if a list of seeds was.

    Attributes:
        rates: The rates that were tried, shape `(rates,)`.
        losses: Loss before each update, on its batch, shape `(..., steps)`; NaN from the update at
            which a run diverged.
        w: The final parameters, shape `(..., n_params)`; NaN for a run that diverged.
        diverged_at: The update at which each run diverged, shape `(...)`; -1 if it did not.
        seeds: The seeds, shape `(seeds,)`.
    """

    rates: NDArray
    losses: NDArray
    w: NDArray
    diverged_at: NDArray
    seeds: NDArray
    problem: Problem = field(repr=False)
    several_seeds: bool = field(default=False, repr=False)

    @cached_property
    def final_losses(self) -> NDArray:
        """The exact loss over all samples at each run's end, shape `(...)`; NaN if diverged."""
        return self.measure(self.problem.loss)

    def measure(self, function: Callable[[NDArray], NDArray]) -> NDArray:
        """Return `function` of the final parameters of each run, shape `(...)`; NaN if diverged.

        `function` maps `(runs, n_params)` to `(runs,)`, for example `problem.accuracy` or the loss
        of a validation problem.
        """
        flat = self.w.reshape(-1, self.w.shape[-1])
        values = np.full(len(flat), np.nan)
        (alive,) = np.nonzero(self.diverged_at.ravel() < 0)
        for start in range(0, len(alive), RUNS_MEASURED_AT_ONCE):
            rows = alive[start : start + RUNS_MEASURED_AT_ONCE]
            values[rows] = function(flat[rows])
        return values.reshape(self.diverged_at.shape)

    @property
    def best_rate(self) -> Any:
        """The rate of the lowest final loss, averaged over seeds; one for each optimizer.

        A rate with which any seed diverged does not count; NaN if that is true of all.
        """
        score = self.final_losses
        if self.several_seeds:
            score = score.mean(axis=-2)
        filled = np.where(np.isfinite(score), score, np.inf)
        best = np.where(
            np.isfinite(filled).any(axis=-1), self.rates[filled.argmin(axis=-1)], np.nan
        )
        return best if best.ndim else float(best)

    @property
    def message(self) -> str:
        """One sentence on how the runs went."""
        runs, gone = self.diverged_at.size, int((self.diverged_at >= 0).sum())
        if gone == runs:
            return f"All {runs} runs diverged; try smaller rates."
        best = np.atleast_1d(self.best_rate)
        named = ", ".join(f"{rate:.3g}" for rate in best)
        return f"{runs} runs, {gone} of them diverged; the best rate is {named}."

    def __repr__(self) -> str:
        return f"<Sweep: {self.message}>"


def sweep(
    problem: Problem,
    optimizer: Optimizer | Sequence[Optimizer],
    rates: ArrayLike,
    steps: int,
    *,
    schedule: Callable[[float], Rates] | None = None,
    batch_size: int | None = None,
    seed: int | Sequence[int] = 0,
    w0: NDArray | None = None,
    dtype: DTypeLike = np.float64,
    progress: bool | None = None,
) -> Sweep:
    """Train with every rate (and every seed, and every optimizer) as one batched computation.

    Each run is the one that `train` would make with the same seed: the same starting point and the
    same batches for all rates, so that only the rate differs.

    Args:
        problem: What is minimised.
        optimizer: One optimizer, or a list: of one class with different settings, or of several.
        rates: The rates to try, shape `(rates,)`.
        steps: Number of updates, at least 1.
        schedule: Makes the schedule of a rate, for example
            `lambda lr: CosineDecay(lr, 0.0, steps)`; by default the rate is kept throughout.
        batch_size, w0, dtype, progress: As for `train`.
        seed: One seed, or a list of seeds.

    Raises:
        ValueError, TypeError: An argument is not as described; the message says which.

    >>> from lrlib.optimizers import SGD
    >>> from lrlib.problems import Quadratic
    >>> result = sweep(Quadratic((1, 10)), SGD(), [0.01, 0.1, 1.0], 50, w0=np.array([1.0, 1.0]))
    >>> result.best_rate, result.diverged_at.tolist()
    (0.1, [-1, -1, 4])
    """
    rates = np.asarray(rates, dtype=np.float64)
    if rates.ndim != 1 or rates.size == 0:
        raise ValueError(
            check.complaint("rates", "one or more rates", rates, "Try numpy.geomspace(1e-3, 1, 7).")
        )
    several_optimizers, optimizers = _as_list(optimizer)
    several_seeds, seeds = _as_list(seed)
    shape = (len(optimizers), len(seeds), len(rates))
    plans = np.stack([plan_rates(schedule(lr) if schedule else lr, steps) for lr in rates.tolist()])

    generators = [streams(s) for s in seeds]
    starts = np.stack([starting_point(problem, w0, start, dtype) for start, _ in generators])
    w = np.array(np.broadcast_to(starts[None, :, None], (*shape, problem.n_params)), order="C")
    w = w.reshape(-1, problem.n_params)
    columns = np.broadcast_to(plans, (*shape[:2], *plans.shape)).reshape(-1, plans.shape[1])
    columns = np.ascontiguousarray(columns.T.astype(w.dtype))[..., None]
    batches = _shared([problem.batches(rng, batch_size) for _, rng in generators], shape)

    twins = _twins(optimizers, w, runs_each=shape[1] * shape[2])
    losses, diverged_at = descend(
        problem, w, twins, lambda t, loss, grad: columns[t], steps, batches, progress=progress
    )
    points = np.empty_like(w)
    for rows, step in twins:
        points[rows] = step.rule.evaluation_point(step.w, step.state)
    points[diverged_at >= 0] = np.nan
    lead = (
        *shape[: 1 if several_optimizers else 0],
        *shape[1 : 2 if several_seeds else 1],
        shape[2],
    )
    return Sweep(
        rates=rates,
        losses=losses.T.reshape(*lead, steps),
        w=points.reshape(*lead, problem.n_params),
        diverged_at=diverged_at.reshape(lead),
        seeds=np.array(seeds),
        problem=problem,
        several_seeds=several_seeds,
    )


def _as_list(value: Any) -> tuple[bool, list]:
    several = isinstance(value, list | tuple | range | np.ndarray)
    values = list(value) if several else [value]
    if not values:
        raise ValueError(
            "a list of optimizers or seeds should have at least one entry, but is empty."
        )
    return several, values


def _twins(
    optimizers: list[Optimizer], w: NDArray, runs_each: int
) -> list[tuple[slice, Twin[Any]]]:
    """Bind one in-place optimizer to each block of rows whose optimizers are of one class."""
    twins, start = [], 0
    for _, group in groupby(optimizers, key=type):
        members = list(group)
        rule = members[0]
        if len(members) > 1:
            rule = stack([member for member in members for _ in range(runs_each)], dtype=w.dtype)
        rows = slice(start, start + runs_each * len(members))
        twins.append((rows, in_place(rule, w[rows])))
        start = rows.stop
    return twins


def _shared(streams: list[Iterator[Any]], shape: tuple[int, int, int]) -> Iterator[Any]:
    """Yield batches for all runs: one array for all where there is one seed, else one row a run."""
    if len(streams) == 1:
        yield from streams[0]
    n_optimizers, _, n_rates = shape
    for drawn in zip(*streams):
        if drawn[0] is None:
            yield None
        else:
            yield np.tile(np.repeat(np.stack(drawn), n_rates, axis=0), (n_optimizers, 1))
