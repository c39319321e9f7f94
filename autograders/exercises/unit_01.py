"""Unit 01, fixed rate: the update, the loop around it and reading a loss curve."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.exercise import Case, Exercise, given
from autograders.kinds import Parameters, Text
from autograders.wire import Recipe
from lrlib.optimizers import SGD

UNIT = "01_fixed_rate"


def _sgd_cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr in (0.1, float(rng.uniform(0.3, 0.9)), 1.7):
        w, grad = rng.normal(size=5), rng.normal(size=5)
        yield given(w, grad, lr).on("values", "the gradient has entries of either sign")
    wide = 10.0 ** rng.uniform(-3, 3, size=6) * rng.choice([-1.0, 1.0], size=6)
    wide[2] = 0.0
    yield given(rng.normal(size=6), wide, 0.013).on("values", "gradients run from tiny to huge")
    w = rng.integers(-9, 9, size=4).astype(float)
    yield given(w, np.ones(4), 0.25).on("values", "the parameters are whole numbers")
    yield given(rng.normal(size=3), rng.normal(size=3), 0.0).on("values", "the rate is 0")
    yield given(rng.normal(size=3), np.zeros(3), 0.4).on("purity", "the gradient is 0")
    yield given(rng.normal(size=(4, 1)), rng.normal(size=(4, 1)), 0.3).on("shape", "w is a column")
    yield given(rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), 0.3).on("shape", "w is a matrix")
    frozen = given(rng.normal(size=4), rng.normal(size=4), 0.6).read_only()
    yield frozen.on("purity", "the inputs cannot be written to")


SGD_STEP = Exercise(
    name="sgd_step",
    unit=UNIT,
    signature="sgd_step(w, grad, lr)",
    returns=Parameters(),
    reference=lambda w, grad, lr: SGD().update(w, grad, SGD().init(w), lr)[0],
    cases=_sgd_cases,
    worth={"values": 3, "shape": 1, "purity": 1},
)


@SGD_STEP.variant
def plain(w, grad, lr):
    return w - lr * grad


@SGD_STEP.variant
def with_numpy(w, grad, lr):
    return np.subtract(w, np.multiply(lr, grad))


@SGD_STEP.variant
def on_a_copy(w, grad, lr):
    new = w.copy()
    new -= lr * grad
    return new


@SGD_STEP.variant
def in_a_loop(w, grad, lr):
    new = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        new[index] = w[index] - lr * grad[index]
    return new


@SGD_STEP.variant
def adding_the_negative(w, grad, lr):
    return w + (-lr) * grad


@SGD_STEP.variant
def in_single_precision(w, grad, lr):
    return (w - lr * grad).astype(np.float32)


@SGD_STEP.misconception(
    "adds-the-gradient",
    where="Take w = 1 on the bowl w**2 / 2: its gradient is 1. Should the step go up or down?",
    why="The gradient points uphill. Adding it climbs, so the loss grows at every step.",
    how="Move against the gradient: `w` minus the rate times `grad`.",
)
def uphill(w, grad, lr):
    return w + lr * grad


@SGD_STEP.misconception(
    "forgets-the-rate",
    where="Call it with lr = 0: nothing may move.",
    why="Without the rate a step is as long as the gradient, however small a step was asked for.",
    how="Multiply `grad` by `lr` before you subtract it.",
)
def no_rate(w, grad, lr):
    return w - grad


@SGD_STEP.misconception(
    "changes-w",
    where="Keep a copy of `w` and compare it after the call.",
    why="`w -= ...` writes into the caller's array, so every earlier point of the path is lost.",
    how="Build a new array: `w - lr * grad` without `-=`.",
)
def in_place(w, grad, lr):
    w -= lr * grad
    return w


@SGD_STEP.misconception(
    "changes-the-gradient",
    where="Look at `grad` after the call.",
    why="`grad *= lr` rescales the caller's gradient, which momentum and Adam still want to read.",
    how="Write `lr * grad` inside the subtraction instead of changing `grad` first.",
)
def scales_the_gradient_in_place(w, grad, lr):
    grad *= lr
    return w - grad


@SGD_STEP.misconception(
    "uses-the-sign-only",
    where="Compare the steps for gradients of 0.01 and 100.",
    why="The sign alone makes every step equally long; gradient descent slows down as slopes flatten.",
    how="Use `grad` itself, not `np.sign(grad)`.",
)
def sign_only(w, grad, lr):
    return w - lr * np.sign(grad)


@SGD_STEP.misconception(
    "normalises-the-gradient",
    where="Double the gradient: the step has to double too.",
    why="Dividing by the gradient's length fixes how far a step goes; that is a different method.",
    how="Leave out the division by `np.linalg.norm(grad)`.",
)
def normalised(w, grad, lr):
    norm = np.linalg.norm(grad)
    return w - lr * grad / (norm if norm > 0 else 1.0)


@SGD_STEP.misconception(
    "shrinks-w",
    where="Call it with a gradient of 0: `w` has to stay where it is.",
    why="Multiplying `w` by (1 - lr) is weight decay; it moves even without a gradient.",
    how="Keep `w` whole and subtract only `lr * grad`.",
)
def shrinks(w, grad, lr):
    return (1 - lr) * w - lr * grad


@SGD_STEP.misconception(
    "returns-the-step",
    where="Call it with a gradient of 0: what comes back should be `w`.",
    why="`-lr * grad` is the change; the caller wants the parameters after the change.",
    how="Add the change to `w` before you return it.",
)
def only_the_change(w, grad, lr):
    return -lr * grad


@SGD_STEP.misconception(
    "divides-by-the-rate",
    where="Make the rate ten times smaller: the step has to become ten times smaller.",
    why="Dividing turns small rates into giant steps.",
    how="Multiply by `lr`.",
)
def divides(w, grad, lr):
    return w - grad / lr if lr else w - 0 * grad


@SGD_STEP.misconception(
    "flattens-w",
    where="Give it a column of shape (4, 1) and look at the shape of the result.",
    why="A flattened result no longer fits the layer it belongs to.",
    how="Leave out `ravel` or `reshape`: the formula works on any shape.",
)
def flat(w, grad, lr):
    return w.ravel() - lr * grad.ravel()


def _minimise_cases(rng: np.random.Generator) -> Iterator[Case]:
    def bowl(shape: tuple[int, ...], lr: float, steps: int) -> Case:
        grad = Recipe(
            "linear_grad", {"slope": rng.uniform(0.2, 1.5, shape), "shift": rng.normal(size=shape)}
        )
        return given(grad, rng.normal(size=shape) * 2, lr, steps)

    yield bowl((3,), 0.3, 6).on("values", "a bowl in three dimensions")
    yield bowl((2,), 1.1, 7).on("values", "the rate makes it oscillate")
    yield bowl((4,), 0.05, 12).on("values", "the rate is small")
    yield bowl((2,), 0.4, 1).on("values", "there is one step")
    whole = Recipe("linear_grad", {"slope": np.full(2, 0.25), "shift": np.zeros(2)})
    yield given(whole, np.array([4.0, -3.0]), 0.5, 5).on("values", "w0 holds whole numbers")
    yield bowl((3,), 0.4, 0).on("edge", "steps is 0")
    yield bowl((2, 2), 0.3, 4).on("shape", "w0 is a matrix")
    yield bowl((3, 1), 0.3, 4).on("shape", "w0 is a column")
    yield bowl((3,), 0.2, 5).read_only().on("purity", "w0 cannot be written to")


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
    statements={"edge": "returns just the starting point when steps is 0"},
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
    path = np.zeros((steps + 1,) + w0.shape)
    path[0], t = w0, 0
    while t < steps:
        gradient = grad_fn(path[t].copy())
        path[t + 1] = path[t] + -lr * gradient
        t += 1
    return path


@MINIMISE.variant
def stored_in_single_precision(grad_fn, w0, lr, steps):
    w, path = w0, [w0]
    for _ in range(steps):
        w = w - lr * grad_fn(w)
        path.append(w)
    return np.array(path, dtype=np.float32)


@MINIMISE.misconception(
    "same-array-in-every-row",
    where="Print the rows: are they all the same point?",
    why="Appending one array and then changing it in place stores the same object many times.",
    how="Append a new array each time: `w = w - lr * grad_fn(w)` makes one, `w -= ...` does not.",
)
def one_array_many_times(grad_fn, w0, lr, steps):
    w = w0.copy()
    path = [w]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w)
    return np.array(path)


@MINIMISE.misconception(
    "gradient-of-the-start",
    where="Look at the differences between rows: do they ever change?",
    why="The gradient is taken once at `w0`; it has to be taken anew at every point.",
    how="Call `grad_fn` inside the loop, with the current point.",
)
def stale_gradient(grad_fn, w0, lr, steps):
    gradient = grad_fn(w0)
    return np.array([w0 - t * lr * gradient for t in range(steps + 1)])


@MINIMISE.misconception(
    "misses-the-start",
    where="Count the rows and look at the first one.",
    why="The path starts at `w0`: row 0 is the point before any step, so there is one row more.",
    how="Put `w0` into the path before the loop begins.",
)
def without_the_start(grad_fn, w0, lr, steps):
    path = np.empty((steps, *w0.shape))
    w = w0
    for t in range(steps):
        w = w - lr * grad_fn(w)
        path[t] = w
    return path


@MINIMISE.misconception(
    "misses-the-end",
    where="Count the rows: `steps` steps lead through `steps + 1` points.",
    why="Storing before each step leaves out the point that the last step reaches.",
    how="Store `w0` first and then the new point after each step.",
)
def without_the_end(grad_fn, w0, lr, steps):
    path = np.empty((steps, *w0.shape))
    w = w0
    for t in range(steps):
        path[t] = w
        w = w - lr * grad_fn(w)
    return path


@MINIMISE.misconception(
    "only-the-end",
    where="Look at the shape of what comes back: where is the path?",
    why="The last point alone cannot show whether the way there oscillated or crept.",
    how="Collect every point in a list or an array and return all of them.",
)
def last_point(grad_fn, w0, lr, steps):
    w = w0.copy()
    for _ in range(steps):
        w = w - lr * grad_fn(w)
    return w


@MINIMISE.misconception(
    "climbs",
    where="Does the distance to the bottom grow from row to row?",
    why="The gradient points uphill, so adding it climbs.",
    how="Subtract `lr * grad_fn(w)`.",
)
def uphill_path(grad_fn, w0, lr, steps):
    path = [w0]
    for _ in range(steps):
        path.append(path[-1] + lr * grad_fn(path[-1]))
    return np.array(path)


@MINIMISE.misconception(
    "changes-w0",
    where="Compare `w0` before and after the call.",
    why="`w0 -= ...` moves the caller's own starting point, so a second run starts elsewhere.",
    how="Work on a copy, or write `w = w - ...` so that each step makes a new array.",
)
def moves_the_start(grad_fn, w0, lr, steps):
    path = [w0.copy()]
    for _ in range(steps):
        w0 -= lr * grad_fn(w0)
        path.append(w0.copy())
    return np.array(path)


@MINIMISE.misconception(
    "one-step-too-many",
    where="Count the rows for steps = 0: one is right.",
    why="The loop runs once too often, as with `range(steps + 1)` after the start was stored.",
    how="Store `w0`, then run the loop exactly `steps` times.",
)
def extra_step(grad_fn, w0, lr, steps):
    path = [w0]
    for _ in range(steps + 1):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)


@MINIMISE.misconception(
    "flat-rows",
    where="Give it a matrix as `w0` and look at the shape of a row.",
    why="Each row has to have the shape of `w0`; flattening loses it.",
    how="Make the result of shape `(steps + 1, *w0.shape)`.",
)
def flattened_rows(grad_fn, w0, lr, steps):
    path = [w0]
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array([point.ravel() for point in path])


def _classify_cases(rng: np.random.Generator) -> Iterator[Case]:
    start = float(rng.uniform(1, 4))
    falling = start * np.geomspace(1, 0.1, 8)
    yield given(falling).on("values", "the loss falls to a tenth")
    yield given(start * np.linspace(1, 0.8, 6)).on("values", "the loss hardly falls")
    yield given(start * np.geomspace(1, 9, 5)).on("values", "the loss grows")
    bump = np.array([1.0, 1.9, 3.0, 1.2, 0.4, 0.2]) * start
    yield given(bump).on("values", "the loss rises first and ends low")
    dip = np.array([1.0, 0.5, 0.1, 0.4, 0.9]) * start
    yield given(dip).on("values", "the loss falls first and ends high")
    yield given(np.array([1.0, 0.3, 0.2, 1.5]) * start).on(
        "values", "the loss ends above its start"
    )
    yield given((np.array([2.0, 1.5, 1.6, 0.7]) * start).tolist()).on("values", "it is a list")
    yield given(np.array([1.0, np.nan, 0.2]) * start).on("edge", "one loss is NaN, the last is low")
    yield given(np.array([1.0, np.inf, 0.2]) * start).on("edge", "one loss is infinite")
    yield given([start, 0.1, float("nan")]).on("edge", "the last loss is NaN")
    yield given(np.array([-np.inf, -1.0, -2.0])).on("edge", "one loss is minus infinity")
    yield given(np.array([2.0, 3.0, 2.0])).on("boundary", "the last loss equals the first")
    yield given(np.array([2.0, 3.0, 1.0])).on("boundary", "the last loss is exactly half the first")
    yield given(np.array([2.0, 1.5, 1.0 + 1e-6])).on("boundary", "it is just above half the first")
    yield given(np.array([2.0, 1.5, 2.0 + 1e-6])).on("boundary", "it is just above the first")
    yield given(np.array([start])).on("boundary", "there is a single loss")


def _classify(losses):
    losses = np.asarray(losses, float)
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


CLASSIFY_RUN = Exercise(
    name="classify_run",
    unit=UNIT,
    signature="classify_run(losses)",
    returns=Text(),
    reference=_classify,
    cases=_classify_cases,
    worth={"values": 2, "edge": 1, "boundary": 2},
    statements={
        "values": "tells the three kinds of run apart",
        "edge": "calls a run diverged when any loss is not finite",
        "boundary": "draws the lines at exactly the first loss and exactly half of it",
    },
)


@CLASSIFY_RUN.variant
def with_arrays(losses):
    losses = np.asarray(losses)
    if np.any(~np.isfinite(losses)) or losses[-1] > losses[0]:
        return "diverged"
    if losses[-1] > 0.5 * losses[0]:
        return "too slow"
    return "learning"


@CLASSIFY_RUN.variant
def with_math(losses):
    if any(not math.isfinite(loss) for loss in losses):
        return "diverged"
    first, last = losses[0], losses[-1]
    return "diverged" if last > first else "too slow" if last > first / 2 else "learning"


@CLASSIFY_RUN.variant
def learning_first(losses):
    finite = all(math.isfinite(loss) for loss in losses)
    if finite and losses[-1] <= losses[0] / 2:
        return "learning"
    if finite and losses[-1] <= losses[0]:
        return "too slow"
    return "diverged"


@CLASSIFY_RUN.variant
def by_isnan_and_isinf(losses):
    losses = np.array(losses, dtype=float)
    if np.isnan(losses).any() or np.isinf(losses).any():
        return "diverged"
    if losses[-1] - losses[0] > 0:
        return "diverged"
    return "too slow" if 2 * losses[-1] > losses[0] else "learning"


@CLASSIFY_RUN.variant
def as_numpy_text(losses):
    total = np.isfinite(np.asarray(losses)).sum()
    if total < len(losses) or losses[-1] > losses[0]:
        return np.str_("diverged")
    return np.str_("too slow") if losses[-1] > losses[0] / 2 else np.str_("learning")


@CLASSIFY_RUN.misconception(
    "looks-only-at-the-last",
    where="Try losses of 1, NaN, 0.2: what does the middle one tell you?",
    why="A run that passed through NaN or infinity was broken, whatever its last number says.",
    how="Test all losses with `np.isfinite(losses).all()` before anything else.",
)
def last_only(losses):
    if not math.isfinite(losses[-1]) or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "forgets-nan",
    where="Try losses that contain NaN.",
    why="Every comparison with NaN is false, so NaN slips through all of your tests.",
    how="Ask `np.isfinite` first; comparisons cannot find NaN.",
)
def comparisons_only(losses):
    if losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "forgets-infinity",
    where="Try losses that contain infinity but no NaN.",
    why="`isnan` finds NaN only; an overflowed loss is infinite, and has diverged too.",
    how="Use `np.isfinite`, which is false for both.",
)
def nan_only(losses):
    if np.isnan(np.asarray(losses)).any() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "equal-counts-as-diverged",
    where="Try losses that end exactly where they began.",
    why="The contract says the last *exceeds* the first: equal is too slow, not diverged.",
    how="Compare with `>`, not `>=`.",
)
def equal_diverges(losses):
    if not np.isfinite(losses).all() or losses[-1] >= losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "half-counts-as-slow",
    where="Try losses that end at exactly half of the first.",
    why="Too slow means *above* half; exactly half has just made it.",
    how="Compare with `>`, not `>=`, in the second test.",
)
def half_is_slow(losses):
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] >= losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "any-rise-diverges",
    where="Try a loss that rises for two steps and then falls to a tenth.",
    why="Losses go up now and then in good runs; only the end is compared with the start.",
    how="Compare the last loss with the first one, not neighbours with each other.",
)
def any_rise(losses):
    losses = np.asarray(losses)
    if not np.isfinite(losses).all() or np.any(np.diff(losses) > 0):
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "compares-the-best",
    where="Try a loss that dips low in the middle and comes back up.",
    why="The smallest loss on the way is not where the run ended.",
    how="Use `losses[-1]`, not `min(losses)`.",
)
def best_loss(losses):
    losses = np.asarray(losses)
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses.min() > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "compares-the-worst",
    where="Try a loss that rises at first and ends low.",
    why="The largest loss on the way does not decide; the last one does.",
    how="Use `losses[-1]`, not `max(losses)`.",
)
def worst_loss(losses):
    losses = np.asarray(losses)
    if not np.isfinite(losses).all() or losses.max() > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@CLASSIFY_RUN.misconception(
    "half-as-a-difference",
    where="Try a first loss of 4 and a last one of 3.",
    why="Half of the first loss is a ratio; 0.5 is a fixed amount that means nothing by itself.",
    how="Compare the last loss with `losses[0] / 2`.",
)
def fixed_half(losses):
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > 0.5 else "learning"
