"""Compares answers with the reference, scores them by property and names the misconception.

Everything here runs in the trusted process. Answers are values that crossed from student code: they
are checked as data and never called, compared by their own methods or believed about themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from .calls import CALL, READ, run_calls
from .exercise import Case, Exercise, Misconception, Question, Quiz
from .kinds import WrongKind, describe, numbers_of, show
from .report import FULL, PARTIAL, UNWRITTEN, ZERO, Example, Finding, Report

RELATIVE = 1e-6
ABSOLUTE = 1e-9
EXACT_ZERO = 1e-12
PUBLIC_SEED = 0
RATES = frozenset({"lr", "lr0", "lr_end", "base_lr", "max_lr", "min_lr", "lr_min", "lr_max"})


@dataclass(frozen=True)
class Outcome:
    """What one answer amounts to: no fault, or the kind of fault and a sentence about it."""

    fault: str | None = None
    message: str = ""
    read: Any = None
    impure: str = ""

    @property
    def answered(self) -> bool:
        return self.fault not in ("raised", "missing", "malformed")


class Plan:
    """The calls of one exercise for one seed: every case once in order, then again shuffled."""

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self.exercise = exercise
        rng = np.random.default_rng([seed, *exercise.name.encode()])
        self.cases: tuple[Case, ...] = tuple(exercise.cases(rng))
        for case in self.cases:
            if case.property not in exercise.worth:
                raise ValueError(f"{exercise.name}: a case for {case.property!r} earns no points")
        self.order: list[int] = [*range(len(self.cases)), *rng.permutation(len(self.cases))]

    @cached_property
    def calls(self) -> list[dict[str, Any]]:
        """The calls as they are sent."""
        return [call_of(self.exercise.name, self.cases[index]) for index in self.order]

    @cached_property
    def expected(self) -> list[Any]:
        """The reference's result for each case, read as the exercise's kind."""
        namespace = {self.exercise.name: self.exercise.reference}
        answers = run_calls(namespace, self.calls[: len(self.cases)])
        results = []
        for case, answer in zip(self.cases, answers):
            if case.raises is not None or self.exercise.compare is not None:
                results.append(answer.get("result"))
            elif "result" not in answer:
                raise RuntimeError(f"{self.exercise.name}: the reference fails on {case}: {answer}")
            else:
                results.append(self.read(case, answer["result"]))
        return results

    @cached_property
    def scales(self) -> list[float]:
        """The size that the absolute tolerance of each case is measured against."""
        scales = []
        for case in self.cases:
            rates = [v for k, v in self.exercise.bound(case).items() if k in RATES]
            scales.append(max((_size(value) for value in rates), default=0.0))
        return scales

    def read(self, case: Case, value: Any) -> Any:
        """Read a result; a function's later values are read one by one."""
        if case.then is None:
            return self.exercise.returns.read(value)
        if not isinstance(value, list) or len(value) != len(case.then):
            raise WrongKind(f"expected a function of one argument, got {describe(value)}")
        return tuple(self.exercise.returns.read(item) for item in value)

    def outcome(self, index: int, answer: Any) -> Outcome:
        """What one answer to the case `index` amounts to."""
        case = self.cases[index]
        if not isinstance(answer, Mapping):
            return Outcome("malformed", "the answer did not arrive whole")
        if "missing" in answer:
            return Outcome("missing", f"there is no function called {self.exercise.name}")
        if "raised" in answer:
            return self._raised(case, answer)
        if "result" not in answer:
            return Outcome("malformed", "the answer did not arrive whole")
        if case.raises is not None:
            return Outcome("value", f"expected {case.raises}, got {show(answer['result'])}")
        impure = self._impure(case, answer)
        try:
            read = self.read(case, answer["result"])
        except WrongKind as error:
            return Outcome("kind", str(error), impure=impure)
        if self.exercise.compare is not None:
            said = self.exercise.compare(case, self.expected[index], read)
            return Outcome("value" if said else None, said or "", read, impure)
        want = self.expected[index]
        shapes = _shapes_differ(read, want)
        if shapes:
            return Outcome("shape", shapes, read, impure)
        if excess(read, want, self.scales[index]) > 1:
            return Outcome("value", "", read, impure)
        return Outcome(None, "", read, impure)

    def _raised(self, case: Case, answer: Mapping[str, Any]) -> Outcome:
        raised = answer["raised"]
        types = raised.get("types") if isinstance(raised, Mapping) else None
        if not isinstance(types, list) or not types or not all(isinstance(t, str) for t in types):
            return Outcome("malformed", "the answer did not arrive whole")
        line = f" (line {raised['line']} of your cell)" if raised.get("line") else ""
        said = f"raised {types[0]}: {raised.get('message') or 'no message'}{line}"
        if case.raises is not None and case.raises in types:
            return Outcome(None, "", types[0], self._impure(case, answer))
        if case.raises is not None:
            return Outcome("value", f"expected {case.raises}, but it {said}")
        if types[0] == "TypeError" and "argument" in str(raised.get("message")):
            said += f"; the contract is {self.exercise.signature}"
        return Outcome("raised", said)

    def _impure(self, case: Case, answer: Mapping[str, Any]) -> str:
        """Say which input was changed or is shared with the result, if any."""
        inputs = [*case.args, *case.kwargs.values()]
        if not any(isinstance(value, (np.ndarray, list, dict)) for value in inputs):
            return ""
        names = list(self.exercise.bound(case))
        try:
            positional, named = answer["after"]
            after = [*positional, *named.values()]
            for name, before, now in zip(names, inputs, after, strict=True):
                if isinstance(before, (np.ndarray, list, dict)) and not _same_data(before, now):
                    return f"the input `{name}` was changed"
        except (KeyError, TypeError, ValueError, AttributeError):
            return "the inputs did not come back whole"
        arrays = any(isinstance(value, np.ndarray) for value in inputs)
        if arrays and "result" in answer and not _same_data(answer["result"], answer.get("again")):
            return "the result shares memory with an input"
        return ""

    @cached_property
    def baselines(self) -> list[tuple[str, list[Outcome]]]:
        """How each misconception, in each way of writing it, answers these calls."""
        return [
            (id, self.outcomes(run_calls({self.exercise.name: function}, self.calls)))
            for id, item in self.exercise.misconceptions.items()
            for function in item.functions
        ]

    def outcomes(self, answers: Sequence[Any]) -> list[Outcome]:
        """The outcome of every call; answers that are missing count as lost."""
        lost = [None] * (len(self.order) - len(answers))
        return [self.outcome(index, answer) for index, answer in zip(self.order, [*answers, *lost])]

    def distances(self, answers: Sequence[Any]) -> list[float]:
        """How many tolerances each answered call lies from the reference."""
        far = []
        for index, answer in zip(self.order, answers):
            outcome = self.outcome(index, answer)
            comparable = outcome.fault in (None, "value") and self.cases[index].raises is None
            if comparable and outcome.read is not None:
                far.append(excess(outcome.read, self.expected[index], self.scales[index]))
        return far


