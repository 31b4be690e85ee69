"""When people came and went."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from uuid import UUID

from partnership.meetings.rules.meetings import Said, check_within
from partnership.meetings.rules.quorum import Interval
from servicekit.refusals import InvalidField, Kind, Refusal

MOST = 1_000


class NotOfTheBody(Refusal):
    """The person has no part in the body on that day."""

    kind = Kind.DENIED


def check(intervals: Sequence[Interval], said: Said) -> None:
    """Refuse what nobody can have done: to leave before coming, to be there twice at a time, or on another day."""
    if len(intervals) > MOST:
        raise InvalidField("presence", len(intervals), f"must be at most {MOST:,}")
    for one in intervals:
        check_within("presence.arrive_time", one.arrive, said)
        if one.leave is not None:
            check_within("presence.leave_time", one.leave, said)
            if one.leave <= one.arrive:
                raise InvalidField("presence.leave_time", one.leave.isoformat(), "must lie after they came")
    ordered = sorted(intervals, key=lambda one: (str(one.person), one.arrive))
    for before, after in pairwise(ordered):
        if before.person == after.person and (before.leave is None or after.arrive < before.leave):
            raise InvalidField("presence.person", f"people/{after.person}", "must not be there twice at a time")


def check_people(people: Collection[UUID], known: Collection[UUID], *, body: str) -> None:
    """Refuse who has no part in the body on the meeting's day."""
    for person in sorted(set(people) - set(known), key=str):
        raise NotOfTheBody("They have no part in the body then.", body=body, person=f"people/{person}")
