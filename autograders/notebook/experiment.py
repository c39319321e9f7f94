"""`experiment(...)`: runs a learner's plan in the notebook and shows what came of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..declare.catalogue import UnknownExercise, find
from ..declare.experiment import Experiment, Plan, is_blank
from ..judging.designs import Ranking, outcomes_of
from ..protocol.codec import decode, encode
from . import listeners


@dataclass(frozen=True)
class Result:
    """What a plan found. `losses[method]` holds `(parts, seeds, rates)`, infinite if diverged."""

    plan: Plan
    rates: dict[str, tuple[float, ...]]
    losses: dict[str, np.ndarray] = field(repr=False)
    outcome: Ranking = field(repr=False)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    __repr__ = __str__


def experiment(name: str, plan: Any) -> Result | None:
    """Run the plan of the experiment `name` and return what it found, shown as a table.

    A plan without rates is one still to be written: a line says so, and nothing is returned.

    The rates are moved to the nearest rungs of the experiment's ladder. A plan that cannot be run
    is a ValueError that says what it should hold.
    """
    item = find(name)
    if not isinstance(item, Experiment):
        raise UnknownExercise(f"expected the name of an experiment, got that of {name!r}")
    plan = decode(encode(plan))  # what the grader will get
    if isinstance(plan, Mapping) and is_blank(plan):
        print("This cell waits for your plan. Write it above, run its cell, then run this one.")
        return None
    parsed = item.parse(plan)
    listeners.tell("plan", name, parsed)
    losses = {}
    for number, (method, rungs) in enumerate(parsed.rungs.items(), start=1):
        _progress(f"{method}, {number} of {len(parsed.methods)}: {len(rungs)} rates")
        losses[method] = item.train(method, parsed.updates[method], rungs, parsed.seeds)
    _progress("")
    rates = {name: tuple(item.ladder[k] for k in rungs) for name, rungs in parsed.rungs.items()}
    return Result(parsed, rates, losses, next(outcomes_of(item, parsed, losses)))


def _progress(text: str) -> None:
    sys.stdout.write("\r" + text.ljust(60) + ("\r" if not text else ""))
    sys.stdout.flush()


def _lines(result: Result) -> list[str]:
    plan, found = result.plan, result.outcome.candidates
    lines = [
        f"{plan.seeds} seeds; rates chosen on {plan.choose_on}, judged on {plan.judge_on} loss",
        f"{'':24}{'rate':>8}{'mean loss':>12}{'spread':>10}",
    ]
    for each in found:
        lost = int((~np.isfinite(each.losses)).sum())
        shown = f"  diverged in {lost} of {plan.seeds}"
        if not lost:
            spread = float(each.losses.std(ddof=1)) if len(each.losses) > 1 else 0.0
            shown = f"{each.mean:12.4g}{spread:10.2g}"
        lines.append(f"{each.name:24}{each.rate:8.3g}{shown}")
    if len(found) > 1:
        mean, low, high = result.outcome.difference
        missing = result.outcome.no_interval
        below = int((found[0].losses < found[1].losses).sum())
        lines += [
            f"{found[0].name} minus {found[1].name}, paired by seed: {missing or f'{mean:.3g}'}",
            ("" if missing else f"95 % interval {low:.3g} to {high:.3g}; ")
            + f"lower in {below} of {plan.seeds} seeds",
        ]
    lines += [f"the best rate of {name} is an end of its grid" for name in result.outcome.at_edge]
    return lines
