"""Judges an experiment by its design, and a finding by whether the plan's own runs support it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from ..declare.experiment import (
    CRITERIA,
    EVEN,
    LEAST_RATES,
    PARTS,
    POINTS,
    WIDEST,
    Experiment,
    Plan,
    PlanError,
    is_blank,
)
from ..declare.returns import describe
from .report import FULL, PARTIAL, UNWRITTEN, ZERO, Finding, Report

NEAR = (0.8, 1.25)
"""Half-widths from 0 between which both answers count: machines differ a little."""

TIE = 1.001
"""Mean losses whose ratio is below this may change places on another machine."""


@dataclass(frozen=True)
class Candidate:
    """What is compared: a method at the rate it chose, or one rate of the only method."""

    name: str
    rate: float
    losses: np.ndarray

    @property
    def mean(self) -> float:
        """Its mean loss on the judging part."""
        return float(self.losses.mean())


@dataclass(frozen=True)
class Ranking:
    """What a plan found: candidates, the lowest first, and how far the second lies above it."""

    candidates: tuple[Candidate, ...]
    difference: tuple[float, float, float]
    at_edge: tuple[str, ...]

    @property
    def verdicts(self) -> tuple[bool, ...]:
        """Whether the first is surely lower; both answers where it is a close call."""
        if self.no_interval:
            first, second = self.candidates[:2]
            if not np.isfinite(first.losses).all() or len(first.losses) < 2:
                return (False,)
            return (True,) if (first.losses < second.losses).all() else (True, False)
        mean, low, high = self.difference
        half = (high - low) / 2
        far = abs(mean) / half if half else math.inf
        return (True, False) if NEAR[0] < far < NEAR[1] else (far >= NEAR[1],)

    @property
    def no_interval(self) -> str:
        """Why the first two candidates have no interval, or "" where they have one."""
        first, second = self.candidates[:2]
        if not np.isfinite(second.losses).all():
            also = "" if np.isfinite(first.losses).all() else f", and so did some of {first.name}"
            return f"no interval, for runs of {second.name} diverged{also}"
        return "no interval, for one seed shows no spread" if len(first.losses) < 2 else ""


def outcomes_of(
    experiment: Experiment, plan: Plan, runs: Mapping[str, np.ndarray]
) -> Iterator[Ranking]:
    """Tune each method on the choosing part and compare on the judging one.

    `runs[method]` holds losses `(parts, seeds, rates)` for the plan's seeds and rates. Where two
    rates of a method tie, another machine may choose the other: that outcome comes too, later.
    """
    choose = PARTS.index(plan.choose_on)
    choices = [_best(runs[name][choose].mean(axis=0)) for name in plan.methods]
    for chosen in product(*choices):
        yield _outcome(experiment, plan, runs, dict(zip(plan.methods, chosen)))


def _best(scores: np.ndarray) -> list[int]:
    """The place of the lowest mean loss, and the next if it ties."""
    first, *others = (int(place) for place in np.argsort(scores, kind="stable")[:2])
    tied = [k for k in others if np.isfinite(scores[k]) and scores[k] <= TIE * scores[first]]
    return [first, *tied]


def _outcome(
    experiment: Experiment,
    plan: Plan,
    runs: Mapping[str, np.ndarray],
    chosen: Mapping[str, int],
) -> Ranking:
    judge = PARTS.index(plan.judge_on)
    found, at_edge = [], []
    for name, rungs in plan.rungs.items():
        best = chosen[name]
        if best in (0, len(rungs) - 1):
            at_edge.append(name)
        shown = [best] if len(plan.methods) > 1 else range(len(rungs))
        for at in shown:
            rate = experiment.ladder[rungs[at]]
            label = name if len(plan.methods) > 1 else f"{rate:.3g}"
            found.append(Candidate(label, rate, runs[name][judge][:, at]))
    found.sort(key=lambda each: each.mean)
    outcome = Ranking(tuple(found), (math.nan, math.nan, math.nan), tuple(at_edge))
    if len(found) < 2 or outcome.no_interval:
        return outcome
    return replace(outcome, difference=experiment.interval(found[0].losses, found[1].losses))


def recorded(experiment: Experiment, plan: Plan) -> dict[str, np.ndarray]:
    """The runs that a plan asks for, out of the table."""
    table = experiment.table()
    return {
        name: table[experiment.methods.index(name), experiment.updates.index(plan.updates[name])][
            :, : plan.seeds
        ][:, :, list(rungs)]
        for name, rungs in plan.rungs.items()
    }


def judge_experiment(experiment: Experiment, value: Any) -> Report:
    """The report on a plan and its finding; a plan that cannot be run is told why."""
    given = value if isinstance(value, Mapping) else {}
    if is_blank(given.get("plan")):
        note = "write the plan into the cell above, run it, then write down the finding"
        return _report(experiment, dict.fromkeys(CRITERIA, "not written yet"), UNWRITTEN, note)
    try:
        plan = experiment.parse(given["plan"])
    except PlanError as reason:
        return _report(experiment, dict.fromkeys(CRITERIA, str(reason)), ZERO, str(reason))
    outcomes = list(outcomes_of(experiment, plan, recorded(experiment, plan)))
    faults = {
        "spacing": _spacing(experiment, plan),
        "inside": _least(_inside(experiment, plan, outcome) for outcome in outcomes),
        "seeds": _seeds(experiment, plan),
        "fair": _fair(experiment, plan),
        "apart": _apart(plan),
        "finding": _least(_finding(outcome, given.get("finding")) for outcome in outcomes),
    }
    return _report(experiment, faults, None)


def _least(faults: Iterable[str]) -> str:
    """No fault if one of the outcomes has none, else that of the first."""
    first, *others = faults
    return first if all([first, *others]) else ""


def _report(
    experiment: Experiment, faults: Mapping[str, str], status: str | None, note: str = ""
) -> Report:
    findings = tuple(
        Finding(id, text, not faults[id], POINTS[id] * (not faults[id]), POINTS[id], faults[id])
        for id, text in CRITERIA.items()
    )
    score = math.fsum(finding.points for finding in findings)
    if status is None:
        status = FULL if all(f.passed for f in findings) else PARTIAL if score else ZERO
    return Report(
        experiment.name, experiment.unit, score, experiment.points, status, findings, note=note
    )


def _spacing(experiment: Experiment, plan: Plan) -> str:
    for name, rungs in plan.rungs.items():
        rates = [experiment.ladder[k] for k in rungs]
        if len(rates) < LEAST_RATES:
            count = f"{len(rates)} different rate{'s' * (len(rates) > 1)}"
            return (
                f"{name} tries {count}, each moved to the nearest rung; try {LEAST_RATES} at least"
            )
        ratios = np.diff(np.log(rates))
        if ratios.max() > math.log(WIDEST):
            widest = math.exp(ratios.max())
            return f"neighbouring rates of {name} differ by up to {widest:.2g} times; take 1.4 to 4"
        if ratios.max() > EVEN * ratios.min() + math.log(
            experiment.ladder[1] / experiment.ladder[0]
        ):
            return f"the steps between the rates of {name} grow or shrink; multiply by one factor"
    return ""


def _inside(experiment: Experiment, plan: Plan, outcome: Ranking) -> str:
    for name in outcome.at_edge:
        rates = [experiment.ladder[k] for k in plan.rungs[name]]
        return (
            f"the best rate of {name} is an end of its grid, {rates[0]:.3g} to {rates[-1]:.3g}; "
            "a better one may lie beyond: extend the grid"
        )
    return ""


def _seeds(experiment: Experiment, plan: Plan) -> str:
    if plan.seeds < experiment.least_seeds:
        few = f"{plan.seeds} seeds say little" if plan.seeds > 1 else "one seed says nothing"
        return f"{few} about the spread; take {experiment.least_seeds} or more"
    return ""


def _fair(experiment: Experiment, plan: Plan) -> str:
    if len(plan.methods) < experiment.least_methods:
        return f"compare {experiment.least_methods} methods at least, not {len(plan.methods)}"
    if len(set(plan.updates.values())) > 1:
        return "the methods are given different numbers of updates"
    if len({len(rungs) for rungs in plan.rungs.values()}) > 1:
        counts = ", ".join(f"{name} {len(rungs)}" for name, rungs in plan.rungs.items())
        return (
            f"moved to the nearest rungs, the different rates number {counts}: who has more "
            "to choose from has the better chance, so try equally many"
        )
    return ""


def _apart(plan: Plan) -> str:
    if plan.choose_on == plan.judge_on:
        return f"the {plan.judge_on} data choose the rate and judge it: the winner looks too good"
    if plan.choose_on == "test":
        return "the test data are looked at to choose: then they are a test no longer"
    if plan.choose_on == "training":
        return "the rate that fits the training data best is not the one that does best on new data"
    if plan.judge_on == "training":
        return "the training data were learned from: judge on data that no run has seen"
    return ""


def _finding(outcome: Ranking, given: Any) -> str:
    if not isinstance(given, Mapping) or not {"lower", "sure"} <= set(given):
        return 'expected {"lower": a name, "sure": True or False}'
    if len(outcome.candidates) < 2:
        return "a plan with one rate of one method compares nothing"
    sure = _said(given["sure"])
    if sure is None:
        return f'expected "sure" to be True or False, got {describe(given["sure"])}'
    if isinstance(given["lower"], str) and given["lower"].strip() in ("", "?"):
        return 'expected "lower" to name what has the lower mean loss; nothing is named yet'
    first, second = outcome.candidates[:2]
    if sure not in outcome.verdicts:
        mean, low, high = outcome.difference
        gap = f"{first.name} minus {second.name}: "
        if outcome.no_interval:
            lies = "nothing is sure then" if sure else "those of the other are lower in every seed"
            return f"{gap}{outcome.no_interval}; {lies}"
        holds = "that interval holds 0" if sure else "all of it lies below 0"
        return f"{gap}{mean:.3g}, from {low:.3g} to {high:.3g}; {holds}"
    if sure and not _names(given["lower"], first):
        return f"the lowest mean loss of your plan is that of {first.name}"
    return ""


def _said(value: Any) -> bool | None:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    words = {"yes": True, "true": True, "no": False, "false": False}
    return words.get(value.strip().lower()) if isinstance(value, str) else None


def _names(given: Any, candidate: Candidate) -> bool:
    if isinstance(given, str) and given.strip() == candidate.name:
        return True
    try:
        return abs(math.log(float(given) / candidate.rate)) < math.log(1.17)
    except (TypeError, ValueError, OverflowError):
        return False
