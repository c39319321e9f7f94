"""Compares answers with the reference, scores them by property and names the misconception.

Everything here runs in the trusted process. Answers are values that crossed from student code: they
are checked as data and never called, compared by their own methods or believed about themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..declare.exercise import Case, Misconception, Question, Quiz
from ..declare.experiment import Experiment
from ..declare.returns import describe, numbers_of, show
from .compare import excess, shapes_differ
from .designs import judge_experiment
from .plan import Outcome, Plan, call_text
from .report import FULL, PARTIAL, UNWRITTEN, ZERO, Example, Finding, Report


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
    useless = _nothing_useful(plan, first)
    if useless:
        findings = _nothing(plan, useless)
    else:
        findings = [_finding(plan, name, first, second, reveal) for name in exercise.worth]
    score = math.fsum(finding.points for finding in findings)
    note = exercise.remark(first[0].read) if exercise.remark and first[0].read is not None else ""
    if all(finding.passed for finding in findings):
        return _report(plan, FULL, findings, note=note if in_notebook else "")
    found = diagnose(plan, outcomes, strict=bool(useless))
    return _report(
        plan,
        PARTIAL if score > 0 else ZERO,
        findings,
        misconception=found.id if found else None,
        hints=found.hints if found else (),
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


def _unwritten(outcomes: Sequence[Outcome], answers: Sequence[Any]) -> bool:
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


def _finding(
    plan: Plan, name: str, first: Sequence[Outcome], second: Sequence[Outcome], reveal: bool
) -> Finding:
    """Whether one property holds over both rounds, and the first thing that speaks against it."""
    exercise = plan.exercise
    against = next(_evidence(plan, name, first, second), None)
    message = ""
    if against is not None:
        index, said = against
        note = plan.cases[index].note if plan.draws_inputs else ""
        message = f"when {note}: {said}" if note and said else (said or f"not right when {note}")
        if reveal and not said:
            message = _contrast(plan, index, first[index])
        elif not reveal and said and plan.cases[index].property == name and first[index].fault:
            message = f"not right when {note}" if first[index].fault == "value" else message
    worth = exercise.worth[name]
    return Finding(
        name, exercise.statement(name), against is None, worth * (against is None), worth, message
    )


def _evidence(
    plan: Plan, name: str, first: Sequence[Outcome], second: Sequence[Outcome]
) -> Iterator[tuple[int, str]]:
    """The cases (by index) that speak against a property, each with a sentence about it."""
    worth = plan.exercise.worth
    silent = sum(not outcome.answered for outcome in first)
    if name in ("shape", "purity") and silent > len(first) / 2:
        worst = next(index for index, outcome in enumerate(first) if not outcome.answered)
        yield worst, first[worst].said
    values_hold = all(
        not outcome.fault
        for case, outcome in zip(plan.cases, first)
        if case.property == next(iter(worth))
    )
    for index, (case, outcome) in enumerate(zip(plan.cases, first)):
        own = case.property == name
        wrong_form = outcome.fault in ("kind", "shape")
        if name == "shape":
            if wrong_form or (own and outcome.fault and (values_hold or not outcome.answered)):
                yield index, outcome.said
        elif name == "purity":
            if outcome.impure:
                yield index, outcome.impure
        elif (
            own and outcome.fault and not (wrong_form and "shape" in worth and not values_hold)
        ) or (own and wrong_form):
            yield index, outcome.said
        elif own and outcome.impure and "purity" not in worth:
            yield index, outcome.impure
    for index, outcome in zip(plan.order[len(first) :], second):
        keeper = "purity" if "purity" in worth else plan.cases[index].property
        if name == keeper and not first[index].fault and (outcome.fault or outcome.impure):
            said = outcome.impure or "the same call gave another answer the second time"
            yield index, said
    for index, (case, outcome) in enumerate(zip(plan.cases, first)):
        if case.property == name == "purity" and outcome.fault and values_hold:
            yield index, outcome.said


def _nothing_useful(plan: Plan, outcomes: Sequence[Outcome]) -> str:
    """Say why these answers earn nothing at all, or return "" where they may earn something."""
    reads = [(case, o.read) for case, o in zip(plan.cases, outcomes) if o.read is not None]
    asked = [(case, read) for case, read in reads if case.raises is None]
    if not any(not o.fault for o in outcomes) and not asked:
        worst = outcomes[0]
        return worst.said or "returns nothing that can be compared"
    if not any(o.fault for o in outcomes):
        return ""
    if not any(np.size(part) for _, read in asked for part in numbers_of(read)):
        said = (o.said for case, o in zip(plan.cases, outcomes) if case.raises is None)
        return next(filter(None, said), "returns nothing that can be compared")
    if plan.exercise.compare is not None:
        return ""
    parts = [
        np.concatenate([np.ravel(p) for p in _numeric(read)] or [np.empty(0)]) for _, read in asked
    ]
    if any(isinstance(part, str) for _, read in asked for part in numbers_of(read)):
        texts = {read for _, read in asked}
        wanted = {want for case, want in zip(plan.cases, plan.expected) if case.raises is None}
        return "always returns the same text" if len(texts) == 1 < len(wanted) else ""
    if not any(np.isfinite(part).any() for part in parts if part.size):
        return "returns no finite number"
    if len(asked) < 3:
        return ""
    filled = {float(value) for part in parts for value in part[:1]}
    if len(filled) == 1 and all(np.all(part == next(iter(filled))) for part in parts if part.size):
        return "returns the same number whatever its inputs are"
    if len({len(numbers_of(read)) for _, read in asked}) > 1:
        return ""
    names = [
        next((name for name in _inputs(plan, asked[0][0]) if _copies(plan, asked, place, name)), "")
        for place in range(len(numbers_of(asked[0][1])))
    ]
    if names and all(names):
        return "returns its input " + ", ".join(f"`{name}`" for name in names) + " as it came"
    return ""


def _inputs(plan: Plan, case: Case) -> dict[str, Any]:
    """The arguments of a case by name; a dict counts as its entries."""
    found: dict[str, Any] = {}
    for name, value in plan.exercise.bound(case).items():
        found |= value if isinstance(value, dict) else {name: value}
    return found


def _copies(plan: Plan, asked: Sequence[tuple[Case, Any]], place: int, name: str) -> bool:
    """Whether the result at `place` is the input `name` in every case."""
    for case, read in asked:
        value, part = _inputs(plan, case).get(name), numbers_of(read)[place]
        if isinstance(value, (list, tuple)) and all(isinstance(v, (int, float)) for v in value):
            value = np.array(value, dtype=float)
        if not isinstance(value, (int, float, np.ndarray)) or isinstance(part, str):
            return False
        if np.shape(value) != np.shape(part) or not np.all(np.asarray(value) == part):
            return False
    return True


def _numeric(read: Any) -> list[np.ndarray]:
    return [np.asarray(part, float) for part in numbers_of(read) if not isinstance(part, str)]


def diagnose(
    plan: Plan, outcomes: Sequence[Outcome], *, strict: bool = False
) -> Misconception | None:
    """The misconception that behaves the same on the same inputs.

    First in everything; then, unless `strict`, in the values alone (another fault may hide the
    rest). Then two at once, provided that the misconception fails in no property where the student
    is right: in the first property that fails, or in each in which the misconception fails.
    """
    everywhere = range(len(outcomes))
    known = plan.exercise.misconceptions
    for exactly in (True,) if strict else (True, False):
        for id, theirs in plan.baselines:
            if all(_alike(plan, i, outcomes[i], theirs[i], exactly) for i in everywhere):
                return known[id]
    if strict:
        return None
    failing = _failing(plan, outcomes)
    for number, name in enumerate(failing):
        for id, theirs in plan.baselines:
            fails = _failing(plan, theirs)
            if name not in fails or not set(fails) <= set(failing):
                continue
            explained = fails if number else [name]
            cases = [i for i, case in enumerate(plan.cases) if case.property in explained]
            if all(_alike(plan, i, outcomes[i], theirs[i], False) for i in cases):
                return known[id]
    return None


def _failing(plan: Plan, outcomes: Sequence[Outcome]) -> list[str]:
    """The properties of which a case has a fault, in the order in which a report lists them."""
    names = {case.property for case, outcome in zip(plan.cases, outcomes) if outcome.fault}
    return [name for name in plan.exercise.worth if name in names]


def _alike(plan: Plan, position: int, mine: Outcome, theirs: Outcome, strict: bool) -> bool:
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


def _example(plan: Plan, outcomes: Sequence[Outcome], answers: Sequence[Any]) -> Example | None:
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


def _contrast(plan: Plan, index: int, outcome: Outcome) -> str:
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
    if not any(map(_is_given, answers.values())):
        status = UNWRITTEN
    note = "" if value is answers else f"expected a dict of answers, got {describe(value)}"
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
