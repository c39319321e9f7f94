"""No limit that a contract does not have earns full marks, and real calls are among the drawn."""

import copy
import math

import numpy as np
import pytest

from autograders.__main__ import main
from autograders.declare.catalogue import find
from autograders.declare.exercise import Exercise, given
from autograders.declare.returns import Number
from autograders.judging.guards import guards, passes, survivors
from autograders.judging.laws import SEEDS, exercises
from autograders.judging.plan import plan_for

SEED = 11

# Their inputs are still drawn from a narrow part of their domain; this list may only shrink.
NARROW = {
    "best_pair",
    "beta2_for_step",
    "clip_by_global_norm",
    "find_spikes",
    "gamma_for_total",
    "patience_for",
    "rate_after",
    "repaired_nesterov",
    "repaired_poly_rate",
    "repaired_port",
    "repaired_rates",
    "repaired_resume",
    "scale_step",
}
WIDE = [exercise for exercise in exercises() if exercise.name not in NARROW]


@pytest.mark.parametrize("name", sorted(NARROW))
def test_an_exercise_leaves_the_list_of_narrow_ones_once_no_guard_survives(name):
    _, found = survivors(find(name), [SEED])
    assert [survivor for survivor in found if survivor.reason is None]


@pytest.mark.parametrize("exercise", WIDE, ids=lambda item: item.name)
def test_a_guard_earns_full_marks_only_where_it_is_harmless_with_a_reason(exercise):
    made, found = survivors(exercise, [SEED])
    assert made or not plan_for(exercise, SEED).draws_inputs
    assert [survivor.what for survivor in found if survivor.reason is None] == []
    assert {survivor.reason for survivor in found} == set(exercise.harmless.values())


def doubled(x, *, scale):
    return 2 * x * scale


def narrow_exercise():
    """An exercise whose cases lie close together, so that nearly every guard survives."""
    exercise = Exercise(
        name="doubled",
        unit="none",
        signature="doubled(x, *, scale)",
        returns=Number(),
        reference=doubled,
        cases=lambda rng: [given(float(rng.uniform(0.4, 0.5)), scale=0.5).on("values", "usual")],
        worth={"values": 1},
    )
    exercise.variant(doubled)
    return exercise


def test_guards_survive_where_cases_lie_close_together():
    _, found = survivors(narrow_exercise(), [SEED])
    survived = {survivor.what for survivor in found}
    assert {"x clipped at 1", "scale at least 1e-06", "result clipped at 10"} <= survived
    assert "remembers results without scale" in survived
    assert "looks the public cases up" not in survived


def test_a_guard_acts_beyond_its_limit_and_nowhere_else():
    exercise = narrow_exercise()
    made = {guard.what: guard for guard in guards(exercise, [plan_for(exercise, SEED)])}
    capped = made["x clipped at 1"].around(doubled)
    assert capped(0.5, scale=0.5) == 0.5 and capped(7.0, scale=0.5) == 1.0
    kept = made["remembers results without scale"].around(doubled)
    assert kept(2.0, scale=3.0) == 12.0 and kept(2.0, scale=5.0) == 12.0


def test_the_command_says_what_survives(capsys):
    assert main(["selftest", "half_life", "--guards", "--seeds", "2"]) == 0
    said = capsys.readouterr().out
    assert "each on 2 seeds: 0 survive, and 3 change nothing that a contract allows" in said


def test_the_command_fails_where_a_guard_survives(capsys, monkeypatch):
    monkeypatch.setattr(find("half_life"), "harmless", {})
    assert main(["selftest", "half_life", "--guards", "--seeds", "1"]) == 1
    assert "half_life: result at least 0.001 (seeds 1)" in capsys.readouterr().out


def only_four_times_the_best(loss_and_grad, w0, rates):
    w, losses = w0.copy(), []
    for rate in rates:
        loss, grad = loss_and_grad(w)
        losses.append(loss)
        if loss > 4 * np.nanmin(losses):
            break
        w = w - rate * grad
    return losses, w0


