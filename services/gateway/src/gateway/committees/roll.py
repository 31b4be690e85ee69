"""Who is in the room: when each came and went, and what a press on the roll makes of that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees.shown import People

COME, GO, UNDO, ALL = "come", "go", "undo", "all"


@dataclass(frozen=True)
class Stay:
    """From when until when somebody was in the room; *end* is None while they are."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Row:
    """Somebody on the roll."""

    person: str
    name: str
    place: str
    part: str
    stays: Sequence[Stay]

    @property
    def here(self) -> bool:
        """Whether they are in the room, or were at its end."""
        return bool(self.stays) and self.stays[-1].end is None


def rows(meeting: pb.Meeting, people: People) -> list[Row]:
    """Return the roll by name: everybody with a part on the day, and whoever else was there."""
    stays: dict[str, list[Stay]] = {}
    for one in sorted(meeting.presence, key=lambda one: one.arrive_time.ToDatetime(UTC)):
        end = one.leave_time.ToDatetime(UTC) if one.HasField("leave_time") else None
        stays.setdefault(one.person, []).append(Stay(one.arrive_time.ToDatetime(UTC), end))
    found = [
        Row(one.person, people.name(one.person), people.place(one), people.parts(one.person), stays.pop(one.person, []))
        for one in people.each
    ]
    return [*found, *(Row(person, people.name(person), "", "", left) for person, left in stays.items())]


def changed(meeting: pb.Meeting, what: str, person: str, at: datetime) -> list[pb.Presence]:
    """Return who was there when, after a press on the roll at a moment; what cannot be done changes nothing."""
    found = [_copy(one) for one in meeting.presence]
    if what == ALL:
        there = {one.person for one in found}
        coming = [one.person for one in meeting.answers if one.comes and one.person not in there]
        return [*found, *(_came(one, at) for one in coming)]
    own = sorted((one for one in found if one.person == person), key=lambda one: one.arrive_time.ToDatetime(UTC))
    last = own[-1] if own else None
    inside = last is not None and not last.HasField("leave_time")
    if what == COME and not inside:
        found.append(_came(person, at))
    elif what == GO and last is not None and inside:
        last.leave_time.FromDatetime(at)
    elif what == UNDO and last is not None:
        if inside:
            found.remove(last)
        else:
            last.ClearField("leave_time")
    return found


def same(before: Iterable[pb.Presence], after: Iterable[pb.Presence]) -> bool:
    """Whether nothing changed."""
    return list(before) == list(after)


def _came(person: str, at: datetime) -> pb.Presence:
    made = pb.Presence(person=person)
    made.arrive_time.FromDatetime(at)
    return made


def _copy(one: pb.Presence) -> pb.Presence:
    made = pb.Presence()
    made.CopyFrom(one)
    return made