def call_of(name: str, case: Case) -> dict[str, Any]:
    """A case as the plain data that is sent to where the student's code runs."""
    return {
        "do": CALL,
        "name": name,
        "args": list(case.args),
        "kwargs": case.kwargs,
        "then": None if case.then is None else list(case.then),
        "frozen": case.frozen,
    }


def read_of(name: str) -> dict[str, Any]:
    """The request for the value of a variable."""
    return {"do": READ, "name": name}


@lru_cache(maxsize=256)
def plan_for(exercise: Exercise, seed: int = PUBLIC_SEED) -> Plan:
    """The plan of an exercise for a seed, made once and kept."""
    return Plan(exercise, seed)


def judge(plan: Plan, answers: Sequence[Any], *, reveal: bool) -> Report:
    """Score the answers to a plan's calls and diagnose what is wrong.

    With `reveal` the report shows inputs and expected values; without it, it names properties only.
    """
    exercise = plan.exercise
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
    if all(finding.passed for finding in findings):
        return _report(plan, FULL, findings)
    found = diagnose(plan, outcomes, strict=bool(useless))
    return _report(
        plan,
        PARTIAL if score > 0 else ZERO,
        findings,
        misconception=found.id if found else None,
        hints=found.hints if found else (),
        example=_example(plan, outcomes, answers) if reveal else None,
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
        and (answer["raised"].get("types") or [""])[0] == "NotImplementedError"
        for answer in answers
    )


def _finding(
    plan: Plan, name: str, first: Sequence[Outcome], second: Sequence[Outcome], reveal: bool
) -> Finding:
    """Whether one property holds over both rounds, and the first thing that speaks against it."""
    exercise = plan.exercise
    against = next(_evidence(plan, name, first, second), None)
    message = ""
    if against is not None:
        index, said = against
        note = plan.cases[index].note
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
        yield worst, first[worst].message
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
                yield index, outcome.message
        elif name == "purity":
            if outcome.impure or (own and outcome.fault and values_hold):
                yield index, outcome.impure or outcome.message
        elif (
            own and outcome.fault and not (wrong_form and "shape" in worth and not values_hold)
        ) or (own and wrong_form):
            yield index, outcome.message
        elif own and outcome.impure and "purity" not in worth:
            yield index, outcome.impure
    for index, outcome in zip(plan.order[len(first) :], second):
        keeper = "purity" if "purity" in worth else plan.cases[index].property
        if name == keeper and not first[index].fault and (outcome.fault or outcome.impure):
            said = outcome.impure or "the same call gave another answer the second time"
            yield index, said


