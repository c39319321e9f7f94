"""Figures of update rules: momentum, a rate for each parameter, Adam, the frontier."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lrlib.curvature import sharpness
from lrlib.data import Dataset, load_diabetes
from lrlib.figures.base import Page, contours, path_inside
from lrlib.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop, ScheduleFreeSGD
from lrlib.problems import Network, NoisyQuadratic, Ravine, RotatedRavine
from lrlib.schedules import Linear
from lrlib.training import sweep, train


def momentum_paths(*, dark: bool = False) -> Figure:
    """Draw unit 07's paths: the same rate in a ravine without momentum, with it, and "
    "Nesterov's."""
    ravine = Ravine(condition=25.0)
    rules = {"SGD": SGD(), "momentum 0.8": Momentum(0.8), "Nesterov 0.8": Nesterov(0.8)}
    with Page(2, dark=dark) as page:
        left, right = page.axes
        contours(page, left, ravine, (-11, 4), (-1.6, 1.6))
        ends = []
        for i, (name, rule) in enumerate(rules.items()):
            run = train(ravine, rule, 0.03, 60, keep_path=True)
            assert run.path is not None
            left.plot(*path_inside(run.path, 11).T, label=name, **page.line(i, markevery=4))
            right.semilogy(run.losses, label=name, **page.line(i))
            ends.append(f"{name} {run.final_loss:.2g}")
        right.set(xlabel="updates", ylabel="loss")
        right.legend()
        page.say(
            "Left: paths from one point of a ravine 25 times steeper across than along. SGD "
            "follows the floor slowly; momentum runs ahead and overshoots the minimum; "
            "Nesterov's overshoots less. Right: their losses. After 60 updates: "
            f"{', '.join(ends)}."
        )
    return page.figure


def momentum_map(*, dark: bool = False) -> Figure:
    """Draw unit 07's map: the loss after 60 updates for every pair of rate and momentum."""
    ravine = Ravine(condition=25.0)
    rates, mus = np.geomspace(0.003, 0.3, 49), np.linspace(0, 0.98, 50)
    result = sweep(ravine, [Momentum(mu) for mu in mus], rates, 60, w0=ravine.init())
    start = float(ravine.loss(ravine.init()))
    ratio = np.log10(np.nan_to_num(result.final_losses / start, nan=1e9).clip(1e-16, 1e2))
    best = np.unravel_index(ratio.argmin(), ratio.shape)
    with Page(dark=dark) as page:
        (axes,) = page.axes
        filled = axes.contourf(
            rates, mus, ratio, levels=np.arange(-12, 2.5, 2), cmap="cividis_r", extend="min"
        )
        axes.contour(rates, mus, ratio, levels=[0], colors=page.theme.text, linewidths=1.5)
        axes.plot(rates[best[1]], mus[best[0]], marker="*", markersize=14, color=page.theme.bad)
        axes.set(xscale="log", xlabel="learning rate", ylabel="momentum")
        axes.grid(False)
        page.figure.colorbar(filled, ax=axes, label="log10 of loss after 60 updates / at start")
        page.say(
            "Map of the loss after 60 updates in a ravine over rate, 0.003 to 0.3, and "
            f"momentum, 0 to 0.98. The lowest, at a star, is at rate {rates[best[1]]:.2g} and "
            f"momentum {mus[best[0]]:.2g}. On the right, beyond the line where nothing is "
            "gained, runs diverge; with more momentum that line lies at larger rates."
        )
    return page.figure


def effective_rates(*, dark: bool = False) -> Figure:
    """Draw unit 08's bars: the rate each feature really gets, common features against rare "
    "ones."""
    frequency = np.array([1.0, 0.3, 0.1, 0.03])
    rng = np.random.default_rng(0)
    gradients = (rng.random((500, 4)) < frequency) * rng.standard_normal((500, 4))
    rules = {"AdaGrad": AdaGrad(1e-8), "RMSprop": RMSprop(0.99, 1e-8)}
    with Page(2, dark=dark) as page:
        words = []
        for i, (axes, (name, rule)) in enumerate(zip(page.axes, rules.items())):
            w: NDArray = np.zeros(4)
            state = rule.init(w)
            for gradient in gradients:
                w, state = rule.update(w, gradient, state, 0.1)
            rates = 0.1 / (np.sqrt(np.asarray(state[0])) + 1e-8)
            axes.bar(
                [f"{share:.0%}" for share in frequency],
                rates,
                color=page.line(i)["color"],
                hatch=("//", "..")[i],
                edgecolor=page.theme.text,
            )
            axes.axhline(0.1, color=page.theme.muted, linestyle=":", label="rate that was set")
            axes.set(
                title=name,
                xlabel="share of updates in which the feature occurs",
                ylabel="effective learning rate",
            )
            axes.legend()
            words.append(f"{name}: {', '.join(f'{rate:.2g}' for rate in rates)}")
        page.say(
            "Effective rate of four features after 500 updates with the rate set to 0.1; they "
            f"occur in 100, 30, 10 and 3 per cent of the updates. {'; '.join(words)}. Rare "
            "features get larger rates; AdaGrad's only ever fall."
        )
    return page.figure


