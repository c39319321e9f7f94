"""A run is what its description says, a sweep is many such runs, a range test disturbs nothing."""

import io

import numpy as np
import pytest

from lrlib.data import load_digits
from lrlib.optimizers import (
    SGD,
    Adam,
    AdamW,
    DoG,
    Hypergradient,
    Lion,
    Momentum,
    PolyakStep,
    Prodigy,
    ReduceOnPlateau,
    RMSprop,
    ScheduleFreeSGD,
)
from lrlib.problems import LinearRegression, Network, NoisyQuadratic, Quadratic
from lrlib.schedules import CosineDecay, StepDecay
from lrlib.training import (
    compare,
    plan_rates,
    range_test,
    range_test_rates,
    smooth,
    suggest_lr,
    sweep,
    train,
    tune,
)
from lrlib.training.progress import Progress

DIGITS = load_digits().take(range(120))
NETWORK = Network(DIGITS, sizes=(64, 8, 10))
BOWL = Quadratic((1.0, 4.0))


def test_a_run_is_the_loop_written_out():
    rates = [0.5, 0.25, 0.125, 0.1]
    run = train(NETWORK, Momentum(0.9), rates, steps=4, batch_size=32, seed=7, keep_path=True)
    w, velocity = run.w0.copy(), np.zeros_like(run.w0)
    batches = NETWORK.batches(np.random.default_rng(np.random.SeedSequence(7).spawn(2)[1]), 32)
    for t, rate in enumerate(rates):
        loss, gradient = NETWORK.loss_and_grad(w, next(batches))
        assert run.losses[t] == loss
        velocity = 0.9 * velocity + gradient
        w = w - rate * velocity
        np.testing.assert_allclose(run.path[t + 1], w, rtol=1e-12)
    assert np.array_equal(run.path[0], run.w0) and np.array_equal(run.path[-1], run.w)
    assert run.rates.tolist() == rates
    assert run.final_loss == float(NETWORK.loss(run.w))