def _nothing_useful(plan: Plan, outcomes: Sequence[Outcome]) -> str:
    """Say why these answers earn nothing at all, or return "" where they may earn something."""
    reads = [(case, o.read) for case, o in zip(plan.cases, outcomes) if o.read is not None]
    asked = [(case, read) for case, read in reads if case.raises is None]
    if not any(not o.fault for o in outcomes) and not asked:
        worst = outcomes[0]
        return worst.message or "returns nothing that can be compared"
    if plan.exercise.compare is not None or not any(o.fault for o in outcomes):
        return ""
    if not asked:
        return "returns nothing that can be compared"
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
    for name in plan.exercise.bound(asked[0][0]):
        if all(_is_input(plan, case, name, read) for case, read in asked):
            return f"returns its input `{name}` as it came"
    return ""


def _is_input(plan: Plan, case: Case, name: str, read: Any) -> bool:
    value = plan.exercise.bound(case).get(name)
    if not isinstance(value, (int, float, np.ndarray)) or isinstance(read, (tuple, str)):
        return False
    return np.shape(value) == np.shape(read) and bool(np.all(np.asarray(value) == read))


def _numeric(read: Any) -> list[np.ndarray]:
    return [np.asarray(part, float) for part in numbers_of(read) if not isinstance(part, str)]


def excess(got: Any, want: Any, scale: float = 0.0) -> float:
    """How many tolerances a value lies from the wanted one: at most 1 is right.

    Values agree within a relative 1e-6, or an absolute 1e-9 of the largest rate or entry; an exact
    zero is compared within 1e-12 of the largest. Where the wanted value is not finite, any value
    that is not finite will do.
    """
    worst = 0.0
    for mine, theirs in zip(numbers_of(got), numbers_of(want)):
        if isinstance(theirs, str):
            worst = max(worst, 0.0 if mine == theirs else math.inf)
        elif isinstance(theirs, float):
            size = max(scale, abs(theirs)) if math.isfinite(theirs) else scale
            worst = max(worst, _excess_float(float(mine), theirs, size))
        else:
            worst = max(worst, _excess_array(np.asarray(mine), theirs, scale))
    return worst


def _excess_float(got: float, want: float, size: float) -> float:
    if not math.isfinite(want):
        return math.inf if math.isfinite(got) else 0.0
    if not math.isfinite(got):
        return math.inf
    gap = abs(got - want)
    if gap == 0:
        return 0.0
    room = max(RELATIVE * abs(want), ABSOLUTE * size) if want else EXACT_ZERO * size
    return gap / room if room else math.inf


def _excess_array(got: np.ndarray, want: np.ndarray, scale: float) -> float:
    if want.size == 0:
        return 0.0
    finite = np.isfinite(want)
    if not np.array_equal(finite, np.isfinite(got)):
        return math.inf
    got, want = got[finite], want[finite]
    gap = np.abs(got - want)
    if not gap.any():
        return 0.0
    size = float(np.abs(want).max()) or scale
    room = np.where(
        want == 0, EXACT_ZERO * size, np.maximum(RELATIVE * np.abs(want), ABSOLUTE * size)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nanmax(np.where(gap == 0, 0.0, gap / room)))


def _shapes_differ(got: Any, want: Any) -> str:
    got, want = numbers_of(got), numbers_of(want)
    if len(got) != len(want):
        return f"expected {len(want)} values, got {len(got)}"
    for number, (mine, theirs) in enumerate(zip(got, want)):
        if np.shape(mine) != np.shape(theirs):
            which = f" in result {number + 1}" if len(want) > 1 else ""
            return f"expected the shape {np.shape(theirs)}, got {np.shape(mine)}{which}"
    return ""


def _same_data(before: Any, after: Any) -> bool:
    """Equal bit for bit, as data; NaN equals NaN."""
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and before.tobytes() == after.tobytes()
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_same_data, before, after))
    if isinstance(before, dict):
        return list(before) == list(after) and all(_same_data(before[k], after[k]) for k in before)
    return bool(before == after) or (before != before and after != after)


