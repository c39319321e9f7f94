"""One training run, and the loop that single runs and sweeps share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrlib import _check as check
from lrlib.optimizers import Optimizer, PolyakStep, ReduceOnPlateau
from lrlib.optimizers.in_place import Twin, in_place
from lrlib.problems import Problem
from lrlib.schedules import Schedule
from lrlib.training.progress import Progress, interactive_stream

Rates = float | Schedule | Sequence[float] | NDArray | Callable[[int], float]
RateRule = Callable[[int, NDArray, NDArray], Any]

DIVERGED_ABOVE = 1e6
"""A run has diverged when its loss is not finite or exceeds its first loss this many times."""


@dataclass(frozen=True, eq=False)
class Run:
    """What one call of `train` did.

    Attributes:
        losses: Loss before each update, on that update's batch, shape `(steps,)`; NaN from the
            update at which the run was stopped.
        rates: The rate of each update, shape `(steps,)`; NaN where there was none.
        w: The parameters after the last update, shape `(n_params,)`.
        w0: The parameters before the first.
        path: All parameters from `w0` on, shape `(updates + 1, n_params)`, if they were asked for.
        validation_steps: Numbers of updates after which the validation loss was taken.
        validation_losses: The validation loss there.
        diverged_at: The update whose loss was not finite or too large; None if there was none.
        seed: The seed of the starting point and the batches.
    """

    losses: NDArray
    rates: NDArray
    w: NDArray
    w0: NDArray
    diverged_at: int | None
    seed: int
    path: NDArray | None = None
    validation_steps: NDArray = field(default_factory=lambda: np.zeros(0, dtype=int))
    validation_losses: NDArray = field(default_factory=lambda: np.zeros(0))
    problem: Problem | None = field(default=None, repr=False)

    @cached_property
    def final_loss(self) -> float:
        """The exact loss, over all samples, at `w`; NaN if the run diverged."""
        if self.diverged_at is not None or self.problem is None:
            return float("nan")
        return float(self.problem.loss(self.w))

    @property
    def message(self) -> str:
        """One sentence on how the run went."""
        if self.diverged_at is None:
            return f"{len(self.losses):,} updates; the loss ended at {self.final_loss:.4g}."
        before = self.losses[: self.diverged_at]
        last = f", after {before[-1]:.4g} one update earlier" if len(before) else ""
        rate = f" at rate {self.rates[self.diverged_at - 1]:.4g}" if len(before) else ""
        return (
            f"Diverged{rate}: at update {self.diverged_at:,} the loss was not finite or a million "
            f"times the first{last}. The steps are too large; try a smaller rate."
        )

    def __repr__(self) -> str:
        return f"<Run: {self.message}>"


def train(
    problem: Problem,
    optimizer: Optimizer,
    schedule: Rates | PolyakStep,
    steps: int,
    *,
    batch_size: int | None = None,
    seed: int = 0,
    w0: NDArray | None = None,
    dtype: DTypeLike = np.float64,
    validation: Problem | None = None,
    validate_every: int | None = None,
    plateau: ReduceOnPlateau | None = None,
    keep_path: bool = False,
    progress: bool | None = None,
) -> Run:
    """Minimise a problem from one starting point.

    At update t = 0, 1, ..., steps - 1 the loss and gradient of a batch are taken at `w`, and the
    optimizer moves `w` with the rate `schedule(t)`. A loss that is not finite, or a million times
    the first, stops the run: see `Run.diverged_at` and `Run.message`.

    Args:
        problem: What is minimised.
        optimizer: How a gradient becomes a step.
        schedule: A rate, a schedule, any function of t, an array of `steps` rates, or a
            `PolyakStep`.
        steps: Number of updates, at least 1.
        batch_size: Samples in a batch; None takes all of them at every update.
        seed: Decides the starting point and the batches; equal seeds give equal runs.
        w0: Starting point, instead of `problem.init`; it is not changed.
        dtype: float64 or float32; all of the run is computed in it.
        validation: The same problem on other data; its loss is recorded too.
        validate_every: Updates between two validation losses; by default a twentieth of `steps`.
        plateau: A rule that cuts the rate, which must then be given as one number, when the
            validation loss (without `validation`, the loss of each batch) stops improving.
        keep_path: Whether to keep the parameters after every update.
        progress: True shows a line of progress, False does not; None shows it where a person
            watches, a terminal or a notebook, and the run takes more than a second.

    Raises:
        ValueError, TypeError: An argument is not as described; the message says which.

    >>> from lrlib.optimizers import SGD
    >>> from lrlib.problems import Quadratic
    >>> run = train(Quadratic(1.0), SGD(), 0.5, steps=3, w0=np.array([8.0]), keep_path=True)
    >>> run.path[:, 0].tolist()
    [8.0, 4.0, 2.0, 1.0]
    >>> train(Quadratic(1.0), SGD(), 4.0, steps=100, w0=np.array([8.0])).diverged_at
    7
    """
    steps = check.count("steps", steps)
    start_rng, batch_rng = streams(seed)
    w = starting_point(problem, w0, start_rng, dtype)
    start = w.copy()
    every = check.count("validate_every", validate_every or max(1, steps // 20))
    rates = np.full(steps, np.nan)
    path = [start]
    taken: list[tuple[int, float]] = []
    rule, watch = _rate_rule(schedule, steps, plateau)

    def rate(t: int, loss: NDArray, grad: NDArray) -> float:
        if validation is None:
            watch(float(loss))
        rates[t] = rule(t, loss, grad)
        return float(rates[t])

    def observe(done: int, step: Twin) -> None:
        if keep_path:
            path.append(step.w.copy())
        if validation is not None and (done % every == 0 or done == steps):
            point = optimizer.evaluation_point(step.w, step.state)
            taken.append((done, float(validation.loss(point))))
            watch(taken[-1][1])

    batches = problem.batches(batch_rng, batch_size)
    twins = [(slice(None), in_place(optimizer, w))]
    losses, diverged_at = descend(problem, w, twins, rate, steps, batches, observe, progress)
    return Run(
        losses=losses,
        rates=rates,
        w=np.array(optimizer.evaluation_point(w, twins[0][1].state)),
        w0=start,
        diverged_at=None if diverged_at < 0 else int(diverged_at),
        seed=seed,
        path=np.stack(path) if keep_path else None,
        validation_steps=np.array([done for done, _ in taken], dtype=int),
        validation_losses=np.array([loss for _, loss in taken]),
        problem=problem,
    )


def plan_rates(schedule: Rates, steps: int) -> NDArray:
    """Return the rate of every update, a float64 array of shape `(steps,)`.

    Args:
        schedule: A rate, a schedule, any function of the update count, or an array of rates.
        steps: Number of updates, at least 1.

    >>> plan_rates(lambda t: 1 / (1 + t), steps=3).tolist()
    [1.0, 0.5, 0.3333333333333333]
    """
    steps = check.count("steps", steps)
    if isinstance(schedule, Schedule):
        rates = np.asarray(schedule(np.arange(steps)))
    elif callable(schedule):
        rates = np.array([check.number(f"the rate at t = {t}", schedule(t)) for t in range(steps)])
    else:
        try:
            rates = np.asarray(schedule, dtype=np.float64)
        except (TypeError, ValueError):
            expected = "a rate, a schedule, a function of t, or an array of rates"
            raise TypeError(check.complaint("schedule", expected, schedule)) from None
        if rates.ndim == 0:
            rates = np.full(steps, float(rates))
    if rates.shape != (steps,):
        raise ValueError(
            f"an array of rates should have one entry for each of the {steps} updates, "
            f"but it has shape {rates.shape}."
        )
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        t = int(np.argmax(~(np.isfinite(rates) & (rates >= 0))))
        raise ValueError(
            check.complaint(f"the rate at t = {t}", "finite and 0 or more", float(rates[t]))
        )
    return rates


def _rate_rule(
    schedule: Rates | PolyakStep, steps: int, plateau: ReduceOnPlateau | None
) -> tuple[RateRule, Callable[[float], None]]:
    """Return what gives the rate of an update, and what is to be told each metric."""
    if plateau is not None:
        state = plateau.init(check.rate("schedule (with plateau, one rate)", schedule))

        def watch(metric: float) -> None:
            nonlocal state
            state = plateau.update(metric, state)

        return lambda t, loss, grad: state.lr, watch
    if isinstance(schedule, PolyakStep):
        return lambda t, loss, grad: schedule.rate(loss, grad), lambda metric: None
    rates = plan_rates(schedule, steps)
    return lambda t, loss, grad: rates[t], lambda metric: None


def streams(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Return independent generators for the starting point and for the batches."""
    start, batch = np.random.SeedSequence(check.whole("seed", seed)).spawn(2)
    return np.random.default_rng(start), np.random.default_rng(batch)


