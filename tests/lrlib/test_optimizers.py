"""Optimizers step by step against their formulas."""

import numpy as np
import pytest

from course.techniques import TECHNIQUES
from lrlib import optimizers
from lrlib.optimizers import (
    EMA,
    LAMB,
    LARS,
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Clipped,
    DoG,
    Hypergradient,
    Lion,
    LossScale,
    Momentum,
    NAdam,
    Nesterov,
    PolyakStep,
    Prodigy,
    ReduceOnPlateau,
    RMSprop,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    in_place,
    stack,
)

ALL = [
    SGD(),
    Momentum(0.8),
    Nesterov(0.8),
    AdaGrad(1e-2),
    RMSprop(0.8, 1e-2),
    AdaDelta(0.8, 1e-2),
    Adam(0.8, 0.888, 1e-2),
    AdamW(0.8, 0.888, 1e-2, 0.3),
    AMSGrad(0.8, 0.888, 1e-2),
    NAdam(0.8, 0.888, 1e-2, 1e-2),
    Lion(0.8, 0.888, 0.3),
    Hypergradient(1e-3),
    DoG(1e-2, 1e-3),
    Prodigy(0.8, 0.888, 1e-2, 1e-2),
    ScheduleFreeSGD(0.8),
    ScheduleFreeAdamW(0.8, 0.888, 1e-2, 0.3),
    LARS(0.8, 0.3, 1e-2),
    LAMB(0.8, 0.888, 1e-2, 0.3),
    Clipped(AdamW(0.8, 0.888, 1e-2, 0.3), 0.5),
    EMA(Adam(0.8, 0.888, 1e-2), 0.8),
]
ALL += [
    row.example
    for row in TECHNIQUES
    if isinstance(row.example, optimizers.Optimizer) and row.kind not in map(type, ALL)
]
WHOLE_VECTOR = (Hypergradient, DoG, Prodigy, LARS, LAMB, Clipped)
every_optimizer = pytest.mark.parametrize("optimizer", ALL, ids=lambda o: type(o).__name__)

W = np.array([1.0, -2.0, 3.0])
G = np.array([0.5, 0.25, -4.0])


def test_every_optimizer_is_in_the_list():
    abstract = {"Optimizer", "ReactiveRate", "ReduceOnPlateau", "PolyakStep", "LossScale"}
    abstract |= {"Muon", "Shampoo", "SOAP", "Groups"}  # test_optimizers_matrix
    classes = {name for name in optimizers.__all__ if name[0].isupper()}
    assert {type(o).__name__ for o in ALL} == classes - abstract


def test_defaults_are_those_of_the_papers_or_of_torch():
    expected = (
        "Momentum(mu=0.9) Nesterov(mu=0.9) AdaGrad(eps=1e-10) RMSprop(rho=0.99, eps=1e-08) "
        "AdaDelta(rho=0.9, eps=1e-06) Adam(beta1=0.9, beta2=0.999, eps=1e-08) "
        "AdamW(beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01) "
        "AMSGrad(beta1=0.9, beta2=0.999, eps=1e-08) "
        "NAdam(beta1=0.9, beta2=0.999, eps=1e-08, momentum_decay=0.004) "
        "Lion(beta1=0.9, beta2=0.99, weight_decay=0.0) Hypergradient(hyper_lr=1e-06) "
        "DoG(reps_rel=1e-06, eps=1e-08) Prodigy(beta1=0.9, beta2=0.999, eps=1e-08, d0=1e-06) "
        "ScheduleFreeSGD(beta=0.9) "
        "ScheduleFreeAdamW(beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.0) "
        "LARS(mu=0.9, weight_decay=0.0, trust=0.001) "
        "LAMB(beta1=0.9, beta2=0.999, eps=1e-06, weight_decay=0.0)"
    )
    assert " ".join(repr(type(o)()) for o in ALL[1:18]) == expected
    assert repr(Clipped(SGD())) == "Clipped(optimizer=SGD(), max_norm=1.0)"
    assert repr(EMA(SGD())) == "EMA(optimizer=SGD(), decay=0.999)"
    assert repr(LossScale()) == "LossScale(growth=2.0, backoff=0.5, interval=2000)"
    plateau = "ReduceOnPlateau(factor=0.1, patience=10, min_delta=0.0001, min_lr=0.0, cooldown=0)"
    assert repr(ReduceOnPlateau()) == plateau
    assert repr(PolyakStep()) == "PolyakStep(loss_min=0.0, max_lr=1.0)"


