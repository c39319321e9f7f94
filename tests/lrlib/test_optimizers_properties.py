"""What holds for optimizers whatever their settings."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlib import optimizers as opt
from tests.lrlib import examples
from tests.lrlib.examples import arrays_in, gradients, quick, run, seeds

lrs = st.floats(1e-4, 1.0)
mus = st.floats(0.0, 0.99)
shapes = st.sampled_from([(1,), (5,), (4, 1), (2, 3), (3, 2, 2)])
dtypes = st.sampled_from([np.float32, np.float64])


def each(table):
    return pytest.mark.parametrize("strategy", table.values(), ids=table.keys())


def start(seed, shape, dtype=np.float64):
    return np.random.default_rng(seed + 1).normal(size=shape).astype(dtype)


def test_every_optimizer_is_drawn():
    classes = {name for name in opt.__all__ if name[0].isupper()}
    drawn = set(examples.OPTIMIZERS | examples.MATRIX | examples.GROUPS | examples.REACTIVE)
    assert drawn == classes - {"Optimizer", "ReactiveRate"}


@each(examples.OPTIMIZERS)
def test_shape_and_dtype_are_kept_and_nothing_passed_in_is_changed(strategy):
    @quick
    @given(strategy, seeds, shapes, dtypes, lrs)
    def holds(optimizer, seed, shape, dtype, lr):
        w = start(seed, shape, dtype)
        w.flags.writeable = False
        state = optimizer.init(w)
        for grad in gradients(seed, 3, shape, dtype):
            grad.flags.writeable = False
            for array in arrays_in(state):
                array.flags.writeable = False
                assert array.dtype == dtype
            again = optimizer.update(w, grad, state, lr)
            after, state = optimizer.update(w, grad, state, lr)
            np.testing.assert_array_equal(again[0], after)
            assert (after.shape, after.dtype) == (shape, dtype)
            owned = [after, *arrays_in(state)]
            assert not any(np.shares_memory(array, given) for array in owned for given in (w, grad))
            w = after
            w.flags.writeable = False

    holds()


@each(examples.OPTIMIZERS)
def test_many_networks_at_once_equal_each_alone(strategy):
    @quick
    @given(strategy, seeds, st.lists(lrs, min_size=1, max_size=4))
    def holds(optimizer, seed, lr):
        runs = len(lr)
        w, grads = start(seed, (runs, 5)), gradients(seed, 4, (runs, 5))
        together, _ = run(optimizer, w, grads, np.array(lr)[:, None])
        for i in range(runs):
            alone, _ = run(optimizer, w[i], grads[:, i], lr[i])
            assert together[i].tolist() == alone.tolist()

    holds()


@each(examples.OPTIMIZERS)
def test_stacked_settings_equal_each_alone(strategy):
    @quick
    @given(st.lists(strategy, min_size=1, max_size=4), seeds, lrs)
    def holds(rules, seed, lr):
        w, grads = start(seed, (len(rules), 5)), gradients(seed, 4, (len(rules), 5))
        together, _ = run(opt.stack(rules), w, grads, lr)
        for i, rule in enumerate(rules):
            alone, _ = run(rule, w[i], grads[:, i], lr)
            np.testing.assert_allclose(together[i], alone, rtol=1e-9, atol=1e-12)
        small = w.astype(np.float32)
        stacked32 = opt.stack(rules, dtype=np.float32)
        assert run(stacked32, small, grads.astype(np.float32), lr)[0].dtype == np.float32

    holds()


@each(examples.OPTIMIZERS)
def test_mirrored_inputs_take_the_mirrored_path(strategy):
    @quick
    @given(strategy, seeds, lrs)
    def holds(optimizer, seed, lr):
        w, grads = start(seed, (5,)), gradients(seed, 4, (5,))
        path, _ = run(optimizer, w, grads, lr)
        mirrored, _ = run(optimizer, -w, -grads, lr)
        assert mirrored.tolist() == (-path).tolist()

    holds()


@each(examples.ELEMENTWISE)
def test_elementwise_rules_do_not_care_how_parameters_are_arranged(strategy):
    @quick
    @given(strategy, seeds, lrs)
    def holds(optimizer, seed, lr):
        w, grads = start(seed, (6,)), gradients(seed, 3, (6,))
        flat, _ = run(optimizer, w, grads, lr)
        folded, _ = run(optimizer, w.reshape(2, 3), grads.reshape(3, 2, 3), lr)
        assert folded.ravel().tolist() == flat.tolist()

    holds()


@each(examples.OPTIMIZERS | examples.MATRIX | examples.GROUPS | examples.REACTIVE)
def test_an_optimizer_prints_and_serialises_as_itself(strategy):
    @quick
    @given(strategy)
    def holds(optimizer):
        again = eval(repr(optimizer), vars(opt))
        assert again == optimizer
        assert hash(again) == hash(optimizer)
        assert repr(again) == repr(optimizer)
        record = json.loads(json.dumps(optimizer.to_dict()))
        base = opt.Optimizer if isinstance(optimizer, opt.Optimizer) else opt.ReactiveRate
        assert base.from_dict(record) == optimizer

    holds()


@each(examples.OPTIMIZERS)
def test_in_place_twins_give_the_same_bits(strategy):
    @quick
    @given(strategy, seeds, dtypes, st.booleans())
    def holds(optimizer, seed, dtype, batched):
        shape = (3, 5) if batched else (5,)
        lr = np.array([[0.1], [0.2], [0.0]]) if batched else 0.1
        w, grads = start(seed, shape, dtype), gradients(seed, 4, shape, dtype)
        pure, state = run(optimizer, w, grads, lr)
        target = w.copy()
        step = opt.in_place(optimizer, target)
        grads.flags.writeable = False
        for grad in grads:
            step(grad, lr)
        assert target.dtype == dtype
        assert target.tolist() == pure.tolist()
        assert type(step.state) is type(state)
        for ours, theirs in zip(arrays_in(step.state), arrays_in(state), strict=True):
            assert ours.tolist() == theirs.tolist()
        assert getattr(step.state, "t", None) == getattr(state, "t", None)

    holds()


@quick
@given(seeds, st.lists(st.floats(0.01, 50.0), min_size=2, max_size=6), st.floats(0.0, 1.0))
def test_descent_on_a_quadratic_contracts_by_the_largest_mode(seed, curvatures, share):
    curvatures = np.array(curvatures)
    lr = float(share * 2.5 / curvatures.max())
    modes = np.abs(1 - lr * curvatures)
    worst = np.eye(len(curvatures))[modes.argmax()]
    after, _ = run(opt.SGD(), worst, [curvatures * worst], lr)
    assert np.linalg.norm(after) == pytest.approx(modes.max(), rel=1e-12, abs=1e-15)
    w = start(seed, curvatures.shape)
    after, _ = run(opt.SGD(), w, [curvatures * w], lr)
    assert np.linalg.norm(after) <= modes.max() * np.linalg.norm(w) * (1 + 1e-12)


@quick
@given(seeds, lrs, st.floats(1e-3, 1e3))
def test_sgd_scales_with_the_problem(seed, lr, scale):
    w, grads = start(seed, (5,)), gradients(seed, 4, (5,))
    path, _ = run(opt.SGD(), w, grads, lr)
    scaled, _ = run(opt.SGD(), scale * w, scale * grads, lr)
    np.testing.assert_allclose(scaled, scale * path, rtol=1e-9)


@quick
@given(mus, seeds, lrs)
def test_velocity_is_the_discounted_sum_of_gradients(mu, seed, lr):
    grads = gradients(seed, 6, (5,))
    _, state = run(opt.Momentum(mu), start(seed, (5,)), grads, lr)
    weights = mu ** np.arange(5, -1, -1.0)
    np.testing.assert_allclose(state.velocity, weights @ grads, rtol=1e-9, atol=1e-9)


@quick
@given(mus, seeds, lrs)
def test_nesterov_looks_ahead(mu, seed, lr):
    """With a fixed rate it is Sutskever's form, seen from the point where gradients are taken."""
    curvature = np.array([0.1, 0.5, 1.0])
    theta, velocity = start(seed, (3,)), np.zeros(3)
    w, state = theta, opt.Nesterov(mu).init(theta)
    for _ in range(5):
        ahead = theta + mu * velocity
        np.testing.assert_allclose(w, ahead, rtol=1e-9, atol=1e-12)
        velocity = mu * velocity - lr * curvature * ahead
        theta = theta + velocity
        w, state = opt.Nesterov(mu).update(w, curvature * w, state, lr)


