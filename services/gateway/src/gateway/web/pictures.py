"""What the readiness bar draws: how long its parts are, and where its tick stands."""

from dataclasses import dataclass
from datetime import date

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1.forecast_service_pb2 import Forecast
from cadre.notification.v1.readiness_service_pb2 import Counts, ReadinessDay
from servicekit.calendar import PACIFIC, Calendar, CalendarYearMissing


@dataclass(frozen=True)
class Bar:
    """Shares of those at work, in percent: who is on leave is in neither part, nor in the whole."""

    ready: float
    under_way: float


def bar(counts: Counts | ReadinessDay) -> Bar:
    """Return the parts of the bar of *counts*; both are empty where nobody is at work."""
    whole = counts.at_work or 1
    return Bar(_percent(counts.ready / whole), _percent((counts.at_work - counts.ready - counts.not_started) / whole))


@dataclass(frozen=True)
class Reach:
    """Where the marks of a forecast stand on the bar, in percent of those at work."""

    low: float
    high: float
    expected: float


def reach(ahead: Forecast) -> Reach:
    """Return the marks of a forecast."""
    whole = ahead.at_work or 1
    return Reach(*(_percent(one / whole) for one in (ahead.low, ahead.high, ahead.expected)))


def gone(issued: Timestamp, due_date: str, today: date, calendar: Calendar) -> float | None:
    """Return how many percent of the business days from the day of issue to *due_date* are gone: the tick of a bar.

    None where there is nothing to count: not issued, due at once, or in a year of which no holidays are known.
    """
    if not issued.seconds or not due_date:
        return None
    start, due = issued.ToDatetime(PACIFIC).date(), date.fromisoformat(due_date)
    try:
        whole, so_far = calendar.between(start, due), calendar.between(start, min(today, due))
    except CalendarYearMissing:
        return None
    return _percent(so_far / whole) if whole > 0 else None


def _percent(share: float) -> float:
    return round(100 * min(max(share, 0), 1), 1)
