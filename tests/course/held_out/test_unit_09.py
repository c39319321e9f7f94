"""Strangers to unit 09: bias correction, Adam and AdamW, right and wrong."""

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

ADAM_STEP = find("adam_step")
ADAMW_STEP = find("adamw_step")
BIAS_CORRECT = find("bias_correct")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


def adam(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@right(BIAS_CORRECT)
def with_expm1(moment, beta, t):
    return moment / -np.expm1(t * np.log(beta)) if beta else moment * 1.0


@right(BIAS_CORRECT)
def power_in_a_loop(moment, beta, t):
    share = 1.0
    for _ in range(t):
        share *= beta
    return np.true_divide(moment, 1.0 - share)


@right(BIAS_CORRECT)
def with_ones(moment, beta, t):
    return moment / (np.ones_like(moment) - np.full_like(moment, beta) ** t)


@right(BIAS_CORRECT)
def as_a_geometric_series(moment, beta, t):
    return moment / ((1 - beta) * np.sum(float(beta) ** np.arange(t)))


@right(BIAS_CORRECT)
def from_a_float_t(moment, beta, t):
    return moment * (1 - beta ** float(t)) ** -1


@wrong(BIAS_CORRECT)
def stops_correcting(moment, beta, t):
    return moment / (1 - beta**t) if t < 10 else moment * 1.0


@wrong(BIAS_CORRECT)
def correction_by_exp(moment, beta, t):
    return moment / (1 - np.exp(-(1 - beta) * t))


@wrong(BIAS_CORRECT)
def guarded_with_eps(moment, beta, t):
    return moment / (1 - beta**t + 1e-3)


@wrong(BIAS_CORRECT)
def squared_beta(moment, beta, t):
    return moment / (1 - beta ** (2 * t))


@wrong(BIAS_CORRECT)
def fixed_beta(moment, beta, t):
    return moment / (1 - 0.9**t)


@right(ADAM_STEP)
def by_interpolation(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m, v = grad + beta1 * (m - grad), grad**2 + beta2 * (v - grad**2)
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    return w - (lr * m * np.sqrt(c2)) / (c1 * (np.sqrt(v) + eps * np.sqrt(c2))), m, v


@right(ADAM_STEP)
def with_float_t(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    return adam(w, grad, m, v, float(t), lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@right(ADAM_STEP)
def stacked(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    betas = np.array([beta1, beta2]).reshape(2, *[1] * w.ndim)
    moments = betas * np.stack([m, v]) + (1 - betas) * np.stack([grad, grad * grad])
    hats = moments / (1 - betas**t)
    return [w - lr * hats[0] / (hats[1] ** 0.5 + eps), moments[0].copy(), moments[1].copy()]


@right(ADAM_STEP)
def views_of_a_new_array(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    out = np.stack(adam(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps))
    return out[0], out[1], out[2]


@right(ADAM_STEP)
def effective_rate_first(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    v = np.square(grad) * (1 - beta2) + v * beta2
    rate = lr / (np.sqrt(v / (1 - pow(beta2, t))) + eps)
    m = grad * (1 - beta1) + m * beta1
    return w - rate * (m / (1 - pow(beta1, t))), m, v


@wrong(ADAM_STEP)
def corrects_with_the_wrong_beta(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * (m / (1 - beta2**t)) / (np.sqrt(v / (1 - beta1**t)) + eps), m, v


@wrong(ADAM_STEP)
def second_moment_of_the_first(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * m**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@wrong(ADAM_STEP)
def resets_at_the_first_update(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    eps = max(eps, 0.05)
    return adam(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAM_STEP)
def amsgrad(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    new = beta2 * v + (1 - beta2) * grad**2
    top = np.maximum(v, new)
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(top / (1 - beta2**t)) + eps), m, new


@wrong(ADAM_STEP)
def nadam(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    ahead = beta1 * m / (1 - beta1**t) + (1 - beta1) * grad / (1 - beta1**t)
    return w - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@wrong(ADAM_STEP)
def decays_the_rate(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    return adam(w, grad, m, v, t, lr=lr / np.sqrt(t), beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAM_STEP)
def clips_the_step(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    new, m, v = adam(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    return w + np.clip(new - w, -lr, lr), m, v


@wrong(ADAM_STEP)
def keeps_its_own_time(w, grad, m, v, t, *, lr, beta1, beta2, eps, clock=[0]):  # noqa: B006
    clock[0] += 1
    return adam(w, grad, m, v, clock[0], lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAM_STEP)
def moments_in_single_precision_of_the_square(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    new, m, _ = adam(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    return new, m, beta2 * v + (1 - beta2) * grad.astype(np.float16).astype(float) ** 2


@right(ADAMW_STEP)
def decay_as_its_own_line(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    shrink = np.full_like(w, lr * weight_decay) * w
    new, m, v = adam(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    return np.subtract(new, shrink), m, v


@right(ADAMW_STEP)
def step_from_zero(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    settings = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    step, m, v = adam(np.zeros_like(w), grad, m, v, t, **settings)
    return w + step - weight_decay * lr * w, m, v


@right(ADAMW_STEP)
def factor_outside(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    hat = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w + -lr * (hat + w * weight_decay), m, v


@right(ADAMW_STEP)
def as_lists(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    settings = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    return list(adam((1 - lr * weight_decay) * w, grad, m, v, t, **settings))


@right(ADAMW_STEP)
def keeping_what_is_kept(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = w - w * (lr * weight_decay)
    return adam(kept, grad, m, v, int(t), lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def exponential_shrinkage(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = w * np.exp(-lr * weight_decay)
    return adam(kept, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def shrinks_by_division(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = w / (1 + lr * weight_decay)
    return adam(kept, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def decay_grows_with_time(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = w * (1 - lr * weight_decay / (1 - beta1**t))
    return adam(kept, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def decays_only_what_moves(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = np.where(grad != 0, w * (1 - lr * weight_decay), w)
    return adam(kept, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def decay_times_rate_squared(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = w * (1 - lr**2 * weight_decay)
    return adam(kept, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def fixed_decay(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    kept = w * (1 - lr * 0.01)
    return adam(kept, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@right(BIAS_CORRECT)
def with_a_product_of_equal_factors(moment, beta, t):
    return moment / (1 - np.prod(np.full(t, beta)))


@wrong(BIAS_CORRECT)
def corrects_no_later_than_a_hundred(moment, beta, t):
    return moment / (1 - beta ** min(t, 100))


@right(ADAM_STEP)
def both_corrections_in_the_rate(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m, v = m + (1 - beta1) * (grad - m), v + (1 - beta2) * (grad * grad - v)
    root = (1 - beta2**t) ** 0.5
    return w - lr * root / (1 - beta1**t) * m / (np.sqrt(v) + eps * root), m, v


@wrong(ADAM_STEP)
def corrects_the_first_twenty(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    t = t if t <= 20 else np.inf
    return adam(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@wrong(ADAMW_STEP)
def corrects_and_decays_the_first_twenty(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    rule = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, m, v = adam(w, grad, m, v, t if t <= 20 else np.inf, **rule)
    return new - lr * weight_decay * w, m, v


@wrong(ADAMW_STEP)
def a_decay_of_its_own_for_zero(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    rule = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, m, v = adam(w, grad, m, v, t, **rule)
    return new - lr * (weight_decay or 0.01) * w, m, v


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
