"""Figures of schedules: drops, smooth decay, plateau, range test, cycles, the modern recipe."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from lrlib.data import load_digits
from lrlib.figures.base import Page
from lrlib.optimizers import ReduceOnPlateau
from lrlib.problems import Network
from lrlib.schedules import (
    WSD,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    OneCycle,
    PolynomialDecay,
    Schedule,
    ScheduledDrop,
    StepDecay,
    Triangular,
    Triangular2,
    Warmup,
)
from lrlib.training import range_test


def schedule_curves(
    schedules: Mapping[str, Schedule], steps: int, *, log: bool = False, dark: bool = False
) -> Figure:
    """Draw the rates of any schedules over `steps` updates, named by the keys of the mapping.

    Args:
        schedules: At least one schedule by name.
        steps: Number of updates, at least 1.
        log: Whether the rate has a log scale.
    """
    if not schedules or steps < 1:
        raise ValueError(
            f"expected at least one schedule and steps >= 1; got {len(schedules)} and {steps!r}."
        )
    t = np.arange(steps)
    with Page(dark=dark) as page:
        (axes,) = page.axes
        words = []
        for i, (name, schedule) in enumerate(schedules.items()):
            rates = schedule(t)
            axes.step(t, rates, where="post", label=name, **page.line(i, markevery=(i * 3, 24)))
            top = int(rates.argmax())
            peak = f", peaks at {rates[top]:.3g} after {top} updates" if top else ""
            words.append(f"{name} starts at {rates[0]:.3g}{peak}, ends at {rates[-1]:.3g}")
        axes.set(xlabel="updates already made, t", ylabel="learning rate")
        if log:
            axes.set_yscale("log")
        axes.legend()
        page.say(f"Learning rate over {steps} updates: {'; '.join(words)}.")
    return page.figure


def drops(*, dark: bool = False) -> Figure:
    """Draw unit 04's schedules: a drop at regular intervals and drops at chosen updates."""
    plans = {
        "step decay: half every 30": StepDecay(0.1, 0.5, 30),
        "scheduled drop: a fifth at 50 and 90": ScheduledDrop(0.1, (50, 90), 0.2),
    }
    return schedule_curves(plans, 120, dark=dark)


def smooth_decays(*, dark: bool = False) -> Figure:
    """Draw unit 05's three paths between the same two ends, and the area under each."""
    start, end, steps = 0.1, 0.001, 200
    plans: dict[str, Schedule] = {
        "exponential": ExponentialDecay(start, end / start, steps),
        "polynomial, power 2": PolynomialDecay(start, end, steps, 2.0),
        "inverse time": InverseTimeDecay(start, start / end - 1, steps),
    }
    t = np.arange(steps + 1)
    with Page(2, dark=dark) as page:
        areas = []
        for axes in page.axes:
            for i, (name, plan) in enumerate(plans.items()):
                rates = plan(t)
                area = float(rates[:-1].sum())
                areas.append(f"{name} {area:.2f}")
                axes.plot(t, rates, label=f"{name} (sum {area:.2f})", **page.line(i))
            axes.set(xlabel="updates already made, t", ylabel="learning rate")
        page.axes[0].legend()
        page.axes[1].set_yscale("log")
        page.axes[1].set_title("the same, log scale")
        page.say(
            f"Three decays from {start} to {end} in {steps} updates, on a linear and on a log "
            "scale. On the log scale the exponential is a straight line; inverse time falls "
            "first and fast; the polynomial stays high longest. Sum of all rates: "
            f"{', '.join(areas[:3])}."
        )
    return page.figure


def plateau(*, dark: bool = False) -> Figure:
    """Draw unit 06's counter: a noisy metric, the best so far, and the rate that reacts to it."""
    rule = ReduceOnPlateau(factor=0.5, patience=4, min_delta=0.0)
    rng = np.random.default_rng(3)
    t = np.arange(60)
    metric = 0.3 + np.exp(-t / 8) + 0.03 * rng.standard_normal(t.size)
    state, rates, best = rule.init(0.1), [], []
    for value in metric:
        state = rule.update(float(value), state)
        rates.append(state.lr)
        best.append(state.best)
    cuts = np.flatnonzero(np.diff([0.1, *rates]) < 0)
    with Page(2, dark=dark) as page:
        left, right = page.axes
        left.plot(t, metric, label="metric", **page.line(0, markevery=1, linewidth=0.8))
        left.step(t, best, where="post", label="best so far", **page.line(1))
        for cut in cuts:
            left.axvline(float(cut), color=page.theme.muted, linewidth=0.8, linestyle=":")
        left.set(xlabel="epoch", ylabel="validation loss")
        left.legend()
        right.step(t, rates, where="post", **page.line(2))
        right.set(xlabel="epoch", ylabel="learning rate", ylim=(0, 0.11))
        page.say(
            "Left: a noisy validation loss that levels off near 0.3, with the best value so "
            "far. Right: the rate, which is halved after five epochs without a new best, at "
            f"epochs {', '.join(map(str, cuts))}."
        )
    return page.figure


def range_test_curve(*, dark: bool = False) -> Figure:
    """Draw unit 10's finder: loss against a rate that grows at every update, and the "
    "suggestion."""
    test = range_test(Network(load_digits()), batch_size=64, steps=120)
    seen = test.rates[: len(test.smoothed)]
    with Page(dark=dark) as page:
        (axes,) = page.axes
        finite = np.isfinite(test.losses)
        axes.semilogx(
            test.rates[finite],
            test.losses[finite],
            label="loss of each batch",
            **page.line(4, linewidth=0.8, marker=None),
        )
        axes.semilogx(seen, test.smoothed, label="smoothed", **page.line(0))
        axes.axvline(
            test.suggestion,
            color=page.theme.bad,
            linestyle="--",
            label=f"steepest fall: {test.suggestion:.2g}",
        )
        axes.set(xlabel="learning rate", ylabel="loss", ylim=(0, 1.5 * test.losses[0]))
        axes.legend()
        page.say(
            f"Loss of a network on digits while the rate rises from {test.rates[0]:.0e} at every "
            f"update. It stays near {test.smoothed[0]:.1f} at small rates, falls fastest at "
            f"{test.suggestion:.2g}, is lowest at {seen[test.smoothed.argmin()]:.2g} and then "
            "shoots up."
        )
    return page.figure


def cycles(*, dark: bool = False) -> Figure:
    """Draw unit 11's cycles: two triangles and cosine restarts."""
    plans = {
        "triangular": Triangular(0.01, 0.1, 20),
        "triangular2": Triangular2(0.01, 0.1, 20),
        "cosine restarts": CosineRestarts(0.1, 0.01, 20, 2),
    }
    return schedule_curves(plans, 140, dark=dark)


def one_cycle(*, dark: bool = False) -> Figure:
    """Draw unit 11's one-cycle policy, with warmup from max/25 and a long way down."""
    plan = OneCycle(max_lr=0.1, steps=100, pct_start=0.3, div=25.0, final_div=1e4)
    return schedule_curves({"one-cycle": plan}, 100, dark=dark)


def modern_recipe(*, dark: bool = False) -> Figure:
    """Draw unit 12's recipes: warmup then cosine for two budgets, warmup-stable-decay for "
    "both."""
    plans: dict[str, Schedule] = {}
    for budget in (100, 160):
        cosine = CosineDecay(0.1, 0.0, budget - 10)
        plans[f"warmup, cosine, {budget}"] = Warmup(0.1, 10).then(10, cosine)
        plans[f"WSD, {budget}"] = WSD(0.1, 10, budget, 25, 0.0)
    return schedule_curves(plans, 165, dark=dark)