def rotated_ravine(*, dark: bool = False) -> Figure:
    """Draw unit 08's limit: a rate for each axis helps in a ravine along an axis, not across "
    "one."""
    with Page(2, dark=dark) as page:
        words = []
        for axes, angle in zip(page.axes, (0.0, 45.0)):
            ravine = RotatedRavine(condition=50.0, angle=angle)
            contours(page, axes, ravine, (-11, 11), (-11, 11))
            for i, (name, rule, rate) in enumerate(
                (("SGD", SGD(), 0.02), ("AdaGrad", AdaGrad(1e-8), 1.0))
            ):
                run = train(ravine, rule, rate, 40, keep_path=True)
                assert run.path is not None
                axes.plot(*run.path.T, label=name, **page.line(i, markevery=4))
                words.append(f"{name} at {angle:g} degrees {run.final_loss:.2g}")
            axes.set_title(f"ravine at {angle:g} degrees")
            axes.legend(loc="upper left")
        page.say(
            "Paths of SGD and AdaGrad in a ravine along an axis and in the same ravine turned "
            "by 45 degrees. SGD takes the same path, turned; AdaGrad does not. Losses after 40 "
            f"updates: {', '.join(words)}."
        )
    return page.figure


def adam_first_updates(*, dark: bool = False) -> Figure:
    """Draw unit 09's anatomy: the size of Adam's first updates with and without correction."""
    rng = np.random.default_rng(1)
    gradients = 1.0 + 0.3 * rng.standard_normal(40)
    beta1, beta2, lr = 0.9, 0.999, 0.01
    rule = Adam(beta1, beta2, 1e-8)
    w: NDArray = np.zeros(1)
    state = rule.init(w)
    corrected, plain = [], []
    m = v = 0.0
    for gradient in gradients:
        moved, state = rule.update(w, np.array([gradient]), state, lr)
        corrected.append(abs(float((moved - w)[0])))
        w = moved
        m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
        plain.append(lr * abs(m) / (np.sqrt(v) + 1e-8))
    t = np.arange(1, 41)
    with Page(dark=dark) as page:
        (axes,) = page.axes
        axes.plot(t, corrected, label="with bias correction", **page.line(0))
        axes.plot(t, plain, label="without", **page.line(1))
        axes.axhline(lr, color=page.theme.muted, linestyle=":", label="learning rate")
        axes.set(xlabel="update", ylabel="size of the step")
        axes.legend()
        page.say(
            f"Size of Adam's first 40 steps at rate {lr} for gradients near 1. With bias "
            f"correction every step is close to the rate, the first exactly {corrected[0]:.2g}. "
            f"Without, the first is {plain[0] / lr:.1f} times the rate and they grow to "
            f"{max(plain) / lr:.1f} times."
        )
    return page.figure


def edge_of_stability(*, dark: bool = False) -> Figure:
    """Draw unit 13's edge: full-batch sharpness rises to 2/rate and hovers there."""
    data = load_diabetes().standardised()
    scaled = Dataset(data.X, (data.y - data.y.mean()) / data.y.std())
    network = Network(scaled, sizes=(10, 32, 32, 1), activation="tanh")
    steps, every = 800, 20
    with Page(dark=dark) as page:
        (axes,) = page.axes
        words = []
        for i, rate in enumerate((0.2, 0.4)):
            run = train(network, SGD(), rate, steps, keep_path=True, progress=False)
            assert run.path is not None
            seen = np.array([sharpness(network, w, iterations=10) for w in run.path[::every]])
            t = np.arange(0, len(run.path), every)
            axes.plot(t, seen, label=f"rate {rate:g}", **page.line(i))
            axes.axhline(2 / rate, color=page.line(i)["color"], linestyle=":", linewidth=1.4)
            late = seen[len(seen) // 2 :].mean()
            words.append(
                f"rate {rate:g}: 2/rate is {2 / rate:g}, mean of the second half {late:.1f}"
            )
        axes.set(xlabel="updates", ylabel="largest curvature", ylim=(0, None))
        axes.legend(title="dotted: 2 / rate")
        page.say(
            f"Largest eigenvalue of the Hessian during {steps} full-batch updates of a tanh "
            "network on the diabetes data, for two rates. It rises to about 2 over the rate and "
            f"then swings around that level. {'; '.join(words)}."
        )
    return page.figure


def schedule_free(*, dark: bool = False) -> Figure:
    """Draw unit 13's alternative: averaging at a constant rate against a decaying one."""
    problem = NoisyQuadratic((1.0, 0.1), noise=1.0)
    steps, seeds, w0 = 400, range(100), np.array([3.0, 10.0])
    cases = {
        "constant rate": (SGD(), False),
        "linear decay": (SGD(), True),
        "schedule-free": (ScheduleFreeSGD(0.9), False),
    }
    with Page(dark=dark) as page:
        (axes,) = page.axes
        words = []
        for i, (name, (rule, decay)) in enumerate(cases.items()):
            ends = []
            budgets = np.array([25, 50, 100, 200, 400])
            for budget in budgets:
                result = sweep(
                    problem,
                    rule,
                    [0.3],
                    int(budget),
                    schedule=partial(Linear, lr_end=0.0, steps=int(budget)) if decay else None,
                    batch_size=1,
                    seed=seeds,
                    w0=w0,
                )
                ends.append(float(result.final_losses.mean()))
            axes.loglog(budgets, ends, label=name, **page.line(i, markevery=1))
            words.append(f"{name} {ends[-1]:.3f}")
        axes.set(xlabel="updates trained", ylabel=f"loss reached, mean of {len(seeds)} runs")
        axes.set_xticks(budgets, [str(budget) for budget in budgets])
        axes.minorticks_off()
        axes.legend()
        page.say(
            "Loss reached on a noisy quadratic against the number of updates, both on log "
            "scales. A constant rate stops at a floor; a linear decay planned for each length "
            f"and schedule-free averaging, planned for none, both go below it. At {steps} "
            f"updates: {', '.join(words)}."
        )
    return page.figure
