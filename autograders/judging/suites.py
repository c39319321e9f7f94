"""Tests that learners write: a list of cases as data, tried here on right and on wrong versions.

Student code sends numbers, never verdicts, and that holds for a test as well: `tests_for_f()`
returns pairs of arguments and expected value. They are held against the contract of `f`, then our
own right versions of `f` and every declared misconception are called with them. A good list accepts
every right version and refuses every wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from ..declare.contract import Contract, OutsideContract
from ..declare.exercise import Case, Exercise, given
from ..declare.returns import Forms, WrongKind, describe, numbers_of, show
from ..protocol.calls import quiet
from ..protocol.codec import encode
from .compare import excess, scale_of, shapes_differ

MOST_CASES = 20
ACCEPTS = "accepts"
BY_ROUNDING = (
    "right versions differ here, by rounding: choose numbers that floats hold exactly, such as "
    "whole ones, 0.5 and 0.25"
)
NOT_RETURNED = "a right version does not return "
CHANGEABLE = (np.ndarray, list, dict)


@dataclass(frozen=True)
class Trial:
    """One case of a learner's list: admitted arguments and expected value, or what is wrong.

    `shared` has a key for each argument that a version could change: equal arguments, equal keys.
    """

    number: int
    arguments: Mapping[str, Any] = field(default_factory=dict)
    expected: Any = None
    shown: str = ""
    problem: str = ""
    shared: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """A learner's whole list, read; lists of the same content are equal."""

    content: bytes
    trials: tuple[Trial, ...] = field(compare=False)


@dataclass(frozen=True)
class FaultKind:
    """Wrong versions that one idea of testing catches: what a report claims, the idea, the ids."""

    statement: str
    clue: str
    worth: float
    versions: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a list of cases is worth.

    `problems` says by number why a case refuses right versions; such a case catches nothing.
    `slipped` names by kind the wrong versions that pass all other cases. `believed` names the wrong
    versions that return what all the cases expect which no right one returns.
    """

    problems: Mapping[int, str]
    slipped: Mapping[str, tuple[str, ...]]
    believed: tuple[str, ...]
    caught: int
    total: int

    @property
    def refusal(self) -> str:
        """Why the list is not one that accepts every right version and refuses any other, or ""."""
        if not self.problems:
            return "" if self.caught else "every wrong version passes too: this tests nothing yet"
        number = min(self.problems)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return f"case {number}: {self.problems[number]}{more}"

    @property
    def mistaken(self) -> bool:
        """Whether some case expects what no right version returns."""
        return any(problem.startswith(NOT_RETURNED) for problem in self.problems.values())

    @property
    def reasons(self) -> frozenset[str]:
        """The sorts of problem that there are: the first words of each."""
        return frozenset(problem[:10] for problem in self.problems.values())


@dataclass(frozen=True, eq=False)
class SuiteOf:
    """The kind "list of cases for this exercise": what `tests_for_...` has to return."""

    subject: Exercise
    contract: Contract
    kinds: Mapping[str, FaultKind]
    spared: tuple[str, ...] = ()
    forms: ClassVar[Forms] = {"as_a_tuple": tuple}

    @property
    def words(self) -> str:
        return "a list of (arguments, expected) pairs"

    def read(self, value: Any) -> Suite:
        """Read a list that crossed from student code; raise `WrongKind` where there is none."""
        if not isinstance(value, (list, tuple)):
            raise WrongKind(f"expected {self.words}, got {describe(value)}")
        if not value:
            raise WrongKind(f"expected {self.words}, got an empty list: it tests nothing")
        if len(value) > MOST_CASES:
            raise WrongKind(
                f"expected at most {MOST_CASES} cases, got {len(value):,}; a few that are well "
                "chosen say more than many"
            )
        trials = tuple(self._trial(number, pair) for number, pair in enumerate(value, 1))
        content = [t.problem or [dict(t.arguments), list(numbers_of(t.expected))] for t in trials]
        return Suite(encode(content), trials)

    def _trial(self, number: int, pair: Any) -> Trial:
        try:
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise WrongKind(f"expected a pair (arguments, expected), got {describe(pair)}")
            arguments = self.contract.admit(pair[0])
            if not _is_small(pair[1]):
                raise WrongKind("the expected value is larger than any right one")
            try:
                expected = self.subject.returns.read(pair[1])
            except WrongKind as error:
                raise WrongKind(f"the expected value: {error}") from None
        except OutsideContract as error:
            return Trial(number, problem=f"outside the contract, {error}")
        except WrongKind as error:
            return Trial(number, problem=str(error))
        changeable = {n: v for n, v in arguments.items() if isinstance(v, CHANGEABLE)}
        shared = {name: (name, encode(value)) for name, value in changeable.items()}
        return Trial(number, arguments, expected, show(pair[1]), shared=shared)

    def verdict(self, suite: Suite) -> Verdict:
        """Try a list on every version; the same list is tried once only."""
        return _tried(self, suite)


def _is_small(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list, tuple)):
        return len(value) <= 8 and all(np.size(p) <= 64 for p in parts if isinstance(p, np.ndarray))
    return not isinstance(value, np.ndarray) or value.size <= 64


@lru_cache(maxsize=256)
def _tried(kind: SuiteOf, suite: Suite) -> Verdict:
    subject = kind.subject
    problems = {trial.number: trial.problem for trial in suite.trials if trial.problem}
    good = [trial for trial in suite.trials if not trial.problem]
    versions = [subject.reference, *subject.right_versions().values()]
    refused: list[Trial] = []
    for trial, *accepted in zip(good, *(passed(subject, version, good) for version in versions)):
        if not any(accepted):
            problems[trial.number] = f"{NOT_RETURNED}{trial.shown} here"
            refused.append(trial)
        elif not all(accepted):
            problems[trial.number] = BY_ROUNDING
    good = [trial for trial in good if trial.number not in problems]
    asked = {id for group in kind.kinds.values() for id in group.versions}
    if asked | set(kind.spared) != set(subject.misconceptions):
        raise RuntimeError(f"{subject.name}: each wrong version needs its kind of fault")
    slipped = {
        name: tuple(id for id in group.versions if not _caught(subject, id, good))
        for name, group in kind.kinds.items()
    }
    believed = tuple(id for id in subject.misconceptions if refused and _held(subject, id, refused))
    total = len(asked)
    caught = total - sum(map(len, slipped.values()))
    return Verdict(problems, slipped, believed, caught, total)


def _held(subject: Exercise, id: str, refused: Sequence[Trial]) -> bool:
    """Whether some way of writing a misconception returns what each of these cases expects."""
    return any(
        all(passed(subject, version, refused)) for version in subject.misconceptions[id].functions
    )


def _caught(subject: Exercise, id: str, trials: Sequence[Trial]) -> bool:
    """Whether each way of writing a misconception fails one of the cases at least."""
    return all(
        not all(passed(subject, version, trials))
        for version in subject.misconceptions[id].functions
    )


def passed(subject: Exercise, version: Callable[..., Any], trials: Sequence[Trial]) -> list[bool]:
    """Which cases a version passes, called in turn as by a program that names its arguments once.

    Arguments of one name that are equal are one and the same object in all cases: a version that
    uses up a list, or writes into an array, spoils it for the cases that follow.
    """
    objects: dict[tuple[str, bytes], Any] = {}
    found = []
    with quiet():
        for trial in trials:
            arguments = dict(trial.arguments)
            for name, key in trial.shared.items():
                arguments[name] = objects.setdefault(key, arguments[name].copy())
            try:
                result = version(**arguments)
            except Exception:
                if version is subject.reference:
                    raise  # a fault of the declared contract, which nobody should be marked by
                found.append(False)
            else:
                found.append(agrees(subject, trial, result))
    return found


def agrees(subject: Exercise, trial: Trial, result: Any) -> bool:
    """Whether a version's result is what the case expects, within the usual tolerance."""
    try:
        read = subject.returns.read(result)
    except WrongKind:
        return False
    if shapes_differ(read, trial.expected):
        return False
    return excess(read, trial.expected, scale_of(trial.arguments, subject.sized_by)) <= 1


