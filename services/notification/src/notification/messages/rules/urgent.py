"""The ladder of an urgent letter: its agencies confirm on the day of issue, and are reminded by the hour.

Staff of an urgent letter have their days, as of any other.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from notification.messages.rules.ladder import COORDINATOR, DIRECTOR, STATE, Of, Rung, Step
from servicekit.calendar import PACIFIC, Calendar, pacific_date

_OPEN, _CLOSE = time(8), time(17)
# Of a letter that was issued when offices were closed: in the next business morning.
_NOON = time(12)
_ONE_HOUR = timedelta(hours=1)
_BEFORE = timedelta(hours=2)


def deadline(due: date, issued: datetime) -> datetime:
    """Return by when agencies confirm: 5 p.m. on the day of issue; noon, where that is a later day."""
    hour = _CLOSE if due == pacific_date(issued) else _NOON
    return datetime.combine(due, hour, PACIFIC)


def reached(calendar: Calendar, dues: Sequence[date], issued: datetime, now: datetime) -> Iterator[Step]:
    """Give the rungs whose hour has come today: 2 hours before the deadline, at it, and 1 office hour after.

    Coordinators hear it first, at the deadline their directors too, after it the state. What would have been before
    the letter was issued is not said, since they have heard of the letter at that moment.
    """
    for due in dues:
        by = deadline(due, issued)
        rungs = (
            (by - _BEFORE, COORDINATOR, "before"),
            (by, COORDINATOR, "at"),
            (by, DIRECTOR, "at"),
            (_one_office_hour_after(calendar, by), STATE, "after"),
        )
        for at, whom, when in rungs:
            if issued < at <= now and pacific_date(at) == pacific_date(now):
                day = pacific_date(at)
                yield Step(Rung(Of.CONFIRMATION, 0, whom), due, day, day, hour=when)


def _one_office_hour_after(calendar: Calendar, at: datetime) -> datetime:
    """Return the moment after an hour in which offices are open, from 8 to 5."""
    local = at.astimezone(PACIFIC)
    if local.time() < _CLOSE and calendar.is_business_day(local.date()):
        return at + _ONE_HOUR
    return datetime.combine(calendar.add(local.date(), 1), _OPEN, PACIFIC) + _ONE_HOUR