def test_equal_seeds_give_equal_runs_and_the_global_generator_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second, other = (
        train(NETWORK, Adam(), 0.01, 20, batch_size=16, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.losses, second.losses) and np.array_equal(first.w, second.w)
    assert not np.array_equal(first.losses, other.losses)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_a_given_start_is_used_and_not_changed():
    w0 = np.array([1.0, -2.0])
    run = train(BOWL, SGD(), 0.1, 10, w0=w0)
    assert w0.tolist() == [1.0, -2.0] == run.w0.tolist()
    assert run.w0 is not w0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_keeps_its_dtype(dtype):
    run = train(NETWORK, Adam(), 0.01, 5, batch_size=16, dtype=dtype)
    assert run.w.dtype == dtype


@pytest.mark.parametrize(
    "schedule",
    [0.25, StepDecay(0.25, 0.5, 100), lambda t: 0.25, [0.25] * 6, np.full(6, 0.25)],
    ids=["number", "schedule", "function", "list", "array"],
)
def test_every_kind_of_schedule_gives_the_same_run(schedule):
    run = train(BOWL, SGD(), schedule, 6, w0=np.array([1.0, 1.0]))
    np.testing.assert_allclose(run.w, [0.75**6, 0.0], atol=1e-12)


def test_divergence_stops_the_run_and_is_stated():
    run = train(BOWL, SGD(), 1.0, 1000, w0=np.array([1.0, 1.0]))
    assert run.diverged_at == 7
    assert np.isfinite(run.losses[:7]).all() and np.isnan(run.losses[7:]).all()
    assert np.isnan(run.rates[7:]).all() and np.isnan(run.final_loss)
    assert "Diverged at rate 1" in run.message and "smaller rate" in run.message
    assert "Diverged" in repr(run)


def test_a_run_that_starts_at_an_infinite_loss_has_diverged_at_once():
    run = train(BOWL, SGD(), 0.1, 5, w0=np.array([1e200, 1e200]))
    assert run.diverged_at == 0 and np.isnan(run.losses).all() and "Diverged" in run.message


def test_a_run_that_starts_at_the_minimum_stays_and_has_not_diverged():
    run = train(BOWL, SGD(), 0.1, 5, w0=np.zeros(2))
    assert run.diverged_at is None and (run.losses == 0).all() and run.final_loss == 0


def test_validation_is_taken_where_stated_and_on_the_averaged_point():
    training, held_out = DIGITS.split(seed=0)
    problem, validation = (Network(part, sizes=(64, 8, 10)) for part in (training, held_out))
    run = train(problem, SGD(), 0.1, 25, validation=validation, validate_every=10)
    assert run.validation_steps.tolist() == [10, 20, 25]
    assert run.validation_losses[-1] == float(validation.loss(run.w))
    averaged = train(problem, ScheduleFreeSGD(), 0.5, 25, validation=validation, keep_path=True)
    assert averaged.validation_losses[-1] == float(validation.loss(averaged.w))
    assert not np.array_equal(averaged.w, averaged.path[-1])


def test_plateau_cuts_the_rate_by_the_metric_it_is_told():
    rule = ReduceOnPlateau(factor=0.5, patience=2, min_delta=0.0)
    run = train(NoisyQuadratic(1.0, noise=1.0), SGD(), 0.1, 60, batch_size=1, plateau=rule)
    state = rule.init(0.1)
    for loss, rate in zip(run.losses, run.rates):
        state = rule.update(loss, state)
        assert rate == state.lr
    assert run.rates[-1] < 0.1
    training, held_out = DIGITS.split(seed=0)
    problem, validation = (Network(part, sizes=(64, 8, 10)) for part in (training, held_out))
    checked = train(problem, SGD(), 3.0, 40, validation=validation, validate_every=4, plateau=rule)
    changes = np.flatnonzero(np.diff(checked.rates)) + 1
    assert len(changes) and (changes % 4 == 0).all()
    with pytest.raises(TypeError, match="one rate"):
        train(BOWL, SGD(), StepDecay(0.1, 0.5, 3), 5, plateau=rule)


def test_a_polyak_step_is_computed_from_loss_and_gradient():
    run = train(Quadratic(2.0), SGD(), PolyakStep(0.0, 10.0), 4, w0=np.array([8.0]))
    np.testing.assert_allclose(run.rates, 0.25)
    np.testing.assert_allclose(run.losses, [64, 16, 4, 1])


OPTIMIZERS = [
    SGD(),
    Momentum(0.9),
    RMSprop(),
    Adam(),
    AdamW(weight_decay=0.1),
    Lion(),
    Hypergradient(1e-3),
    DoG(),
    Prodigy(),
    ScheduleFreeSGD(),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)
def test_each_run_of_a_sweep_is_the_run_that_train_makes(optimizer):
    rates = [0.001, 0.01, 0.1]
    settings = {"batch_size": 32, "seed": 3}
    result = sweep(
        NETWORK, optimizer, rates, 12, schedule=lambda lr: CosineDecay(lr, 0.0, 12), **settings
    )
    for i, rate in enumerate(rates):
        run = train(NETWORK, optimizer, CosineDecay(rate, 0.0, 12), 12, **settings)
        np.testing.assert_allclose(result.losses[i], run.losses, rtol=1e-9)
        np.testing.assert_allclose(result.w[i], run.w, rtol=1e-7, atol=1e-10)
        np.testing.assert_allclose(result.final_losses[i], run.final_loss, rtol=1e-7)


def test_seeds_and_optimizers_add_leading_axes_in_that_order():
    optimizers = [Momentum(0.5), Momentum(0.9), SGD(), Adam()]
    seeds = [4, 5, 6]
    rates = np.array([0.01, 0.1])
    result = sweep(NETWORK, optimizers, rates, 8, seed=seeds, batch_size=32)
    assert result.losses.shape == (4, 3, 2, 8)
    assert result.w.shape == (4, 3, 2, NETWORK.n_params)
    assert result.final_losses.shape == result.diverged_at.shape == (4, 3, 2)
    assert result.best_rate.shape == (4,)
    for i, j, k in np.ndindex(4, 3, 2):
        run = train(NETWORK, optimizers[i], rates[k], 8, seed=seeds[j], batch_size=32)
        np.testing.assert_allclose(result.losses[i, j, k], run.losses, rtol=1e-9)


def test_noise_is_drawn_for_each_seed():
    problem = NoisyQuadratic((1.0, 2.0))
    result = sweep(problem, SGD(), [0.1, 0.2], 10, seed=[0, 1], batch_size=4)
    for j, k in np.ndindex(2, 2):
        run = train(problem, SGD(), [0.1, 0.2][k], 10, seed=j, batch_size=4)
        np.testing.assert_allclose(result.losses[j, k], run.losses, rtol=1e-12)


def test_one_diverging_run_leaves_the_others_alone():
    with_it = sweep(BOWL, SGD(), [0.1, 5.0, 0.2], 300, w0=np.array([1.0, 1.0]))
    without = sweep(BOWL, SGD(), [0.1, 0.2], 300, w0=np.array([1.0, 1.0]))
    assert with_it.diverged_at.tolist() == [-1, 3, -1]
    assert np.isnan(with_it.losses[1, 3:]).all() and np.isfinite(with_it.losses[1, :3]).all()
    assert np.isnan(with_it.w[1]).all() and np.isnan(with_it.final_losses[1])
    assert np.array_equal(with_it.losses[[0, 2]], without.losses)
    assert with_it.best_rate == 0.2 and "1 of them diverged" in with_it.message


def test_when_all_diverge_the_sweep_says_so():
    result = sweep(BOWL, SGD(), [5.0, 50.0], 300, w0=np.array([1.0, 1.0]))
    assert np.isnan(result.best_rate)
    assert "All 2 runs diverged" in repr(result)


def test_a_rate_that_fails_for_one_seed_is_not_the_best():
    problem = NoisyQuadratic(1.0, noise=1.0)
    result = sweep(problem, SGD(), [0.01, 1.5], 50, seed=[0, 1], batch_size=1)
    broken = result.final_losses.copy()
    broken[0, 1] = np.nan
    object.__setattr__(result, "final_losses", broken)
    assert result.best_rate == 0.01


def test_a_sweep_in_float32_agrees_with_float64():
    rates = np.geomspace(0.01, 1, 5)
    single, double = (
        sweep(NETWORK, SGD(), rates, 30, batch_size=32, dtype=dtype)
        for dtype in (np.float32, np.float64)
    )
    assert single.w.dtype == np.float32
    np.testing.assert_allclose(single.final_losses, double.final_losses, rtol=1e-3)


def test_a_range_test_leaves_everything_as_it_was():
    w0 = NETWORK.init(0)
    kept = w0.copy()
    before = train(NETWORK, Adam(), 0.01, 5, batch_size=16, w0=w0)
    test = range_test(NETWORK, Adam(), batch_size=16, w0=w0, steps=40)
    after = train(NETWORK, Adam(), 0.01, 5, batch_size=16, w0=w0)
    assert np.array_equal(w0, kept) and np.array_equal(test.w0, kept)
    assert np.array_equal(before.w, after.w)


def test_a_range_test_stops_at_the_first_loss_above_four_times_the_best():
    test = range_test(Quadratic((1.0, 4.0)), lr_min=0.01, lr_max=100, steps=60)
    assert len(test.losses) == len(test.rates) < 60
    best = np.minimum.accumulate(test.losses)
    assert test.losses[-1] > 4 * best[-1]
    assert (test.losses[:-1] <= 4 * best[:-1]).all()
    assert test.suggestion < 2 / 4


def test_a_range_test_on_digits_suggests_a_rate_that_trains():
    network = Network(load_digits(), sizes=(64, 32, 10))
    test = range_test(network, batch_size=64)
    run = train(network, SGD(), test.suggestion, 100, batch_size=64)
    assert run.diverged_at is None
    assert run.final_loss < 0.3 * float(network.loss(run.w0))
    assert f"{test.suggestion:.3g}" in repr(test)


def test_a_range_test_that_diverges_at_once_can_be_shown_and_says_what_to_try():
    test = range_test(BOWL, lr_min=1e200, lr_max=1e300, steps=5)
    assert np.isfinite(test.losses).tolist() == [True, False]
    assert "diverged at once; try a smaller lr_min" in repr(test)
    with pytest.raises(ValueError, match="finite at two rates at least, but it was at 1; try a"):
        _ = test.suggestion


def test_range_test_parts_follow_their_formulas():
    rates = range_test_rates(1e-4, 1.0, 5)
    np.testing.assert_allclose(rates, [1e-4, 1e-3, 1e-2, 1e-1, 1])
    losses = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    averages, m = [], 0.0
    for i, loss in enumerate(losses):
        m = 0.8 * m + 0.2 * loss
        averages.append(m / (1 - 0.8 ** (i + 1)))
    np.testing.assert_allclose(smooth(losses, 0.8), averages)
    assert smooth(losses, 0.0).tolist() == losses.tolist()
    # The steepest fall overall comes after the minimum and must not be chosen.
    assert suggest_lr([1e-3, 1e-2, 1e-1, 1, 10], [2.0, 1.8, 0.5, 9.0, 1.0]) == pytest.approx(1e-2)


def test_progress_is_silent_for_a_second_then_rewrites_one_line_and_wipes_it(monkeypatch):
    clock = iter([0.0, 0.5, 1.5, 1.6, 3.0])
    monkeypatch.setattr("lrlib.training.progress.time.monotonic", lambda: next(clock))
    out = io.StringIO()
    bar = Progress(10, out)
    bar.update(1)
    assert out.getvalue() == ""
    bar.update(5)
    assert "5 of 10 steps, 2 s left" in out.getvalue()
    length = len(out.getvalue())
    bar.update(6)
    assert len(out.getvalue()) == length
    bar.update(9)
    assert out.getvalue().count("\n") == 0 and "9 of 10" in out.getvalue()
    bar.close()
    assert out.getvalue().endswith("\r") and out.getvalue().rstrip("\r").endswith(" ")


def test_a_script_sees_no_progress(capsys):
    train(BOWL, SGD(), 0.1, 50)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: train(BOWL, SGD(), 0.1, 0), "steps"),
        (lambda: train(BOWL, SGD(), 0.1, 2.5), "steps"),
        (lambda: train(BOWL, SGD(), -0.1, 5), "0 or more"),
        (lambda: train(BOWL, SGD(), "fast", 5), "a rate, a schedule"),
        (lambda: train(BOWL, SGD(), [0.1, 0.2], 5), "each of the 5 updates"),
        (lambda: train(BOWL, SGD(), lambda t: float("nan"), 5), "rate at t = 0"),
        (lambda: train(BOWL, SGD(), 0.1, 5, seed=-1), "seed"),
        (lambda: train(BOWL, SGD(), 0.1, 5, batch_size=4), "no samples"),
        (lambda: train(BOWL, SGD(), 0.1, 5, dtype=int), "float64 or numpy.float32"),
        (lambda: train(BOWL, SGD(), 0.1, 5, w0=np.zeros((3, 2))), "one starting point"),
        (lambda: train(BOWL, SGD(), 0.1, 5, w0=np.zeros(3)), "start from"),
        (lambda: train(NETWORK, SGD(), 0.1, 5, batch_size=0), "batch_size"),
        (lambda: sweep(BOWL, SGD(), [], 5), "one or more rates"),
        (lambda: sweep(BOWL, SGD(), 0.1, 5), "one or more rates"),
        (lambda: sweep(BOWL, SGD(), [0.1, -1.0], 5), "0 or more"),
        (lambda: sweep(BOWL, [], [0.1], 5), "at least one entry"),
        (lambda: range_test(BOWL, lr_min=1.0, lr_max=0.1), "below lr_max"),
        (lambda: range_test_rates(0.1, 1.0, 1), "2 or more"),
        (lambda: range_test(BOWL, beta=1.0), "below 1"),
        (lambda: smooth([1.0], 1.0), "below 1"),
        (lambda: smooth([[1.0, 2.0]], 0.5), "one sequence"),
        (lambda: suggest_lr([0.1, 0.2], [1.0, np.inf]), "finite"),
        (lambda: suggest_lr([0.2, 0.1], [1.0, 2.0]), "increase"),
        (lambda: suggest_lr([0.2], [1.0]), "at least 2"),
        (lambda: tune(lambda lr, seed, split: lr, [], [0]), "one rate and one seed"),
        (lambda: tune(lambda lr, seed, split: lr, [0.1], []), "one rate and one seed"),
        (lambda: compare({}), "2 to 10 losses"),
        (lambda: compare({"SGD": 0.5}), "2 to 10 losses"),
        (lambda: compare({"SGD": [0.5]}), "2 to 10 losses"),
        (lambda: compare({"SGD": range(11)}), "2 to 10 losses"),
        (lambda: compare({"SGD": [1.0, 2.0], "Adam": [1.0, 2.0, 3.0]}), "as many for all"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_planned_rates_hold_the_value_of_each_update():
    assert plan_rates(StepDecay(1.0, 0.5, 2), 5).tolist() == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_descent_on_a_quadratic_contracts_as_predicted():
    line = LinearRegression((np.array([[1.0, 0.0], [0.0, 2.0]]), np.zeros(2)), intercept=False)
    run = train(line, SGD(), 0.3, 20, w0=np.array([1.0, 1.0]))
    np.testing.assert_allclose(run.w, (1 - 0.3 * np.array([0.5, 2.0])) ** 20, rtol=1e-12)
