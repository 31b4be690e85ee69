"""When a message may go: in the hours in which people work, and together with what else goes to them then."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from servicekit.calendar import PACIFIC, Calendar

_OPEN, _CLOSE, _MORNING = time(7), time(18), time(8)
_MINUTE = timedelta(minutes=1)
_ONE_DAY = timedelta(days=1)


class Window(StrEnum):
    """What a message waits for: the full minute, the next morning, or the first morning of a week."""

    NOW = "NOW"
    MORNING = "MORNING"
    WEEK = "WEEK"


@dataclass(frozen=True)
class Hours:
    """In which hours mail goes. *always*: at any, as in a demonstration, where nobody's evening is disturbed."""

    calendar: Calendar
    always: bool = False

    def goes_at(self, window: Window, at: datetime, *, urgent: bool = False) -> datetime:
        """Return when what is wanted *at* goes: business days of the state's calendar, 7 a.m. to 6 p.m. Pacific time.

        What is urgent does not wait for hours. All that goes to a person at one moment is one message, so moments are
        full minutes.
        """
        minute = _next_minute(at)
        if window is Window.NOW and self.always:
            # Whoever looks on does not wait for a minute.
            return at.replace(microsecond=0) + timedelta(seconds=1)
        if window is Window.NOW:
            return minute if urgent or self._open_at(minute) else self._next(at, _OPEN)
        if window is Window.MORNING:
            return minute if urgent else self._next(at, _MORNING)
        return self._first_of_week(at)

    def week_begins(self, at: datetime) -> datetime:
        """Return the first morning of the week in which *at* falls: eight, on its first business day."""
        day = at.astimezone(PACIFIC).date()
        return self._next(_moment(day - timedelta(days=day.weekday()), time(0)), _MORNING)

    def sentence(self) -> str:
        """Say when mail goes."""
        if self.always:
            return "In this demonstration mail goes at any hour; what waits for the morning waits for it."
        return (
            "Mail goes on business days from 7 a.m. to 6 p.m. Pacific time, within the hours of each agency and not on"
            " its own closed days; what is urgent goes at once."
        )

    def _open_at(self, at: datetime) -> bool:
        local = at.astimezone(PACIFIC)
        return self._works(local.date()) and _OPEN <= local.time() < _CLOSE

    def _works(self, day: date) -> bool:
        return self.calendar.is_business_day(day)

    def _next(self, at: datetime, hour: time) -> datetime:
        """Return the first moment from *at* on at which it is *hour* on a business day."""
        day = at.astimezone(PACIFIC).date()
        while not self._works(day) or _moment(day, hour) < at:
            day += _ONE_DAY
        return _moment(day, hour)

    def _first_of_week(self, at: datetime) -> datetime:
        first = self.week_begins(at)
        return first if first >= at else self.week_begins(at + 7 * _ONE_DAY)


def _next_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + _MINUTE


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PACIFIC)