@quick
@given(seeds, lrs)
def test_momentum_of_zero_is_plain_descent(seed, lr):
    w, grads = start(seed, (5,)), gradients(seed, 4, (5,))
    plain, _ = run(opt.SGD(), w, grads, lr)
    for rule in (opt.Momentum(0.0), opt.Nesterov(0.0)):
        assert run(rule, w, grads, lr)[0].tolist() == plain.tolist()


@quick
@given(seeds, lrs)
def test_adagrad_accumulator_is_the_sum_of_squares_and_never_falls(seed, lr):
    rule, grads = opt.AdaGrad(), gradients(seed, 6, (5,))
    w, state = start(seed, (5,)), opt.AdaGrad().init(start(seed, (5,)))
    for grad in grads:
        before = state.accumulator
        w, state = rule.update(w, grad, state, lr)
        assert (state.accumulator >= before).all()
    np.testing.assert_allclose(state.accumulator, (grads**2).sum(axis=0), rtol=1e-12)


@quick
@given(mus, seeds, lrs)
def test_rmsprop_average_is_a_weighted_sum(rho, seed, lr):
    grads = gradients(seed, 6, (5,))
    _, state = run(opt.RMSprop(rho), start(seed, (5,)), grads, lr)
    weights = (1 - rho) * rho ** np.arange(5, -1, -1.0)
    np.testing.assert_allclose(state.mean_square, weights @ grads**2, rtol=1e-9)


