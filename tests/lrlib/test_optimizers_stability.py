"""Clipping, averages of weights, loss scaling, and rates by the size of a layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlib.optimizers import EMA, LAMB, LARS, SGD, Adam, Clipped, LossScale, clip_by_global_norm
from tests.lrlib.examples import arrays_in, gradients, quick, run, seeds


@quick
@given(seeds, st.floats(1e-3, 1e3), st.sampled_from([np.float32, np.float64]))
def test_clipping_bounds_the_joint_norm_and_keeps_the_direction(seed, max_norm, dtype):
    grads = [gradients(seed, 2, (3,), dtype), gradients(seed + 1, 2, (2, 2), dtype)]
    clipped, norm = clip_by_global_norm(grads, max_norm)
    together = np.concatenate([grad.ravel() for grad in grads]).astype(np.float64)
    after = np.concatenate([grad.ravel() for grad in clipped]).astype(np.float64)
    assert norm == pytest.approx(np.linalg.norm(together), rel=1e-12)
    assert np.linalg.norm(after) <= max_norm * (1 + 1e-6)
    np.testing.assert_allclose(after * norm, together * np.linalg.norm(after), rtol=1e-5)
    assert [(g.shape, g.dtype) for g in clipped] == [(g.shape, g.dtype) for g in grads]
    for before, new in zip(grads, clipped):
        assert not np.shares_memory(before, new)
        assert norm > max_norm or new.tolist() == before.tolist()


def test_a_gradient_exactly_at_the_bound_is_not_touched():
    grads = [np.array([3.0, 4.0])]
    clipped, norm = clip_by_global_norm(grads, 5.0)
    assert (clipped[0].tolist(), norm) == ([3.0, 4.0], 5.0)
    assert clip_by_global_norm([], 1.0) == ([], 0.0)


def test_a_float32_norm_does_not_overflow():
    clipped, norm = clip_by_global_norm([np.full(4, 1e30, dtype=np.float32)], 1.0)
    assert norm == pytest.approx(2e30, rel=1e-6)
    np.testing.assert_allclose(clipped[0], 0.5, rtol=1e-6)
    w = np.zeros(4, dtype=np.float32)
    after, _ = run(Clipped(SGD(), 1.0), w, [np.full(4, 1e30, dtype=np.float32)], 1.0)
    np.testing.assert_allclose(after, -0.5, rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_a_norm_that_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match=r"^the joint norm of the gradients should be finite, but"):
        clip_by_global_norm([np.array([1.0, bad])], 1.0)


def test_a_bound_and_gradients_of_the_wrong_kind_are_refused():
    with pytest.raises(ValueError, match="max_norm should be above 0"):
        clip_by_global_norm([np.ones(2)], 0.0)
    with pytest.raises(TypeError, match="NumPy array of floats"):
        clip_by_global_norm([[1.0, 2.0]], 1.0)


@quick
@given(seeds, st.floats(1e-2, 1e2))
def test_a_clipped_rule_is_the_rule_on_clipped_gradients_each_run_apart(seed, max_norm):
    w, grads = gradients(seed, 1, (2, 5))[0], gradients(seed, 4, (2, 5))
    path, _ = run(Clipped(Adam(), max_norm), w, grads, 0.1)
    by_hand = [[clip_by_global_norm([row], max_norm)[0][0] for row in grad] for grad in grads]
    expected, _ = run(Adam(), w, np.array(by_hand), 0.1)
    np.testing.assert_allclose(path, expected, rtol=1e-9, atol=1e-12)


@quick
@given(seeds, st.floats(0.0, 0.99))
def test_the_average_starts_at_the_first_weights_and_does_not_move_the_path(seed, decay):
    w, grads = gradients(seed, 1, (5,))[0], gradients(seed, 6, (5,))
    rule, path = EMA(Adam(), decay), []
    state, average = rule.init(w), None
    assert rule.evaluation_point(w, state).tolist() == w.tolist()
    for grad in grads:
        w, state = rule.update(w, grad, state, 0.1)
        path.append(w)
        average = w if average is None else decay * average + (1 - decay) * w
        np.testing.assert_allclose(rule.evaluation_point(w, state), average, rtol=1e-12)
    alone, inner = run(Adam(), gradients(seed, 1, (5,))[0], grads, 0.1)
    assert path[-1].tolist() == alone.tolist()
    assert [a.tolist() for a in arrays_in(state.inner)] == [a.tolist() for a in arrays_in(inner)]


def test_the_scale_halves_at_once_grows_in_time_and_stays_finite():
    rule, state, seen = LossScale(2.0, 0.5, 2), LossScale().init(4.0), []
    for overflow in [False, False, True, False, True, True, False, False]:
        state = rule.update(overflow, state)
        seen.append(tuple(state))
    assert seen == [(4, 1), (8, 0), (4, 0), (4, 1), (2, 0), (1, 0), (1, 1), (2, 0)]
    assert LossScale().init().scale == 65536.0
    top = LossScale(2.0, 0.5, 1).init(3e38)
    assert LossScale(2.0, 0.5, 1).update(False, top) == (3e38, 0)


@quick
@given(seeds, st.floats(1e-3, 1.0), st.floats(0.0, 0.5))
def test_a_layer_moves_by_the_rate_times_its_size(seed, lr, decay):
    w, grad = gradients(seed, 1, (5,))[0] + 1.0, gradients(seed, 1, (5,))[0] + 2.0
    after, _ = run(LAMB(weight_decay=decay), w, [grad], lr)
    assert np.linalg.norm(after - w) == pytest.approx(lr * np.linalg.norm(w), rel=1e-6)
    after, _ = run(LARS(0.0, trust=0.1), w, [grad], lr)
    assert np.linalg.norm(after - w) == pytest.approx(0.1 * lr * np.linalg.norm(w), rel=1e-6)


@pytest.mark.parametrize("rule", [LARS(0.5, trust=0.1), LAMB()])
def test_a_layer_of_zeros_can_leave_zero_and_one_without_gradient_stays(rule):
    after, _ = run(rule, np.zeros(2), [np.array([3.0, -4.0])], 0.5)
    expected = [-1.5, 2.0] if isinstance(rule, LARS) else [-0.5, 0.5]
    np.testing.assert_allclose(after, expected, rtol=1e-5)
    assert run(rule, np.ones(2), [np.zeros(2)], 0.5)[0].tolist() == [1.0, 1.0]


def test_lars_keeps_the_rate_inside_its_velocity():
    """After a cut to 0 the old steps still fade out: the paper's order, not PyTorch's momentum."""
    rule, w = LARS(0.5, trust=1.0), np.array([3.0, 4.0])
    w, state = rule.update(w, np.array([0.0, 1.0]), rule.init(w), 0.2)
    assert w.round(12).tolist() == [3.0, 3.0]
    w, state = rule.update(w, np.array([0.0, 1.0]), state, 0.0)
    assert w.round(12).tolist() == [3.0, 2.5]
