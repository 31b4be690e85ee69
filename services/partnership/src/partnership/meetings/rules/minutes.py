"""What the minutes of a meeting say, from its agenda. People are counts there: their names are not known here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from partnership.meetings.rules.meetings import Said


@dataclass(frozen=True)
class Noted:
    """An item with what was said and what came of it."""

    title: str
    presenter: str
    late: bool
    notes: str
    outcome: str
    end: datetime | None
    seats_present: int | None
    quorum: bool | None


@dataclass(frozen=True)
class Room:
    """Who was there at all: so many people, of these organizations, by their short names."""

    people: int
    organizations: Sequence[str]
    seats: int


def text(body: str, said: Said, room: Room, items: Sequence[Noted]) -> str:
    """Return the minutes as Markdown."""
    return "\n\n".join(_parts(body, said, room, items)) + "\n"


def _parts(body: str, said: Said, room: Room, items: Sequence[Noted]) -> Iterator[str]:
    yield f"# {said.title}"
    yield f"{body}. {_when(said)}" + (f" Place: {said.place}." if said.place else "")
    people = "1 person was there" if room.people == 1 else f"{room.people:,} people were there"
    yield f"{people}" + (f", of: {', '.join(room.organizations)}." if room.organizations else ".")
    for number, item in enumerate(items, 1):
        yield from _item(number, item, said, room)


def _item(number: int, item: Noted, said: Said, room: Room) -> Iterator[str]:
    yield f"## {number}. {item.title}" + (" (late item)" if item.late else "")
    if item.presenter:
        yield f"Presented by {item.presenter}."
    if item.notes:
        yield item.notes
    if item.outcome:
        yield f"**Outcome:** {item.outcome}"
    if item.end is not None and room.seats and item.seats_present is not None:
        enough = "a quorum" if item.quorum else "no quorum"
        seats = f"{item.seats_present} of {room.seats} voting seats"
        yield f"At its end, {_clock(item.end, said.zone)}, {seats} were in the room: {enough}."


def _when(said: Said) -> str:
    start, end = (at.astimezone(ZoneInfo(said.zone)) for at in (said.start, said.end))
    until = _clock(said.end, said.zone) if start.date() == end.date() else f"{_day(end)}, {_clock(said.end, said.zone)}"
    return f"{_day(start)}, {_clock(said.start, said.zone)} to {until} ({said.zone.replace('_', ' ')})."


def _day(at: datetime) -> str:
    return f"{at:%A, %B} {at.day}, {at.year}"


def _clock(at: datetime, zone: str) -> str:
    given = at.astimezone(ZoneInfo(zone))
    half = "a.m." if given.hour < 12 else "p.m."  # noqa: PLR2004 - noon
    return f"{given.hour % 12 or 12}:{given.minute:02} {half}"
