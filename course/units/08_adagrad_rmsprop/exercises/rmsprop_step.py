"""RMSprop: AdaGrad with a memory that fades."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several
from course.shared.draws import SHAPES, gradient_runs, narrow, one_at_a_time
from lrlib.optimizers import RMSprop
from lrlib.optimizers.adaptive import MeanSquare

from . import UNIT


def _reference(w, grad, mean_square, *, lr, rho, eps):
    w, state = RMSprop(rho=rho, eps=eps).update(w, grad, MeanSquare(mean_square), lr)
    return w, state.mean_square


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    settings = zip((0.1, 0.6, 1), (0.8, 0.888, 0.5), (1e-2, 0.3, 1e-2), gradient_runs(rng, 6))
    for lr, rho, eps, (note, w, gradients) in settings:
        mean_square = np.zeros_like(w)
        for grad in gradients:
            yield given(w, grad, mean_square, lr=lr, rho=rho, eps=eps).on("values", note)
            w, mean_square = _reference(w, grad, mean_square, lr=lr, rho=rho, eps=eps)
    for shape in SHAPES:
        w, grad, mean_square = narrow(rng, shape), narrow(rng, shape), narrow(rng, shape) ** 2
        rho = float(rng.uniform(0.55, 0.95))
        case = given(w, grad, mean_square, lr=0.3, rho=rho, eps=0.05)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    w, mean_square = narrow(rng, (4,)), narrow(rng, (4,)) ** 2
    still = given(w, np.zeros(4), mean_square, lr=0.4, rho=0.7, eps=0.1)
    yield still.on("edge", "the gradient is 0")
    zero = given(w, np.zeros(4), np.zeros(4), lr=0.4, rho=0.7, eps=0.1)
    yield zero.on("edge", "gradient and mean square are 0")
    fresh = given(w, narrow(rng, (4,)), mean_square, lr=0.4, rho=0.0, eps=0.1)
    yield fresh.on("edge", "rho is 0, so nothing is remembered")
    w, grad, mean_square = narrow(rng, (4,)), narrow(rng, (4,)), narrow(rng, (4,)) ** 2
    names, settings = "w grad mean_square", {"lr": 0.3, "eps": 1e-8, "rho": 0.9}
    yield from one_at_a_time(
        given(w, grad, mean_square, **settings),
        names,
        w=(1e4 * w,),
        grad=(1e4 * grad,),
        mean_square=(1e4 * mean_square,),
        rho=(0.05, 0.999),
    )
    start = given(np.zeros(4), 1e-5 * grad, 1e-10 * mean_square, **settings)
    yield from one_at_a_time(start, names, lr=(1e-10, 3e3), eps=(1e-3, 3e3))
    tiny = given(1e-10 * w, 1e-10 * grad, 1e-20 * mean_square, **{**settings, "lr": 1e-8})
    yield tiny.on("values", "the rate and all arrays are tiny")


RMSPROP_STEP = Exercise(
    name="rmsprop_step",
    unit=UNIT,
    signature="rmsprop_step(w, grad, mean_square, *, lr, rho, eps)",
    returns=Several((Parameters(), Parameters()), ("w", "mean_square")),
    reference=_reference,
    cases=_cases,
    worth={"values": 2, "edge": 0.5, "shape": 0.5, "purity": 1},
)


@RMSPROP_STEP.variant
def as_written(w, grad, mean_square, *, lr, rho, eps):
    s = rho * mean_square + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(s) + eps), s


@RMSPROP_STEP.variant
def as_a_correction(w, grad, mean_square, *, lr, rho, eps):
    s = mean_square + (1 - rho) * (grad**2 - mean_square)
    return [w - lr / (s**0.5 + eps) * grad, s]


@RMSPROP_STEP.variant
def on_copies(w, grad, mean_square, *, lr, rho, eps):
    s = mean_square.copy()
    s *= rho
    s += (1 - rho) * np.square(grad)
    new = w.copy()
    new -= lr * grad / (eps + np.sqrt(s))
    return new, s


RMSPROP_STEP.misconception(
    "eps-inside-the-root",
    Edit(as_written, ("(np.sqrt(s) + eps)", "np.sqrt(s + eps)")),
    where="Look at where `eps` stands.",
    why="Keras adds `eps` inside the root, and so does Optax unless told otherwise; here, as in "
    "PyTorch, it is added to the root.",
    how="Divide by `np.sqrt(s) + eps`, not by `np.sqrt(s + eps)`.",
)

RMSPROP_STEP.misconception(
    "swaps-the-weights",
    Edit(as_written, ("rho * mean_square + (1 - rho)", "(1 - rho) * mean_square + rho")),
    where="Set rho close to 1: the mean square should hardly move.",
    why="`rho` is the share of the past that is kept; you gave it to the new gradient.",
    how="Weigh the old mean with `rho` and the new square with `1 - rho`.",
)

RMSPROP_STEP.misconception(
    "adds-the-full-square",
    Edit(as_written, ("(1 - rho) * ", "")),
    where="Feed a gradient of 1 for ever: the mean square should settle at 1.",
    why="Without the factor `1 - rho` the two weights do not add up to one, so it is no average.",
    how="Multiply `grad**2` by `1 - rho`.",
)

RMSPROP_STEP.misconception(
    "accumulates-like-adagrad",
    Edit(as_written, ("rho * mean_square + (1 - rho) * grad**2", "mean_square + grad**2")),
    where="Let large gradients come first and small ones later: does the rate recover?",
    why="A plain sum never forgets, which is AdaGrad; RMSprop fades it by `rho` at each update.",
    how="Multiply the old mean by `rho` before adding.",
)

RMSPROP_STEP.misconception(
    "uses-the-old-average",
    Edit(as_written, ("np.sqrt(s)", "np.sqrt(mean_square)")),
    where="Look at the first update, when the mean square is 0.",
    why="The present gradient has to enter the average before the division.",
    how="Compute the new mean square first, and divide by its root.",
)

RMSPROP_STEP.misconception(
    "forgets-the-root",
    Edit(as_written, ("np.sqrt(s)", "s")),
    where="Multiply all gradients by 10: the step should hardly change.",
    why="The mean of squares has the unit of a squared gradient; its root has the gradient's own.",
    how="Divide by `np.sqrt(s) + eps`.",
)

RMSPROP_STEP.misconception(
    "averages-the-gradient",
    Edit(as_written, ("grad**2", "np.abs(grad)")),
    Edit(as_written, ("grad**2", "grad"), ("np.sqrt(s)", "np.sqrt(np.abs(s))")),
    where="Try gradients of opposite sign: the average must not cancel to 0.",
    why="RMSprop averages squares; the average of the gradient itself is momentum.",
    how="Average `grad**2`.",
)

RMSPROP_STEP.misconception(
    "corrects-the-bias",
    Edit(as_written, ("np.sqrt(s)", "np.sqrt(s / (1 - rho))")),
    where="Look at the first update from a mean square of 0.",
    why="Dividing by `1 - rho` corrects for the start at 0: Adam does so, RMSprop does not.",
    how="Use the mean square as it is.",
)

RMSPROP_STEP.misconception(
    "changes-its-inputs",
    Edit(on_copies, ("mean_square.copy()", "mean_square"), ("w.copy()", "w")),
    where="Compare `mean_square` and `w` before and after the call.",
    why="`*=`, `+=` and `-=` write into the caller's arrays.",
    how="Write `s = rho * mean_square + ...`, which makes a new array.",
)

RMSPROP_STEP.misconception(
    "returns-the-old-average",
    Edit(as_written, (", s", ", mean_square.copy()")),
    where="Look at the second value that you return.",
    why="If the old mean comes back, the next update starts from it again: nothing is kept.",
    how="Return the new mean square.",
)

RMSPROP_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take a positive gradient: which way should `w` go?",
    why="Adding the scaled gradient climbs.",
    how="Subtract it from `w`.",
)

RMSPROP_STEP.misconception(
    "one-rate-for-all",
    Edit(as_written, ("grad**2", "np.mean(grad**2)")),
    where="Give one parameter large gradients and another small ones: compare their rates.",
    why="Averaging over all entries gives every parameter the same divisor.",
    how="Leave out `np.mean`: work entry by entry.",
)

RMSPROP_STEP.misconception(
    "forgets-eps",
    Edit(as_written, ("(np.sqrt(s) + eps)", "np.where(s > 0, np.sqrt(s), 1.0)")),
    Edit(as_written, ("+ eps", "+ 1e-8")),
    Edit(as_written, ("(np.sqrt(s) + eps)", "np.maximum(np.sqrt(s), eps)")),
    where="Make `eps` large: the step has to become shorter.",
    why="Without `eps` a parameter that has seen no gradient yet divides 0 by 0.",
    how="Add the `eps` of the call to the root before dividing.",
)
