"""Coming changes: letters that have not taken effect, then those in force with people still to do; and what moved.

An urgent letter stands before all others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import agency_lists, letters, over_time
from gateway.letters.forecasts import Forecast
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.calendar import PACIFIC, pacific_date

# Of how many letters it is said what moved since yesterday: one call each.
_MOVED = 3


@dataclass(frozen=True)
class StateChange:
    """A letter as the state sees it, with its figures once it is out."""

    letter: notice_pb.Notice
    figures: readiness_pb.Readiness | None

    @property
    def unfinished(self) -> bool:
        """Whether staff have still to do something under it, or agencies to confirm it."""
        figures = self.figures
        if figures is None:
            return False
        return agency_lists.to_go(figures.state) > 0 or figures.agencies_confirmed < figures.agencies_asked


@dataclass(frozen=True)
class StillToDo:
    """By letter: names of those who have still something to do, where they are few; else how many in which unit."""

    people: dict[str, list[str]]
    units: dict[str, list[tuple[str, int]]]


def of_agency(found: Iterable[agency_notice_pb.AgencyNotice], today: date) -> list[agency_notice_pb.AgencyNotice]:
    """Return the letters of an agency that come, the soonest first, then those in force with people to go.

    In the order in which `left_for` of `ListAgencyNotices` says who is left.
    """
    out = [one for one in found if letters.asks_something(one.notice)]
    out = [
        one for one in out if letters.takes_effect_later(one.notice, today) or agency_lists.to_go(one.readiness.counts)
    ]
    return sorted(out, key=lambda one: _place(one.notice, today))


def of_state(
    found: Iterable[notice_pb.Notice], figures: Mapping[str, readiness_pb.Readiness], today: date
) -> list[StateChange]:
    """Return the state's letters that were sent for approval and come, then those in force with something to do."""
    changes = [StateChange(letter, figures.get(letter.name)) for letter in found if letter.state in letters.SENT]
    shown = [
        one
        for one in changes
        if letters.takes_effect_later(one.letter, today) or one.unfinished or one.letter.state in letters.BEFORE_ISSUE
    ]
    return sorted(shown, key=lambda one: _place(one.letter, today))


def _place(letter: notice_pb.Notice, today: date) -> tuple[bool, bool, int, str]:
    """Where a letter stands: the urgent first, then what takes effect soonest, then what is in force, newest first."""
    coming = letters.next_day(letter, today)
    day = date.fromisoformat(coming or letter.effective_date).toordinal()
    return not letter.urgent_reason, not coming, day if coming else -day, letters.title(letter)


def still_to_do(found: Iterable[agency_notice_pb.AgencyNotice], names: Mapping[str, str]) -> StillToDo:
    """Return who has still something to do, under the letters of which that was asked."""
    still = StillToDo({}, {})
    for one in found:
        if one.left:
            still.people[one.notice.name] = [names[person] for person in one.left if person in names]
        by_unit = [(unit.unit, agency_lists.to_go(unit.counts)) for unit in one.units]
        # Those without a unit are counted too, and stand last.
        if counted := sorted((row for row in by_unit if row[1]), key=lambda row: not row[0]):
            still.units[one.notice.name] = counted
    return still


def moved_at(visit: Visit, agency: str, shown: Sequence[agency_notice_pb.AgencyNotice]) -> list[str]:
    """Say what moved at an agency since yesterday, of the first letters shown."""
    said = [
        moved(one.notice, over_time.of_agency(visit, one.notice, agency), one.readiness.counts, visit.today)
        for one in shown[:_MOVED]
    ]
    return [one for one in said if one]


def moved_in_state(visit: Visit, shown: Sequence[StateChange]) -> list[str]:
    """Say what moved in the state since yesterday, of the first letters shown that are out."""
    out = [(one.letter, one.figures.state) for one in shown if one.figures is not None]
    said = [
        moved(letter, over_time.of_state(visit, letter, Forecast()), counts, visit.today)
        for letter, counts in out[:_MOVED]
    ]
    return [one for one in said if one]


def moved(letter: notice_pb.Notice, seen: over_time.OverTime | None, counts: readiness_pb.Counts, today: date) -> str:
    """`CSSP 26-04: 3 more are ready, 8 of 11`; empty if nobody became ready, or it is not known how yesterday ended."""
    if pacific_date(letter.publish_time.ToDatetime(PACIFIC)) == today:
        return f"{letters.title(letter)} was issued."
    more = seen.since_yesterday if seen else None
    if more is None or more <= 0:
        return ""
    return f"{letters.title(letter)}: {more:,} more {'is' if more == 1 else 'are'} ready, {sentences.ready_of(counts)}."
