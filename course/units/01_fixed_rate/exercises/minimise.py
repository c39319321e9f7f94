"""The loop around the update: the whole path from a starting point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters
from autograders.protocol.codec import Recipe
from course.shared.draws import narrow, one_at_a_time
from lrlib.optimizers import SGD

from . import UNIT


def _minimise_cases(rng: np.random.Generator) -> Iterator[Case]:
    def bowl(shape: tuple[int, ...], lr: float, steps: int) -> Case:
        grad = Recipe(
            "linear_grad", {"slope": rng.uniform(0.2, 1.5, shape), "shift": rng.normal(size=shape)}
        )
        return given(grad, rng.normal(size=shape) * 2, lr, steps)

    yield bowl((3,), 0.3, 6).on("values", "w0 has three entries")
    yield bowl((2,), 1.1, 7).on("values", "the rate makes it oscillate")
    yield bowl((4,), 0.05, 12).on("values", "the rate is small")
    yield bowl((2,), 0.4, 1).on("values", "there is one step")
    whole = Recipe("linear_grad", {"slope": np.full(2, 0.25), "shift": np.zeros(2)})
    yield given(whole, np.array([4.0, -3.0]), 0.5, 5).on("values", "w0 holds whole numbers")
    steep = Recipe("linear_grad", {"slope": np.full(2, 2.0), "shift": rng.normal(size=2)})
    yield given(steep, rng.normal(size=2) * 2, 0.5, 5).on(
        "values", "the bottom is reached before the last step"
    )
    yield bowl((3,), 0.4, 0).on("edge", "steps is 0")
    yield bowl((2, 2), 0.3, 4).on("shape", "w0 is a matrix")
    yield bowl((3, 1), 0.3, 4).on("shape", "w0 is a column")
    yield bowl((3,), 0.2, 5).read_only().on("purity", "w0 cannot be written to")

    def slopes() -> Recipe:
        data = {"slope": rng.uniform(0.5, 1.5, 3), "shift": rng.normal(size=3)}
        return Recipe("linear_grad", data)

    names, w0 = "grad_fn w0 lr steps", narrow(rng, (3,))
    yield from one_at_a_time(
        given(slopes(), w0, 0.01, 200),
        names,
        grad_fn=(slopes(),),
        w0=(1e4 * w0,),
        lr=(0.03,),
        steps=(150,),
    )
    one = Recipe("linear_grad", {"slope": np.ones(1), "shift": np.zeros(1)})
    yield given(one, np.ones(1), 2.5, 20).on("values", "it diverges")
    yield given(one, 1e-10 * np.ones(1), 0.01, 9).on("values", "all arrays are tiny")
    yield from one_at_a_time(given(slopes(), np.zeros(3), 0.01, 3), names, lr=(1e-10, 3e3))


def _minimise(grad_fn, w0, lr, steps):
    path = [w0]
    for _ in range(steps):
        path.append(SGD().update(path[-1], grad_fn(path[-1]), SGD().init(w0), lr)[0])
    return np.stack(path)


MINIMISE = Exercise(
    name="minimise",
    unit=UNIT,
    signature="minimise(grad_fn, w0, lr, steps)",
    returns=Parameters(),
    reference=_minimise,
    cases=_minimise_cases,
    worth={"values": 2, "shape": 1, "edge": 1, "purity": 1},
    harmless={"steps at most 1000": "a right version that calls itself ends at 1,000 calls"},
    statements={"edge": "returns just the starting point when steps is 0"},
    not_in_form=("entry_by_entry",),
)


@MINIMISE.variant
def growing_list(grad_fn, w0, lr, steps):
    path = [w0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)


@MINIMISE.variant
def filled_array(grad_fn, w0, lr, steps):
    path = np.empty((steps + 1, *w0.shape))
    path[0] = w0
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad_fn(path[t])
    return path


@MINIMISE.variant
def one_working_copy(grad_fn, w0, lr, steps):
    w = w0.copy()
    path = [w.copy()]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w.copy())
    return np.stack(path)


@MINIMISE.variant
def recursive(grad_fn, w0, lr, steps):
    head = np.array(w0)[np.newaxis]
    if steps == 0:
        return head
    return np.concatenate([head, recursive(grad_fn, w0 - lr * grad_fn(w0), lr, steps - 1)])


@MINIMISE.variant
def while_loop(grad_fn, w0, lr, steps):
    path = np.zeros((steps + 1, *w0.shape))
    path[0], t = w0, 0
    while t < steps:
        gradient = grad_fn(path[t].copy())
        path[t + 1] = path[t] + -lr * gradient
        t += 1
    return path


MINIMISE.misconception(
    "same-array-in-every-row",
    Edit(one_working_copy, ("[w.copy()]", "[w]"), ("append(w.copy())", "append(w)")),
    where="Print the rows: are they all the same point?",
    why="Appending one array and then changing it in place stores the same object many times.",
    how="Append a new array each time: `w = w - lr * grad_fn(w)` makes one, `w -= ...` does not.",
)

MINIMISE.misconception(
    "gradient-of-the-start",
    Edit(growing_list, ("grad_fn(path[-1])", "grad_fn(path[0])")),
    where="Look at the differences between rows: do they ever change?",
    why="The gradient is taken once at `w0`; it has to be taken anew at every point.",
    how="Call `grad_fn` inside the loop, with the current point.",
)

MINIMISE.misconception(
    "misses-the-start",
    Edit(growing_list, ("np.array(path)", "np.array(path)[1:]")),
    where="Count the rows and look at the first one.",
    why="The path starts at `w0`: row 0 is the point before any step, so there is one row more.",
    how="Put `w0` into the path before the loop begins.",
)

MINIMISE.misconception(
    "misses-the-end",
    Edit(growing_list, ("np.array(path)", "np.array(path)[:-1]")),
    where="Count the rows: `steps` steps lead through `steps + 1` points.",
    why="Storing before each step leaves out the point that the last step reaches.",
    how="Store `w0` first and then the new point after each step.",
)

MINIMISE.misconception(
    "only-the-end",
    Edit(growing_list, ("np.array(path)", "path[-1]")),
    where="Look at the shape of what comes back: where is the path?",
    why="The last point alone cannot show whether the way there oscillated or crept.",
    how="Collect every point in a list or an array and return all of them.",
)

MINIMISE.misconception(
    "climbs",
    Edit(growing_list, ("path[-1] - lr", "path[-1] + lr")),
    where="Does the distance to the bottom grow from row to row?",
    why="The gradient points uphill, so adding it climbs.",
    how="Subtract `lr * grad_fn(w)`.",
)

MINIMISE.misconception(
    "changes-w0",
    Edit(one_working_copy, ("w0.copy()", "w0")),
    where="Compare `w0` before and after the call.",
    why="`w0 -= ...` moves the caller's own starting point, so a second run starts elsewhere.",
    how="Work on a copy, or write `w = w - ...` so that each step makes a new array.",
)

MINIMISE.misconception(
    "one-step-too-many",
    Edit(growing_list, ("range(steps)", "range(steps + 1)")),
    where="Count the rows for steps = 0: one is right.",
    why="The loop runs once too often, as with `range(steps + 1)` after the start was stored.",
    how="Store `w0`, then run the loop exactly `steps` times.",
)

MINIMISE.misconception(
    "flat-rows",
    Edit(growing_list, ("np.array(path)", "np.array(path).reshape(steps + 1, -1)")),
    where="Give it a matrix as `w0` and look at the shape of a row.",
    why="Each row has to have the shape of `w0`; flattening loses it.",
    how="Make the result of shape `(steps + 1, *w0.shape)`.",
)
