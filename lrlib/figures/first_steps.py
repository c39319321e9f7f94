"""Figures of units 01 to 04: one fixed rate, its limits, noise, and why rates are lowered."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from lrlib.curvature import best_fixed_lr, max_stable_lr
from lrlib.data import load_digits
from lrlib.figures.base import Page, contours, path_inside
from lrlib.optimizers import SGD
from lrlib.problems import Network, NoisyQuadratic, Quadratic, Ravine, SoftmaxRegression
from lrlib.schedules import Schedule, ScheduledDrop
from lrlib.training import sweep, train


def fixed_rates(*, dark: bool = False) -> Figure:
    """Draw unit 01's marble: eight steps on a bowl with a rate too small, about right, too "
    "large."""
    bowl = Quadratic((1.0,))
    cases = [(0.05, "too small"), (0.7, "about right"), (2.1, "too large")]
    with Page(3, dark=dark, height=3.2) as page:
        ends = []
        for i, (axes, (rate, verdict)) in enumerate(zip(page.axes, cases)):
            run = train(bowl, SGD(), rate, 8, w0=np.array([4.0]), keep_path=True)
            assert run.path is not None
            path = run.path[:, 0]
            ends.append(abs(path[-1]))
            x = np.linspace(-9.5, 9.5, 200)
            axes.plot(x, bowl.loss(x[:, None]), color=page.theme.muted, linewidth=1)
            axes.plot(path, bowl.loss(path[:, None]), **page.line(i, markevery=1))
            axes.set(title=f"rate {rate:g}: {verdict}", xlabel="w", ylabel="loss")
            axes.set(xlim=(-10, 10), ylim=(-2, 45))
        page.say(
            "Three panels, each eight steps of gradient descent on the bowl w squared over two "
            f"from w = 4. With rate 0.05 the point creeps to a distance of {ends[0]:.2g} from "
            f"the minimum; with 0.7 it reaches {ends[1]:.1g}; with 2.1 it jumps from side to "
            f"side, farther each time, to {ends[2]:.2g}."
        )
    return page.figure


def usable_band(*, dark: bool = False) -> Figure:
    """Draw unit 01's experiment: the loss on digits after 200 updates against the rate."""
    problem = SoftmaxRegression(load_digits())
    rates = np.geomspace(1e-4, 1e2, 25)
    result = sweep(problem, SGD(), rates, 200, batch_size=64)
    loss = np.nan_to_num(result.final_losses, nan=np.inf)
    start = float(problem.loss(problem.init()))
    useful = rates[loss < start / 4]
    with Page(dark=dark) as page:
        (axes,) = page.axes
        axes.loglog(rates, result.final_losses, **page.line(0, markevery=1))
        axes.axhline(start, label="before training", color=page.theme.muted, linestyle=":")
        axes.axvspan(useful[0], useful[-1], color=page.theme.good, alpha=0.15, label="usable band")
        axes.set(xlabel="learning rate", ylabel="loss after 200 updates")
        axes.legend()
        page.say(
            "Loss of softmax regression on the digits after 200 updates against the rate, both "
            f"on log scales. It starts at {start:.2f}. From a rate of {useful[0]:.2g} to "
            f"{useful[-1]:.2g} it ends below a quarter of that, lowest at "
            f"{result.best_rate:.2g}; smaller rates leave it higher the smaller they are, larger "
            "ones the larger they are."
        )
    return page.figure


