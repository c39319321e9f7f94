"""Judges an experiment by its design, and a finding by whether the plan's own runs support it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..declare.experiment import (
    CLOSEST,
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
from .report import FULL, PARTIAL, UNWRITTEN, ZERO, Finding, Report

NEAR = (0.8, 1.25)
"""Half-widths from 0 between which both answers count: machines differ a little."""


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
class Outcome:
    """What a plan found: candidates, the lowest first, and how far the second lies above it."""

    candidates: tuple[Candidate, ...]
    difference: tuple[float, float, float]
    at_edge: tuple[str, ...]

    @property
    def verdicts(self) -> tuple[bool, ...]:
        """Whether the first is surely lower; both answers where it is a close call."""
        mean, low, high = self.difference
        half = (high - low) / 2
        far = abs(mean) / half if half else math.inf
        return (True, False) if NEAR[0] < far < NEAR[1] else (far >= NEAR[1],)


def outcome_of(experiment: Experiment, plan: Plan, runs: Mapping[str, np.ndarray]) -> Outcome:
    """Tune each method on the choosing part and compare on the judging one.

    `runs[method]` holds losses `(parts, seeds, rates)` for the plan's seeds and rates.
    """
    choose, judge = PARTS.index(plan.choose_on), PARTS.index(plan.judge_on)
    found, at_edge = [], []
    for name, rungs in plan.rungs.items():
        scores = runs[name][choose].mean(axis=0)
        best = int(np.argmin(np.where(np.isfinite(scores), scores, np.inf)))
        if best in (0, len(rungs) - 1):
            at_edge.append(name)
        shown = [best] if len(plan.methods) > 1 else range(len(rungs))
        for at in shown:
            rate = experiment.ladder[rungs[at]]
            label = name if len(plan.methods) > 1 else f"{rate:.3g}"
            found.append(Candidate(label, rate, runs[name][judge][:, at]))
    found.sort(key=lambda each: each.mean)
    difference = (math.nan, math.nan, math.nan)
    if len(found) > 1 and np.isfinite(found[1].losses).all():
        difference = experiment.interval(found[0].losses, found[1].losses)
    elif len(found) > 1:
        difference = (-math.inf, -math.inf, -math.inf)
    return Outcome(tuple(found), difference, tuple(at_edge))


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
    outcome = outcome_of(experiment, plan, recorded(experiment, plan))
    faults = {
        "spacing": _spacing(experiment, plan),
        "inside": _inside(experiment, plan, outcome),
        "seeds": _seeds(experiment, plan),
        "fair": _fair(experiment, plan),
        "apart": _apart(plan),
        "finding": _finding(outcome, given.get("finding")),
    }
    return _report(experiment, faults, None)


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
            return f"{name} tries {len(rates)} different rates; try {LEAST_RATES} at least"
        ratios = np.diff(np.log(rates))
        if ratios.min() < math.log(CLOSEST) or ratios.max() > math.log(WIDEST):
            widest = math.exp(ratios.max())
            return f"neighbouring rates of {name} differ by up to {widest:.2g} times; take 1.2 to 4"
        if ratios.max() > EVEN * ratios.min() + math.log(CLOSEST):
            return f"the steps between the rates of {name} grow or shrink; multiply by one factor"
    return ""


def _inside(experiment: Experiment, plan: Plan, outcome: Outcome) -> str:
    for name in outcome.at_edge:
        rates = [experiment.ladder[k] for k in plan.rungs[name]]
        return (
            f"the best rate of {name} is an end of its grid, {rates[0]:.3g} to {rates[-1]:.3g}; "
            "a better one may lie beyond: extend the grid"
        )
    return ""


def _seeds(experiment: Experiment, plan: Plan) -> str:
    if plan.seeds < experiment.least_seeds:
        return (
            f"{plan.seeds} seeds say little about the spread; take {experiment.least_seeds} or more"
        )
    return ""


def _fair(experiment: Experiment, plan: Plan) -> str:
    if len(plan.methods) < experiment.least_methods:
        return f"compare {experiment.least_methods} methods at least, not {len(plan.methods)}"
    if len(set(plan.updates.values())) > 1:
        return "the methods are given different numbers of updates"
    if len({len(rungs) for rungs in plan.rungs.values()}) > 1:
        return "the method with more rates to choose from has the better chance: try equally many"
    return ""


def _apart(plan: Plan) -> str:
    if plan.choose_on == plan.judge_on:
        return f"the {plan.judge_on} data choose the rate and judge it: the winner looks too good"
    if plan.choose_on == "test":
        return "the test data are looked at to choose: then they are a test no longer"
    return ""


def _finding(outcome: Outcome, given: Any) -> str:
    if not isinstance(given, Mapping) or not {"lower", "sure"} <= set(given):
        return 'expected {"lower": a name, "sure": True or False}'
    if len(outcome.candidates) < 2:
        return "a plan with one rate of one method compares nothing"
    sure = _said(given["sure"])
    if sure is None:
        return f'expected "sure" to be True or False, got {given["sure"]!r}'[:200]
    first, second = outcome.candidates[:2]
    if sure not in outcome.verdicts:
        mean, low, high = outcome.difference
        said = f"{first.name} minus {second.name}: {mean:.3g}, from {low:.3g} to {high:.3g}"
        holds = "that interval holds 0" if sure else "all of it lies below 0"
        return f"{said}; {holds}"
    if sure and not _names(given["lower"], first):
        return f"the lowest mean loss of your plan is that of {first.name}"
    return ""


def _said(value: Any) -> bool | None:
    words: dict[Any, bool] = {True: True, False: False, "yes": True, "no": False}
    key = value.strip().lower() if isinstance(value, str) else value
    return words.get(key) if isinstance(key, (bool, str)) else None


def _names(given: Any, candidate: Candidate) -> bool:
    if isinstance(given, str) and given.strip() == candidate.name:
        return True
    try:
        return abs(math.log(float(given) / candidate.rate)) < math.log(1.17)
    except (TypeError, ValueError, ZeroDivisionError):
        return False
