"""Strangers to unit 01: the update, the path, the verdict on a run and the repair."""

import math
from enum import StrEnum
from itertools import pairwise

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

DIAGNOSE_RUN = find("diagnose_run")
MINIMISE = find("minimise")
REPAIRED_STEP = find("repaired_step")
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


@right(DIAGNOSE_RUN)
def early_returns(losses, guess):
    for loss in losses:
        if loss != loss or loss in (math.inf, -math.inf):
            return "diverged"
    last = list(losses)[-math.ceil(len(losses) * 0.1) :]
    end, line = math.fsum(last) / len(last), max(losses[0], guess) * 1.25
    if end > line:
        return "diverged"
    if any(loss > line for loss in losses) and guess * 0.75 <= end <= guess * 1.25:
        return "stuck"
    return "too slow" if end > guess * 0.5 else "learning"


@right(DIAGNOSE_RUN)
def by_numpy_select(losses, guess):
    a = np.array(losses, dtype=float)
    end = a[a.size - (a.size + 9) // 10 :].mean()
    line = 1.25 * np.max([a[0], guess])
    tests = [
        ~np.isfinite(a).all() or end > line,
        a.max() > line and np.abs(end - guess) <= guess / 4,
        end > guess / 2,
    ]
    return str(np.select(tests, ["diverged", "stuck", "too slow"], "learning"))


@right(DIAGNOSE_RUN)
def by_array_split(losses, guess):
    a = np.asarray(losses, np.float64)
    count = divmod(len(a), 10)
    end = np.split(a, [len(a) - count[0] - bool(count[1])])[1].mean()
    high = np.maximum(a[0], guess) + np.maximum(a[0], guess) / 4
    if not np.isfinite(a.sum()) or end > high:
        return "diverged"
    if (a > high).any() and -guess / 4 <= end - guess <= guess / 4:
        return "stuck"
    return ("learning", "too slow")[int(end > guess / 2)]


@right(DIAGNOSE_RUN)
def as_members_of_an_enumeration(losses, guess):
    class Verdict(StrEnum):
        LOST = "diverged"
        DEAD = "stuck"
        SLOW = "too slow"
        GOOD = "learning"

    return Verdict(early_returns(losses, guess))


@right(DIAGNOSE_RUN)
def reversed_first(losses, guess):
    back = np.asarray(losses, float)[::-1]
    end, line = back[: -(-len(back) // 10)].mean(), max(1.25 * back[-1], 1.25 * guess)
    if not np.isfinite(back).all() or not end <= line:
        return "diverged"
    if max(back) > line and not abs(end - guess) > 0.25 * guess:
        return "stuck"
    return "learning" if end <= guess / 2 else "too slow"


@wrong(DIAGNOSE_RUN)
def capitalised(losses, guess):
    return early_returns(losses, guess).capitalize()


@wrong(DIAGNOSE_RUN)
def with_an_underscore(losses, guess):
    return early_returns(losses, guess).replace(" ", "_")


@wrong(DIAGNOSE_RUN)
def half_of_all_as_the_end(losses, guess):
    values = list(losses)
    return early_returns([*values[:-1], float(np.mean(values[len(values) // 2 :]))][:9], guess)


@wrong(DIAGNOSE_RUN)
def a_tenth_and_one_more(losses, guess):
    values = np.asarray(losses, float)
    values = np.append(values, values[-1])
    return early_returns(values, guess)


@wrong(DIAGNOSE_RUN)
def explodes_only(losses, guess):
    return "diverged" if not np.isfinite(losses).all() else "learning"


@wrong(DIAGNOSE_RUN)
def ten_classes_always(losses, guess):
    return early_returns(losses, math.log(10))


@wrong(DIAGNOSE_RUN)
def median_of_the_end(losses, guess):
    values = np.asarray(losses, float)
    last = values[-math.ceil(len(values) / 10) :]
    last[...] = np.median(last)
    return early_returns(values, guess)


@wrong(DIAGNOSE_RUN)
def looks_at_the_second_loss_for_a_jump(losses, guess):
    verdict = early_returns(losses, guess)
    leapt = len(losses) > 1 and losses[1] > 1.25 * max(losses[0], guess)
    return "too slow" if verdict == "stuck" and not leapt else verdict


@wrong(DIAGNOSE_RUN)
def half_by_floor_division(losses, guess):
    verdict = early_returns(losses, guess)
    if verdict in ("too slow", "learning"):
        return "too slow" if np.asarray(losses)[-1] > guess // 2 else "learning"
    return verdict


@wrong(DIAGNOSE_RUN)
def numbers_for_words(losses, guess):
    return ["diverged", "stuck", "too slow", "learning"].index(early_returns(losses, guess))


@right(REPAIRED_STEP)
def pulled_then_stepped(w, grad, lr, decay):
    pull = np.multiply(decay, w)
    return np.subtract(w, lr * np.add(pull, grad))


@right(REPAIRED_STEP)
def on_fresh_zeros(w, grad, lr, decay):
    total = np.zeros_like(grad)
    total += grad
    total += decay * w
    return w + total * -lr


@wrong(REPAIRED_STEP)
def w_itself_where_nothing_moves(w, grad, lr, decay):
    return w if not grad.any() else w - lr * (grad + decay * w)


@wrong(REPAIRED_STEP)
def decay_of_the_moved_weights(w, grad, lr, decay):
    moved = w - lr * grad
    return moved - lr * decay * moved


@wrong(REPAIRED_STEP)
def decay_by_sign(w, grad, lr, decay):
    return w - lr * (grad + decay * np.sign(w))


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
