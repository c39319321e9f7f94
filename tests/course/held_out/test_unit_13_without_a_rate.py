"""Strangers to unit 13: the Polyak step, DoG and schedule-free SGD, right and wrong."""

import copy
import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

DOG_STEP = find("dog_step")
POLYAK_STEP = find("polyak_step")
SCHEDULE_FREE_STEP = find("schedule_free_step")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(POLYAK_STEP)
def with_norm(w, grad, loss, loss_min, max_lr):
    size = np.linalg.norm(grad.reshape(-1))
    if size < 1e-300:
        return w + 0.0
    return w - min(max((loss - loss_min) / size**2, 0.0), max_lr) * grad


@right(POLYAK_STEP)
def with_median(w, grad, loss, loss_min, max_lr):
    square = np.einsum("i,i->", grad.ravel(), grad.ravel())
    if square == 0.0 or loss <= loss_min:
        return w.copy()
    return np.subtract(w, np.median([0.0, max_lr, (loss - loss_min) / square]) * grad)


@right(POLYAK_STEP)
def cap_first(w, grad, loss, loss_min, max_lr):
    square = float((grad**2).sum())
    gap = max(loss - loss_min, 0)
    if gap > max_lr * square:
        return w - grad * max_lr
    return w - grad * (gap / square) if square else w * 1


@right(POLYAK_STEP)
def with_try(w, grad, loss, loss_min, max_lr):
    try:
        lr = (loss - loss_min) / float(np.vdot(grad, grad))
    except ZeroDivisionError:
        lr = 0.0
    return w - (0.0 if lr < 0 else max_lr if lr > max_lr else lr) * grad


@right(POLYAK_STEP)
def with_where(w, grad, loss, loss_min, max_lr):
    square = np.sum(np.square(grad))
    lr = np.where(square > 0, (loss - loss_min) / np.where(square > 0, square, 1), 0)
    return w - np.minimum(np.maximum(lr, 0), max_lr) * grad


@wrong(POLYAK_STEP)
def halves_the_step(w, grad, loss, loss_min, max_lr):
    square = np.sum(grad**2)
    return w - min(max_lr, max(0, loss - loss_min) / (2 * square)) * grad if square else w.copy()


@wrong(POLYAK_STEP)
def largest_entry(w, grad, loss, loss_min, max_lr):
    square = np.max(grad**2)
    return w - min(max_lr, max(0, loss - loss_min) / square) * grad if square else w.copy()


@wrong(POLYAK_STEP)
def clips_at_one(w, grad, loss, loss_min, max_lr):
    square = np.sum(grad**2)
    lr = min(1.0, max_lr, max(0, loss - loss_min) / square) if square else 0
    return w - lr * grad


@wrong(POLYAK_STEP)
def column_norms(w, grad, loss, loss_min, max_lr):
    square = np.sum(grad**2, axis=-1, keepdims=True)
    safe = np.where(square > 0, square, 1)
    return w - np.minimum(max_lr, max(0, loss - loss_min) / safe) * grad


@wrong(POLYAK_STEP)
def matrix_product(w, grad, loss, loss_min, max_lr):
    square = float(grad @ grad)
    return w - min(max_lr, max(0, loss - loss_min) / square) * grad if square else w.copy()


@wrong(POLYAK_STEP)
def hands_w_back(w, grad, loss, loss_min, max_lr):
    square = np.sum(grad**2)
    if square == 0 or loss <= loss_min:
        return w
    return w - min(max_lr, (loss - loss_min) / square) * grad


@right(DOG_STEP)
def from_squares(w, grad, state):
    now = float(((w - state["start"]) ** 2).sum())
    far = math.sqrt(max(now, float(state["farthest"]) ** 2))
    total = state["square_sum"] + float((grad**2).sum())
    rate = far / math.sqrt(total) if total else 0
    return w - rate * grad, {"start": state["start"], "farthest": far, "square_sum": total}


@right(DOG_STEP)
def with_unpacking(w, grad, state):
    start, far, total = (state[key] for key in ("start", "farthest", "square_sum"))
    far = max(far, np.linalg.norm((w - start).ravel()))
    total = total + np.linalg.norm(grad.ravel()) ** 2
    new = w - far * grad * (total**-0.5 if total > 0 else 0)
    return new, {"start": start, "farthest": far, "square_sum": total}


@right(DOG_STEP)
def with_deepcopy(w, grad, state):
    state = copy.deepcopy(state)
    state["square_sum"] = state["square_sum"] + np.sum(np.multiply(grad, grad))
    state["farthest"] = np.max([state["farthest"], np.sqrt(np.sum((state["start"] - w) ** 2))])
    step = np.divide(grad, np.sqrt(state["square_sum"])) if grad.any() else 0 * grad
    return [w - state["farthest"] * step, state]


@right(DOG_STEP)
def with_merge(w, grad, state):
    new = {
        "farthest": float(max(math.dist(w.ravel(), state["start"].ravel()), state["farthest"])),
        "square_sum": float(state["square_sum"] + sum(g**2 for g in grad.ravel())),
    }
    rate = new["farthest"] / max(new["square_sum"], 1e-300) ** 0.5
    return w - rate * grad, state | new


@right(DOG_STEP)
def with_hypot(w, grad, state):
    far = max(math.hypot(*(w - state["start"]).ravel()), state["farthest"])
    root = math.hypot(math.sqrt(state["square_sum"]), *grad.ravel())
    return (
        w - (far / root) * grad if root > 0 else w.copy(),
        {**state, "farthest": far, "square_sum": root**2},
    )


