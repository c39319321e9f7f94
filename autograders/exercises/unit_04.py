"""Unit 04, step decay and scheduled drops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.exercise import Case, Exercise, given
from autograders.kinds import Number, WholeNumber
from lrlib.schedules import ScheduledDrop, StepDecay

UNIT = "04_step_decay_and_drops"


def _step_cases(rng: np.random.Generator) -> Iterator[Case]:
    for every, gamma in (
        (10, 0.5),
        (int(rng.integers(6, 9)), 0.1),
        (3, float(rng.uniform(0.6, 0.9))),
    ):
        at = partial(given, lr0=float(rng.uniform(0.05, 2)), gamma=gamma, every=every)
        yield at(0).on("values", "t is 0")
        yield at(every // 2).on("values", "t lies inside the first stair")
        yield at(2 * every + 1).on("values", "t lies inside a later stair")
        yield at(9 * every + every // 2).on("values", "many drops have happened")
        for drops in (1, 2, 3):
            yield at(drops * every - 1).on("boundary", "t is the last update before a drop")
            yield at(drops * every).on("boundary", "t is exactly at a drop")
        yield at(np.int64(every + 1)).on("values", "t is a NumPy integer")
    at = partial(given, lr0=0.3, gamma=0.7, every=1)
    yield at(0).on("edge", "every is 1 and t is 0")
    yield at(4).on("edge", "every is 1")
    yield given(7, lr0=0.2, gamma=1.0, every=3).on("edge", "gamma is 1, so nothing drops")
    yield given(13, lr0=1, gamma=0.5, every=4).on("edge", "lr0 is a whole number")
    yield given(400, lr0=0.1, gamma=0.98, every=2).on("edge", "t is large")


STEP_DECAY = Exercise(
    name="step_decay",
    unit=UNIT,
    signature="step_decay(t, *, lr0, gamma, every)",
    returns=Number(),
    reference=lambda t, *, lr0, gamma, every: StepDecay(lr0, gamma, every)(t),
    cases=_step_cases,
    curve=lambda: [given(t, lr0=0.4, gamma=0.5, every=8) for t in range(40)],
    worth={"values": 2, "boundary": 2, "edge": 1},
    statements={"edge": "works for every = 1, gamma = 1, whole-number rates and large t"},
)


@STEP_DECAY.variant
def floor_division(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t // every)


@STEP_DECAY.variant
def with_floor(t, *, lr0, gamma, every):
    return lr0 * gamma ** math.floor(t / every)


@STEP_DECAY.variant
def with_numpy(t, *, lr0, gamma, every):
    return lr0 * np.power(float(gamma), np.floor(t / every))


@STEP_DECAY.variant
def drop_by_drop(t, *, lr0, gamma, every):
    lr = lr0
    for step in range(1, int(t) + 1):
        if step % every == 0:
            lr *= gamma
    return lr


@STEP_DECAY.variant
def as_zero_dimensional_array(t, *, lr0, gamma, every):
    return np.array(lr0 * gamma ** int(t / every))


@STEP_DECAY.variant
def as_single_precision(t, *, lr0, gamma, every):
    return np.float32(lr0 * gamma ** (t // every))


@STEP_DECAY.variant
def by_logarithms(t, *, lr0, gamma, every):
    return math.exp(math.log(lr0) + (t // every) * math.log(gamma))


@STEP_DECAY.misconception(
    "drops-one-late",
    where="Look at t = every exactly: has the rate dropped yet?",
    why="`t` counts updates already made, so the update at t = every is the first with the new rate.",
    how="Count drops with `t // every`, not with `(t - 1) // every`.",
)
def one_late(t, *, lr0, gamma, every):
    return lr0 * gamma ** (max(t - 1, 0) // every)


@STEP_DECAY.misconception(
    "drops-one-early",
    where="Look at t = every - 1: the rate must still be the old one.",
    why="Counting updates from 1 moves every drop one update forward.",
    how="Use `t // every`; `t` is 0 for the first update already.",
)
def one_early(t, *, lr0, gamma, every):
    return lr0 * gamma ** ((t + 1) // every)


@STEP_DECAY.misconception(
    "glides",
    where="Look at two updates inside one stair: the rate must not move.",
    why="Without the floor the exponent grows a little at each update: that is exponential decay.",
    how="Round the exponent down: `t // every` or `math.floor(t / every)`.",
)
def smooth(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t / every)


@STEP_DECAY.misconception(
    "rounds-to-nearest",
    where="Look at the middle of a stair: the rate drops half a stair too early.",
    why="`round` goes up from the middle on; a stair has to hold until its end.",
    how="Use `//` or `math.floor`, not `round`.",
)
def rounded(t, *, lr0, gamma, every):
    return lr0 * gamma ** round(t / every)


@STEP_DECAY.misconception(
    "rounds-up",
    where="Look at t = 1: the first stair has hardly begun.",
    why="`ceil` counts a drop as soon as a stair begins, not when it ends.",
    how="Use `//` or `math.floor`, not `math.ceil`.",
)
def ceiled(t, *, lr0, gamma, every):
    return lr0 * gamma ** math.ceil(t / every)


@STEP_DECAY.misconception(
    "multiplies-by-the-count",
    where="Compare the second drop with the first: each has to multiply by gamma again.",
    why="`gamma * drops` grows with each drop; drops multiply, so gamma is raised to their number.",
    how="Write `gamma ** drops`.",
)
def count_times_gamma(t, *, lr0, gamma, every):
    drops = t // every
    return lr0 * gamma * drops if drops else lr0


@STEP_DECAY.misconception(
    "drops-once-only",
    where="Look at t = 2 * every: a second drop is due.",
    why="An `if` applies gamma once; step decay repeats at every multiple of `every`.",
    how="Raise gamma to the number of whole stairs passed.",
)
def single_drop(t, *, lr0, gamma, every):
    return lr0 * gamma if t >= every else lr0


@STEP_DECAY.misconception(
    "drops-on-multiples-only",
    where="Look at the update just after a drop: the rate must stay low.",
    why="`t % every == 0` is true for one update only, so the rate jumps straight back.",
    how="Count how many multiples have been passed with `t // every`.",
)
def only_at_multiples(t, *, lr0, gamma, every):
    return lr0 * gamma if t % every == 0 and t > 0 else lr0


@STEP_DECAY.misconception(
    "subtracts-gamma",
    where="Follow the rate over many drops: does it ever become negative?",
    why="Subtracting takes off a fixed amount; a decay factor multiplies.",
    how="Multiply by `gamma` once for each drop.",
)
def linear_stairs(t, *, lr0, gamma, every):
    return lr0 * (1 - (1 - gamma) * (t // every))


@STEP_DECAY.misconception(
    "removes-gamma",
    where="Take gamma = 0.1: is a tenth left, or nine tenths?",
    why="`gamma` is what is kept at a drop; `1 - gamma` would be what is taken away.",
    how="Use `gamma` itself as the factor.",
)
def keeps_the_rest(t, *, lr0, gamma, every):
    return lr0 * (1 - gamma) ** (t // every)


@STEP_DECAY.misconception(
    "divides-by-gamma",
    where="Does the rate fall or rise over time?",
    why="Dividing by a factor below 1 makes the rate grow at every drop.",
    how="Multiply by `gamma ** drops`.",
)
def grows(t, *, lr0, gamma, every):
    return lr0 / gamma ** (t // every)


@STEP_DECAY.misconception(
    "mixes-up-remainder",
    where="Look at t = 1 and t = every: the exponent must be 0 and 1.",
    why="`%` gives the place inside a stair; `//` gives the number of the stair.",
    how="Use `t // every`.",
)
def remainder(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t % every)


def _drop_cases(rng: np.random.Generator) -> Iterator[Case]:
    for gamma in (0.1, 0.5, float(rng.uniform(0.6, 0.9))):
        gaps = rng.integers(3, 12, size=3)
        milestones = [int(m) for m in np.cumsum(gaps)]
        at = partial(given, lr0=float(rng.uniform(0.05, 2)), milestones=milestones, gamma=gamma)
        yield at(0).on("values", "no milestone has been reached")
        yield at(milestones[0] + 1).on("values", "one milestone has passed")
        yield at(milestones[1] + 1).on("values", "two milestones have passed")
        for milestone in milestones:
            yield at(milestone - 1).on("boundary", "t is the last update before a milestone")
            yield at(milestone).on("boundary", "t is exactly at a milestone")
        yield at(milestones[-1] + 1).on("values", "all milestones have passed")
        yield at(10 * milestones[-1]).on("values", "t is far beyond the last milestone")
    yield given(4, lr0=0.3, milestones=[], gamma=0.1).on("edge", "there are no milestones")
    yield given(0, lr0=0.3, milestones=[0, 5], gamma=0.5).on("edge", "the first milestone is 0")
    yield given(6, lr0=0.3, milestones=(2, 3, 4, 5), gamma=0.9).on("edge", "milestones are a tuple")
    yield given(3, lr0=0.3, milestones=[1, 2, 3], gamma=0.2).on("edge", "milestones are neighbours")
    yield given(8, lr0=1, milestones=[5], gamma=1.0).on("edge", "gamma is 1")


SCHEDULED_DROP = Exercise(
    name="scheduled_drop",
    unit=UNIT,
    signature="scheduled_drop(t, *, lr0, milestones, gamma)",
    returns=Number(),
    reference=lambda t, *, lr0, milestones, gamma: ScheduledDrop(lr0, tuple(milestones), gamma)(t),
    cases=_drop_cases,
    curve=lambda: [given(t, lr0=0.4, milestones=[12, 24, 32], gamma=0.5) for t in range(40)],
    worth={"values": 2, "boundary": 1, "edge": 1, "purity": 1},
    statements={
        "edge": "works without milestones, from milestone 0 on, and for tuples",
        "purity": "leaves the list of milestones alone and answers the same call the same way",
    },
)


@SCHEDULED_DROP.variant
def counts_with_sum(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(milestone <= t for milestone in milestones)


@SCHEDULED_DROP.variant
def counts_with_a_loop(t, *, lr0, milestones, gamma):
    lr = lr0
    for milestone in milestones:
        if t >= milestone:
            lr = lr * gamma
    return lr


@SCHEDULED_DROP.variant
def counts_with_bisect(t, *, lr0, milestones, gamma):
    from bisect import bisect_right

    return lr0 * gamma ** bisect_right(milestones, t)


@SCHEDULED_DROP.variant
def counts_with_searchsorted(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** np.searchsorted(np.asarray(milestones), t, side="right")


@SCHEDULED_DROP.variant
def counts_with_len(t, *, lr0, milestones, gamma):
    return np.float64(lr0) * gamma ** len([m for m in milestones if m <= t])


@SCHEDULED_DROP.variant
def in_single_precision(t, *, lr0, milestones, gamma):
    return np.float32(lr0 * gamma ** int(np.sum(np.asarray(milestones) <= t)))


@SCHEDULED_DROP.misconception(
    "keeps-the-old-rate-at-the-milestone",
    where="Look at t equal to a milestone.",
    why="Here a drop takes effect at its milestone. Keras' PiecewiseConstantDecay is one update later.",
    how="Count milestones with `<= t`, not `< t`.",
)
def keras_boundary(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(milestone < t for milestone in milestones)


@SCHEDULED_DROP.misconception(
    "drops-one-early",
    where="Look at the update just before a milestone.",
    why="Counting updates from 1, as timm's scheduler does, moves each drop one update forward.",
    how="Compare the milestones with `t` itself, not with `t + 1`.",
)
def timm_boundary(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(milestone <= t + 1 for milestone in milestones)


@SCHEDULED_DROP.misconception(
    "drops-once-only",
    where="Look at an update after the second milestone.",
    why="One factor for all milestones forgets that drops add up: two passed mean gamma squared.",
    how="Raise gamma to the number of milestones passed.",
)
def any_milestone(t, *, lr0, milestones, gamma):
    return lr0 * gamma if any(milestone <= t for milestone in milestones) else lr0


@SCHEDULED_DROP.misconception(
    "drops-only-at-the-milestone",
    where="Look at the update just after a milestone.",
    why="`t in milestones` is true for one update only, so the rate jumps back.",
    how="Count the milestones that are at most `t`.",
)
def only_on_the_day(t, *, lr0, milestones, gamma):
    return lr0 * gamma if t in milestones else lr0


@SCHEDULED_DROP.misconception(
    "counts-the-future",
    where="Look at t = 0: has anything dropped yet?",
    why="Counting the milestones still to come turns the schedule round: it grows over time.",
    how="Count those that are `<= t`.",
)
def counts_remaining(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(milestone > t for milestone in milestones)


@SCHEDULED_DROP.misconception(
    "multiplies-by-the-count",
    where="Compare the second drop with the first.",
    why="Two drops are gamma times gamma, not gamma times two.",
    how="Write `gamma ** passed`.",
)
def count_times_gamma(t, *, lr0, milestones, gamma):
    passed = sum(milestone <= t for milestone in milestones)
    return lr0 * gamma * passed if passed else lr0


@SCHEDULED_DROP.misconception(
    "treats-milestones-as-gaps",
    where="Look between the first and the second milestone.",
    why="Milestones are counted from the start of training, not from one drop to the next.",
    how="Compare each milestone with `t` as it is; do not add them up.",
)
def cumulative_gaps(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(milestone <= t for milestone in np.cumsum(milestones))


@SCHEDULED_DROP.misconception(
    "uses-up-the-milestones",
    where="Call it twice with the same list, or print the list after the call.",
    why="`pop` or `remove` takes milestones out of the caller's list, so the next call misses them.",
    how="Only read the list: count with `sum(m <= t for m in milestones)`.",
)
def pops(t, *, lr0, milestones, gamma):
    lr = lr0
    remaining = milestones if isinstance(milestones, list) else list(milestones)
    while remaining and remaining[0] <= t:
        remaining.pop(0)
        lr *= gamma
    return lr


@SCHEDULED_DROP.misconception(
    "stops-at-the-last-milestone",
    where="Look far beyond the last milestone.",
    why="After its last step a schedule holds its final value; it does not go back to the start.",
    how="Let the count of passed milestones decide for every `t`; no special case is needed.",
)
def returns_to_start(t, *, lr0, milestones, gamma):
    if milestones and t > milestones[-1]:
        return lr0
    return lr0 * gamma ** sum(milestone <= t for milestone in milestones)


@SCHEDULED_DROP.misconception(
    "removes-gamma",
    where="Take gamma = 0.1: is a tenth left, or nine tenths?",
    why="`gamma` is the share that is kept at a drop.",
    how="Use `gamma` itself as the factor.",
)
def keeps_the_rest_of_it(t, *, lr0, milestones, gamma):
    return lr0 * (1 - gamma) ** sum(milestone <= t for milestone in milestones)


@SCHEDULED_DROP.misconception(
    "skips-milestone-zero",
    where="Put a milestone at 0 and look at t = 0.",
    why="A milestone of 0 is at most any `t`, so the first update already has the dropped rate.",
    how="Leave out the test for `t > 0`.",
)
def ignores_zero(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(0 < milestone <= t for milestone in milestones)


def _epoch_cases(rng: np.random.Generator) -> Iterator[Case]:
    for _ in range(4):
        batch = int(rng.integers(7, 64))
        samples = batch * int(rng.integers(5, 30)) + int(rng.integers(1, batch - 1))
        yield given(int(rng.integers(2, 20)), samples, batch).on(
            "values", "the last batch is short"
        )
    yield given(7, 1437, 64).on("values", "the data are the digits")
    yield given(3, 1024, 32).on("boundary", "the batches come out even")
    yield given(5, 1025, 32).on("boundary", "one sample is left over")
    yield given(5, 1023, 32).on("boundary", "one sample is missing")
    yield given(4, 10, 64).on("edge", "one batch holds all samples")
    yield given(6, 50, 1).on("edge", "each batch is a single sample")
    yield given(0, 100, 32).on("edge", "there are no epochs")
    yield given(10, 100_000_000_003, 7).on("edge", "the data set is huge")


EPOCHS_TO_STEPS = Exercise(
    name="epochs_to_steps",
    unit=UNIT,
    signature="epochs_to_steps(epochs, n_samples, batch_size)",
    returns=WholeNumber(),
    reference=lambda epochs, n_samples, batch_size: epochs * -(-n_samples // batch_size),
    cases=_epoch_cases,
    worth={"values": 2, "boundary": 2, "edge": 1},
    statements={"boundary": "counts full and short batches exactly"},
)


@EPOCHS_TO_STEPS.variant
def with_ceil(epochs, n_samples, batch_size):
    return epochs * math.ceil(n_samples / batch_size)


@EPOCHS_TO_STEPS.variant
def negative_floor(epochs, n_samples, batch_size):
    return epochs * -(-n_samples // batch_size)


@EPOCHS_TO_STEPS.variant
def add_before_dividing(epochs, n_samples, batch_size):
    return epochs * ((n_samples + batch_size - 1) // batch_size)


@EPOCHS_TO_STEPS.variant
def with_numpy_ceil(epochs, n_samples, batch_size):
    return epochs * np.ceil(n_samples / batch_size)


@EPOCHS_TO_STEPS.variant
def with_divmod(epochs, n_samples, batch_size):
    full, rest = divmod(n_samples, batch_size)
    return int(epochs * (full + (rest > 0)))


@EPOCHS_TO_STEPS.variant
def as_single_number_array(epochs, n_samples, batch_size):
    return np.array(epochs * math.ceil(n_samples / batch_size))


@EPOCHS_TO_STEPS.misconception(
    "drops-the-short-batch",
    where="Take 10 samples in batches of 4: how many updates does one epoch make?",
    why="`//` alone throws the last, short batch away, but it makes an update too.",
    how="Round up: `math.ceil(n_samples / batch_size)`.",
)
def floors(epochs, n_samples, batch_size):
    return epochs * (n_samples // batch_size)


@EPOCHS_TO_STEPS.misconception(
    "rounds-after-multiplying",
    where="Take 2 epochs of 10 samples in batches of 4.",
    why="Each epoch ends with a short batch of its own; samples do not spill into the next epoch.",
    how="Round up the batches of one epoch first, then multiply by the epochs.",
)
def rounds_late(epochs, n_samples, batch_size):
    return math.ceil(epochs * n_samples / batch_size)


@EPOCHS_TO_STEPS.misconception(
    "keeps-the-fraction",
    where="Look at the decimals of the result.",
    why="There is no fraction of an update: a short batch is one whole update.",
    how="Round the batches of one epoch up before you multiply.",
)
def fraction(epochs, n_samples, batch_size):
    return epochs * n_samples / batch_size


@EPOCHS_TO_STEPS.misconception(
    "always-one-more",
    where="Take 12 samples in batches of 4: there are exactly 3.",
    why="`// + 1` counts a batch that is empty whenever the samples come out even.",
    how="Use `math.ceil`, which adds one only when something is left over.",
)
def floor_plus_one(epochs, n_samples, batch_size):
    return epochs * (n_samples // batch_size + 1)


@EPOCHS_TO_STEPS.misconception(
    "rounds-to-nearest",
    where="Take 9 samples in batches of 4: two full batches and one of a single sample.",
    why="`round` drops a short batch that is less than half full.",
    how="Round up, however small the last batch is.",
)
def nearest(epochs, n_samples, batch_size):
    return epochs * round(n_samples / batch_size)


@EPOCHS_TO_STEPS.misconception(
    "one-update-per-epoch",
    where="Does the batch size matter in your answer?",
    why="An epoch is one pass over the data; it makes one update for each batch, not one in all.",
    how="Multiply the epochs by the number of batches.",
)
def per_epoch(epochs, n_samples, batch_size):
    return epochs


@EPOCHS_TO_STEPS.misconception(
    "one-update-per-sample",
    where="Double the batch size: the number of updates has to fall.",
    why="An update uses a whole batch; the samples are shared out among the batches.",
    how="Divide the samples by the batch size, rounding up.",
)
def per_sample(epochs, n_samples, batch_size):
    return epochs * n_samples


@EPOCHS_TO_STEPS.misconception(
    "forgets-the-epochs",
    where="Double the epochs: the number of updates has to double.",
    why="That is the number of updates of a single epoch.",
    how="Multiply by `epochs`.",
)
def single_epoch(epochs, n_samples, batch_size):
    return math.ceil(n_samples / batch_size)


@EPOCHS_TO_STEPS.misconception(
    "at-least-one-epoch",
    where="Ask for 0 epochs.",
    why="No epochs mean no updates; nothing forces a first one.",
    how="Multiply by `epochs` as it is, without `max(1, ...)`.",
)
def never_zero(epochs, n_samples, batch_size):
    return max(1, epochs) * math.ceil(n_samples / batch_size)
