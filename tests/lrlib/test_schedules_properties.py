"""What holds for schedules whatever their settings."""

import dataclasses
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlib import schedules as sch
from tests.lrlib import examples
from tests.lrlib.examples import counts, gammas, plans, quick, rates, times

ULPS = 4 * np.finfo(float).eps


def only(names):
    return {name: examples.SIMPLE[name] for name in examples.SIMPLE if name in names}


def each(table):
    return pytest.mark.parametrize("strategy", table.values(), ids=table.keys())


def bounds(schedule):
    """The lowest and highest rate a simple schedule can have."""
    match schedule:
        case sch.Constant(lr) | sch.Warmup(lr) | sch.InverseSqrt(lr):
            return 0.0, lr
        case sch.WSD(lr=lr, warmup_steps=warmup, lr_end=end):
            return min(end, lr / max(warmup, 1)), max(lr, end)
        case sch.Triangular(low, high):
            return low, high
        case sch.CosineRestarts(high, low):
            return low, high
        case sch.OneCycle(max_lr=high, div=div, final_div=final_div):
            return high / div / final_div, high
        case sch.OneCycleMomentum(high, low):
            return low, high
    return getattr(schedule, "lr_end", 0.0), schedule.lr0


def test_every_schedule_is_drawn():
    assert set(examples.SCHEDULES) == set(sch.__all__) - {"Schedule"}


@each(examples.SCHEDULES)
def test_scalar_calls_equal_an_array_call_bit_for_bit(strategy):
    @quick
    @given(strategy, plans)
    def holds(schedule, t):
        assert schedule(t).tolist() == [schedule(int(n)) for n in t]
        assert schedule(t[::-1]).tolist() == schedule(t).tolist()[::-1]

    holds()


@each(examples.SCHEDULES)
def test_a_schedule_prints_and_serialises_as_itself(strategy):
    @quick
    @given(strategy)
    def holds(schedule):
        again = eval(repr(schedule), vars(sch))
        assert again == schedule
        assert hash(again) == hash(schedule)
        assert repr(again) == repr(schedule)
        record = json.loads(json.dumps(schedule.to_dict()))
        assert sch.Schedule.from_dict(record) == schedule

    holds()


@each(examples.SIMPLE)
def test_rates_stay_within_bounds(strategy):
    @quick
    @given(strategy, plans)
    def holds(schedule, t):
        low, high = bounds(schedule)
        assert (schedule(t) >= low - ULPS * high).all()
        assert (schedule(t) <= high * (1 + ULPS)).all()

    holds()


@each(only(examples.FALLING))
def test_decays_start_at_the_top_and_never_rise(strategy):
    @quick
    @given(strategy)
    def holds(schedule):
        curve = schedule(np.arange(700))
        assert (np.diff(curve) <= ULPS * schedule.lr0).all()
        passed = [t for t in getattr(schedule, "milestones", ()) if t == 0]
        assert curve[0] == pytest.approx(schedule.lr0 * schedule.gamma if passed else schedule.lr0)

    holds()


def ends(name):
    settings = {field.name for field in dataclasses.fields(getattr(sch, name))}
    return {"steps", "lr_end"} <= settings or name in ("OneCycle", "OneCycleMomentum")


ENDING = only([*filter(ends, examples.SIMPLE)])


@each(ENDING)
def test_the_last_value_is_held_for_ever(strategy):
    @quick
    @given(strategy, st.integers(0, 10**9))
    def holds(schedule, later):
        last = schedule.steps - isinstance(schedule, sch.OneCycle | sch.OneCycleMomentum)
        others = {"OneCycle": bounds(schedule)[0], "OneCycleMomentum": 0.95}
        end = others.get(type(schedule).__name__, getattr(schedule, "lr_end", None))
        assert schedule(last) == schedule(last + later) == pytest.approx(end, rel=1e-15)

    holds()


CONTINUOUS = only(examples.SIMPLE.keys() - examples.JUMPING)


@each(CONTINUOUS)
def test_smooth_schedules_have_no_jump(strategy):
    @quick
    @given(strategy, st.floats(0.0, 700.0))
    def holds(schedule, t):
        high = bounds(schedule)[1]
        assert abs(schedule(t + 1e-9) - schedule(t)) <= 1e-7 * high

    holds()


