"""Bias correction: what a moving average that starts at 0 would be without its start."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters
from course.shared.draws import SHAPES, narrow, one_at_a_time, whole, wide

from . import UNIT


def _reference(moment, beta, t):
    return moment / (1 - beta**t)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for beta in (0.8, 0.888, float(rng.uniform(0.5, 0.95))):
        for t in (1, 2, 3, int(rng.integers(5, 12))):
            yield given(narrow(rng, (4,)), beta, t).on("values", "t is small")
    for t in (10, int(rng.integers(11, 25)), 40):
        yield given(narrow(rng, (4,)), 0.96, t).on("values", "t is moderate")
    yield given(wide(rng, (5,)), 0.9, 4).on("values", "moments are tiny and huge at once")
    yield given(whole(rng, (4,)), 0.75, 2).on("values", "moments are whole numbers")
    yield given(narrow(rng, (4,)), 0.9, np.int64(6)).on("edge", "t is a NumPy integer")
    for shape in SHAPES:
        yield given(narrow(rng, shape), 0.85, 3).on("shape", f"the array has shape {shape}")
        frozen = given(narrow(rng, shape), 0.7, 5).read_only()
        yield frozen.on("purity", "the moment cannot be written to")
    yield given(narrow(rng, (4,)), 0.8, 400).on(
        "edge", "t is large, so hardly anything is corrected"
    )
    yield given(narrow(rng, (4,)), 0.0, 1).on("edge", "beta is 0, so nothing is corrected")
    yield given(np.zeros(3), 0.9, 2).on("edge", "the moment is 0")
    yield given(narrow(rng, (4,)), 0.999, 1).on("edge", "beta is close to 1")
    late = given(1e-3 * narrow(rng, (4,)), 0.999, int(rng.integers(300, 900)))
    yield late.on("values", "t is in the hundreds and the memory is long")
    moment = narrow(rng, (4,))
    usual = given(moment, 0.999, 1200)
    yield from one_at_a_time(
        usual, "moment beta t", moment=(1e-10 * moment, 1e4 * moment), t=(40,), beta=(0.05, 0.9999)
    )


BIAS_CORRECT = Exercise(
    name="bias_correct",
    unit=UNIT,
    signature="bias_correct(moment, beta, t)",
    returns=Parameters(),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "edge": 0.5, "shape": 0.5, "purity": 0.5},
)


@BIAS_CORRECT.variant
def as_written(moment, beta, t):
    return moment / (1 - beta**t)


@BIAS_CORRECT.variant
def multiply(moment, beta, t):
    return moment * (1.0 / (1.0 - beta**t))


@BIAS_CORRECT.variant
def by_the_weights(moment, beta, t):
    return moment / sum((1 - beta) * beta**k for k in range(int(t)))


@BIAS_CORRECT.variant
def on_a_copy(moment, beta, t):
    corrected = moment.copy()
    corrected /= 1 - np.power(float(beta), int(t))
    return corrected


BIAS_CORRECT.misconception(
    "divides-by-one-minus-beta",
    Edit(as_written, ("beta**t", "beta")),
    where="Compare t = 1 with t = 2.",
    why="The share that the start at 0 still has shrinks at every update: it is beta to the power t.",
    how="Divide by `1 - beta**t`.",
)

BIAS_CORRECT.misconception(
    "multiplies",
    Edit(as_written, ("moment /", "moment *")),
    where="Does the corrected moment become larger or smaller than the stored one?",
    why="A start at 0 makes the average too small, so the correction has to make it larger.",
    how="Divide, do not multiply.",
)

BIAS_CORRECT.misconception(
    "counts-from-zero",
    Edit(as_written, ("beta**t", "beta ** max(t - 1, 1)")),
    Edit(as_written, ("beta**t", "beta ** (t - 1)")),
    where="Look at t = 2: which power of beta do you use?",
    why="At the first update t is 1 already; subtracting one makes the first divisor 0.",
    how="Use `beta**t` with t as it comes.",
)

BIAS_CORRECT.misconception(
    "counts-one-too-many",
    Edit(as_written, ("beta**t", "beta ** (t + 1)")),
    where="Look at t = 1: the first corrected moment should be the gradient itself.",
    why="`beta**(t + 1)` corrects as if one more update had been made.",
    how="Use `beta**t` with t as it comes.",
)

BIAS_CORRECT.misconception(
    "multiplies-beta-by-t",
    Edit(as_written, ("beta**t", "beta * t")),
    where="Try beta = 0.9 and t = 2: 1 - 1.8 is negative.",
    why="After t updates the start has been multiplied by beta t times, which is a power.",
    how="Write `beta**t`, with two stars.",
)

BIAS_CORRECT.misconception(
    "divides-by-beta-to-the-t",
    Edit(as_written, ("(1 - beta**t)", "beta**t")),
    where="Try a large t: the correction should vanish, not explode.",
    why="`beta**t` is the share of the start; what is left for the gradients is one minus that.",
    how="Divide by `1 - beta**t`.",
)

BIAS_CORRECT.misconception(
    "adds-instead-of-subtracting",
    Edit(as_written, ("1 -", "1 +")),
    where="Does the corrected moment become larger than the stored one?",
    why="`1 + beta**t` is above one, so the moment shrinks further.",
    how="Use a minus sign.",
)

BIAS_CORRECT.misconception(
    "takes-a-root",
    Edit(as_written, ("(1 - beta**t)", "np.sqrt(1 - beta**t)")),
    where="Square your result at t = 1: is it what you wanted to return?",
    why="The root belongs to the second moment in Adam's update, not to the correction.",
    how="Divide by `1 - beta**t` itself.",
)

BIAS_CORRECT.misconception(
    "changes-the-moment",
    Edit(on_a_copy, ("moment.copy()", "moment")),
    where="Compare `moment` before and after the call.",
    why="Adam stores its moments uncorrected; `/=` corrects the stored one, again at every update.",
    how="Return `moment / (1 - beta**t)`, which makes a new array.",
)

BIAS_CORRECT.misconception(
    "corrects-nothing",
    Edit(as_written, ("moment / (1 - beta**t)", "moment.copy()")),
    where="Look at t = 1 with beta = 0.9: the result should be ten times the moment.",
    why="Returned as it is, the first moments are far too small.",
    how="Divide by `1 - beta**t`.",
)
