"""What the labs of units 02 to 13 and the playground show, against lrlib computed another way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lrlib import curvature, labs
from lrlib.data import load_digits
from lrlib.labs import board, edge, plateau
from lrlib.labs.kit import Lab, number
from lrlib.labs.kit.live import STEPS, digits_network
from lrlib.optimizers import SGD, AdaGrad, Adam, Momentum, ReduceOnPlateau, RMSprop
from lrlib.problems import Network, Quadratic, Ravine, RotatedRavine
from lrlib.schedules import (
    WSD,
    Constant,
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    Linear,
    PolynomialDecay,
    Triangular,
    Triangular2,
)
from lrlib.training import Budget, Contest, compare, smooth, suggest_lr, train, tune

SOLUTIONS: dict[str, dict[str, Any]] = {
    "rate_preview": {"lr": 5.0},
    "step_marble": {"lr": 0.5, "steps": 1},
    "mode_bars": {"flat": 0.2, "steep": 4.0, "lr": 0.476},
    "noise_floor": {"lr": 0.3, "batch_size": 1, "guess": 0.35},
    "drag_the_drops": {"lr0": 0.5, "milestones": (150, 160), "gamma": 0.2},
    "same_ends": {"lr0": 0.4, "lr_end": 0.01, "power": 3.0},
    "counter_stepper": {"patience": 7, "min_delta": 0.05, "steps": 30},
    "phase_map": {"lr": 0.052, "mu": 0.6},
    "effective_rate_bars": {"method": "RMSprop", "lr": 0.07, "sparse": True},
    "adam_anatomy": {"correction": False},
    "finder": {"lr": 0.3},
    "triangle_anatomy": {"base_lr": 0.01, "max_lr": 0.7, "half_cycle": 80},
    "schedule_designer": {"lr": 0.5, "parts": (30, 70)},
    "edge_of_stability": {"lr": 0.1},
    "spike_maker": {"beta2": "0.95"},
    "results_board": {"adam": (0, 3)},
}


@pytest.mark.parametrize("name", [name for name in labs.__all__ if name != "playground"])
def test_each_challenge_is_open_at_the_start_met_by_its_solution_and_remembered(name: str) -> None:
    lab: Lab = getattr(labs, name)()
    assert not lab.outcome.met
    lab.set(**SOLUTIONS[name])
    assert lab.outcome.met and "Challenge met" in lab.svg
    lab.reset()
    assert not lab.outcome.met and "met before" in lab.svg


def test_mode_bars_show_the_contraction_and_the_path_of_gradient_descent() -> None:
    lab = labs.mode_bars()
    for lr, flat, steep in ((0.1, 0.2, 4.0), (0.3, 1.0, 5.0), (1.9, 0.05, 1.0)):
        lab.set(lr=lr, flat=flat, steep=steep)
        path, factors, *_ = lab.outcome.data
        bowl = Quadratic((flat, steep))
        run = train(bowl, SGD(), lr, 40, w0=np.array([9.0, 4.0]), keep_path=True)
        assert np.allclose(path, run.path, rtol=1e-9, atol=1e-12)
        kept = curvature.contraction(lr, np.diag([flat, steep]))
        assert np.abs(factors).max() == pytest.approx(kept)
        assert f"keeps {number(kept)} of" in lab.reading
        assert number(curvature.max_stable_lr(np.diag([flat, steep]))) in lab.reading


@pytest.mark.parametrize(("lr", "batch_size"), [(0.1, 1), (0.3, 8), (1.2, 2), (1.8, 64)])
def test_the_measured_noise_floor_is_the_one_that_theory_predicts(
    lr: float, batch_size: int
) -> None:
    def noise_floor(lr: float, curvature: float, grad_variance: float) -> float:
        return lr * grad_variance / (2 * (2 - lr * curvature))

    lab = labs.noise_floor(noise_floor)
    lab.set(lr=lr, batch_size=batch_size)
    _, _, floor, line = lab.outcome.data
    assert line == pytest.approx(noise_floor(lr, 1.0, 4.0 / batch_size))
    assert floor == pytest.approx(line, rel=0.1)


def test_the_three_decays_are_lrlib_s_share_their_ends_and_can_be_the_learner_s() -> None:
    lab = labs.same_ends()
    lab.set(lr0=0.5, lr_end=0.02, power=2.0)
    curves, areas, _ = lab.outcome.data
    last = len(curves[0]) - 1
    steps = np.arange(last + 1)
    expected = (
        ExponentialDecay(0.5, 0.04, last),
        PolynomialDecay(0.5, 0.02, last, 2.0),
        InverseTimeDecay(0.5, 24.0, last),
    )
    for curve, area, schedule in zip(curves, areas, expected):
        assert np.allclose(curve, schedule(steps), rtol=1e-12)
        assert (curve[0], curve[-1]) == pytest.approx((0.5, 0.02))
        assert area == pytest.approx(schedule(steps[:-1]).sum())

    def exponential_decay(t: int, *, lr0: float, gamma: float, every: int) -> float:
        return lr0 * gamma ** (t / every)

    own = labs.same_ends(exponential_decay=exponential_decay)
    own.set(lr0=0.5, lr_end=0.02, power=2.0)
    assert np.allclose(own.outcome.data[0][0], curves[0])


@pytest.mark.parametrize(("patience", "min_delta"), [(0, 0.0), (2, 0.1), (5, 0.05), (12, 0.2)])
def test_the_counter_stepper_counts_as_reduce_on_plateau_does(
    patience: int, min_delta: float
) -> None:
    lab = labs.counter_stepper()
    lab.set(patience=patience, min_delta=min_delta, factor=0.4, steps=30)
    rule = ReduceOnPlateau(0.4, patience, min_delta, plateau.MIN_RATE)
    state = rule.init(plateau.FIRST_RATE)
    for metric, shown in zip(plateau.metrics(), lab.outcome.data[0][1:]):
        state = rule.update(float(metric), state)
        assert (shown["lr"], shown["best"], shown["bad"]) == (state.lr, state.best, state.bad)


def test_the_phase_map_walks_as_momentum_does_and_its_colour_is_the_long_run_speed() -> None:
    lab = labs.phase_map()
    for lr, mu in ((0.01, 0.0), (0.03, 0.9), (0.04, 0.5)):
        lab.set(lr=lr, mu=mu, steps=60)
        ravine = Ravine(condition=50)
        run = train(ravine, Momentum(mu), lr, 60, keep_path=True)
        assert np.allclose(lab.outcome.data[0], run.path, rtol=1e-9, atol=1e-12)
        longer = train(ravine, Momentum(mu), lr, 400, keep_path=True).path
        assert longer is not None
        sizes = np.linalg.norm(longer, axis=1)
        ends = [np.log(sizes[a : a + 40].max()) for a in (140, 300)]
        assert (ends[1] - ends[0]) / 160 == pytest.approx(
            np.log(float(labs_decay(lr, mu))), rel=0.05
        )


def labs_decay(lr: float, mu: float) -> Any:
    from lrlib.labs.phase import decay_per_step

    return decay_per_step(lr, mu)


@pytest.mark.parametrize("method", ["SGD", "AdaGrad", "RMSprop"])
@pytest.mark.parametrize("turned", [False, True])
def test_effective_rates_are_those_at_the_end_of_lrlib_s_own_run(method: str, turned: bool) -> None:
    lab = labs.effective_rate_bars()
    lab.set(method=method, lr=0.015, turned=turned)
    walk, rates, _ = lab.outcome.data
    rule = {"SGD": SGD(), "AdaGrad": AdaGrad(eps=1e-8), "RMSprop": RMSprop(0.9, eps=1e-8)}[method]
    valley = RotatedRavine(100.0, 45.0 if turned else 0.0)
    run = train(valley, rule, 0.015, 100, w0=walk[0], keep_path=True)
    assert run.path is not None
    assert np.allclose(walk, run.path, rtol=1e-7, atol=1e-10)
    squares = np.array([valley.grad(w) ** 2 for w in run.path[:-1]])
    weights = 0.1 * 0.9 ** np.arange(100)[::-1, None]
    expected = {
        "SGD": np.full(2, 0.015),
        "AdaGrad": 0.015 / np.sqrt(squares.sum(axis=0)),
        "RMSprop": 0.015 / np.sqrt((weights * squares).sum(axis=0)),
    }
    assert np.allclose(rates, expected[method], rtol=1e-4)


def test_turning_the_valley_leaves_sgd_alone_and_takes_adagrad_s_advantage() -> None:
    lab = labs.effective_rate_bars()

    def best(method: str, turned: bool) -> float:
        found = []
        for lr in np.geomspace(0.005, 10, 34):
            lab.set(method=method, lr=float(lr), turned=turned)
            walk, _, hessian = lab.outcome.data
            if not lab.outcome.diverged:
                found.append(walk[-1] @ hessian @ walk[-1] / 2)
        return float(min(found))

    assert best("SGD", True) == pytest.approx(best("SGD", False), rel=1e-6)
    assert best("AdaGrad", False) < 1e-6 < 1e-3 < best("AdaGrad", True)


def test_adam_s_anatomy_is_adam_s_and_without_correction_its_first_step_is_too_long() -> None:
    lab = labs.adam_anatomy()
    lab.set(lr=0.3, beta1=0.8, beta2=0.99)
    walk, _ = lab.outcome.data
    rule = Adam(beta1=0.8, beta2=0.99, eps=1e-8)
    run = train(Ravine(condition=20), rule, 0.3, 10, w0=walk[0], keep_path=True)
    assert np.allclose(walk, run.path, rtol=1e-9)
    lab.set(correction=False)
    assert lab.outcome.data[1][0] == pytest.approx(0.2 / np.sqrt(0.01), rel=1e-5)


def test_the_finder_suggests_as_suggest_lr_does_and_trains_around_the_cursor() -> None:
    lab = labs.finder()
    lab.set(lr=0.2, beta=0.8)
    rates, curve, suggested, cursor, traces = lab.outcome.data
    test = labs_range_test()
    assert np.allclose(curve, smooth(test.losses, 0.8)[: len(curve)])
    assert suggested == suggest_lr(rates, curve)
    assert [trace.rates[0] for trace in traces] == pytest.approx([0.02, 0.2, 2.0])
    assert cursor == 0.2


def labs_range_test() -> Any:
    from lrlib.labs.range_finder import HIGH, LOW, TESTED
    from lrlib.training import range_test

    return range_test(digits_network(16), lr_min=LOW, lr_max=HIGH, steps=TESTED, batch_size=8)


def test_triangles_are_lrlib_s_and_a_half_cycle_is_told_in_epochs() -> None:
    lab = labs.triangle_anatomy()
    steps = np.arange(STEPS + 1)
    lab.set(base_lr=0.02, max_lr=0.4, half_cycle=25)
    assert np.allclose(lab.outcome.data[0], Triangular(0.02, 0.4, 25)(steps), rtol=1e-12)
    assert f"{number(25 * 8 / 1797)} epochs" in lab.reading
    lab.set(shape="triangular2")
    assert np.allclose(lab.outcome.data[0], Triangular2(0.02, 0.4, 25)(steps), rtol=1e-12)


def test_the_designer_s_schedules_are_lrlib_s_wsd_and_cosine_for_each_budget() -> None:
    lab = labs.schedule_designer()
    lab.set(lr=0.4, parts=(20, 60))
    for curve in lab.outcome.data[0]:
        n = len(curve)
        warmup, decay = round(0.2 * n), n - round(0.6 * n)
        expected = WSD(0.4, warmup, n, decay, 0.0)(np.arange(n))
        assert np.allclose(curve, expected, rtol=1e-12)
    lab.set(parts=(0, 60), shape="cosine")
    for curve in lab.outcome.data[0]:
        expected = CosineDecay(0.4, 0.0, len(curve))(np.arange(len(curve)))
        assert np.allclose(curve, expected, rtol=1e-12)


def test_the_edge_lab_trains_and_bends_as_lrlib_says() -> None:
    lab = labs.edge_of_stability()
    lab.set(lr=0.1)
    lr, now = lab.outcome.data
    problem = edge.network(16)
    run = train(problem, SGD(), lr, edge.STEPS, w0=problem.init(0))
    assert np.allclose(now.losses, run.losses, rtol=1e-6)
    before = train(problem, SGD(), lr, edge.STEPS - edge.EVERY, w0=problem.init(0)).w
    assert now.sharpness[-1] == pytest.approx(
        curvature.sharpness(problem, before, iterations=100), rel=0.02
    )


def test_the_playground_s_code_repeats_the_run_that_is_shown() -> None:
    lab = labs.playground()
    lab.set(problem="digits, network", optimizer="Adam", schedule="warmup, cosine", lr=0.02)
    room: dict[str, Any] = {}
    exec(lab.outcome.code, room)
    assert np.array_equal(room["run"].losses, lab.outcome.data[0])
    assert np.array_equal(room["run"].rates, lab.outcome.data[1])


def test_the_playground_keeps_the_last_four_pins_and_names_them_all() -> None:
    lab = labs.playground()
    for lr in (0.1, 0.2, 0.3, 0.4, 0.5):
        lab.set(lr=lr)
        lab.pin()
    lab.set(lr=0.9)
    assert [pin.data[2] for pin in lab.pins] == [f"SGD, constant, 0.{i}" for i in (2, 3, 4, 5)]
    assert all(f"SGD, constant, 0.{i}" in lab.svg for i in (2, 3, 4, 5, 9))
    assert Constant(0.9)(0) == lab.outcome.data[1][0]


def test_the_results_board_shows_what_a_contest_of_the_same_runs_gives() -> None:
    lab = labs.results_board()
    lab.set(sgd=(5, 7), adam=(4, 6), updates=75, seeds=2)
    spans, _, best, results, row = lab.outcome.data
    parts = load_digits().split(seed=0, fractions=(0.6, 0.2, 0.2))
    contest = Contest(parts, lambda part: Network(part, (64, 16, 10)), 75, Budget(each=11 * 75))
    tested = {}
    for name, (low, high) in spans.items():
        optimizer, rates = board.METHODS[name]
        run = contest.trainer(name, optimizer, lambda lr: Linear(lr, 0.0, 75))
        rate, _ = tune(run, rates[low : high + 1], [0, 1])
        assert rate == best[name]
        tested[name] = [run(rate, seed, "test") for seed in range(5, 10)]
        assert np.allclose(tested[name], results[name], rtol=1e-3)
    assert contest.budget.left("SGD") == contest.budget.left("Adam") == 0
    expected = compare(results)["Adam"]
    assert row == {key: expected[key] for key in ("difference", "margin", "verdict")}
