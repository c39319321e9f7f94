"""Nesterov's update: step as if the velocity had been applied once more."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Edit, Exercise
from autograders.declare.returns import Parameters, Several
from lrlib.optimizers import Nesterov
from lrlib.optimizers.momentum import Velocity

from . import UNIT
from .runs import velocity_cases


def _step(w, grad, velocity, *, lr, mu):
    w, state = Nesterov(mu).update(w, grad, Velocity(velocity), lr)
    return w, state.velocity


NESTEROV_STEP = Exercise(
    name="nesterov_step",
    unit=UNIT,
    signature="nesterov_step(w, grad, velocity, *, lr, mu)",
    returns=Several((Parameters(), Parameters()), ("w", "velocity")),
    reference=_step,
    cases=lambda rng: velocity_cases(rng, _step),
    worth={"values": 2, "edge": 0.5, "shape": 0.5, "purity": 1},
    statements={"edge": "works for mu = 0, lr = 0, a zero gradient and whole-number rates"},
)


@NESTEROV_STEP.variant
def as_written(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu * v), v


@NESTEROV_STEP.variant
def as_a_list_with_numpy(w, grad, velocity, *, lr, mu):
    v = np.add(np.multiply(mu, velocity), grad)
    step = np.multiply(lr, np.add(grad, np.multiply(mu, v)))
    return [np.subtract(w, step), v]


@NESTEROV_STEP.variant
def on_copies(w, grad, velocity, *, lr, mu):
    w, velocity = w.copy(), velocity.copy()
    velocity *= mu
    velocity += grad
    w -= lr * grad
    w -= lr * mu * velocity
    return w, velocity


@NESTEROV_STEP.variant
def multiplied_out(w, grad, velocity, *, lr, mu):
    return w - lr * ((1 + mu) * grad + mu**2 * velocity), grad + mu * velocity


NESTEROV_STEP.misconception(
    "does-not-look-ahead",
    Edit(as_written, ("(grad + mu * v)", "v")),
    Edit(as_written, ("mu * v)", "mu * velocity)")),
    where="Start from a zero velocity: the first step has to be `lr * (1 + mu) * grad`.",
    why="Stepping with the new velocity alone is plain momentum.",
    how="Step with `grad + mu * v`, where `v` is the new velocity.",
)

NESTEROV_STEP.misconception(
    "keeps-lr-in-the-velocity",
    Edit(as_written, ("+ grad", "- lr * grad"), ("- lr * (grad + mu * v)", "+ mu * v - lr * grad")),
    Edit(as_written, ("+ grad", "+ lr * grad"), ("lr * (grad + mu * v)", "(lr * grad + mu * v)")),
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="Keras and CS231n keep `lr` inside the velocity; it parts ways when the rate changes.",
    how="Leave `lr` out of the velocity: `v = mu * velocity + grad`.",
)

NESTEROV_STEP.misconception(
    "averages-the-gradients",
    Edit(as_written, ("+ grad", "+ (1 - mu) * grad")),
    Edit(as_written, ("+ grad", "+ (1 - mu) * grad"), ("(grad", "((1 - mu) * grad")),
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`(1 - mu) * grad` makes an average, as Adam's first moment does.",
    how="Add the whole gradient: `mu * velocity + grad`.",
)

NESTEROV_STEP.misconception(
    "loses-the-brackets",
    Edit(as_written, ("(grad + mu * v)", "grad + mu * v")),
    Edit(as_written, ("(grad + mu * v)", "grad + lr * mu * v")),
    where="Take a gradient of 0: does `w` move on to the side to which it was moving?",
    why="Without brackets only the gradient is subtracted; `mu * v` is added, so `w` turns back.",
    how="Subtract both: `w - lr * (grad + mu * v)`.",
)

NESTEROV_STEP.misconception(
    "looks-ahead-from-the-velocity",
    Edit(as_written, ("(grad", "(v")),
    Edit(as_written, ("(grad + mu * v)", "(grad + v)")),
    where="Give it a velocity and a gradient of 0: the step has to be `lr * mu**2 * velocity`.",
    why="`v + mu * v` counts the old velocity too often; what goes ahead is the gradient.",
    how="Step with `grad + mu * v`.",
)

NESTEROV_STEP.misconception(
    "stores-the-look-ahead",
    Edit(as_written, (", v", ", grad + mu * v")),
    where="Compare the velocity that comes back with `mu * velocity + grad`.",
    why="`grad + mu * v` is for this step only; kept as velocity, it is applied again next time.",
    how="Return `v` itself as the new velocity.",
)

NESTEROV_STEP.misconception(
    "leaves-out-the-gradient",
    Edit(as_written, ("(grad + mu * v)", "mu * v")),
    where="Start from a zero velocity: the first step has to be `lr * (1 + mu) * grad`.",
    why="`mu * v` alone is only the second part of the step.",
    how="Add the gradient of this update: `grad + mu * v`.",
)

NESTEROV_STEP.misconception(
    "rate-on-one-term-only",
    Edit(as_written, ("lr * (grad", "(lr * grad")),
    where="Call it with lr = 0: nothing may move.",
    why="The rate has to scale the whole step; without brackets it scales the gradient only.",
    how="Put brackets around the sum: `lr * (grad + mu * v)`.",
)

NESTEROV_STEP.misconception(
    "returns-the-old-velocity",
    Edit(as_written, (", v", ", velocity.copy()")),
    where="Compare the velocity that comes back with the one that went in.",
    why="The caller passes your velocity to the next update; the old one forgets this gradient.",
    how="Return the new velocity as second result.",
)

NESTEROV_STEP.misconception(
    "never-forgets",
    Edit(as_written, ("mu * velocity", "velocity")),
    where="Give it a gradient of 0: the velocity has to shrink to `mu` times itself.",
    why="Without `mu` the velocity is the sum of all gradients and never dies away.",
    how="Multiply the old velocity by `mu`.",
)

NESTEROV_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take w = 1 with gradient 1: should w rise or fall?",
    why="Gradient and velocity both point uphill.",
    how="Subtract the step from `w`.",
)

NESTEROV_STEP.misconception(
    "changes-its-inputs",
    Edit(on_copies, ("w.copy(), velocity.copy()", "w, velocity")),
    Edit(on_copies, ("velocity.copy()", "velocity")),
    where="Look at `w` and `velocity` after the call, not only at what comes back.",
    why="`*=`, `+=` and `-=` write into the caller's arrays.",
    how="Make new arrays: `v = mu * velocity + grad`, then `w - lr * (grad + mu * v)`.",
)

NESTEROV_STEP.misconception(
    "returns-only-w",
    Edit(as_written, (", v", "")),
    where="How many results does the contract name?",
    why="Without the velocity the next update has nothing to build on.",
    how="End with `return w, velocity`, both of them new.",
)

NESTEROV_STEP.misconception(
    "results-in-the-wrong-order",
    Edit(as_written, ("w - lr * (grad + mu * v), v", "v, w - lr * (grad + mu * v)")),
    where="Which result comes first?",
    why="The caller unpacks `w, velocity`; exchanged results train the wrong array.",
    how="Return `w` first and the velocity second.",
)