@quick
@given(mus, mus, seeds, lrs)
def test_the_first_adam_step_is_the_rate_against_the_sign(beta1, beta2, seed, lr):
    w, grad = start(seed, (5,)), gradients(seed, 1, (5,))[0] + 1e-3
    for kind in (opt.Adam, opt.AMSGrad):
        after, _ = run(kind(beta1, beta2, 1e-15), w, [grad], lr)
        np.testing.assert_allclose(after, w - lr * np.sign(grad), rtol=1e-6, atol=1e-9)


@quick
@given(mus, mus, seeds, lrs, st.floats(1e-3, 1e3))
def test_adam_does_not_feel_the_scale_of_gradients(beta1, beta2, seed, lr, scale):
    w, grads = start(seed, (5,)), gradients(seed, 6, (5,))
    grads[grads == 0] = 1.0
    for rule in (opt.Adam(beta1, beta2, 1e-30), opt.AdaGrad(1e-30), opt.RMSprop(beta2, 1e-30)):
        path, _ = run(rule, w, grads, lr)
        scaled, _ = run(rule, w, scale * grads, lr)
        np.testing.assert_allclose(scaled, path, rtol=1e-7, atol=1e-9)


@quick
@given(mus, mus, seeds, lrs)
def test_adam_moments_are_stored_uncorrected(beta1, beta2, seed, lr):
    grads = gradients(seed, 6, (5,))
    _, state = run(opt.Adam(beta1, beta2), start(seed, (5,)), grads, lr)
    ages = np.arange(5, -1, -1.0)
    np.testing.assert_allclose(state.m, (1 - beta1) * beta1**ages @ grads, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(state.v, (1 - beta2) * beta2**ages @ grads**2, rtol=1e-9)
    assert state.t == 6


@quick
@given(mus, mus, seeds, lrs, st.floats(0.0, 1.0))
def test_adamw_decays_the_old_weights_beside_adam_s_step(beta1, beta2, seed, lr, decay):
    w, grads = start(seed, (5,)), gradients(seed, 1, (5,))
    adam, _ = run(opt.Adam(beta1, beta2), w, grads, lr)
    adamw, _ = run(opt.AdamW(beta1, beta2, weight_decay=decay), w, grads, lr)
    np.testing.assert_allclose(adamw, adam - lr * decay * w, rtol=1e-12, atol=1e-12)


@quick
@given(mus, mus, seeds)
def test_amsgrad_never_takes_a_larger_step_than_adam(beta1, beta2, seed):
    w, grads = start(seed, (5,)), gradients(seed, 6, (5,))
    rules = opt.Adam(beta1, beta2, 1e-3), opt.AMSGrad(beta1, beta2, 1e-3)
    states = [run(rule, w, grads[:-1], 0.1)[1] for rule in rules]
    adam, ams = (rule.update(w, grads[-1], state, 0.1)[0] - w for rule, state in zip(rules, states))
    assert (np.abs(ams) <= np.abs(adam) * (1 + 1e-12)).all()
    assert (states[1].v_max >= states[1].v).all()


@quick
@given(mus, mus, seeds, lrs)
def test_every_entry_moves_by_the_rate_in_lion(beta1, beta2, seed, lr):
    w, grads = start(seed, (5,)), gradients(seed, 3, (5,)) + 1e-3
    rule = opt.Lion(beta1, beta2)
    state = rule.init(w)
    for grad in grads:
        after, state = rule.update(w, grad, state, lr)
        np.testing.assert_allclose(np.abs(after - w), lr, rtol=1e-9)
        w = after


@quick
@given(mus, seeds, lrs)
def test_schedule_free_average_is_the_mean_of_its_base_path_at_a_constant_rate(beta, seed, lr):
    rule, grads = opt.ScheduleFreeSGD(beta), gradients(seed, 5, (5,))
    w = start(seed, (5,))
    state, path = rule.init(w), []
    for grad in grads:
        w, state = rule.update(w, grad, state, lr)
        path.append(state.z)
        np.testing.assert_allclose(
            rule.evaluation_point(w, state), np.mean(path, axis=0), rtol=1e-9, atol=1e-9
        )
        np.testing.assert_allclose(w, beta * state.x + (1 - beta) * state.z, rtol=1e-12)


def test_schedule_free_average_weighs_each_point_by_the_square_of_the_largest_rate_so_far():
    rule, w = opt.ScheduleFreeSGD(0.5), np.array([0.0])
    state, path = rule.init(w), []
    for lr in (1.0, 3.0, 2.0):
        w, state = rule.update(w, np.array([-1.0]), state, lr)
        path.append(float(state.z[0]))
    assert path == [1.0, 4.0, 6.0]
    assert state.x[0] == pytest.approx((1 * 1 + 9 * 4 + 9 * 6) / 19, rel=1e-14)


@quick
@given(seeds, st.floats(1e-6, 1e-1), st.floats(1e-4, 1.0))
def test_distance_estimates_never_shrink(seed, reps_rel, d0):
    for rule, estimate in ((opt.DoG(reps_rel), "farthest"), (opt.Prodigy(d0=d0), "d")):
        w = start(seed, (5,))
        state = rule.init(w)
        for _ in range(8):
            before = getattr(state, estimate)
            w, state = rule.update(w, w, state, 1.0)
            assert (getattr(state, estimate) >= before).all()


@quick
@given(st.lists(st.floats(0.0, 2.0), max_size=40), examples.REACTIVE["ReduceOnPlateau"])
def test_a_plateau_rate_only_falls_and_only_to_its_floor(metrics, rule):
    state = rule.init(2 * rule.min_lr)
    for metric in metrics:
        after = rule.update(metric, state)
        assert rule.min_lr <= after.lr <= state.lr
        assert after.best <= state.best
        assert 0 <= after.bad <= rule.patience
        assert 0 <= after.cooling <= rule.cooldown
        state = after


@quick
@given(seeds, st.floats(0.5, 0.99))
def test_prodigy_s_estimate_is_the_ratio_of_its_two_sums(seed, beta2):
    rule, start_at = opt.Prodigy(0.5, beta2, d0=1e-2), start(seed, (5,))
    w, state, seen = start_at, rule.init(start_at), []
    for t in range(12):
        grad, d, lr = w, state.d, 1.0 / (1 + t)
        seen.append((d**2 / 1e-2 * lr, grad @ (start_at - w), grad))
        w, state = rule.update(w, grad, state, lr)
        ages = beta2 ** (np.arange(t, -1, -1.0) / 2)
        upper = sum(a * k * inner for a, (k, inner, _) in zip(ages, seen))
        lower = sum(a * k * g for a, (k, _, g) in zip(ages, seen))
        np.testing.assert_allclose(state.d, np.maximum(d, upper / np.abs(lower).sum()), rtol=1e-9)
        np.testing.assert_allclose(state.numerator, upper, rtol=1e-9)
        np.testing.assert_allclose(state.s, lower, rtol=1e-9, atol=1e-12)
    assert state.d > 1.1e-2


def test_prodigy_keeps_its_estimate_while_there_is_no_gradient():
    rule, w = opt.Prodigy(d0=0.1), np.ones((2, 3))
    grad = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    after, state = rule.update(w, grad, rule.init(w), 1.0)
    assert state.d.tolist() == [[0.1], [0.1]]
    assert after[0].tolist() == [1.0, 1.0, 1.0]


def test_prodigy_keeps_its_estimate_where_its_sum_of_gradients_cancels():
    rule, w = opt.Prodigy(d0=0.1), np.ones((2, 3))
    state = rule.init(w)._replace(numerator=np.full((2, 1), 1e9))
    _, state = rule.update(w, np.zeros((2, 3)), state, 1.0)
    assert state.d.tolist() == [[0.1], [0.1]]
