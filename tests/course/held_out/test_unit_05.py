"""Strangers to unit 05: smooth decays and the half-life, right and wrong."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

EXPONENTIAL_DECAY = find("exponential_decay")
HALF_LIFE = find("half_life")
INVERSE_TIME_DECAY = find("inverse_time_decay")
POLYNOMIAL_DECAY = find("polynomial_decay")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(EXPONENTIAL_DECAY)
def by_expm1(t, *, lr0, gamma, every):
    return lr0 + lr0 * math.expm1(t * math.log(gamma) / every)


@right(EXPONENTIAL_DECAY)
def in_base_two(t, *, lr0, gamma, every):
    return float(lr0 * 2 ** (math.log2(gamma) * t / every))


@right(EXPONENTIAL_DECAY)
def dividing_by_the_inverse(t, *, lr0, gamma, every):
    return lr0 / (1 / gamma) ** (t / every)


@right(EXPONENTIAL_DECAY)
def from_a_cumulative_product(t, *, lr0, gamma, every):
    factors = np.full(int(t), gamma ** (1 / every))
    return np.cumprod(np.concatenate([[lr0], factors]))[-1]


@right(EXPONENTIAL_DECAY)
def with_converted_arguments(t, *, lr0, gamma, every):
    t, lr0, gamma, every = map(np.float64, (t, lr0, gamma, every))
    return np.exp(np.log(lr0) + np.log(gamma) * (t / every))


@right(EXPONENTIAL_DECAY)
def recursive(t, *, lr0, gamma, every):
    if t < every:
        return lr0 * gamma ** (t / every)
    return gamma * recursive(t - every, lr0=lr0, gamma=gamma, every=every)


@wrong(EXPONENTIAL_DECAY)
def linear_between_stairs(t, *, lr0, gamma, every):
    whole, rest = divmod(t, every)
    return lr0 * gamma**whole * (1 - (1 - gamma) * rest / every)


@wrong(EXPONENTIAL_DECAY)
def counts_epochs_in_hundreds(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t / 100)


@wrong(EXPONENTIAL_DECAY)
def with_a_hidden_floor(t, *, lr0, gamma, every):
    return max(lr0 * gamma ** (t / every), 1e-2)


@wrong(EXPONENTIAL_DECAY)
def rounded_for_display(t, *, lr0, gamma, every):
    return round(lr0 * gamma ** (t / every), 4)


@wrong(EXPONENTIAL_DECAY)
def half_an_update_ahead(t, *, lr0, gamma, every):
    return lr0 * gamma ** ((t + 0.5) / every)


@wrong(EXPONENTIAL_DECAY)
def forgets_after_each_call(t, *, lr0, gamma, every, memory={}):  # noqa: B006
    memory["lr"] = memory.get("lr", lr0) * gamma ** (1 / every)
    return memory["lr"] if t else lr0


@wrong(EXPONENTIAL_DECAY)
def for_plain_integers_only(t, *, lr0, gamma, every):
    if not isinstance(t, int):
        raise TypeError("t must be an int")
    return lr0 * gamma ** (t / every)


@wrong(EXPONENTIAL_DECAY)
def in_a_list(t, *, lr0, gamma, every):
    return [lr0 * gamma ** (t / every)]


@right(INVERSE_TIME_DECAY)
def by_the_lost_share(t, *, lr0, rate, every):
    x = rate * t / every
    return lr0 - lr0 * x / (1 + x)


@right(INVERSE_TIME_DECAY)
def adding_to_the_inverse_rate(t, *, lr0, rate, every):
    return (lr0**-1 + t * rate / (every * lr0)) ** -1.0


@right(INVERSE_TIME_DECAY)
def by_logarithms(t, *, lr0, rate, every):
    return math.exp(math.log(lr0) - math.log1p(rate * t / every))


@right(INVERSE_TIME_DECAY)
def with_a_named_divisor(t, *, lr0, rate, every):
    decay_rate = rate / every
    divisor = 1.0
    divisor += decay_rate * float(t)
    return np.float64(lr0) / divisor


@right(INVERSE_TIME_DECAY)
def from_a_table(t, *, lr0, rate, every):
    return (lr0 / np.linspace(1, 1 + rate * t / every, int(t) + 1))[-1]


@wrong(INVERSE_TIME_DECAY)
def with_a_squared_time(t, *, lr0, rate, every):
    return lr0 / (1 + rate * (t / every) ** 2)


@wrong(INVERSE_TIME_DECAY)
def with_a_squared_divisor(t, *, lr0, rate, every):
    return lr0 / (1 + rate * t / every) ** 2


@wrong(INVERSE_TIME_DECAY)
def rate_is_added_once(t, *, lr0, rate, every):
    return lr0 / (1 + rate + t / every) if t else lr0


@wrong(INVERSE_TIME_DECAY)
def never_below_a_hundredth(t, *, lr0, rate, every):
    return max(lr0 / (1 + rate * t / every), lr0 / 100)


@wrong(INVERSE_TIME_DECAY)
def second_order_series(t, *, lr0, rate, every):
    x = rate * t / every
    return lr0 * (1 - x + x**2)


@wrong(INVERSE_TIME_DECAY)
def rate_over_every_as_whole_number(t, *, lr0, rate, every):
    return lr0 / (1 + rate * round(t / every))


@wrong(INVERSE_TIME_DECAY)
def bottou_form(t, *, lr0, rate, every):
    return lr0 / (1 + lr0 * rate * t / every)


@right(HALF_LIFE)
def by_bisection(gamma, every):
    low, high = 0.0, 1e7
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if gamma ** (middle / every) > 0.5 else (low, middle)
    return low


@right(HALF_LIFE)
def from_the_factor_of_one_update(gamma, every):
    return math.log(0.5) / math.log(gamma ** (1 / every))


@right(HALF_LIFE)
def as_a_product_of_logarithms(gamma, every):
    return float(every) * (np.log(2) / np.log(1 / gamma))


@right(HALF_LIFE)
def by_newton(gamma, every):
    t = 0.0
    for _ in range(60):
        left = gamma ** (t / every)
        t -= (left - 0.5) / (left * math.log(gamma) / every)
    return t


@right(HALF_LIFE)
def with_numpy_log2(gamma, every):
    return np.asarray(every / np.negative(np.log2(gamma)))


@wrong(HALF_LIFE)
def natural_over_one_plus(gamma, every):
    return every * math.log(2) / math.log1p(gamma)


@wrong(HALF_LIFE)
def logarithm_of_two_gamma(gamma, every):
    return every / -math.log(gamma / 2)


@wrong(HALF_LIFE)
def rounded_to_two_decimals(gamma, every):
    return round(every * math.log(2) / -math.log(gamma), 2)


@wrong(HALF_LIFE)
def seventy_per_cent(gamma, every):
    return every * 0.693 / -math.log(gamma)


@wrong(HALF_LIFE)
def one_too_many(gamma, every):
    return every * math.log(2) / -math.log(gamma) + 1


@wrong(HALF_LIFE)
def first_step_below_half(gamma, every):
    t, lr = 0, 1.0
    while lr > 0.5:
        lr *= gamma
        t += every
    return t


@right(POLYNOMIAL_DECAY)
def with_clip_on_time(t, *, lr0, lr_end, steps, power):
    t = np.clip(t, 0, steps)
    return float((lr0 - lr_end) * (1 - t / steps) ** power + lr_end)


@right(POLYNOMIAL_DECAY)
def limited_by_maximum(t, *, lr0, lr_end, steps, power):
    left = max(0.0, 1.0 - t / steps)
    return lr_end + (lr0 - lr_end) * left**power


@right(POLYNOMIAL_DECAY)
def interpolated(t, *, lr0, lr_end, steps, power):
    share = np.interp(t, [0, steps], [1.0, 0.0]) ** power
    return lr0 * share + lr_end * (1 - share)


@right(POLYNOMIAL_DECAY)
def by_logarithms_inside(t, *, lr0, lr_end, steps, power):
    if t >= steps:
        return float(lr_end)
    return lr_end + (lr0 - lr_end) * math.exp(power * math.log1p(-t / steps))


@right(POLYNOMIAL_DECAY)
def torch_recursion(t, *, lr0, lr_end, steps, power):
    above = float(lr0 - lr_end)
    for step in range(1, min(int(t), steps) + 1):
        above *= ((1 - step / steps) / (1 - (step - 1) / steps)) ** power
    return lr_end + above


@wrong(POLYNOMIAL_DECAY)
def absolute_time_left(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * abs(1 - t / steps) ** power


@wrong(POLYNOMIAL_DECAY)
def keras_default_end(t, *, lr0, lr_end, steps, power):
    end = lr_end or 1e-4
    return end + (lr0 - end) * (1 - min(t, steps) / steps) ** power


@wrong(POLYNOMIAL_DECAY)
def real_part_only(t, *, lr0, lr_end, steps, power):
    return (lr_end + (lr0 - lr_end) * complex(1 - t / steps) ** power).real


@wrong(POLYNOMIAL_DECAY)
def whole_power(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * (1 - min(t, steps) / steps) ** max(1, round(power))


@wrong(POLYNOMIAL_DECAY)
def holds_one_early(t, *, lr0, lr_end, steps, power):
    if t >= steps - 1:
        return lr_end
    return lr_end + (lr0 - lr_end) * (1 - t / steps) ** power


@wrong(POLYNOMIAL_DECAY)
def holds_the_rate_before_the_last(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * (1 - min(t, steps - 1) / steps) ** power


@wrong(POLYNOMIAL_DECAY)
def geometric_between_the_ends(t, *, lr0, lr_end, steps, power):
    share = (1 - min(t, steps) / steps) ** power
    return lr_end * (lr0 / lr_end) ** share if lr_end else lr0 * share


@wrong(POLYNOMIAL_DECAY)
def share_in_whole_per_cent(t, *, lr0, lr_end, steps, power):
    return lr_end + (lr0 - lr_end) * round(1 - min(t, steps) / steps, 2) ** power


@right(EXPONENTIAL_DECAY)
def stairs_and_the_rest(t, *, lr0, gamma, every):
    stairs, rest = divmod(t, every)
    return lr0 * gamma**stairs * gamma ** (rest / every)


@right(POLYNOMIAL_DECAY)
def middle_of_three(t, *, lr0, lr_end, steps, power):
    done = sorted([0, t / steps, 1])[1]
    return np.array(lr0 + (lr_end - lr0) * (1 - (1 - done) ** power))


@wrong(INVERSE_TIME_DECAY)
def first_stair_is_flat(t, *, lr0, rate, every):
    return lr0 if t < every else lr0 / (1 + rate * t / every)


@wrong(HALF_LIFE)
def at_least_one_update(gamma, every):
    return max(1.0, every * math.log(2) / -math.log(gamma))


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
