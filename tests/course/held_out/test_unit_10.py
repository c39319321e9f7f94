"""Strangers to unit 10: the range test and its parts, right and wrong."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

LR_RANGE_TEST = find("lr_range_test")
RANGE_TEST_RATES = find("range_test_rates")
SMOOTH = find("smooth")
SUGGEST_LR = find("suggest_lr")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(RANGE_TEST_RATES)
def with_log2(lr_min, lr_max, steps):
    return [2.0**x for x in np.linspace(math.log2(lr_min), math.log2(lr_max), steps)]


@right(RANGE_TEST_RATES)
def as_weighted_geometric_mean(lr_min, lr_max, steps):
    share = np.arange(steps) / (steps - 1)
    return lr_min ** (1 - share) * lr_max**share


@right(RANGE_TEST_RATES)
def with_cumprod(lr_min, lr_max, steps):
    ratio = math.exp((math.log(lr_max) - math.log(lr_min)) / (steps - 1))
    return np.cumprod([lr_min] + [ratio] * (steps - 1))


@right(RANGE_TEST_RATES)
def from_both_ends(lr_min, lr_max, steps):
    rates = [lr_min * (lr_max / lr_min) ** (k / (steps - 1)) for k in range(1, steps - 1)]
    return (lr_min, *rates, lr_max)


@right(RANGE_TEST_RATES)
def rows_of_a_column(lr_min, lr_max, steps):
    return np.geomspace([lr_min], [lr_max], steps)[:, 0]


@wrong(RANGE_TEST_RATES)
def rounded_rates(lr_min, lr_max, steps):
    return [float(f"{rate:.3g}") for rate in np.geomspace(lr_min, lr_max, steps)]


@wrong(RANGE_TEST_RATES)
def column(lr_min, lr_max, steps):
    return np.geomspace(lr_min, lr_max, steps)[:, None]


@wrong(RANGE_TEST_RATES)
def decades_only(lr_min, lr_max, steps):
    return lr_min * 10.0 ** np.arange(steps)


@wrong(RANGE_TEST_RATES)
def ends_right_middle_linear(lr_min, lr_max, steps):
    rates = np.linspace(lr_min, lr_max, steps)
    rates[: steps // 2] = np.geomspace(lr_min, lr_max, steps)[: steps // 2]
    return rates


@wrong(RANGE_TEST_RATES)
def without_duplicates_of_ends(lr_min, lr_max, steps):
    return np.geomspace(lr_min, lr_max, steps + 2)[1:-1]


@right(SMOOTH)
def with_explicit_weights(losses, beta):
    result = []
    for i in range(len(losses)):
        weights = [(1 - beta) * beta ** (i - k) for k in range(i + 1)]
        result.append(sum(w * x for w, x in zip(weights, losses)) / (1 - beta ** (i + 1)))
    return result


@right(SMOOTH)
def with_accumulate(losses, beta):
    from itertools import accumulate

    sums = accumulate(losses, lambda total, loss: beta * total + loss)
    sizes = accumulate([1.0] * len(losses), lambda total, one: beta * total + one)
    return [total / size for total, size in zip(sums, sizes)]


@right(SMOOTH)
def as_a_running_blend(losses, beta):
    value, power, result = 0.0, 1.0, []
    for loss in losses:
        old = 1 - power
        power *= beta
        share = (1 - beta) / (1 - power)
        value = (1 - share) * value + share * loss if old else loss
        result.append(value)
    return np.array(result)


@right(SMOOTH)
def recursive(losses, beta):
    def raw(i):
        return 0.0 if i < 0 else beta * raw(i - 1) + (1 - beta) * losses[i]

    return [raw(i) / (1 - beta ** (i + 1)) for i in range(len(losses))]


@right(SMOOTH)
def numpy_scalars(losses, beta):
    average, out = np.float64(0), []
    for count, loss in enumerate(np.asarray(losses), 1):
        average = average * beta + loss * (1 - beta)
        out.append(average / (1 - np.power(float(beta), count)))
    return tuple(out)


@wrong(SMOOTH)
def window(losses, beta):
    width = max(1, round(1 / (1 - beta)))
    return [float(np.mean(losses[max(0, i - width + 1) : i + 1])) for i in range(len(losses))]


@wrong(SMOOTH)
def corrects_only_the_first_ten(losses, beta):
    average, out = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        out.append(average / (1 - beta ** (i + 1)) if i < 10 else average)
    return out


@wrong(SMOOTH)
def in_the_logarithm(losses, beta):
    average, out = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * math.log(loss)
        out.append(math.exp(average / (1 - beta ** (i + 1))))
    return out


@wrong(SMOOTH)
def backwards(losses, beta):
    average, out = 0.0, []
    for i, loss in enumerate(reversed(list(losses))):
        average = beta * average + (1 - beta) * loss
        out.append(average / (1 - beta ** (i + 1)))
    return out[::-1]


@wrong(SMOOTH)
def one_behind(losses, beta):
    average, out = 0.0, [losses[0]]
    for i, loss in enumerate(list(losses)[:-1]):
        average = beta * average + (1 - beta) * loss
        out.append(average / (1 - beta ** (i + 1)))
    return out


@wrong(SMOOTH)
def fixed_beta(losses, beta):
    average, out = 0.0, []
    for i, loss in enumerate(losses):
        average = 0.9 * average + 0.1 * loss
        out.append(average / (1 - 0.9 ** (i + 1)))
    return out


@right(SUGGEST_LR)
def base_two(rates, losses):
    slope = np.gradient(np.asarray(losses, float), np.log2(np.asarray(rates, float)))
    return min(zip(slope[: np.argmin(losses) + 1], rates))[1]


@right(SUGGEST_LR)
def by_hand(rates, losses):
    x = [math.log10(rate) for rate in rates]
    n = len(x)
    slopes = []
    for i in range(n):
        if i == 0:
            slopes.append((losses[1] - losses[0]) / (x[1] - x[0]))
        elif i == n - 1:
            slopes.append((losses[-1] - losses[-2]) / (x[-1] - x[-2]))
        else:
            a, b = x[i] - x[i - 1], x[i + 1] - x[i]
            top = a * a * losses[i + 1] + (b * b - a * a) * losses[i] - b * b * losses[i - 1]
            slopes.append(top / (a * b * (a + b)))
    lowest = min(range(n), key=lambda i: losses[i])
    return rates[min(range(lowest + 1), key=lambda i: slopes[i])]


@right(SUGGEST_LR)
def with_sorting(rates, losses):
    slope = np.gradient(losses, np.log10(rates))
    allowed = np.flatnonzero(np.arange(len(slope)) <= np.argmin(losses))
    return float(rates[allowed[np.argsort(slope[allowed])[0]]])


@right(SUGGEST_LR)
def steepest_of_the_negative(rates, losses):
    fall = -np.gradient(np.array(losses), np.log10(np.array(rates)))
    return np.array(rates)[fall[: int(np.argmin(losses)) + 1].argmax()]


@right(SUGGEST_LR)
def nan_where_forbidden(rates, losses):
    slope = np.gradient(np.asarray(losses), np.log10(rates))
    slope[np.argmin(losses) + 1 :] = np.nan
    return rates[int(np.nanargmin(slope))]


@wrong(SUGGEST_LR)
def one_before(rates, losses):
    slope = np.gradient(np.asarray(losses), np.log10(rates))
    return rates[max(int(np.argmin(slope[: int(np.argmin(losses)) + 1])) - 1, 0)]


@wrong(SUGGEST_LR)
def smooths_first(rates, losses):
    padded = np.convolve(np.pad(losses, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    slope = np.gradient(padded, np.log10(rates))
    return rates[int(np.argmin(slope[: int(np.argmin(losses)) + 1]))]


@wrong(SUGGEST_LR)
def slope_of_log_losses(rates, losses):
    slope = np.gradient(np.log(losses), np.log10(rates))
    return rates[int(np.argmin(slope[: int(np.argmin(losses)) + 1]))]


@wrong(SUGGEST_LR)
def never_the_ends(rates, losses):
    slope = np.gradient(np.asarray(losses), np.log10(rates))
    slope[0] = slope[-1] = 0.0
    return rates[int(np.argmin(slope[: int(np.argmin(losses)) + 1]))]


@wrong(SUGGEST_LR)
def last_minimum_of_the_fall(rates, losses):
    drop = np.concatenate([[0.0], np.diff(losses)])
    return rates[int(np.argmin(drop[: int(np.argmin(losses)) + 1]))]


@wrong(SUGGEST_LR)
def geometric_mean_of_start_and_minimum(rates, losses):
    return math.sqrt(rates[0] * rates[int(np.argmin(losses))])


@right(LR_RANGE_TEST)
def as_a_generator(loss_and_grad, w0, rates):
    def walk():
        w, best = w0, math.inf
        for rate in rates:
            loss, grad = loss_and_grad(w)
            yield loss
            best = min(best, loss)
            if not math.isfinite(loss) or loss > 4 * best:
                return
            w = w - np.multiply(rate, grad)

    return list(walk()), w0


@right(LR_RANGE_TEST)
def restores_a_mutated_copy(loss_and_grad, w0, rates):
    saved = w0.copy()
    w = saved.copy()
    losses = []
    for rate in rates:
        loss, grad = loss_and_grad(w)
        losses.append(np.float64(loss))
        if np.isnan(loss) or np.isinf(loss) or loss > min(losses) * 4.0:
            break
        np.subtract(w, rate * grad, out=w)
    return losses, saved


@right(LR_RANGE_TEST)
def filled_then_cut(loss_and_grad, w0, rates):
    losses, w, used = np.zeros(len(rates)), w0.copy(), 0
    for i, rate in enumerate(rates):
        losses[i], grad = loss_and_grad(w)
        used = i + 1
        if not np.isfinite(losses[i]) or losses[i] > 4 * losses[:used].min():
            break
        w = w - grad * rate
    return losses[:used], w0


@right(LR_RANGE_TEST)
def checks_before_the_next(loss_and_grad, w0, rates):
    losses, w = [], +w0
    for rate in rates:
        if losses and (not np.isfinite(losses[-1]) or losses[-1] > 4 * min(losses)):
            break
        loss, grad = loss_and_grad(w)
        losses.append(loss)
        w = w - rate * grad
    return losses, w0.copy()


@right(LR_RANGE_TEST)
def best_by_running_minimum(loss_and_grad, w0, rates):
    w, seen = w0, []
    for k in range(len(rates)):
        loss, grad = loss_and_grad(w)
        seen = [*seen, loss]
        stop = not np.isfinite(seen).all() or seen[-1] > 4 * np.minimum.accumulate(seen)[-1]
        if stop:
            break
        w = w - rates[k] * grad
    return np.array(seen), w0


def walk(loss_and_grad, w0, rates, limit=4.0, first=math.inf, twice=False):
    w, losses, best = w0.copy(), [], first
    for rate in rates:
        loss, grad = loss_and_grad(w)
        losses.append(loss)
        if not np.isfinite(loss) or loss > limit * best:
            break
        best = min(best, loss)
        w = w - rate * grad
        if twice:
            w = w - rate * loss_and_grad(w)[1]
    return losses, w0


@wrong(LR_RANGE_TEST)
def limit_of_three(loss_and_grad, w0, rates):
    return walk(loss_and_grad, w0, rates, limit=2.0)


@wrong(LR_RANGE_TEST)
def limit_of_ten(loss_and_grad, w0, rates):
    return walk(loss_and_grad, w0, rates, limit=10.0)


@wrong(LR_RANGE_TEST)
def two_steps_a_rate(loss_and_grad, w0, rates):
    return walk(loss_and_grad, w0, rates, twice=True)


@wrong(LR_RANGE_TEST)
def infinite_losses_are_left_out(loss_and_grad, w0, rates):
    losses, w = walk(loss_and_grad, w0, rates)
    return [loss for loss in losses if np.isfinite(loss)], w


@wrong(LR_RANGE_TEST)
def pads_to_full_length(loss_and_grad, w0, rates):
    losses, w = walk(loss_and_grad, w0, rates)
    return losses + [losses[-1]] * (len(rates) - len(losses)), w


@wrong(LR_RANGE_TEST)
def rate_of_the_next(loss_and_grad, w0, rates):
    return walk(loss_and_grad, w0, [*rates[1:], rates[-1]])


@wrong(LR_RANGE_TEST)
def swapped_results(loss_and_grad, w0, rates):
    return walk(loss_and_grad, w0, rates)[::-1]


@wrong(LR_RANGE_TEST)
def flat_start(loss_and_grad, w0, rates):
    losses, w = walk(loss_and_grad, w0, rates)
    return losses, w.ravel()


@wrong(RANGE_TEST_RATES)
def up_to_the_last_but_rounding(lr_min, lr_max, steps):
    rates, factor = [lr_min], (lr_max / lr_min) ** (1 / (steps - 1))
    while rates[-1] * factor < lr_max:
        rates.append(rates[-1] * factor)
    return rates


@right(SMOOTH)
def with_a_convolution(losses, beta):
    weights = (1 - beta) * float(beta) ** np.arange(len(losses))
    return np.convolve(losses, weights)[: len(losses)] / np.cumsum(weights)


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
