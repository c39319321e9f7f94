"""The pictures of cards: a schedule's rates, or the losses, rate and gradient of a run."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from lrlib.data.runs import Trace
from lrlib.labs.kit.axis import Axis
from lrlib.labs.kit.picture import Picture

from .cards import Card


def image(card: Card) -> str:
    """The pictures of a card as HTML, side by side where there is room; "" for a card without."""
    if card.curve is not None:
        shown = [_rate("The rate against updates", *card.curve, 480)]
    elif card.run is not None:
        run = card.run
        shown = [_losses(run), _rate("The rate", run.updates, run.rate, 290), _norm(run)]
    else:
        return ""
    return "".join(
        f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"'
        f' alt="{alt}; the same in numbers follows." style="max-width:100%">'
        for alt, svg in shown
    )


def _losses(run: Trace) -> tuple[str, str]:
    picture, alt = Picture(330, 240), "The losses against updates"
    losses = picture.panel(
        Axis(0, float(run.updates[-1]), "updates"),
        _log([run.loss, run.unseen], run.guess),
        title="loss",
    )
    losses.line(run.updates, _positive(run.loss), thin=True)
    losses.line(run.unseen_updates, _positive(run.unseen), series=1)
    losses.rule(y=run.guess, text="constant guess")
    losses.legend([("training", 0), ("unseen", 1)])
    return alt, picture.render(alt, alone=True)


def _rate(alt: str, times: NDArray, rates: NDArray, width: int) -> tuple[str, str]:
    picture = Picture(width, 240)
    top = 1.05 * float(rates.max())
    panel = picture.panel(Axis(0, float(times[-1]), "updates"), Axis(0, top), title="rate")
    panel.line(times, rates)
    return alt, picture.render(alt, alone=True)


def _norm(run: Trace) -> tuple[str, str]:
    picture, alt = Picture(290, 240), "The norm of the gradient"
    panel = picture.panel(
        Axis(0, float(run.updates[-1]), "updates"),
        _log([run.gradient]),
        title="norm of the gradient",
    )
    panel.line(run.updates, _positive(run.gradient), thin=True)
    return alt, picture.render(alt, alone=True)


def _positive(values: NDArray) -> NDArray:
    """The values that a logarithmic axis can show; NaN in place of the others."""
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _log(curves: list[NDArray], *levels: float) -> Axis:
    """A logarithmic axis that holds all that can be shown of some curves, and some levels."""
    shown = _positive(np.concatenate([*curves, np.array(levels)]))
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    return Axis(low / 1.3, high * 1.3, log=True)
