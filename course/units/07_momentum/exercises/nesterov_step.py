"""Nesterov's update: step as if the velocity had been applied once more."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Exercise
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
    worth={"values": 2, "edge": 1, "shape": 1, "purity": 1},
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
def entry_by_entry(w, grad, velocity, *, lr, mu):
    new_w, new_velocity = np.empty_like(w), np.empty_like(velocity)
    for index in np.ndindex(w.shape):
        new_velocity[index] = mu * velocity[index] + grad[index]
        new_w[index] = w[index] - lr * (grad[index] + mu * new_velocity[index])
    return new_w, new_velocity


@NESTEROV_STEP.variant
def multiplied_out(w, grad, velocity, *, lr, mu):
    return w - lr * ((1 + mu) * grad + mu**2 * velocity), grad + mu * velocity


@NESTEROV_STEP.variant
def in_single_precision(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return (w - lr * (grad + mu * v)).astype(np.float32), v.astype(np.float32)


@NESTEROV_STEP.misconception(
    "does-not-look-ahead",
    where="Start from a zero velocity: the first step has to be `lr * (1 + mu) * grad`.",
    why="Stepping with the new velocity alone is plain momentum.",
    how="Step with `grad + mu * v`, where `v` is the new velocity.",
)
def plain_momentum(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * v, v


@NESTEROV_STEP.also("does-not-look-ahead")
def looks_at_the_old_velocity(w, grad, velocity, *, lr, mu):
    return w - lr * (grad + mu * velocity), mu * velocity + grad


@NESTEROV_STEP.misconception(
    "keeps-lr-in-the-velocity",
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="Keras and CS231n keep `lr` inside the velocity; it parts ways when the rate changes.",
    how="Leave `lr` out of the velocity: `v = mu * velocity + grad`.",
)
def keras(w, grad, velocity, *, lr, mu):
    v = mu * velocity - lr * grad
    return w + mu * v - lr * grad, v


@NESTEROV_STEP.also("keeps-lr-in-the-velocity")
def rate_inside_and_subtracted(w, grad, velocity, *, lr, mu):
    v = mu * velocity + lr * grad
    return w - (lr * grad + mu * v), v


@NESTEROV_STEP.misconception(
    "averages-the-gradients",
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`(1 - mu) * grad` makes an average, as Adam's first moment does.",
    how="Add the whole gradient: `mu * velocity + grad`.",
)
def ema(w, grad, velocity, *, lr, mu):
    v = mu * velocity + (1 - mu) * grad
    return w - lr * (grad + mu * v), v


@NESTEROV_STEP.also("averages-the-gradients")
def ema_in_both_places(w, grad, velocity, *, lr, mu):
    v = mu * velocity + (1 - mu) * grad
    return w - lr * ((1 - mu) * grad + mu * v), v


@NESTEROV_STEP.misconception(
    "loses-the-brackets",
    where="Take a gradient of 0: does `w` move on to the side to which it was moving?",
    why="Without brackets only the gradient is subtracted; `mu * v` is added, so `w` turns back.",
    how="Subtract both: `w - lr * (grad + mu * v)`.",
)
def rate_and_minus_on_the_gradient(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * grad + mu * v, v


@NESTEROV_STEP.also("loses-the-brackets")
def minus_on_the_gradient(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * grad + lr * mu * v, v


@NESTEROV_STEP.misconception(
    "looks-ahead-from-the-velocity",
    where="Give it a velocity and a gradient of 0: the step has to be `lr * mu**2 * velocity`.",
    why="`v + mu * v` counts the old velocity too often; what goes ahead is the gradient.",
    how="Step with `grad + mu * v`.",
)
def velocity_twice(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (v + mu * v), v


@NESTEROV_STEP.also("looks-ahead-from-the-velocity")
def whole_velocity_ahead(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + v), v


@NESTEROV_STEP.misconception(
    "stores-the-look-ahead",
    where="Compare the velocity that comes back with `mu * velocity + grad`.",
    why="`grad + mu * v` is for this step only; kept as velocity, it is applied again next time.",
    how="Return `v` itself as the new velocity.",
)
def stored(w, grad, velocity, *, lr, mu):
    ahead = grad + mu * (mu * velocity + grad)
    return w - lr * ahead, ahead


@NESTEROV_STEP.misconception(
    "leaves-out-the-gradient",
    where="Start from a zero velocity: the first step has to be `lr * (1 + mu) * grad`.",
    why="`mu * v` alone is only the second part of the step.",
    how="Add the gradient of this update: `grad + mu * v`.",
)
def only_the_look_ahead(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * mu * v, v


@NESTEROV_STEP.misconception(
    "rate-on-one-term-only",
    where="Call it with lr = 0: nothing may move.",
    why="The rate has to scale the whole step; without brackets it scales the gradient only.",
    how="Put brackets around the sum: `lr * (grad + mu * v)`.",
)
def brackets_missing(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - (lr * grad + mu * v), v


@NESTEROV_STEP.misconception(
    "returns-the-old-velocity",
    where="Compare the velocity that comes back with the one that went in.",
    why="The caller passes your velocity to the next update; the old one forgets this gradient.",
    how="Return the new velocity as second result.",
)
def loses_the_new_velocity(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu * v), velocity.copy()


@NESTEROV_STEP.misconception(
    "never-forgets",
    where="Give it a gradient of 0: the velocity has to shrink to `mu` times itself.",
    why="Without `mu` the velocity is the sum of all gradients and never dies away.",
    how="Multiply the old velocity by `mu`.",
)
def without_mu(w, grad, velocity, *, lr, mu):
    v = velocity + grad
    return w - lr * (grad + mu * v), v


@NESTEROV_STEP.misconception(
    "climbs",
    where="Take w = 1 with gradient 1: should w rise or fall?",
    why="Gradient and velocity both point uphill.",
    how="Subtract the step from `w`.",
)
def uphill(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w + lr * (grad + mu * v), v


@NESTEROV_STEP.misconception(
    "changes-its-inputs",
    where="Look at `w` and `velocity` after the call, not only at what comes back.",
    why="`*=`, `+=` and `-=` write into the caller's arrays.",
    how="Make new arrays: `v = mu * velocity + grad`, then `w - lr * (grad + mu * v)`.",
)
def in_place(w, grad, velocity, *, lr, mu):
    velocity *= mu
    velocity += grad
    w -= lr * (grad + mu * velocity)
    return w, velocity


@NESTEROV_STEP.also("changes-its-inputs")
def velocity_in_place(w, grad, velocity, *, lr, mu):
    velocity[...] = mu * velocity + grad
    return w - lr * (grad + mu * velocity), velocity


@NESTEROV_STEP.misconception(
    "returns-only-w",
    where="How many results does the contract name?",
    why="Without the velocity the next update has nothing to build on.",
    how="End with `return w, velocity`, both of them new.",
)
def only_w(w, grad, velocity, *, lr, mu):
    return w - lr * (grad + mu * (mu * velocity + grad))


@NESTEROV_STEP.misconception(
    "results-in-the-wrong-order",
    where="Which result comes first?",
    why="The caller unpacks `w, velocity`; exchanged results train the wrong array.",
    how="Return `w` first and the velocity second.",
)
def exchanged(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return v, w - lr * (grad + mu * v)
