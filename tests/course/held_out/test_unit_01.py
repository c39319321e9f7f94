"""Strangers to unit 01: the update, the path and the verdict on a run, right and wrong."""

import math
from enum import StrEnum
from itertools import pairwise

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

CLASSIFY_RUN = find("classify_run")
MINIMISE = find("minimise")
SGD_STEP = find("sgd_step")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


@right(SGD_STEP)
def by_fused_out(w, grad, lr):
    result = np.empty_like(w)
    np.multiply(grad, -lr, out=result)
    result += w
    return result


@right(SGD_STEP)
def by_stacking(w, grad, lr):
    return np.tensordot(np.array([1.0, -lr]), np.stack([w, grad]), axes=1)


@right(SGD_STEP)
def through_lists(w, grad, lr):
    pairs = zip(w.ravel().tolist(), grad.ravel().tolist())
    return np.array([a - lr * b for a, b in pairs]).reshape(w.shape)


@right(SGD_STEP)
def adding_the_negative_with_numpy(w, grad, lr):
    return np.add(w, np.negative(np.multiply(grad, lr)))


@right(SGD_STEP)
def with_a_deep_copy(w, grad, lr):
    new, slope = np.array(w, dtype=float), np.array(grad, dtype=float)
    slope *= lr
    new -= slope
    return new


@wrong(SGD_STEP)
def early_return_for_rate_zero(w, grad, lr):
    return w if lr == 0 else w - lr * grad


@wrong(SGD_STEP)
def early_return_for_zero_gradient(w, grad, lr):
    return w if not grad.any() else w - lr * grad


@wrong(SGD_STEP)
def with_clipping(w, grad, lr):
    return w - lr * np.clip(grad, -5, 5)


@wrong(SGD_STEP)
def with_mean_gradient(w, grad, lr):
    return w - lr * grad / grad.size


@wrong(SGD_STEP)
def dot_product(w, grad, lr):
    return w - lr * np.sum(grad)


@wrong(SGD_STEP)
def never_above_rate_one(w, grad, lr):
    return w - min(lr, 1) * grad


@wrong(SGD_STEP)
def with_a_little_weight_decay(w, grad, lr):
    return w - lr * (grad + 1e-4 * w)


@wrong(SGD_STEP)
def keeps_whole_numbers_whole(w, grad, lr):
    step = w - lr * grad
    return np.round(step) if np.all(w == np.round(w)) else step


@wrong(SGD_STEP)
def one_axis_less(w, grad, lr):
    return np.squeeze(w - lr * grad)


@wrong(SGD_STEP)
def as_a_list(w, grad, lr):
    return list(w - lr * grad)


@right(MINIMISE)
def stacked_list(grad_fn, w0, lr, steps):
    rows, w = [], np.array(w0)
    for t in range(steps + 1):
        rows.append(w)
        if t < steps:
            w = w - lr * grad_fn(w)
    return np.stack(rows)


@right(MINIMISE)
def with_accumulate(grad_fn, w0, lr, steps):
    from itertools import accumulate

    return np.array(list(accumulate(range(steps), lambda w, _: w - lr * grad_fn(w), initial=w0)))


@right(MINIMISE)
def concatenated(grad_fn, w0, lr, steps):
    path = w0[None].copy()
    for _ in range(steps):
        last = path[-1]
        path = np.concatenate([path, (last - lr * grad_fn(last))[None]])
    return path


@right(MINIMISE)
def displacements_summed(grad_fn, w0, lr, steps):
    w, moves = w0, [w0]
    for _ in range(steps):
        move = -lr * grad_fn(w)
        moves.append(move)
        w = w + move
    return np.cumsum(moves, axis=0)


@right(MINIMISE)
def tiled_first(grad_fn, w0, lr, steps):
    path = np.repeat(w0[np.newaxis], steps + 1, axis=0)
    for before, after in zip(range(steps), range(1, steps + 1)):
        path[after] = path[before] - lr * grad_fn(path[before])
    return path


@right(MINIMISE)
def with_a_generator(grad_fn, w0, lr, steps):
    def points():
        w = w0
        yield w
        for _ in range(steps):
            w = w - lr * grad_fn(w)
            yield w

    return np.array([*points()])


@wrong(MINIMISE)
def stops_when_flat(grad_fn, w0, lr, steps):
    path = np.repeat(w0[None], steps + 1, axis=0)
    for t in range(steps):
        grad = grad_fn(path[t])
        if np.abs(grad).max() < 0.3:
            path[t:] = path[t]
            break
        path[t + 1] = path[t] - lr * grad
    return path


@wrong(MINIMISE)
def last_row_first(grad_fn, w0, lr, steps):
    return stacked_list(grad_fn, w0, lr, steps)[::-1]


@wrong(MINIMISE)
def with_momentum(grad_fn, w0, lr, steps):
    rows, w, v = [w0], w0, 0 * w0
    for _ in range(steps):
        v = 0.1 * v + grad_fn(w)
        w = w - lr * v
        rows.append(w)
    return np.array(rows)


@wrong(MINIMISE)
def decaying_rate(grad_fn, w0, lr, steps):
    rows = [w0]
    for t in range(steps):
        rows.append(rows[-1] - lr / (1 + t) * grad_fn(rows[-1]))
    return np.array(rows)


@wrong(MINIMISE)
def as_a_list_of_points(grad_fn, w0, lr, steps):
    rows = [w0.copy()]
    for _ in range(steps):
        rows.append(rows[-1] - lr * grad_fn(rows[-1]))
    return rows


