"""Distance over gradients: a rate from how far the run has come, without any to choose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number, Parameters, Several, State
from course.shared.draws import SHAPES, gradient_runs, narrow, whole
from lrlib.optimizers.reactive import Distance, DoG

from . import UNIT


def _reference(w, grad, state):
    rule = DoG(eps=1e-300)  # the contract has no eps; this one only keeps 0/0 away
    shape = w.shape
    memory = Distance(
        state["start"].ravel(), np.array([state["farthest"]]), np.array([state["square_sum"]])
    )
    new, after = rule.update(w.ravel(), grad.ravel(), memory, 1.0)
    return new.reshape(shape), _state(state["start"], *after.farthest, *after.square_sum)


def _state(start: np.ndarray, farthest: float, square_sum: float) -> dict[str, Any]:
    return {"start": start, "farthest": float(farthest), "square_sum": float(square_sum)}


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for note, w, gradients in gradient_runs(rng, 6):
        state = _state(w, float(rng.uniform(0.1, 0.3)), 0.0)
        for number, grad in enumerate(gradients, 1):
            place = "it is the first update" if number == 1 else f"it is update {number}"
            yield given(w, grad, state).on("values", f"{place} and {note}")
            w, state = _reference(w, grad, state)
    start, grad = narrow(rng, (4,)), narrow(rng, (4,))
    away = start + narrow(rng, (4,))
    far = float(np.linalg.norm(away - start))
    square = float(rng.uniform(2, 9))
    for share, note in ((0.5, "it is farther away than ever"), (3.0, "it has come back")):
        yield given(away, grad, _state(start, share * far, square)).on("farthest", note)
    yield given(start, grad, _state(start, 0.7, square)).on("farthest", "it is back at the start")
    yield given(away, grad, _state(start, 1.001 * far, square)).on(
        "farthest", "it is nearly as far away as ever"
    )
    yield given(away, np.zeros(4), _state(start, far / 2, square)).on("edge", "the gradient is 0")
    yield given(start, np.zeros(4), _state(start, 0.3, 0.0)).on(
        "edge", "every gradient so far is 0"
    )
    tiny = narrow(rng, (4,)) * 1e-6
    yield given(start, tiny, _state(start, 0.9, 0.0)).on("edge", "the first gradient is tiny")
    yield given(away, tiny, _state(start, far, 1e-12)).on("edge", "all gradients are tiny")
    yield given(away, whole(rng, (4,)), _state(start, 2, 4)).on("edge", "the numbers are whole")
    for shape in SHAPES:
        start, grad = narrow(rng, shape), narrow(rng, shape)
        state = _state(start, 0.4, float(rng.uniform(0.5, 2)))
        case = given(start + narrow(rng, shape), grad, state)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    start, move, grad = (narrow(rng, (4,)) for _ in range(3))
    for size, words in ((1e4, "large"), (1e-10, "tiny")):
        far = size * float(rng.uniform(2, 4))
        state = _state(size * start, far, float(rng.uniform(1, 3)) * size**2)
        at = given(size * start, size * grad, state)
        yield at.on("values", f"it is back at the start, and all numbers are {words}")
        gone = given(size * (start + 9 * move), size * grad, state)
        yield gone.on("farthest", f"it is farther away than ever, and all numbers are {words}")


DOG_STEP = Exercise(
    name="dog_step",
    unit=UNIT,
    signature="dog_step(w, grad, state)",
    returns=Several(
        (
            Parameters(),
            State((Parameters(), Number(), Number()), ("start", "farthest", "square_sum")),
        ),
        ("w", "state"),
    ),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "farthest": 0.5, "edge": 0.5, "shape": 0.25, "purity": 0.25},
    statements={
        "farthest": "keeps the largest distance, also when the run has come back",
        "edge": "stays where every gradient is 0, and takes tiny gradients as they are",
        "shape": "returns w and a dict with exactly 'start', 'farthest' and 'square_sum'",
    },
    may_return_inputs=True,
)


@DOG_STEP.variant
def as_written(w, grad, state):
    distance = np.sqrt(np.sum((w - state["start"]) ** 2))
    farthest = max(state["farthest"], distance)
    square_sum = state["square_sum"] + np.sum(grad**2)
    lr = farthest / np.sqrt(square_sum) if square_sum > 0 else 0.0
    return w - lr * grad, {**state, "farthest": farthest, "square_sum": square_sum}


@DOG_STEP.variant
def on_copies(w, grad, state):
    new, state = w.copy(), dict(state)
    state["farthest"] = max(float(np.linalg.norm(w - state["start"])), state["farthest"])
    state["square_sum"] += float(np.linalg.norm(grad) ** 2)
    if state["square_sum"]:
        new -= state["farthest"] * grad / state["square_sum"] ** 0.5
    return new, state


@DOG_STEP.variant
def with_inner_products(w, grad, state):
    gap = w - state["start"]
    farthest = np.maximum(np.vdot(gap, gap) ** 0.5, state["farthest"])
    square_sum = np.vdot(grad, grad) + state["square_sum"]
    direction = grad / np.sqrt(square_sum) if np.any(grad) else np.zeros_like(grad)
    return [
        w - farthest * direction,
        {"square_sum": square_sum, "farthest": farthest, "start": state["start"].copy()},
    ]


@DOG_STEP.variant
def entry_by_entry(w, grad, state):
    far, total = 0.0, state["square_sum"]
    for i in np.ndindex(w.shape):
        far += (w[i] - state["start"][i]) ** 2
        total += grad[i] * grad[i]
    far = max(far**0.5, state["farthest"])
    new = np.array(w)
    for i in np.ndindex(w.shape):
        if grad[i] != 0:
            new[i] = w[i] - far * grad[i] / total**0.5
    return new, {"start": np.array(state["start"]), "farthest": far, "square_sum": total}


DOG_STEP.misconception(
    "distance-of-now",
    Edit(as_written, ('max(state["farthest"], distance)', "distance")),
    where="Bring w back to its start: what becomes of your rate?",
    why="The rate uses the largest distance so far; the distance of now is 0 at the first update, "
    "and nothing would ever move.",
    how='Take `max(state["farthest"], ...)`.',
)

DOG_STEP.misconception(
    "never-measures",
    Edit(as_written, ('max(state["farthest"], distance)', 'state["farthest"]')),
    where="Move w away from its start by hand: does the rate grow?",
    why="The distance that came in is used for ever, so the rate can only fall.",
    how="Measure `|w - start|` and keep it when it is larger.",
)

DOG_STEP.misconception(
    "adds-the-distances",
    Edit(as_written, ('max(state["farthest"], distance)', 'state["farthest"] + distance')),
    where="Call it twice at the same w: does your distance grow?",
    why="The farthest distance is a maximum, not a sum: a run that goes nowhere comes no farther.",
    how="Use `max`, not `+`.",
)

DOG_STEP.misconception(
    "distance-from-zero",
    Edit(as_written, ('(w - state["start"])', "w")),
    where='Which point is the distance measured from? Look at `state["start"]`.',
    why="|w| is the distance from 0; the run did not start there.",
    how='Measure `w - state["start"]`.',
)

DOG_STEP.misconception(
    "distance-after-the-step",
    Edit(
        as_written,
        (
            '"farthest": farthest',
            '"farthest": max(farthest, np.linalg.norm(w - lr * grad - state["start"]))',
        ),
    ),
    where="Look at the state that comes back from the first update, in which w is the start.",
    why="The distance is measured before the step, at the w that came in; what the step adds is "
    "seen by the next call.",
    how="Return the distance that the step used.",
)

DOG_STEP.misconception(
    "forgets-this-gradient",
    Edit(
        as_written,
        (
            "np.sqrt(square_sum) if square_sum > 0",
            'np.sqrt(state["square_sum"]) if state["square_sum"] > 0',
        ),
    ),
    where="Look at the first update: how large is the sum that you divide by?",
    why="The sum includes the gradient of this update; without it the first is divided by 0.",
    how="Add `np.sum(grad**2)` first, then divide.",
)

DOG_STEP.misconception(
    "only-this-gradient",
    Edit(
        as_written,
        ("np.sqrt(square_sum) if square_sum > 0", "np.sqrt(np.sum(grad**2)) if np.any(grad)"),
    ),
    where="Look at the second update: does your divisor remember the first gradient?",
    why="Divided by its own length alone every step is as long as the distance; the sum over all "
    "gradients is what calms the rate.",
    how='Divide by the root of `state["square_sum"] + np.sum(grad**2)`.',
)

DOG_STEP.misconception(
    "forgets-the-root",
    Edit(as_written, ("np.sqrt(square_sum)", "square_sum")),
    where="Multiply all gradients by 10: w should move as before.",
    why="The sum holds squares; its root has the size of a gradient.",
    how="Divide by `np.sqrt(square_sum)`.",
)

DOG_STEP.misconception(
    "a-sum-for-each-entry",
    Edit(
        as_written,
        ("np.sum(grad**2)", "grad**2"),
        (
            "np.sqrt(square_sum) if square_sum > 0 else 0.0",
            "np.sqrt(np.where(square_sum > 0, square_sum, 1.0))",
        ),
    ),
    where="What kind of value is your `square_sum`?",
    why="An array of sums is AdaGrad; here there is one rate for all parameters.",
    how="Use `np.sum(grad**2)`: one number.",
)

DOG_STEP.misconception(
    "eps-inside-the-root",
    Edit(
        as_written, ("np.sqrt(square_sum) if square_sum > 0 else 0.0", "np.sqrt(square_sum + 1e-8)")
    ),
    where="Try tiny gradients.",
    why="The authors' code and Optax add 1e-8 inside the root, which outweighs tiny gradients. "
    "Here nothing is added.",
    how="Divide by `np.sqrt(square_sum)`, and stay where the sum is 0.",
)

DOG_STEP.misconception(
    "eps-outside-the-root",
    Edit(
        as_written,
        ("np.sqrt(square_sum) if square_sum > 0 else 0.0", "(np.sqrt(square_sum) + 1e-8)"),
    ),
    where="Try tiny gradients.",
    why="A small number beside the root is no longer small beside a tiny gradient.",
    how="Divide by `np.sqrt(square_sum)`, and stay where the sum is 0.",
)

DOG_STEP.misconception(
    "divides-by-zero",
    Edit(as_written, (" if square_sum > 0 else 0.0", "")),
    where="Let every gradient so far be 0.",
    why="The sum is 0 then, and 0 divided by 0 is NaN: the run would be lost.",
    how="Where the sum is 0, return w as it is (a copy).",
)

DOG_STEP.misconception(
    "moves-the-start",
    Edit(as_written, ("{**state, ", '{"start": w - lr * grad, ')),
    where='Look at `state["start"]` after two updates.',
    why="The start stays where the run began; moved along, the distance would never grow.",
    how='Hand `state["start"]` on as it came.',
)

DOG_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take a positive gradient: which way should w go?",
    why="Adding the step climbs.",
    how="Subtract it from w.",
)


@DOG_STEP.misconception(
    "changes-the-state",
    where="Compare `state` before and after the call.",
    why='`state["farthest"] = ...` writes into the caller\'s dict.',
    how="Make a new one: `{**state, ...}`.",
)
def writes_into_the_state(w, grad, state):
    new, after = as_written(w, grad, state)
    state.update(after)
    return new, state


DOG_STEP.misconception(
    "returns-w-alone",
    Edit(as_written, (', {**state, "farthest": farthest, "square_sum": square_sum}', "")),
    where="How many results does the contract name?",
    why="Without its state the next update would not know how far the run has come.",
    how='Return `(w, {"start": ..., "farthest": ..., "square_sum": ...})`.',
)