def tests_for(
    subject: Exercise,
    *,
    contract: Contract,
    accepts: float,
    kinds: Mapping[str, FaultKind],
    model: Callable[[], list[tuple[dict[str, Any], Any]]],
    spared: tuple[str, ...] = (),
) -> Exercise:
    """Declare the exercise "write the tests for `subject`", with `model` as a list that is right.

    `accepts` is what a list is worth that refuses no right version (and some wrong one). `spared`
    are wrong versions that no list is asked to catch. Further good lists are its variants, typical
    gaps its misconceptions, as for every exercise.
    """
    kind = SuiteOf(subject, contract, kinds, spared)

    def cases(rng: np.random.Generator) -> Iterator[Case]:
        yield given().on(ACCEPTS, "right versions are tried")
        for name in kinds:
            yield given().on(name, f"wrong versions are tried: {name}")

    def compare(case: Case, want: Any, suite: Suite) -> str | None:
        verdict = kind.verdict(suite)
        if case.property == ACCEPTS:
            said = verdict.refusal
            if len(verdict.believed) == 1:
                why = subject.misconceptions[verdict.believed[0]].why
                said += f"; a version with this fault does: {why}"
            return said or None
        group, missed = kinds[case.property], verdict.slipped[case.property]
        if not missed:
            return None
        verb = "passes" if len(missed) == 1 else "pass"
        return (
            f"{len(missed)} of {len(group.versions)} such versions {verb} all your cases: "
            f"{group.clue}"
        )

    def alike(case: Case, mine: Suite, theirs: Suite) -> bool:
        one, other = kind.verdict(mine), kind.verdict(theirs)
        if (one.mistaken, one.believed) != (other.mistaken, other.believed):
            return False
        if case.property == ACCEPTS:
            return (one.reasons, one.slipped) == (other.reasons, other.slipped)
        if not (one.caught and other.caught) and one.reasons != other.reasons:
            return False
        return one.slipped[case.property] == other.slipped[case.property]

    def remark(suite: Suite) -> str:
        verdict, n = kind.verdict(suite), len(suite.trials)
        noun = "case catches" if n == 1 else "cases catch"
        return f"Your {n} {noun} {verdict.caught} of {verdict.total} wrong versions."

    return Exercise(
        name=f"tests_for_{subject.name}",
        unit=subject.unit,
        signature=f"tests_for_{subject.name}()",
        returns=kind,
        reference=lambda: model(),
        cases=cases,
        worth={ACCEPTS: accepts, **{name: group.worth for name, group in kinds.items()}},
        statements={
            ACCEPTS: "accepts every right version",
            **{name: group.statement for name, group in kinds.items()},
        },
        compare=compare,
        remark=remark,
        alike=alike,
    )
