"""In which hours an agency's people are written to, and at which hour somebody's morning mail comes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from servicekit.calendar import PACIFIC, Calendar
from servicekit.refusals import InvalidField

# Those of all: from 7 to 6. An agency has some of them.
FIRST, LAST = 7, 18
EARLIEST_MORNING, MORNING, LATEST_MORNING = 7, 8, 12
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OwnHours:
    """From when until when an agency's people are written to, in full hours of the day in California."""

    opens: int = FIRST
    closes: int = LAST


def check(own: OwnHours) -> None:
    """Refuse hours that are none, or outside those of all."""
    if not FIRST <= own.opens < LAST:
        raise InvalidField("hours.open_hour", own.opens, f"must be a full hour from {FIRST} to {LAST - 1}")
    if not own.opens < own.closes <= LAST:
        raise InvalidField("hours.close_hour", own.closes, f"must be a full hour after {own.opens}, at most {LAST}")


def check_morning(hour: int) -> None:
    """Refuse an hour at which no morning mail comes."""
    if not EARLIEST_MORNING <= hour <= LATEST_MORNING:
        raise InvalidField("hour", hour, f"must be a full hour from {EARLIEST_MORNING} to {LATEST_MORNING}")


def next_open(own: OwnHours, calendar: Calendar, closed: Collection[date], at: datetime) -> datetime:
    """Return the first moment from *at* on at which an agency's people are written to; *at* itself, if they are then.

    *closed* are the agency's own days, besides those on which all offices are closed.
    """
    local = at.astimezone(PACIFIC)
    day = local.date()

    def works(day: date) -> bool:
        return calendar.is_business_day(day) and day not in closed

    if works(day) and own.opens <= local.hour < own.closes:
        return at
    if local.hour >= own.opens:
        day += _ONE_DAY
    while not works(day):
        day += _ONE_DAY
    return datetime.combine(day, time(own.opens), PACIFIC)
