"""Strangers to unit 07: momentum, Nesterov and the forms between them, right and wrong."""

from typing import NamedTuple

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

CONVERT_LR = find("convert_lr")
MOMENTUM_STEP = find("momentum_step")
NESTEROV_STEP = find("nesterov_step")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(MOMENTUM_STEP)
def with_out_arguments(w, grad, velocity, *, lr, mu):
    v = np.empty_like(velocity)
    np.multiply(velocity, mu, out=v)
    np.add(v, grad, out=v)
    return w - lr * v, v


@right(MOMENTUM_STEP)
def step_as_a_displacement(w, grad, velocity, *, lr, mu):
    v = grad + mu * velocity
    step = -lr * v
    return w + step, v


@right(MOMENTUM_STEP)
def through_the_averaging_form(w, grad, velocity, *, lr, mu):
    mean = mu * ((1 - mu) * velocity) + (1 - mu) * grad
    return w - lr / (1 - mu) * mean, mean / (1 - mu)


@right(MOMENTUM_STEP)
def stacked(w, grad, velocity, *, lr, mu):
    v = np.stack([velocity, grad]).T @ np.array([mu, 1.0])
    return [(np.stack([w, v.T]).T @ np.array([1.0, -lr])).T, v.T]


@right(MOMENTUM_STEP)
def through_flat_lists(w, grad, velocity, *, lr, mu):
    v = [mu * a + b for a, b in zip(velocity.ravel().tolist(), grad.ravel().tolist())]
    new = [a - lr * b for a, b in zip(w.ravel().tolist(), v)]
    return np.reshape(new, w.shape), np.reshape(v, w.shape)


@right(MOMENTUM_STEP)
def by_einsum(w, grad, velocity, *, lr, mu):
    v = np.einsum("k,k...->...", [mu, 1.0], np.array([velocity, grad]))
    return np.einsum("k,k...->...", [1.0, -float(lr)], np.array([w, v])), v


@wrong(MOMENTUM_STEP)
def velocity_is_the_gradient_when_mu_is_zero(w, grad, velocity, *, lr, mu):
    if mu == 0:
        return w - lr * grad, grad
    v = mu * velocity + grad
    return w - lr * v, v


