"""Power iteration: the dominant eigenvalue from products with the matrix alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from autograders.protocol.codec import Recipe
from course.shared.draws import one_at_a_time

from ....shared.matrices import spread, turned
from . import UNIT


def _power(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = matvec(v)
        v = product / np.linalg.norm(product)
    return v @ matvec(v) / (v @ v)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def on(matrix: np.ndarray, iterations: int, length: float = 1.0) -> Case:
        v0 = rng.uniform(0.4, 1.2, len(matrix)) * rng.choice([-1.0, 1.0], len(matrix))
        matvec = Recipe("matvec", {"matrix": matrix})
        return given(matvec, v0 * length / np.linalg.norm(v0), iterations)

    for n, iterations in ((2, 3), (3, 5), (5, 8)):
        matrix = turned(rng, spread(rng, n, 0.5, 6))
        yield on(matrix, iterations).on("values", "v0 has length 1")
        yield on(matrix, iterations, 5.0).on("values", "v0 is long")
        yield on(matrix, 1, 0.2).on("values", "there is one iteration and v0 is short")
        yield on(matrix, 1, 1e5).on("values", "there is one iteration and v0 is vast")
    yield on(turned(rng, spread(rng, 4, 1, 9)), 60).on("values", "it has converged")
    yield on(turned(rng, spread(rng, 4, 20, 800)), 4).on("values", "the curvatures are large")
    for n in (3, 4):
        values = spread(rng, n, 0.5, 5)
        values[-1] *= -1
        yield on(turned(rng, values), 7, 2.0).on("negative", "the dominant one is negative")
        yield on(turned(rng, values), 80).on("negative", "it has converged to a negative one")
    yield on(-turned(rng, spread(rng, 3, 0.4, 3)), 5, 3.0).on("negative", "all are negative")
    matrix = turned(rng, spread(rng, 3, 0.5, 6))
    yield on(matrix, 0).on("edge", "there are no iterations and v0 has length 1")
    yield on(matrix, 0, 4.0).on("edge", "there are no iterations and v0 is long")
    yield on(matrix, 0, 0.1).on("edge", "there are no iterations and v0 is short")
    yield on(np.array([[float(rng.uniform(2, 5))]]), 3, 2.0).on("edge", "there is one parameter")
    still = Recipe("matvec", {"matrix": np.diag([2.0, 7.0, 3.0])})
    yield given(still, np.array([0.0, 0.0, 4.0]), 5).on("edge", "v0 is a smaller eigenvector")
    whole = Recipe("matvec", {"matrix": np.array([[2.0, 1.0], [1.0, 3.0]])})
    yield given(whole, np.array([3.0, -4.0]), 2).on("edge", "v0 holds whole numbers")
    yield on(matrix, 4, 3.0).read_only().on("edge", "v0 cannot be written to")
    vast = turned(rng, spread(rng, 3, 1e11, 1e12))
    yield on(vast, 40).on("edge", "the curvatures are vast and there are many iterations")
    close = turned(rng, np.array([3.0, 2.9985, 1.0]))
    other = turned(rng, np.array([4.0, 3.998, 0.5]))
    v0 = rng.uniform(0.4, 1.2, 3) * np.array([1.0, -1.0, 1.0])
    usual = given(Recipe("matvec", {"matrix": close}), v0, 400)
    yield from one_at_a_time(
        usual,
        "matvec v0 iterations",
        "values",
        matvec=(Recipe("matvec", {"matrix": other}),),
        v0=(1e5 * v0, 1e-10 * v0),
        iterations=(40,),
    )
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        scaled = Recipe("matvec", {"matrix": size * close})
        yield given(scaled, v0, 5).on("values", f"all eigenvalues are {words}")
    plain = Recipe("matvec", {"matrix": np.diag([2.0, 1.0])})
    beside = given(plain, np.array([1e-8, 1.0]), 26)
    yield beside.on("values", "v0 lies beside the smaller eigenvector")


LARGEST_EIGENVALUE = Exercise(
    name="largest_eigenvalue",
    unit=UNIT,
    signature="largest_eigenvalue(matvec, v0, iterations)",
    returns=Number(),
    reference=_power,
    cases=_cases,
    worth={"values": 1, "negative": 1, "edge": 1},
    harmless={"iterations at most 1000": "a right version that calls itself ends at 1,000 calls"},
    statements={
        "negative": "finds a negative dominant eigenvalue with its sign",
        "edge": "works for 0 or many iterations, one parameter, whole numbers, an eigenvector",
    },
)


@LARGEST_EIGENVALUE.variant
def as_written(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v)
        v = v / np.linalg.norm(v)
    return v @ matvec(v) / (v @ v)


@LARGEST_EIGENVALUE.variant
def normalised_before(matvec, v0, iterations):
    v = v0 / np.sqrt(np.sum(v0**2))
    for _ in range(iterations):
        product = matvec(v)
        v = product / np.sqrt(np.sum(product**2))
    return np.dot(v, matvec(v))


@LARGEST_EIGENVALUE.variant
def keeping_the_product(matvec, v0, iterations):
    v, product = v0.copy(), matvec(v0)
    for _ in range(iterations):
        v = product / np.linalg.norm(product)
        product = matvec(v)
    return float(np.dot(v, product) / np.dot(v, v))


@LARGEST_EIGENVALUE.variant
def scaled_by_the_largest_entry(matvec, v0, iterations):
    v = np.array(v0)
    while iterations > 0:
        v = matvec(v)
        v /= np.abs(v).max()
        iterations -= 1
    return np.inner(matvec(v), v) / np.inner(v, v)


@LARGEST_EIGENVALUE.variant
def with_sums(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v) / sum(x * x for x in matvec(v)) ** 0.5
    product = matvec(v)
    return np.array(sum(a * b for a, b in zip(v, product)) / sum(a * a for a in v))


LARGEST_EIGENVALUE.misconception(
    "loses-the-sign",
    Edit(as_written, ("v @ matvec(v) / (v @ v)", "np.linalg.norm(matvec(v)) / np.linalg.norm(v)")),
    Edit(as_written, ("v @ matvec(v) / (v @ v)", "abs(v @ matvec(v) / (v @ v))")),
    where="Try a matrix whose dominant eigenvalue is negative.",
    why="The length of `A v` is never negative, so it can only give the eigenvalue's size.",
    how="Return `v.(A v) / v.v`, which keeps the sign.",
)

LARGEST_EIGENVALUE.misconception(
    "returns-the-last-norm",
    Edit(
        as_written,
        ("v = v0", "v, norm = v0, np.linalg.norm(v0)"),
        ("v = v / np.linalg.norm(v)", "v, norm = v / np.linalg.norm(v), np.linalg.norm(v)"),
        ("v @ matvec(v) / (v @ v)", "norm"),
    ),
    where="Try a few iterations by hand: which v does your result belong to?",
    why="The norm found inside the loop belongs to the vector before the last, and has no sign.",
    how="After the loop, compute `v.(A v) / v.v` with the last `v`.",
)

LARGEST_EIGENVALUE.misconception(
    "assumes-length-one",
    Edit(as_written, (" / (v @ v)", "")),
    where="Try 0 iterations from a v0 of length 5.",
    why="`v.(A v)` alone is the eigenvalue only for a v of length 1; v0 may have any length.",
    how="Divide by `v.v`.",
)

LARGEST_EIGENVALUE.misconception(
    "never-normalises",
    Edit(as_written, ("v = v / np.linalg.norm(v)", "pass"), (" / (v @ v)", "")),
    Edit(as_written, ("v = v / np.linalg.norm(v)", "pass")),
    Edit(
        as_written,
        ("v = v / np.linalg.norm(v)", "pass"),
        ("v @ matvec(v) / (v @ v)", "np.linalg.norm(v)"),
    ),
    where="Print the length of v after each iteration.",
    why="Without division by its length v grows: the result is far too large, or overflows.",
    how="Divide by `np.linalg.norm` in each iteration.",
)

LARGEST_EIGENVALUE.misconception(
    "one-iteration-too-many",
    Edit(as_written, ("range(iterations)", "range(iterations + 1)")),
    where="Ask for 0 iterations: the result has to belong to v0 itself.",
    why="`range(iterations + 1)`, or a product before the loop, moves v once too often.",
    how="Run the loop exactly `iterations` times.",
)

LARGEST_EIGENVALUE.misconception(
    "one-iteration-too-few",
    Edit(as_written, ("range(iterations)", "range(iterations - 1)")),
    where="Ask for 1 iteration: v has to move once before the result is taken.",
    why="The result of the last iteration is measured before v is updated.",
    how="Compute `v.(A v) / v.v` after the loop, with the last v.",
)

LARGEST_EIGENVALUE.misconception(
    "ignores-iterations",
    Edit(as_written, ("range(iterations)", "range(100)")),
    where="Ask for 1 iteration and for 100: are the results different?",
    why="A fixed number of rounds, or a loop until convergence, does not do what was asked.",
    how="Loop `for _ in range(iterations)`.",
)


@LARGEST_EIGENVALUE.misconception(
    "solves-for-all-eigenvalues",
    where="Ask for 1 iteration: the result is not exact yet.",
    why="Building the matrix and calling an eigenvalue routine is not power iteration.",
    how="Only multiply and normalise: that works for millions of parameters too.",
)
def dense_solver(matvec, v0, iterations):
    matrix = np.array([matvec(e) for e in np.eye(len(v0))])
    values = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    return values[np.argmax(np.abs(values))]


LARGEST_EIGENVALUE.misconception(
    "starts-elsewhere",
    Edit(as_written, ("v = v0", "v = np.ones_like(v0)")),
    where="Start from an eigenvector: v should stay there.",
    why="A vector of ones, or a random one, is not the start that the caller chose.",
    how="Begin with `v = v0`.",
)

LARGEST_EIGENVALUE.misconception(
    "ratio-of-single-entries",
    Edit(as_written, ("v @ matvec(v) / (v @ v)", "matvec(v)[0] / v[0]")),
    Edit(as_written, ("v @ matvec(v) / (v @ v)", "np.mean(matvec(v) / v)")),
    where="Start from a vector with a 0 in it, or stop before it has converged.",
    why="`(A v) / v` differs from entry to entry until v is an eigenvector.",
    how="Weigh all entries: `v.(A v) / v.v`.",
)

LARGEST_EIGENVALUE.misconception(
    "changes-v0",
    Edit(
        normalised_before,
        ("v0 / np.sqrt(np.sum(v0**2))", "np.divide(v0, np.linalg.norm(v0), out=v0)"),
        ("v = product", "v[:] = product"),
    ),
    where="Compare `v0` before and after the call.",
    why="`v0 /= ...` and `v0[:] = ...` write into the caller's vector.",
    how="Make new arrays: `v = v / np.linalg.norm(v)`.",
)

LARGEST_EIGENVALUE.misconception(
    "returns-the-vector",
    Edit(normalised_before, ("np.dot(v, matvec(v))", "v")),
    where="How many numbers come back?",
    why="v is the direction of the largest curvature; the exercise asks for its size.",
    how="Return `v.(A v) / v.v`.",
)