def path(stops, frozen=math.inf):
    """A descent that stays where it is from `stops(step, gradient)` on, or beyond `frozen`."""

    def minimise(grad_fn, w0, lr, steps):
        points = [w0.copy()]
        for step in range(steps):
            grad = grad_fn(points[-1])
            still = stops(step, grad) or np.abs(points[-1]).max() > frozen
            points.append(points[-1] - (0 if still else lr) * grad)
        return np.array(points)

    return minimise


def from_a_copy(n, batch_size, rng):
    order = copy.deepcopy(rng).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def zero_first(n, batch_size, rng):
    order = np.concatenate([[0], 1 + rng.permutation(n - 1)]).astype(int)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def adam(least_eps=0.0, until=math.inf):
    def adam_step(w, grad, m, v, t, *, lr, beta1, beta2, eps):
        m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
        first, second = (1 - beta1**t, 1 - beta2**t) if t <= until else (1, 1)
        return w - lr * m / first / (np.sqrt(v / second) + max(eps, least_eps)), m, v

    return adam_step


def by_the_inverse(t, *, lr0, gamma, every):
    return lr0 * gamma ** math.floor(t * (1 / every))


def floored(name):
    right = next(iter(find(name).variants.values()))
    return lambda *args, **settings: max(right(*args, **settings), 1e-6)


def tuned(tie=0.0, diverged=math.inf):
    def tune(train, rates, seeds):
        losses = [[train(rate, seed, "validation") for seed in seeds] for rate in rates]
        scores = [np.mean(row) if max(map(_size, row)) < diverged else math.inf for row in losses]
        if not min(scores) < math.inf:
            raise ValueError("at every rate a run diverged")
        close = [rate for rate, score in zip(rates, scores) if score <= min(scores) * (1 + tie)]
        return min(close), scores

    return tune


def steepest_by_differences(rates, losses):
    slopes = np.gradient(losses) / np.gradient(np.log10(rates))
    return rates[int(np.argmin(slopes[: int(np.argmin(losses)) + 1]))]


def _size(loss):
    return loss if math.isfinite(loss) else math.inf


TABLE = [
    ("lr_range_test", "only four times the best ends it", only_four_times_the_best),
    ("minimise", "frozen beyond 1,000", path(lambda step, grad: False, frozen=1e3)),
    ("minimise", "stops at small gradients", path(lambda step, grad: np.abs(grad).max() < 1e-4)),
    ("minimise", "stops after 100 steps", path(lambda step, grad: step >= 100)),
    ("epoch_batches", "from a copy of the generator", from_a_copy),
    ("epoch_batches", "sample 0 always first", zero_first),
    ("adam_step", "no correction above 500", adam(until=500)),
    ("adam_step", "eps at least 1e-3", adam(least_eps=1e-3)),
    ("step_decay", "times the inverse of every", by_the_inverse),
    ("step_decay", "at least 1e-6", floored("step_decay")),
    ("scheduled_drop", "at least 1e-6", floored("scheduled_drop")),
    ("exponential_decay", "at least 1e-6", floored("exponential_decay")),
    ("inverse_time_decay", "at least 1e-6", floored("inverse_time_decay")),
    ("cosine_restarts", "at least 1e-6", floored("cosine_restarts")),
    ("suggest_lr", "uneven distances are not weighed", steepest_by_differences),
    ("tune", "ties within 1 %", tuned(tie=0.01)),
    ("tune", "100 is diverged", tuned(diverged=100)),
]


@pytest.mark.parametrize(
    ("name", "function"),
    [pytest.param(name, function, id=f"{name}: {what}") for name, what, function in TABLE],
)
def test_what_is_wrong_on_unusual_inputs_alone_fails_on_every_seed(name, function):
    assert [seed for seed in range(1, 31) if passes(plan_for(find(name), seed), function)] == []


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("minimise", path(lambda step, grad: False)),
        ("adam_step", adam()),
        ("tune", tuned()),
    ],
)
def test_the_same_answers_without_their_guard_are_right(name, function):
    assert all(passes(plan_for(find(name), seed), function) for seed in SEEDS)


def test_a_generator_of_ones_own_from_the_one_given_counts_as_drawing():
    def from_a_child(n, batch_size, rng):
        order = rng.spawn(1)[0].permutation(n)
        return [order[start : start + batch_size] for start in range(0, n, batch_size)]

    assert passes(plan_for(find("epoch_batches"), SEED), from_a_child)
