"""Compares answers with the reference, scores them by property and names the misconception.

Everything here runs in the trusted process. Answers are values that crossed from student code: they
are checked as data and never called, compared by their own methods or believed about themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..declare.exercise import Question, Quiz
from ..declare.experiment import Experiment
from ..declare.returns import describe, show
from .designs import judge_experiment
from .diagnose import diagnose
from .plan import Comparison, Plan, call_text
from .report import FULL, PARTIAL, UNWRITTEN, ZERO, Example, Finding, Report
from .rules import Round, evidence, useless


def judge(plan: Plan, answers: Sequence[Any], *, reveal: bool) -> Report:
    """Score the answers to a plan's calls and diagnose what is wrong.

    With `reveal` the report shows inputs and expected values; without it, it names properties only.
    A function that is called without inputs has none to hide.
    """
    exercise = plan.exercise
    in_notebook, reveal = reveal, reveal or not plan.draws_inputs
    outcomes = plan.outcomes(answers)
    first, second = outcomes[: len(plan.cases)], outcomes[len(plan.cases) :]
    if _unwritten(first, answers):
        return _report(plan, UNWRITTEN, _nothing(plan, "not written yet"))
    seen = Round(plan, first)
    nothing = useless(seen)
    if nothing:
        findings = _nothing(plan, nothing)
    else:
        findings = [_finding(seen, name, second, reveal) for name in exercise.worth]
    score = math.fsum(finding.points for finding in findings)
    note = exercise.remark(first[0].read) if exercise.remark and first[0].read is not None else ""
    if all(finding.passed for finding in findings):
        return _report(plan, FULL, findings, note=note if in_notebook else "")
    found = diagnose(plan, outcomes, strict=bool(nothing))
    return _report(
        plan,
        PARTIAL if score > 0 else ZERO,
        findings,
        misconception=found.name,
        also=found.also,
        hints=found.hints,
        example=_example(plan, outcomes, answers) if reveal and plan.draws_inputs else None,
        note=note,
    )


def _report(plan: Plan, status: str, findings: list[Finding], **more: Any) -> Report:
    exercise = plan.exercise
    score = math.fsum(finding.points for finding in findings)
    return Report(
        exercise.name, exercise.unit, score, exercise.points, status, tuple(findings), **more
    )


def _nothing(plan: Plan, message: str) -> list[Finding]:
    exercise = plan.exercise
    return [
        Finding(name, exercise.statement(name), False, 0.0, worth, message)
        for name, worth in exercise.worth.items()
    ]


def _unwritten(outcomes: Sequence[Comparison], answers: Sequence[Any]) -> bool:
    if all(outcome.fault == "missing" for outcome in outcomes):
        return True
    return all(
        isinstance(answer, Mapping)
        and isinstance(answer.get("raised"), Mapping)
        and _first(answer["raised"].get("types")) == "NotImplementedError"
        for answer in answers
    )


def _first(types: Any) -> Any:
    return types[0] if isinstance(types, list) and types else None


def _finding(seen: Round, name: str, second: Sequence[Comparison], reveal: bool) -> Finding:
    """Whether one property holds over both rounds, and the first thing that speaks against it."""
    plan, exercise = seen.plan, seen.plan.exercise
    against = evidence(seen, name, second)
    message, rule = "", ""
    if against is not None:
        index, said, rule = against
        outcome, own = seen.outcomes[index], plan.cases[index].property == name
        note = plan.cases[index].note if plan.draws_inputs else ""
        message = f"when {note}: {said}" if note and said else (said or f"not right when {note}")
        if reveal and not said:
            message = _contrast(plan, index, outcome)
        elif not reveal and said and own and outcome.fault == "value":
            message = f"not right when {note}"
    worth = exercise.worth[name]
    held = against is None
    return Finding(name, exercise.statement(name), held, worth * held, worth, message, rule)


def _example(plan: Plan, outcomes: Sequence[Comparison], answers: Sequence[Any]) -> Example | None:
    for position, outcome in enumerate(outcomes):
        if outcome.fault or outcome.impure:
            index = plan.order[position]
            want = plan.expected[index]
            case = plan.cases[index]
            what = f"it {plan.exercise.statement(case.property)}"
            expected = case.raises or (what if plan.exercise.compare else show(want))
            if not outcome.answered:
                got = outcome.said
            elif outcome.raised:
                got = outcome.raised
            elif outcome.read is not None and (case.record or case.part):
                got = show(outcome.read)
            else:
                came = answers[position].get("result")
                alone = case.then and isinstance(came, tuple) and len(came) == 1
                got = show(came[0] if alone else came)
            if outcome.impure and not outcome.fault:
                got = outcome.impure
            return Example(call_text(plan.exercise.name, case), expected, got)
    return None


def _contrast(plan: Plan, index: int, outcome: Comparison) -> str:
    note = plan.cases[index].note
    lead = f"when {note}: " if note else ""
    return f"{lead}expected {show(plan.expected[index])}, got {show(outcome.read)}"


def judge_quiz(quiz: Quiz, value: Any, *, reveal: bool = True) -> Report:
    """Score a dict of answers: each question an equal share; predictions count when recorded."""
    if isinstance(quiz, Experiment):
        return judge_experiment(quiz, value)
    share = quiz.points / len(quiz.questions)
    answers = value if isinstance(value, Mapping) else {}
    findings = [
        _answer_finding(id, question, answers.get(id), share, reveal)
        for id, question in quiz.questions.items()
    ]
    score = math.fsum(finding.points for finding in findings)
    status = FULL if all(f.passed for f in findings) else PARTIAL if score else ZERO
    note = "" if value is answers else f"expected a dict of answers, got {describe(value)}"
    if not (any(map(_is_given, answers.values())) or (note and _is_given(value))):
        status = UNWRITTEN
    unknown = [show(key) for key in answers if key not in quiz.questions]
    if unknown:
        asked = ", ".join(repr(id) for id in quiz.questions)
        note = f"there is no question {', '.join(unknown[:5])}; the questions are {asked}"
    return Report(
        quiz.name, quiz.unit, score, quiz.points, status, tuple(findings), note=note
    )  # fmt: skip


def _option(given: Any) -> str | None:
    """The option that an answer names ("B", " b " and "(b)" are all b); only a text names one."""
    return given.strip(" \t\n().:").lower() if isinstance(given, str) else None


def _is_given(answer: Any) -> bool:
    return answer is not None and _option(answer) not in ("", "?")


def _answer_finding(id: str, question: Question, given: Any, share: float, reveal: bool) -> Finding:
    named = _option(given)
    if named is None or named not in question.options:
        keys = ", ".join(repr(key) for key in question.options)
        came = f"got {show(given)}" if _is_given(given) else "no answer yet"
        return Finding(id, question.text, False, 0.0, share, f"choose one of {keys}; {came}")
    passed = question.answer in (None, named)
    return Finding(
        id, question.text, passed, share * passed, share, question.options[named] if reveal else ""
    )
