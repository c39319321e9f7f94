"""Strangers to unit 11: cycles, restarts and one cycle, right and wrong."""

import math
from itertools import islice

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

COSINE_RESTARTS = find("cosine_restarts")
ONE_CYCLE = find("one_cycle")
TRIANGULAR = find("triangular")
TRIANGULAR2 = find("triangular2")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(TRIANGULAR)
def with_arcsin(t, *, base_lr, max_lr, half_cycle):
    height = 0.5 + math.asin(math.sin(math.pi * (t / half_cycle - 0.5))) / math.pi
    return base_lr + (max_lr - base_lr) * height


@right(TRIANGULAR)
def fold(t, *, base_lr, max_lr, half_cycle):
    cycles, place = divmod(t, half_cycle)
    share = place / half_cycle
    return base_lr + (max_lr - base_lr) * (1 - share if cycles % 2 else share)


@right(TRIANGULAR)
def step_by_step(t, *, base_lr, max_lr, half_cycle):
    level, direction = 0, 1
    for _ in range(int(t)):
        level += direction
        if level in (0, half_cycle):
            direction = -direction
    return np.float64(base_lr + (max_lr - base_lr) * level / half_cycle)


@right(TRIANGULAR)
def mixture(t, *, base_lr, max_lr, half_cycle):
    x = abs(t % (2 * half_cycle) - half_cycle) / half_cycle
    return x * base_lr + (1 - x) * max_lr


@right(TRIANGULAR)
def with_float_arguments(t, *, base_lr, max_lr, half_cycle):
    t, half = float(t), float(half_cycle)
    cycle = np.floor(1 + t / (2 * half))
    return np.array(
        base_lr + (max_lr - base_lr) * np.maximum(0, 1 - np.abs(t / half - 2 * cycle + 1))
    )


def triangle(t, half):
    return 1 - abs((t % (2 * half)) / half - 1)


@wrong(TRIANGULAR)
def flat_top(t, *, base_lr, max_lr, half_cycle):
    return base_lr + (max_lr - base_lr) * min(triangle(t, half_cycle), 0.95)


@wrong(TRIANGULAR)
def cycle_one_longer(t, *, base_lr, max_lr, half_cycle):
    period = 2 * half_cycle + 1
    place = t % period
    return base_lr + (max_lr - base_lr) * min(place, period - place) / half_cycle


@wrong(TRIANGULAR)
def top_is_not_reached(t, *, base_lr, max_lr, half_cycle):
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) * (half_cycle - 1) / half_cycle


@wrong(TRIANGULAR)
def ten_cycles_only(t, *, base_lr, max_lr, half_cycle):
    return base_lr + (max_lr - base_lr) * (triangle(t, half_cycle) if t < 8 * half_cycle else 0)


@wrong(TRIANGULAR)
def squared(t, *, base_lr, max_lr, half_cycle):
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) ** 2


@wrong(TRIANGULAR)
def geometric(t, *, base_lr, max_lr, half_cycle):
    if base_lr == 0:
        return max_lr * triangle(t, half_cycle)
    return base_lr * (max_lr / base_lr) ** triangle(t, half_cycle)


@right(TRIANGULAR2)
def shifted_bits(t, *, base_lr, max_lr, half_cycle):
    cycle = int(t) // (2 * half_cycle)
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) / (1 << cycle)


