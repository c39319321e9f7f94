"""Makes mutants of a reference with mutmut's operators and puts them through the judge.

A reference that calls lrlib is mutated in lrlib's own module; one that is written out in the
exercise is mutated there. Argument checks are left alone: graded calls keep to the contract.
"""

from __future__ import annotations

import difflib
import inspect
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import libcst as cst
from mutmut.mutation.file_mutation import create_mutations, deep_replace

from autograders.declare.exercise import Exercise
from autograders.judging.laws import run
from autograders.judging.plan import Plan, plan_for
from autograders.judging.report import FULL

SEED = 5
SECONDS = 3.0
CHECKS = ("__post_init__", "__repr__", "to_dict", "from_dict")


@dataclass(frozen=True)
class Mutant:
    """One changed line of a reference, and the answer that it makes."""

    exercise: str
    before: str
    after: str
    answer: Callable[..., Any]

    @property
    def change(self) -> str:
        """The change as one line of text."""
        return f"{self.before} -> {self.after}"


def mutants(exercise: Exercise) -> Iterator[Mutant]:
    """Every mutant of an exercise's reference."""
    reference = exercise.reference
    assert isinstance(reference, FunctionType)
    taken = [
        (name, value)
        for name, value in reference.__globals__.items()
        if name in _names(reference) and getattr(value, "__module__", "").startswith("lrlib.")
    ]
    written_out = reference.__name__ != "<lambda>" and not taken
    if written_out or getattr(reference, "__module__", "").startswith("lrlib."):
        yield from _of_function(exercise, reference)
    for name, value in taken:
        module = sys.modules[value.__module__]
        for before, after, changed in _sources(module, value):
            yield Mutant(exercise.name, before, after, _with(reference, name, changed))


def _names(function: FunctionType) -> set[str]:
    """The global names that a function uses, also inside the functions it defines."""
    found, codes = set(), [function.__code__]
    while codes:
        code = codes.pop()
        found |= set(code.co_names)
        codes += [item for item in code.co_consts if inspect.iscode(item)]
    return found


def _with(reference: FunctionType, name: str, value: Any) -> FunctionType:
    """The reference with one of its globals exchanged."""
    return FunctionType(
        reference.__code__,
        {**reference.__globals__, name: value},
        reference.__name__,
        reference.__defaults__,
        reference.__closure__,
    )


def _of_function(exercise: Exercise, function: FunctionType) -> Iterator[Mutant]:
    source = textwrap.dedent(inspect.getsource(function))
    for before, after, text in _changes(source, {function.__name__}):
        namespace = dict(function.__globals__)
        exec(compile(text, "<mutant>", "exec"), namespace)
        yield Mutant(exercise.name, before, after, namespace[function.__name__])


def _sources(module: ModuleType, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Each mutated form of a class (with its bases) or function of a module."""
    owners = {value.__name__}
    if inspect.isclass(value):
        owners = {base.__name__ for base in value.__mro__ if base.__module__ == module.__name__}
    for before, after, text in _changes(inspect.getsource(module), owners):
        copy = ModuleType(module.__name__)
        copy.__package__ = module.__package__
        exec(compile(text, "<mutant>", "exec"), copy.__dict__)
        yield before, after, getattr(copy, value.__name__)


def _changes(source: str, owners: set[str]) -> Iterator[tuple[str, str, str]]:
    """(line before, line after, whole source) for each mutation inside the definitions named."""
    module, found, _, _ = create_mutations("reference.py", source)
    for mutation in found:
        if not _inside(module, mutation.original_node, owners):
            continue
        changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        before, after = _lines(source, changed.code)
        yield before, after, changed.code


def _inside(module: cst.Module, node: cst.CSTNode, owners: set[str]) -> bool:
    """Whether a node stands in a body of the definitions named, argument checks left out."""
    bodies: list[cst.FunctionDef] = []
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef) and statement.name.value in owners:
            bodies.append(statement)
        elif isinstance(statement, cst.ClassDef) and statement.name.value in owners:
            bodies += [part for part in statement.body.body if isinstance(part, cst.FunctionDef)]
    return any(
        child is node
        for body in bodies
        if body.name.value not in CHECKS
        for child in _walk(body.body)
    )


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _lines(before: str, after: str) -> tuple[str, str]:
    out, into = [], []
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line.startswith("- "):
            out.append(line[2:].strip())
        elif line.startswith("+ "):
            into.append(line[2:].strip())
    return " ".join(out), " ".join(into)


class _TooLong(BaseException):
    pass


@contextmanager
def _limit() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise _TooLong

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def survives(mutant: Mutant, exercise: Exercise) -> bool:
    """Whether a mutant earns full marks."""
    plan: Plan = plan_for(exercise, SEED)
    plan.expected  # noqa: B018 - computed once, before anything is exchanged
    try:
        with _limit():
            return run(plan, mutant.answer).status == FULL
    except _TooLong:
        return False
