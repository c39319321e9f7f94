"""A schedule from text that a person typed, without running that text."""

from __future__ import annotations

import ast
from typing import Any

import lrlib.schedules as known
from lrlib.schedules import Schedule

NAMES = {name: getattr(known, name) for name in known.__all__ if name != "Schedule"}


def parse(text: str) -> Schedule:
    """The schedule that `text` constructs, such as `"WSD(lr=3e-4, warmup_steps=100, ...)"`.

    Only constructors of lrlib's schedules, their method `then`, numbers, `+ - * / **` between
    numbers, lists and tuples are understood; nothing is evaluated as Python.

    Raises `ValueError` for anything else, and whatever the constructor says of its arguments.

    >>> parse("Warmup(0.5, 4).then(4, CosineDecay(0.5, 0, steps=10 * 90))")(0)
    0.125
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(
            f"this is no schedule in Python's notation: {text!r} ({error.msg})."
        ) from None
    value = _value(tree)
    if not isinstance(value, Schedule):
        raise ValueError(
            f"a schedule should be given, such as 'StepDecay(lr0=0.1, gamma=0.5, every=30)', but "
            f"{text!r} is {value!r}."
        )
    return value


_OPERATIONS: dict[type, Any] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _arithmetic(op, _number(left), _number(right))
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item) for item in items]
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            return NAMES[name](*_arguments(node), **_keywords(node))
        case ast.Call(func=ast.Attribute(value=first, attr="then")):
            schedule = _value(first)
            if isinstance(schedule, Schedule):
                return schedule.then(*_arguments(node), **_keywords(node))
    raise ValueError(
        f"{ast.unparse(node)!r} is not understood here. A schedule is one of {', '.join(NAMES)} "
        "with numbers as arguments, and .then(steps, schedule) between two of them."
    )


def _number(node: ast.expr) -> float:
    value = _value(node)
    if not isinstance(value, int | float):
        raise ValueError(f"{ast.unparse(node)!r} should be a number.")
    return value


def _arithmetic(op: ast.operator, left: float, right: float) -> float:
    if isinstance(op, ast.Pow) and abs(right) > 64:
        raise ValueError(f"a power of {right} is out of reach here; write the number itself.")
    try:
        return _OPERATIONS[type(op)](left, right)
    except (ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{left} and {right} give no number: {error}.") from None


def _arguments(call: ast.Call) -> list[Any]:
    return [_value(argument) for argument in call.args]


def _keywords(call: ast.Call) -> dict[str, Any]:
    return {str(keyword.arg): _value(keyword.value) for keyword in call.keywords}
