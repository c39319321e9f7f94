"""Schedules on both sides of every boundary, and what they say to nonsense."""

import dataclasses

import numpy as np
import pytest

from course.techniques import TECHNIQUES
from lrlib import schedules
from lrlib.schedules import (
    WSD,
    Constant,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    ExpRange,
    InverseSqrt,
    InverseTimeDecay,
    Join,
    Linear,
    OneCycle,
    OneCycleMomentum,
    PolynomialDecay,
    Product,
    Schedule,
    ScheduledDrop,
    StepDecay,
    Triangular,
    Triangular2,
    Warmup,
)
from lrlib.schedules.base import BLOCK, power

VALUES = [(schedule, rates) for row in TECHNIQUES for schedule, rates in row.values.items()]
VALUES += [
    (InverseSqrt(8.0, 4), {0: 0, 1: 2, 3: 6, 4: 8, 16: 4, 64: 2}),
    (InverseSqrt(8.0, 1), {0: 0, 1: 8, 4: 4}),
    (Linear(9.0, 1.0, 4), {0: 9, 1: 7, 3: 3, 4: 1, 5: 1, 40: 1}),
    (Linear(0.0, 8.0, 4), {0: 0, 1: 2, 4: 8, 5: 8}),
    (Linear(9.0, 1.0, 1), {0: 9, 1: 1, 2: 1}),
    (ExpRange(1.0, 5.0, 2, 0.5), {0: 1, 1: 2, 2: 2, 3: 1.25, 4: 1, 6: 1 + 4 / 64}),
    (OneCycleMomentum(0.9, 0.5, 11, 3 / 11), {0: 0.9, 1: 0.7, 2: 0.5, 6: 0.7, 10: 0.9, 11: 0.9}),
    (Product([Constant(2.0), Linear(4.0, 0.0, 4), Constant(0.5)]), {0: 4, 1: 3, 4: 0}),
]


@pytest.mark.parametrize(("schedule", "values"), VALUES, ids=lambda value: str(value)[:60])
def test_rates_on_both_sides_of_each_boundary(schedule, values):
    for t, rate in values.items():
        assert schedule(t) == pytest.approx(rate, rel=1e-7, abs=1e-12), f"t = {t}"


def test_every_schedule_has_a_row_of_literal_values():
    assert {type(schedule) for schedule, _ in VALUES} == {
        getattr(schedules, name) for name in schedules.__all__ if name != "Schedule"
    }


@pytest.mark.parametrize("t", [3, np.int32(3), np.uint8(3), 3.0, np.float32(3), np.array(3)])
def test_one_number_gives_a_python_float(t):
    assert type(StepDecay(0.8, 0.5, 3)(t)) is float
    assert StepDecay(0.8, 0.5, 3)(t) == 0.4


@pytest.mark.parametrize("shape", [(0,), (1,), (5,), (2, 3), (2, 0, 3), (1, 1, 1)])
@pytest.mark.parametrize("schedule", [row[0] for row in VALUES], ids=lambda s: type(s).__name__)
def test_an_array_gives_float64_of_its_shape(schedule, shape):
    rates = schedule(np.zeros(shape, dtype=np.int32))
    assert rates.shape == shape
    assert rates.dtype == np.float64
    assert schedule([0, 1]).tolist() == [schedule(0), schedule(1)]


@pytest.mark.parametrize("schedule", [row[0] for row in VALUES], ids=lambda s: type(s).__name__)
def test_a_long_array_is_no_different_from_its_parts(schedule):
    t = np.arange(2 * BLOCK + 3).reshape(1, -1)
    rates = schedule(t)
    assert rates.shape == t.shape
    for n in (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 2):
        assert rates[0, n] == schedule(n)
    with pytest.raises(ValueError, match=r"^t should be finite and 0 or more"):
        schedule(np.append(t, -1))


def test_a_long_array_is_computed_in_blocks(monkeypatch):
    shapes = []

    def rates(self, t):
        shapes.append(t.shape)
        return t / 2

    monkeypatch.setattr(Constant, "_rates", rates)
    t = np.arange(2 * BLOCK + 3)
    assert Constant(0.1)(t).tolist() == (t / 2).tolist()
    assert shapes == [(BLOCK,), (BLOCK,), (3,)]


