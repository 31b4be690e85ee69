"""Intervals against figures that others computed.

Every figure below was also computed by independent libraries, which are not installed here: the shares by statsmodels
0.15.0 (`proportion_confint(count, of, method="wilson")`), the quantiles by SciPy 1.17.1 (`scipy.stats.t.ppf(0.975,
freedom)`). Where a figure is said to be published as well, the words beside it say where it was seen.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.intervals import mean_interval, share_interval, t_quantile

# By statsmodels. The first four are known as the examples of R. G. Newcombe, "Two-sided confidence intervals for the
# single proportion: comparison of seven methods", Statistics in Medicine 17 (1998), Table I, method 3. The table itself
# was not at hand; another project's test quotes these four of it to four places.
SHARES = [
    (81, 263, 0.255289, 0.366210),
    (15, 148, 0.062386, 0.160487),
    (0, 20, 0.000000, 0.161125),
    (1, 29, 0.006113, 0.171755),
    (24, 34, 0.538311, 0.831654),
    (4714, 7460, 0.620894, 0.642777),
]
# By SciPy. To three places, 1 to 60 and 100 are also in copies of the table of the NIST/SEMATECH e-Handbook of
# Statistical Methods, 1.3.6.7.2.
QUANTILES = [
    (1, 12.7062047),
    (2, 4.3026527),
    (4, 2.7764451),
    (9, 2.2621572),
    (10, 2.2281389),
    (29, 2.0452296),
    (60, 2.0002978),
    (99, 1.9842170),
    (100, 1.9839715),
    (101, 1.9837310),
    (120, 1.9799304),
    (1000, 1.9623391),
]


@pytest.mark.parametrize(("count", "of", "low", "high"), SHARES)
def test_the_interval_of_a_share_is_what_others_compute(count, of, low, high):
    assert share_interval(count, of) == pytest.approx((low, high), abs=6e-7)


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


@pytest.mark.parametrize(("freedom", "quantile"), QUANTILES)
def test_the_quantile_is_what_others_compute(freedom, quantile):
    assert t_quantile(freedom) == pytest.approx(quantile, abs=2e-7)


def test_sum_and_expansion_meet_without_a_step():
    steps = [t_quantile(freedom) - t_quantile(freedom + 1) for freedom in range(90, 110)]
    assert all(0 < step < 3e-4 for step in steps)
    assert steps == sorted(steps, reverse=True)


def test_the_interval_of_a_mean_is_what_others_compute_and_the_handbook_prints():
    """SciPy 1.17.1: `scipy.stats.t.interval(0.95, 194, loc=9.261460, scale=0.022789 / 195**0.5)`.

    NIST/SEMATECH e-Handbook of Statistical Methods 1.3.5.2 (heat flow, 195 values) gives 9.258242 and 9.264679, as
    several programs quote it: it computes from the values, of which only mean and deviation, rounded, go in here.
    """
    assert mean_interval(195, 9.261460, 0.022789) == pytest.approx((9.25824135, 9.26467865), abs=1e-8)
    assert mean_interval(195, 9.261460, 0.022789) == pytest.approx((9.258242, 9.264679), abs=1e-6)


@pytest.mark.parametrize(("n", "deviation"), [(0, 0.0), (1, 0.0), (12, 0.0)])
def test_of_one_value_or_of_equal_values_nothing_can_be_said(n, deviation):
    assert mean_interval(n, 3.0, deviation) is None


def test_more_values_make_a_mean_surer():
    widths = [math.dist(*[(end,) for end in mean_interval(n, 3.0, 1.0)]) for n in (2, 5, 30, 300, 30_000)]
    assert widths == sorted(widths, reverse=True)
