"""Strangers to unit 12: warmup, cosine, WSD and chained schedules, right and wrong."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

CHAIN = find("chain")
COSINE_DECAY = find("cosine_decay")
WARMUP = find("warmup")
WSD = find("wsd")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(WARMUP)
def with_interp(t, *, lr, steps):
    return np.interp(t, [-1, steps - 1], [0.0, lr]) if steps else lr


@right(WARMUP)
def with_sorted(t, *, lr, steps):
    return sorted([lr, lr * (t + 1) / steps])[0] if steps > 0 else lr


@right(WARMUP)
def with_maximum_of_one(t, *, lr, steps):
    steps = max(1, steps)
    return lr - lr * max(0, steps - 1 - t) / steps


@right(WARMUP)
def with_clip(t, *, lr, steps):
    return lr * np.clip((t + 1) / (steps or 1), 0, 1)


@right(WARMUP)
def with_exception(t, *, lr, steps):
    try:
        return min(lr, lr * (int(t) + 1) / int(steps))
    except ZeroDivisionError:
        return lr


@wrong(WARMUP)
def peak_plus_one(t, *, lr, steps):
    return lr * min(1 + 1e-3, (t + 1) / steps) if steps else lr


@wrong(WARMUP)
def at_least_one_step_below(t, *, lr, steps):
    return lr * min(1, (t + 1) / max(steps, 2))


@wrong(WARMUP)
def square_root(t, *, lr, steps):
    return lr * min(1, ((t + 1) / steps) ** 0.5) if steps else lr


@wrong(WARMUP)
def then_inverse_square_root(t, *, lr, steps):
    if not steps:
        return lr
    return lr * min((t + 1) / steps, (steps / (t + 1)) ** 0.5)


@wrong(WARMUP)
def fixed_start_factor(t, *, lr, steps):
    return lr * min(1, 1 / 3 + 2 / 3 * t / steps) if steps else lr


@right(COSINE_DECAY)
def power_reduction(t, *, lr0, lr_end, steps):
    t = min(int(t), steps)
    return lr_end + (lr0 - lr_end) * math.cos(t * math.pi / steps / 2) ** 2


@right(COSINE_DECAY)
def with_numpy_minimum(t, *, lr0, lr_end, steps):
    x = np.minimum(1.0, np.divide(t, steps))
    return np.array(0.5 * ((1 + np.cos(np.pi * x)) * lr0 + (1 - np.cos(np.pi * x)) * lr_end))


@right(COSINE_DECAY)
def with_degrees(t, *, lr0, lr_end, steps):
    angle = math.radians(180 * min(t / steps, 1))
    return lr0 + (lr_end - lr0) * (1 - math.cos(angle)) / 2


@right(COSINE_DECAY)
def alpha_form(t, *, lr0, lr_end, steps):
    alpha = lr_end / lr0
    return lr0 * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * min(t, steps) / steps)) + alpha)


@right(COSINE_DECAY)
def half_tangent(t, *, lr0, lr_end, steps):
    if t >= steps:
        return float(lr_end)
    slope = math.tan(math.pi * t / steps / 2) ** 2
    return lr_end + (lr0 - lr_end) / (1 + slope)


@wrong(COSINE_DECAY)
def single_precision_pi(t, *, lr0, lr_end, steps):
    return lr_end + (lr0 - lr_end) / 2 * (1 + math.cos(3.1416 * min(t, steps) / steps))


@wrong(COSINE_DECAY)
def clamps_one_late(t, *, lr0, lr_end, steps):
    share = min(t, steps + 1) / steps
    return lr_end + (lr0 - lr_end) / 2 * (1 + math.cos(math.pi * share))


@wrong(COSINE_DECAY)
def clamps_the_last_update(t, *, lr0, lr_end, steps):
    share = min(t, steps - 1) / steps
    return lr_end + (lr0 - lr_end) / 2 * (1 + math.cos(math.pi * share))


@wrong(COSINE_DECAY)
def end_as_a_share(t, *, lr0, lr_end, steps):
    share = min(t, steps) / steps
    return lr0 * (lr_end + (1 - lr_end) / 2 * (1 + math.cos(math.pi * share)))


@wrong(COSINE_DECAY)
def smoothstep(t, *, lr0, lr_end, steps):
    x = min(t, steps) / steps
    return lr0 + (lr_end - lr0) * (3 * x**2 - 2 * x**3)


@wrong(COSINE_DECAY)
def only_decays(t, *, lr0, lr_end, steps):
    share = min(t, steps) / steps
    return lr_end + max(0, lr0 - lr_end) / 2 * (1 + math.cos(math.pi * share))


@right(WSD)
def as_a_minimum(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t < warmup_steps:
        return lr * (t + 1) / warmup_steps
    return max(lr_end, min(lr, lr_end + (lr - lr_end) * (steps - t) / decay_steps))


@right(WSD)
def one_interp(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    xs = [-1, warmup_steps - 1] if warmup_steps else [-1]
    ys = [0.0, lr] if warmup_steps else [lr]
    return np.interp(t, [*xs, steps - decay_steps, steps], [*ys, lr, lr_end])


@right(WSD)
def with_ranges(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    t = int(t)
    if t in range(warmup_steps):
        return lr / warmup_steps * (t + 1)
    if t in range(steps - decay_steps):
        return lr
    done = min(t, steps) - steps + decay_steps
    return (lr * (decay_steps - done) + lr_end * done) / decay_steps


@right(WSD)
def step_by_step(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    rate = lr / warmup_steps if warmup_steps else lr
    for now in range(1, int(t) + 1):
        if now < warmup_steps:
            rate = lr * (now + 1) / warmup_steps
        elif now <= steps - decay_steps:
            rate = lr
        elif now <= steps:
            rate = rate - (lr - lr_end) / decay_steps
    return np.float64(rate)


@right(WSD)
def with_reversed_tests(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t >= steps:
        return lr_end
    if t >= steps - decay_steps and t >= warmup_steps:
        return lr + (t - steps + decay_steps) * (lr_end - lr) / decay_steps
    return lr * min(1, (t + 1) / (warmup_steps or 1))


def up_and_level(t, lr, warmup_steps):
    return lr * min(1, (t + 1) / warmup_steps) if warmup_steps else lr


@wrong(WSD)
def square_root_decay(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    share = min(1, max(0, t - (steps - decay_steps)) / decay_steps)
    return up_and_level(t, lr, warmup_steps) + (lr_end - lr) * share**0.5


@wrong(WSD)
def ends_one_early(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    share = min(1, max(0, t - (steps - decay_steps)) / max(decay_steps - 1, 1))
    return up_and_level(t, lr, warmup_steps) + (lr_end - lr) * share


@wrong(WSD)
def warmup_starts_full(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    share = min(1, max(0, t - (steps - decay_steps)) / decay_steps)
    first = lr if t == 0 else up_and_level(t, lr, warmup_steps)
    return first + (lr_end - lr) * share


@wrong(WSD)
def zero_after_the_end(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t > steps:
        return 0.0
    share = min(1, max(0, t - (steps - decay_steps)) / decay_steps)
    return up_and_level(t, lr, warmup_steps) + (lr_end - lr) * share


@wrong(WSD)
def geometric_decay(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    share = min(1, max(0, t - (steps - decay_steps)) / decay_steps)
    if lr_end == 0:
        return up_and_level(t, lr, warmup_steps) * (1 - share)
    return up_and_level(t, lr, warmup_steps) * (lr_end / lr) ** share


@right(CHAIN)
def precomputed_starts(schedules, lengths):
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(int).tolist()
    pieces = list(schedules)

    def schedule(t):
        for start, piece in reversed(list(zip(starts, pieces))):
            if t >= start:
                return piece(t - start)
        raise ValueError(t)

    return schedule


@right(CHAIN)
def folded(schedules, lengths):
    from functools import reduce

    def join(rest, head):
        piece, length = head
        return lambda t: piece(t) if t < length else rest(t - length)

    return reduce(join, reversed(list(zip(schedules, lengths))), schedules[-1])


@right(CHAIN)
def bound_defaults(schedules, lengths):
    pieces, start = [], 0
    for piece, length in zip(schedules, [*lengths, math.inf]):
        pieces.append((start, start + length, lambda t, p=piece, s=start: p(t - s)))
        start += length
    return lambda t: next(f(t) for a, b, f in pieces if a <= t < b)


@right(CHAIN)
def with_cache(schedules, lengths):
    known = {}
    schedules, lengths = tuple(schedules), tuple(lengths)

    def schedule(t):
        if t not in known:
            clock, i = t, 0
            while i < len(lengths) and clock >= lengths[i]:
                clock, i = clock - lengths[i], i + 1
            known[t] = float(schedules[i](clock))
        return known[t]

    return schedule


@right(CHAIN)
def with_partial(schedules, lengths):
    from functools import partial

    def at(t, pieces, ends):
        which = sum(t >= end for end in ends)
        return pieces[which](t - (ends[which - 1] if which else 0))

    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return partial(at, pieces=schedules, ends=ends)


@wrong(CHAIN)
def continues_the_clock_of_the_first(schedules, lengths):
    def schedule(t):
        for i, length in enumerate(lengths):
            if t < length:
                return schedules[i](t)
            t -= length
        return schedules[-1](t + 1)

    return schedule


@wrong(CHAIN)
def two_pieces_at_most(schedules, lengths):
    if not lengths:
        return schedules[0]
    return lambda t: schedules[0](t) if t < lengths[0] else schedules[1](t - lengths[0])


@wrong(CHAIN)
def holds_the_last_length(schedules, lengths):
    def schedule(t):
        for piece, length in zip(schedules, lengths):
            if t < length:
                return piece(t)
            t -= length
        return schedules[-1](min(t, 50))

    return schedule


@wrong(CHAIN)
def remembers_the_first_answer(schedules, lengths):
    known = {}

    def schedule(t):
        for i, length in enumerate(lengths):
            if t < length:
                return known.setdefault(i, schedules[i](t))
            t -= length
        return schedules[-1](t)

    return schedule


@wrong(CHAIN)
def rates_instead_of_a_function(schedules, lengths):
    rates = []
    for piece, length in zip(schedules, [*lengths, 200]):
        rates += [piece(t) for t in range(length)]
    return rates


@wrong(CHAIN)
def needs_a_list(schedules, lengths):
    ends = [0, *lengths]

    def schedule(t):
        i = 0
        while i < len(lengths) and t >= sum(ends[: i + 2]):
            i += 1
        return schedules[i](t - ends[i])

    return schedule


@right(CHAIN)
def naming_the_time(schedules, lengths):
    def schedule(t):
        for piece, length in zip(schedules, lengths):
            if t < length:
                return piece(t=t)
            t -= length
        return schedules[-1](t=t)

    return schedule


@wrong(CHAIN)
def uses_its_pieces_up(schedules, lengths):
    pieces, left = list(schedules), list(lengths)

    def schedule(t):
        while left and t >= left[0]:
            t -= left.pop(0)
            pieces.pop(0)
        return pieces[0](t)

    return schedule


@wrong(CHAIN)
def bound_too_late(schedules, lengths):
    rest = schedules[-1]
    for piece, length in reversed(list(zip(schedules, lengths))):
        after = rest
        rest = lambda t: piece(t) if t < length else after(t - length)  # noqa: B023, E731
    return rest


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