@pytest.mark.parametrize(("base", "exponent"), [(0.1, 300.0), (0.999, 3e5), (1.0, 1e9), (0.3, 0)])
def test_a_power_by_way_of_two_is_a_power(base, exponent):
    assert power(base, np.array([exponent]))[0] == pytest.approx(base**exponent, rel=2e-13)


@pytest.mark.parametrize("exponent", [0, 1, 7, 1000])
def test_halving_is_exact(exponent):
    assert StepDecay(0.3, 0.5, 1)(exponent) == 0.3 / 2**exponent


def test_a_fraction_of_a_step_is_allowed_and_the_array_passed_in_is_kept():
    t = np.array([0.5, 1.5])
    assert Linear(4.0, 0.0, 4)(t).tolist() == [3.5, 2.5]
    assert t.tolist() == [0.5, 1.5]


@pytest.mark.parametrize("schedule", [row[0] for row in VALUES], ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("t", [-1, -0.5, [3, -1], float("nan"), float("inf"), [0.0, np.nan]])
def test_time_before_the_start_or_out_of_reach_is_refused(schedule, t):
    with pytest.raises(
        ValueError, match=r"^t should be finite and 0 or more, but it is .*t = 0\.$"
    ):
        schedule(t)


@pytest.mark.parametrize("t", ["3", None, True, 1j, [True], np.array([], dtype=bool), 10**400])
def test_time_that_is_no_number_is_refused(t):
    with pytest.raises(TypeError, match=r"^t should be a number of updates or an array of them"):
        Constant(0.1)(t)


NONSENSE = [
    (lambda: Triangular(-0.1, 0.2, 5), ValueError, "base_lr of Triangular should be a rate of 0"),
    (lambda: Triangular(0.1, np.inf, 5), ValueError, "max_lr of Triangular should be a finite"),
    (
        lambda: Join([Constant(1)], [3]),
        ValueError,
        r"but it has 1\. The last schedule has no length: it goes on for ever\.$",
    ),
    (lambda: Join([0.1], []), TypeError, r"a schedule, but it is 0\.1\. For a fixed rate, try C"),
    (lambda: Product([]), ValueError, r"at least one schedule, but it is \[\]\.$"),
    (
        lambda: Constant(-0.1),
        ValueError,
        "lr of Constant should be a rate of 0 or more, but it is -0.1",
    ),
    (lambda: Constant(float("nan")), ValueError, "should be a finite number, but it is nan"),
    (lambda: Constant(float("inf")), ValueError, "should be a finite number, but it is inf"),
    (lambda: Constant("0.1"), TypeError, "should be a finite number, but it is '0.1'"),
    (lambda: Constant(True), TypeError, "should be a finite number, but it is True"),
    (lambda: Constant(np.array([0.1])), TypeError, "should be a finite number"),
    (
        lambda: StepDecay(0.1, 1.5, 3),
        ValueError,
        "gamma of StepDecay should be above 0 and at most 1",
    ),
    (lambda: StepDecay(0.1, 0.0, 3), ValueError, "To cut a rate tenfold, use 0.1."),
    (
        lambda: StepDecay(0.1, 0.5, 0),
        ValueError,
        "every of StepDecay should be a whole number, 1 or",
    ),
    (lambda: StepDecay(0.1, 0.5, 3.0), TypeError, "Write 3 without a decimal point."),
    (
        lambda: StepDecay(0.1, 0.5, 2.5),
        TypeError,
        "should be a whole number, 1 or more, but it is 2.5.$",
    ),
    (lambda: StepDecay(0.1, 0.5, True), TypeError, "should be a whole number"),
    (lambda: ScheduledDrop(0.1, [3, 3], 0.5), ValueError, "should be strictly increasing"),
    (
        lambda: ScheduledDrop(0.1, [5, 3], 0.5),
        ValueError,
        r"^milestones of ScheduledDrop should be strictly increasing, but it is \(5, 3\)\. "
        r"Try sorted\(set\(milestones\)\)\.$",
    ),
    (
        lambda: ScheduledDrop(0.1, [-1], 0.5),
        ValueError,
        r"milestones of ScheduledDrop\[0\] should be",
    ),
    (lambda: ScheduledDrop(0.1, 30, 0.5), TypeError, r"should be a list or tuple.*Try \[30\]"),
    (lambda: ScheduledDrop(0.1, "30", 0.5), TypeError, "should be a list or tuple"),
    (lambda: ExponentialDecay(0.1, 2.0, 3), ValueError, "gamma of ExponentialDecay"),
    (
        lambda: InverseTimeDecay(0.1, -1.0, 3),
        ValueError,
        "rate of InverseTimeDecay should be 0 or more",
    ),
    (
        lambda: InverseSqrt(0.1, 0),
        ValueError,
        "warmup_steps of InverseSqrt should be a whole number, 1",
    ),
    (
        lambda: PolynomialDecay(0.1, 0.0, 5, 0.0),
        ValueError,
        "power of PolynomialDecay should be above 0",
    ),
    (lambda: PolynomialDecay(0.1, -1.0, 5, 1.0), ValueError, "lr_end of PolynomialDecay"),
    (lambda: Linear(0.1, 0.0, 0), ValueError, "steps of Linear"),
    (lambda: CosineDecay(0.1, 0.0, 0), ValueError, "steps of CosineDecay"),
    (lambda: Triangular(0.2, 0.1, 5), ValueError, "base_lr of Triangular should be at most max_lr"),
    (
        lambda: Triangular2(0.2, 0.1, 5),
        ValueError,
        "base_lr of Triangular2 should be at most max_lr",
    ),
    (lambda: Triangular(0.1, 0.2, 0), ValueError, "half_cycle of Triangular"),
    (lambda: ExpRange(0.1, 0.2, 5, 1.1), ValueError, "gamma of ExpRange"),
    (lambda: CosineRestarts(0.1, 0.0, 5, 0), ValueError, "multiplier of CosineRestarts"),
    (lambda: CosineRestarts(0.1, 0.0, 5, 1.5), TypeError, "multiplier of CosineRestarts"),
    (
        lambda: OneCycle(0.1, 3, 0.3),
        ValueError,
        r"pct_start \* steps of OneCycle should be above 1",
    ),
    (lambda: OneCycle(0.1, 1, 0.5), ValueError, "0.5 \\* 1 is not. Try more steps"),
    (lambda: OneCycle(0.1, 2, 0.5), ValueError, "0.5 \\* 2 is not. Try more steps"),
    (lambda: OneCycle(0.1, 10, 1.0), ValueError, "pct_start of OneCycle should be between 0 and 1"),
    (lambda: OneCycle(0.1, 10, 0.0), ValueError, "pct_start of OneCycle should be between 0 and 1"),
    (lambda: OneCycle(0.1, 10, div=0.5), ValueError, "div of OneCycle should be 1 or more"),
    (lambda: OneCycle(0.1, 10, final_div=0.5), ValueError, "final_div of OneCycle"),
    (lambda: OneCycleMomentum(1.0, 0.5, 10), ValueError, "mu_max of OneCycleMomentum should be at"),
    (
        lambda: OneCycleMomentum(0.5, -0.1, 10),
        ValueError,
        "mu_min of OneCycleMomentum should be at",
    ),
    (
        lambda: OneCycleMomentum(0.5, 0.9, 10),
        ValueError,
        "mu_min of OneCycleMomentum should be at most",
    ),
    (lambda: OneCycleMomentum(0.9, 0.5, 3), ValueError, r"pct_start \* steps of OneCycleMomentum"),
    (lambda: Warmup(0.1, -1), ValueError, "steps of Warmup should be a whole number, 0 or more"),
    (lambda: WSD(0.1, 5, 10, 6, 0.0), ValueError, "5 \\+ 6 is more than 10"),
    (lambda: WSD(0.1, 5, 10, 0, 0.0), ValueError, "decay_steps of WSD"),
    (lambda: Join([], []), ValueError, "schedules of Join should be at least one schedule"),
    (lambda: Join([Constant(1)], [3]), ValueError, "Join of 1 schedules should have 0 lengths"),
    (
        lambda: Join([Constant(1), Constant(2)], []),
        ValueError,
        "should have 1 lengths, but it has 0",
    ),
    (
        lambda: Join([Constant(1), Constant(2)], [-1]),
        ValueError,
        r"lengths of Join\[0\] should be a",
    ),
    (
        lambda: Join([0.1, Constant(2)], [1]),
        TypeError,
        r"Join\[0\] should be a schedule.*Constant\(lr\)",
    ),
    (lambda: Product([]), ValueError, "schedules of Product should be at least one schedule"),
    (lambda: Constant(1).then(3, 0.1), TypeError, "should be a schedule"),
]


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    NONSENSE,
    ids=[f"{i}-{row[2][:40]}" for i, row in enumerate(NONSENSE)],
)
def test_nonsense_is_refused_with_one_clear_sentence(make, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_the_top_is_met_exactly_where_two_pieces_join():
    plan = WSD(0.3, 2, 8, 4, 0.03)
    assert plan(np.arange(1, 5)).tolist() == [0.3] * 4
    cycle = OneCycle(0.3, 10, 0.5, div=10, final_div=1)
    assert cycle(4) == 0.3
    assert 0.03 + (0.3 - 0.03) != 0.3, "the formula of the fall alone would miss it"


def test_restarts_go_on_beyond_the_largest_integer_of_the_machine():
    t = 1e25
    assert 0.0 <= CosineRestarts(1.0, 0.0, 1, 10)(t) <= 1.0
    assert CosineRestarts(1.0, 0.0, 10**20, 2)(10.0**20) == 1.0


def test_limits_themselves_are_allowed():
    WSD(0.1, 4, 10, 6, 0.0)
    OneCycle(0.0, 3, 0.34, div=1.0, final_div=1.0)
    OneCycleMomentum(0.5, 0.5, 3, 0.5)
    OneCycleMomentum(0.99, 0.0, 3, 0.5)
    assert StepDecay(0.0, 1.0, 1)(5) == 0.0


def test_schedules_are_frozen_values():
    a, b = (
        StepDecay(0.1, 0.5, 3),
        StepDecay(lr0=np.float64(0.1), gamma=np.float32(0.5), every=np.int8(3)),
    )
    assert a == b
    assert hash(a) == hash(b)
    assert repr(b) == "StepDecay(lr0=0.1, gamma=0.5, every=3)"
    assert a != StepDecay(0.1, 0.5, 4)
    with pytest.raises(AttributeError):
        a.gamma = 0.9


def test_one_cycle_and_its_momentum_turn_together():
    cycle = OneCycle(0.3, 40, 0.4)
    twin = cycle.momentum()
    assert twin == OneCycleMomentum(0.95, 0.85, 40, 0.4)
    t = np.arange(40)
    assert cycle(t).argmax() == twin(t).argmin() == 15


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (
            {"name": "Nonesuch"},
            "unknown name 'Nonesuch'; the known names are Constant, CosineDecay, ",
        ),
        ({"lr": 0.1}, 'expected a dict with a "name"'),
        ([1], 'expected a dict with a "name"'),
        ({"name": "Constant"}, "Constant cannot be made from {}"),
        ({"name": "Constant", "rate": 0.1}, "Constant cannot be made from {'rate': 0.1}"),
        ({"name": "Adam"}, "unknown name 'Adam'"),
        ({"name": ["Constant"]}, "unknown name"),
    ],
)
def test_a_dict_that_describes_no_schedule_is_refused(record, sentence):
    with pytest.raises(ValueError, match=sentence):
        Schedule.from_dict(record)


def test_a_dict_is_read_as_the_class_that_was_asked():
    record = {"name": "StepDecay", "lr0": 0.1, "gamma": 0.5, "every": 3}
    assert StepDecay.from_dict(record) == Schedule.from_dict(record)
    with pytest.raises(ValueError, match=r"unknown name 'StepDecay'; the known names are Linear$"):
        Linear.from_dict(record)


FIELDS = {
    f"{type(schedule).__name__}-{field.name}": (schedule, field.name)
    for schedule, _ in VALUES
    for field in dataclasses.fields(schedule)
}


@pytest.mark.parametrize(("schedule", "name"), FIELDS.values(), ids=FIELDS.keys())
def test_every_setting_is_checked_by_its_name(schedule, name):
    with pytest.raises(TypeError, match=f"^{name} of {type(schedule).__name__} should be"):
        dataclasses.replace(schedule, **{name: "nonsense"})
