"""Strangers to unit 04: step decay, scheduled drops and counting updates, right and wrong."""

import bisect
import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

EPOCHS_TO_STEPS = find("epochs_to_steps")
SCHEDULED_DROP = find("scheduled_drop")
STEP_DECAY = find("step_decay")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(STEP_DECAY)
def recursive(t, *, lr0, gamma, every):
    return lr0 if t < every else gamma * recursive(t - every, lr0=lr0, gamma=gamma, every=every)


@right(STEP_DECAY)
def with_divmod(t, *, lr0, gamma, every):
    drops, _ = divmod(int(t), every)
    return np.float64(lr0) * gamma**drops


@right(STEP_DECAY)
def listing_the_boundaries(t, *, lr0, gamma, every):
    return lr0 * math.prod(gamma for _ in range(every, int(t) + 1, every))


@right(STEP_DECAY)
def taking_off_the_remainder(t, *, lr0, gamma, every):
    return lr0 * gamma ** ((t - t % every) / every)


@right(STEP_DECAY)
def from_a_table(t, *, lr0, gamma, every):
    rates = lr0 * gamma ** np.arange(int(t) // every + 1, dtype=float)
    return np.repeat(rates, every)[t]


@right(STEP_DECAY)
def with_a_while_loop(t, *, lr0, gamma, every):
    lr, boundary = float(lr0), every
    while boundary <= t:
        lr, boundary = lr * gamma, boundary + every
    return lr


@wrong(STEP_DECAY)
def never_below_a_thousandth(t, *, lr0, gamma, every):
    return max(lr0 * gamma ** (t // every), 1e-3)


@wrong(STEP_DECAY)
def at_most_three_drops(t, *, lr0, gamma, every):
    return lr0 * gamma ** min(t // every, 3)


@wrong(STEP_DECAY)
def boundary_belongs_to_the_stair(t, *, lr0, gamma, every):
    return lr0 * gamma ** max(math.ceil(t / every) - 1, 0)


@wrong(STEP_DECAY)
def first_stair_is_longer(t, *, lr0, gamma, every):
    return lr0 * gamma ** (0 if t <= every else t // every)


@wrong(STEP_DECAY)
def half_way_smooth(t, *, lr0, gamma, every):
    return lr0 * (gamma ** (t // every) + gamma ** (t / every)) / 2


@wrong(STEP_DECAY)
def remembers_its_drops(t, *, lr0, gamma, every, memory={}):  # noqa: B006
    lr = memory.get((lr0, gamma, every), lr0)
    memory[lr0, gamma, every] = lr * gamma if t and t % every == 0 else lr
    return memory[lr0, gamma, every]


@wrong(STEP_DECAY)
def plain_integers_only(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t // every) if type(t) is int else lr0


@wrong(STEP_DECAY)
def as_text(t, *, lr0, gamma, every):
    return f"{lr0 * gamma ** (t // every):.12g}"


@wrong(STEP_DECAY)
def rounded_to_five_places(t, *, lr0, gamma, every):
    return round(lr0 * gamma ** (t // every), 5)


@right(SCHEDULED_DROP)
def filtered(t, *, lr0, milestones, gamma):
    return lr0 * math.prod([gamma for _ in filter(lambda m: m <= t, milestones)])


@right(SCHEDULED_DROP)
def with_a_break(t, *, lr0, milestones, gamma):
    passed = 0
    for milestone in milestones:
        if milestone > t:
            break
        passed += 1
    return float(lr0 * gamma**passed)


@right(SCHEDULED_DROP)
def with_digitize(t, *, lr0, milestones, gamma):
    edges = np.asarray(milestones, dtype=float)
    return lr0 * float(gamma) ** (np.digitize(t, edges) if edges.size else 0)


@right(SCHEDULED_DROP)
def from_an_indexed_list(t, *, lr0, milestones, gamma):
    rates = [lr0 * gamma**k for k in range(len(milestones) + 1)]
    return rates[bisect.bisect(list(milestones), t)]


@right(SCHEDULED_DROP)
def walking_backwards(t, *, lr0, milestones, gamma):
    for count, milestone in reversed(list(enumerate(milestones, 1))):
        if t >= milestone:
            return np.array(lr0 * gamma**count)
    return np.array(lr0)


@right(SCHEDULED_DROP)
def popping_from_a_copy(t, *, lr0, milestones, gamma):
    left, lr = list(milestones), lr0
    while left and left[0] <= t:
        left.pop(0)
        lr *= gamma
    return lr


@wrong(SCHEDULED_DROP)
def two_milestones_at_most(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(m <= t for m in list(milestones)[:2])


@wrong(SCHEDULED_DROP)
def gap_for_gap(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** (t // milestones[0] if milestones and milestones[0] else 0)


@wrong(SCHEDULED_DROP)
def sorts_in_place_downwards(t, *, lr0, milestones, gamma):
    if isinstance(milestones, list):
        milestones.sort(reverse=True)
    return lr0 * gamma ** sum(m <= t for m in milestones)


@wrong(SCHEDULED_DROP)
def smooth_between_milestones(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** np.interp(t, [0, *milestones], range(len(milestones) + 1))


@wrong(SCHEDULED_DROP)
def needs_a_milestone(t, *, lr0, milestones, gamma):
    if t < milestones[0]:
        return lr0
    return lr0 * gamma ** sum(m <= t for m in milestones)


@wrong(SCHEDULED_DROP)
def lists_only(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(m <= t for m in milestones.copy())


@wrong(SCHEDULED_DROP)
def last_drop_missing(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(m <= t for m in list(milestones)[:-1])


@wrong(SCHEDULED_DROP)
def appends_an_end(t, *, lr0, milestones, gamma):
    if isinstance(milestones, list):
        milestones.append(10**9)
    return lr0 * gamma ** sum(m <= t for m in milestones)


@right(EPOCHS_TO_STEPS)
def counting_the_starts(epochs, n_samples, batch_size):
    return epochs * len(range(0, n_samples, batch_size))


@right(EPOCHS_TO_STEPS)
def one_less_plus_one(epochs, n_samples, batch_size):
    return epochs * ((n_samples - 1) // batch_size + 1)


@right(EPOCHS_TO_STEPS)
def with_an_if(epochs, n_samples, batch_size):
    steps = n_samples // batch_size
    if n_samples % batch_size != 0:
        steps += 1
    return np.int64(steps * epochs)


@right(EPOCHS_TO_STEPS)
def with_fractions(epochs, n_samples, batch_size):
    from fractions import Fraction

    return math.ceil(Fraction(n_samples, batch_size)) * epochs


@right(EPOCHS_TO_STEPS)
def adding_epoch_by_epoch(epochs, n_samples, batch_size):
    steps = 0
    for _ in range(epochs):
        steps += n_samples // batch_size + bool(n_samples % batch_size)
    return float(steps)


@wrong(EPOCHS_TO_STEPS)
def spills_over(epochs, n_samples, batch_size):
    return (epochs * n_samples + batch_size - 1) // batch_size


@wrong(EPOCHS_TO_STEPS)
def one_more_at_the_end(epochs, n_samples, batch_size):
    return epochs * (n_samples // batch_size) + bool(n_samples % batch_size)


@wrong(EPOCHS_TO_STEPS)
def rounds_half_up(epochs, n_samples, batch_size):
    return epochs * math.floor(n_samples / batch_size + 0.5)


@wrong(EPOCHS_TO_STEPS)
def almost_always_one_more(epochs, n_samples, batch_size):
    return epochs * math.ceil((n_samples + 1) / batch_size)


@wrong(EPOCHS_TO_STEPS)
def ignores_small_rests(epochs, n_samples, batch_size):
    return epochs * math.ceil((n_samples - 1) / batch_size)


@wrong(EPOCHS_TO_STEPS)
def arguments_exchanged(epochs, n_samples, batch_size):
    return epochs * math.ceil(batch_size / n_samples)


@wrong(EPOCHS_TO_STEPS)
def last_index(epochs, n_samples, batch_size):
    return epochs * math.ceil(n_samples / batch_size) - 1


@right(STEP_DECAY)
def with_a_cache(t, *, lr0, gamma, every):
    @cache
    def rate(drops):
        return gamma * rate(drops - 1) if drops else lr0

    return rate(t // every)


@wrong(SCHEDULED_DROP)
def truth_of_the_milestones(t, *, lr0, milestones, gamma):
    if not milestones:
        return lr0
    return lr0 * gamma ** sum(milestone <= t for milestone in milestones)


@wrong(SCHEDULED_DROP)
def ends_after_ten_thousand_updates(t, *, lr0, milestones, gamma):
    edges = [0, *milestones, 10_000]
    for drops, (start, end) in enumerate(pairwise(edges)):
        if start <= t < end:
            return lr0 * gamma**drops
    return 0.0


KEPT = {}


@wrong(SCHEDULED_DROP)
def kept_by_the_number_of_milestones(t, *, lr0, milestones, gamma):
    key = t, lr0, gamma, len(milestones)
    if key not in KEPT:
        KEPT[key] = lr0 * gamma ** sum(milestone <= t for milestone in milestones)
    return KEPT[key]


@right(EPOCHS_TO_STEPS)
def taking_batches_away(epochs, n_samples, batch_size):
    updates = 0
    for _ in range(epochs):
        left = n_samples
        while left > 0:
            left -= batch_size
            updates += 1
    return updates


@right(EPOCHS_TO_STEPS)
def cutting_an_array(epochs, n_samples, batch_size):
    starts = np.arange(n_samples)[::batch_size]
    return epochs * starts.size


@wrong(EPOCHS_TO_STEPS)
def nearly_one_more(epochs, n_samples, batch_size):
    return epochs * int(n_samples / batch_size + 0.999)


@wrong(EPOCHS_TO_STEPS)
def nothing_for_less_than_a_batch(epochs, n_samples, batch_size):
    return epochs * math.ceil(n_samples / batch_size) if n_samples >= batch_size else 0


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
