"""Strangers to unit 08: AdaGrad, RMSprop and the effective rate, right and wrong."""

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

ADAGRAD_STEP = find("adagrad_step")
EFFECTIVE_LR = find("effective_lr")
RMSPROP_STEP = find("rmsprop_step")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(ADAGRAD_STEP)
def with_hypot(w, grad, accumulator, *, lr, eps):
    root = np.hypot(np.sqrt(accumulator), grad)
    return w + np.negative(lr) * np.divide(grad, root + eps), accumulator + np.power(grad, 2)


@right(ADAGRAD_STEP)
def through_python_lists(w, grad, accumulator, *, lr, eps):
    a = [s + g * g for s, g in zip(accumulator.ravel().tolist(), grad.ravel().tolist())]
    p = [
        x - lr * g / (s**0.5 + eps) for x, g, s in zip(w.ravel().tolist(), grad.ravel().tolist(), a)
    ]
    return np.array(p).reshape(w.shape), np.array(a).reshape(w.shape)


@right(ADAGRAD_STEP)
def with_einsum(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + np.einsum("...,...->...", grad, grad)
    return w - (lr * grad) * (1 / (np.sqrt(accumulator) + eps)), accumulator


@right(ADAGRAD_STEP)
def skipping_still_entries(w, grad, accumulator, *, lr, eps):
    moved = grad != 0
    new_a, new_w = accumulator.copy(), w.copy()
    new_a[moved] += grad[moved] ** 2
    new_w[moved] -= lr * grad[moved] / (np.sqrt(new_a[moved]) + eps)
    return new_w, new_a


@right(ADAGRAD_STEP)
def sign_and_size(w, grad, accumulator, *, lr, eps):
    size = np.abs(grad)
    accumulator = size * size + accumulator
    return w - lr * np.sign(grad) * size / (eps + accumulator**0.5), accumulator


@wrong(ADAGRAD_STEP)
def eps_twice(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + grad**2
    return w - lr * grad / (np.sqrt(accumulator + eps) + eps), accumulator


@wrong(ADAGRAD_STEP)
def eps_as_a_floor(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + grad**2
    return w - lr * grad / np.maximum(np.sqrt(accumulator), eps), accumulator


@wrong(ADAGRAD_STEP)
def default_eps(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + grad**2
    return w - lr * grad / (np.sqrt(accumulator) + 1e-8), accumulator


@wrong(ADAGRAD_STEP)
def eps_kept_in_the_state(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + grad**2 + eps
    return w - lr * grad / np.sqrt(accumulator), accumulator


@wrong(ADAGRAD_STEP)
def square_of_the_step(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + (lr * grad) ** 2
    return w - lr * grad / (np.sqrt(accumulator) + eps), accumulator


@wrong(ADAGRAD_STEP)
def clips_the_gradient(w, grad, accumulator, *, lr, eps):
    clipped = np.clip(grad, -100, 100)
    accumulator = accumulator + clipped**2
    return w - lr * clipped / (np.sqrt(accumulator) + eps), accumulator


@wrong(ADAGRAD_STEP)
def shares_the_state(w, grad, accumulator, *, lr, eps):
    new = np.add(accumulator, grad**2, out=accumulator if not grad.any() else None)
    return w - lr * grad / (np.sqrt(new) + eps), new


@wrong(ADAGRAD_STEP)
def half_precision(w, grad, accumulator, *, lr, eps):
    accumulator = (accumulator + grad**2).astype(np.float16).astype(float)
    return w - lr * grad / (np.sqrt(accumulator) + eps), accumulator


@right(RMSPROP_STEP)
def with_average(w, grad, mean_square, *, lr, rho, eps):
    s = np.average(np.stack([mean_square, grad**2]), axis=0, weights=[rho, 1 - rho])
    return w - lr * grad / (np.sqrt(s) + eps), s


@right(RMSPROP_STEP)
def weights_by_subtraction(w, grad, mean_square, *, lr, rho, eps):
    s = grad**2 + rho * (mean_square - grad**2)
    return w - grad * lr / (np.sqrt(s) + eps), s


@right(RMSPROP_STEP)
def root_by_logarithm(w, grad, mean_square, *, lr, rho, eps):
    s = rho * mean_square + (1 - rho) * grad**2
    root = np.exp(0.5 * np.log(np.where(s > 0, s, 1.0))) * (s > 0)
    return w - lr * grad / (root + eps), s


@right(RMSPROP_STEP)
def flat_and_back(w, grad, mean_square, *, lr, rho, eps):
    flat = [a.reshape(-1) for a in (w, grad, mean_square)]
    s = rho * flat[2] + (1 - rho) * flat[1] ** 2
    new = flat[0] - lr * flat[1] / (np.sqrt(s) + eps)
    return new.reshape(w.shape), s.reshape(w.shape)


@right(RMSPROP_STEP)
def with_a_nested_function(w, grad, mean_square, *, lr, rho, eps):
    def blend(old, new):
        return old * rho + new * (1.0 - rho)

    s = blend(mean_square, np.square(grad))
    return (w - np.multiply(lr, grad) / np.add(np.sqrt(s), eps), s)


@wrong(RMSPROP_STEP)
def fixed_rho(w, grad, mean_square, *, lr, rho, eps):
    s = 0.9 * mean_square + 0.1 * grad**2
    return w - lr * grad / (np.sqrt(s) + eps), s


@wrong(RMSPROP_STEP)
def centred(w, grad, mean_square, *, lr, rho, eps):
    s = rho * mean_square + (1 - rho) * (grad - grad.mean()) ** 2
    return w - lr * grad / (np.sqrt(s) + eps), s


@wrong(RMSPROP_STEP)
def starts_with_the_square(w, grad, mean_square, *, lr, rho, eps):
    s = rho * mean_square + (1 - rho) * grad**2 if mean_square.any() else grad**2
    return w - lr * grad / (np.sqrt(s) + eps), s


@wrong(RMSPROP_STEP)
def rho_squared(w, grad, mean_square, *, lr, rho, eps):
    s = rho**2 * mean_square + (1 - rho**2) * grad**2
    return w - lr * grad / (np.sqrt(s) + eps), s


@wrong(RMSPROP_STEP)
def eps_scaled_by_the_rate(w, grad, mean_square, *, lr, rho, eps):
    s = rho * mean_square + (1 - rho) * grad**2
    return w - grad / (np.sqrt(s) / lr + eps), s


@wrong(RMSPROP_STEP)
def never_smaller(w, grad, mean_square, *, lr, rho, eps):
    s = np.maximum(mean_square, rho * mean_square + (1 - rho) * grad**2)
    return w - lr * grad / (np.sqrt(s) + eps), s


@wrong(RMSPROP_STEP)
def updates_the_average_where_it_moves(w, grad, mean_square, *, lr, rho, eps):
    s = np.where(grad != 0, rho * mean_square + (1 - rho) * grad**2, mean_square)
    return w - lr * grad / (np.sqrt(s) + eps), s


@right(EFFECTIVE_LR)
def through_reciprocal(mean_square, *, lr, eps):
    return np.reciprocal((np.sqrt(mean_square) + eps) / lr) if lr else np.zeros_like(mean_square)


@right(EFFECTIVE_LR)
def with_broadcasting(mean_square, *, lr, eps):
    return np.broadcast_to(np.float64(lr), mean_square.shape) / (mean_square ** (1 / 2) + eps)


@right(EFFECTIVE_LR)
def with_vectorize(mean_square, *, lr, eps):
    return np.vectorize(lambda s: lr / (s**0.5 + eps), otypes=[float])(mean_square)


@right(EFFECTIVE_LR)
def with_isqrt_of_power(mean_square, *, lr, eps):
    return lr / np.add(np.power(mean_square, 0.5), eps)


@right(EFFECTIVE_LR)
def built_row_by_row(mean_square, *, lr, eps):
    rates = [lr / (np.sqrt(s) + eps) for s in mean_square.flat]
    return np.reshape(rates, mean_square.shape)


@wrong(EFFECTIVE_LR)
def capped_at_the_rate(mean_square, *, lr, eps):
    return np.minimum(lr / (np.sqrt(mean_square) + eps), lr / eps * 0.9)


@wrong(EFFECTIVE_LR)
def eps_as_floor(mean_square, *, lr, eps):
    return lr / np.maximum(np.sqrt(mean_square), eps)


@wrong(EFFECTIVE_LR)
def rounded(mean_square, *, lr, eps):
    return np.round(lr / (np.sqrt(mean_square) + eps), 4)


@wrong(EFFECTIVE_LR)
def cube_root(mean_square, *, lr, eps):
    return lr / (np.cbrt(mean_square) + eps)


@wrong(EFFECTIVE_LR)
def zero_where_nothing_was_seen(mean_square, *, lr, eps):
    return np.where(mean_square > 0, lr / (np.sqrt(mean_square) + eps), 0.0)


@right(ADAGRAD_STEP)
def into_flat_views_of_copies(w, grad, accumulator, *, lr, eps):
    new_w, new_a = w.copy(), accumulator.copy()
    flat_w, flat_a = new_w.ravel(), new_a.ravel()
    for i, g in enumerate(grad.ravel()):
        flat_a[i] += g * g
        flat_w[i] -= lr / (flat_a[i] ** 0.5 + eps) * g
    return new_w, new_a


@wrong(ADAGRAD_STEP)
def matrix_product_of_the_gradient(w, grad, accumulator, *, lr, eps):
    accumulator = accumulator + grad.T @ grad
    return w - lr * grad / (np.sqrt(accumulator) + eps), accumulator


@wrong(ADAGRAD_STEP)
def forgets_where_the_gradient_is_zero(w, grad, accumulator, *, lr, eps):
    accumulator = np.where(grad == 0, 0.0, accumulator + grad**2)
    return w - lr * grad / (np.sqrt(accumulator) + eps), accumulator


@wrong(RMSPROP_STEP)
def zero_is_taken_for_unset(w, grad, mean_square, *, lr, rho, eps):
    rho = rho or 0.9
    s = rho * mean_square + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(s) + eps), s


@wrong(RMSPROP_STEP)
def assigns_to_the_state(w, grad, mean_square, *, lr, rho, eps):
    mean_square[...] = rho * mean_square + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(mean_square) + eps), mean_square.copy()


@right(EFFECTIVE_LR)
def row_within_row(mean_square, *, lr, eps):
    if mean_square.ndim == 0:
        return lr / (np.sqrt(mean_square) + eps)
    return np.array([row_within_row(row, lr=lr, eps=eps) for row in mean_square])


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
