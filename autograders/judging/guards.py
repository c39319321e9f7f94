"""Proves that no answer passes which adds a limit that the contract does not have: a guard.

A guard leaves ordinary calls as they are and changes the others: a rate is floored, a weight is
clipped, `t` stops at 1,000, a result is remembered without one of its arguments. Guards are put
around a right version from outside; one that earns full marks on a seed has survived.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..declare.exercise import Exercise
from ..declare.returns import WholeNumber
from ..protocol.calls import run_calls
from ..protocol.codec import Recipe, decode, encode
from .judge import judge
from .plan import PUBLIC_SEED, Plan, plan_for
from .report import FULL

FLOORS = (1e-9, 1e-6, 1e-3)
CAPS = (1.0, 10.0, 1000.0)
MOST = (10, 100, 1000)
FIRST = 100
DIGITS = 6

# What a name says of a number: a share lies between 0 and 1, other numbers are not negative.
SHARES = ("beta", "beta1", "beta2", "mu", "rho", "gamma", "pct_start", "factor")
SIGNED = ("metric", "loss", "loss_min", "losses", "best")

Function = Callable[..., Any]
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Guard:
    """What a guard does, in words, and how it is put around a right version."""

    what: str
    around: Callable[[Function], Function]


@dataclass(frozen=True)
class Survivor:
    """A guard that earned full marks, the seeds on which it did, and why it may, if it may."""

    exercise: str
    what: str
    seeds: tuple[int, ...]
    reason: str | None = None


def survivors(exercise: Exercise, seeds: Iterable[int]) -> tuple[int, list[Survivor]]:
    """How many guards were put around the first right version, and which of them survived."""
    drawn = [seed for seed in seeds if seed != PUBLIC_SEED]
    plans = [plan_for(exercise, seed) for seed in drawn]
    right = next(iter(exercise.variants.values()))
    made = list(guards(exercise, plans))
    found = []
    for guard in made:
        passed = tuple(
            seed for seed, plan in zip(drawn, plans) if passes(plan, guard.around(right))
        )
        if passed:
            found.append(Survivor(exercise.name, guard.what, passed, reason(exercise, guard.what)))
    return len(made), found


def passes(plan: Plan, function: Function) -> bool:
    """Whether a function earns full marks; one with a faulty answer is not diagnosed, for time."""
    answers = run_calls({plan.exercise.name: function}, plan.calls)
    if any(outcome.fault for outcome in plan.outcomes(answers)):
        return False
    return judge(plan, [decode(encode(answer)) for answer in answers], reveal=False).status == FULL


def reason(exercise: Exercise, what: str) -> str | None:
    """Why a guard changes nothing that the contract allows, or None."""
    rows = exercise.harmless.items()
    return next((why for pattern, why in rows if re.fullmatch(pattern, what)), None)


def main(chosen: Sequence[Exercise], seeds: int) -> int:
    """Print what survived; the exit code is 1 when a guard did that the contract does not allow."""
    count, harmless, bad = 0, 0, 0
    for exercise in chosen:
        made, survived = survivors(exercise, range(1, seeds + 1))
        count += made
        for survivor in survived:
            if survivor.reason is not None:
                harmless += 1
                continue
            bad += 1
            on = ", ".join(map(str, survivor.seeds))
            print(f"{survivor.exercise}: {survivor.what} (seeds {on})", flush=True)
    print(
        f"{count} guards put around right versions, each on {seeds} seeds: {bad} survive,"
        f" and {harmless} change nothing that a contract allows"
    )
    return 1 if bad or not count else 0


def guards(exercise: Exercise, plans: Sequence[Plan]) -> Iterator[Guard]:
    """Every guard of an exercise, by the kinds of argument and of result that plans hold."""
    if not any(plan.draws_inputs for plan in plans):
        return
    seen: dict[str, list[Any]] = {}
    for plan in plans:
        for case in plan.cases:
            for name, value in exercise.bound(case).items():
                seen.setdefault(name, []).append(value)
    for name, values in seen.items():
        for key, parts in _parts(values):
            label = f"{name}[{key!r}]" if key else name
            for what, change in _changes(key or name, parts):
                yield Guard(f"{label} {what}", partial(_on_argument, exercise, name, key, change))
        if any(map(_is_series, values)):
            first = partial(_on_argument, exercise, name, "", _cut)
            yield Guard(f"{name}: only the first {FIRST}", first)
        yield Guard(f"remembers results without {name}", partial(_remembering, exercise, name))
    expected = [value for plan in plans for value in plan.expected]
    if isinstance(exercise.returns, WholeNumber):
        expected = [int(value) for value in expected]
    for what, change in _changes("result", expected):
        yield Guard(f"result {what}", partial(_on_result, change))
    yield Guard("looks the public cases up", partial(_looking_up, exercise))


def _parts(values: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The values of an argument, or of each entry of one that is a dict with fixed keys."""
    if all(isinstance(value, Mapping) for value in values):
        keys = set.intersection(*(set(value) for value in values))
        if keys:
            for key in sorted(keys):
                yield key, [value[key] for value in values]
            return
    yield "", list(values)