def stability(*, dark: bool = False) -> Figure:
    """Draw unit 02's bars as curves: the factor of each mode against the rate, and paths."""
    ravine = Ravine(condition=10.0)
    limit, best = max_stable_lr(ravine.hessian()), best_fixed_lr(ravine.hessian())
    with Page(2, dark=dark) as page:
        left, right = page.axes
        rates = np.linspace(0, 1.15 * limit, 200)
        for i, curvature in enumerate((1.0, 10.0)):
            factor = np.abs(1 - rates * curvature)
            left.plot(rates, factor, label=f"curvature {curvature:g}", **page.line(i))
        left.axhline(1, color=page.theme.bad, linestyle=":", label="neither shrinks nor grows")
        left.axvline(best, color=page.theme.muted, linestyle="--")
        left.annotate(
            "best", (best, 0.02), xytext=(3, 3), textcoords="offset points", color=page.theme.text
        )
        left.set(xlabel="learning rate", ylabel="factor per step |1 - rate x curvature|")
        left.legend(loc="upper center")
        contours(page, right, ravine, (-11, 3), (-2, 2))
        for i, (rate, name) in enumerate(
            ((0.02, "small"), (best, "best"), (1.02 * limit, "too large"))
        ):
            run = train(ravine, SGD(), rate, 18, keep_path=True)
            assert run.path is not None
            path = path_inside(run.path, 11)
            right.plot(*path.T, label=f"{name} ({rate:.3g})", **page.line(i, markevery=2))
        right.legend(loc="lower left", title="rate", fontsize=9)
        page.say(
            "Left: the factor by which a step multiplies each of two modes, against the rate. "
            f"For curvature 10 it falls to 0 at rate 0.1 and passes 1 at {limit:g}; for "
            f"curvature 1 it falls slowly; the larger of the two is smallest at {best:.3g}. "
            "Right: paths in a ravine: a small rate creeps along the floor, the best one "
            f"zigzags and arrives, one above {limit:g} zigzags ever wider."
        )
    return page.figure


def noise_floor(*, dark: bool = False) -> Figure:
    """Draw unit 03's floor: noisy descent settles at a loss set by the rate, as predicted."""
    problem = NoisyQuadratic((1.0,), noise=1.0)
    rates, steps, runs = (0.4, 0.1, 0.025), 400, 200
    result = sweep(problem, SGD(), rates, steps, batch_size=1, seed=range(runs), w0=np.array([5.0]))
    with Page(dark=dark) as page:
        (axes,) = page.axes
        floors = []
        for i, rate in enumerate(rates):
            floor = rate / (2 * (2 - rate))
            floors.append((result.losses[:, i, -100:].mean(), floor))
            axes.semilogy(result.losses[:, i].mean(axis=0), label=f"rate {rate:g}", **page.line(i))
            axes.axhline(floor, color=page.line(i)["color"], linewidth=1, linestyle=":")
        axes.set(xlabel="updates", ylabel=f"loss, mean of {runs} runs")
        axes.legend()
        measured = "; ".join(
            f"rate {rate:g}: {seen:.3f} against a predicted {floor:.3f}"
            for rate, (seen, floor) in zip(rates, floors)
        )
        page.say(
            f"Loss of noisy gradient descent on a bowl over {steps} updates, mean of {runs} "
            "runs, log scale. A larger rate falls faster and settles higher. Level reached at "
            f"{measured}."
        )
    return page.figure


def early_and_late_drop(*, dark: bool = False) -> Figure:
    """Draw unit 04's experiment: the same cut of the rate made early and made late."""
    train_part, held_out = load_digits().split(seed=0)
    problem, validation = (Network(part, sizes=(64, 32, 10)) for part in (train_part, held_out))
    steps = 400
    plans: dict[str, float | Schedule] = {
        "no drop": 0.5,
        "drop at 40": ScheduledDrop(0.5, (40,), 0.05),
        "drop at 280": ScheduledDrop(0.5, (280,), 0.05),
    }
    with Page(dark=dark) as page:
        (axes,) = page.axes
        ends = []
        for i, (name, plan) in enumerate(plans.items()):
            run = train(
                problem, SGD(), plan, steps, batch_size=32, validation=validation, validate_every=10
            )
            ends.append(f"{name} {run.validation_losses[-1]:.3f}")
            axes.semilogy(
                run.validation_steps, run.validation_losses, label=name, **page.line(i, markevery=5)
            )
        axes.set(xlabel="updates", ylabel="loss on held-out digits")
        axes.legend()
        page.say(
            f"Loss on held-out digits over {steps} updates at rate 0.5, without a drop, with a "
            "cut to a twentieth at update 40, and at update 280. A cut quietens the curve at "
            "once; made early it also slows what was still to be learned. Final losses: "
            f"{', '.join(ends)}."
        )
    return page.figure