@right(TRIANGULAR2)
def with_ldexp(t, *, base_lr, max_lr, half_cycle):
    cycle = int(t // (2 * half_cycle))
    return math.ldexp((max_lr - base_lr) * triangle(t, half_cycle), -cycle) + base_lr


@right(TRIANGULAR2)
def lowering_the_top(t, *, base_lr, max_lr, half_cycle):
    top = max_lr
    for _ in range(int(t // (2 * half_cycle))):
        top = (top + base_lr) / 2
    return base_lr + (top - base_lr) * triangle(t, half_cycle)


@right(TRIANGULAR2)
def recursive(t, *, base_lr, max_lr, half_cycle):
    if t >= 2 * half_cycle:
        lower = {"base_lr": base_lr, "max_lr": (base_lr + max_lr) / 2, "half_cycle": half_cycle}
        return recursive(t - 2 * half_cycle, **lower)
    return np.interp(t, [0, half_cycle, 2 * half_cycle], [base_lr, max_lr, base_lr])


@right(TRIANGULAR2)
def with_exp2(t, *, base_lr, max_lr, half_cycle):
    amplitude = (max_lr - base_lr) * np.exp2(-np.floor(t / (2 * half_cycle)))
    return np.array(base_lr + amplitude * triangle(t, half_cycle))


@wrong(TRIANGULAR2)
def halves_once(t, *, base_lr, max_lr, half_cycle):
    factor = 0.5 if t >= 2 * half_cycle else 1
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) * factor


@wrong(TRIANGULAR2)
def thirds(t, *, base_lr, max_lr, half_cycle):
    factor = (1 / 3) ** (t // (2 * half_cycle))
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) * factor


@wrong(TRIANGULAR2)
def halves_at_the_top(t, *, base_lr, max_lr, half_cycle):
    factor = 0.5 ** ((t + half_cycle) // (2 * half_cycle))
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) * factor


@wrong(TRIANGULAR2)
def stops_halving(t, *, base_lr, max_lr, half_cycle):
    factor = max(0.5 ** (t // (2 * half_cycle)), 0.2)
    return base_lr + (max_lr - base_lr) * triangle(t, half_cycle) * factor


@wrong(TRIANGULAR2)
def raises_the_base(t, *, base_lr, max_lr, half_cycle):
    amplitude = (max_lr - base_lr) / 2 ** (t // (2 * half_cycle))
    return max_lr - (max_lr - base_lr) + amplitude * triangle(t + 1, half_cycle)


@right(COSINE_RESTARTS)
def with_bisect(t, *, lr_max, lr_min, first_cycle, multiplier):
    from bisect import bisect_right
    from itertools import accumulate

    lengths = [first_cycle * multiplier**i for i in range(12 if multiplier > 1 else 3000)]
    starts = [0, *accumulate(lengths)]
    i = bisect_right(starts, t) - 1
    angle = math.pi * (t - starts[i]) / lengths[i]
    return lr_min + (lr_max - lr_min) * (1 + math.cos(angle)) / 2


@right(COSINE_RESTARTS)
def logarithm_with_repair(t, *, lr_max, lr_min, first_cycle, multiplier):
    if multiplier == 1:
        start, length = t - t % first_cycle, first_cycle
    else:
        n = max(int(math.log(t / first_cycle * (multiplier - 1) + 1, multiplier)) - 1, 0)
        while first_cycle * (multiplier ** (n + 1) - 1) // (multiplier - 1) <= t:
            n += 1
        start = first_cycle * (multiplier**n - 1) // (multiplier - 1)
        length = first_cycle * multiplier**n
    return lr_max - (lr_max - lr_min) * math.sin(math.pi / 2 * (t - start) / length) ** 2


@right(COSINE_RESTARTS)
def recursive_cycles(t, *, lr_max, lr_min, first_cycle, multiplier):
    if t < first_cycle:
        return lr_min + 0.5 * (lr_max - lr_min) * (1 + np.cos(np.pi * t / first_cycle))
    longer = {"first_cycle": first_cycle * multiplier, "multiplier": multiplier}
    return recursive_cycles(t - first_cycle, lr_max=lr_max, lr_min=lr_min, **longer)


def restarted(t, first, multiplier):
    length = first
    while t >= length:
        t, length = t - length, length * multiplier
    return t / length


def half_cosine(share, top, bottom):
    return bottom + (top - bottom) / 2 * (1 + math.cos(math.pi * share))


@right(COSINE_RESTARTS)
def share_first(t, *, lr_max, lr_min, first_cycle, multiplier):
    return np.float64(half_cosine(restarted(t, first_cycle, multiplier), lr_max, lr_min))


@right(COSINE_RESTARTS)
def real_part_of_a_turn(t, *, lr_max, lr_min, first_cycle, multiplier):
    turn = np.exp(1j * np.pi * restarted(int(t), first_cycle, multiplier)).real
    return (lr_max + lr_min) / 2 + (lr_max - lr_min) / 2 * turn


@wrong(COSINE_RESTARTS)
def grows_once(t, *, lr_max, lr_min, first_cycle, multiplier):
    if t < first_cycle:
        return half_cosine(t / first_cycle, lr_max, lr_min)
    length = first_cycle * multiplier
    return half_cosine((t - first_cycle) % length / length, lr_max, lr_min)


@wrong(COSINE_RESTARTS)
def doubles_always(t, *, lr_max, lr_min, first_cycle, multiplier):
    return half_cosine(restarted(t, first_cycle, 2), lr_max, lr_min)


@wrong(COSINE_RESTARTS)
def linear_restarts(t, *, lr_max, lr_min, first_cycle, multiplier):
    return lr_max + (lr_min - lr_max) * restarted(t, first_cycle, multiplier)


@wrong(COSINE_RESTARTS)
def one_ahead(t, *, lr_max, lr_min, first_cycle, multiplier):
    return half_cosine(restarted(t + 1, first_cycle, multiplier), lr_max, lr_min)


@wrong(COSINE_RESTARTS)
def three_cycles_only(t, *, lr_max, lr_min, first_cycle, multiplier):
    end = first_cycle * (1 + multiplier + multiplier**2)
    return half_cosine(restarted(t, first_cycle, multiplier), lr_max, lr_min) if t < end else lr_min


@wrong(COSINE_RESTARTS)
def amplitude_without_minimum(t, *, lr_max, lr_min, first_cycle, multiplier):
    return lr_min + half_cosine(restarted(t, first_cycle, multiplier), lr_max, 0.0)


@right(ONE_CYCLE)
def with_sines(t, *, max_lr, steps, pct_start, div, final_div):
    low, peak, last = max_lr / div, pct_start * steps - 1, steps - 1
    if t <= peak:
        return low + (max_lr - low) * math.sin(math.pi / 2 * t / peak) ** 2
    end = low / final_div
    return max_lr - (max_lr - end) * math.sin(math.pi / 2 * min(1, (t - peak) / (last - peak))) ** 2


@right(ONE_CYCLE)
def with_early_return(t, *, max_lr, steps, pct_start, div, final_div):
    end = max_lr / div / final_div
    if t >= steps - 1:
        return end
    peak = pct_start * steps - 1
    if t > peak:
        share = (t - peak) / (steps - 1 - peak)
        return np.float64(half_cosine(share, max_lr, end))
    return half_cosine(t / peak, max_lr / div, max_lr)


@right(ONE_CYCLE)
def with_phases(t, *, max_lr, steps, pct_start, div, final_div):
    peak = float(pct_start * steps) - 1
    phases = [(0.0, peak, max_lr / div, max_lr)]
    phases.append((peak, steps - 1.0, max_lr, max_lr / div / final_div))
    for start, end, a, b in phases:
        if t <= end or end == steps - 1.0:
            share = min((t - start) / (end - start), 1.0)
            return b + (a - b) / 2.0 * (math.cos(math.pi * share) + 1)
    raise AssertionError


@right(ONE_CYCLE)
def clipped(t, *, max_lr, steps, pct_start, div, final_div):
    peak = pct_start * steps - 1
    up = np.clip(t / peak, 0, 1)
    down = np.clip((t - peak) / (steps - 1 - peak), 0, 1)
    low = max_lr / div
    rise = (max_lr - low) * (1 - np.cos(np.pi * up)) / 2
    return low + rise - (max_lr - low / final_div) * (1 - np.cos(np.pi * down)) / 2


@right(ONE_CYCLE)
def as_zero_dimensional(t, *, max_lr, steps, pct_start, div, final_div):
    shape = {"pct_start": pct_start, "div": div, "final_div": final_div}
    return np.array(with_early_return(t, max_lr=max_lr, steps=steps, **shape))


@wrong(ONE_CYCLE)
def linear_up_cosine_down(t, *, max_lr, steps, pct_start, div, final_div):
    low, peak = max_lr / div, pct_start * steps - 1
    if t <= peak:
        return low + (max_lr - low) * t / peak
    return half_cosine(min(1, (t - peak) / (steps - 1 - peak)), max_lr, low / final_div)


@wrong(ONE_CYCLE)
def three_phases(t, *, max_lr, steps, pct_start, div, final_div):
    low, peak = max_lr / div, pct_start * steps - 1
    if t <= peak:
        return half_cosine(t / peak, low, max_lr)
    if t <= 2 * peak:
        return half_cosine((t - peak) / peak, max_lr, low)
    share = min(1, (t - 2 * peak) / max(steps - 1 - 2 * peak, 1e-9))
    return half_cosine(share, low, low / final_div)


@wrong(ONE_CYCLE)
def peak_at_a_share_of_the_last(t, *, max_lr, steps, pct_start, div, final_div):
    low, peak = max_lr / div, pct_start * (steps - 1)
    if t <= peak:
        return half_cosine(t / peak, low, max_lr)
    return half_cosine(min(1, (t - peak) / (steps - 1 - peak)), max_lr, low / final_div)


@wrong(ONE_CYCLE)
def never_below_the_start(t, *, max_lr, steps, pct_start, div, final_div):
    low, peak = max_lr / div, pct_start * steps - 1
    if t <= peak:
        return half_cosine(t / peak, low, max_lr)
    return max(low, half_cosine(min(1, (t - peak) / (steps - 1 - peak)), max_lr, low / final_div))


@wrong(ONE_CYCLE)
def last_rate_multiplied(t, *, max_lr, steps, pct_start, div, final_div):
    low, peak = max_lr / div, pct_start * steps - 1
    if t <= peak:
        return half_cosine(t / peak, low, max_lr)
    share = min(1, (t - peak) / (steps - 1 - peak))
    return half_cosine(share, max_lr, low * div / final_div)


@right(TRIANGULAR)
def looked_up_in_one_cycle(t, *, base_lr, max_lr, half_cycle):
    up = [base_lr + (max_lr - base_lr) * i / half_cycle for i in range(half_cycle)]
    return [*up, max_lr, *up[:0:-1]][t % (2 * half_cycle)]


@wrong(TRIANGULAR)
def rests_after_two_cycles(t, *, base_lr, max_lr, half_cycle):
    t = min(t, 4 * half_cycle)
    return base_lr + (max_lr - base_lr) * (1 - abs(t / half_cycle % 2 - 1))


@right(COSINE_RESTARTS)
def drawn_from_a_generator(t, *, lr_max, lr_min, first_cycle, multiplier):
    def rates():
        length = first_cycle
        while True:
            yield from (half_cosine(i / length, lr_max, lr_min) for i in range(length))
            length *= multiplier

    return next(islice(rates(), t, None))


@wrong(COSINE_RESTARTS)
def six_restarts_at_most(t, *, lr_max, lr_min, first_cycle, multiplier):
    length = first_cycle
    for _ in range(6):
        if t < length:
            break
        t, length = t - length, length * multiplier
    return half_cosine(min(t / length, 1), lr_max, lr_min)


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
