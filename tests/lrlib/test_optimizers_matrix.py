"""Muon, Shampoo, SOAP and parameter groups: what makes them what they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlib.data import load_digits
from lrlib.optimizers import (
    SGD,
    SOAP,
    Adam,
    AdamW,
    Clipped,
    Groups,
    Muon,
    ScheduleFreeSGD,
    Shampoo,
    in_place,
    orthogonalise,
)
from lrlib.problems import Network
from lrlib.schedules import WSD
from lrlib.training import train
from tests.lrlib import examples
from tests.lrlib.examples import arrays_in, quick, run, seeds

every_rule = pytest.mark.parametrize(
    "strategy", examples.MATRIX.values(), ids=examples.MATRIX.keys()
)
shapes = st.tuples(st.integers(1, 5), st.integers(1, 5))
W = np.array([[0.5, -1.5, 2.0], [1.0, 0.3, -0.2]])


def matrices(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def turn(seed, n):
    return np.linalg.qr(matrices(seed, n, n))[0]


@quick
@given(seeds, shapes)
def test_newton_schulz_keeps_singular_vectors_and_brings_singular_values_near_1(seed, shape):
    rng = np.random.default_rng(seed)
    u, _, vt = np.linalg.svd(rng.normal(size=shape), full_matrices=False)
    s = 10.0 ** rng.uniform(-1.5, 1.5, size=min(shape))
    s[0] = 30.0
    s /= np.linalg.norm(s)
    matrix = 7.0 * (u * s) @ vt
    x = orthogonalise(matrix, 5)
    got = np.diag(u.T @ x @ vt.T)
    np.testing.assert_allclose((u * got) @ vt, x, atol=1e-9)
    assert ((got > 0.68) & (got < 1.14))[s >= 0.01].all()
    np.testing.assert_allclose(orthogonalise(3e4 * matrix, 5), x, atol=1e-6)
    np.testing.assert_allclose(orthogonalise(matrix.T, 5), x.T, atol=1e-9)


def test_newton_schulz_of_nothing_is_nothing_and_of_no_iterations_the_direction():
    assert orthogonalise(np.zeros((2, 3))).tolist() == np.zeros((2, 3)).tolist()
    np.testing.assert_allclose(orthogonalise(W, 0), W / np.linalg.norm(W), rtol=1e-6)


@every_rule
def test_shape_and_dtype_are_kept_and_nothing_passed_in_is_changed(strategy):
    @quick
    @given(strategy, seeds, shapes, st.sampled_from([np.float32, np.float64]))
    def holds(rule, seed, shape, dtype):
        w = matrices(seed, *shape).astype(dtype)
        w.flags.writeable = False
        state = rule.init(w)
        for grad in matrices(seed + 1, 4, *shape).astype(dtype):
            grad.flags.writeable = False
            for array in arrays_in(state):
                array.flags.writeable = False
                assert array.dtype == dtype
            again, _ = rule.update(w, grad, state, 0.1)
            after, state = rule.update(w, grad, state, 0.1)
            np.testing.assert_array_equal(again, after)
            assert (after.shape, after.dtype) == (shape, dtype)
            owned = [after, *arrays_in(state)]
            assert not any(np.shares_memory(array, given) for array in owned for given in (w, grad))
            w = after
            w.flags.writeable = False

    holds()


@every_rule
def test_many_matrices_at_once_equal_each_alone(strategy):
    @quick
    @given(strategy, seeds)
    def holds(rule, seed):
        w, grads = matrices(seed, 3, 4, 2), matrices(seed + 1, 5, 3, 4, 2)
        lr = np.array([0.1, 0.0, 0.3])
        together, _ = run(rule, w, grads, lr[:, None, None])
        for i in range(3):
            alone, _ = run(rule, w[i], grads[:, i], float(lr[i]))
            np.testing.assert_allclose(together[i], alone, rtol=1e-6, atol=1e-9)

    holds()


@every_rule
def test_a_nan_loses_its_matrix_and_no_other_and_raises_nothing(strategy):
    @quick
    @given(strategy, seeds, st.sampled_from([np.nan, np.inf]))
    def holds(rule, seed, bad):
        w, grads = matrices(seed, 2, 3, 2), matrices(seed + 1, 4, 2, 3, 2)
        clean, _ = run(rule, w[1], grads[:, 1], 0.1)
        grads[1, 0, 0, 1] = bad
        after, _ = run(rule, w, grads, 0.1)
        np.testing.assert_allclose(after[1], clean, rtol=1e-6, atol=1e-9)
        assert np.isnan(after[0]).any()

    holds()


@every_rule
def test_a_zero_gradient_is_not_divided_by(strategy):
    @quick
    @given(strategy)
    def holds(rule):
        after, _ = run(rule, W, np.zeros((4, 2, 3)), 0.0)
        np.testing.assert_array_equal(after, W)
        after, _ = run(rule, W, np.zeros((4, 2, 3)), 0.1)
        assert np.isfinite(after).all()

    holds()


@quick
@given(seeds, st.sampled_from([Muon(), Shampoo(1e-3)]))
def test_a_turned_problem_takes_the_turned_path(seed, rule):
    """For an axis-by-axis rule the path depends on the axes; see Adam below."""
    w, grads, left, right = (
        matrices(seed, 3, 3),
        matrices(seed + 1, 5, 3, 3),
        turn(1, 3),
        turn(2, 3),
    )
    path, _ = run(rule, w, grads, 0.1)
    turned, _ = run(rule, left @ w @ right, left @ grads @ right, 0.1)
    np.testing.assert_allclose(turned, left @ path @ right, rtol=1e-6, atol=1e-6)
    path, _ = run(Adam(), w, grads, 0.1)
    turned, _ = run(Adam(), left @ w @ right, left @ grads @ right, 0.1)
    assert np.abs(turned - left @ path @ right).max() > 1e-3


@quick
@given(seeds, shapes)
def test_shampoo_divides_by_the_fourth_root_of_the_paper_s_large_matrix(seed, shape):
    """L and R stand for their Kronecker product, which acts on the matrix as one long vector."""
    rule, w = Shampoo(0.1), matrices(seed, *shape)
    state = rule.init(w)
    left, right = 0.1 * np.eye(shape[0]), 0.1 * np.eye(shape[1])
    for grad in matrices(seed + 1, 3, *shape):
        left, right = left + grad @ grad.T, right + grad.T @ grad
        values, vectors = np.linalg.eigh(np.kron(left, right))
        long = vectors @ (values**-0.25 * (vectors.T @ grad.ravel()))
        expected = w - 0.3 * long.reshape(shape)
        w, state = rule.update(w, grad, state, 0.3)
        np.testing.assert_allclose(w, expected, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(state.left, left, rtol=1e-12)


def test_shampoo_of_one_column_beside_one_row_is_adagrad_of_one_number():
    rule, w, total = Shampoo(1e-12), np.array([[2.0]]), 0.0
    state = rule.init(w)
    for grad in (3.0, -4.0, 12.0):
        total += grad**2
        after, state = rule.update(w, np.array([[grad]]), state, 0.5)
        assert after[0, 0] == pytest.approx(w[0, 0] - 0.5 * grad / np.sqrt(total), rel=1e-9)
        w = after


@quick
@given(seeds, st.floats(0.0, 0.99), st.floats(0.1, 0.99))
def test_soap_is_adam_after_its_first_gradient_where_the_axes_do_not_turn(seed, beta1, beta2):
    """Diagonal gradients: both sides are diagonal and their eigenvectors the axes themselves."""
    rng = np.random.default_rng(seed)
    grads = np.array([np.diag(row) for row in rng.uniform(0.5, 2, (6, 3)) * [4.0, 2.0, 1.0]])
    w = rng.normal(size=(3, 3))
    soap, _ = run(SOAP(beta1, beta2, frequency=2), w, grads, 0.1)
    adam, _ = run(Adam(beta1, beta2), w, grads[1:], 0.1)
    np.testing.assert_allclose(soap, adam, rtol=1e-6, atol=1e-6)


@quick
@given(seeds, st.integers(1, 3))
def test_soap_s_axes_stay_at_right_angles_and_find_the_eigenvectors(seed, frequency):
    rule = SOAP(0.9, 0.9, frequency=frequency)
    steady = np.diag([4.0, 2.0, 1.0])
    left = turn(seed, 3)
    _, state = run(rule, np.zeros((3, 3)), [left @ steady] * 40, 0.0)
    np.testing.assert_allclose(state.q_left.T @ state.q_left, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.abs(state.q_left.T @ left), np.eye(3), atol=1e-6)
    assert state.t == 40


def test_the_first_update_of_soap_only_looks():
    rule = SOAP()
    after, state = rule.update(W, W, rule.init(W), 0.1)
    assert after.tolist() == W.tolist()
    assert state.t == 1


@quick
@given(seeds, st.floats(0.0, 0.99))
def test_muon_does_not_feel_the_scale_of_gradients(seed, mu):
    w, grads = matrices(seed, 4, 2), matrices(seed + 1, 3, 4, 2)
    path, _ = run(Muon(mu, eps=1e-15), w, grads, 0.1)
    np.testing.assert_allclose(run(Muon(mu, eps=1e-15), w, 1e3 * grads, 0.1)[0], path, rtol=1e-8)


@pytest.mark.parametrize(
    ("scale", "shape", "factor"),
    [
        ("original", (2, 8), 2.0),
        ("original", (8, 2), 1.0),
        ("match_rms_adamw", (2, 8), 0.2 * 8**0.5),
        ("match_rms_adamw", (8, 2), 0.2 * 8**0.5),
    ],
)
def test_muon_s_two_conventions_for_the_rate(scale, shape, factor):
    w, grad = matrices(0, *shape), matrices(1, *shape)
    after, _ = run(Muon(0.0, scale=scale), w, [grad], 0.1)
    np.testing.assert_allclose(w - after, 0.1 * factor * orthogonalise(grad), rtol=1e-6, atol=1e-9)
    if scale == "match_rms_adamw":
        assert np.sqrt(np.mean((w - after) ** 2)) == pytest.approx(0.1 * 0.2, rel=0.2)


def test_muon_decays_the_old_weights_beside_its_step():
    grad = matrices(1, 2, 3)
    plain, _ = run(Muon(0.9), W, [grad], 0.1)
    decayed, _ = run(Muon(0.9, weight_decay=0.5), W, [grad], 0.1)
    np.testing.assert_allclose(decayed, plain - 0.1 * 0.5 * W, rtol=1e-12)


@quick
@given(examples.GROUPS["Groups"], seeds)
def test_a_group_moves_as_its_rule_would_alone_at_its_share_of_the_rate(groups, seed):
    w, grads = matrices(seed, 10), matrices(seed + 1, 4, 10)
    together, state = run(groups, w, grads, 0.1)
    first, rest = groups.optimizers
    matrix, _ = run(
        first, w[:6].reshape(3, 2), grads[:, :6].reshape(4, 3, 2), 0.1 * groups.scales[0]
    )
    vector, _ = run(rest, w[6:], grads[:, 6:], 0.1 * groups.scales[1])
    assert together.tolist() == [*matrix.ravel().tolist(), *vector.tolist()]
    target = w.copy()
    step = in_place(groups, target)
    for grad in grads:
        step(grad, 0.1)
    assert target.tolist() == together.tolist()
    rows, _ = run(
        groups, np.stack([w, w]), np.stack([grads, grads], axis=1), np.array([[0.1], [0]])
    )
    np.testing.assert_allclose(rows, [together, w], rtol=1e-9, atol=1e-12)
    assert len(state) == 2


def test_a_group_of_scale_0_is_frozen_and_averages_are_judged_part_by_part():
    rule = Groups([ScheduleFreeSGD(0.5), SGD()], [(2,), (2,)], [1.0, 0.0])
    w = np.ones(4)
    w, state = run(rule, w, np.ones((3, 4)), 0.1)
    assert w[2:].tolist() == [1.0, 1.0]
    point = rule.evaluation_point(w, state)
    assert point[:2].tolist() == state[0].x.tolist() != w[:2].tolist()


def test_a_clipped_network_trains_with_muon_for_its_matrices_and_adamw_for_the_rest():
    data = load_digits()
    network = Network(data, sizes=(64, 16, 10))
    views = network.views(network.init(0))
    groups = Groups.by_shape(views, matrices=Muon(), rest=AdamW(weight_decay=0.0))
    assert [type(rule).__name__ for rule in groups.optimizers] == ["Muon", "AdamW"] * 2
    plan = WSD(lr=0.1, warmup_steps=5, steps=60, decay_steps=20, lr_end=0.0)
    done = train(network, Clipped(groups, 1.0), plan, 60, batch_size=64, progress=False)
    assert done.final_loss < 0.4 * done.losses[0]


NONSENSE = [
    (lambda: Muon().init(np.ones(3)), ValueError, r"be a matrix .* shape \(3,\).*Groups gives"),
    (lambda: Shampoo().init(np.ones(3)), ValueError, "be a matrix"),
    (lambda: SOAP().init(np.ones(3)), ValueError, "be a matrix"),
    (lambda: orthogonalise(np.ones(3)), ValueError, "be a matrix"),
    (lambda: orthogonalise(W, -1), ValueError, "iterations should be a whole number, 0 or more"),
    (lambda: orthogonalise(W, 5, 0.0), ValueError, "eps should be above 0"),
    (lambda: Muon(1.0), ValueError, "mu of Muon should be at least 0 and below 1"),
    (lambda: Muon(nesterov=1), TypeError, "nesterov of Muon should be True or False, but it is 1"),
    (lambda: Muon(weight_decay=-1.0), ValueError, "weight_decay of Muon"),
    (
        lambda: Muon(scale="both"),
        ValueError,
        "should be 'original' or 'match_rms_adamw', but it is",
    ),
    (lambda: Muon(iterations=-1), ValueError, "iterations of Muon"),
    (lambda: Muon(eps=0.0), ValueError, "eps of Muon should be above 0"),
    (lambda: Shampoo(0.0), ValueError, "eps of Shampoo should be above 0"),
    (lambda: SOAP(1.0), ValueError, "beta1 of SOAP"),
    (lambda: SOAP(0.9, 1.0), ValueError, "beta2 of SOAP"),
    (lambda: SOAP(eps=0.0), ValueError, "eps of SOAP"),
    (lambda: SOAP(weight_decay=-1.0), ValueError, "weight_decay of SOAP"),
    (
        lambda: SOAP(frequency=0),
        ValueError,
        "frequency of SOAP should be a whole number, 1 or more",
    ),
    (lambda: Groups([], []), ValueError, "one optimizer at least, but it has 0 optimizers"),
    (lambda: Groups([SGD()], [(2,), (1,)]), ValueError, "has 1 optimizers, 2 shapes and 1 scales"),
    (lambda: Groups([0.1], [(2,)]), TypeError, r"optimizers of Groups\[0\] should be an optimizer"),
    (lambda: Groups([SGD()], [2]), TypeError, r"Try \[2\]"),
    (lambda: Groups([SGD()], [(0,)]), ValueError, "a whole number, 1 or more"),
    (lambda: Groups([SGD()], [(2,)], [-1.0]), ValueError, "scales of Groups.* should be 0 or more"),
    (lambda: Groups([SGD()], [(2,)]).init(np.ones(3)), ValueError, r"2 entries .* shape \(3,\)"),
    (lambda: Groups([SGD()], [(1,)]).init(np.array(1.0)), ValueError, r"1 entries .* shape \(\)"),
    (
        lambda: Groups([SGD()], [(2,)]).update(
            np.ones((1, 2)), np.ones((1, 2)), ((),), np.ones((1, 2))
        ),
        ValueError,
        r"lr should be a number, or have shape \(runs, 1\), but it has \(1, 2\)\.",
    ),
]


@pytest.mark.parametrize(("act", "error", "sentence"), NONSENSE, ids=[row[2] for row in NONSENSE])
def test_nonsense_is_refused_with_one_clear_sentence(act, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        act()
    assert "\n" not in str(caught.value)