@quick
@given(examples.SIMPLE["WSD"])
def test_wsd_joins_its_pieces_without_a_jump(plan):
    start = plan.steps - plan.decay_steps
    assert plan(start) == pytest.approx(plan.lr, rel=1e-14)
    assert plan(max(plan.warmup_steps - 1, 0)) == pytest.approx(plan.lr, rel=1e-14)
    assert plan(plan.steps - 1e-9) == pytest.approx(plan.lr_end, rel=1e-6, abs=1e-8 * plan.lr)


SCALED = ("lr", "lr0", "lr_end", "lr_max", "lr_min", "base_lr", "max_lr")


@each(examples.SIMPLE)
def test_rates_scale_with_the_rates_that_went_in(strategy):
    @quick
    @given(strategy, plans)
    def holds(schedule, t):
        present = [f.name for f in dataclasses.fields(schedule) if f.name in SCALED]
        if not present:
            return
        larger = {name: 3.7 * getattr(schedule, name) for name in present}
        scaled = dataclasses.replace(schedule, **larger)(t)
        top = bounds(schedule)[1]
        np.testing.assert_allclose(scaled, 3.7 * schedule(t), rtol=1e-12, atol=1e-14 * top)

    holds()


@quick
@given(rates, gammas, counts)
def test_step_decay_is_a_product_of_drops(lr0, gamma, every):
    curve, rate = sch.StepDecay(lr0, gamma, every)(np.arange(120)), lr0
    for t in range(120):
        rate *= gamma if t and t % every == 0 else 1.0
        assert curve[t] == pytest.approx(rate, rel=1e-12)


@quick
@given(rates, gammas, examples.drops)
def test_scheduled_drop_is_a_product_of_drops(lr0, gamma, milestones):
    curve, rate = sch.ScheduledDrop(lr0, milestones, gamma)(np.arange(420)), lr0
    for t in range(420):
        rate *= gamma if t in milestones else 1.0
        assert curve[t] == pytest.approx(rate, rel=1e-12)


@quick
@given(rates, gammas, counts)
def test_exponential_decay_multiplies_by_the_same_factor_each_step(lr0, gamma, every):
    curve = sch.ExponentialDecay(lr0, gamma, every)(np.arange(120))
    np.testing.assert_allclose(curve[1:], curve[:-1] * gamma ** (1 / every), rtol=1e-12)


@quick
@given(rates, st.floats(0.0, 5.0), counts)
def test_inverse_time_decay_adds_the_same_to_the_divisor_each_step(lr0, rate, every):
    divisor = lr0 / sch.InverseTimeDecay(lr0, rate, every)(np.arange(120))
    np.testing.assert_allclose(np.diff(divisor), rate / every, rtol=1e-9, atol=1e-12)


@quick
@given(rates, counts, times)
def test_inverse_sqrt_halves_when_time_quadruples(lr, warmup_steps, later):
    schedule = sch.InverseSqrt(lr, warmup_steps)
    t = warmup_steps + later
    assert schedule(4 * t) == pytest.approx(schedule(t) / 2, rel=1e-12)


@quick
@given(examples.SIMPLE["PolynomialDecay"])
def test_a_polynomial_of_power_one_is_a_line(poly):
    straight = dataclasses.replace(poly, power=1.0)
    line = sch.Linear(poly.lr0, poly.lr_end, poly.steps)
    assert straight(np.arange(400)).tolist() == line(np.arange(400)).tolist()


@quick
@given(examples.SIMPLE["CosineDecay"], times)
def test_cosine_is_symmetric_about_its_middle(cosine, t):
    t %= cosine.steps + 1
    total = cosine(t) + cosine(cosine.steps - t)
    assert total == pytest.approx(cosine.lr0 + cosine.lr_end, rel=1e-12)


