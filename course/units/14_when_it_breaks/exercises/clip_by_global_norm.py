"""Clipping by the global norm: one factor for all arrays, and only where the norm is too large."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Arrays, Number, Several
from course.shared.draws import narrow
from lrlib.optimizers import clip_by_global_norm

from . import UNIT


def _norm(grads) -> float:
    return math.sqrt(sum(float(np.sum(g**2)) for g in grads))


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for shapes in (((2, 3), (4,), (1,)), ((4,), (3,)), ((2, 2), (3, 1))):
        grads = [narrow(rng, shape) for shape in shapes]
        norm = _norm(grads)
        words = f"there are {len(shapes)} arrays"
        yield given(grads, norm * float(rng.uniform(0.2, 0.6))).on("values", f"{words}, too long")
        yield given(grads, norm * float(rng.uniform(0.8, 0.95))).on(
            "values", f"{words}, a little too long"
        )
        yield given(grads, norm * float(rng.uniform(1.2, 5))).on("within", f"{words}, short enough")
    single = [narrow(rng, (5,))]
    yield given(single, _norm(single) / 30).on("values", "there is one array, far too long")
    uneven = [narrow(rng, (3,)) * 100, narrow(rng, (4,)) * 0.01]
    yield given(uneven, 1.0).on("values", "one array is large and the other tiny")
    small = [narrow(rng, (3,)) * 1e-4, narrow(rng, (2,)) * 1e-4]
    yield given(small, 1.0).on("within", "all entries are tiny")
    entries = [np.array([0.9, -0.9, 0.9]), np.array([0.9, 0.9])]
    yield given(entries, 1.0).on("values", "each entry is below max_norm, together they are not")
    yield given([np.array([3.0, -4.0])], 5.0).on("within", "the norm is exactly max_norm")
    yield given([np.array([3.0]), np.array([4.0])], 5).on("within", "max_norm is a whole number")
    yield given([np.zeros(3), np.zeros((2, 1))], 1.0).on("within", "all gradients are 0")
    yield given((narrow(rng, (3,)), narrow(rng, (2,))), 0.7).on("values", "grads are a tuple")
    shape = [np.array(2.5), narrow(rng, (1, 2))]
    yield given(shape, 1.0).on("values", "one of the arrays has no axis")
    for bad, word in ((math.nan, "NaN"), (math.inf, "infinite"), (-math.inf, "minus infinity")):
        broken = [narrow(rng, (3,)), np.array([0.5, bad])]
        yield given(broken, 1.0).on("errors", f"one entry is {word}").refused()
    frozen = [narrow(rng, (3,)), narrow(rng, (2, 2))]
    yield given(frozen, 0.5).read_only().on("purity", "too long, and the inputs cannot be written")
    yield given(frozen, 50.0).read_only().on("purity", "short enough, inputs cannot be written to")
    yield given([g.copy() for g in frozen], 0.5).on("purity", "the gradients are too long")
    yield given([g.copy() for g in frozen], 50.0).on("purity", "the gradients are short enough")


CLIP_BY_GLOBAL_NORM = Exercise(
    name="clip_by_global_norm",
    unit=UNIT,
    signature="clip_by_global_norm(grads, max_norm)",
    returns=Several((Arrays(), Number()), ("gradients", "norm")),
    reference=clip_by_global_norm,
    cases=_cases,
    worth={"values": 1.5, "within": 1, "errors": 0.5, "purity": 1},
    statements={
        "values": "scales all arrays by one factor so that their joint norm is max_norm",
        "within": "leaves gradients alone whose joint norm is at most max_norm",
        "errors": "raises ValueError when the joint norm is not finite",
        "purity": "returns new arrays and leaves those that it got as they were",
    },
)


@CLIP_BY_GLOBAL_NORM.variant
def as_written(grads, max_norm):
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads))
    if not math.isfinite(norm):
        raise ValueError("the gradients are not finite")
    factor = max_norm / norm if norm > max_norm else 1.0
    return [g * factor for g in grads], norm


@CLIP_BY_GLOBAL_NORM.variant
def with_one_vector(grads, max_norm):
    flat = np.concatenate([np.ravel(g) for g in grads])
    norm = np.linalg.norm(flat)
    if not np.isfinite(norm):
        raise ValueError(f"norm {norm}")
    if norm <= max_norm:
        return [np.copy(g) for g in grads], norm
    return [np.multiply(g, max_norm / norm) for g in grads], norm


@CLIP_BY_GLOBAL_NORM.variant
def with_a_norm_for_each(grads, max_norm):
    each = [np.linalg.norm(np.ravel(g)) for g in grads]
    norm = float(np.linalg.norm(each))
    if math.isnan(norm) or math.isinf(norm):
        raise ValueError("skip this update")
    return tuple(g * min(1.0, max_norm / max(norm, 1e-300)) for g in grads), norm


@CLIP_BY_GLOBAL_NORM.variant
def in_a_loop(grads, max_norm):
    total = 0.0
    for g in grads:
        for entry in np.ravel(g):
            total += float(entry) ** 2
    norm = total**0.5
    if not norm < math.inf:
        raise ValueError("not finite")
    clipped = []
    for g in grads:
        new = np.array(g, copy=True)
        if norm > max_norm:
            new = new * (max_norm / norm)
        clipped.append(new)
    return clipped, norm


@CLIP_BY_GLOBAL_NORM.variant
def dividing_by_the_excess(grads, max_norm):
    norm = np.sqrt(sum(np.vdot(g, g) for g in grads))
    if not np.isfinite(norm):
        raise ValueError("a gradient is not finite")
    excess = max(norm / max_norm, 1.0)
    return [g / excess for g in grads], norm


CLIP_BY_GLOBAL_NORM.misconception(
    "each-array-by-itself",
    Edit(
        as_written,
        (
            "[g * factor for g in grads]",
            "[g * min(1.0, max_norm / max(float(np.sqrt(np.sum(g**2))), 1e-300)) for g in grads]",
        ),
    ),
    where="Give it two arrays that are each short enough, but not together.",
    why="A factor for each array changes the direction of the step; one for all keeps it.",
    how="Compute one norm over all entries of all arrays, and one factor from it.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "each-entry-by-itself",
    Edit(
        as_written,
        ("[g * factor for g in grads]", "[np.clip(g, -max_norm, max_norm) for g in grads]"),
    ),
    where="Give it entries that are all below `max_norm`, but whose joint norm is above it.",
    why="That is clipping by value: it cuts the large entries only, and turns the gradient.",
    how="Multiply every entry by the same factor.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "always-normalises",
    Edit(
        as_written,
        ("max_norm / norm if norm > max_norm else 1.0", "max_norm / norm if norm else 1.0"),
    ),
    Edit(as_written, (" if norm > max_norm else 1.0", "")),
    where="Give it a gradient much shorter than `max_norm`: should it grow?",
    why="Without the question every gradient gets the same length, small ones too.",
    how="Only where the norm exceeds `max_norm` is there anything to do.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "returns-the-norm-after",
    Edit(as_written, ("for g in grads], norm", "for g in grads], min(norm, max_norm)")),
    where="Look at the second result for a gradient that is too long.",
    why="The norm *before* is what you log: afterwards it says only that it was clipped.",
    how="Return the norm that you computed from the gradients as they came.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "gradients-without-the-norm",
    Edit(as_written, ("for g in grads], norm", "for g in grads]")),
    where="Count what comes back: the contract names two results, gradients and norm.",
    why="The list of clipped arrays is only the first; the caller logs the norm that they had.",
    how="End with both of them, with a comma between: `return gradients, norm`.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "forgets-the-root",
    Edit(
        as_written,
        (
            "math.sqrt(sum(float(np.sum(g**2)) for g in grads))",
            "sum(float(np.sum(g**2)) for g in grads)",
        ),
    ),
    where="Look at the norm of a single gradient of 3 and 4: it is 5.",
    why="The sum of squares is the square of the norm.",
    how="Take the root of the sum of all squares.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "adds-the-norms",
    Edit(
        as_written,
        (
            "math.sqrt(sum(float(np.sum(g**2)) for g in grads))",
            "sum(float(np.sqrt(np.sum(g**2))) for g in grads)",
        ),
    ),
    where="Try the arrays [3.0] and [4.0]: together their norm is 5, not 7.",
    why="Norms of parts at right angles do not add up; their squares do.",
    how="Add the squares of all entries, then take one root.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "largest-entry",
    Edit(
        as_written,
        (
            "math.sqrt(sum(float(np.sum(g**2)) for g in grads))",
            "max(float(np.max(np.abs(g))) for g in grads)",
        ),
    ),
    where="Look at the norm of a gradient of 3 and 4: it is 5.",
    why="The largest entry is another norm; the contract names the 2-norm.",
    how="Add the squares of all entries, then take one root.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "lets-nan-through",
    Edit(as_written, ("not math.isfinite(norm)", "False")),
    Edit(as_written, ("not math.isfinite(norm)", "math.isinf(norm)")),
    Edit(as_written, ("not math.isfinite(norm)", "math.isnan(norm)")),
    where="Try a gradient with NaN in it, and one with infinity.",
    why="Every comparison with NaN is false, so NaN passes as short enough; infinity gives 0 or NaN.",
    how="Ask `math.isfinite(norm)` first, and raise `ValueError` where it is not.",
)

CLIP_BY_GLOBAL_NORM.misconception(
    "zeros-instead-of-an-error",
    Edit(
        as_written,
        (
            'raise ValueError("the gradients are not finite")',
            "return [np.zeros_like(g) for g in grads], norm",
        ),
    ),
    where="Try a gradient with NaN in it: what does the contract want?",
    why="A silent zero gradient lets Adam move on by its momentum, and nobody learns of the fault.",
    how="Raise `ValueError`; whoever trains decides whether to skip or to stop.",
)


@CLIP_BY_GLOBAL_NORM.misconception(
    "clips-in-place",
    where="Look at the arrays that you passed in, after the call.",
    why="`*=` writes into the caller's gradients.",
    how="Make new arrays: `g * factor`.",
)
def in_place(grads, max_norm):
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads))
    if not math.isfinite(norm):
        raise ValueError("the gradients are not finite")
    for g in grads:
        g *= min(1.0, max_norm / max(norm, 1e-300))
    return [g.copy() for g in grads], norm


@CLIP_BY_GLOBAL_NORM.misconception(
    "hands-back-the-inputs",
    where="Compare the result of a short gradient with the array that you passed in: is it the same object?",
    why="Who gets the result and changes it would change the caller's gradients too.",
    how="Return copies where nothing has to be scaled.",
)
def same_arrays(grads, max_norm):
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads))
    if not math.isfinite(norm):
        raise ValueError("the gradients are not finite")
    if norm <= max_norm:
        return list(grads), norm
    return [g * (max_norm / norm) for g in grads], norm
