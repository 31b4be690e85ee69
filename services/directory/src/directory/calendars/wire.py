"""Calendars between the contract's messages and what the service works with."""

from collections.abc import Iterable, Sequence
from datetime import date

from cadre.directory.v1 import calendar_service_pb2 as pb
from directory.calendars import rules
from directory.calendars.calendars import Listed
from directory.calendars.rules import AgencyDay, Holiday
from servicekit import names, text
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField


def year(name: str, field: str = "calendar.name") -> int:
    """Read `calendars/{year}`."""
    return _year(names.one("calendars/{year}", name, field=field), name, field)


def of_agency(name: str, field: str, parent: str = "") -> tuple[str, int]:
    """Read `agencies/{agency}/calendars/{year}`, which must be of *parent* if that is given."""
    ids = names.parse("agencies/{agency}/calendars/{year}", name, field=field)
    if parent not in ("", f"agencies/{ids['agency']}"):
        raise InvalidField(field, name, f"must be of {parent}")
    return ids["agency"], _year(ids["year"], name, field)


def holidays(message: pb.Calendar, field: str = "calendar.holidays") -> list[Holiday]:
    """Read the holidays of a year, by date."""
    read = [
        Holiday(
            day_of(f"{field}.date", one.date, YEARS_OF_DOCUMENTS),
            text.line(one.title),
            day_of(f"{field}.closed_on", one.closed_on, YEARS_OF_DOCUMENTS) if one.closed_on else None,
        )
        for one in message.holidays
    ]
    return sorted(read, key=lambda one: one.day)


def calendars(messages: Iterable[pb.Calendar]) -> dict[int, list[Holiday]]:
    """Read the holidays of several years, each given once."""
    read: dict[int, list[Holiday]] = {}
    for message in messages:
        of = year(message.name, "calendars.name")
        if of in read:
            raise InvalidField("calendars.name", message.name, "must be given once")
        read[of] = holidays(message, "calendars.holidays")
    return read


def agency_days(message: pb.AgencyCalendar) -> list[AgencyDay]:
    """Read where an agency differs, by date."""
    read = [
        AgencyDay(day_of("calendar.days.date", one.date, YEARS_OF_DOCUMENTS), one.closed, text.line(one.title))
        for one in message.days
    ]
    return sorted(read, key=lambda one: one.day)


def listed(row: Listed) -> pb.Calendar:
    """Write a year of a list."""
    of = [
        Holiday(date.fromisoformat(one["day"]), one["title"], one["closed_on"] and date.fromisoformat(one["closed_on"]))
        for one in row.holidays
    ]
    return calendar(row.year, of, row.revision)


def calendar(of: int, given: Sequence[Holiday], revision: int) -> pb.Calendar:
    """Write a year."""
    return pb.Calendar(
        name=f"calendars/{of}",
        holidays=[
            pb.Holiday(
                date=one.day.isoformat(),
                title=one.title,
                closed_on=one.closed_on.isoformat() if one.closed_on else "",
            )
            for one in given
        ],
        etag=str(revision),
    )


def agency_calendar(agency_id: str, of: int, days: Sequence[AgencyDay], revision: int) -> pb.AgencyCalendar:
    """Write where an agency differs in a year."""
    return pb.AgencyCalendar(
        name=f"agencies/{agency_id}/calendars/{of}",
        days=[pb.AgencyDay(date=one.day.isoformat(), closed=one.closed, title=one.title) for one in days],
        etag=str(revision) if revision else "",
    )


def _year(said: str, name: str, field: str) -> int:
    if not (said.isascii() and said.isdecimal()) or len(said) != len("2027"):
        raise InvalidField(field, name, "must end with a year of four digits")
    of = int(said)
    rules.check_year(field, of)
    return of