def starting_point(
    problem: Problem, w0: NDArray | None, rng: np.random.Generator, dtype: DTypeLike
) -> NDArray:
    """Return a fresh array `(n_params,)` of the wanted dtype: a copy of `w0`, or `problem.init`."""
    if np.dtype(dtype) not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(check.complaint("dtype", "numpy.float64 or numpy.float32", dtype))
    if w0 is None:
        return problem.init(rng).astype(dtype)
    w = problem.check_params(w0)
    if w.ndim != 1:
        raise ValueError(
            f"w0 should be one starting point of shape ({problem.n_params},), but it has {w.shape}."
        )
    return np.array(w, dtype=dtype)


def descend(
    problem: Problem,
    w: NDArray,
    twins: Sequence[tuple[slice, Twin]],
    rate: RateRule,
    steps: int,
    batches: Iterator[Any],
    observe: Callable[[int, Twin], None] | None = None,
    progress: bool | None = None,
) -> tuple[NDArray, NDArray]:
    """Move `w`, of shape `(n_params,)` or `(runs, n_params)`, in place by `steps` updates.

    Args:
        twins: In-place optimizers and the rows of `w` that each is bound to.
        rate: Gives the rate of update t from the loss and gradient before it: a number, or an
            array of shape `(runs, 1)`.
        observe: Told, after every update, how many are done.

    Returns:
        The losses, `(steps,)` or `(steps, runs)`, NaN from a run's divergence on; and the update at
        which each run diverged, -1 if it did not. Stops early when every run has diverged.
    """
    lead = w.shape[:-1]
    losses = np.full((steps, *lead), np.nan)
    diverged_at = np.full(lead, -1)
    buffers: dict[tuple, NDArray] = {}
    stream = interactive_stream() if progress is None else sys.stderr if progress else None
    bar = Progress(steps, stream)
    limit: Any = np.inf
    try:
        with np.errstate(all="ignore"):
            for t in range(steps):
                loss, grad = problem.loss_and_grad(w, next(batches), buffers)
                fine = np.isfinite(loss) & (loss <= limit)
                if not fine.all():
                    diverged_at[~fine & (diverged_at < 0)] = t
                    if (diverged_at >= 0).all():
                        break
                if t == 0:
                    limit = np.where(loss == 0, np.inf, DIVERGED_ABOVE * np.abs(loss))
                losses[t] = loss
                lr = rate(t, loss, grad)
                for rows, step in twins:
                    step(grad[rows], lr[rows] if np.ndim(lr) else lr)
                if observe is not None:
                    observe(t + 1, twins[0][1])
                bar.update(t + 1)
    finally:
        bar.close()
    late = np.arange(steps).reshape(-1, *[1] * len(lead)) >= np.where(
        diverged_at < 0, steps, diverged_at
    )
    losses[late] = np.nan
    return losses, diverged_at
