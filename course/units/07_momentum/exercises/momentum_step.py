"""The update with momentum: gradients pile up in a velocity."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Edit, Exercise
from autograders.declare.returns import Parameters, Several
from lrlib.optimizers import Momentum
from lrlib.optimizers.momentum import Velocity

from . import UNIT
from .runs import velocity_cases


def _step(w, grad, velocity, *, lr, mu):
    w, state = Momentum(mu).update(w, grad, Velocity(velocity), lr)
    return w, state.velocity


MOMENTUM_STEP = Exercise(
    name="momentum_step",
    unit=UNIT,
    signature="momentum_step(w, grad, velocity, *, lr, mu)",
    returns=Several((Parameters(), Parameters()), ("w", "velocity")),
    reference=_step,
    cases=lambda rng: velocity_cases(rng, _step),
    worth={"values": 2, "edge": 0.5, "shape": 0.5, "purity": 1},
    statements={"edge": "works for mu = 0, lr = 0, a zero gradient and whole-number rates"},
)


@MOMENTUM_STEP.variant
def as_written(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * v, v


@MOMENTUM_STEP.variant
def as_a_list(w, grad, velocity, *, lr, mu):
    v = np.add(np.multiply(velocity, mu), grad)
    return [np.subtract(w, np.multiply(v, lr)), v]


@MOMENTUM_STEP.variant
def on_copies(w, grad, velocity, *, lr, mu):
    w, velocity = w.copy(), velocity.copy()
    velocity *= mu
    velocity += grad
    w -= lr * velocity
    return w, velocity


@MOMENTUM_STEP.variant
def in_two_moves(w, grad, velocity, *, lr, mu):
    return w - lr * grad - lr * mu * velocity, grad + mu * velocity


MOMENTUM_STEP.misconception(
    "averages-the-gradients",
    Edit(as_written, ("+ grad", "+ (1 - mu) * grad")),
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`(1 - mu) * grad` makes an average, as Adam's first moment and torch's dampening do.",
    how="Add the whole gradient: `mu * velocity + grad`.",
)

MOMENTUM_STEP.misconception(
    "keeps-lr-in-the-velocity",
    Edit(as_written, ("+ grad", "- lr * grad"), ("w - lr * v", "w + v")),
    Edit(as_written, ("+ grad", "+ lr * grad"), ("w - lr * v", "w - v")),
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`v = mu*v - lr*g; w = w + v` is Keras' form; it parts ways as soon as the rate changes.",
    how="Leave `lr` out of the velocity and multiply by it in the step: `w - lr * v`.",
)

MOMENTUM_STEP.misconception(
    "steps-with-the-old-velocity",
    Edit(as_written, ("lr * v", "lr * velocity")),
    where="Start from a zero velocity: `w` has to move at the first update already.",
    why="The step uses the velocity that was passed in, so each gradient works one update late.",
    how="Compute the new velocity first, then step with it.",
)

MOMENTUM_STEP.misconception(
    "returns-the-old-velocity",
    Edit(as_written, (", v", ", velocity.copy()")),
    where="Compare the velocity that comes back with the one that went in.",
    why="The caller passes your velocity to the next update; the old one forgets this gradient.",
    how="Return the new velocity as second result.",
)

MOMENTUM_STEP.misconception(
    "never-forgets",
    Edit(as_written, ("mu * ", "")),
    where="Give it a gradient of 0: the velocity has to shrink to `mu` times itself.",
    why="Without `mu` the velocity is the sum of all gradients and never dies away.",
    how="Multiply the old velocity by `mu`.",
)

MOMENTUM_STEP.misconception(
    "steps-with-the-gradient",
    Edit(as_written, ("lr * v", "lr * grad")),
    where="Give it a gradient of 0 and a velocity: does `w` still move?",
    why="The velocity is computed, but the step is plain gradient descent.",
    how="Subtract `lr` times the new velocity.",
)

MOMENTUM_STEP.misconception(
    "looks-ahead",
    Edit(as_written, ("lr * v", "lr * (grad + mu * v)")),
    where="Start from a zero velocity: the first step has to be `lr * grad`.",
    why="`grad + mu * v` is Nesterov's step, the next exercise.",
    how="Step with the velocity itself: `w - lr * v`.",
)

MOMENTUM_STEP.misconception(
    "weights-the-gradient-by-mu",
    Edit(as_written, ("mu * velocity + grad", "velocity + mu * grad")),
    Edit(as_written, ("mu * velocity + grad", "mu * (velocity + grad)")),
    Edit(as_written, ("mu * velocity + grad", "(1 - mu) * velocity + mu * grad")),
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`mu` says how much of the old velocity is kept; the gradient comes in whole.",
    how="Multiply `velocity` by `mu`, and leave `grad` as it is.",
)

MOMENTUM_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take w = 1 with gradient 1: should w rise or fall?",
    why="The velocity adds up gradients, which point uphill.",
    how="Subtract `lr * v` from `w`.",
)

MOMENTUM_STEP.misconception(
    "subtracts-the-gradient-twice",
    Edit(as_written, ("+ grad", "- grad")),
    Edit(as_written, ("+ grad", "- grad"), ("w - lr", "w + lr")),
    where="Follow the signs: the velocity points uphill or downhill, not both.",
    why="With `mu * velocity - grad` the velocity points downhill, so it would have to be added.",
    how="Use `v = mu * velocity + grad` together with `w - lr * v`.",
)

MOMENTUM_STEP.misconception(
    "changes-its-inputs",
    Edit(on_copies, ("w.copy(), velocity.copy()", "w, velocity")),
    Edit(on_copies, ("velocity.copy()", "velocity")),
    Edit(on_copies, ("w.copy()", "w")),
    where="Look at `w` and `velocity` after the call, not only at what comes back.",
    why="`*=`, `+=` and `-=` write into the caller's arrays.",
    how="Make new arrays: `v = mu * velocity + grad`, then `w - lr * v`.",
)

MOMENTUM_STEP.misconception(
    "returns-only-w",
    Edit(as_written, (", v", "")),
    where="How many results does the contract name?",
    why="Without the velocity the next update has nothing to build on.",
    how="End with `return w, velocity`, both of them new.",
)

MOMENTUM_STEP.misconception(
    "results-in-the-wrong-order",
    Edit(as_written, ("w - lr * v, v", "v, w - lr * v")),
    where="Which result comes first?",
    why="The caller unpacks `w, velocity`; exchanged results train the wrong array.",
    how="Return `w` first and the velocity second.",
)

MOMENTUM_STEP.misconception(
    "applies-mu-twice",
    Edit(as_written, ("lr * v", "lr * mu * v")),
    where="Start from a zero velocity: the first step has to be `lr * grad`.",
    why="The velocity already holds `mu`; a second one shortens every step.",
    how="Subtract `lr * v`, without another `mu`.",
)