@wrong(DOG_STEP)
def layer_by_layer(w, grad, state):
    far = max(state["farthest"], np.abs(w - state["start"]).max())
    total = state["square_sum"] + np.sum(grad**2)
    rate = far / np.sqrt(total) if total else 0.0
    return w - rate * grad, {**state, "farthest": far, "square_sum": total}


@wrong(DOG_STEP)
def sum_of_lengths(w, grad, state):
    far = max(state["farthest"], np.linalg.norm((w - state["start"]).ravel()))
    total = state["square_sum"] + np.sqrt(np.sum(grad**2))
    rate = far / total if total else 0.0
    return w - rate * grad, {**state, "farthest": far, "square_sum": total}


@wrong(DOG_STEP)
def weighted_by_distance(w, grad, state):
    far = max(state["farthest"], np.linalg.norm((w - state["start"]).ravel()))
    total = state["square_sum"] + far**2 * np.sum(grad**2)
    rate = far**2 / np.sqrt(total) if total else 0.0
    return w - rate * grad, {**state, "farthest": far, "square_sum": total}


@wrong(DOG_STEP)
def root_in_the_state(w, grad, state):
    far = max(state["farthest"], np.linalg.norm((w - state["start"]).ravel()))
    root = np.sqrt(state["square_sum"] + np.sum(grad**2))
    return w - (far / root if root else 0.0) * grad, {**state, "farthest": far, "square_sum": root}


@wrong(DOG_STEP)
def a_key_too_many(w, grad, state):
    far = max(state["farthest"], np.linalg.norm((w - state["start"]).ravel()))
    total = state["square_sum"] + np.sum(grad**2)
    rate = far / np.sqrt(total) if total else 0.0
    return w - rate * grad, {**state, "farthest": far, "square_sum": total, "lr": rate}


@wrong(DOG_STEP)
def guesses_again_when_near(w, grad, state):
    far = np.linalg.norm((w - state["start"]).ravel()) or state["farthest"]
    total = state["square_sum"] + np.sum(grad**2)
    rate = far / np.sqrt(total) if total else 0.0
    return w - rate * grad, {**state, "farthest": far, "square_sum": total}


@right(SCHEDULE_FREE_STEP)
def with_average_of_two(z, x, grad, t, *, lr, beta):
    t = int(t)
    z = z + (-lr) * grad
    x = np.average(np.stack([x, z]), axis=0, weights=[t - 1, 1])
    return z, x, np.average(np.stack([x, z]), axis=0, weights=[beta, 1 - beta])


@right(SCHEDULE_FREE_STEP)
def with_interpolation(z, x, grad, t, *, lr, beta):
    def between(a, b, share):
        return a + share * (b - a)

    z = z - np.asarray(grad) * lr
    x = between(x, z, 1.0 / float(t))
    return z, x, between(z, x, beta)


@right(SCHEDULE_FREE_STEP)
def with_weights(z, x, grad, t, *, lr, beta):
    weight, total = lr**2, t * lr**2
    c = weight / total
    z = z - lr * grad
    x = x * (1 - c) + z * c
    return tuple(np.array(part) for part in (z, x, x * beta + z * (1 - beta)))


@right(SCHEDULE_FREE_STEP)
def unrolled_y(z, x, grad, t, *, lr, beta):
    move = lr * grad
    new_z = z - move
    new_x = x - x / t + new_z / t
    return new_z, new_x, beta * new_x + z - move - beta * new_z


@right(SCHEDULE_FREE_STEP)
def with_out_arguments(z, x, grad, t, *, lr, beta):
    new_z = np.empty_like(z)
    np.multiply(grad, lr, out=new_z)
    np.subtract(z, new_z, out=new_z)
    new_x = np.add(x * ((t - 1) / t), new_z / t)
    return new_z, new_x, np.add(beta * new_x, (1 - beta) * new_z)


@wrong(SCHEDULE_FREE_STEP)
def average_of_two_thirds(z, x, grad, t, *, lr, beta):
    z = z - lr * grad
    x = x + 2 / (t + 1) * (z - x)
    return z, x, beta * x + (1 - beta) * z


@wrong(SCHEDULE_FREE_STEP)
def average_scaled_by_beta(z, x, grad, t, *, lr, beta):
    z = z - lr * (1 - beta) * grad
    x = x + (z - x) / t
    return z, x, beta * x + (1 - beta) * z


@wrong(SCHEDULE_FREE_STEP)
def extrapolates(z, x, grad, t, *, lr, beta):
    z = z - lr * grad
    x = x + (z - x) / t
    return z, x, x + beta * (x - z)


@wrong(SCHEDULE_FREE_STEP)
def restarts_the_average(z, x, grad, t, *, lr, beta):
    z = z - lr * grad
    x = x + (z - x) / min(t, 100)
    return z, x, beta * x + (1 - beta) * z


@wrong(SCHEDULE_FREE_STEP)
def primal_averaging(z, x, grad, t, *, lr, beta):
    z = z - lr * grad
    x = x + (z - x) / t
    return z, x, x


@wrong(SCHEDULE_FREE_STEP)
def whole_division(z, x, grad, t, *, lr, beta):
    z = z - lr * grad
    x = x + (1 // t) * (z - x)
    return z, x, beta * x + (1 - beta) * z


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
