"""How an exercise is declared: its contract, its cases, right variants and named misconceptions."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .edits import Edit
from .forms import forms_of
from .returns import Kind

STATEMENTS = {
    "values": "returns the right values",
    "boundary": "changes exactly at its boundaries",
    "clamp": "holds its final value after the last step",
    "edge": "handles the edge cases of its contract",
    "shape": "returns the kind and shape that the contract names",
    "purity": "is pure: inputs untouched, no shared memory, same call same answer",
    "errors": "refuses what the contract excludes",
}


RATES = ("lr", "lr0", "lr_end", "base_lr", "max_lr", "min_lr", "lr_min", "lr_max")


@dataclass(frozen=True)
class Case:
    """One call put to a function, the property it is evidence for, and what it is in words."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    property: str = "values"
    note: str = ""
    then: tuple[tuple[Any, ...], ...] | None = None
    raises: str | None = None
    frozen: bool = False
    record: bool = False
    part: str | None = None

    def on(self, property: str, note: str = "") -> Case:
        """The same call as evidence for `property`; `note` describes it without its values."""
        return replace(self, property=property, note=note or self.note)

    def then_at(self, *arguments: Any) -> Case:
        """The result is a function: call it once with each of these arguments."""
        return replace(self, then=tuple((argument,) for argument in arguments))

    def recorded(self) -> Case:
        """What counts is not the result, which only has to be of its kind, but the record that an
        argument made by a recipe kept of the calls to it."""
        return replace(self, record=True)

    def only(self, part: str) -> Case:
        """What counts is one part of the result, by its name: another fault costs nothing here."""
        return replace(self, part=part)

    def refused(self, error: str = "ValueError") -> Case:
        """The call has to raise this exception (or one derived from it)."""
        return replace(self, raises=error, property="errors")

    def read_only(self) -> Case:
        """The same call with arrays that cannot be written to."""
        return replace(self, frozen=True)


def given(*args: Any, **kwargs: Any) -> Case:
    """The case that calls the function with exactly these arguments."""
    return Case(args=args, kwargs=kwargs)


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, the ways in which people write it, and the three hints that correct it."""

    id: str
    where: str
    why: str
    how: str
    versions: list[Callable[..., Any] | Edit] = field(default_factory=list)

    @property
    def functions(self) -> list[Callable[..., Any]]:
        """The ways to write it, as functions."""
        return [v.function if isinstance(v, Edit) else v for v in self.versions]

    @property
    def hints(self) -> tuple[str, str, str]:
        """Where to look, why it is wrong, and almost how to mend it."""
        return (self.where, self.why, self.how)


Compare = Callable[[Case, Any, Any], str | None]
Together = Callable[[Sequence[Case], Sequence[Any]], Mapping[int, str]]


@dataclass(eq=False)
class Exercise:
    """One graded function.

    `worth` gives the points of each property in the order in which a report lists them. `cases`
    draws the calls from a generator: a public seed for `check`, a secret one for grading. `compare`
    replaces the comparison with the reference where more than one answer is right: it returns None,
    or a sentence that says what does not hold. `may_return_inputs` allows an input itself among the
    results; changing one is still a fault. `together` looks at all results side by side, for what
    no single call can show: it returns a sentence for each place that is at fault. `sized_by` names
    the arguments whose largest entry says how large a case is, for comparing what should be 0, or
    is that size itself where results have one of their own.
    `remark` says in a sentence of the report what came back, right or wrong. `alike` tells whether
    two results have the same fault; where there is a `compare`, equal sentences decide otherwise.
    `not_in_form` names the forms of `forms_of` in which the first variant would not be right.
    `harmless` says why a guard (a regular expression for its words in `judging.guards`) changes
    nothing that the contract allows.
    """

    name: str
    unit: str
    signature: str
    returns: Kind
    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], Iterable[Case]]
    worth: dict[str, float]
    statements: dict[str, str] = field(default_factory=dict)
    compare: Compare | None = None
    together: Together | None = None
    remark: Callable[[Any], str] | None = None
    alike: Callable[[Case, Any, Any], bool] | None = None
    curve: Callable[[], Iterable[Case]] | None = None
    may_return_inputs: bool = False
    sized_by: tuple[str, ...] | float = RATES
    seconds: float = 2.0
    not_in_form: tuple[str, ...] = ()
    harmless: dict[str, str] = field(default_factory=dict)
    variants: dict[str, Callable[..., Any]] = field(default_factory=dict)
    misconceptions: dict[str, Misconception] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = set(self.worth) - set(STATEMENTS) - set(self.statements)
        if unknown:
            raise ValueError(f"{self.name}: no statement for the properties {sorted(unknown)}")
        known = forms_of(self.reference, self.returns)
        for form in self.not_in_form:
            if form not in known:
                raise ValueError(
                    f"{self.name}: expected a form of {', '.join(known)} to leave out, got {form!r}"
                )

    @property
    def points(self) -> float:
        """The points of the whole exercise."""
        return math.fsum(self.worth.values())

    def statement(self, property: str) -> str:
        """What a property claims, as a report says it."""
        return self.statements.get(property) or STATEMENTS[property]

    def variant(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Declare another right way to write the function (a decorator)."""
        self.variants[function.__name__] = function
        return function

    def right_versions(self) -> dict[str, Callable[..., Any]]:
        """The variants, and the first of them in every other form that is right."""
        first = next(iter(self.variants.values()), None)
        made = forms_of(first, self.returns) if first else {}
        return self.variants | {
            name: function
            for name, function in made.items()
            if name not in self.variants and name not in self.not_in_form
        }

    def misconception(
        self, id: str, *versions: Edit | Callable[..., Any], where: str, why: str, how: str
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a wrong idea: its hints, and how it is written, as edits of right versions.

        Where it takes more than a line or two, this decorates a function that is written out.
        """
        if id in self.misconceptions:
            raise ValueError(f"{self.name}: the misconception {id!r} is declared twice")
        self.misconceptions[id] = Misconception(id, where, why, how, [*versions])
        return self.also(id)

    def also(self, id: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare another way to write a misconception that has been declared (a decorator)."""

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            self.misconceptions[id].versions.append(function)
            return function

        return declare

    def bound(self, case: Case) -> dict[str, Any]:
        """The arguments of a case by name, as the reference names them."""
        return self.named(case.args, case.kwargs)

    def named(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name, as the reference names them."""
        names = inspect.signature(self.reference).parameters
        return {**dict(zip(names, args)), **kwargs}


@dataclass(frozen=True)
class Question:
    """One question of a quiz: the right option and what each option's reader should know."""

    text: str
    options: dict[str, str]
    answer: str | None


@dataclass(frozen=True)
class Quiz:
    """Answers kept in a dict variable: a quiz, or predictions when no option is marked right."""

    name: str
    unit: str
    points: float
    questions: dict[str, Question]

    def __post_init__(self) -> None:
        for id, question in self.questions.items():
            if question.answer is not None and question.answer not in question.options:
                raise ValueError(f"{self.name}: the answer of {id} is not one of its options")
