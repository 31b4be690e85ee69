"""Telling others of meetings: other services by events, people by messages."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from partnership import events
from partnership.meetings.queries import ItemRow
from partnership.meetings.rules.quorum import Interval, there_at
from partnership.meetings.tables import AgendaItemRow, MeetingRow
from partnership.visibility import stands
from servicekit.calendar import pacific_date
from servicekit.data import messages, outbox
from servicekit.data.db import Db

_PEOPLE = f"""
SELECT DISTINCT m.person_id FROM membership AS m WHERE m.body_id = %(body)s AND {stands("m", "%(day)s")} ORDER BY 1
"""  # noqa: S608 - made of constants
_BODY = "SELECT title FROM body WHERE id = %(body)s"


def called(db: Db, row: MeetingRow) -> None:
    """Tell that a meeting was called."""
    outbox.emit(db, events.meeting_called(row.id, row.body_id, row.start_at, row.end_at, row.revision))
    _to_members(db, row, "meeting.called", {"start": row.start_at.isoformat()})


def moved(db: Db, row: MeetingRow, *, times: bool) -> None:
    """Tell that a meeting takes place otherwise; other services only of another *time*."""
    if times:
        outbox.emit(db, events.meeting_moved(row.id, row.body_id, row.start_at, row.end_at, row.revision))
    _to_members(db, row, "meeting.moved", {"start": row.start_at.isoformat()})


def cancelled(db: Db, row: MeetingRow) -> None:
    """Tell that a meeting which was called does not take place."""
    outbox.emit(db, events.meeting_cancelled(row.id, row.body_id, row.revision))
    _to_members(db, row, "meeting.cancelled", {"start": row.start_at.isoformat()})


def held(db: Db, row: MeetingRow) -> None:
    """Tell that a meeting took place."""
    outbox.emit(db, events.meeting_held(row.id, row.body_id, db.at, row.revision))


def notes_out(db: Db, row: MeetingRow) -> None:
    """Tell members that they can read what was said."""
    _to_members(db, row, "meeting.notes_out", {"start": row.start_at.isoformat()})


def alternate_asked(db: Db, row: MeetingRow, person: UUID) -> None:
    """Tell an alternate that the holder of their seat cannot come."""
    # Once, however often the holder changes their mind.
    _to(db, row, "meeting.alternate", {"start": row.start_at.isoformat()}, [person], f"{row.id}/{person}")


def action_given(db: Db, *, body_id: str, action_id: UUID, person: UUID, what: str, due: str) -> None:
    """Tell somebody that they are to do something."""
    messages.want(
        db,
        kind="meeting.action_given",
        once=str(action_id),
        about=f"bodies/{body_id}/actions/{action_id}",
        facts={"what": what, "due": due, "body": _title(db, body_id)},
        people=[person],
    )


def presence(db: Db, row: MeetingRow, item: AgendaItemRow, intervals: Sequence[Interval]) -> None:
    """Tell who was in the room as an item ended, for the next time."""
    item.told += 1
    presence_again(db, row.id, row.body_id, item, intervals)


def presence_again(
    db: Db, meeting_id: UUID, body_id: str, item: AgendaItemRow | ItemRow, intervals: Sequence[Interval]
) -> None:
    """Tell who was in the room as an item ended, as it was told last."""
    if item.end_at is None:
        return
    told = events.presence_recorded(
        meeting_id=meeting_id,
        body_id=body_id,
        item_id=item.id,
        decides=item.decides,
        people=sorted(map(str, there_at(intervals, item.end_at))),
        at=item.end_at,
        version=item.told,
    )
    outbox.emit(db, told)


def _to_members(db: Db, row: MeetingRow, kind: str, facts: Mapping[str, str]) -> None:
    """Tell everybody with a part in the body today, as many as an event holds at a time."""
    people: list[UUID] = db.values(_PEOPLE, body=row.body_id, day=pacific_date(db.at))
    for start in range(0, len(people), messages.MOST_PEOPLE):
        chunk = people[start : start + messages.MOST_PEOPLE]
        _to(db, row, kind, facts, chunk, f"{row.id}/{row.revision}/{start}")


def _to(db: Db, row: MeetingRow, kind: str, facts: Mapping[str, str], people: list[UUID], once: str) -> None:
    messages.want(
        db,
        kind=kind,
        once=once,
        about=f"bodies/{row.body_id}/meetings/{row.id}",
        facts={"meeting": row.title, "body": _title(db, row.body_id), **facts},
        people=people,
    )


def _title(db: Db, body_id: str) -> str:
    title: str = db.value(_BODY, body=body_id)
    return title
