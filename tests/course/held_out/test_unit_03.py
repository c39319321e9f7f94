"""Strangers to unit 03: mini-batches, the noise floor and scaled rates, right and wrong."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

EPOCH_BATCHES = find("epoch_batches")
NOISE_FLOOR = find("noise_floor")
SCALE_LR = find("scale_lr")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(EPOCH_BATCHES)
def permuted_array(n, batch_size, rng):
    order = rng.permuted(np.arange(n))
    cuts = [*range(0, n, batch_size), n]
    return [order[a:b] for a, b in pairwise(cuts)]


@right(EPOCH_BATCHES)
def sorted_by_normal_keys(n, batch_size, rng):
    keys = rng.standard_normal(n)
    order = sorted(range(n), key=lambda index: keys[index])
    return [np.array(order[k : k + batch_size]) for k in range(0, n, batch_size)]


@right(EPOCH_BATCHES)
def fisher_yates(n, batch_size, rng):
    order = list(range(n))
    for last in range(n - 1, 0, -1):
        other = int(rng.integers(last + 1))
        order[last], order[other] = order[other], order[last]
    batches = [[]]
    for index in order:
        if len(batches[-1]) == batch_size:
            batches.append([])
        batches[-1].append(index)
    return [np.asarray(batch, dtype=int) for batch in batches]


@right(EPOCH_BATCHES)
def stacked_and_rest(n, batch_size, rng):
    order = rng.permutation(n)
    full = n // batch_size * batch_size
    rows = list(order[:full].reshape(-1, batch_size))
    return rows + ([order[full:]] if full < n else [])


@right(EPOCH_BATCHES)
def passing_over_a_first_draw(n, batch_size, rng):
    rng.permutation(n)
    order = rng.permutation(n).tolist()
    return [tuple(order[k : k + batch_size]) for k in range(0, n, batch_size)]


@right(EPOCH_BATCHES)
def shuffling_a_list(n, batch_size, rng):
    order = [*range(n)]
    rng.shuffle(order)
    return [np.array(order[k : k + batch_size]) for k in range(0, n, batch_size)]


@right(EPOCH_BATCHES)
def batches_sorted_inside(n, batch_size, rng):
    order = rng.permutation(n)
    return [np.sort(order[k : k + batch_size])[::-1] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def rotated(n, batch_size, rng):
    order = np.roll(np.arange(n), rng.integers(n))
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def backwards(n, batch_size, rng):
    order = np.arange(n)[::-1]
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def dealt_out_like_cards(n, batch_size, rng):
    count = -(-n // batch_size)
    return [rng.permutation(np.arange(k, n, count)) for k in rng.permutation(count)]


@wrong(EPOCH_BATCHES)
def standard_library_shuffle(n, batch_size, rng):
    order = random.sample(range(n), n)
    return [np.array(order[k : k + batch_size]) for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def fresh_entropy(n, batch_size, rng):
    order = np.random.default_rng().permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def seeded_by_the_size(n, batch_size, rng):
    order = np.random.default_rng(n).permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def short_batch_first(n, batch_size, rng):
    order = rng.permutation(n)
    cuts = [0, *range(n % batch_size or batch_size, n + 1, batch_size)]
    return [order[a:b] for a, b in pairwise(cuts)]


@wrong(EPOCH_BATCHES)
def rest_joins_the_last_batch(n, batch_size, rng):
    order = rng.permutation(n)
    count = max(n // batch_size, 1)
    return [
        order[k * batch_size : (k + 1) * batch_size if k < count - 1 else n] for k in range(count)
    ]


@wrong(EPOCH_BATCHES)
def last_sample_forgotten(n, batch_size, rng):
    order = rng.permutation(n - 1)
    return [order[k : k + batch_size] for k in range(0, n - 1, batch_size)]


@wrong(EPOCH_BATCHES)
def as_masks(n, batch_size, rng):
    order = rng.permutation(n)
    return [np.isin(np.arange(n), order[k : k + batch_size]) for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def first_batch_only(n, batch_size, rng):
    return [rng.permutation(n)[:batch_size]]


@wrong(EPOCH_BATCHES)
def as_a_dict(n, batch_size, rng):
    order = rng.permutation(n)
    return {str(k): order[k : k + batch_size] for k in range(0, n, batch_size)}


@wrong(EPOCH_BATCHES)
def batch_size_plus_one(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size + 1] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def negative_indices(n, batch_size, rng):
    order = rng.permutation(n) - n
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@right(NOISE_FLOOR)
def by_iterating_the_spread(lr, curvature, grad_variance):
    kept, spread = (1 - lr * curvature) ** 2, 0.0
    if kept > 0.999:
        return lr * grad_variance / (2 * (2 - lr * curvature))
    for _ in range(20_000):
        spread = kept * spread + lr**2 * grad_variance
    return curvature / 2 * spread


@right(NOISE_FLOOR)
def by_the_limit(lr, curvature, grad_variance):
    limit = 2 / curvature
    return grad_variance / (2 * curvature) * lr / (limit - lr)


@right(NOISE_FLOOR)
def divided_step_by_step(lr, curvature, grad_variance):
    floor = lr * grad_variance
    floor = floor / 2
    floor = floor / (2 - lr * curvature)
    return float(floor)


@right(NOISE_FLOOR)
def with_a_factor_of_a_half(lr, curvature, grad_variance):
    return 0.5 * lr / (2 - curvature * lr) * grad_variance


@right(NOISE_FLOOR)
def kick_over_loss_of_memory(lr, curvature, grad_variance):
    kick = 0.5 * curvature * lr * lr * grad_variance
    return kick / (lr * curvature * (2 - lr * curvature))


@wrong(NOISE_FLOOR)
def first_two_terms(lr, curvature, grad_variance):
    return lr * grad_variance / 4 * (1 + lr * curvature / 2)


@wrong(NOISE_FLOOR)
def never_below_a_millionth(lr, curvature, grad_variance):
    return max(lr * grad_variance / (2 * (2 - lr * curvature)), 1e-6)


@wrong(NOISE_FLOOR)
def with_a_guard(lr, curvature, grad_variance):
    return lr * grad_variance / (2 * (2 - lr * curvature) + 1e-3)


@wrong(NOISE_FLOOR)
def squared_denominator(lr, curvature, grad_variance):
    return lr * grad_variance / (2 - lr * curvature) ** 2


@wrong(NOISE_FLOOR)
def remaining_share_not_squared(lr, curvature, grad_variance):
    return curvature / 2 * lr**2 * grad_variance / (1 - abs(1 - lr * curvature))


@wrong(NOISE_FLOOR)
def simulated(lr, curvature, grad_variance):
    rng, w, total = np.random.default_rng(0), 0.0, 0.0
    for _ in range(300):
        w -= lr * (curvature * w + math.sqrt(grad_variance) * rng.standard_normal())
        total += curvature / 2 * w * w
    return total / 300


@wrong(NOISE_FLOOR)
def curvature_of_one(lr, curvature, grad_variance):
    return lr * grad_variance / (2 * (2 - lr))


@right(SCALE_LR)
def with_a_logarithm(lr, batch_size, new_batch_size, rule):
    if rule not in {"linear", "sqrt"}:
        raise ValueError("unknown rule: " + repr(rule))
    share = 1 if rule == "linear" else 0.5
    return lr * math.exp(share * (math.log(new_batch_size) - math.log(batch_size)))


@right(SCALE_LR)
def with_nested_functions(lr, batch_size, new_batch_size, rule):
    rules = {"linear": lambda ratio: ratio, "sqrt": lambda ratio: ratio**0.5}
    chosen = rules.get(rule)
    if chosen is None:
        raise ValueError(f"rule must be one of {list(rules)}")
    return np.float64(chosen(new_batch_size / batch_size) * lr)


@right(SCALE_LR)
def refusing_with_its_own_error(lr, batch_size, new_batch_size, rule):
    class UnknownRule(ValueError):
        pass

    if rule == "sqrt":
        return lr / np.sqrt(batch_size / new_batch_size)
    if rule == "linear":
        return lr / (batch_size / new_batch_size)
    raise UnknownRule(rule)


@right(SCALE_LR)
def indexed_in_a_list(lr, batch_size, new_batch_size, rule):
    power = ["sqrt", "linear"].index(rule) / 2 + 0.5
    return lr * new_batch_size**power / batch_size**power


@right(SCALE_LR)
def with_isqrt_free_arithmetic(lr, batch_size, new_batch_size, rule):
    if rule == "linear":
        return lr + lr * (new_batch_size - batch_size) / batch_size
    if rule != "sqrt":
        raise ValueError
    return math.copysign(math.sqrt(lr**2 * new_batch_size / batch_size), lr)


@wrong(SCALE_LR)
def returns_the_error(lr, batch_size, new_batch_size, rule):
    if rule not in ("linear", "sqrt"):
        return ValueError(rule)
    return lr * (new_batch_size / batch_size) ** (1 if rule == "linear" else 0.5)


@wrong(SCALE_LR)
def by_first_letter(lr, batch_size, new_batch_size, rule):
    if not rule or rule[0] not in "ls":
        raise ValueError(rule)
    return lr * (new_batch_size / batch_size) ** (1 if rule[0] == "l" else 0.5)


@wrong(SCALE_LR)
def whole_root(lr, batch_size, new_batch_size, rule):
    if rule == "linear":
        return lr * new_batch_size / batch_size
    if rule == "sqrt":
        return lr * round(math.sqrt(new_batch_size / batch_size), 2)
    raise ValueError(rule)


@wrong(SCALE_LR)
def doublings(lr, batch_size, new_batch_size, rule):
    if rule not in ("linear", "sqrt"):
        raise ValueError(rule)
    times = round(math.log2(new_batch_size / batch_size))
    return lr * (2 if rule == "linear" else math.sqrt(2)) ** times


@wrong(SCALE_LR)
def root_of_the_difference(lr, batch_size, new_batch_size, rule):
    if rule == "linear":
        return lr * new_batch_size / batch_size
    if rule == "sqrt":
        return lr * (1 + math.sqrt(max(new_batch_size - batch_size, 0)) / batch_size)
    raise ValueError(rule)


@wrong(SCALE_LR)
def cube_is_known_too(lr, batch_size, new_batch_size, rule):
    powers = {"linear": 1, "sqrt": 0.5, "cube": 1 / 3}
    if rule not in powers:
        raise ValueError(rule)
    return lr * (new_batch_size / batch_size) ** powers[rule]


@wrong(SCALE_LR)
def linear_by_default(lr, batch_size, new_batch_size, rule):
    rule = rule or "linear"
    if rule not in ("linear", "sqrt"):
        raise ValueError(rule)
    return lr * (new_batch_size / batch_size) ** (1 if rule == "linear" else 0.5)


@wrong(SCALE_LR)
def capped(lr, batch_size, new_batch_size, rule):
    if rule not in ("linear", "sqrt"):
        raise ValueError(rule)
    return min(1.0, lr * (new_batch_size / batch_size) ** (1 if rule == "linear" else 0.5))


@right(EPOCH_BATCHES)
def drawn_from_a_shrinking_urn(n, batch_size, rng):
    left, batches = list(range(n)), []
    while left:
        chosen = rng.choice(len(left), size=min(batch_size, len(left)), replace=False)
        batches.append(np.array([left[i] for i in chosen]))
        left = [sample for i, sample in enumerate(left) if i not in chosen]
    return batches


@wrong(EPOCH_BATCHES)
def exchanged_with_the_next_one_only(n, batch_size, rng):
    order = np.arange(n)
    for i in range(n):
        j = int(rng.integers(i, min(i + 2, n)))
        order[[i, j]] = order[[j, i]]
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def shuffled_within_windows(n, batch_size, rng):
    order = np.argsort(np.arange(n) + rng.uniform(0, 10, n))
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@wrong(EPOCH_BATCHES)
def indices_as_floats(n, batch_size, rng):
    order = rng.permutation(np.arange(n, dtype=float))
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))


def test_the_same_groups_in_every_epoch_are_not_random():
    for report in reports(EPOCH_BATCHES, dealt_out_like_cards):
        assert [f.passed for f in report.findings if f.property in ("values", "random")] == [
            True,
            False,
        ]
