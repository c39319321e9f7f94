"""The update with momentum: gradients pile up in a velocity."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Exercise
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
    worth={"values": 2, "edge": 1, "shape": 1, "purity": 1},
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
def entry_by_entry(w, grad, velocity, *, lr, mu):
    new_w, new_velocity = np.empty_like(w), np.empty_like(velocity)
    for index in np.ndindex(w.shape):
        new_velocity[index] = mu * velocity[index] + grad[index]
        new_w[index] = w[index] - lr * new_velocity[index]
    return new_w, new_velocity


@MOMENTUM_STEP.variant
def in_two_moves(w, grad, velocity, *, lr, mu):
    return w - lr * grad - lr * mu * velocity, grad + mu * velocity


@MOMENTUM_STEP.variant
def in_single_precision(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return (w - lr * v).astype(np.float32), v.astype(np.float32)


@MOMENTUM_STEP.misconception(
    "averages-the-gradients",
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`(1 - mu) * grad` makes an average, as Adam's first moment and torch's dampening do.",
    how="Add the whole gradient: `mu * velocity + grad`.",
)
def ema(w, grad, velocity, *, lr, mu):
    v = mu * velocity + (1 - mu) * grad
    return w - lr * v, v


@MOMENTUM_STEP.misconception(
    "keeps-lr-in-the-velocity",
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`v = mu*v - lr*g; w = w + v` is Keras' form; it parts ways as soon as the rate changes.",
    how="Leave `lr` out of the velocity and multiply by it in the step: `w - lr * v`.",
)
def keras(w, grad, velocity, *, lr, mu):
    v = mu * velocity - lr * grad
    return w + v, v


@MOMENTUM_STEP.also("keeps-lr-in-the-velocity")
def rate_inside_and_subtracted(w, grad, velocity, *, lr, mu):
    v = mu * velocity + lr * grad
    return w - v, v


@MOMENTUM_STEP.misconception(
    "steps-with-the-old-velocity",
    where="Start from a zero velocity: `w` has to move at the first update already.",
    why="The step uses the velocity that was passed in, so each gradient works one update late.",
    how="Compute the new velocity first, then step with it.",
)
def old_velocity(w, grad, velocity, *, lr, mu):
    return w - lr * velocity, mu * velocity + grad


@MOMENTUM_STEP.misconception(
    "returns-the-old-velocity",
    where="Compare the velocity that comes back with the one that went in.",
    why="The caller passes your velocity to the next update; the old one forgets this gradient.",
    how="Return the new velocity as second result.",
)
def loses_the_new_velocity(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * v, velocity.copy()


@MOMENTUM_STEP.misconception(
    "never-forgets",
    where="Give it a gradient of 0: the velocity has to shrink to `mu` times itself.",
    why="Without `mu` the velocity is the sum of all gradients and never dies away.",
    how="Multiply the old velocity by `mu`.",
)
def without_mu(w, grad, velocity, *, lr, mu):
    v = velocity + grad
    return w - lr * v, v


@MOMENTUM_STEP.misconception(
    "steps-with-the-gradient",
    where="Give it a gradient of 0 and a velocity: does `w` still move?",
    why="The velocity is computed, but the step is plain gradient descent.",
    how="Subtract `lr` times the new velocity.",
)
def plain_step(w, grad, velocity, *, lr, mu):
    return w - lr * grad, mu * velocity + grad


@MOMENTUM_STEP.misconception(
    "looks-ahead",
    where="Start from a zero velocity: the first step has to be `lr * grad`.",
    why="`grad + mu * v` is Nesterov's step, the next exercise.",
    how="Step with the velocity itself: `w - lr * v`.",
)
def nesterov(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu * v), v


@MOMENTUM_STEP.misconception(
    "weights-the-gradient-by-mu",
    where="Start from a zero velocity: after one update it has to equal the gradient.",
    why="`mu` says how much of the old velocity is kept; the gradient comes in whole.",
    how="Multiply `velocity` by `mu`, and leave `grad` as it is.",
)
def mu_on_the_gradient(w, grad, velocity, *, lr, mu):
    v = velocity + mu * grad
    return w - lr * v, v


@MOMENTUM_STEP.also("weights-the-gradient-by-mu")
def mu_on_both(w, grad, velocity, *, lr, mu):
    v = mu * (velocity + grad)
    return w - lr * v, v


@MOMENTUM_STEP.also("weights-the-gradient-by-mu")
def weights_exchanged(w, grad, velocity, *, lr, mu):
    v = (1 - mu) * velocity + mu * grad
    return w - lr * v, v


@MOMENTUM_STEP.misconception(
    "climbs",
    where="Take w = 1 with gradient 1: should w rise or fall?",
    why="The velocity adds up gradients, which point uphill.",
    how="Subtract `lr * v` from `w`.",
)
def uphill(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w + lr * v, v


@MOMENTUM_STEP.misconception(
    "subtracts-the-gradient-twice",
    where="Follow the signs: the velocity points uphill or downhill, not both.",
    why="With `mu * velocity - grad` the velocity points downhill, so it would have to be added.",
    how="Use `v = mu * velocity + grad` together with `w - lr * v`.",
)
def mixed_signs(w, grad, velocity, *, lr, mu):
    v = mu * velocity - grad
    return w - lr * v, v


@MOMENTUM_STEP.also("subtracts-the-gradient-twice")
def downhill_velocity(w, grad, velocity, *, lr, mu):
    v = mu * velocity - grad
    return w + lr * v, v


@MOMENTUM_STEP.misconception(
    "changes-its-inputs",
    where="Look at `w` and `velocity` after the call, not only at what comes back.",
    why="`*=`, `+=` and `-=` write into the caller's arrays.",
    how="Make new arrays: `v = mu * velocity + grad`, then `w - lr * v`.",
)
def in_place(w, grad, velocity, *, lr, mu):
    velocity *= mu
    velocity += grad
    w -= lr * velocity
    return w, velocity


@MOMENTUM_STEP.also("changes-its-inputs")
def velocity_in_place(w, grad, velocity, *, lr, mu):
    velocity[...] = mu * velocity + grad
    return w - lr * velocity, velocity


@MOMENTUM_STEP.also("changes-its-inputs")
def parameters_in_place(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    w -= lr * v
    return w, v


@MOMENTUM_STEP.misconception(
    "returns-only-w",
    where="How many results does the contract name?",
    why="Without the velocity the next update has nothing to build on.",
    how="End with `return w, velocity`, both of them new.",
)
def only_w(w, grad, velocity, *, lr, mu):
    return w - lr * (mu * velocity + grad)


@MOMENTUM_STEP.misconception(
    "results-in-the-wrong-order",
    where="Which result comes first?",
    why="The caller unpacks `w, velocity`; exchanged results train the wrong array.",
    how="Return `w` first and the velocity second.",
)
def exchanged(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return v, w - lr * v


@MOMENTUM_STEP.misconception(
    "applies-mu-twice",
    where="Start from a zero velocity: the first step has to be `lr * grad`.",
    why="The velocity already holds `mu`; a second one shortens every step.",
    how="Subtract `lr * v`, without another `mu`.",
)
def mu_again(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * mu * v, v
