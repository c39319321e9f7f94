"""The name that a fault is given, and the words around it, are true of what was handed in."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.laws import run
from autograders.judging.plan import plan_for
from autograders.judging.report import FULL, ZERO


def holds_the_rate_before_the_last(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * (1 - min(t, steps - 1) / steps) ** power


def nothing_for_less_than_a_batch(epochs, n_samples, batch_size):
    return epochs * math.ceil(n_samples / batch_size) if n_samples >= batch_size else 0


def at_least_one_step(grad_fn, w0, lr, steps):
    path = [w0.copy()]
    while True:
        path.append(path[-1] - lr * grad_fn(path[-1]))
        if len(path) > steps:
            return np.array(path)


def classic_and_ema_only(lr, mu, *, source, target):
    factor = {("ema", "classic"): 1 - mu, ("classic", "ema"): 1 / (1 - mu)}
    return lr * factor.get((source, target), 1)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("polynomial_decay", holds_the_rate_before_the_last),
        ("epochs_to_steps", nothing_for_less_than_a_batch),
        ("minimise", at_least_one_step),
        ("convert_lr", classic_and_ema_only),
    ],
)
def test_a_name_that_would_fail_where_the_answer_is_right_is_not_given(name, function):
    """Each of these shares the results of one property with a misconception that it is not."""
    for seed in (0, 7, 20_240):
        report = run(plan_for(find(name), seed), function)
        assert report.status not in (FULL, ZERO)
        assert report.misconception is None


def test_a_second_fault_does_not_hide_one_that_is_explained():
    def scale_lr(lr, batch_size, new_batch_size, rule):
        return lr * {"linear": 1, "sqrt": 0.5}[rule] * new_batch_size / batch_size

    report = run(plan_for(find("scale_lr")), scale_lr)
    assert report.misconception == "raises-another-error"


def test_writing_into_an_input_is_one_mistake_however_numpy_words_it():
    def entry_by_entry(x, target, share):
        for index in np.ndindex(x.shape):
            x[index] = x[index] + share * (target[index] - x[index])
        return x

    report = run(plan_for(find("step_towards")), entry_by_entry, reveal=True)
    assert report.misconception == "changes-an-input"


def test_what_was_raised_or_returned_for_a_refusal_is_said():
    def by_key(lr, batch_size, new_batch_size, rule):
        return lr * (new_batch_size / batch_size) ** {"linear": 1, "sqrt": 0.5}[rule]

    def returning(lr, batch_size, new_batch_size, rule):
        known = rule in ("linear", "sqrt")
        return by_key(lr, batch_size, new_batch_size, rule) if known else ValueError(rule)

    plan = plan_for(find("scale_lr"))
    assert run(plan, by_key, reveal=True).example.got.startswith("raised KeyError: 'cube'")
    said = run(plan, returning, reveal=True).findings[-1].message
    assert said.endswith("expected ValueError to be raised, but it returned <ValueError>")


def test_an_example_without_one_right_answer_says_what_is_expected():
    def whole_batches_only(n, batch_size, rng):
        order = rng.permutation(n)
        return [order[i * batch_size :][:batch_size] for i in range(n // batch_size)]

    report = run(plan_for(find("epoch_batches")), whole_batches_only, reveal=True)
    assert report.example.expected == "it keeps a short last batch, and only that one is short"
