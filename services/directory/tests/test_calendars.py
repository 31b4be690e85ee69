"""The state's holidays by year, where agencies differ, and what others are told."""

import uuid
from datetime import date

import pytest

from cadre.directory.v1 import calendar_service_pb2 as pb
from cadre.directory.v1 import events_pb2
from directory.calendars import rules
from directory.calendars.rules import Holiday
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

EVERYBODY = "agencies.read"


def request_id():
    return uuid.uuid4().hex


def listed(directory):
    years = directory.as_whole(EVERYBODY).ListCalendars(pb.ListCalendarsRequest(page_size=200)).calendars
    return {one.name: one for one in years}


def update(directory, calendar):
    request = pb.UpdateCalendarRequest(calendar=calendar, request_id=request_id())
    return directory.as_whole("calendar.write").UpdateCalendar(request)


def refused_with(call, *args):
    with pytest.raises(Refused) as refused:
        call(*args)
    return refused.value.reason, list(refused.value.fields)


# ---- the printed rule ----


@pytest.mark.parametrize(
    ("day", "closed_on"),
    [
        # Sundays are kept on Monday.
        (date(2023, 1, 1), date(2023, 1, 2)),
        (date(2021, 7, 4), date(2021, 7, 5)),
        (date(2029, 11, 11), date(2029, 11, 12)),
        (date(2024, 3, 31), date(2024, 4, 1)),
        # Saturdays close no office, but for November 11.
        (date(2022, 1, 1), None),
        (date(2026, 7, 4), None),
        (date(2027, 12, 25), None),
        (date(2029, 3, 31), None),
        (date(2023, 11, 11), date(2023, 11, 10)),
        (date(2028, 11, 11), date(2028, 11, 10)),
        # Others are kept on their day.
        (date(2026, 11, 11), date(2026, 11, 11)),
        (date(2026, 12, 25), date(2026, 12, 25)),
    ],
)
def test_offices_are_closed_for_a_holiday_by_the_printed_rule(day, closed_on):
    assert rules.usually_closed_on(day) == closed_on


def test_every_year_on_record_from_the_beginning_is_by_the_printed_rule(directory):
    years = listed(directory)
    assert [years[f"calendars/{year}"].etag for year in (2015, 2035)] == ["1", "1"]
    assert len(years) == 21

    read = [
        (date.fromisoformat(one.date), (one.closed_on and date.fromisoformat(one.closed_on)) or None)
        for year in years.values()
        for one in year.holidays
    ]
    assert [day for day, closed_on in read if closed_on != rules.usually_closed_on(day)] == []
    assert {closed_on for _, closed_on in read if closed_on} == state_calendar().closed


@pytest.mark.parametrize("year", [2024, 2027, 2031, 2035])
def test_a_year_as_usual_is_the_one_that_is_printed(directory, year):
    printed = [
        Holiday(date.fromisoformat(one.date), one.title, rules.usually_closed_on(date.fromisoformat(one.date)))
        for calendar in listed(directory).values()
        for one in calendar.holidays
    ]

    before = [one for one in printed if one.day.year < year]
    assert rules.usual(year, before) == [one for one in printed if one.day.year == year]


def test_a_holiday_of_a_leap_day_falls_on_the_last_of_february_in_other_years():
    assert rules.usual(2029, [Holiday(date(2028, 2, 29), "Leap day", None)])[0].day == date(2029, 2, 28)


# ---- the state's calendar ----


def test_a_changed_year_is_told_whole_and_only_to_whoever_read_it_as_it_was(directory):
    year = listed(directory)["calendars/2026"]
    before = len(directory.events(events_pb2.CalendarChanged))
    old_etag = year.etag
    year.holidays.add(date="2026-08-14", title="Day of the whole office", closed_on="2026-08-14")

    kept = update(directory, year)

    assert [one.title for one in kept.holidays if one.date == "2026-08-14"] == ["Day of the whole office"]
    assert listed(directory)["calendars/2026"] == kept
    (told,) = directory.events(events_pb2.CalendarChanged)[before:]
    assert (told.year, told.revision) == (2026, int(old_etag) + 1)
    assert "2026-08-14" in told.closed
    assert "2026-07-04" not in told.closed
    assert len(told.closed) == len([one for one in kept.holidays if one.closed_on])
    assert refused_with(update, directory, year)[0] == "STALE"


def test_a_new_year_begins_with_what_is_usual(directory):
    begun = update(directory, pb.Calendar(name="calendars/2036"))

    said = {one.title: (one.date, one.closed_on) for one in begun.holidays}
    assert said["Thanksgiving Day"] == ("2036-11-27", "2036-11-27")
    assert said["Memorial Day"] == ("2036-05-26", "2036-05-26")
    assert said["New Year's Day"] == ("2036-01-01", "2036-01-01")
    assert said["Labor Day"] == ("2036-09-01", "2036-09-01")
    assert refused_with(update, directory, pb.Calendar(name="calendars/2036"))[0] == "STALE"


