"""The repair of unit 02: watch the number that is returned, after every round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers
from autograders.protocol.codec import Recipe
from course.shared.draws import one_at_a_time

from ....shared.matrices import spread, turned
from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def on(matrix: np.ndarray, v0: np.ndarray, iterations: int) -> Case:
        return given(Recipe("matvec", {"matrix": matrix}), v0, iterations)

    museum = np.diag([12.5839, -10.6639, 1.0])
    yield on(museum, np.array([1.0, 8.0, 1.0]), 12).on("all", "the matrix of the cell above")
    for n, iterations in ((2, 3), (3, 6)):
        matrix = turned(rng, spread(rng, n, 0.5, 6))
        yield on(matrix, rng.uniform(0.4, 1.2, n), iterations).on("all", f"{iterations} rounds")
    falling = -turned(rng, spread(rng, 3, 0.5, 6))
    yield on(falling, rng.uniform(2, 3, 3), 4).on("all", "all eigenvalues are negative")
    yield on(turned(rng, spread(rng, 3, 0.5, 6)), np.full(3, 2.0), 0).on("all", "no rounds")
    frozen = on(turned(rng, spread(rng, 3, 0.5, 6)), np.array([2.0, 0.5, -1.0]), 3).read_only()
    yield frozen.on("all", "v0 cannot be written to")
    close = turned(rng, np.array([3.0, 2.9985, 1.0]))
    other = turned(rng, np.array([4.0, 3.998, 0.5]))
    v0 = rng.uniform(0.4, 1.2, 3) * np.array([1.0, -1.0, 1.0])
    usual = given(Recipe("matvec", {"matrix": close}), v0, 400)
    yield from one_at_a_time(
        usual,
        "matvec v0 iterations",
        "all",
        matvec=(Recipe("matvec", {"matrix": other}),),
        v0=(1e5 * v0, 1e-10 * v0),
        iterations=(40,),
    )
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        scaled = Recipe("matvec", {"matrix": size * close})
        yield given(scaled, v0, 5).on("all", f"all eigenvalues are {words}")
    plain = Recipe("matvec", {"matrix": np.diag([2.0, 1.0])})
    beside = given(plain, np.array([1e-8, 1.0]), 26)
    yield beside.on("all", "v0 lies beside the smaller eigenvector")


REPAIRED_HISTORY = Exercise(
    name="repaired_history",
    unit=UNIT,
    signature="repaired_history(matvec, v0, iterations)",
    returns=Numbers(),
    reference=lambda matvec, v0, iterations: _history(matvec, v0, iterations),
    cases=_cases,
    worth={"all": 1},
    harmless={"iterations at most 1000": "a right version that calls itself ends at 1,000 calls"},
    statements={"all": "returns the estimate after every round, the start included"},
)


def _history(matvec, v0, iterations):
    v, estimates = v0, []
    for _ in range(iterations):
        product = matvec(v)
        estimates.append(v @ product / (v @ v))
        v = product / np.linalg.norm(product)
    return [*estimates, v @ matvec(v) / (v @ v)]


@REPAIRED_HISTORY.variant
def after_each_round(matvec, v0, iterations):
    v = v0
    estimates = [v @ matvec(v) / (v @ v)]
    for _ in range(iterations):
        v = matvec(v) / np.linalg.norm(matvec(v))
        estimates.append(v @ matvec(v) / (v @ v))
    return estimates


@REPAIRED_HISTORY.variant
def before_each_round(matvec, v0, iterations):
    v, estimates = v0 / np.linalg.norm(v0), []
    for _ in range(iterations + 1):
        product = matvec(v)
        estimates.append(v @ product)
        v = product / np.linalg.norm(product)
    return estimates


@REPAIRED_HISTORY.variant
def anew_each_time(matvec, v0, iterations):
    def estimate(rounds):
        v = v0
        for _ in range(rounds):
            v = matvec(v)
            v = v / np.linalg.norm(v)
        return float(v @ matvec(v) / (v @ v))

    return [estimate(rounds) for rounds in range(iterations + 1)]


@REPAIRED_HISTORY.variant
def as_an_array(matvec, v0, iterations):
    v, estimates = np.array(v0), np.empty(iterations + 1)
    for k in range(iterations + 1):
        estimates[k] = np.dot(v, matvec(v)) / np.dot(v, v)
        v = matvec(v)
        v /= np.linalg.norm(v)
    return estimates


@REPAIRED_HISTORY.variant
def recursive(matvec, v0, iterations):
    product = matvec(v0)
    here = v0 @ product / (v0 @ v0)
    if iterations == 0:
        return [here]
    return [here, *recursive(matvec, product / np.linalg.norm(product), iterations - 1)]


REPAIRED_HISTORY.misconception(
    "watches-the-length",
    Edit(
        after_each_round,
        ("[v @ matvec(v) / (v @ v)]", "[np.linalg.norm(matvec(v)) / np.linalg.norm(v)]"),
        (
            "estimates.append(v @ matvec(v) / (v @ v))",
            "estimates.append(np.linalg.norm(matvec(v)))",
        ),
    ),
    where="Try a matrix whose eigenvalues are all negative.",
    why="The length of the product has no sign: this is the number that misled the log.",
    how="Watch the Rayleigh quotient, which is what is returned in the end.",
)

REPAIRED_HISTORY.misconception(
    "takes-the-size",
    Edit(
        before_each_round,
        ("estimates.append(v @ product)", "estimates.append(abs(v @ product))"),
    ),
    where="Try a matrix whose eigenvalues are all negative.",
    why="An absolute value hides that the estimate is still on the wrong side of 0.",
    how="Keep the sign of the estimate.",
)

REPAIRED_HISTORY.misconception(
    "leaves-out-the-start",
    Edit(after_each_round, ("estimates = [v @ matvec(v) / (v @ v)]", "estimates = []")),
    where="Ask for 0 rounds: one estimate has to come back.",
    why="The first estimate belongs to the start itself.",
    how="Put the estimate for `v0` first.",
)

REPAIRED_HISTORY.misconception(
    "leaves-out-the-end",
    Edit(before_each_round, ("iterations + 1", "iterations")),
    where="Count the estimates: there is one more than there are rounds.",
    why="The last estimate, the result itself, is missing.",
    how="Add the estimate after the last round.",
)

REPAIRED_HISTORY.misconception(
    "one-round-too-many",
    Edit(before_each_round, ("iterations + 1", "iterations + 2")),
    where="Count the estimates: there is one more than there are rounds.",
    why="The loop runs once too often.",
    how="Make exactly `iterations` rounds.",
)

REPAIRED_HISTORY.misconception(
    "only-the-result",
    Edit(after_each_round, ("return estimates", "return estimates[-1:]")),
    where="Ask for 3 rounds: four estimates have to come back.",
    why="The result alone cannot show whether it has settled.",
    how="Return all estimates.",
)

REPAIRED_HISTORY.misconception(
    "assumes-length-one",
    Edit(after_each_round, ("[v @ matvec(v) / (v @ v)]", "[v @ matvec(v)]")),
    where="Try a start of length 5: the first estimate must not depend on its length.",
    why="Without the division the first estimate grows with the square of the length of `v0`.",
    how="Divide by `v @ v`.",
)

REPAIRED_HISTORY.misconception(
    "never-normalises",
    Edit(
        after_each_round,
        ("v = matvec(v) / np.linalg.norm(matvec(v))", "v = matvec(v)"),
        ("estimates.append(v @ matvec(v) / (v @ v))", "estimates.append(v @ matvec(v))"),
    ),
    where="Do the estimates grow from round to round without end?",
    why="Without division by its length v grows, and the product with it.",
    how="Divide by the length in every round.",
)
