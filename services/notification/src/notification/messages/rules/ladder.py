"""Who hears, and when, that something under a letter is due or late: one rung after the other, until it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from notification.messages.rules.kinds import LETTER_DUE, LETTER_OVERDUE, TEAM_OVERDUE, UNCONFIRMED, Kind
from servicekit.calendar import Calendar

STAFF = "staff"
SUPERVISOR, COORDINATOR, DIRECTOR = "supervisor", "coordinator", "director"
STATE = "policy_analyst"
# What was missed for longer, in an outage, is not caught up with: it would be old news.
LATEST_BUSINESS_DAYS = 5


@dataclass(frozen=True)
class Rung:
    """So many *business_days* after the due day (before it, if negative), *whom* hears *kind*."""

    kind: Kind
    business_days: int
    whom: str


# Of what staff have to do by their due day.
STAFF_LADDER = (
    Rung(LETTER_DUE, -3, STAFF),
    Rung(LETTER_DUE, -1, STAFF),
    Rung(LETTER_OVERDUE, 1, STAFF),
    Rung(TEAM_OVERDUE, 2, SUPERVISOR),
    Rung(TEAM_OVERDUE, 3, COORDINATOR),
    Rung(TEAM_OVERDUE, 5, DIRECTOR),
    Rung(TEAM_OVERDUE, 8, STATE),
)
# Of an agency's confirmation.
AGENCY_LADDER = (
    Rung(UNCONFIRMED, -1, COORDINATOR),
    Rung(UNCONFIRMED, 1, COORDINATOR),
    Rung(UNCONFIRMED, 1, DIRECTOR),
    Rung(UNCONFIRMED, 3, STATE),
)


@dataclass(frozen=True)
class Step:
    """A rung that is reached: it was on *day*, and is worth saying up to *fresh_through*."""

    rung: Rung
    due: date
    day: date
    fresh_through: date


def reached(ladder: Sequence[Rung], calendar: Calendar, dues: Sequence[date], today: date) -> Iterator[Step]:
    """Give each rung whose day has come for one of the due days *dues*, and was not so long ago that nobody cares.

    One that was reached before is given again: whoever asks knows what was said already.
    """
    for due in dues:
        for rung in ladder:
            day = calendar.add(due, rung.business_days)
            fresh_through = calendar.add(day, 1)
            if day <= today <= calendar.add(day, LATEST_BUSINESS_DAYS):
                yield Step(rung, due, day, fresh_through)
