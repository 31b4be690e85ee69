"""Days as California's offices count them: Pacific dates, business days, state holidays.

Holidays are those of the `holidays` package for California, public (Government Code 6700). All services share this
file, so that a due date is the same wherever it is computed.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

PACIFIC = ZoneInfo("America/Los_Angeles")
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
