"""Days as California's offices count them: Pacific dates, business days, the range of years.

Which days offices are closed is data, kept by one service and told to the others; functions here take it as a value.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.refusals import InvalidField, Refusal

PACIFIC = ZoneInfo("America/Los_Angeles")
# The years that a date may lie in: of anybody's life and work, and of what is written now or was within memory.
YEARS_OF_LIVES = range(1900, 2201)
YEARS_OF_DOCUMENTS = range(1975, 2101)
# How other systems say that something has no end.
NO_END = date(9999, 12, 31)
_TWO_DIGITS = 100
_SATURDAY = 5
_WEEK, _WORKDAYS = 7, 5


class CalendarYearMissing(Refusal):
    """Business days of a year are to be counted of which nobody has said when offices are closed."""


@dataclass(frozen=True)
class Calendar:
    """When offices are closed besides weekends, and of which *years* that is known; None = as far as anybody knows."""

    closed: frozenset[date]
    years: frozenset[int] | None = None

    def as_far_as_known(self) -> "Calendar":
        """Return the calendar that takes a year of which nothing is known for one without holidays."""
        return Calendar(self.closed)

    def is_business_day(self, day: date) -> bool:
        """Neither a weekend nor a day on which offices are closed.

        Raises:
            CalendarYearMissing: of the day's year it is not known.
        """
        self._require(day.year)
        return day.weekday() < _SATURDAY and day not in self.closed

    def add(self, day: date, days: int) -> date:
        """Return the business day that is *days* business days after *day* (before it, if negative).

        Raises:
            CalendarYearMissing: a day is counted in a year of which it is not known.
        """
        step = timedelta(days=1 if days >= 0 else -1)
        left = abs(days)
        if left:
            self._require(day.year)
        while left:
            day += step
            left -= self.is_business_day(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Return how many business days lie after *start*, up to and including *end*; negative if *end* is earlier.

        Raises:
            CalendarYearMissing: a day is counted in a year of which it is not known.
        """
        if end < start:
            return -self.between(end, start)
        for year in range(start.year, end.year + 1):
            self._require(year)
        weeks, rest = divmod((end - start).days, _WEEK)
        workdays = sum((start + timedelta(days=n)).weekday() < _SATURDAY for n in range(1, rest + 1))
        closed = sum(start < day <= end and day.weekday() < _SATURDAY for day in self.closed)
        return weeks * _WORKDAYS + workdays - closed

    def _require(self, year: int) -> None:
        if self.years is not None and year not in self.years:
            raise CalendarYearMissing("The holidays of the year are not on record.", year=year)


def pacific_date(at: datetime) -> date:
    """Return the day on which *at* falls in California."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(PACIFIC).date()


def end_of_day(day: date) -> datetime:
    """Return the moment in UTC at which *day* ends in California."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), PACIFIC).astimezone(UTC)


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
