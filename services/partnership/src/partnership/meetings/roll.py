"""Who was in the room, what was said of an item, and whether enough were there as it ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import select

from partnership.meetings import queries, telling
from partnership.meetings.meetings import load_to_run
from partnership.meetings.queries import Meeting
from partnership.meetings.rules import agenda, meetings, presence
from partnership.meetings.rules.meetings import Step
from partnership.meetings.rules.quorum import Interval, Position, quorum, there_at
from partnership.meetings.tables import AgendaItemRow
from partnership.visibility import Reader
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_CLEAR = "DELETE FROM presence WHERE meeting_id = %(meeting)s"
_WRITE = """
INSERT INTO presence (meeting_id, person_id, arrive_at, leave_at)
SELECT %(meeting)s, person, arrive, leave
FROM unnest(%(people)s::uuid[], %(arrivals)s::timestamptz[], %(leaves)s::timestamptz[]) AS came (person, arrive, leave)
"""


def record_presence(
    db: Db, body_id: str, meeting_id: UUID, intervals: Sequence[Interval], *, etag: str, reader: Reader
) -> None:
    """Replace when each person came and went; who was there as items ended is counted and told anew."""
    row, seen = load_to_run(db, body_id, meeting_id, Step.RECORD, etag, reader)
    presence.check(intervals, seen.said)
    known = {one.person_id for one in queries.people(db, body_id, seen.day)}
    presence.check_people({one.person for one in intervals}, known, body=f"bodies/{body_id}")
    before = queries.presence(db, meeting_id)
    db.run(_CLEAR, meeting=meeting_id)
    db.run(
        _WRITE,
        meeting=meeting_id,
        people=[one.person for one in intervals],
        arrivals=[one.arrive for one in intervals],
        leaves=[one.leave for one in intervals],
    )
    row.revision += 1
    ended = select(AgendaItemRow).where(AgendaItemRow.meeting_id == meeting_id, AgendaItemRow.end_at != None)  # noqa: E711 - SQL
    positions = queries.positions(db, body_id, seen.day)
    for item in db.exec(ended.order_by("position")).all():
        _count(item, seen, intervals, positions)
        telling.presence(db, row, item, intervals)
    db.flush()
    db.changed(
        seen.name, before={"presence": len(before)}, after={"presence": len(intervals), "revision": row.revision}
    )


class Noted(NamedTuple):
    """What was said of an item and what came of it; with its end, if that is said."""

    item: UUID
    notes: str
    outcome: str
    end: datetime | None


def record_item(db: Db, body_id: str, meeting_id: UUID, noted: Noted, *, etag: str, reader: Reader) -> None:
    """Write down what was said of an item and what came of it; with its end, who was there then is counted and told."""
    agenda.check_recorded(noted.notes, noted.outcome)
    row, seen = load_to_run(db, body_id, meeting_id, Step.RECORD, etag, reader)
    item = db.get(AgendaItemRow, noted.item)
    if item is None or item.meeting_id != meeting_id:
        raise NotFound(f"{seen.name}/items/{noted.item}")
    item.notes, item.outcome = noted.notes, noted.outcome
    if noted.end is not None:
        meetings.check_within("end_time", noted.end, seen.said)
        item.end_at = noted.end
        intervals, positions = queries.presence(db, meeting_id), queries.positions(db, body_id, seen.day)
        _count(item, seen, intervals, positions)
        telling.presence(db, row, item, intervals)
    row.revision += 1
    db.flush()
    after = {"item": str(noted.item), "end_time": str(item.end_at or ""), "revision": row.revision}
    db.changed(seen.name, after=after)


def _count(item: AgendaItemRow, seen: Meeting, intervals: Sequence[Interval], positions: Sequence[Position]) -> None:
    """Note how many seats were in the room as an item ended, and whether that was a quorum."""
    if item.end_at is None:
        return
    counted = quorum(positions, there_at(intervals, item.end_at), seen.ruling)
    item.seats_present, item.quorum = counted.present, counted.reached
