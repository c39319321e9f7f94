"""Proves the grader on itself: variants pass, misconceptions fail and are named as themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..declare.catalogue import UnknownExercise, catalogue, find
from ..declare.exercise import Exercise
from ..protocol.calls import run_calls
from ..protocol.codec import decode, encode
from .judge import judge
from .plan import Plan, plan_for
from .report import FULL, Report

SEEDS = (0, 20_240, 7)
LEAST_VARIANTS = 5
LEAST_MISCONCEPTIONS = 8
VARIANT_ROOM = 0.1
MISCONCEPTION_DISTANCE = 1000.0


@dataclass(frozen=True)
class Row:
    """One implementation put through the judge: what it should be called, and what it was."""

    exercise: str
    expected: str
    got: str
    seed: int
    problem: str = ""

    @property
    def holds(self) -> bool:
        return self.expected == self.got and not self.problem


def run(plan: Plan, function: Callable[..., Any], *, reveal: bool = False) -> Report:
    """Judge a function of our own in this process."""
    answers = run_calls({plan.exercise.name: function}, plan.calls)
    return judge(plan, [decode(encode(answer)) for answer in answers], reveal=reveal)


def rows(exercises: Iterable[Exercise], seeds: Iterable[int] = SEEDS) -> list[Row]:
    """Every variant and misconception of every exercise, on every seed."""
    return [row for seed in seeds for item in exercises for row in _rows_of(item, seed)]


def exercises(package: str | None = None) -> list[Exercise]:
    """The graded functions of a package (quizzes have nothing to diagnose)."""
    return [item for item in catalogue(package).values() if isinstance(item, Exercise)]


def chosen(names: Sequence[str]) -> list[Exercise]:
    """The graded functions of these names, or all of them where there is none."""
    return [_function(name) for name in names] or exercises()


def _function(name: str) -> Exercise:
    item = find(name)
    if not isinstance(item, Exercise):
        raise UnknownExercise(
            f"expected the name of a graded function, got that of a quiz, {name!r}"
        )
    return item


def _rows_of(exercise: Exercise, seed: int) -> Iterable[Row]:
    plan = plan_for(exercise, seed)
    reference = run(plan, exercise.reference)
    yield Row(exercise.name, "right", _verdict(reference), seed)
    right = exercise.right_versions()
    if len(right) < LEAST_VARIANTS:
        yield Row(exercise.name, "right", "right", seed, "has too few accepted variants")
    if len(exercise.misconceptions) < LEAST_MISCONCEPTIONS:
        yield Row(exercise.name, "right", "right", seed, "has too few misconceptions")
    for name, function in right.items():
        report = run(plan, function)
        problem = "" if report.passed else f"variant {name}: {_failed(report)}"
        if report.passed and _distance(plan, function) > VARIANT_ROOM:
            problem = f"variant {name} uses over a tenth of the tolerance"
        yield Row(exercise.name, "right", _verdict(report), seed, problem)
    for misconception in exercise.misconceptions.values():
        if not misconception.versions:
            yield Row(exercise.name, misconception.id, "right", seed, "has no wrong version")
        for function in misconception.functions:
            report = run(plan, function)
            problem = _weakness(plan, function)
            yield Row(exercise.name, misconception.id, _verdict(report), seed, problem)


def _verdict(report: Report) -> str:
    if report.status == FULL:
        return "right"
    return report.misconception or f"unrecognised ({report.status})"


def _failed(report: Report) -> str:
    return "; ".join(f"{f.property}: {f.message}" for f in report.findings if not f.passed)


def _distance(plan: Plan, function: Callable[..., Any]) -> float:
    """The largest distance from the reference over all cases, in tolerances."""
    if plan.exercise.compare is not None:
        return 0.0
    return max(plan.distances(run_calls({plan.exercise.name: function}, plan.calls)), default=0.0)


def _weakness(plan: Plan, function: Callable[..., Any]) -> str:
    """Say so when a misconception is caught by a narrow margin only."""
    answers = run_calls({plan.exercise.name: function}, plan.calls)
    outcomes = plan.outcomes(answers)
    blatant = any(
        outcome.impure
        or outcome.fault in ("raised", "kind", "shape")
        or (outcome.fault and plan.cases[index].raises)
        for index, outcome in zip(plan.order, outcomes)
    )
    if blatant or plan.exercise.compare is not None:
        return ""
    far = max(plan.distances(answers), default=0.0)
    return "" if far >= MISCONCEPTION_DISTANCE else f"is only {far:.3g} tolerances from right"


def matrix(found: Iterable[Row]) -> str:
    """The confusion matrix as text: for each exercise, what each implementation was taken for."""
    lines: list[str] = []
    by_exercise: dict[str, list[Row]] = {}
    for row in found:
        by_exercise.setdefault(row.exercise, []).append(row)
    for name, group in by_exercise.items():
        right = sum(row.expected == row.got == "right" for row in group)
        named = sum(row.expected == row.got != "right" for row in group)
        off = [row for row in group if not row.holds]
        lines.append(
            f"{name:<22} right taken as right {right:>3}   misconceptions named as themselves "
            f"{named:>3}   off the diagonal {len(off)}"
        )
        lines += [
            f"    seed {row.seed}: {row.expected} was taken as {row.got} {row.problem}"
            for row in off
        ]
    return "\n".join(lines)


def main(names: Sequence[str] = (), seeds: int = len(SEEDS)) -> int:
    """Print the confusion matrix; the exit code is 1 when an entry lies off the diagonal."""
    drawn = [*SEEDS, *range(100, 100 + seeds)][:seeds]
    found = rows(chosen(names), drawn)
    print(matrix(found))
    off = sum(not row.holds for row in found)
    print(f"{len(found)} implementations put through the judge, {off} off the diagonal")
    return 1 if off or not found else 0
