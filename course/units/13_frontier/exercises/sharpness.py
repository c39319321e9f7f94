"""Sharpness: the largest curvature of a loss, from products with its Hessian alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from autograders.protocol.codec import Recipe
from course.shared.draws import one_at_a_time
from lrlib.curvature import largest_eigenvalue

from ....shared.matrices import spread, turned
from . import UNIT


def _reference(hvp, v0, iterations):
    def flat(v):
        return hvp(v.reshape(v0.shape)).ravel()

    return largest_eigenvalue(flat, v0.ravel(), int(iterations))


def _start(rng: np.random.Generator, shape: tuple[int, ...], length: float) -> np.ndarray:
    v = rng.uniform(0.4, 1.2, shape) * rng.choice([-1.0, 1.0], shape)
    return v * length / np.linalg.norm(v)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def on(matrix: np.ndarray, iterations: int, length: float = 1.0) -> Case:
        v0 = _start(rng, (len(matrix),), length)
        return given(Recipe("matvec", {"matrix": matrix}), v0, iterations)

    def layer(shape: tuple[int, ...], iterations: int, length: float = 1.0) -> Case:
        slope = rng.uniform(0.5, 8, shape) * rng.choice([-1.0, 1.0], shape, p=[0.2, 0.8])
        hvp = Recipe("linear_grad", {"slope": slope, "shift": 0.0})
        return given(hvp, _start(rng, shape, length), iterations)

    for n, iterations in ((2, 3), (3, 5), (6, 8)):
        hessian = turned(rng, spread(rng, n, 0.5, 6))
        yield on(hessian, iterations).on("values", "v0 has length 1")
        yield on(hessian, iterations, 5.0).on("values", "v0 is long")
        yield on(hessian, 1, 0.2).on("values", "there is one iteration and v0 is short")
        yield on(hessian, 2, 3.0).on("values", "there are two iterations")
    yield on(turned(rng, spread(rng, 4, 20, 800)), 4).on("values", "the curvatures are large")
    values = spread(rng, 4, 0.5, 5)
    values[-1] *= -1
    saddle = turned(rng, values)
    yield on(saddle, 7, 2.0).on("values", "the dominant curvature is negative")
    yield on(saddle, 80).on("values", "it has converged to a negative curvature")
    for shape in ((2, 3), (3, 1), (3, 3), (2, 2, 2)):
        yield layer(shape, 3, 2.0).on("shape", f"the parameters have shape {shape}")
        yield layer(shape, 1, 0.3).on("shape", f"one iteration, parameters of shape {shape}")
    yield layer((2, 2), 0, 3.0).on("shape", "no iterations, parameters of shape (2, 2)")
    hessian = turned(rng, spread(rng, 3, 0.5, 6))
    yield on(hessian, 0).on("edge", "there are no iterations and v0 has length 1")
    yield on(hessian, 0, 4.0).on("edge", "there are no iterations and v0 is long")
    yield on(np.array([[float(rng.uniform(2, 5))]]), 3, 2.0).on("edge", "there is one parameter")
    still = Recipe("matvec", {"matrix": np.diag([2.0, 7.0, 3.0])})
    yield given(still, np.array([0.0, 0.0, 4.0]), 5).on("edge", "v0 is a smaller eigenvector")
    yield on(hessian, 4, 3.0).read_only().on("edge", "v0 cannot be written to")
    plain = Recipe("matvec", {"matrix": np.zeros((3, 3))})
    valley = Recipe("matvec", {"matrix": np.diag([4.0, 0.0, 0.0])})
    across = np.array([0.0, float(rng.uniform(0.5, 2)), -1.0])
    yield given(plain, across, 4).on("flat", "the Hessian is 0")
    yield given(plain, across, 0).on("flat", "the Hessian is 0 and there are no iterations")
    yield given(valley, across, 3).on("flat", "the loss is flat along v0")
    close = turned(rng, np.array([3.0, 2.9985, 1.0]))
    other = turned(rng, np.array([4.0, 3.998, 0.5]))
    v0 = _start(rng, (3,), 1.0)
    usual = given(Recipe("matvec", {"matrix": close}), v0, 400)
    yield from one_at_a_time(
        usual,
        "hvp v0 iterations",
        hvp=(Recipe("matvec", {"matrix": other}),),
        v0=(1e5 * v0, 1e-10 * v0),
        iterations=(40,),
    )
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        scaled = Recipe("matvec", {"matrix": size * close})
        yield given(scaled, v0, 5).on("values", f"all curvatures are {words}")
    beside = given(Recipe("matvec", {"matrix": np.diag([2.0, 1.0])}), np.array([1e-8, 1.0]), 26)
    yield beside.on("values", "v0 lies beside the smaller eigenvector")


SHARPNESS = Exercise(
    name="sharpness",
    unit=UNIT,
    signature="sharpness(hvp, v0, iterations)",
    returns=Number(),
    reference=_reference,
    cases=_cases,
    worth={"values": 2, "shape": 1, "flat": 0.5, "edge": 0.5},
    harmless={"iterations at most 1000": "a right version that calls itself ends at 1,000 calls"},
    statements={
        "shape": "takes parameters of any shape and returns one number",
        "flat": "answers 0 where the loss is flat along v0",
        "edge": "works for 0 iterations, one parameter, and from an eigenvector",
    },
)


@SHARPNESS.variant
def as_written(hvp, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = hvp(v)
        length = np.sqrt(np.sum(product**2))
        if length == 0:
            return 0.0
        v = product / length
    return np.sum(v * hvp(v)) / np.sum(v * v)


@SHARPNESS.variant
def on_flat_vectors(hvp, v0, iterations):
    shape, v = v0.shape, v0.ravel() / np.linalg.norm(v0)
    for _ in range(iterations):
        product = hvp(v.reshape(shape)).ravel()
        if not product.any():
            return 0
        v = product / np.linalg.norm(product)
    return float(v @ hvp(v.reshape(shape)).ravel())


@SHARPNESS.variant
def keeping_the_product(hvp, v0, iterations):
    v, product = v0.copy(), hvp(v0)
    for _ in range(iterations):
        length = np.linalg.norm(product)
        if length == 0:
            break
        v = product / length
        product = hvp(v)
    return np.vdot(v, product) / np.vdot(v, v)


@SHARPNESS.variant
def scaled_by_the_largest_entry(hvp, v0, iterations):
    v = np.array(v0)
    while iterations > 0:
        v = hvp(v)
        size = np.abs(v).max()
        if size == 0.0:
            return np.float64(0)
        v, iterations = v / size, iterations - 1
    return np.array(np.tensordot(hvp(v), v, axes=v.ndim) / np.tensordot(v, v, axes=v.ndim))


@SHARPNESS.variant
def entry_by_entry(hvp, v0, iterations):
    v = v0
    for _ in range(iterations):
        product = hvp(v)
        length = sum(x * x for x in product.flat) ** 0.5
        v = product / (length or 1.0)
    if not v.any():
        return 0.0
    return sum(a * b for a, b in zip(v.flat, hvp(v).flat)) / sum(a * a for a in v.flat)


SHARPNESS.misconception(
    "divides-by-zero-on-flat-ground",
    Edit(as_written, ("return 0.0", "pass")),
    Edit(as_written, ("return 0.0", "pass"), ("/ length", "/ (length + 1e-12)")),
    where="Try a Hessian of zeros: what is the length of `H v`?",
    why="Where the loss is flat along v, `H v` is 0, and dividing it by its length gives NaN.",
    how="If the length is 0, return 0.0: there is no curvature along v.",
)

SHARPNESS.misconception(
    "takes-vectors-only",
    Edit(as_written, ("np.sum(v * hvp(v)) / np.sum(v * v)", "(v @ hvp(v)) / (v @ v)")),
    Edit(
        as_written,
        ("return 0.0", "pass"),
        ("np.sum(v * hvp(v)) / np.sum(v * v)", "(v @ hvp(v)) / (v @ v)"),
    ),
    where="Try parameters that form a matrix, as the weights of a layer do.",
    why="`v @ w` is the inner product of vectors only; of matrices it is the matrix product.",
    how="Write the inner product as `np.sum(v * hvp(v))`: it works for every shape.",
)

SHARPNESS.misconception(
    "loses-the-sign",
    Edit(
        as_written,
        ("np.sum(v * hvp(v)) / np.sum(v * v)", "np.sqrt(np.sum(hvp(v) ** 2) / np.sum(v * v))"),
    ),
    Edit(as_written, ("np.sum(v * hvp(v))", "abs(np.sum(v * hvp(v)))")),
    where="Try a Hessian whose dominant curvature is negative.",
    why="The length of `H v` is never negative, so it gives the size of the curvature only.",
    how="Return `np.sum(v * hvp(v)) / np.sum(v * v)`, which keeps the sign.",
)

SHARPNESS.misconception(
    "assumes-length-one",
    Edit(as_written, (" / np.sum(v * v)", "")),
    where="Ask for 0 iterations from a v0 of length 4.",
    why="`v.(H v)` alone is the curvature only for a v of length 1; v0 may have any length.",
    how="Divide by `np.sum(v * v)`.",
)

SHARPNESS.misconception(
    "never-normalises",
    Edit(as_written, ("product / length", "product"), (" / np.sum(v * v)", "")),
    where="Print the length of v after each iteration.",
    why="Without division by its length v grows by the curvature each time, and the result with it.",
    how="Divide `H v` by its length in each iteration.",
)

SHARPNESS.misconception(
    "one-iteration-too-many",
    Edit(as_written, ("range(iterations)", "range(iterations + 1)")),
    where="Ask for 0 iterations: the result has to belong to v0 itself.",
    why="`range(iterations + 1)`, or a product before the loop, moves v once too often.",
    how="Run the loop exactly `iterations` times.",
)

SHARPNESS.misconception(
    "one-iteration-too-few",
    Edit(as_written, ("range(iterations)", "range(iterations - 1)")),
    where="Ask for 1 iteration: v has to move once before the curvature is measured.",
    why="The curvature is measured inside the loop, before v has been moved for the last time.",
    how="Measure after the loop, with the last v.",
)

SHARPNESS.misconception(
    "curvature-along-v0",
    Edit(as_written, ("range(iterations)", "range(0)")),
    where="Ask for 1 iteration and for 5: is there a difference?",
    why="The curvature along v0 is an average over all directions, far below the largest.",
    how="First turn v towards the sharpest direction: `iterations` times `v = H v / |H v|`.",
)

SHARPNESS.misconception(
    "ignores-iterations",
    Edit(as_written, ("range(iterations)", "range(100)")),
    where="Ask for 1 iteration and for 100: are the results different?",
    why="A fixed number of rounds, or a loop until convergence, does not do what was asked.",
    how="Loop `for _ in range(iterations)`.",
)

SHARPNESS.misconception(
    "starts-elsewhere",
    Edit(as_written, ("v = v0", "v = np.ones_like(v0)")),
    where="Start from an eigenvector: v should stay there.",
    why="A vector of ones, or a random one, is not the start that the caller chose.",
    how="Begin with `v = v0`.",
)

SHARPNESS.misconception(
    "returns-the-rate",
    Edit(
        as_written,
        (
            "np.sum(v * hvp(v)) / np.sum(v * v)",
            "2 * np.sum(v * v) / (np.sum(v * hvp(v)) or np.inf)",
        ),
    ),
    where="Look at a Hessian with one entry: is its curvature 2 divided by that entry?",
    why="2 over the sharpness is the largest stable rate; the exercise asks for the sharpness.",
    how="Return the curvature itself.",
)


@SHARPNESS.misconception(
    "changes-v0",
    where="Compare `v0` before and after the call.",
    why="`v0 /= ...` and `v0[:] = ...` write into the caller's array.",
    how="Make new arrays: `v = product / length`.",
)
def normalises_in_place(hvp, v0, iterations):
    v0 /= np.sqrt(np.sum(v0**2))
    for _ in range(iterations):
        v0[...] = hvp(v0)
        v0 /= np.sqrt(np.sum(v0**2)) or 1.0
    return np.sum(v0 * hvp(v0))


SHARPNESS.misconception(
    "returns-the-direction",
    Edit(
        as_written,
        ("v = v0", "v = v0 / np.sqrt(np.sum(v0**2))"),
        ("return 0.0", "return product"),
        ("np.sum(v * hvp(v)) / np.sum(v * v)", "v"),
    ),
    where="How many numbers come back?",
    why="v is the direction of the largest curvature; the exercise asks for its size.",
    how="Return `np.sum(v * hvp(v)) / np.sum(v * v)`.",
)
