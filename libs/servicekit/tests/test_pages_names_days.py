"""Small parts: page tokens, resource names, Pacific days."""

import base64
from datetime import UTC, date, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.options.v1 import options_pb2
from servicekit import calendar, names
from servicekit.paging import page_of
from servicekit.refusals import InvalidField
from servicekit.testing.offices import state_calendar


def asked(**fields):
    return pb.ListDeadLettersRequest(**fields)


KEY = b"of the service's database"


def page(**fields):
    return page_of(asked(**fields), KEY)


def token_after(key):
    return page(page_size=1).cut(["a", "b"], lambda _: key)[1]


def test_a_page_goes_on_after_the_last_key():
    shown, token = page(page_size=2).cut(["a", "b", "c"], lambda row: [row, 2])
    assert shown == ["a", "b"]
    assert page(page_size=2, page_token=token).after == ["b", 2]


def test_a_page_says_in_sql_where_it_starts():
    first = page(page_size=2)
    assert (first.after_sql("AND", ">", word="text", n="int"), first.values("word", "n")) == ("", {"limit": 3})
    _, token = first.cut(["a", "b", "c"], lambda row: [row, 2])
    second = page(page_size=2, page_token=token)
    assert (
        second.after_sql("AND", ">", word="text", n="int") == "AND (word, n) > (%(after_word)s::text, %(after_n)s::int)"
    )
    assert second.values("word", "n") == {"after_word": "b", "after_n": 2, "limit": 3}


@pytest.mark.parametrize("rows", [[], ["a"], ["a", "b", "c"]])
def test_the_last_page_has_no_next_one(rows):
    assert page(page_size=3).cut(rows, lambda row: [row]) == (rows, "")


def refused(token, key=KEY, **fields):
    with pytest.raises(InvalidField) as raised:
        page_of(asked(page_token=token, **fields), key)
    return raised.value.field == "page_token"


def test_a_token_of_another_filter_is_refused():
    token = token_after(["a"])
    assert refused(token, show_settled=True)


def test_a_token_that_another_key_sealed_is_refused():
    token = token_after(["a"])
    assert refused(token, key=b"another")


@pytest.mark.parametrize("token", ["x", "AAAA", "%%%", "Zm9vYmFy", "\u00e9", "A" * 10_000])
def test_a_made_up_token_is_refused(token):
    assert refused(token)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_refused(token):
    assert not token or refused(token)


@given(st.binary())
def test_any_bytes_are_refused(content):
    token = base64.urlsafe_b64encode(content).decode()
    assert not token or refused(token)


@given(st.data())
def test_a_token_with_another_bit_is_refused(data):
    given_out = base64.urlsafe_b64decode(token_after(["a", 7]))
    bit = data.draw(st.integers(0, 8 * len(given_out) - 1))
    changed = bytearray(given_out)
    changed[bit // 8] ^= 1 << bit % 8

    assert refused(base64.urlsafe_b64encode(bytes(changed)).decode())


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 2**64 - 1), st.binary())
def test_a_well_formed_token_without_the_seal_is_refused(key, digest, seal):
    for list_ in (digest, page().list_digest):
        token = options_pb2.PageToken(key=key, list=list_, seal=seal)
        sent = base64.urlsafe_b64encode(token.SerializeToString()).decode()
        assert not sent or refused(sent)


def test_a_page_is_never_larger_than_a_thousand_and_never_negative():
    assert page(page_size=5000).size == 1000
    with pytest.raises(InvalidField):
        page(page_size=-1)


def test_a_name_gives_its_ids_or_says_its_form():
    assert names.parse("shelves/{shelf}/books/{book}", "shelves/a/books/b") == {"shelf": "a", "book": "b"}
    with pytest.raises(InvalidField) as refused:
        names.one("shelves/{shelf}", "shelves/a/books/b", field="parent")
    assert refused.value.field == "parent"
    assert refused.value.metadata == {"value": "shelves/a/books/b", "rule": "must have the form shelves/{shelf}"}


# Closed on Christmas Eve of a year, which is a Thursday, on a Saturday, and on the first Monday of the next.
SHORT = calendar.Calendar(
    frozenset({date(2026, 12, 24), date(2026, 12, 26), date(2027, 1, 4)}), frozenset({2026, 2027})
)


def test_business_days_are_counted_by_the_days_that_the_calendar_says():
    assert [day for day in range(21, 32) if not SHORT.is_business_day(date(2026, 12, day))] == [24, 26, 27]
    assert SHORT.add(date(2026, 12, 23), 1) == date(2026, 12, 25)
    assert SHORT.add(date(2026, 12, 31), 2) == date(2027, 1, 5)
    assert SHORT.add(date(2027, 1, 5), -2) == date(2026, 12, 31)
    assert SHORT.add(date(2026, 12, 26), 0) == date(2026, 12, 26)
    assert SHORT.between(date(2026, 12, 18), date(2027, 1, 8)) == 13


def test_twenty_eight_business_days_after_november_23_2026_is_january_6_2027():
    """Counted on the printed calendar: 24 and 25 Nov are 2, 30 Nov to 24 Dec 21, 28 to 31 Dec 25, then 4 to 6 Jan."""
    assert state_calendar().add(date(2026, 11, 23), 28) == date(2027, 1, 6)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(-300, 300))
