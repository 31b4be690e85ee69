"""Who hears, and when, that something under a letter is due or late: one rung after the other, until it is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from notification.messages.rules.kind import Kind
from notification.messages.rules.kinds import LETTER_DUE, LETTER_OVERDUE, TEAM_OVERDUE, UNCONFIRMED
from servicekit.calendar import Calendar
from servicekit.refusals import InvalidField

STAFF = "staff"
SUPERVISOR, COORDINATOR, DIRECTOR = "supervisor", "coordinator", "director"
STATE = "policy_analyst"
# From who does it to who is furthest from it.
WHOM = (STAFF, SUPERVISOR, COORDINATOR, DIRECTOR, STATE)
# What was missed for longer, in an outage, is not caught up with: it would be old news.
LATEST_BUSINESS_DAYS = 5
EARLIEST, LATEST = -20, 30
_MOST = 30


class Of(StrEnum):
    """What is waited for: what staff have to do, or the agency's confirmation."""

    WORK = "WORK"
    CONFIRMATION = "CONFIRMATION"


@dataclass(frozen=True)
class Rung:
    """So many *business_days* after the due day (before it, if negative), *whom* hears it, if it is *on*."""

    of: Of
    business_days: int
    whom: str
    on: bool = True

    @property
    def kind(self) -> Kind:
        """What they hear."""
        if self.of is Of.CONFIRMATION:
            return UNCONFIRMED
        if self.whom != STAFF:
            return TEAM_OVERDUE
        return LETTER_OVERDUE if self.business_days > 0 else LETTER_DUE

    @property
    def earliest(self) -> int:
        """When they can hear it first: who looks after others, and the state, hears of what is late."""
        ahead = self.of is Of.CONFIRMATION and self.whom != STATE
        return EARLIEST if self.whom == STAFF or ahead else 1


# Of what staff have to do by their due day.
STAFF_LADDER = (
    Rung(Of.WORK, -3, STAFF),
    Rung(Of.WORK, -1, STAFF),
    Rung(Of.WORK, 1, STAFF),
    Rung(Of.WORK, 2, SUPERVISOR),
    Rung(Of.WORK, 3, COORDINATOR),
    Rung(Of.WORK, 5, DIRECTOR),
    Rung(Of.WORK, 8, STATE),
)
# Of an agency's confirmation.
AGENCY_LADDER = (
    Rung(Of.CONFIRMATION, -1, COORDINATOR),
    Rung(Of.CONFIRMATION, 1, COORDINATOR),
    Rung(Of.CONFIRMATION, 1, DIRECTOR),
    Rung(Of.CONFIRMATION, 3, STATE),
)


@dataclass(frozen=True)
class Ladder:
    """Rungs, whose they are (*source*, '' as Cadre came), and the day on which that was last changed."""

    rungs: tuple[Rung, ...] = (*STAFF_LADDER, *AGENCY_LADDER)
    source: str = ""
    changed_on: date | None = None

    def of(self, of: Of) -> Sequence[Rung]:
        """Return the rungs that are on, of one or the other."""
        return [rung for rung in self.rungs if rung.on and rung.of is of]


@dataclass(frozen=True)
class Level:
    """What was last said of a ladder at a level: its *rungs*, None = as the level above; and when that was said."""

    rungs: tuple[Rung, ...] | None
    changed_on: date


def holding(levels: Mapping[str, Level], names: Sequence[str]) -> Ladder:
    """Return the ladder that holds: of *names*, from the nearest to the furthest, the first that has its own rungs."""
    known = {name: levels[name] for name in names if name in levels}
    changed_on = max((level.changed_on for level in known.values()), default=None)
    for name, level in known.items():
        if level.rungs is not None:
            return Ladder(level.rungs, name, changed_on)
    return Ladder(changed_on=changed_on)


@dataclass(frozen=True)
class Step:
    """A rung that is reached: it was on *day*, and is worth saying up to *fresh_through*.

    *hour* names the one of an urgent letter, which is said at once.
    """

    rung: Rung
    due: date
    day: date
    fresh_through: date
    hour: str = ""


def reached(
    ladder: Sequence[Rung], calendar: Calendar, dues: Sequence[date], today: date, changed_on: date | None = None
) -> Iterator[Step]:
    """Give each rung whose day has come for one of the due days *dues*, and was not so long ago that nobody cares.

    One that was reached before is given again: whoever asks knows what was said already. A ladder that was changed
    begins with the day after: what its rungs would have said before is not said afterwards.
    """
    for due in dues:
        for rung in ladder:
            day = calendar.add(due, rung.business_days)
            fresh_through = calendar.add(day, 1)
            if changed_on is not None and day <= changed_on:
                continue
            if day <= today <= calendar.add(day, LATEST_BUSINESS_DAYS):
                yield Step(rung, due, day, fresh_through)


def days(rungs: Sequence[Rung], calendar: Calendar, due: Mapping[Of, date]) -> list[tuple[date, Rung]]:
    """Return on which days the rungs that are on fall, for what is due on those days."""
    counted = [(calendar.add(due[rung.of], rung.business_days), rung) for rung in in_order(rungs) if rung.on]
    return sorted(counted, key=lambda one: one[0])


def in_order(rungs: Sequence[Rung]) -> list[Rung]:
    """Return rungs as they come, those of staff's work first."""
    return sorted(rungs, key=lambda rung: (rung.of is Of.CONFIRMATION, rung.business_days, WHOM.index(rung.whom)))


def check(rungs: Sequence[Rung]) -> None:
    """Refuse a ladder that cannot be climbed.

    Raises:
        InvalidField: names the rung at fault, what is wrong with it and the rule.
    """
    if len(rungs) > _MOST:
        raise InvalidField("ladder.rungs", len(rungs), f"must have at most {_MOST} steps")
    seen: set[tuple[Of, str, int]] = set()
    for n, rung in enumerate(rungs):
        if rung.of is Of.CONFIRMATION and rung.whom in {STAFF, SUPERVISOR}:
            raise InvalidField(f"ladder.rungs[{n}].whom", rung.whom, "must be somebody who confirms for an agency")
        if not rung.earliest <= rung.business_days <= LATEST:
            rule = f"must be from {rung.earliest} to {LATEST} business days after the due day"
            raise InvalidField(f"ladder.rungs[{n}].business_days", rung.business_days, rule)
        same = (rung.of, rung.whom, rung.business_days)
        if same in seen:
            raise InvalidField(f"ladder.rungs[{n}].business_days", rung.business_days, "must not be a step twice")
        seen.add(same)
    on = [(n, rung) for n, rung in enumerate(rungs) if rung.on]
    if not any(rung.whom == STAFF for _, rung in on):
        raise InvalidField("ladder.rungs", 0, "must have at least one step for staff that is on")
    for of in Of:
        _check_order([(n, rung) for n, rung in on if rung.of is of])


def _check_order(on: Sequence[tuple[int, Rung]]) -> None:
    """Whoever is further from it hears it no earlier than who is nearer does for the first time."""
    latest = EARLIEST
    for whom in WHOM:
        own = [(rung.business_days, n) for n, rung in on if rung.whom == whom]
        if not own:
            continue
        first, n = min(own)
        if first < latest:
            rule = "must not come before the first step of those who are nearer to the work"
            raise InvalidField(f"ladder.rungs[{n}].business_days", first, rule)
        latest = first
