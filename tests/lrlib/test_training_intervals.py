"""Intervals cover what they claim to cover, and pairs are compared run by run."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlib.training import bootstrap_interval, mean_interval, paired_interval, student_t
from lrlib.training.verdicts import T95, compare
from tests.lrlib.examples import quick

numbers = st.floats(-100, 100).map(lambda x: round(x, 3))
samples = st.lists(numbers, min_size=2, max_size=12)


def test_students_factor_is_the_one_in_printed_tables():
    for n, factor in T95.items():
        assert student_t(n - 1) == pytest.approx(factor, abs=5e-4)
    assert student_t(10, confidence=0.99) == pytest.approx(3.169, abs=5e-4)
    assert student_t(1e7) == pytest.approx(1.959964, abs=1e-5)


@pytest.mark.parametrize("degrees", [1.0, 1.5, 2.0, 3.7, 20.0, 400.0])
def test_students_factor_covers_the_share_that_it_promises(degrees):
    rng = np.random.default_rng(4)
    draws = rng.standard_t(degrees, size=200_000)
    for confidence in (0.5, 0.9, 0.95):
        covered = (abs(draws) < student_t(degrees, confidence)).mean()
        assert covered == pytest.approx(confidence, abs=0.004)


def test_students_interval_covers_the_mean_in_95_of_100_samples_however_small():
    rng = np.random.default_rng(1)
    for n in (2, 3, 10):
        found = [mean_interval(rng.normal(7.0, 2.0, n)) for _ in range(2000)]
        assert np.mean([i.low < 7 < i.high for i in found]) == pytest.approx(0.95, abs=0.015)


def test_the_bootstrap_covers_nearly_as_often_with_many_values_and_too_rarely_with_few():
    rng = np.random.default_rng(1)

    def share(n):
        found = [bootstrap_interval(rng.normal(size=n), draws=300) for _ in range(400)]
        return np.mean([i.low < 0 < i.high for i in found])

    assert 0.92 < share(40) < 0.97
    assert share(3) < 0.85


@quick
@given(samples, st.floats(0.5, 0.99))
def test_swapping_the_two_sides_turns_the_difference_round(values, confidence):
    a, b = np.array(values), np.roll(values, 1) + 0.25
    one, other = paired_interval(a, b, confidence), paired_interval(b, a, confidence)
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))
    assert one.below == int((a < b).sum())
    turned = {"lower": "higher", "higher": "lower", "cannot tell": "cannot tell"}
    assert other.verdict == turned[one.verdict]


@quick
@given(samples, numbers)
def test_what_makes_a_seed_hard_for_both_sides_is_of_no_account(values, shift):
    a = np.array(values)
    b = a[::-1].copy()
    hardness = np.linspace(0, shift, len(a))
    plain, shifted = paired_interval(a, b), paired_interval(a + hardness, b + hardness)
    assert (shifted.mean, shifted.margin) == pytest.approx((plain.mean, plain.margin), abs=1e-9)


def test_the_verdict_is_that_of_compare():
    rng = np.random.default_rng(3)
    words = {"lower": "better", "higher": "worse", "cannot tell": "cannot tell"}
    for shift in (-1.0, -0.3, 0.0, 0.3, 1.0):
        base = rng.normal(size=6)
        other = base + shift + 0.3 * rng.normal(size=6)
        board = compare({"base": base, "other": other})["other"]
        found = paired_interval(other, base)
        assert board["verdict"] == words[found.verdict]
        assert board["margin"] == pytest.approx(found.margin, rel=1e-3)


def test_a_side_that_diverged_is_higher_and_two_that_diverged_say_nothing():
    fine, lost = [1.0, 2.0, 3.0], [1.0, math.nan, math.inf]
    assert paired_interval(lost, fine).verdict == "higher"
    assert paired_interval(fine, lost).verdict == "lower"
    assert paired_interval(lost, lost).verdict == "cannot tell"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: mean_interval([1.0]), "two or more numbers"),
        (lambda: mean_interval([[1.0, 2.0]]), "two or more numbers"),
        (lambda: paired_interval([1.0, 2.0], [1.0, 2.0, 3.0]), "as many losses as the baseline"),
        (lambda: student_t(0.5), "1 or more"),
        (lambda: student_t(3, confidence=95), "between 0 and 1"),
        (lambda: bootstrap_interval([1.0]), "two or more values"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()
