"""A mistake that any exercise can meet has three hints everywhere, and nobody else gets them."""

import math
import re

import numpy as np
import pytest

from autograders.declare.catalogue import catalogue, find
from autograders.declare.exercise import Exercise
from autograders.declare.returns import Several
from autograders.judging.laws import run
from autograders.judging.plan import plan_for

EXERCISES = [item for item in catalogue().values() if isinstance(item, Exercise)]
NAMES = [item.name for item in EXERCISES if item.compare is None and item.returns is not None]


def hints(name, function):
    return " ".join(run(plan_for(find(name)), function, reveal=True).hints)


def defined(source, **known):
    room = {"np": np, "math": math, **known}
    exec(source, room)
    return next(value for name, value in room.items() if name in catalogue())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_returned_is_named_in_every_exercise(name):
    def silent(*args, **kwargs):
        print(args)

    assert "Write `return` in front of the result" in hints(name, silent)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_not_defined_is_named_in_every_exercise(name):
    def misspelt(*args, **kwargs):
        return eval("grda")

    assert "Correct the spelling of `grda`" in hints(name, misspelt)


@pytest.mark.parametrize("name", [n for n in NAMES if isinstance(find(n).returns, Several)])
def test_one_result_of_several_is_named_wherever_there_are_several(name):
    item = find(name)

    def first_alone(*args, **kwargs):
        return item.reference(*args, **kwargs)[0]

    report = run(plan_for(item), first_alone, reveal=True)
    own = f"`return {', '.join(item.returns.names)}`" in " ".join(report.hints)
    assert own or (report.misconception and len(report.hints) == 3), report.hints


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "def exponential_decay(t, *, lr0, gamma, every):\n    return lr0 * gamma ^ (t / every)",
            "Write a power with two stars, `**`.",
        ),
        (
            "def exponential_decay(t, lr0, gama, every):\n    return lr0 * gama ** (t / every)",
            "Begin again with `def exponential_decay(t, *, lr0, gamma, every):`.",
        ),
        (
            "def step_towards(x, target):\n    return target",
            "Begin again with `def step_towards(x, target, share):`.",
        ),
        (
            "def minimise(grad_fn, w0, lr, steps):\n"
            "    path = [w0]\n"
            "    for _ in range(steps):\n"
            "        path.append(path[-1] - lr * grad_fn)\n"
            "    return np.array(path)",
            "Write `grad_fn(...)`",
        ),
        (
            "def minimise(grad_fn, w0, lr, steps):\n"
            "    path = [w0]\n"
            "    for _ in range(steps):\n"
            "        path.append(path[-1] - lr * grad_fn(path[-1]))\n"
            "        return np.array(path)",
            "Move `return` to the left, out of the loop",
        ),
        (
            "def minimise(grad_fn, w0, lr, steps):\n"
            "    path = [w0]\n"
            "    for _ in range(steps - 1):\n"
            "        path.append(path[-1] - lr * grad_fn(path[-1]))\n"
            "    return np.array(path)",
            "has 1 row or entry too few",
        ),
        (
            "def momentum_step(w, grad, velocity, *, lr, mu):\n"
            "    v = mu * velocity + grad\n"
            "    return (w - lr * v)[1:], v[1:]",
            "has 1 row or entry too few",
        ),
        (
            "def momentum_step(w, grad, velocity, *, lr, mu):\n"
            "    v = mu * velocity + grad\n"
            "    return w - lr * v, np.outer(v, v)",
            "different calls 0 are right",
        ),
        (
            "def diagnose_run(losses, guess):\n    return right(losses, guess).capitalize()",
            "Write the text exactly as the contract does.",
        ),
    ],
)
def test_a_beginners_mistake_has_hints_that_lead_on(source, said):
    assert said in hints(
        (function := defined(source, right=find("diagnose_run").reference)).__name__, function
    )


def test_an_error_that_is_not_one_of_these_gets_none_of_their_hints():
    def divides(w, grad, lr):
        return w - lr * grad / 0 + {}["w"]

    def adds_a_text(w, grad, lr):
        return lr - "w"

    for function in (divides, adds_a_text):
        said = hints("sgd_step", function)
        assert re.match(r"Of \d+ different calls 0 are right", said) and "`" not in said
