"""The calls that are put to a function for one seed, and what each answer to them amounts to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..declare.exercise import Case, Exercise
from ..declare.returns import Number, Parameters, WrongKind, describe, read_part, show
from ..protocol.calls import CALL, READ, run_calls
from .compare import excess, holds_array, same_data, scale_of, shapes_differ
from .report import printable

PUBLIC_SEED = 0
AGAIN = 16
LONGEST_SAID, LONGEST_CELL = 500, 10**7
# How Python begins to say that a call does not fit a signature.
REFUSED_CALL = re.compile(r"\(\) (missing \d|takes |got an unexpected |got multiple )")


@dataclass(frozen=True)
class Comparison:
    """What one answer amounts to: no fault, or the kind of fault and a sentence about it."""

    fault: str | None = None
    message: str = ""
    read: Any = None
    impure: str = ""
    place: str = ""
    raised: str = ""

    @property
    def said(self) -> str:
        """The sentence with the student's line, which is shown and never compared."""
        return self.message + self.place

    @property
    def answered(self) -> bool:
        return self.fault not in ("raised", "missing", "malformed")


class Plan:
    """The calls of one exercise for one seed: each case in order, then some again, shuffled."""

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self.exercise = exercise
        rng = np.random.default_rng([seed, *exercise.name.encode()])
        self.cases: tuple[Case, ...] = tuple(exercise.cases(rng))
        for case in self.cases:
            if case.property not in exercise.worth:
                raise ValueError(f"{exercise.name}: a case for {case.property!r} earns no points")
        again = rng.permutation(len(self.cases))[:AGAIN]
        self.order: list[int] = [*range(len(self.cases)), *(int(index) for index in again)]

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
        sized_by = self.exercise.sized_by
        return [scale_of(self.exercise.bound(case), sized_by) for case in self.cases]

    @cached_property
    def draws_inputs(self) -> bool:
        """Whether the calls have inputs at all; a list of tests is asked for without any."""
        return any(case.args or case.kwargs for case in self.cases)

    def read(self, case: Case, value: Any) -> Any:
        """Read a result; a function's later values are read one by one."""
        if case.record:
            if not isinstance(value, list) or not value:
                raise WrongKind("expected a result and a record of calls, and neither came")
            result, *records = value
            self.read(replace(case, record=False), result)
            kinds = [Parameters() if isinstance(r, np.ndarray) else Number() for r in records]
            reads = [kind.read(record) for kind, record in zip(kinds, records)]
            return reads[0] if len(reads) == 1 else tuple(reads)
        if case.part is not None:
            return read_part(self.exercise.returns, value, case.part)
        if case.then is None:
            return self.exercise.returns.read(value)
        if not isinstance(value, list) or len(value) != len(case.then):
            came = value[0] if isinstance(value, tuple) and len(value) == 1 else value
            raise WrongKind(f"expected a function of one argument, got {describe(came)}")
        return tuple(self.exercise.returns.read(item) for item in value)

    def outcome(self, index: int, answer: Any) -> Comparison:
        """What one answer to the case `index` amounts to."""
        case = self.cases[index]
        if not isinstance(answer, Mapping):
            return Comparison("malformed", "the answer did not arrive whole")
        if "missing" in answer:
            return Comparison("missing", f"there is no function called {self.exercise.name}")
        if "raised" in answer:
            return self._raised(case, answer)
        if "result" not in answer:
            return Comparison("malformed", "the answer did not arrive whole")
        if case.raises is not None:
            came = show(answer["result"])
            return Comparison(
                "value", f"expected {case.raises} to be raised, but it returned {came}"
            )
        impure = self._impure(case, answer)
        try:
            read = self.read(case, answer["result"])
        except WrongKind as error:
            return Comparison("kind", str(error)[:LONGEST_SAID], impure=impure)
        if self.exercise.compare is not None:
            said = self.exercise.compare(case, self.expected[index], read)
            return Comparison("value" if said else None, said or "", read, impure)
        want = self.expected[index]
        shapes = shapes_differ(read, want)
        if shapes:
            return Comparison("shape", shapes, read, impure)
        if excess(read, want, self.scales[index]) > 1:
            return Comparison("value", "", read, impure)
        return Comparison(None, "", read, impure)

    def _raised(self, case: Case, answer: Mapping[str, Any]) -> Comparison:
        told = _told(answer["raised"])
        if told is None:
            return Comparison("malformed", "the answer did not arrive whole")
        types, message, line = told
        place = f" (line {line} of your cell)" if line else ""
        said = printable(f"raised {types[0][:100]}: {message[:LONGEST_SAID] or 'no message'}")
        if case.raises is not None and case.raises in types:
            return Comparison(None, "", types[0], self._impure(case, answer))
        if case.raises is not None:
            words = f"expected {case.raises}, but it {said}"
            return Comparison("value", words, place=place, raised=said + place)
        if case.frozen and types[0] == "ValueError" and "read-only" in message:
            # NumPy words it by the operation; it is one mistake, to be known however it is written.
            said = "raised ValueError: this array is read-only, as all inputs of this call are"
        if types[0] == "TypeError" and not place and REFUSED_CALL.search(message):
            said += f"; the contract is {self.exercise.signature}"
        return Comparison("raised", said, place=place)

    def _impure(self, case: Case, answer: Mapping[str, Any]) -> str:
        """Say which input was changed or is shared with the result, if any."""
        inputs = [*case.args, *case.kwargs.values()]
        if not any(isinstance(value, (np.ndarray, list, dict)) for value in inputs):
            return ""
        try:
            for at, (before, now) in enumerate(zip(inputs, answer["after"], strict=True)):
                if isinstance(before, (np.ndarray, list, dict)) and not same_data(before, now):
                    return f"the input `{list(self.exercise.bound(case))[at]}` was changed"
        except (KeyError, TypeError, ValueError, AttributeError):
            return "the inputs did not come back whole"
        if self.exercise.may_return_inputs:
            return ""
        result = answer.get("result")
        if isinstance(result, (float, int)) or not holds_array(inputs) or not holds_array(result):
            return ""
        shared = not same_data(result, answer.get("again"))
        return "the result shares memory with an input" if shared else ""

    @cached_property
    def notes(self) -> dict[str, Any]:
        """What others work out from this plan once and keep with it."""
        return {}

    @cached_property
    def baselines(self) -> list[tuple[str, list[Comparison]]]:
        """How each misconception, in each way of writing it, answers these calls."""
        return [
            (id, self.outcomes(run_calls({self.exercise.name: function}, self.calls)))
            for id, item in self.exercise.misconceptions.items()
            for function in item.functions
        ]

    def outcomes(self, answers: Sequence[Any]) -> list[Comparison]:
        """The outcome of every call; answers that are missing count as lost."""
        lost = [None] * (len(self.order) - len(answers))
        found = [self.outcome(index, a) for index, a in zip(self.order, [*answers, *lost])]
        if self.exercise.together is None:
            return found
        cases = [self.cases[index] for index in self.order]
        for place, said in self.exercise.together(cases, [o.read for o in found]).items():
            if not found[place].fault:
                found[place] = replace(found[place], fault="value", message=said)
        return found

    def distances(self, answers: Sequence[Any]) -> list[float]:
        """How many tolerances each answered call lies from the reference."""
        far = []
        for index, answer in zip(self.order, answers):
            outcome = self.outcome(index, answer)
            comparable = outcome.fault in (None, "value") and self.cases[index].raises is None
            if comparable and outcome.read is not None:
                far.append(excess(outcome.read, self.expected[index], self.scales[index]))
        return far


