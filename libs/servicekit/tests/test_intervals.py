"""Intervals against values that others published."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.intervals import mean_interval, share_interval, t_quantile

# R. G. Newcombe, Statistics in Medicine 17 (1998), Table I, method 3.
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
# Student's t, two-sided 5 %: the table of every textbook.
STUDENT = [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (10, 2.228), (29, 2.045), (60, 2.000), (120, 1.980)]


@pytest.mark.parametrize(("count", "of", "low", "high"), NEWCOMBE)
def test_the_interval_of_a_share_is_the_published_one(count, of, low, high):
    assert share_interval(count, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_of_a_share_holds_the_share_and_stays_between_0_and_1(numbers):
    count, of = numbers
    low, high = share_interval(count, of)
    assert 0 <= low <= count / of <= high <= 1
    assert low < high
    # What is not counted has the mirrored interval.
    assert share_interval(of - count, of) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("count", "of"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_has_no_interval(count, of):
    with pytest.raises(ValueError, match="no part of"):
        share_interval(count, of)


@pytest.mark.parametrize(("freedom", "quantile"), STUDENT)
def test_the_quantile_is_the_one_of_the_table(freedom, quantile):
    assert t_quantile(freedom) == pytest.approx(quantile, abs=5e-4)


def test_sum_and_expansion_meet_without_a_step():
    steps = [t_quantile(freedom) - t_quantile(freedom + 1) for freedom in range(90, 110)]
    assert all(0 < step < 3e-4 for step in steps)
    assert steps == sorted(steps, reverse=True)


def test_the_interval_of_a_mean_is_the_published_one():
    """NIST/SEMATECH e-Handbook of Statistical Methods 1.3.5.2: heat flow, 195 values."""
    assert mean_interval(195, 9.261460, 0.022789) == pytest.approx((9.258242, 9.264679), abs=1.5e-6)


@pytest.mark.parametrize(("n", "deviation"), [(0, 0.0), (1, 0.0), (12, 0.0)])
def test_of_one_value_or_of_equal_values_nothing_can_be_said(n, deviation):
    assert mean_interval(n, 3.0, deviation) is None


def test_more_values_make_a_mean_surer():
    widths = [math.dist(*[(end,) for end in mean_interval(n, 3.0, 1.0)]) for n in (2, 5, 30, 300, 30_000)]
    assert widths == sorted(widths, reverse=True)
