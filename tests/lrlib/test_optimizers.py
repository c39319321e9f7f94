"""Optimizers step by step against their formulas, and what they say to nonsense."""

import numpy as np
import pytest

from lrlib import optimizers
from lrlib.optimizers import (
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    DoG,
    Hypergradient,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    PolyakStep,
    Prodigy,
    ReactiveRate,
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
]
WHOLE_VECTOR = (Hypergradient, DoG, Prodigy)
every_optimizer = pytest.mark.parametrize("optimizer", ALL, ids=lambda o: type(o).__name__)

W = np.array([1.0, -2.0, 3.0])
G = np.array([0.5, 0.25, -4.0])


def test_every_optimizer_is_in_the_list():
    abstract = {"Optimizer", "ReactiveRate", "ReduceOnPlateau", "PolyakStep"}
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
        "ScheduleFreeAdamW(beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.0)"
    )
    assert " ".join(repr(type(o)()) for o in ALL[1:]) == expected
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


NONSENSE = [
    (lambda: SGD().update(W, G[:2], SGD().init(W), 0.1), ValueError, r"shape of w, \(3,\).*\(2,\)"),
    (lambda: SGD().update(W, G[:, None], SGD().init(W), 0.1), ValueError, "grad should have the"),
    (
        lambda: SGD().update(W, G, SGD().init(W), -0.1),
        ValueError,
        "lr should be a rate of 0 or more",
    ),
    (lambda: SGD().update(W, G, SGD().init(W), np.nan), ValueError, "lr should be a finite number"),
    (lambda: SGD().update(W, G, SGD().init(W), np.inf), ValueError, "lr should be a finite number"),
    (lambda: SGD().update(W, G, SGD().init(W), "0.1"), TypeError, "lr should be a finite number"),
    (
        lambda: SGD().update(W[None], G[None], SGD().init(W), np.array([0.1])),
        ValueError,
        r"one axis for each of w's and fit its shape \(1, 3\), but it has \(1,\).*reshape",
    ),
    (
        lambda: SGD().update(W[None], G[None], SGD().init(W), np.full((2, 1), 0.1)),
        ValueError,
        r"fit its shape \(1, 3\), but it has \(2, 1\)",
    ),
    (
        lambda: SGD().update(W[None], G[None], SGD().init(W), np.array([[-0.1]])),
        ValueError,
        "lr should be an array of rates of 0 or more",
    ),
    (
        lambda: SGD().update(W[None], G[None], SGD().init(W), np.array([[np.nan]])),
        ValueError,
        "lr should be an array of rates of 0 or more",
    ),
    (
        lambda: SGD().update(W[None], G[None], SGD().init(W), np.array([[np.inf]])),
        ValueError,
        "0 or more, and finite",
    ),
    (
        lambda: SGD().update(W[None], G[None], SGD().init(W), np.array([[True]])),
        TypeError,
        "lr should be an array of rates, but it is 'bool'",
    ),
    (
        lambda: Adam().init(W.astype(np.float16)),
        TypeError,
        r"w should be an array of float32 or float64, but it is 'float16'\. Try w\.astype",
    ),
    (
        lambda: SGD().init([1.0, 2.0]),
        TypeError,
        r"w should be a NumPy array of floats.*np\.array\(w",
    ),
    (
        lambda: Adam().init(np.array([1, 2])),
        TypeError,
        r"array of floats.*int64.*w\.astype\(float\)",
    ),
    (
        lambda: SGD().update([1.0], G[:1], SGD().init(W), 0.1),
        TypeError,
        "w should be a NumPy array",
    ),
    (
        lambda: DoG().init(np.array(1.0)),
        ValueError,
        r"^w should be a vector, or rows of vectors, but it is a single number\.$",
    ),
    (lambda: Momentum(1.0), ValueError, "mu of Momentum should be at least 0 and below 1"),
    (lambda: Momentum(-0.1), ValueError, "Common values are 0.9 and 0.99"),
    (lambda: Nesterov(1.0), ValueError, "mu of Nesterov"),
    (lambda: AdaGrad(0.0), ValueError, "eps of AdaGrad should be above 0"),
    (lambda: RMSprop(1.0), ValueError, "rho of RMSprop"),
    (lambda: RMSprop(0.9, 0.0), ValueError, "eps of RMSprop"),
    (lambda: AdaDelta(1.0), ValueError, "rho of AdaDelta"),
    (lambda: AdaDelta(0.9, 0.0), ValueError, "eps of AdaDelta"),
    (lambda: Adam(1.0), ValueError, "beta1 of Adam"),
    (lambda: Adam(0.9, 1.0), ValueError, "beta2 of Adam"),
    (lambda: Adam(0.9, 0.9, 0.0), ValueError, "eps of Adam"),
    (lambda: AdamW(1.0), ValueError, "beta1 of AdamW"),
    (lambda: AdamW(weight_decay=-1.0), ValueError, "weight_decay of AdamW should be 0 or more"),
    (lambda: AMSGrad(1.0), ValueError, "beta1 of AMSGrad"),
    (lambda: AMSGrad(0.9, 1.0), ValueError, "beta2 of AMSGrad"),
    (lambda: AMSGrad(0.9, 0.9, 0.0), ValueError, "eps of AMSGrad"),
    (lambda: NAdam(1.0), ValueError, "beta1 of NAdam"),
    (lambda: NAdam(0.9, 1.0), ValueError, "beta2 of NAdam"),
    (lambda: NAdam(0.9, 0.9, 0.0), ValueError, "eps of NAdam"),
    (lambda: NAdam(momentum_decay=-1.0), ValueError, "momentum_decay of NAdam"),
    (lambda: Lion(1.0), ValueError, "beta1 of Lion"),
    (lambda: Lion(0.9, 1.0), ValueError, "beta2 of Lion"),
    (lambda: Lion(weight_decay=-1.0), ValueError, "weight_decay of Lion"),
    (lambda: Hypergradient(-1.0), ValueError, "hyper_lr of Hypergradient"),
    (lambda: DoG(0.0), ValueError, "reps_rel of DoG"),
    (lambda: DoG(1e-6, 0.0), ValueError, "eps of DoG"),
    (lambda: Prodigy(1.0), ValueError, "beta1 of Prodigy"),
    (lambda: Prodigy(0.9, 1.0), ValueError, "beta2 of Prodigy"),
    (lambda: Prodigy(0.9, 0.9, 0.0), ValueError, "eps of Prodigy"),
    (lambda: Prodigy(d0=0.0), ValueError, "d0 of Prodigy"),
    (lambda: ScheduleFreeSGD(1.0), ValueError, "beta of ScheduleFreeSGD"),
    (lambda: ScheduleFreeAdamW(1.0), ValueError, "beta1 of ScheduleFreeAdamW"),
    (lambda: ScheduleFreeAdamW(0.9, 1.0), ValueError, "beta2 of ScheduleFreeAdamW"),
    (lambda: ScheduleFreeAdamW(0.9, 0.9, 0.0), ValueError, "eps of ScheduleFreeAdamW"),
    (lambda: ScheduleFreeAdamW(weight_decay=-1.0), ValueError, "weight_decay of ScheduleFreeAdamW"),
    (
        lambda: ReduceOnPlateau(1.5),
        ValueError,
        "factor of ReduceOnPlateau should be above 0 and at",
    ),
    (lambda: ReduceOnPlateau(patience=-1), ValueError, "patience of ReduceOnPlateau"),
    (lambda: ReduceOnPlateau(min_delta=-1.0), ValueError, "min_delta of ReduceOnPlateau"),
    (lambda: ReduceOnPlateau(min_lr=-1.0), ValueError, "min_lr of ReduceOnPlateau"),
    (lambda: ReduceOnPlateau(cooldown=-1), ValueError, "cooldown of ReduceOnPlateau"),
    (lambda: ReduceOnPlateau().init(-0.1), ValueError, "lr should be a rate of 0 or more"),
    (
        lambda: ReduceOnPlateau(min_lr=0.1).init(0.01),
        ValueError,
        r"^lr should be min_lr, 0\.1, or more, but it is 0\.01\.$",
    ),
    (lambda: PolyakStep(float("nan")), ValueError, "loss_min of PolyakStep"),
    (lambda: PolyakStep(0.0, -1.0), ValueError, "max_lr of PolyakStep"),
    (
        lambda: PolyakStep().rate(np.ones(3), W),
        ValueError,
        r"one value per gradient, shape \(\), but it has \(3,\)\.$",
    ),
    (lambda: PolyakStep().rate(1.0, np.ones((3, 2))), ValueError, r"shape \(3,\), but it has \(\)"),
    (lambda: stack([]), ValueError, r"stack should get optimizers of one class, but it got \[\]"),
    (lambda: stack([SGD(), Adam()]), ValueError, r"one class, but it got \['Adam', 'SGD'\]"),
    (lambda: in_place(SGD(), [1.0]), TypeError, "w should be a NumPy array"),
    (
        lambda: in_place(SGD(), np.broadcast_to(1.0, 3)),
        ValueError,
        r"^w should be an array that can be written to; try w\.copy\(\)\.$",
    ),
    (lambda: in_place(SGD(), np.float64(1.0)), ValueError, "an array that can be written to"),
    (lambda: in_place(Adam(), W.copy())(G[:2], 0.1), ValueError, "grad should have the shape of w"),
    (lambda: in_place(Adam(), W.copy())(G, -0.1), ValueError, "lr should be a rate of 0 or more"),
    (lambda: Optimizer.from_dict({"name": "Constant"}), ValueError, "unknown name 'Constant'"),
    (lambda: ReactiveRate.from_dict({"name": "Adam"}), ValueError, "PolyakStep, ReduceOnPlateau"),
]


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    NONSENSE,
    ids=[f"{i}-{row[2][:40]}" for i, row in enumerate(NONSENSE)],
)
def test_nonsense_is_refused_with_one_clear_sentence(act, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        act()
    assert "\n" not in str(caught.value)


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
        averages = isinstance(optimizer, ScheduleFreeSGD | ScheduleFreeAdamW)
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