def _told(raised: Any) -> tuple[list[str], str, int] | None:
    """An exception's types, message and line (0 for none), or None for what is not of that form."""
    if not isinstance(raised, Mapping):
        return None
    types, message, line = raised.get("types"), raised.get("message"), raised.get("line")
    if not isinstance(types, list) or not types or not all(isinstance(t, str) for t in types):
        return None
    line = 0 if line is None else line
    if not isinstance(message, str) or not isinstance(line, int) or not 0 <= line <= LONGEST_CELL:
        return None
    return types, message, line


def call_of(name: str, case: Case) -> dict[str, Any]:
    """A case as the plain data that is sent to where the student's code runs."""
    return {
        "do": CALL,
        "name": name,
        "args": list(case.args),
        "kwargs": case.kwargs,
        "then": None if case.then is None else list(case.then),
        "frozen": case.frozen,
        "record": case.record,
    }


def read_of(name: str) -> dict[str, Any]:
    """The request for the value of a variable."""
    return {"do": READ, "name": name}


@lru_cache(maxsize=256)
def plan_for(exercise: Exercise, seed: int = PUBLIC_SEED) -> Plan:
    """The plan of an exercise for a seed, made once and kept."""
    return Plan(exercise, seed)


def call_text(name: str, case: Case) -> str:
    """A case as the learner would type it."""
    args = [show(value) for value in case.args]
    args += [f"{key}={show(value)}" for key, value in case.kwargs.items()]
    text = f"{name}({', '.join(args)})"
    if case.then is not None:
        text += " called at " + ", ".join(show(arguments[0]) for arguments in case.then)
    return text
