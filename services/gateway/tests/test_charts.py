"""Where things stand in a chart: against values worked out by hand or published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.app import environment
from gateway.web import charts

ENVIRONMENT = environment()


@pytest.mark.parametrize(
    ("top", "most", "step"),
    [
        # As in Heckbert's example of 105 to 543 (a range of 438 with five ticks): steps of 100.
        (438, 5, 100),
        *[(1, 4, 1), (4, 4, 1), (5, 4, 2), (11, 4, 5), (20, 4, 5), (21, 4, 10), (7460, 5, 2000)],
    ],
)
def test_a_step_of_an_axis_is_one_that_people_count_in(top, most, step):
    assert charts.step(top, most) == step


def test_an_axis_goes_from_zero_to_its_top_and_leaves_out_what_is_too_near():
    assert charts.ticks(11, 4) == [0, 5, 11]
    assert charts.ticks(1, 4) == [0, 1]
    assert charts.ticks(20, 4) == [0, 5, 10, 15, 20]


@given(st.integers(1, 1_000_000), st.integers(2, 8))
def test_an_axis_is_in_order_and_has_no_more_than_was_asked(top, most):
    found = charts.ticks(top, most)
    assert found == sorted(set(found))
    assert (found[0], found[-1]) == (0, top)
    assert len(found) <= most + 1


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2026-11-16", "2026-11-16", ["2026-11-16"]),
        ("2026-11-16", "2026-11-19", ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"]),
        ("2026-11-16", "2027-01-08", ["2026-11-16", "2026-11-30", "2026-12-14", "2026-12-28"]),
        ("2026-01-05", "2026-09-01", ["2026-01-05", "2026-03-01", "2026-05-01", "2026-07-01", "2026-09-01"]),
        ("2020-03-10", "2026-09-01", ["2020-03-10", "2022-03-01", "2024-03-01", "2026-03-01"]),
    ],
)
def test_days_of_an_axis_go_by_days_weeks_months_or_years(first, last, labels):
    found = charts.day_ticks(date.fromisoformat(first), date.fromisoformat(last), 6)
    assert [day.isoformat() for day in found] == labels


@given(st.dates(date(1975, 1, 1), date(2099, 12, 31)), st.integers(0, 9000), st.integers(3, 8))
def test_days_of_an_axis_are_few_and_on_it(first, span, most):
    last = first + timedelta(span)
    found = charts.day_ticks(first, last, most)
    assert found == sorted(set(found))
    assert found[0] == first
    assert found[-1] <= last
    assert len(found) <= most


def test_a_path_begins_anew_after_a_gap_and_shows_a_point_that_stands_alone():
    points = [(0, 10), (50, 5.04), None, (75, 2.26), None, None, (80, 1), (100, 0)]
    assert charts.path(points) == "M0 10L500 5M750 2.3h0M800 1L1000 0"
    assert charts.path([None]) == charts.path([]) == ""


def test_a_small_line_goes_from_zero_and_keeps_room_for_its_thickness():
    assert charts.spark([0, 1, None, 2], 28) == "M0 26.5L333.3 14M1000 1.5h0"
    assert charts.spark([0, 0], 28) == "M0 26.5L1000 26.5"


def test_words_stand_where_a_line_that_rises_leaves_room():
    low, high = 250.0, charts.ABOVE + 2.0
    chart = charts.Chart("", "", plot=220, across=(), up=(), lines=())
    left, right = 80, 10
    assert chart.first_line(charts.Mark("dot", left, low, ("a", "b"))) < 0
    assert chart.first_line(charts.Mark("dot", left, high, ("a",))) > 0
    assert chart.first_line(charts.Mark("dot", right, high, ("a",))) > 0
    assert chart.first_line(charts.Mark("dot", right, low, ("a", "b"))) < 0


def test_nothing_is_drawn_in_a_row_before_there_are_two_values():
    spark = ENVIRONMENT.globals["charts"].spark
    assert str(spark([3], "3 a second")).strip() == str(spark([None, 3, None], "3 a second")).strip() == ""
    assert 'aria-label="3, then 4 a second"' in str(spark([3, 4], "3, then 4 a second"))


def test_a_gap_says_what_it_is_where_there_is_room():
    assert [charts.Gap(0, width).has_room for width in (5, 12, 40)] == [False, True, True]
    assert [charts.Gap(0, width).has_room_on_a_phone for width in (5, 12, 40)] == [False, False, True]
