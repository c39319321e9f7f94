"""Mistakes that any exercise can meet, told by how its calls end: three hints for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature

from ..declare.exercise import Case
from ..declare.returns import Several, describe
from ..protocol.fixtures import build
from .plan import Comparison, Plan

Hints = tuple[str, ...]
NOTHING = describe(None)
UNDEFINED = re.compile(r"raised NameError: name '(\w+)' is not defined")
CARET = re.compile(r"raised TypeError: (unsupported .* for \^|ufunc 'bitwise_xor' not supported)")
OPERANDS = re.compile(r"raised TypeError: unsupported operand type\(s\) for ")


@dataclass(frozen=True)
class Wrong:
    """One call of the first round that went wrong, and what was expected of it."""

    plan: Plan
    case: Case
    outcome: Comparison
    want: object


Rule = Callable[[Wrong], Hints]


def cause(plan: Plan, outcomes: Sequence[Comparison]) -> Hints:
    """The hints of the mistake that explains every wrong call alike, or none.

    They name no hidden input and no value.
    """
    wrong = [
        Wrong(plan, case, outcome, want)
        for case, outcome, want in zip(plan.cases, outcomes, plan.expected)
        if outcome.fault and case.raises is None  # where an error is right, a wrong one says little
    ]
    for rule in CAUSES:
        told = {rule(each) for each in wrong}
        if len(told) == 1 and all(told):
            return told.pop()
    return ()


def not_every_way_returns(outcomes: Sequence[Comparison]) -> Hints:
    """The hints for a function that gives None for some inputs and a result for others."""
    if not any(outcome.message.endswith(NOTHING) for outcome in outcomes):
        return ()
    return (
        "Some calls give a result and others None: for which inputs?",
        "A `return` inside a loop or an `if` is not reached where that is skipped; where it is "
        "reached, it ends the loop in its first round.",
        "Move `return` to the left, out of the loop, or give every way through the function one.",
    )


def nothing_returned(wrong: Wrong) -> Hints:
    """Every call gives None."""
    if not wrong.outcome.message.endswith(NOTHING):
        return ()
    return (
        "Look at the last line of your function: does it hand a result to the caller?",
        "A function that ends without `return` gives None. `print` shows a value on the page and "
        "hands it to nobody.",
        "Write `return` in front of the result, in place of `print(...)` if that is there.",
    )


def one_result_of_several(wrong: Wrong) -> Hints:
    """The contract names several results, and another number of them came."""
    kind = wrong.plan.exercise.returns
    if not isinstance(kind, Several) or not wrong.outcome.message.startswith(
        f"expected {kind.words}, got "
    ):
        return ()
    names = ", ".join(kind.names)
    return (
        f"Count what comes back: the contract names {len(kind.names)} results, {names}.",
        "The caller takes them apart in that order, and cannot with more or fewer.",
        f"End with all of them, with commas between: `return {names}`.",
    )


def undefined(wrong: Wrong) -> Hints:
    """A name in the function is defined nowhere."""
    found = UNDEFINED.match(wrong.outcome.message)
    if not found:
        return ()
    names = ", ".join(f"`{name}`" for name in signature(wrong.plan.exercise.reference).parameters)
    return (
        f"Look for `{found[1]}`, letter by letter: where does it get its value?",
        f"A function knows its arguments, {names}, what it has assigned itself, and what cells "
        "that have run have made.",
        f"Correct the spelling of `{found[1]}`, give it a value first, or run the cell that makes "
        "it.",
    )


def other_parameters(wrong: Wrong) -> Hints:
    """The function does not take the arguments of its contract."""
    contract = wrong.plan.exercise.signature
    if not wrong.outcome.message.endswith(f"; the contract is {contract}"):
        return ()
    return (
        "Compare the line that begins with `def` with the one that you were given.",
        "Arguments are passed by those names and in that order; with others no call can succeed.",
        f"Begin again with `def {contract}:`.",
    )


def caret(wrong: Wrong) -> Hints:
    """`^` for a power."""
    if not CARET.match(wrong.outcome.message):
        return ()
    return (
        "Look for the sign `^`.",
        "In Python `^` combines the bits of whole numbers; it is not a power.",
        "Write a power with two stars, `**`.",
    )


def function_not_called(wrong: Wrong) -> Hints:
    """An argument that is a function is calculated with as if it were a number."""
    if not OPERANDS.match(wrong.outcome.message):
        return ()
    given = wrong.plan.exercise.bound(wrong.case)
    functions = [name for name, value in given.items() if callable(build(value))]
    names = {type(build(given[name])).__name__ for name in functions}
    if not any(f"'{name}'" in wrong.outcome.message for name in names):
        return ()
    name = functions[0]
    return (
        f"Look at each place where `{name}` stands: is there a bracket behind it?",
        f"`{name}` is a function. Only a call of it, with its argument in brackets, is a value.",
        f"Write `{name}(...)`, with what it is to be asked about in the brackets.",
    )


def capitals(wrong: Wrong) -> Hints:
    """The right text, in other letters."""
    got, want = wrong.outcome.read, wrong.want
    if not isinstance(got, str) or not isinstance(want, str) or got.lower() != want.lower():
        return ()
    return (
        "Compare the text that you return with that in the contract, letter by letter.",
        "For Python a capital letter is another letter, so the two texts are not equal.",
        "Write the text exactly as the contract does.",
    )


CAUSES: tuple[Rule, ...] = (
    nothing_returned,
    one_result_of_several,
    undefined,
    other_parameters,
    caret,
    function_not_called,
    capitals,
)
