"""The schedule rows, and how each peer is asked for its rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.lrlib.conformance import peers
from tests.lrlib.conformance.rows import Row

ROWS = [
    Row("constant", "Constant(0.3)", "optax", "constant_schedule(0.3)"),
    Row("constant", "Constant(0.3)", "torch", "ConstantLR(sgd(0.3), factor=1.0)"),
    Row("step decay", "StepDecay(0.3, 0.5, 7)", "torch", "StepLR(sgd(0.3), 7, 0.5)"),
    Row(
        "step decay",
        "StepDecay(0.3, 0.5, 7)",
        "optax",
        "exponential_decay(0.3, 7, 0.5, staircase=True)",
    ),
    Row(
        "step decay",
        "StepDecay(0.3, 0.5, 7)",
        "keras",
        "ExponentialDecay(0.3, 7, 0.5, staircase=True)",
    ),
    Row(
        "scheduled drop",
        "ScheduledDrop(0.3, [5, 8, 30], 0.5)",
        "torch",
        "MultiStepLR(sgd(0.3), [5, 8, 30], 0.5)",
    ),
    Row(
        "scheduled drop",
        "ScheduledDrop(0.3, [5, 8, 30], 0.5)",
        "optax",
        "piecewise_constant_schedule(0.3, {5: 0.5, 8: 0.5, 30: 0.5})",
    ),
    Row(
        "scheduled drop",
        "ScheduledDrop(0.3, [5, 8, 30], 0.5)",
        "keras",
        "PiecewiseConstantDecay([5, 8, 30], [0.3, 0.15, 0.075, 0.0375])",
        differs="t in (5, 8, 30)",
        why="Keras keeps the old value at the boundary",
    ),
    Row(
        "scheduled drop",
        "ScheduledDrop(0.3, [5, 8, 30], 0.5)",
        "keras",
        "PiecewiseConstantDecay([4, 7, 29], [0.3, 0.15, 0.075, 0.0375])",
    ),
    Row("exponential", "ExponentialDecay(0.3, 0.9, 1)", "torch", "ExponentialLR(sgd(0.3), 0.9)"),
    Row("exponential", "ExponentialDecay(0.3, 0.5, 7)", "optax", "exponential_decay(0.3, 7, 0.5)"),
    Row("exponential", "ExponentialDecay(0.3, 0.5, 7)", "keras", "ExponentialDecay(0.3, 7, 0.5)"),
    Row(
        "polynomial",
        "PolynomialDecay(0.3, 0.02, 25, 2.5)",
        "optax",
        "polynomial_schedule(0.3, 0.02, 2.5, 25)",
    ),
    Row(
        "polynomial",
        "PolynomialDecay(0.3, 0.02, 25, 2.5)",
        "keras",
        "PolynomialDecay(0.3, 25, 0.02, 2.5)",
    ),
    Row(
        "polynomial",
        "PolynomialDecay(0.3, 0.0, 25, 2.5)",
        "torch",
        "PolynomialLR(sgd(0.3), 25, 2.5)",
    ),
    Row(
        "polynomial",
        "PolynomialDecay(0.3, 0.0, 25, 1.0)",
        "keras",
        "PolynomialDecay(0.3, 25)",
        differs="t > 0",
        why="Keras ends at 1e-4 unless told",
    ),
    Row(
        "inverse time",
        "InverseTimeDecay(0.3, 0.5, 7)",
        "keras",
        "InverseTimeDecay(0.3, 7, 0.5)",
    ),
    Row(
        "inverse time",
        "InverseTimeDecay(0.3, 0.5, 7)",
        "torch",
        "LambdaLR(sgd(0.3), lambda t: 1 / (1 + 0.5 * t / 7))",
    ),
    Row(
        "inverse sqrt",
        "InverseSqrt(0.3, 9)",
        "torch",
        "LambdaLR(sgd(0.3), lambda t: t / 9 if t < 9 else (t / 9) ** -0.5)",
        why="the function inside transformers' get_inverse_sqrt_schedule",
    ),
    Row("linear", "Linear(0.3, 0.02, 25)", "optax", "linear_schedule(0.3, 0.02, 25)"),
    Row(
        "linear",
        "Linear(0.3, 0.03, 25)",
        "torch",
        "LinearLR(sgd(0.3), start_factor=1.0, end_factor=0.1, total_iters=25)",
    ),
    Row(
        "cosine",
        "CosineDecay(0.3, 0.02, 25)",
        "optax",
        "cosine_decay_schedule(0.3, 25, alpha=0.02 / 0.3)",
    ),
    Row("cosine", "CosineDecay(0.3, 0.02, 25)", "keras", "CosineDecay(0.3, 25, 0.02 / 0.3)"),
    Row(
        "cosine",
        "CosineDecay(0.3, 0.02, 25)",
        "torch",
        "CosineAnnealingLR(sgd(0.3), 25, eta_min=0.02)",
        differs="t > 25",
        why="torch rises again after its last step",
    ),
    Row(
        "warmup",
        "Warmup(0.3, 6)",
        "torch",
        "LinearLR(sgd(0.3), start_factor=1 / 6, total_iters=6 - 1)",
    ),
    Row("warmup", "Warmup(0.3, 6)", "optax", "linear_schedule(0.3 / 6, 0.3, 6 - 1)"),
    Row(
        "warmup",
        "Warmup(0.3, 6)",
        "optax",
        "warmup_constant_schedule(0.0, 0.3, 6)",
        differs="t < 6",
        why="starts at 0, peaks at t = 6",
    ),
    Row("warmup from 0", "Linear(0, 0.3, 6)", "optax", "warmup_constant_schedule(0.0, 0.3, 6)"),
    Row(
        "warmup of 0",
        "Warmup(0.3, 0)",
        "optax",
        "linear_schedule(0.0, 0.3, 0)",
        differs="True",
        why="optax stays at 0 for ever",
    ),
    Row(
        "warmup of 0",
        "Warmup(0.3, 0)",
        "torch",
        "LinearLR(sgd(0.3), start_factor=0.1, total_iters=0)",
        differs="True",
        why="torch stays at the start factor",
    ),
    Row(
        "warmup + cosine",
        "Linear(0, 0.3, 6).then(6, CosineDecay(0.3, 0.02, 25))",
        "optax",
        "warmup_cosine_decay_schedule(0, 0.3, 6, 6 + 25, 0.02)",
    ),
    Row(
        "warmup + cosine",
        "Linear(0, 0.3, 6).then(6, CosineDecay(0.3, 0.02, 25))",
        "keras",
        "CosineDecay(0.0, 25, 0.02 / 0.3, warmup_target=0.3, warmup_steps=6)",
    ),
    Row(
        "warmup + cosine",
        "Linear(0, 0.3, 6).then(6, CosineDecay(0.3, 0.02, 25))",
        "optax",
        "warmup_cosine_decay_schedule(0, 0.3, 6, 25, 0.02)",
        differs="6 < t < 31",
        why="Optax counts the warmup in the total",
    ),
    Row(
        "warmup + cosine",
        "Warmup(0.3, 6).then(6, CosineDecay(0.3, 0.0, 40))",
        "torch",
        "SequentialLR(o := sgd(0.3), [LinearLR(o, 1 / 6, total_iters=5), "
        "CosineAnnealingLR(o, 40)], [6])",
    ),
    Row(
        "cosine restarts",
        "CosineRestarts(0.3, 0.02, 3, 3)",
        "torch",
        "CosineAnnealingWarmRestarts(sgd(0.3), 3, 3, eta_min=0.02)",
        steps=400,
    ),
    Row(
        "cosine restarts",
        "CosineRestarts(0.3, 0.0, 7, 1)",
        "torch",
        "CosineAnnealingWarmRestarts(sgd(0.3), 7, 1)",
    ),
    Row(
        "cosine restarts",
        "CosineRestarts(0.3, 0.0, 5, 2)",
        "keras",
        "CosineDecayRestarts(0.3, 5, t_mul=2.0)",
    ),
    Row(
        "cosine restarts",
        "CosineRestarts(0.3, 0.0, 5, 2)",
        "optax",
        "sgdr_schedule([dict(init_value=0.3, peak_value=0.3, warmup_steps=0, decay_steps=n) "
        "for n in (5, 10, 20, 40)])",
    ),
    Row(
        "cosine restarts",
        "CosineRestarts(0.3, 0.02, 3, 3)",
        "torch",
        "by_epoch(CosineAnnealingWarmRestarts(sgd(0.3), 3, 3, eta_min=0.02))",
        differs="t == 363",
        why="torch .step(epoch) finds the cycle by a logarithm",
        steps=400,
    ),
    Row(
        "triangular",
        "Triangular(0.02, 0.3, 6)",
        "torch",
        "CyclicLR(sgd(0.3), 0.02, 0.3, step_size_up=6, cycle_momentum=False)",
    ),
    Row(
        "triangular2",
        "Triangular2(0.02, 0.3, 6)",
        "torch",
        "CyclicLR(sgd(0.3), 0.02, 0.3, 6, mode='triangular2', cycle_momentum=False)",
    ),
    Row(
        "exp_range",
        "ExpRange(0.02, 0.3, 6, 0.97)",
        "torch",
        "CyclicLR(sgd(0.3), 0.02, 0.3, 6, mode='exp_range', gamma=0.97, cycle_momentum=False)",
    ),
    Row(
        "triangular",
        "Constant(0.9)",
        "torch",
        "momentum_of(CyclicLR(sgd(0.3, momentum=0.9), 0.02, 0.3, step_size_up=6))",
        differs="t % 12 != 0",
        why="torch cycles the momentum by default",
    ),
    Row(
        "one-cycle",
        "OneCycle(0.3, 40, pct_start=0.3, div=20, final_div=50)",
        "torch",
        "OneCycleLR(sgd(0.3, momentum=0.9), 0.3, total_steps=40, pct_start=0.3, div_factor=20, "
        "final_div_factor=50)",
    ),
    Row(
        "one-cycle momentum",
        "OneCycle(0.3, 40, pct_start=0.3).momentum(mu_max=0.95, mu_min=0.8)",
        "torch",
        "momentum_of(OneCycleLR(sgd(0.3, momentum=0.9), 0.3, total_steps=40, pct_start=0.3, "
        "max_momentum=0.95, base_momentum=0.8))",
    ),
    Row(
        "one-cycle",
        "OneCycle(0.3, 40, pct_start=0.3, div=20, final_div=50)",
        "optax",
        "cosine_onecycle_schedule(40, 0.3, 0.3, 20, 50)",
        differs="t > 0",
        why="Optax peaks at int(pct * N) and ends at N",
    ),
    Row(
        "one-cycle",
        "OneCycle(0.3, 40, pct_start=0.3, div=20, final_div=50)",
        "torch",
        "OneCycleLR(sgd(0.3, momentum=0.9), 0.3, total_steps=40, pct_start=0.3, div_factor=20, "
        "final_div_factor=50)",
        differs="t == 40",
        why="torch turns up again at t = N, after which it raises",
        steps=41,
    ),
    Row(
        "one-cycle in lines",
        "Linear(0.015, 0.3, 11).then(11, Linear(0.3, 0.0003, 28))",
        "torch",
        "OneCycleLR(sgd(0.3, momentum=0.9), 0.3, total_steps=40, pct_start=0.3, div_factor=20, "
        "final_div_factor=50, anneal_strategy='linear')",
        differs="t == 40",
        why="torch's linear form goes below 0 at t = N",
        steps=41,
    ),
    Row(
        "WSD",
        "WSD(0.3, 6, 30, 10, 0.02)",
        "optax",
        "join_schedules([linear_schedule(0.3 / 6, 0.3, 5), constant_schedule(0.3), "
        "linear_schedule(0.3, 0.02, 10)], [6, 20])",
    ),
    Row(
        "join",
        "Join([Constant(0.1), StepDecay(0.3, 0.5, 4)], [9])",
        "optax",
        "join_schedules([constant_schedule(0.1), exponential_decay(0.3, 4, 0.5, "
        "staircase=True)], [9])",
    ),
    Row(
        "product",
        "Product([Warmup(0.3, 6), StepDecay(1.0, 0.5, 9)])",
        "torch",
        "ChainedScheduler([LinearLR(o := sgd(0.3), 1 / 6, total_iters=5), StepLR(o, 9, 0.5)])",
    ),
]


def ours(row: Row) -> NDArray[np.float64]:
    """Our values at t = 0 ... steps - 1."""
    return eval(row.ours, peers.ours())(np.arange(row.steps))


def theirs(row: Row) -> NDArray[np.float64]:
    """The peer's values at the same t, asked one at a time."""
    known = peers.required(row.peer)
    if row.peer == "torch":
        return _torch_rates(eval(row.theirs, known | _TORCH_VIEWS), row.steps)
    schedule = eval(row.theirs, known)
    return np.array([float(schedule(t)) for t in range(row.steps)])


@dataclass
class _View:
    """A torch scheduler, what is read from its optimizer, and how it is moved on."""

    scheduler: Any
    key: str = "lr"
    by_epoch: bool = False


_TORCH_VIEWS = {
    "momentum_of": lambda scheduler: _View(scheduler, key="momentum"),
    "by_epoch": lambda scheduler: _View(scheduler, by_epoch=True),
}


def _torch_rates(view: Any, steps: int) -> NDArray[np.float64]:
    view = view if isinstance(view, _View) else _View(view)
    optimizer = view.scheduler.optimizer
    values = []
    for t in range(steps):
        if view.by_epoch:
            view.scheduler.step(t)
        values.append(optimizer.param_groups[0][view.key])
        optimizer.step()
        if not view.by_epoch and t + 1 < steps:
            view.scheduler.step()
    return np.array(values, dtype=np.float64)
