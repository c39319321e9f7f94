"""Facts from the numbers, for a mistake that nobody foresaw: what is wrong, and in which way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..declare.returns import numbers_of
from .compare import excess
from .plan import Comparison, Plan

GotAndWanted = tuple[np.ndarray, np.ndarray]


def fact(plan: Plan, outcomes: Sequence[Comparison]) -> tuple[str, ...]:
    """Up to two sentences: where the answers are wrong, and what all wrong ones have in common.

    They name no hidden input and no value.
    """
    said = [where_it_is_wrong(plan, outcomes)]
    pairs = _wrong_numbers(plan, outcomes)
    with np.errstate(all="ignore"):
        seen = [rule(pairs) for rule in RULES] if pairs else []
    said += [sentence for sentence in [count(plan, outcomes), *seen] if sentence][:1]
    return tuple(filter(None, said))


def count(plan: Plan, outcomes: Sequence[Comparison]) -> str:
    """Every result of a wrong shape has equally many rows or entries too few, or too many."""
    off = set()
    for outcome, want in zip(outcomes, plan.expected):
        if outcome.fault != "shape":
            continue
        mine, theirs = numbers_of(outcome.read), numbers_of(want)
        shapes = [(np.shape(got), np.shape(wanted)) for got, wanted in zip(mine, theirs)]
        unlike = [(got, wanted) for got, wanted in shapes if got != wanted]
        if len(mine) != len(theirs) or not all(
            got and wanted and got[1:] == wanted[1:] for got, wanted in unlike
        ):
            return ""
        off |= {got[0] - wanted[0] for got, wanted in unlike}
    if len(off) != 1:
        return ""
    gap = off.pop()
    times = f"{abs(gap)} row or entry" if abs(gap) == 1 else f"{abs(gap)} rows or entries"
    return (
        f"Every result of the wrong length has {times} too {'many' if gap > 0 else 'few'}: count "
        "with the smallest input where your loop begins and ends."
    )


def where_it_is_wrong(plan: Plan, outcomes: Sequence[Comparison]) -> str:
    """How many calls are right, which result is wrong of several, and the first case."""
    first = list(zip(plan.cases, outcomes))
    wrong = [(case, outcome) for case, outcome in first if outcome.fault]
    if not wrong:
        return (
            "Every call is right the first time: look at what one call leaves behind for the next."
        )
    parts = _wrong_parts(plan, outcomes)
    which = f"Result {parts[0] + 1} is the one that is wrong. " if len(parts) == 1 else ""
    note = next((case.note for case, _ in wrong if case.note), "")
    where = f"; the first wrong one is that in which {note}" if note and plan.draws_inputs else ""
    right = len(first) - len(wrong)
    return f"{which}Of {len(first)} different calls {right} are right{where}."


def _wrong_parts(plan: Plan, outcomes: Sequence[Comparison]) -> list[int]:
    """The places of those results of several that are wrong in some call."""
    found: set[int] = set()
    several = False
    for place, (outcome, want) in enumerate(zip(outcomes, plan.expected)):
        mine, theirs = numbers_of(outcome.read), numbers_of(want)
        if outcome.fault != "value" or len(mine) != len(theirs) or len(theirs) < 2:
            continue
        several = True
        scale = plan.scales[place]
        found |= {n for n, (a, b) in enumerate(zip(mine, theirs)) if excess(a, b, scale) > 1}
    return sorted(found) if several else []


def _wrong_numbers(plan: Plan, outcomes: Sequence[Comparison]) -> list[GotAndWanted]:
    """Got and expected of every wrong call, as flat arrays of finite numbers."""
    found = []
    for outcome, want in zip(outcomes, plan.expected):
        if outcome.fault != "value" or outcome.read is None:
            continue
        got, wanted = _flat(outcome.read), _flat(want)
        if got is not None and wanted is not None and got.shape == wanted.shape and got.size:
            found.append((got, wanted))
    return found


def _flat(value: Any) -> np.ndarray | None:
    parts = numbers_of(value)
    if any(isinstance(part, str) for part in parts):
        return None
    try:
        flat = np.concatenate([np.ravel(np.asarray(part, float)) for part in parts])
    except (TypeError, ValueError):
        return None
    return flat if np.isfinite(flat).all() else None


def sign(pairs: Sequence[GotAndWanted]) -> str:
    """Every wrong number has the other sign."""
    alike = all(np.allclose(got, -want, rtol=1e-6, atol=0) for got, want in pairs)
    return "Every wrong number has the right size and the wrong sign." if alike else ""


def one_factor(pairs: Sequence[GotAndWanted]) -> str:
    """All wrong numbers are the right ones times one factor."""
    got, want = (np.concatenate(part) for part in zip(*pairs))
    if len(got) < 3 or not want.all():
        return ""
    ratio = got / want
    same = np.allclose(ratio, ratio[0], rtol=1e-6, atol=0) and not np.isclose(ratio[0], 1)
    return "Every wrong number is off by the same factor." if same else ""


def one_shift(pairs: Sequence[GotAndWanted]) -> str:
    """All wrong numbers are the right ones plus one number."""
    got, want = (np.concatenate(part) for part in zip(*pairs))
    gap = got - want
    same = len(gap) > 2 and np.ptp(want) > 0 and np.allclose(gap, gap[0], rtol=1e-6, atol=1e-12)
    return "Every wrong number is off by the same amount." if same else ""


def a_limit(pairs: Sequence[GotAndWanted]) -> str:
    """Wherever it is wrong, it returns one number: a floor, a cap or an early end."""
    got, want = (np.concatenate(part) for part in zip(*pairs))
    wrong = ~np.isclose(got, want, rtol=1e-6, atol=0)
    values = got[wrong]
    if len(values) < 2 or np.ptp(values) > 0 or np.ptp(want[wrong]) == 0:
        return ""
    return (
        "Wherever it is wrong it returns the same number: your code adds a limit, such as a floor, "
        "a cap or an early end, that the contract does not have."
    )


def rounded(pairs: Sequence[GotAndWanted]) -> str:
    """All wrong numbers are nearly right: rounded, or by an approximation."""
    got, want = (np.concatenate(part) for part in zip(*pairs))
    near = np.allclose(got, want, rtol=1e-2, atol=1e-4 * float(np.abs(want).max()))
    return (
        "Every wrong number is nearly right: look for a rounding, an approximation, or a small "
        "number that is added."
        if near
        else ""
    )


def backwards(pairs: Sequence[GotAndWanted]) -> str:
    """The right numbers come in the opposite order."""
    long = [(got, want) for got, want in pairs if len(got) > 2]
    turned = bool(long) and all(np.allclose(got[::-1], want, rtol=1e-6) for got, want in long)
    return "The numbers are right and their order is reversed." if turned else ""


def shifted_by_one(pairs: Sequence[GotAndWanted]) -> str:
    """The right numbers come one place too early or too late."""
    long = [(got, want) for got, want in pairs if len(got) > 3]
    late = bool(long) and all(np.allclose(got[1:], want[:-1], rtol=1e-6) for got, want in long)
    early = bool(long) and all(np.allclose(got[:-1], want[1:], rtol=1e-6) for got, want in long)
    if not late and not early:
        return ""
    return f"The numbers are right and stand one place too {'late' if late else 'early'}."


RULES: tuple[Callable[[Sequence[GotAndWanted]], str], ...] = (
    sign,
    one_factor,
    one_shift,
    a_limit,
    backwards,
    shifted_by_one,
    rounded,
)
