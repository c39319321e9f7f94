"""Results board (unit 17): a verdict, and how the ranges of the search for a rate move it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.data import load_digits
from lrlib.labs.kit import Axis, Lab, Outcome, Pick, Picture, Span, Whole, number
from lrlib.labs.kit.own import LearnerError, plugged
from lrlib.optimizers import SGD, Adam, Optimizer
from lrlib.problems import Network
from lrlib.schedules import Linear
from lrlib.training import verdicts
from lrlib.training.sweeps import sweep

METHODS: dict[str, tuple[Optimizer, tuple[float, ...]]] = {
    "SGD": (SGD(), (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)),
    "Adam": (Adam(), (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)),
}
NAMES = {name: tuple(f"{rate:g}" for rate in rates) for name, (_, rates) in METHODS.items()}
LAST = 8
TUNING_SEEDS, TEST_SEEDS = 5, 5
UPDATES = (75, 300)
Losses = dict[str, NDArray[np.float64]]


@lru_cache(maxsize=len(UPDATES))
def runs(updates: int) -> dict[str, Losses]:
    """For each method, validation and test losses of all its runs, shape (rates, seeds)."""
    learn, *others = load_digits().split(seed=0, fractions=(0.6, 0.2, 0.2))
    network, choose, measure = (Network(part, (64, 16, 10)) for part in (learn, *others))
    made = {}
    for name, (optimizer, rates) in METHODS.items():
        done = sweep(
            network,
            optimizer,
            rates,
            updates,
            batch_size=16,
            seed=range(TUNING_SEEDS + TEST_SEEDS),
            schedule=lambda lr: Linear(lr, 0.0, updates),
            dtype=np.float32,
            progress=False,
        )
        parts = {"validation": choose.loss, "test": measure.loss}
        made[name] = {split: done.measure(loss).T for split, loss in parts.items()}
    return made


class ResultsBoard(Lab):
    """Two methods, each tuned within its own range of rates, then tested on five new seeds."""

    title = "Results board"
    question = "The runs are made. What does the verdict still depend on?"
    challenge = "without changing a single run, have the board say that Adam is worse than SGD"
    controls = (
        Span("sgd", "SGD's rates", 0, LAST, (0, LAST), names=NAMES["SGD"]),
        Span("adam", "Adam's rates", 0, LAST, (0, LAST), names=NAMES["Adam"]),
        Pick("updates", "Updates", UPDATES, UPDATES[-1]),
        Whole("seeds", "Seeds for tuning", 1, TUNING_SEEDS, 3),
    )
    presets = (
        ("defaults only", {"sgd": (2, 2), "adam": (2, 2)}),
        ("equal ranges", {"sgd": (0, LAST), "adam": (0, LAST)}),
    )

    def __init__(self, tune: Callable[..., Any], compare: Callable[..., Any]) -> None:
        self._choose, self._speak = tune, compare
        super().__init__()

    def compute(
        self, sgd: tuple[int, int], adam: tuple[int, int], updates: float, seeds: int
    ) -> Outcome:
        table = runs(int(updates))
        best, results, curves = {}, {}, {}
        spans = {"SGD": sgd, "Adam": adam}
        for name, (low, high) in spans.items():
            rates = METHODS[name][1]
            best[name] = self._best(table[name], rates, rates[low : high + 1], seeds)
            tested = table[name]["test"][rates.index(best[name]), TUNING_SEEDS:]
            results[name] = tested.tolist()
            curves[name] = table[name]["validation"][:, :seeds].mean(axis=1)
        row = self._row(results)
        spent = [f"{name} {high - low + 1} × {seeds}" for name, (low, high) in spans.items()]
        words = (
            f"Runs for tuning: {', '.join(spent)}. On the test set Adam at {number(best['Adam'])} "
            f"against SGD at {number(best['SGD'])}: difference {number(row['difference'])} ± "
            f"{number(row['margin'])}. Adam is {said(row['verdict'])}."
        )
        rows = [("method", "rates tried", "best rate", *(f"seed {s}" for s in range(5, 10)))]
        for name, (low, high) in spans.items():
            losses = (f"{loss:.3f}" for loss in results[name])
            rates = METHODS[name][1]
            tried = f"{number(rates[low])} to {number(rates[high])}"
            rows.append((name, tried, number(best[name]), *losses))
        data = (spans, curves, best, results, row)
        return Outcome(words, data, met=row["verdict"] == "worse", table=tuple(rows))

    def _best(
        self, losses: Losses, rates: tuple[float, ...], tried: tuple[float, ...], seeds: int
    ) -> float:
        def train(lr: float, seed: int, split: str) -> float:
            return float(losses[split][rates.index(lr), seed])

        answer = self._choose(train, list(tried), list(range(seeds)))
        if not isinstance(answer, tuple | list) or len(answer) != 2 or answer[0] not in tried:
            raise LearnerError(
                f"tune returns a rate that was tried, and the scores; it gave {answer!r}"
            )
        return float(answer[0])

    def _row(self, results: dict[str, list[float]]) -> dict[str, Any]:
        answer = self._speak({name: list(losses) for name, losses in results.items()})
        try:
            row = answer["Adam"]
            return {
                "difference": float(row["difference"]),
                "margin": float(row["margin"]),
                "verdict": str(row["verdict"]),
            }
        except (TypeError, KeyError, IndexError, ValueError):
            raise LearnerError(
                f"compare returns a dict with difference, margin and verdict for each method; it "
                f"gave {answer!r}"
            ) from None

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        spans, curves, best, results, row = outcome.data
        picture = Picture(660, 330)
        isolation = picture.panel(
            Axis(7e-5, 40, "learning rate", log=True, ticks=(1e-4, 1e-2, 1.0)),
            Axis(0.1, 9, "validation loss", log=True, ticks=(0.1, 0.3, 1.0, 3.0)),
            right=246,
            title="Loss by rate; the large mark is chosen",
        )
        gaps = picture.panel(
            Axis(4.5, 9.5, "test seed", ticks=(5, 6, 7, 8, 9)),
            Axis(*_limits(results), "Adam − SGD"),
            left=480,
            title="Test loss, seed by seed",
        )
        for series, (name, (low, high)) in enumerate(spans.items()):
            rates, curve = np.array(METHODS[name][1]), curves[name]
            isolation.line(rates, curve, series=series, thin=True)
            tried = slice(low, high + 1)
            isolation.markers(rates[tried], curve[tried], series=series)
            at = METHODS[name][1].index(best[name])
            isolation.markers(rates[at], curve[at], series=series, size=8)
        isolation.legend([("SGD", 0), ("Adam", 1)], corner="left")
        gap = np.subtract(results["Adam"], results["SGD"])
        gaps.rule(y=0.0)
        gaps.text(7, gaps.y.high, "Adam is worse", anchor="middle", dy=18)
        gaps.text(7, gaps.y.low, "Adam is better", anchor="middle", dy=-9)
        if pinned:
            before = np.subtract(pinned.data[3]["Adam"], pinned.data[3]["SGD"])
            gaps.markers(np.arange(5, 10), before, ghost=True)
        if np.isfinite([row["difference"], row["margin"]]).all():
            low, high = row["difference"] - row["margin"], row["difference"] + row["margin"]
            gaps.band(y=(low, high), series=2)
        gaps.markers(np.arange(5, 10), gap, series=2)
        return picture


def said(verdict: str) -> str:
    """A verdict as the end of the sentence "Adam is ..."."""
    if verdict in ("better", "worse"):
        return f"{verdict} than SGD"
    return "neither better nor worse, as far as five seeds can tell"


def _limits(results: dict[str, list[float]]) -> tuple[float, float]:
    gap = np.subtract(results["Adam"], results["SGD"])
    far = 2.5 * float(np.abs(gap[np.isfinite(gap)]).max(initial=0.02))
    return -far, far


def results_board(
    tune: Callable[..., Any] = verdicts.tune, compare: Callable[..., Any] = verdicts.compare
) -> ResultsBoard:
    """The lab of unit 17; your own `tune` and `compare` can choose the rates and give verdicts."""
    return ResultsBoard(plugged(tune, "tune"), plugged(compare, "compare"))