@wrong(MOMENTUM_STEP)
def same_w_when_lr_is_zero(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return (w if lr == 0 else w - lr * v), v


@wrong(MOMENTUM_STEP)
def as_lists(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return (w - lr * v).tolist(), v.tolist()


@wrong(MOMENTUM_STEP)
def as_a_dict(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return {"w": w - lr * v, "velocity": v}


@wrong(MOMENTUM_STEP)
def clipped_gradient(w, grad, velocity, *, lr, mu):
    v = mu * velocity + np.clip(grad, -1, 1)
    return w - lr * v, v


@wrong(MOMENTUM_STEP)
def with_a_habitual_mu(w, grad, velocity, *, lr, mu):
    v = 0.9 * velocity + grad
    return w - lr * v, v


@wrong(MOMENTUM_STEP)
def first_gradient_counts_twice(w, grad, velocity, *, lr, mu):
    v = mu * (velocity if velocity.any() else grad) + grad
    return w - lr * v, v


@wrong(MOMENTUM_STEP)
def halfway_between_old_and_new(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (v + velocity) / 2, v


@wrong(MOMENTUM_STEP)
def remembers_by_itself(w, grad, velocity, *, lr, mu, memory={}):  # noqa: B006
    v = mu * memory.get(w.shape, velocity) + grad
    memory[w.shape] = v
    return w - lr * v, v


@wrong(MOMENTUM_STEP)
def flat_velocity(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * v, v.ravel()


@wrong(MOMENTUM_STEP)
def whole_number_arrays(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return np.where(w % 1 == 0, np.round(w - lr * v), w - lr * v), v


@wrong(MOMENTUM_STEP)
def three_results(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * v, v, lr


@right(NESTEROV_STEP)
def two_moves(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return (w - lr * grad) - lr * mu * v, v


@right(NESTEROV_STEP)
def from_the_difference_of_velocities(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * ((1 + mu) * v - mu * velocity), v


@right(NESTEROV_STEP)
def pytorch_names(w, grad, velocity, *, lr, mu):
    buf = velocity.copy()
    buf = np.add(buf * mu, grad)
    d_p = grad + buf * mu
    return w + d_p * -lr, buf


@right(NESTEROV_STEP)
def through_flat_arrays(w, grad, velocity, *, lr, mu):
    v = mu * velocity.ravel() + grad.ravel()
    return (w.ravel() - lr * (grad.ravel() + mu * v)).reshape(w.shape), v.reshape(w.shape)


@right(NESTEROV_STEP)
def momentum_applied_twice(w, grad, velocity, *, lr, mu):
    def pile_up(v):
        return mu * v + grad

    return [w - lr * pile_up(pile_up(velocity)), pile_up(velocity)]


@wrong(NESTEROV_STEP)
def stops_looking_ahead_at_the_start(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu * v if velocity.any() else v), v


@wrong(NESTEROV_STEP)
def double_look_ahead(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu * (grad + mu * v)), v


@wrong(NESTEROV_STEP)
def mu_squared(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu**2 * v), v


@wrong(NESTEROV_STEP)
def with_a_habitual_mu_ahead(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + 0.9 * v), v


@wrong(NESTEROV_STEP)
def ahead_of_the_parameters(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * v - mu * v, v


@wrong(NESTEROV_STEP)
def gradient_in_place(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    grad += mu * v
    return w - lr * grad, v


@wrong(NESTEROV_STEP)
def transposed(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return (w - lr * (grad + mu * v)).T, v


@wrong(NESTEROV_STEP)
def total_as_a_number(w, grad, velocity, *, lr, mu):
    v = mu * velocity + grad
    return w - lr * (grad + mu * v).mean(), v


def first_steps(form, lr, mu):
    """How far two updates with gradients 1 and 0.3 go in one form of momentum."""
    w = v = 0.0
    for grad in (1.0, 0.3):
        if form == "inside":
            v = mu * v - lr * grad
            w += v
        else:
            v = mu * v + (grad if form == "classic" else (1 - mu) * grad)
            w -= lr * v
    return w


@right(CONVERT_LR)
def by_comparing_paths(lr, mu, *, source, target):
    return first_steps(source, lr, mu) / first_steps(target, 1.0, mu)


@right(CONVERT_LR)
def with_match(lr, mu, *, source, target):
    match source, target:
        case ("ema", "classic" | "inside"):
            return lr * (1 - mu)
        case ("classic" | "inside", "ema"):
            return lr / (1 - mu)
    return lr


@right(CONVERT_LR)
def with_nested_tables(lr, mu, *, source, target):
    up, down = 1 / (1 - mu), 1 - mu
    table = {
        "classic": {"classic": 1, "ema": up, "inside": 1},
        "ema": {"classic": down, "ema": 1, "inside": down},
        "inside": {"classic": 1, "ema": up, "inside": 1},
    }
    return np.multiply(lr, table[source][target])


@right(CONVERT_LR)
def by_the_terminal_velocity(lr, mu, *, source, target):
    reach = {"classic": 1 / (1 - mu), "ema": 1.0, "inside": 1 / (1 - mu)}
    return float(lr) * reach[source] / reach[target]


@right(CONVERT_LR)
def by_a_geometric_series(lr, mu, *, source, target):
    series = sum(mu**k for k in range(5000))
    if (source == "ema") == (target == "ema"):
        return lr
    return lr * series if target == "ema" else lr / series


@wrong(CONVERT_LR)
def adds_one_over(lr, mu, *, source, target):
    if source == target or "ema" not in (source, target):
        return lr
    return lr + lr / (1 - mu) if target == "ema" else lr - lr * mu


@wrong(CONVERT_LR)
def knows_nine_tenths_only(lr, mu, *, source, target):
    return lr * 10.0 ** ((target == "ema") - (source == "ema"))


@wrong(CONVERT_LR)
def truncated_series(lr, mu, *, source, target):
    series = sum(mu**k for k in range(10))
    return lr * series ** ((target == "ema") - (source == "ema"))


@wrong(CONVERT_LR)
def inside_source_forgotten(lr, mu, *, source, target):
    if source == "classic" and target == "ema":
        return lr / (1 - mu)
    if source == "ema" and target == "classic":
        return lr * (1 - mu)
    return lr


@wrong(CONVERT_LR)
def returns_the_factor(lr, mu, *, source, target):
    return (1 - mu) ** ((source == "ema") - (target == "ema"))


@wrong(CONVERT_LR)
def exponential_of_mu(lr, mu, *, source, target):
    return lr * np.exp(mu) ** ((target == "ema") - (source == "ema"))


@wrong(CONVERT_LR)
def nothing_for_equal_forms(lr, mu, *, source, target):
    if source != target:
        return lr * (1 - mu) ** ((source == "ema") - (target == "ema"))
    return None


class Moved(NamedTuple):
    w: np.ndarray
    velocity: np.ndarray


@right(MOMENTUM_STEP)
def as_a_named_tuple(w, grad, velocity, *, lr, mu):
    velocity = mu * velocity + grad
    return Moved(w - lr * velocity, velocity)


@right(NESTEROV_STEP)
def momentum_of_momentum(w, grad, velocity, *, lr, mu):
    _, velocity = as_a_named_tuple(w, grad, velocity, lr=lr, mu=mu)
    return [as_a_named_tuple(w, grad, velocity, lr=lr, mu=mu).w, velocity]


@wrong(MOMENTUM_STEP)
def gradient_handed_back_for_mu_zero(w, grad, velocity, *, lr, mu):
    velocity = mu * velocity + grad if mu else grad
    return w - lr * velocity, velocity


@wrong(NESTEROV_STEP)
def both_scaled_by_mu(w, grad, velocity, *, lr, mu):
    velocity = mu * velocity + grad
    return w - lr * mu * (grad + velocity), velocity


@wrong(CONVERT_LR)
def equal_forms_not_asked_for(lr, mu, *, source, target):
    if target == "ema":
        return lr / (1 - mu)
    return lr * (1 - mu) if source == "ema" else lr


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