def _size(value: Any) -> float:
    try:
        array = np.abs(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        return 0.0
    finite = array[np.isfinite(array)]
    return float(finite.max()) if finite.size else 0.0


def diagnose(
    plan: Plan, outcomes: Sequence[Outcome], *, strict: bool = False
) -> Misconception | None:
    """The misconception that behaves the same on the same inputs.

    First in everything; then, unless `strict`, in the values alone (another fault may hide the
    rest), then on the cases of the first property that fails (two misconceptions at once).
    """
    everywhere = range(len(outcomes))
    known = plan.exercise.misconceptions
    for exactly in (True,) if strict else (True, False):
        for id, theirs in plan.baselines:
            if all(_alike(plan, i, outcomes[i], theirs[i], exactly) for i in everywhere):
                return known[id]
    if strict:
        return None
    first = outcomes[: len(plan.cases)]
    for name in plan.exercise.worth:
        mine = [i for i, c in enumerate(plan.cases) if c.property == name and first[i].fault]
        cases = [i for i, c in enumerate(plan.cases) if c.property == name]
        if not mine:
            continue
        for id, theirs in plan.baselines:
            if all(_alike(plan, i, first[i], theirs[i], False) for i in cases):
                return known[id]
    return None


def _alike(plan: Plan, position: int, mine: Outcome, theirs: Outcome, strict: bool) -> bool:
    if strict and (mine.fault, bool(mine.impure)) != (theirs.fault, bool(theirs.impure)):
        return False
    if mine.read is None or theirs.read is None:
        return mine.fault == theirs.fault and mine.message == theirs.message
    if plan.exercise.compare is not None:
        return mine.message == theirs.message
    if _shapes_differ(mine.read, theirs.read):
        return False
    if any(isinstance(part, str) for part in numbers_of(mine.read)):
        return bool(mine.read == theirs.read)
    return excess(mine.read, theirs.read, plan.scales[plan.order[position]]) <= 1


def _example(plan: Plan, outcomes: Sequence[Outcome], answers: Sequence[Any]) -> Example | None:
    for position, outcome in enumerate(outcomes):
        if outcome.fault or outcome.impure:
            index = plan.order[position]
            want = plan.expected[index]
            case = plan.cases[index]
            expected = case.raises or (case.note if plan.exercise.compare else show(want))
            raised = outcome.fault in ("raised", "missing", "malformed")
            got = outcome.message if raised else show(answers[position].get("result"))
            if outcome.impure and not outcome.fault:
                got = outcome.impure
            return Example(call_text(plan.exercise.name, case), expected, got)
    return None


def _contrast(plan: Plan, index: int, outcome: Outcome) -> str:
    note = plan.cases[index].note
    lead = f"when {note}: " if note else ""
    return f"{lead}expected {show(plan.expected[index])}, got {show(outcome.read)}"


def call_text(name: str, case: Case) -> str:
    """A case as the learner would type it."""
    args = [show(value) for value in case.args]
    args += [f"{key}={show(value)}" for key, value in case.kwargs.items()]
    text = f"{name}({', '.join(args)})"
    if case.then is not None:
        text += " called at " + ", ".join(show(arguments[0]) for arguments in case.then)
    return text


def judge_quiz(quiz: Quiz, value: Any, *, reveal: bool = True) -> Report:
    """Score a dict of answers: each question an equal share; predictions count when recorded."""
    share = quiz.points / len(quiz.questions)
    answers = value if isinstance(value, Mapping) else {}
    findings = [
        _answer_finding(id, question, answers.get(id), share, reveal)
        for id, question in quiz.questions.items()
    ]
    score = math.fsum(finding.points for finding in findings)
    chosen = [answers.get(id) in question.options for id, question in quiz.questions.items()]
    status = FULL if all(f.passed for f in findings) else PARTIAL if score else ZERO
    if not any(chosen):
        status = UNWRITTEN
    note = (
        "" if isinstance(value, Mapping) else f"expected a dict of answers, got {describe(value)}"
    )
    return Report(
        quiz.name, quiz.unit, score, quiz.points, status, tuple(findings), note=note
    )  # fmt: skip


def _answer_finding(id: str, question: Question, given: Any, share: float, reveal: bool) -> Finding:
    given = given.strip().lower() if isinstance(given, str) else given
    if not isinstance(given, str) or given not in question.options:
        keys = ", ".join(repr(key) for key in question.options)
        came = "no answer yet" if given in (None, "", "?") else f"got {show(given)}"
        return Finding(id, question.text, False, 0.0, share, f"choose one of {keys}; {came}")
    passed = question.answer in (None, given)
    return Finding(
        id, question.text, passed, share * passed, share, question.options[given] if reveal else ""
    )
