"""Dated facts: jobs and leaves. A job's end is the first day no longer, a leave's end is its last day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from servicekit.calendar import NO_END, YEARS_OF_LIVES, day_of
from servicekit.refusals import InvalidField, Kind, Refusal


class JobOverlaps(Refusal):
    """The person has a job at this agency in that time already."""

    kind = Kind.PRECONDITION


class LeaveOverlaps(Refusal):
    """The person is on leave in that time already."""

    kind = Kind.PRECONDITION


class NoCurrentJob(Refusal):
    """The person has no job at this agency."""

    kind = Kind.PRECONDITION


class NotOnLeave(Refusal):
    """The person is not on leave on that day."""

    kind = Kind.PRECONDITION


@dataclass(frozen=True)
class Spell:
    """Days from *start* up to, not including, *end*; none = open. It is empty if it ends on the day it starts."""

    start: date
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether *day* lies in it."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Spell") -> bool:
        """Whether some day lies in both."""
        if self.end == self.start or other.end == other.start:
            return False
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    @classmethod
    def through(cls, start: date, last: date | None) -> "Spell":
        """Return the days from *start* to *last*, both included; after the last day of the calendar there is none."""
        return cls(start, None if last is None or last == NO_END else last + timedelta(days=1))


def day(field: str, value: str) -> date:
    """Return the date that *value* says, `YYYY-MM-DD`, within anybody's life."""
    return day_of(field, value, YEARS_OF_LIVES)


def optional_day(field: str, value: str) -> date | None:
    """Return the date that *value* says; none if it is empty, or the day by which other systems say: without an end."""
    return day(field, value) if value and value != NO_END.isoformat() else None


def require_order(field: str, start: date, end: date | None, *, same_day: bool) -> None:
    """Refuse an *end* before *start*, or on it unless *same_day* means something: a leave, a job never begun."""
    if end is not None and (end < start or (end == start and not same_day)):
        raise InvalidField(field, end, f"must {'not be before' if same_day else 'be after'} {start}")


def require_free(spell: Spell, others: Iterable[Spell], refusal: type[Refusal], *, person: str) -> None:
    """Refuse *spell* if it overlaps one of *others*."""
    for other in others:
        if spell.overlaps(other):
            raise refusal(
                "The days overlap others that are recorded.",
                person=person,
                start=other.start,
                end=other.end or "",
            )
