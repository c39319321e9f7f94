"""The rules of the judge: each looks at the answers to a plan and says what it saw, or nothing.

`USELESS` are rules for answers that earn nothing at all; they are asked in order until one ends the
matter. `EVIDENCE` are rules that speak against one property; each yields places among the cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..declare.exercise import Case
from ..declare.returns import numbers_of
from .plan import Comparison, Plan

STANDS = None
"""What a rule of `USELESS` returns when the answers may earn something, whatever others say."""


@dataclass(frozen=True, eq=False)
class Round:
    """The outcomes of the first round, and what was read of them."""

    plan: Plan
    outcomes: Sequence[Comparison]

    @cached_property
    def asked(self) -> list[tuple[Case, Any]]:
        """The cases that want a value and got one that could be read; records are no answers."""
        pairs = zip(self.plan.cases, self.outcomes)
        return [
            (c, o.read)
            for c, o in pairs
            if o.read is not None and c.raises is None and not c.record
        ]

    @cached_property
    def parts(self) -> list[np.ndarray]:
        """All numbers of each answer, end to end."""
        empty = [np.empty(0)]
        return [np.concatenate(_flat(read) or empty) for _, read in self.asked]

    @cached_property
    def values_hold(self) -> bool:
        """Whether every case of the first property, the values, is right."""
        first = next(iter(self.plan.exercise.worth))
        pairs = zip(self.plan.cases, self.outcomes)
        return all(not o.fault for c, o in pairs if c.property == first)


def _flat(read: Any) -> list[np.ndarray]:
    return [np.ravel(np.asarray(p, float)) for p in numbers_of(read) if not isinstance(p, str)]


# Answers that earn nothing


def nothing_read(seen: Round) -> str | None:
    """No call gave a value: it raised, returned something of another kind, or nothing."""
    if any(not o.fault for o in seen.outcomes) or seen.asked:
        return ""
    return seen.outcomes[0].said or "returns nothing that can be compared"


def all_right(seen: Round) -> str | None:
    """Nothing is at fault, so nothing more is asked."""
    return STANDS if not any(o.fault for o in seen.outcomes) else ""


def no_number(seen: Round) -> str | None:
    """Values came, and there is no number in any."""
    if any(np.size(part) for _, read in seen.asked for part in numbers_of(read)):
        return ""
    pairs = zip(seen.plan.cases, seen.outcomes)
    said = (o.said for case, o in pairs if case.raises is None)
    return next(filter(None, said), "returns nothing that can be compared")


def compared_otherwise(seen: Round) -> str | None:
    """The exercise has a comparison of its own: what follows is about plain numbers."""
    return STANDS if seen.plan.exercise.compare is not None else ""


def one_text(seen: Round) -> str | None:
    """The answers are texts, and all are the same though different ones are wanted."""
    if not any(isinstance(part, str) for _, read in seen.asked for part in numbers_of(read)):
        return ""
    pairs = zip(seen.plan.cases, seen.plan.expected)
    wanted = {want for case, want in pairs if case.raises is None}
    alike = len({read for _, read in seen.asked}) == 1 < len(wanted)
    return "always returns the same text" if alike else STANDS


def not_finite(seen: Round) -> str | None:
    """There is no finite number in any answer."""
    finite = any(np.isfinite(part).any() for part in seen.parts if part.size)
    return "" if finite else "returns no finite number"


def too_few(seen: Round) -> str | None:
    """Of one or two answers nobody can say that they do not depend on the inputs."""
    return STANDS if len(seen.asked) < 3 else ""


def one_number(seen: Round) -> str | None:
    """Every entry of every answer is the same number."""
    firsts = {float(value) for part in seen.parts for value in part[:1]}
    filled = len(firsts) == 1 and all(
        np.all(part == next(iter(firsts))) for part in seen.parts if part.size
    )
    return "returns the same number whatever its inputs are" if filled else ""


def an_input(seen: Round) -> str | None:
    """Every part of the answer is an argument, as it came."""
    if len({len(numbers_of(read)) for _, read in seen.asked}) > 1:
        return ""
    names = [
        next((n for n in _inputs(seen.plan, seen.asked[0][0]) if _copies(seen, place, n)), "")
        for place in range(len(numbers_of(seen.asked[0][1])))
    ]
    if not names or not all(names):
        return ""
    return "returns its input " + ", ".join(f"`{name}`" for name in names) + " as it came"


USELESS = (
    nothing_read,
    all_right,
    no_number,
    compared_otherwise,
    one_text,
    not_finite,
    too_few,
    one_number,
    an_input,
)


def useless(seen: Round) -> str:
    """Why these answers earn nothing at all, or "" where they may earn something."""
    for rule in USELESS:
        said = rule(seen)
        if said is STANDS:
            return ""
        if said:
            return said
    return ""


def _inputs(plan: Plan, case: Case) -> dict[str, Any]:
    """The arguments of a case by name; a dict counts as its entries."""
    found: dict[str, Any] = {}
    for name, value in plan.exercise.bound(case).items():
        found |= value if isinstance(value, dict) else {name: value}
    return found


def _copies(seen: Round, place: int, name: str) -> bool:
    """Whether the result at `place` is the input `name` in every case."""
    for case, read in seen.asked:
        value, part = _inputs(seen.plan, case).get(name), numbers_of(read)[place]
        if isinstance(value, (list, tuple)) and all(isinstance(v, (int, float)) for v in value):
            value = np.array(value, dtype=float)
        if not isinstance(value, (int, float, np.ndarray)) or isinstance(part, str):
            return False
        if np.shape(value) != np.shape(part) or not np.all(np.asarray(value) == part):
            return False
    return True


# Evidence against one property

Against = Iterator[tuple[int, str]]


def mostly_silent(seen: Round, name: str, second: Sequence[Comparison]) -> Against:
    """An answer to less than half of the calls shows neither a shape nor purity."""
    silent = [index for index, outcome in enumerate(seen.outcomes) if not outcome.answered]
    if name in ("shape", "purity") and len(silent) > len(seen.outcomes) / 2:
        yield silent[0], seen.outcomes[silent[0]].said


def wrong_form(seen: Round, name: str, second: Sequence[Comparison]) -> Against:
    """An answer of another kind or shape speaks against the shape, in whatever case it came.

    A case of the shape's own with a wrong value counts when the values are right otherwise: then
    the value is wrong because of the form.
    """
    if name != "shape":
        return
    for index, (case, outcome) in enumerate(zip(seen.plan.cases, seen.outcomes)):
        own = case.property == name and outcome.fault
        if outcome.fault in ("kind", "shape") or (
            own and (seen.values_hold or not outcome.answered)
        ):
            yield index, outcome.said


def changed_input(seen: Round, name: str, second: Sequence[Comparison]) -> Against:
    """An input that was changed, or is shared with the result, speaks against purity."""
    for index, outcome in enumerate(seen.outcomes if name == "purity" else ()):
        if outcome.impure:
            yield index, outcome.impure


def own_fault(seen: Round, name: str, second: Sequence[Comparison]) -> Against:
    """A fault in a case of the property itself; impurity too, where no property is for it."""
    if name in ("shape", "purity"):
        return
    for index, (case, outcome) in enumerate(zip(seen.plan.cases, seen.outcomes)):
        if case.property == name and outcome.fault:
            yield index, outcome.said
        elif case.property == name and outcome.impure and "purity" not in seen.plan.exercise.worth:
            yield index, outcome.impure


def other_answer_later(seen: Round, name: str, second: Sequence[Comparison]) -> Against:
    """A call that was right and, asked a second time in another order, is not."""
    worth, cases = seen.plan.exercise.worth, seen.plan.cases
    for index, outcome in zip(seen.plan.order[len(seen.outcomes) :], second):
        keeper = "purity" if "purity" in worth else cases[index].property
        fault = outcome.fault or outcome.impure
        if name == keeper and not seen.outcomes[index].fault and fault:
            yield index, outcome.impure or "the same call gave another answer the second time"


def own_fault_of_purity(seen: Round, name: str, second: Sequence[Comparison]) -> Against:
    """A wrong value in a case that is there for purity, where the values are right otherwise."""
    for index, (case, outcome) in enumerate(zip(seen.plan.cases, seen.outcomes)):
        if case.property == name == "purity" and outcome.fault and seen.values_hold:
            yield index, outcome.said


EVIDENCE = (
    mostly_silent,
    wrong_form,
    changed_input,
    own_fault,
    other_answer_later,
    own_fault_of_purity,
)


def evidence(seen: Round, name: str, second: Sequence[Comparison]) -> tuple[int, str, str] | None:
    """The first thing that speaks against a property: the case, what is said, and the rule."""
    for rule in EVIDENCE:
        for index, said in rule(seen, name, second):
            return index, said, rule.__name__
    return None
