"""How much of the distance is left after one step, in the direction that shrinks least."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time

from ....shared.matrices import hessians, spread, turned
from . import UNIT


def _contraction(lr, hessian):
    return np.abs(1 - lr * np.linalg.eigvalsh(hessian)).max()


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for property, note, hessian in hessians(rng):
        values = np.linalg.eigvalsh(hessian)
        slow = float(rng.uniform(0.3, 0.8) / values[-1])
        fast = float(rng.uniform(1.85, 1.97) / values[-1])
        yield given(slow, hessian).on(property, f"the rate is small and {note}")
        yield given(fast, hessian).on(property, f"the rate is large and {note}")
    hessian = turned(rng, spread(rng, 3, 0.4, 3))
    limit = 2 / np.linalg.eigvalsh(hessian)[-1]
    yield given(float(limit), hessian).on("boundary", "the rate is exactly at the limit")
    yield given(float(1.01 * limit), hessian).on("boundary", "the rate is just above the limit")
    yield given(float(40 * limit), hessian).on("boundary", "the rate is far above the limit")
    yield given(0.0, hessian).on("boundary", "the rate is 0")
    yield given(0.25, np.array([[4.0]])).on("edge", "one step reaches the bottom")
    yield given(0.5, 2 * np.eye(3)).on("edge", "one step reaches the bottom in all directions")
    yield given(1, hessian / 2).on("edge", "the rate is a whole number")
    yield given(0.3, hessian).read_only().on("edge", "the hessian cannot be written to")
    usual = given(float(0.3 * limit), hessian)
    yield from one_at_a_time(
        usual,
        "lr hessian",
        lr=(float(1e4 * limit),),
        hessian=(turned(rng, spread(rng, 3, 0.4, 2)),),
    )
    steep = float(rng.uniform(2, 5))
    near = given((1 - float(rng.uniform(1e-5, 9e-5))) / steep, np.array([[steep]]))
    yield near.on("values", "one step reaches the bottom nearly")


CONTRACTION = Exercise(
    name="contraction",
    unit=UNIT,
    signature="contraction(lr, hessian)",
    returns=Number(),
    reference=_contraction,
    cases=_cases,
    sized_by=1.0,
    worth={"values": 1, "boundary": 1, "edge": 1},
    statements={
        "boundary": "is 1 at rate 0 and at the limit of stability, and above 1 beyond it",
        "edge": "works for one parameter, equal, tiny and very different curvatures",
    },
)


@CONTRACTION.variant
def as_written(lr, hessian):
    return np.abs(1 - lr * np.linalg.eigvalsh(hessian)).max()


@CONTRACTION.variant
def in_a_loop(lr, hessian):
    worst = 0.0
    for value in np.linalg.eigvals(hessian):
        worst = max(worst, abs(1 - lr * float(value)))
    return worst


@CONTRACTION.variant
def from_both_ends(lr, hessian):
    values = np.linalg.eigvalsh(hessian)
    return max(abs(1 - lr * values[0]), abs(1 - lr * values[-1]))


@CONTRACTION.variant
def norm_of_the_iteration_matrix(lr, hessian):
    return np.linalg.norm(np.eye(len(hessian)) - lr * hessian, 2)


@CONTRACTION.variant
def without_absolute_values(lr, hessian):
    values = np.linalg.eigvalsh(hessian)
    return np.array(np.maximum(1 - lr * values[0], lr * values[-1] - 1))


@CONTRACTION.variant
def eigenvalues_of_the_iteration_matrix(lr, hessian):
    return float(np.max(np.abs(np.linalg.eigvalsh(np.identity(hessian.shape[0]) - lr * hessian))))


CONTRACTION.misconception(
    "forgets-the-absolute-value",
    Edit(as_written, ("np.abs", "")),
    where="Take a rate near the limit: the steepest direction overshoots to the other side.",
    why="Overshooting makes `1 - lr * lambda` negative; its size is what counts.",
    how="Take `np.abs` before the maximum.",
)

CONTRACTION.misconception(
    "steepest-direction-only",
    Edit(as_written, (".max()", "[-1]")),
    where="Take a very small rate: which direction is slowest then?",
    why="At small rates the flattest direction shrinks least, and the largest eigenvalue hides it.",
    how="Compute |1 - lr * lambda| for every eigenvalue and take the maximum.",
)

CONTRACTION.misconception(
    "flattest-direction-only",
    Edit(as_written, (".max()", "[0]")),
    where="Take a rate above the limit: the result has to exceed 1.",
    why="Near the limit it is the steepest direction that shrinks least.",
    how="Compute |1 - lr * lambda| for every eigenvalue and take the maximum.",
)

CONTRACTION.misconception(
    "takes-the-best-direction",
    Edit(as_written, (".max()", ".min()")),
    where="Does the run end when its fastest direction has arrived?",
    why="The minimum is the direction that shrinks most; the slowest decides.",
    how="Take the maximum.",
)

CONTRACTION.misconception(
    "averages-the-directions",
    Edit(as_written, (".max()", ".mean()")),
    Edit(as_written, (".max()", ".prod()")),
    where="Take a rate above the limit: one direction grows, so the result has to exceed 1.",
    why="An average lets directions that shrink hide one that grows.",
    how="Take the maximum over the eigenvalues.",
)

CONTRACTION.misconception(
    "contraction-of-the-loss",
    Edit(as_written, (".max()", ".max() ** 2")),
    where="Take lr * lambda = 0.5: half of the distance is left, and a quarter of the loss.",
    why="The square is what is left of the loss; the exercise asks for the distance.",
    how="Leave out the square.",
)


@CONTRACTION.misconception(
    "at-the-best-rate",
    where="Change `lr` only: does the result move?",
    why="`(kappa - 1) / (kappa + 1)` holds for the best rate alone.",
    how="Use the `lr` that is given: max |1 - lr * lambda|.",
)
def best_possible(lr, hessian):
    values = np.linalg.eigvalsh(hessian)
    return (values[-1] - values[0]) / (values[-1] + values[0])


CONTRACTION.misconception(
    "stops-at-one",
    Edit(as_written, ("np.abs", "min(1.0, np.abs"), (".max()", ".max())")),
    where="Take a rate above the limit: the result has to exceed 1.",
    why="A contraction above 1 says how fast the run diverges; cutting it at 1 hides that.",
    how="Return the maximum as it is.",
)

CONTRACTION.misconception(
    "subtracts-from-a-matrix-of-ones",
    Edit(norm_of_the_iteration_matrix, ("np.eye(len(hessian))", "1")),
    where="Print `1 - lr * hessian`: what stands off the diagonal?",
    why="`1 - matrix` takes every entry from 1; the step multiplies by identity minus `lr * H`.",
    how="Use `np.eye(n) - lr * hessian`, or the eigenvalues themselves.",
)

CONTRACTION.misconception(
    "uses-frobenius-norm",
    Edit(norm_of_the_iteration_matrix, (", 2)", ")")),
    where="Take rate 0: the result has to be 1 for any number of parameters.",
    why="`np.linalg.norm(matrix)` adds up all directions.",
    how="Ask for the spectral norm, `np.linalg.norm(matrix, 2)`, or for the eigenvalues.",
)

CONTRACTION.misconception(
    "reads-the-diagonal",
    Edit(as_written, ("np.linalg.eigvalsh(hessian)", "np.diag(hessian)")),
    where="Try a hessian with large off-diagonal entries.",
    why="Diagonal entries are curvatures along the axes, not along the valley's own directions.",
    how="Use eigenvalues: `np.linalg.eigvalsh(hessian)`.",
)

CONTRACTION.misconception(
    "forgets-the-one",
    Edit(as_written, ("1 - lr", "lr")),
    where="Take rate 0: nothing moves, so all of the distance is left.",
    why="`lr * lambda` is the share that a step takes away; what is left is 1 minus that.",
    how="Return max |1 - lr * lambda|.",
)
