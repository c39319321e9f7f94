"""`check(...)`: the judge in a learner's notebook, at once and on public inputs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..declare.catalogue import catalogue, find
from ..declare.exercise import Exercise, Quiz
from ..declare.returns import Number, WrongKind, describe
from ..errors import LearnersError
from ..judging.card import Card
from ..judging.judge import judge, judge_quiz
from ..judging.plan import PUBLIC_SEED, call_of, plan_for
from ..judging.report import STOPPED, ZERO, Report
from ..protocol.calls import run_calls
from ..protocol.codec import decode, encode
from . import listeners, newest, progress
from .ladder import SIBLING, beyond_hints
from .limits import OutOfTime, time_limit, without_end

_MISSING = object()
_UNKNOWN = re.compile(r"name '(\w+)' is not defined")

newest.follow()


class NotCheckable(LearnersError, TypeError):
    """What was given to `check` is neither a function nor the answers to a quiz."""


def check(answer: Callable[..., Any] | str, value: Any = _MISSING, *, hint: int = 1) -> Card:
    """Check a graded function, or the answers to a quiz, and return the report.

    `check(step_decay)` finds the exercise by the function's name, or where that says nothing (a
    lambda, a partial, an object that can be called) by the name that the caller gave it.
    `check("quiz_04", quiz_04)` checks a dict of answers, `check("step_decay", mine)` a function
    under another name.
    `hint` opens that many levels of hint, 0 to 3; 4 opens a similar function as well, solved in
    full. Shown in a notebook, the report is a card.

    In a notebook it knows whether the newest version ran; if not, the report is about the earlier
    one, says so in `outdated` and has not passed. After Stop nothing is judged. Neither is recorded
    as progress.

    Nothing is raised for a wrong answer; a name that no exercise has is a `LookupError`.
    """
    if hint not in range(SIBLING + 1):
        raise ValueError(f"expected hint=0, 1, 2, 3 or {SIBLING}, got {hint!r}")
    caller = sys._getframe(1)
    name, value = _named(answer, value, (caller.f_locals, caller.f_globals))
    exercise = find(name)
    if isinstance(exercise, Quiz):
        report = judge_quiz(exercise, decode(encode(value)))
    elif not callable(value):
        raise NotCheckable(
            f"expected the function {name}, got {describe(value)}; write check({name}) without ()"
        )
    else:
        found = _check_function(exercise, value)
        public = plan_for(exercise, PUBLIC_SEED).draws_inputs
        report = replace(found, hints_shown=hint, on_public_inputs=public)
    report = replace(report, outdated=newest.doubt(value))
    if isinstance(exercise, Exercise) and report.status != STOPPED:
        tries = progress.tries(name) + (not report.passed)
        report = beyond_hints(report, exercise, hint, tries)
    if report.status != STOPPED and not report.outdated:
        progress.record(report)
        listeners.tell("check", report, value)
    return Card.of(report)


def _named(answer: Any, value: Any, places: Iterable[Mapping[str, Any]]) -> tuple[str, Any]:
    if isinstance(answer, str):
        if value is _MISSING:
            raise NotCheckable(f"expected an answer to check, as in check({answer!r}, {answer})")
        return answer, value
    name = getattr(answer, "__name__", None)
    if callable(answer) and name not in catalogue():
        given = (key for place in places for key in place if place[key] is answer)
        name = next((key for key in given if key in catalogue()), name)
    if not isinstance(name, str):
        raise NotCheckable(f"expected a function or the name of a quiz, got {describe(answer)}")
    return name, answer


def _check_function(exercise: Exercise, function: Callable[..., Any]) -> Report:
    seconds = exercise.seconds * 5
    try:
        with time_limit(seconds):
            return _judged(exercise, function)
    except KeyboardInterrupt:
        status, score, note = STOPPED, None, "Nothing was judged and nothing is recorded."
    except OutOfTime:
        status, score, note = ZERO, 0.0, f"stopped: {without_end(seconds)}"
    return Report(exercise.name, exercise.unit, score, exercise.points, status, note=note)


def _judged(exercise: Exercise, function: Callable[..., Any]) -> Report:
    plan = plan_for(exercise, PUBLIC_SEED)
    answers = _ask(exercise.name, function, plan.calls)
    report = judge(plan, answers, reveal=True)
    unknown = next(filter(None, map(_unknown, answers)), "")
    if unknown:
        near = getattr(getattr(function, "__code__", None), "co_varnames", ())
        report = replace(report, note=newest.explain(unknown, near) or report.note)
    if report.example and exercise.curve and not report.passed:
        cases = list(exercise.curve())
        calls = [call_of(exercise.name, case) for case in cases]
        got = _ask(exercise.name, function, calls)
        want = _ask(exercise.name, exercise.reference, calls)
        points: list[tuple[float, float, float | None]] = [
            (float(case.args[0]), _number(w) or 0.0, _number(g))
            for case, w, g in zip(cases, want, got)
        ]
        report = replace(report, example=replace(report.example, curve=tuple(points)))
    return report


def _ask(name: str, function: Callable[..., Any], calls: list[dict[str, Any]]) -> list[Any]:
    """Answers go through the same frames here as they do from the sandbox: one judge, one input."""
    return [decode(encode(answer)) for answer in run_calls({name: function}, calls)]


def _unknown(answer: dict[str, Any]) -> str:
    """The name whose lack ended a call, or ""."""
    raised = answer.get("raised", {"types": ("",), "message": ""})
    found = _UNKNOWN.search(raised["message"]) if raised["types"][0] == "NameError" else None
    return found[1] if found else ""


def _number(answer: dict[str, Any]) -> float | None:
    try:
        return Number().read(answer.get("result"))
    except WrongKind:
        return None
