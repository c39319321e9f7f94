"""Names what is wrong: a misconception, two at once, or at least a fact that the numbers show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..declare.edits import Edit
from ..declare.exercise import Misconception
from ..protocol.calls import run_calls
from .causes import cause, not_every_way_returns
from .compare import excess, shapes_differ
from .facts import fact
from .plan import Comparison, Plan

MOST_PAIRS = 400
"""Pairs of faults that are tried for one plan: some tenths of a second, once for a class."""


@dataclass(frozen=True)
class Diagnosis:
    """What was recognised: the misconception to mend first, a second one, and what to read."""

    name: str | None
    hints: tuple[str, ...]
    also: str | None = None


def diagnose(plan: Plan, outcomes: Sequence[Comparison], *, strict: bool = False) -> Diagnosis:
    """Name what these answers have wrong; the hints are never empty.

    A misconception that behaves the same in everything; then, unless `strict`, in the values alone
    (a changed input hides no value). Then a cause that any exercise can meet, such as a missing
    `return`. Then two at once, each an edit of the same right version: they explain everything too.
    Then one that explains a property and fails in none where the student is right. Where nothing of
    that fits, a fact: which answers are wrong, and how they are.
    """
    known = plan.exercise.misconceptions
    single = _single(plan, outcomes, strict)
    if single is not None:
        return Diagnosis(single.id, single.hints)
    general = cause(plan, outcomes)
    if general:
        return Diagnosis(None, general)
    if not strict:
        for first, second in _pairs(plan, outcomes):
            one, two = known[first], known[second]
            lead = f"Two mistakes meet here. The one to mend first: {one.where}"
            then = f"Then the other: {two.where} {two.why}"
            return Diagnosis(first, (lead, one.why, f"{one.how} {then}"), second)
        part = _part(plan, outcomes)
        if part is not None:
            return Diagnosis(part.id, part.hints)
    return Diagnosis(None, not_every_way_returns(outcomes) or fact(plan, outcomes))


def _single(plan: Plan, outcomes: Sequence[Comparison], strict: bool) -> Misconception | None:
    everywhere = range(len(outcomes))
    known = plan.exercise.misconceptions
    for exactly in (True,) if strict else (True, False):
        for id, theirs in plan.baselines:
            if all(_alike(plan, i, outcomes[i], theirs[i], exactly) for i in everywhere):
                return known[id]
    return None


def _part(plan: Plan, outcomes: Sequence[Comparison]) -> Misconception | None:
    """A misconception that explains a property and fails in none where the student is right."""
    failing = _failing(plan, outcomes)
    for number, name in enumerate(failing):
        for id, theirs in plan.baselines:
            fails = _failing(plan, theirs)
            if name not in fails or not set(fails) <= set(failing):
                continue
            explained = fails if number else [name]
            cases = [i for i, case in enumerate(plan.cases) if case.property in explained]
            if all(_alike(plan, i, outcomes[i], theirs[i], False) for i in cases):
                return plan.exercise.misconceptions[id]
    return None


def _pairs(plan: Plan, outcomes: Sequence[Comparison]) -> Iterator[tuple[str, str]]:
    """Pairs of misconceptions that together give these answers, the one to mend first in front."""
    for (one, two), theirs in _both(plan):
        if all(_alike(plan, i, outcomes[i], theirs[i], False) for i in range(len(outcomes))):
            yield one, two


def _both(plan: Plan) -> list[tuple[tuple[str, str], list[Comparison]]]:
    """How every two edits of one right version, made together, answer the plan's calls."""
    if "pairs" not in plan.notes:
        plan.notes["pairs"] = [
            (names, plan.outcomes(run_calls({plan.exercise.name: edit.function}, plan.calls)))
            for names, edit in two_at_once(plan.exercise.misconceptions)
        ]
    found: list[tuple[tuple[str, str], list[Comparison]]] = plan.notes["pairs"]
    return found


def two_at_once(known: dict[str, Misconception]) -> list[tuple[tuple[str, str], Edit]]:
    """Every two misconceptions whose edits of the same right version can be made together."""
    edits = [
        (id, version)
        for id, item in known.items()
        for version in item.versions
        if isinstance(version, Edit)
    ]
    found = []
    for (one, a), (two, b) in combinations(edits, 2):
        if one == two or a.base is not b.base:
            continue
        try:
            found.append(((one, two), Edit(a.base, *a.changes, *b.changes)))
        except ValueError:
            continue  # they change the same place: nobody can make both
    return found[:MOST_PAIRS]


def _failing(plan: Plan, outcomes: Sequence[Comparison]) -> list[str]:
    """The properties of which a case has a fault, in the order in which a report lists them."""
    names = {case.property for case, outcome in zip(plan.cases, outcomes) if outcome.fault}
    return [name for name in plan.exercise.worth if name in names]


def _alike(plan: Plan, position: int, mine: Comparison, theirs: Comparison, strict: bool) -> bool:
    if strict and (mine.fault, bool(mine.impure)) != (theirs.fault, bool(theirs.impure)):
        return False
    if mine.read is None or theirs.read is None:
        return mine.fault == theirs.fault and mine.message == theirs.message
    if plan.exercise.alike is not None:
        case = plan.cases[plan.order[position]]
        return plan.exercise.alike(case, mine.read, theirs.read)
    if plan.exercise.compare is not None:
        return mine.message == theirs.message
    if shapes_differ(mine.read, theirs.read):
        return False
    return excess(mine.read, theirs.read, plan.scales[plan.order[position]]) <= 1
