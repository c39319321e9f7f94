"""The figure of a study: each method's valley, and the paired differences with their intervals."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from lrlib.figures.base import Page
from lrlib.training import Study
from lrlib.training.findings import LOSSES


def study_figure(study: Study, *, dark: bool = False) -> Figure:
    """Draw what `study` found: on the left the losses that chose, on the right the differences.

    A line is the mean over splits and tuning seeds, its band reaches from the lowest to the highest
    split, a large mark is the rate chosen on a split. On the right a bar is the 95 % interval of a
    method's mean paired difference to the first method, a small mark the difference on one split.
    """
    with Page(2, dark=dark, height=3.8) as page:
        left, right = page.axes
        _valleys(page, study)
        left.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="loss that chooses")
        left.legend()
        said = _differences(page, study)
        right.locator_params(axis="x", nbins=5)
        right.axvline(0, color=page.theme.muted, linestyle=":")
        right.set(xlabel=f"loss minus that of {study.methods[0]}", ylabel="method and loss")
        page.say(
            f"Left: loss on the choosing data against the rate, for {', '.join(study.methods)}; "
            "each method has a valley, and the rates chosen on "
            f"{len(study.splits)} splits lie near its lowest point. Right: mean paired "
            f"difference to {study.methods[0]} with its 95 % interval. "
            f"{said or 'There is nothing to compare'}."
        )
    return page.figure


def _valleys(page: Page, study: Study) -> None:
    axes = page.axes[0]
    for i, name in enumerate(study.methods):
        scores = study.scores[i].mean(axis=1)
        tried = np.isfinite(scores).all(axis=0)
        rates, values = study.rates[tried], scores[:, tried]
        look = page.line(i, markevery=1)
        axes.plot(rates, values.mean(axis=0), label=name, **look)
        axes.fill_between(
            rates, values.min(axis=0), values.max(axis=0), color=look["color"], alpha=0.15
        )
        for s, place in enumerate(study.chosen[i]):
            axes.plot(
                study.rates[place],
                scores[s, place],
                marker=look["marker"],
                color=look["color"],
                markersize=10,
                markerfacecolor="none",
            )


def _differences(page: Page, study: Study) -> str:
    axes, base = page.axes[1], study.methods[0]
    said: list[str] = []
    labels: list[str] = []
    for i, name in enumerate(study.methods[1:], start=1):
        for loss in LOSSES:
            y = -len(labels)
            labels.append(f"{name}, {loss}")
            found = study.difference(name, loss=loss)
            said.append(
                f"{labels[-1]} loss: {found.verdict}, below in {found.below} of {found.n} runs"
            )
            if not np.isfinite([found.low, found.high]).all():
                continue
            look = page.line(i)
            gaps = study.losses(name, loss).mean(axis=1) - study.losses(base, loss).mean(axis=1)
            axes.plot([found.low, found.high], [y, y], color=look["color"], linewidth=3)
            axes.plot(gaps, np.full(len(gaps), y), "|", color=page.theme.text, markersize=9)
            axes.plot(found.mean, y, marker=look["marker"], color=look["color"], markersize=8)
    axes.set_yticks([-k for k in range(len(labels))], labels)
    axes.set_ylim(-max(len(labels), 1) + 0.5, 0.5)
    return "; ".join(said)