@wrong(MINIMISE)
def axes_exchanged(grad_fn, w0, lr, steps):
    return np.moveaxis(stacked_list(grad_fn, w0, lr, steps), 0, -1)


@wrong(MINIMISE)
def at_least_one_step(grad_fn, w0, lr, steps):
    return stacked_list(grad_fn, w0, lr, max(steps, 1))


@wrong(MINIMISE)
def integer_rows(grad_fn, w0, lr, steps):
    path = stacked_list(grad_fn, w0, lr, steps)
    return np.round(path) if np.all(w0 == np.round(w0)) else path


@wrong(MINIMISE)
def a_view_of_the_start(grad_fn, w0, lr, steps):
    return w0[np.newaxis] if steps == 0 else stacked_list(grad_fn, w0, lr, steps)


@right(CLASSIFY_RUN)
def on_a_series(losses):
    first, last = float(losses[0]), float(losses[-1])
    if not math.isfinite(sum(abs(float(loss)) for loss in losses)):
        return "diverged"
    return ("learning", "too slow", "diverged")[int(last > first) + int(last > first / 2)]


@right(CLASSIFY_RUN)
def by_the_ratio(losses):
    values = np.asarray(losses, dtype=np.float64)
    if not all(map(math.isfinite, values)):
        return "diverged"
    ratio = values[-1] / values[0]
    return "diverged" if ratio > 1 else "learning" if ratio <= 0.5 else "too slow"


@right(CLASSIFY_RUN)
def with_numpy_select(losses):
    values = np.array(losses, float)
    tests = [~np.isfinite(values).all(), values[-1] > values[0], values[-1] > values[0] / 2]
    return str(np.select(tests, ["diverged", "diverged", "too slow"], "learning"))


@right(CLASSIFY_RUN)
def early_returns(losses):
    for loss in losses:
        if loss != loss or loss in (math.inf, -math.inf):
            return "diverged"
    if losses[-1] <= losses[0] * 0.5:
        return "learning"
    if losses[-1] <= losses[0]:
        return "too slow"
    return "diverged"


@right(CLASSIFY_RUN)
def unpacking(losses):
    first, *_, last = [*losses, losses[-1]]
    broken = np.isnan(losses).any() or np.isinf(losses).any() or last > first
    slow = first - last < last
    return "diverged" if broken else "too slow" if slow else "learning"


@wrong(CLASSIFY_RUN)
def capitalised(losses):
    return early_returns(losses).capitalize()


@wrong(CLASSIFY_RUN)
def with_an_underscore(losses):
    return early_returns(losses).replace(" ", "_")


@wrong(CLASSIFY_RUN)
def last_two_decide(losses):
    values = np.asarray(losses, float)
    if not np.isfinite(values).all() or (len(values) > 1 and values[-1] > values[-2]):
        return "diverged"
    return "too slow" if values[-1] > values[0] / 2 else "learning"


@wrong(CLASSIFY_RUN)
def mean_of_the_end(losses):
    values = np.asarray(losses, float)
    end = values[-2:].mean()
    if not np.isfinite(values).all() or end > values[0]:
        return "diverged"
    return "too slow" if end > values[0] / 2 else "learning"


@wrong(CLASSIFY_RUN)
def with_slack(losses):
    values = np.asarray(losses, float)
    if not np.isfinite(values).all() or values[-1] > values[0] * 1.01:
        return "diverged"
    return "too slow" if values[-1] > values[0] / 2 else "learning"


@wrong(CLASSIFY_RUN)
def first_loss_unchecked(losses):
    values = np.asarray(losses, float)
    if not np.isfinite(values[1:]).all() or values[-1] > values[0]:
        return "diverged"
    return "too slow" if values[-1] > values[0] / 2 else "learning"


@wrong(CLASSIFY_RUN)
def explodes_only(losses):
    values = np.asarray(losses, float)
    if not np.isfinite(values).all() or values[-1] > 10 * values[0]:
        return "diverged"
    return "too slow" if values[-1] > values[0] / 2 else "learning"


@wrong(CLASSIFY_RUN)
def needs_two_losses(losses):
    return "learning" if len(losses) < 2 else early_returns(losses)


@wrong(CLASSIFY_RUN)
def arrays_only(losses):
    if not np.isfinite(losses).all() or (losses[-1:] > losses[:1]).all():
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"


@right(MINIMISE)
def pairs_of_neighbouring_rows(grad_fn, w0, lr, steps):
    path = np.repeat(w0[None, ...], steps + 1, axis=0)
    for here, there in pairwise(path):
        there[...] = here - lr * grad_fn(here)
    return path


@wrong(MINIMISE)
def stops_at_the_bottom(grad_fn, w0, lr, steps):
    path = [w0]
    for _ in range(steps):
        grad = grad_fn(path[-1])
        if np.linalg.norm(grad) < 1e-6:
            break
        path.append(path[-1] - lr * grad)
    return np.array(path)


@right(CLASSIFY_RUN)
def as_members_of_an_enumeration(losses):
    class Verdict(StrEnum):
        LOST = "diverged"
        SLOW = "too slow"
        GOOD = "learning"

    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return Verdict.LOST
    return Verdict.SLOW if losses[-1] > losses[0] / 2 else Verdict.GOOD


@wrong(CLASSIFY_RUN)
def half_by_floor_division(losses):
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] // 2 else "learning"


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