@every_optimizer
def test_a_zero_rate_moves_nothing(optimizer):
    if isinstance(optimizer, Hypergradient):
        optimizer = Hypergradient(0.0)
    state, w = optimizer.init(W), W
    for _ in range(3):
        w, state = optimizer.update(w, G, state, 0.0)
        np.testing.assert_allclose(w, W, rtol=1e-15)


@every_optimizer
def test_a_zero_gradient_is_not_divided_by(optimizer):
    state, w = optimizer.init(W), W
    for _ in range(3):
        w, state = optimizer.update(w, np.zeros(3), state, 0.1)
        assert np.isfinite(w).all()


@every_optimizer
def test_a_nan_in_the_gradient_stays_in_its_place(optimizer):
    w = np.tile(W, (2, 1))
    grad = np.tile(G, (2, 1))
    grad[0, 1] = np.nan
    after, state = optimizer.update(w, grad, optimizer.init(w), 0.1)
    after, _ = optimizer.update(after, np.tile(G, (2, 1)), state, 0.1)
    clean, state = optimizer.update(w[1], grad[1], optimizer.init(w[1]), 0.1)
    clean, _ = optimizer.update(clean, G, state, 0.1)
    np.testing.assert_array_equal(after[1], clean)
    if not isinstance(optimizer, WHOLE_VECTOR):
        np.testing.assert_array_equal(np.isnan(after[0]), [False, True, False])
        np.testing.assert_array_equal(after[0, [0, 2]], clean[[0, 2]])
    else:
        assert np.isnan(after[0]).all()


@every_optimizer
def test_a_nan_gradient_raises_and_warns_nothing(optimizer):
    after, _ = optimizer.update(W, np.full(3, np.nan), optimizer.init(W), 0.1)
    assert np.isnan(after).all()


@pytest.mark.parametrize("lr", [0.5, np.float64(0.5), np.float32(0.5), np.array(0.5)])
@every_optimizer
def test_float32_stays_float32_whatever_kind_of_number_the_rate_is(optimizer, lr):
    w = W.astype(np.float32)
    same, _ = optimizer.update(w, G.astype(np.float32), optimizer.init(w), 0.5)
    after, state = optimizer.update(w, G.astype(np.float32), optimizer.init(w), lr)
    assert after.dtype == np.float32
    assert after.tolist() == same.tolist()
    after, _ = optimizer.update(after, G, state, lr)
    assert after.dtype == np.float32


def test_a_whole_number_is_a_rate():
    assert SGD().update(W, G, SGD().init(W), 1)[0].tolist() == (W - G).tolist()


def test_plateau_counts_cuts_waits_and_stops_at_its_floor():
    rule = ReduceOnPlateau(factor=0.5, patience=1, min_delta=0.5, min_lr=0.3, cooldown=2)
    state, seen = rule.init(1.0), []
    for metric in [4.0, 3.5, 3.4, 3.4, 9.0, 9.0, 9.0, 9.0, 9.0, 2.9, np.nan, 2.0]:
        state = rule.update(metric, state)
        seen.append((state.lr, state.best, state.bad, state.cooling))
    assert seen == [
        (1.0, 4.0, 0, 0),
        (1.0, 4.0, 1, 0),  # better by 0.5, not by more
        (1.0, 3.4, 0, 0),
        (1.0, 3.4, 1, 0),
        (0.5, 3.4, 0, 2),  # the second bad value cuts
        (0.5, 3.4, 0, 1),  # and two are not counted
        (0.5, 3.4, 0, 0),
        (0.5, 3.4, 1, 0),
        (0.3, 3.4, 0, 2),  # 0.25 would be below the floor
        (0.3, 3.4, 0, 1),
        (0.3, 3.4, 0, 0),
        (0.3, 2.0, 0, 0),
    ]


def test_a_plateau_starts_with_nothing_seen():
    state = ReduceOnPlateau().init(0.4)
    assert state == (0.4, np.inf, 0, 0)
    assert ReduceOnPlateau().update(np.nan, state) == (0.4, np.inf, 1, 0)


def test_a_plateau_that_starts_at_its_floor_stays_there():
    rule = ReduceOnPlateau(factor=0.5, patience=0, min_delta=0.0, min_lr=0.25)
    state = rule.update(1.0, rule.update(1.0, rule.init(0.25)))
    assert (state.lr, state.bad) == (0.25, 0)


def test_plateau_with_no_patience_cuts_at_once_and_keeps_its_input():
    rule = ReduceOnPlateau(factor=0.5, patience=0, min_delta=0.0)
    first = rule.update(1.0, rule.init(1.0))
    second = rule.update(1.0, first)
    assert (first.lr, second.lr) == (1.0, 0.5)
    assert type(second.lr) is float