def _changes(name: str, values: Sequence[Any]) -> Iterator[tuple[str, Change]]:
    """The limits that somebody could add to numbers of this name and kind."""
    numbers = [number for value in values for number in _numbers(value)]
    made = any(isinstance(value, Recipe) and "generator" not in value.kind for value in values)
    if numbers and all(isinstance(number, int) for number in numbers):
        if 0 in numbers:
            yield "at least 1", partial(np.maximum, 1)
        yield from ((f"at most {most}", partial(np.minimum, most)) for most in MOST)
    elif name in SHARES:
        yield "at least 0.1", partial(np.maximum, 0.1)
        yield "at most 0.99", partial(np.minimum, 0.99)
    elif numbers or made:
        signed = name in SIGNED or any(number < 0 for number in numbers)
        if signed:
            yield "made positive", np.abs
            yield "at least 0", partial(np.maximum, 0)
        for cap in CAPS:
            yield f"clipped at {cap:g}", partial(np.clip, a_min=-cap, a_max=cap)
        for floor in FLOORS:
            if made or signed or any(isinstance(value, np.ndarray) for value in values):
                yield f"taken as 0 below {floor:g}", partial(_snapped, floor)
            elif name != "eps" or floor > 1e-8:
                yield f"at least {floor:g}", partial(np.maximum, floor)
        yield f"rounded to {DIGITS} digits", partial(np.round, decimals=DIGITS)
        if not all(map(math.isfinite, numbers)):
            yield "made finite", np.nan_to_num


def _is_series(value: Any) -> bool:
    """Whether a value is a list or tuple of real numbers, such as losses."""
    numbers = value if isinstance(value, (list, tuple)) else []
    return any(isinstance(number, float) for number in numbers)


def _cut(value: Any) -> Any:
    return value[:FIRST]


def _numbers(value: Any) -> Iterator[Any]:
    """The numbers in a value; whole ones stay whole."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiu":
            yield from value.ravel().tolist()
    elif isinstance(value, Mapping):
        yield from (number for item in value.values() for number in _numbers(item))
    elif isinstance(value, (list, tuple)):
        yield from (number for item in value for number in _numbers(item))
    elif isinstance(value, (np.integer, np.floating)):
        yield value.item()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value


def _snapped(floor: float, value: Any) -> Any:
    return np.where(np.abs(value) < floor, 0, value)


def _changed(change: Change, value: Any) -> Any:
    """A value with its numbers changed; where nothing changes, the value itself."""
    if isinstance(value, np.ndarray):
        new = np.asarray(change(value))
        return value if np.array_equal(new, value, equal_nan=value.dtype.kind == "f") else new
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return type(value)(change(value))
    if isinstance(value, np.number):
        return type(value)(change(value))
    if isinstance(value, (list, tuple)):
        return type(value)(_changed(change, item) for item in value)
    if isinstance(value, dict):
        return {key: _changed(change, item) for key, item in value.items()}
    if callable(value):
        return lambda *args, **named: _changed(change, value(*args, **named))
    return value


def _on_argument(
    exercise: Exercise, name: str, key: str, change: Change, right: Function
) -> Function:
    apply = change if change is _cut else partial(_changed, change)

    def guarded(*args: Any, **kwargs: Any) -> Any:
        bound = exercise.named(args, kwargs)
        if name in bound:
            old = bound[name]
            bound[name] = {**old, key: apply(old[key])} if key else apply(old)
        return right(**bound)

    return guarded


def _on_result(change: Change, right: Function) -> Function:
    return lambda *args, **kwargs: _changed(change, right(*args, **kwargs))


def _remembering(exercise: Exercise, without: str, right: Function) -> Function:
    """The first result for the other arguments, whatever this one is."""
    kept: dict[str, Any] = {}

    def remembered(*args: Any, **kwargs: Any) -> Any:
        bound = exercise.named(args, kwargs)
        key = _text({name: value for name, value in bound.items() if name != without})
        if key not in kept:
            kept[key] = right(*args, **kwargs)
        return kept[key] if callable(kept[key]) else copy.deepcopy(kept[key])

    return remembered


def _looking_up(exercise: Exercise, right: Function) -> Function:
    """The results of the public cases, and the first of them for every other call."""
    kept: dict[str, Any] = {}

    def learn(*args: Any, **kwargs: Any) -> Any:
        key = _text(exercise.named(args, kwargs))
        kept[key] = right(*args, **kwargs)
        return kept[key] if callable(kept[key]) else copy.deepcopy(kept[key])

    run_calls({exercise.name: learn}, plan_for(exercise, PUBLIC_SEED).calls)

    def look_up(*args: Any, **kwargs: Any) -> Any:
        found = kept.get(_text(exercise.named(args, kwargs)), next(iter(kept.values())))
        return found if callable(found) else copy.deepcopy(found)

    return look_up


def _text(value: Any) -> str:
    """Arguments as a key; functions and generators are told apart by their types alone."""
    if isinstance(value, np.ndarray):
        return f"{value.shape}{value.tolist()}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_text, value)) + "]"
    plain = isinstance(value, (int, float, str, np.number, type(None)))
    return str(value) if plain else type(value).__name__