@pytest.mark.parametrize(
    ("holiday", "field"),
    [
        (pb.Holiday(date="2025-05-01", title="Of another year"), "date"),
        (pb.Holiday(date="0027-05-01", title="Two digits"), "date"),
        (pb.Holiday(date="2027-05-05", title=" "), "title"),
        (pb.Holiday(date="2027-05-05", title="labor  day"), "title"),
        (pb.Holiday(date="2027-09-06", title="On the day of another"), "date"),
        (pb.Holiday(date="2027-05-01", title="Saturday", closed_on="2027-05-01"), "closed_on"),
        (pb.Holiday(date="2027-05-05", title="Far from it", closed_on="2027-05-12"), "closed_on"),
        (pb.Holiday(date="2027-12-31", title="Into the next year", closed_on="2028-01-03"), "closed_on"),
    ],
)
def test_what_is_no_holiday_of_a_year_is_refused_by_field(directory, holiday, field):
    year = listed(directory)["calendars/2027"]
    year.holidays.append(holiday)

    assert refused_with(update, directory, year) == ("INVALID_FIELD", [f"calendar.holidays.{field}"])


@pytest.mark.parametrize("name", ["calendars/27", "calendars/1974", "calendars/2101", "calendars/abcd", "years/2027"])
def test_a_year_of_no_letter_has_no_calendar(directory, name):
    assert refused_with(update, directory, pb.Calendar(name=name)) == ("INVALID_FIELD", ["calendar.name"])


def test_imported_years_are_added_and_what_people_keep_stays(directory):
    stub = directory.as_whole("reference.import")
    given = [
        pb.Calendar(name="calendars/2014", holidays=[pb.Holiday(date="2014-12-25", title="Christmas Day")]),
        pb.Calendar(name="calendars/2030", holidays=[pb.Holiday(date="2030-12-25", title="Christmas Day")]),
    ]

    def bring():
        request = pb.ImportCalendarsRequest(calendars=given, request_id=request_id())
        return stub.ImportCalendars(request).calendars_added

    assert (bring(), bring()) == (1, 0)
    assert len(listed(directory)["calendars/2030"].holidays) == 11
    assert len(listed(directory)["calendars/2014"].holidays) == 1


def test_calendars_are_listed_by_year_a_page_at_a_time(directory):
    stub, found, token = directory.as_whole(EVERYBODY), [], ""
    while True:
        page = stub.ListCalendars(pb.ListCalendarsRequest(page_size=8, page_token=token))
        found += [one.name for one in page.calendars]
        token = page.next_page_token
        if not token:
            break

    assert found == sorted(found)
    assert len(found) == len(set(found)) == len(listed(directory))


# ---- an agency's own days ----


def own(directory, agency="lake", year=2027):
    name = f"agencies/{agency}/calendars/{year}"
    return directory.as_whole(EVERYBODY).GetAgencyCalendar(pb.GetAgencyCalendarRequest(name=name))


def keep(directory, calendar, agency="lake"):
    person = {"calendar.write_agency": [f"agencies/{agency}"]}
    stub = directory.as_person("people/8f2b1c1e-7c1c-4f0e-9a57-3f1d5a6b7c8d", person)
    request = pb.UpdateAgencyCalendarRequest(parent="agencies/lake", calendar=calendar, request_id=request_id())
    return stub.UpdateAgencyCalendar(request)


def test_an_agency_differs_on_no_day_until_its_coordinator_says_so(directory):
    calendar = own(directory)
    assert (list(calendar.days), calendar.etag) == ([], "")
    before = len(directory.events(events_pb2.CalendarChanged))
    calendar.days.add(date="2027-03-31", closed=False, title="We work on that day")
    calendar.days.add(date="2027-02-12", closed=True, title="County holiday")

    kept = keep(directory, calendar)

    assert [(one.date, one.closed) for one in kept.days] == [("2027-02-12", True), ("2027-03-31", False)]
    assert own(directory) == kept
    assert refused_with(keep, directory, calendar)[0] == "STALE"
    # No due date is counted by it: nobody is told.
    assert len(directory.events(events_pb2.CalendarChanged)) == before


@pytest.mark.parametrize(
    ("day", "closed"), [("2027-02-13", True), ("2027-03-31", True), ("2027-03-30", False), ("2026-02-12", True)]
)
def test_a_day_on_which_an_agency_does_not_differ_is_refused(directory, day, closed):
    calendar = own(directory)
    calendar.days.add(date=day, closed=closed, title="Why not")

    assert refused_with(keep, directory, calendar) == ("INVALID_FIELD", ["calendar.days.date"])


def test_nobody_keeps_the_days_of_another_agency(directory):
    elsewhere = own(directory, "mendocino")
    assert refused_with(keep, directory, elsewhere) == ("INVALID_FIELD", ["calendar.name"])
    assert refused_with(keep, directory, own(directory), "mendocino")[0] == "PERMISSION_MISSING"
