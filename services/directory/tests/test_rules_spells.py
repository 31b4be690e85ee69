"""Dated facts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.agencies import rules as reference
from directory.rules.spells import JobOverlaps, Spell, day, optional_day, require_free, require_order
from servicekit.refusals import InvalidField

days = st.dates(date(2020, 1, 1), date(2020, 2, 1))
spells = st.builds(
    lambda start, n: Spell(start, None if n is None else start + timedelta(days=n)),
    days,
    st.none() | st.integers(0, 20),
)


@given(spells, spells)
def test_two_spells_overlap_exactly_if_some_day_lies_in_both(one, other):
    every_day = [date(2019, 12, 31) + timedelta(days=n) for n in range(80)]

    assert one.overlaps(other) == any(one.holds_on(each) and other.holds_on(each) for each in every_day)
    assert one.overlaps(other) == other.overlaps(one)


def test_leave_holds_on_its_last_day_and_a_job_does_not_hold_on_its_end():
    assert Spell.through(date(2026, 1, 1), date(2026, 1, 1)).holds_on(date(2026, 1, 1))
    assert not Spell(date(2026, 1, 1), date(2026, 1, 2)).holds_on(date(2026, 1, 2))


@pytest.mark.parametrize("value", ["", "1/2/2026", "2026-1-2", "20260102", "2026-W01-1", "2026-02-30", "yesterday"])
def test_only_year_month_day_is_a_date(value):
    with pytest.raises(InvalidField) as refused:
        day("job.start_date", value)
    assert (refused.value.field, refused.value.metadata["value"]) == ("job.start_date", value)


def test_an_empty_date_is_none_where_it_may_be_empty():
    assert optional_day("job.end_date", "") is None
    assert optional_day("job.end_date", "2026-01-02") == date(2026, 1, 2)


def test_an_end_must_follow_its_start():
    start = date(2026, 1, 2)
    require_order("leave.end_date", start, start, same_day=True)
    require_order("job.end_date", start, None, same_day=False)
    with pytest.raises(InvalidField):
        require_order("job.end_date", start, start, same_day=False)
    with pytest.raises(InvalidField):
        require_order("leave.end_date", start, date(2026, 1, 1), same_day=True)


def test_an_overlap_is_refused_with_the_days_it_meets():
    known = Spell(date(2026, 1, 1), date(2026, 3, 1))
    require_free(Spell(date(2026, 3, 1)), [known], JobOverlaps, person="people/1")
    with pytest.raises(JobOverlaps) as refused:
        require_free(Spell(date(2026, 2, 1)), [known], JobOverlaps, person="people/1")
    assert refused.value.metadata == {"person": "people/1", "start": "2026-01-01", "end": "2026-03-01"}


def test_a_county_that_changes_its_agency_has_one_on_each_day():
    old = reference.Membership("06001", "alameda", None, date(2021, 1, 2))
    new = reference.Membership("06001", "yolo", date(2021, 1, 2), None)

    reference.check_memberships([old, new])
    with pytest.raises(reference.CountyHasTwoAgencies) as refused:
        reference.check_memberships([old, reference.Membership("06001", "yolo", date(2021, 1, 1), None)])
    assert refused.value.metadata == {"fips": "06001", "agency": "yolo", "other": "alameda"}