def test_adding_and_counting_business_days_agree(day, days):
    reached = state_calendar().add(day, days)
    if days and (days > 0 or state_calendar().is_business_day(day)):
        assert state_calendar().between(day, reached) == days
    if days:
        assert state_calendar().is_business_day(reached)


@pytest.mark.parametrize(
    "count",
    [
        lambda days: days.add(date(2027, 12, 30), 2),
        lambda days: days.add(date(2026, 1, 2), -2),
        lambda days: days.add(date(1, 1, 1), -1),
        lambda days: days.add(date(9999, 12, 30), 5),
        lambda days: days.between(date(2027, 12, 30), date(2028, 1, 3)),
        lambda days: days.between(date(1, 1, 1), date(9999, 12, 31)),
        lambda days: days.is_business_day(date(2028, 1, 3)),
    ],
)
def test_nothing_is_counted_in_a_year_of_which_nobody_said_when_offices_are_closed(count):
    with pytest.raises(calendar.CalendarYearMissing) as refused:
        count(SHORT)
    assert refused.value.reason == "CALENDAR_YEAR_MISSING"


def test_where_something_must_be_counted_weekends_are_all_that_is_known_of_such_a_year():
    assert SHORT.as_far_as_known().add(date(2027, 12, 30), 2) == date(2028, 1, 3)
    assert SHORT.as_far_as_known().add(date(2027, 1, 1), 1) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("typed", "years", "rule"),
    [
        ("0027-02-01", calendar.YEARS_OF_DOCUMENTS, "must have a year of four digits: 2027"),
        ("0081-10-05", calendar.YEARS_OF_DOCUMENTS, "must have a year of four digits: 2081 or 1981"),
        ("0024-03-04", calendar.YEARS_OF_LIVES, "must have a year of four digits: 2024 or 1924"),
        ("0001-01-01", calendar.YEARS_OF_DOCUMENTS, "must have a year of four digits: 2001"),
        ("0227-02-01", calendar.YEARS_OF_DOCUMENTS, "must be a date from 1975 to 2100"),
        ("9999-12-31", calendar.YEARS_OF_DOCUMENTS, "must be a date from 1975 to 2100"),
        ("1974-12-31", calendar.YEARS_OF_DOCUMENTS, "must be a date from 1975 to 2100"),
        ("2201-01-01", calendar.YEARS_OF_LIVES, "must be a date from 1900 to 2200"),
        ("20270201", calendar.YEARS_OF_DOCUMENTS, "must be a date, YYYY-MM-DD"),
        ("2027-02-30", calendar.YEARS_OF_DOCUMENTS, "must be a date, YYYY-MM-DD"),
        ("02/01/2027", calendar.YEARS_OF_DOCUMENTS, "must be a date, YYYY-MM-DD"),
    ],
)
def test_a_day_outside_its_years_says_what_is_meant(typed, years, rule):
    with pytest.raises(InvalidField) as refused:
        calendar.day_of("day", typed, years)
    assert refused.value.metadata == {"value": typed, "rule": rule}


@pytest.mark.parametrize("day", [date(1975, 1, 1), date(2028, 2, 29), date(2100, 12, 31)])
def test_a_day_within_its_years_is_read(day):
    assert calendar.day_of("day", day.isoformat(), calendar.YEARS_OF_DOCUMENTS) == day


@pytest.mark.parametrize("seconds", [-62_135_596_800, 253_402_300_799, -(2**63), 2**63 - 1, 157_766_399, 4_134_067_200])
def test_a_moment_outside_its_years_is_refused_whatever_its_size(seconds):
    with pytest.raises(InvalidField) as refused:
        calendar.moment_of("at", Timestamp(seconds=seconds), calendar.YEARS_OF_DOCUMENTS)
    assert refused.value.field == "at"


def test_a_moment_within_its_years_is_read():
    assert calendar.moment_of("at", Timestamp(seconds=1_798_761_600), range(2026, 2027)) == datetime(
        2027, 1, 1, tzinfo=UTC
    )


def test_a_moment_late_in_the_evening_belongs_to_the_pacific_day():
    assert calendar.pacific_date(datetime(2026, 11, 24, 7, 30, tzinfo=UTC)) == date(2026, 11, 23)
    assert calendar.end_of_day(date(2026, 11, 23)) == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("slug", ["", "Intake", "in take", "-intake", "intake-", "a--b", "intake\n", "é", "x" * 101])
def test_a_slug_is_words_of_lower_case_joined_by_hyphens(slug):
    assert names.slug("intake-2", field="book_id") == "intake-2"
    with pytest.raises(InvalidField) as refused:
        names.slug(slug, field="book_id")

    assert slug.startswith(refused.value.metadata["value"].removesuffix("…"))


BOOK_VERSION = "books/{book}/versions/{version}"


def test_a_version_is_named_by_a_slug_and_a_number():
    assert names.version_in(BOOK_VERSION, "books/intake-2/versions/17") == ("intake-2", 17)


@pytest.mark.parametrize(
    "version",
    ["books/In/versions/1", *(f"books/in/versions/{n}" for n in ("x", "\u0663", "0", "1234567890")), "books/in"],
)
def test_what_names_no_version_is_refused(version):
    with pytest.raises(InvalidField):
        names.version_in(BOOK_VERSION, version)
