"""Days as California's offices count them: Pacific dates, business days, state holidays.

Holidays are those of the `holidays` package for California, public (Government Code 6700). All services share this
file, so that a due date is the same wherever it is computed.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays
from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.refusals import InvalidField

PACIFIC = ZoneInfo("America/Los_Angeles")
# The years that a date may lie in: of anybody's life and work, and of what is written now or was within memory.
YEARS_OF_LIVES = range(1900, 2201)
YEARS_OF_DOCUMENTS = range(1975, 2101)
# How other systems say that something has no end.
NO_END = date(9999, 12, 31)
_TWO_DIGITS = 100
_SATURDAY = 5
# Lists ask for the same few days in every line; what is counted from them never changes.
_REMEMBERED = 4_096


@cache
def _holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("US", subdiv="CA")


def pacific_date(at: datetime) -> date:
    """Return the day on which *at* falls in California."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(PACIFIC).date()


def end_of_day(day: date) -> datetime:
    """Return the moment in UTC at which *day* ends in California."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), PACIFIC).astimezone(UTC)


def is_business_day(day: date) -> bool:
    """Neither a weekend nor a holiday."""
    return day.weekday() < _SATURDAY and day not in _holidays()


@lru_cache(_REMEMBERED)
def add_business_days(day: date, days: int) -> date:
    """Return the business day that is *days* business days after *day* (before it, if negative)."""
    step = timedelta(days=1 if days >= 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= is_business_day(day)
    return day


@lru_cache(_REMEMBERED)
def business_days_between(start: date, end: date) -> int:
    """Return how many business days lie after *start*, up to and including *end*; negative if *end* is earlier."""
    if end < start:
        return -business_days_between(end, start)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_business_day(day) for day in days)


def day_of(field: str, value: str, years: range) -> date:
    """Return the date that *value* says: `YYYY-MM-DD`, in one of *years*; browsers make 0027 of the year 27."""
    try:
        parsed = date.fromisoformat(value)
    except ValueError:
        parsed = None
    # fromisoformat also takes 20260101 and 2026-W01-1.
    if parsed is None or parsed.isoformat() != value:
        raise InvalidField(field, value, "must be a date, YYYY-MM-DD")
    if parsed.year < _TWO_DIGITS:
        meant = [str(century + parsed.year) for century in (2000, 1900) if century + parsed.year in years]
        raise InvalidField(field, value, f"must have a year of four digits: {' or '.join(meant)}")
    return _within(field, parsed, years)


def moment_of(field: str, stamp: Timestamp, years: range) -> datetime:
    """Return the moment that *stamp* says, in UTC, which must lie in one of *years* in California."""
    try:
        at = stamp.ToDatetime(UTC)
        _within(field, pacific_date(at), years)
    except (ValueError, OverflowError):
        raise InvalidField(field, stamp.seconds, f"must be a moment from {years[0]} to {years[-1]}") from None
    return at


def _within(field: str, day: date, years: range) -> date:
    if day.year not in years:
        raise InvalidField(field, day, f"must be a date from {years[0]} to {years[-1]}")
    return day