def test_polyak_reaches_the_minimum_of_a_bowl_in_one_step_without_momentum():
    rule, w = PolyakStep(loss_min=2.0, max_lr=10.0), np.array([3.0, -4.0])
    lr = rule.rate(2.0 + np.abs(w).max(), np.array([0.0, -1.0]))
    assert lr == 4.0
    assert SGD().update(w, np.array([0.0, -1.0]), SGD().init(w), lr)[0].tolist() == [3.0, 0.0]


@pytest.mark.parametrize(
    ("loss", "grad", "rate"),
    [
        (5.0, [3.0, 4.0], 0.2),
        (50.0, [3.0, 4.0], 0.5),
        (-1.0, [3.0, 4.0], 0.0),
        (5.0, [0.0, 0.0], 0.0),
        (np.nan, [3.0, 4.0], 0.0),
        (np.inf, [3.0, 4.0], 0.0),
        (5.0, [np.nan, 4.0], 0.0),
        (5.0, [np.inf, 4.0], 0.0),
    ],
)
def test_polyak_rate_is_capped_and_zero_where_it_means_nothing(loss, grad, rate):
    rule = PolyakStep(loss_min=0.0, max_lr=0.5)
    got = rule.rate(loss, np.array(grad))
    assert (type(got), got) == (float, rate)
    both = rule.rate([loss, 5.0], np.array([grad, [3.0, 4.0]]))
    assert both.tolist() == [[rate], [0.2]]
    assert rule.rate([loss], np.array([grad], dtype=np.float32)).dtype == np.float32


def test_hypergradient_moves_the_rate_along_the_slope_of_the_loss():
    curvature = np.array([1.0, 3.0])

    def loss(w):
        return w @ (curvature * w) / 2

    def grad(w):
        return curvature * w

    w0, lr, h = np.array([1.0, -2.0]), 0.1, 1e-6
    slope = (loss(w0 - (lr + h) * grad(w0)) - loss(w0 - (lr - h) * grad(w0))) / (2 * h)
    rule = Hypergradient(hyper_lr=0.01)
    w1, state = rule.update(w0, grad(w0), rule.init(w0), lr)
    w2, state = rule.update(w1, grad(w1), state, lr)
    assert state.correction[0] == pytest.approx(-0.01 * slope, rel=1e-8)
    np.testing.assert_allclose(w2, w1 - (lr - 0.01 * slope) * grad(w1), rtol=1e-8)


def test_only_averaging_methods_are_judged_elsewhere_than_at_w():
    for optimizer in ALL:
        w, state = optimizer.update(W, G, optimizer.init(W), 0.1)
        w, state = optimizer.update(w, G, state, 0.1)
        averages = isinstance(optimizer, ScheduleFreeSGD | ScheduleFreeAdamW | EMA)
        assert (optimizer.evaluation_point(w, state) is w) != averages


def test_the_first_schedule_free_step_with_rate_zero_keeps_its_average():
    rule = ScheduleFreeSGD(0.9)
    w, state = rule.update(W, G, rule.init(W), 0.0)
    assert rule.evaluation_point(w, state).tolist() == W.tolist()


def test_optimizers_are_frozen_values():
    assert Adam(beta1=np.float32(0.5)) == Adam(beta1=0.5)
    assert hash(Adam()) == hash(Adam())
    assert Adam() != AdamW(weight_decay=0.0)
    with pytest.raises(AttributeError):
        Adam().eps = 1.0


def test_in_place_twins_share_the_array_they_were_given():
    w = W.copy()
    step = in_place(Momentum(0.5), w)
    assert step(G, 0.1) is None
    assert w.tolist() == (W - 0.1 * G).tolist()
    assert step.state.velocity.tolist() == G.tolist()
    assert step.w is w


@pytest.mark.parametrize("kind", [SGD, Momentum, AdaGrad, RMSprop, Adam, AdamW])
def test_the_common_rules_have_a_twin_of_their_own(kind):
    assert type(in_place(kind(), W.copy())).__name__ == f"_{kind.__name__}"


def test_stacking_leaves_shared_settings_as_plain_numbers():
    both = stack([Adam(0.9, 0.99), Adam(0.8, 0.99)])
    assert np.array_equal(both.beta1, [[0.9], [0.8]])
    assert (both.beta2, both.eps) == (0.99, 1e-8)
    assert type(both.beta2) is float
