"""Strangers to unit 14: spikes, clipping, a memory for a step, the loss scale, right and wrong."""

import bisect
import math
from statistics import median_high

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong
SPIKES, CLIP = find("find_spikes"), find("clip_by_global_norm")
BETA2, SCALE, RESUME = find("beta2_for_step"), find("scale_step"), find("repaired_resume")


@right(SPIKES)
def with_a_sorted_window(losses, window, factor):
    kept, found = [], []
    for i, loss in enumerate(losses):
        if len(kept) == window:
            middle = (kept[window // 2] + kept[(window - 1) // 2]) / 2
            if loss > factor * middle:
                found.append(i)
            kept.remove(losses[i - window])
        bisect.insort(kept, loss)
    return found


@right(SPIKES)
def as_a_mask(losses, window, factor):
    losses = np.array(losses, dtype=float)
    mask = np.zeros(len(losses), dtype=bool)
    for i in range(window, len(losses)):
        mask[i] = losses[i] > factor * np.percentile(losses[i - window : i], 50)
    return np.nonzero(mask)[0]


@wrong(SPIKES)
def upper_median(losses, window, factor):
    return [
        i
        for i in range(window, len(losses))
        if losses[i] > factor * median_high(losses[i - window : i])
    ]


@wrong(SPIKES)
def against_the_one_before(losses, window, factor):
    return [i for i in range(window, len(losses)) if losses[i] > factor * losses[i - 1]]


@wrong(SPIKES)
def leaves_spikes_out_of_the_window(losses, window, factor):
    calm, found = [], []
    for i, loss in enumerate(losses):
        if i >= window and loss > factor * np.median(calm[-window:]):
            found.append(i)
        else:
            calm.append(loss)
    return found


@right(CLIP)
def with_hypot(grads, max_norm):
    norm = math.hypot(*(float(entry) for grad in grads for entry in np.asarray(grad).flat))
    if norm in (math.inf,) or norm != norm:
        raise ValueError("not finite")
    return [np.array(grad) / max(1.0, norm / max_norm) for grad in grads], np.float64(norm)


@right(CLIP)
def with_a_tuple_of_copies(grads, max_norm):
    squares = sum((np.asarray(grad) ** 2).sum() for grad in grads)
    if not squares < math.inf:
        raise ValueError(squares)
    copies = [np.array(grad, dtype=float) for grad in grads]
    if squares > max_norm**2:
        for copy in copies:
            copy *= max_norm / math.sqrt(squares)
    return tuple(copies), math.sqrt(squares)


@wrong(CLIP)
def by_the_mean_square(grads, max_norm):
    flat = np.concatenate([np.ravel(grad) for grad in grads])
    norm = float(np.sqrt(np.mean(flat**2)))
    if not np.isfinite(norm):
        raise ValueError
    return [grad * min(1.0, max_norm / max(norm, 1e-300)) for grad in grads], norm


@wrong(CLIP)
def as_pytorch_divides(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(grad**2) for grad in grads)))
    if not np.isfinite(norm):
        raise ValueError
    return [grad * min(1.0, max_norm / (norm + 1e-3)) for grad in grads], norm


@right(BETA2)
def by_the_share_of_the_jump(jump, most, *, beta1):
    first = 1 - (1 - beta1) * (1 - jump)
    if first <= most:
        return 1
    return 1 - ((first / most) ** 2 - 1) / ((jump - 1) * (jump + 1))


@wrong(BETA2)
def in_the_limit(jump, most, *, beta1):
    return 1 - ((1 - beta1) / most) ** 2


@wrong(BETA2)
def never_above(jump, most, *, beta1):
    first = beta1 + (1 - beta1) * jump
    return min(0.999, (jump**2 - (first / most) ** 2) / max(jump**2 - 1, 1e-9))


@right(SCALE)
def with_two_lookups(state, overflow, *, growth, backoff, interval):
    row = (state["good"] + 1) * (not overflow)
    full = row == interval
    return {
        "scale": state["scale"] * (backoff if overflow else growth**full),
        "good": 0 if full else row,
    }


@wrong(SCALE)
def starts_the_row_at_one(state, overflow, *, growth, backoff, interval):
    if overflow:
        return {"scale": state["scale"] * backoff, "good": 1}
    good = state["good"] + 1
    if good >= interval:
        return {"scale": state["scale"] * growth, "good": 0}
    return {"scale": state["scale"], "good": good}


@right(RESUME)
def with_a_generator(micro_batches, accumulate, steps, *, lr, total):
    clocks = range(micro_batches // accumulate, micro_batches // accumulate + steps)
    return [*(lr * (total - min(total, t)) / total for t in clocks)]


@wrong(RESUME)
def one_update_for_the_rest_of_the_group(micro_batches, accumulate, steps, *, lr, total):
    done = micro_batches // accumulate + 1
    return [lr * max(0.0, 1 - (done + k) / total) for k in range(steps)]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
