"""Schedule-free SGD: an average does what a falling rate would do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several
from course.shared.draws import SHAPES, gradient_runs, narrow, one_at_a_time
from lrlib.optimizers.schedule_free import Average, ScheduleFreeSGD

from . import UNIT


def _reference(z, x, grad, t, *, lr, beta):
    lead = (1,) * np.ndim(z)
    past = np.full(lead, float(lr)), np.full(lead, (int(t) - 1) * float(lr) ** 2)
    y, state = ScheduleFreeSGD(beta).update(z, grad, Average(z, x, *past), lr)
    return state.z, state.x, y


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr, beta, (note, w, gradients) in zip(
        (0.3, 0.2, 0.1), (0.8, 0.6, 0.9), gradient_runs(rng, 6)
    ):
        z, x = w, w
        for t, grad in enumerate(gradients, start=1):
            place = "it is the first update" if t == 1 else f"it is update {t}"
            yield given(z, x, grad, t, lr=lr, beta=beta).on("values", f"{place} and {note}")
            z, x, _ = _reference(z, x, grad, t, lr=lr, beta=beta)
    for shape in SHAPES:
        beta = float(rng.uniform(0.55, 0.95))
        case = given(*(narrow(rng, shape) for _ in range(3)), 4, lr=0.3, beta=beta)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    z, x, grad = (narrow(rng, (4,)) for _ in range(3))
    usual = {"lr": 0.4, "beta": 0.85}
    yield given(z, x, grad, 1, **usual).on("edge", "it is the first update and x is not z")
    yield given(z, x, grad, 400, **usual).on("edge", "t is large")
    yield given(z, x, np.zeros(4), 3, **usual).on("edge", "the gradient is 0")
    yield given(z, x, grad, 3, lr=0.4, beta=0.0).on("edge", "beta is 0: gradients are taken at z")
    yield given(z, x, grad, np.int64(5), **usual).on("edge", "t is a NumPy integer")
    yield given(z, x, grad, 2, lr=1, beta=0.5).on("edge", "lr is a whole number")
    z, x, grad = (narrow(rng, (4,)) for _ in range(3))
    names, usual = "z x grad t", {"lr": 0.3, "beta": 0.9}
    yield from one_at_a_time(
        given(z, x, grad, 1500, **usual),
        names,
        z=(1e4 * z,),
        x=(1e4 * x,),
        grad=(1e4 * grad,),
        t=(40,),
        beta=(0.05, 0.999),
    )
    start = given(np.zeros(4), np.zeros(4), grad, 1500, **usual)
    yield from one_at_a_time(start, names, lr=(1e-10, 3e3))
    tiny = given(1e-10 * z, 1e-10 * x, 1e-10 * grad, 3, **usual)
    yield tiny.on("values", "all arrays are tiny")


SCHEDULE_FREE_STEP = Exercise(
    name="schedule_free_step",
    unit=UNIT,
    signature="schedule_free_step(z, x, grad, t, *, lr, beta)",
    returns=Several((Parameters(), Parameters(), Parameters()), ("z", "x", "y")),
    reference=_reference,
    cases=_cases,
    worth={"values": 2, "edge": 0.5, "shape": 0.25, "purity": 0.25},
    statements={"edge": "works for the first update, for a large t and for beta = 0"},
)


@SCHEDULE_FREE_STEP.variant
def as_written(z, x, grad, t, *, lr, beta):
    z = z - lr * grad
    x = x + (z - x) / t
    return z, x, beta * x + (1 - beta) * z


@SCHEDULE_FREE_STEP.variant
def with_shares(z, x, grad, t, *, lr, beta):
    c = 1 / t
    new_z = z - lr * grad
    new_x = (1 - c) * x + c * new_z
    return [new_z, new_x, (1 - beta) * new_z + beta * new_x]


@SCHEDULE_FREE_STEP.variant
def as_a_sum(z, x, grad, t, *, lr, beta):
    z = np.subtract(z, np.multiply(lr, grad))
    x = ((t - 1) * x + z) / t
    return z, x, z + beta * (x - z)


@SCHEDULE_FREE_STEP.variant
def on_copies(z, x, grad, t, *, lr, beta):
    z, x = z.copy(), x.copy()
    z -= lr * grad
    x *= 1 - 1 / t
    x += z / t
    y = beta * x
    y += (1 - beta) * z
    return z, x, y


SCHEDULE_FREE_STEP.misconception(
    "counts-the-start",
    Edit(as_written, ("/ t", "/ (t + 1)")),
    where="Look at the first update, t = 1: which share of x is the new z?",
    why="`1/(t + 1)` keeps the start as one of the averaged points, as the paper's text does; its "
    "authors' code and this course average the points after the updates.",
    how="Use the share `1/t`: after the first update x is z.",
)

SCHEDULE_FREE_STEP.misconception(
    "counts-from-zero",
    Edit(as_written, ("/ t", "/ (t - 1)")),
    where="Look at the first update, t = 1.",
    why="`t` counts updates including this one, as in Adam; `t - 1` divides by 0 at first.",
    how="Use `1/t` with t as it comes.",
)

SCHEDULE_FREE_STEP.misconception(
    "averages-exponentially",
    Edit(as_written, ("x + (z - x) / t", "beta * x + (1 - beta) * z")),
    where="Look at a large t: how much should one point change the average of hundreds?",
    why="A fixed share forgets the past at a fixed pace; here all points weigh the same.",
    how="Use the share `1/t`.",
)

SCHEDULE_FREE_STEP.misconception(
    "swaps-the-shares-of-y",
    Edit(as_written, ("beta * x + (1 - beta) * z", "(1 - beta) * x + beta * z")),
    where="Set beta close to 1: y should be close to the average x.",
    why="beta is the share of the average in y; you gave it to z.",
    how="Write `beta * x + (1 - beta) * z`.",
)

SCHEDULE_FREE_STEP.misconception(
    "averages-the-old-point",
    Edit(with_shares, ("c * new_z", "c * z")),
    where="Look at the first update: x should become the new z.",
    why="The average takes in the point after this update, not the one before.",
    how="Renew z first, then x.",
)

SCHEDULE_FREE_STEP.misconception(
    "mixes-the-old-points",
    Edit(with_shares, ("(1 - beta) * new_z + beta * new_x", "(1 - beta) * z + beta * x")),
    where="Look at y: which z and which x is it made of?",
    why="y is where the next gradient is taken, so it needs the z and x that you return.",
    how="Compute y last, from the new z and x.",
)

SCHEDULE_FREE_STEP.misconception(
    "steps-from-y",
    Edit(as_written, ("z - lr", "beta * x + (1 - beta) * z - lr")),
    where="Where does the step begin: at y, where the gradient was taken, or at z?",
    why="The gradient is taken at y, but it moves z: y is only a place to look from.",
    how="Write `z = z - lr * grad`.",
)

SCHEDULE_FREE_STEP.misconception(
    "steps-from-the-average",
    Edit(as_written, ("z - lr", "x - lr")),
    where="Where does the step begin: at x or at z?",
    why="x is the average that is kept and measured; the gradient moves z.",
    how="Write `z = z - lr * grad`.",
)

SCHEDULE_FREE_STEP.misconception(
    "lowers-the-rate",
    Edit(as_written, ("lr * grad", "lr / t * grad")),
    where="Look at a large t: how long is the step of z?",
    why="A rate that falls with t is a schedule; here the averaging takes its place.",
    how="Use `lr` as it comes.",
)

SCHEDULE_FREE_STEP.misconception(
    "no-average",
    Edit(as_written, ("x + (z - x) / t", "z.copy()")),
    where="Look at x after a few updates: is it still the same as z?",
    why="If x is z there is no average, and what is left is plain SGD.",
    how="Move x towards z by the share `1/t`.",
)

SCHEDULE_FREE_STEP.misconception(
    "averages-y",
    Edit(as_written, ("(z - x)", "(beta * x + (1 - beta) * z - x)")),
    where="Set beta to 0.5: which points is x the average of?",
    why="x is the average of the points z, not of the points y.",
    how="Write `x = x + (z - x) / t` with the new z.",
)

SCHEDULE_FREE_STEP.misconception(
    "returns-in-another-order",
    Edit(as_written, ("return z, x", "return x, z")),
    Edit(as_written, ("z, x, beta * x + (1 - beta) * z", "beta * x + (1 - beta) * z, z, x")),
    Edit(as_written, ("x, beta * x + (1 - beta) * z", "beta * x + (1 - beta) * z, x")),
    where="Which of your three results is the average?",
    why="The contract returns `(z, x, y)`.",
    how="Return z first, then the average x, then y.",
)

SCHEDULE_FREE_STEP.misconception(
    "forgets-y",
    Edit(as_written, (", beta * x + (1 - beta) * z", "")),
    where="How many results does the contract name?",
    why="The caller needs y to know where to take the next gradient.",
    how="Return `(z, x, beta * x + (1 - beta) * z)`.",
)

SCHEDULE_FREE_STEP.misconception(
    "climbs",
    Edit(as_written, ("z - lr", "z + lr")),
    where="Take a positive gradient: which way should z go?",
    why="Adding the step climbs.",
    how="Subtract it from z.",
)

SCHEDULE_FREE_STEP.misconception(
    "changes-its-inputs",
    Edit(on_copies, ("z.copy(), x.copy()", "z, x")),
    where="Compare z and x before and after the call.",
    why="`-=` and `+=` write into the caller's arrays.",
    how="Write `z = z - lr * grad`, which makes a new array.",
)