@quick
@given(examples.SIMPLE["Triangular"], times)
def test_triangles_repeat_and_their_second_mode_halves(saw, t):
    period = 2 * saw.half_cycle
    top = saw.max_lr
    assert saw(t + period) == pytest.approx(saw(t), rel=1e-9, abs=1e-9 * top)
    halving = sch.Triangular2(saw.base_lr, saw.max_lr, saw.half_cycle)
    above, later = halving(t) - saw.base_lr, halving(t + period) - saw.base_lr
    assert later == pytest.approx(above / 2, rel=1e-6, abs=1e-9 * top)


@quick
@given(examples.SIMPLE["ExpRange"], times)
def test_exp_range_is_a_triangle_under_an_exponential(saw, t):
    plain = sch.Triangular(saw.base_lr, saw.max_lr, saw.half_cycle)(t) - saw.base_lr
    expected = saw.base_lr + plain * saw.gamma**t
    assert saw(t) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@quick
@given(examples.SIMPLE["CosineRestarts"])
def test_restarts_are_cosines_one_after_another(restarts):
    lengths = [restarts.first_cycle * restarts.multiplier**i for i in range(4)]
    pieces = [sch.CosineDecay(restarts.lr_max, restarts.lr_min, length) for length in lengths]
    joined = sch.Join(pieces, lengths[:-1])
    t = np.arange(min(sum(lengths), 2000))
    np.testing.assert_allclose(restarts(t), joined(t), rtol=1e-12)
    starts = np.cumsum([0, *lengths])
    np.testing.assert_allclose(restarts(starts), restarts.lr_max, rtol=1e-15)


@pytest.mark.parametrize(("first", "multiplier"), [(1, 2), (3, 3), (7, 10), (1, 5)])
def test_no_restart_is_missed_however_late(first, multiplier):
    restarts, start, length = sch.CosineRestarts(1.0, 0.0, first, multiplier), 0, first
    while start < 10**12:
        assert restarts(start) == 1.0
        start, length = start + length, length * multiplier


@quick
@given(examples.SIMPLE["OneCycle"])
def test_one_cycle_rises_to_its_peak_and_falls_to_its_end(cycle):
    peak = cycle.pct_start * cycle.steps - 1
    assert cycle(0) == pytest.approx(cycle.max_lr / cycle.div)
    assert cycle(peak) == pytest.approx(cycle.max_lr)
    curve = cycle(np.linspace(0, cycle.steps, 300))
    rising = np.linspace(0, cycle.steps, 300)[1:] <= peak
    slack = ULPS * cycle.max_lr
    assert (np.diff(curve)[rising] >= -slack).all()
    assert (np.diff(cycle(np.linspace(peak, cycle.steps, 300))) <= slack).all()


@quick
@given(rates, st.integers(1, 300))
def test_warmup_is_never_zero_and_peaks_at_its_last_step(lr, steps):
    curve = sch.Warmup(lr, steps)(np.arange(steps + 5))
    assert curve[0] == pytest.approx(lr / steps)
    assert (np.diff(curve[:steps]) > 0).all()
    assert (curve[steps - 1 :] == lr).all()


@quick
@given(examples.COMPOSED["Join"], plans)
def test_each_joined_piece_runs_on_its_own_clock(joined, t):
    starts = [0]
    for length in joined.lengths:
        starts.append(starts[-1] + length)
    for (start, piece), end in zip(
        zip(starts, joined.schedules), [*starts[1:], np.inf], strict=True
    ):
        mine = t[(t >= start) & (t < end)]
        assert joined(mine).tolist() == piece(mine - start).tolist()


@quick
@given(st.lists(st.one_of(*examples.SIMPLE.values()), min_size=2, max_size=4), plans)
def test_then_is_join(pieces, t):
    lengths = range(10, 10 * len(pieces), 10)
    nested = pieces[0]
    for (_, piece), total in zip(pairwise(pieces), lengths):
        nested = nested.then(total, piece)
    joined = sch.Join(pieces, [10] * (len(pieces) - 1))
    assert nested(t).tolist() == joined(t).tolist()


@quick
@given(examples.COMPOSED["Product"], plans)
def test_a_product_multiplies_its_factors(product, t):
    expected = np.ones(len(t))
    for factor in product.schedules:
        expected *= factor(t)
    np.testing.assert_allclose(product(t), expected, rtol=1e-14)
