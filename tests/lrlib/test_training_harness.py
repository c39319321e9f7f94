"""A contest refuses overdrafts, charges every run alike and shows every look at the test part."""

import numpy as np
import pytest

from lrlib.data import load_diabetes, load_digits
from lrlib.optimizers import SGD, Momentum
from lrlib.problems import LinearRegression, SoftmaxRegression
from lrlib.schedules import Linear
from lrlib.training import Budget, Contest, OverBudget, train

PARTS = load_digits().split(seed=1, fractions=(0.6, 0.2, 0.2))


def contest(each=1000, steps=40, **options):
    return Contest(PARTS, SoftmaxRegression, steps=steps, budget=Budget(each=each), **options)


def test_a_run_is_the_one_that_train_makes_measured_on_the_part_that_was_asked_for():
    run = contest().trainer("momentum", Momentum(0.9), lambda lr: Linear(lr, 0.0, 40))
    learn, choose, measure = map(SoftmaxRegression, PARTS)
    expected = train(
        learn, Momentum(0.9), Linear(0.1, 0.0, 40), 40, batch_size=16, seed=3, dtype=np.float32
    )
    assert run(0.1, 3, "validation") == pytest.approx(choose.loss(expected.w))
    assert run(0.1, 3, "test") == pytest.approx(measure.loss(expected.w))


def test_equal_calls_give_equal_losses_whatever_was_called_between_them():
    run = contest().trainer("SGD", SGD())
    first = run(0.1, 0, "validation")
    run(0.3, 1, "test")
    assert run(0.1, 0, "validation") == first != run(0.1, 1, "validation")


def test_every_method_has_an_account_of_the_same_size_and_an_overdraft_is_not_run():
    made = contest(each=100, steps=40)
    sgd, momentum = made.trainer("SGD", SGD()), made.trainer("momentum", Momentum())
    also_sgd = made.trainer("SGD", SGD(), lambda lr: Linear(lr, 0.0, 40))
    sgd(0.1, 0, "validation")
    also_sgd(0.1, 0, "validation")
    with pytest.raises(OverBudget, match="SGD has 20 of its 100 updates left, but 40"):
        sgd(0.1, 0, "test")
    assert made.openings == [] and made.budget.left("SGD") == 20
    momentum(0.1, 0, "validation")
    assert made.budget.left("momentum") == 60
    assert str(made.budget) == "updates spent: SGD: 80 of 100; momentum: 40 of 100"


def test_every_look_at_the_test_part_is_written_down_and_no_other():
    made = contest()
    run = made.trainer("SGD", SGD())
    run(0.1, 0, "validation")
    run(0.2, 5, "test")
    assert made.openings == [("SGD", 0.2, 5)]


def test_a_run_that_diverged_is_nan_and_has_been_paid_for():
    raw = load_diabetes().split(seed=0, fractions=(0.6, 0.2, 0.2))
    made = Contest(raw, LinearRegression, steps=50, budget=Budget(each=50))
    assert np.isnan(made.trainer("SGD", SGD())(1.0, 0, "validation"))
    assert made.budget.left("SGD") == 0


def test_what_cannot_be_is_refused_before_anything_is_charged():
    made = contest()
    with pytest.raises(ValueError, match="validation"):
        made.trainer("SGD", SGD())(0.1, 0, "training")
    assert made.budget.spent == {}
    with pytest.raises(ValueError, match="three parts"):
        Contest(PARTS[:2], SoftmaxRegression, steps=4, budget=Budget(each=4))
    for wrong in (0, -3):
        with pytest.raises(ValueError, match="each"):
            Budget(each=wrong)
