"""What is done with a meeting: begun, changed, called, cancelled, answered, held. Its body's rows are locked first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import select

from partnership.bodies.rules.bodies import check_etag
from partnership.meetings import queries, telling
from partnership.meetings.queries import Meeting, name_of
from partnership.meetings.rules import agenda, meetings
from partnership.meetings.rules.agenda import AgendaEmpty, Item
from partnership.meetings.rules.meetings import MeetingBegun, Said, State, Step
from partnership.meetings.rules.presence import NotOfTheBody
from partnership.meetings.tables import MeetingRow
from partnership.visibility import Reader, standing, stands
from servicekit import text
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_REMOVE = "DELETE FROM agenda_item WHERE meeting_id = %(meeting)s AND id <> ALL(%(ids)s)"
_WRITE = """
INSERT INTO agenda_item (id, meeting_id, position, title, kind, presenter, minutes, decides, late)
SELECT id, %(meeting)s, %(after)s + n, title, kind, presenter, minutes, decides, %(late)s
FROM unnest(%(ids)s::uuid[], %(titles)s::text[], %(kinds)s::text[], %(presenters)s::text[], %(minutes)s::int[],
  %(decides)s::text[]) WITH ORDINALITY AS item (id, title, kind, presenter, minutes, decides, n)
ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title, kind = excluded.kind,
  presenter = excluded.presenter, minutes = excluded.minutes, decides = excluded.decides
"""
_ANSWER = """
INSERT INTO call_answer (meeting_id, person_id, comes, reason, answered_at)
VALUES (%(meeting)s, %(person)s, %(comes)s, %(reason)s, %(at)s)
ON CONFLICT (meeting_id, person_id) DO UPDATE
SET comes = excluded.comes, reason = excluded.reason, answered_at = excluded.answered_at
"""
_ALTERNATES = f"""
SELECT DISTINCT a.person_id FROM membership AS h
JOIN membership AS a ON a.body_id = h.body_id AND a.seat_id = h.seat_id AND a.part = 'ALTERNATE'
WHERE h.body_id = %(body)s AND h.person_id = %(person)s AND h.part = 'MEMBER'
  AND {stands("h", "%(day)s")} AND {stands("a", "%(day)s")} AND {stands("a", "%(today)s")}
ORDER BY 1
"""  # noqa: S608 - made of constants
_BEGUN = "SELECT EXISTS (SELECT FROM presence WHERE meeting_id = %(meeting)s)"


def create(db: Db, body_id: str, said: Said, items: Sequence[Item], like: UUID | None, reader: Reader) -> UUID:
    """Begin a draft, with the items of another meeting where it has none of its own."""
    standing(db, body_id, reader).require_runs()
    meetings.check(said)
    if like is not None and not items:
        other = queries.one(db, body_id, like, reader)
        found = [one.item for one in queries.items(db, other.id)]
        items = [Item(None, one.title, one.kind, "", one.minutes) for one in found]
    agenda.check(items)
    agenda.check_known(items, [])
    row = MeetingRow(id=uuid4(), body_id=body_id, state=State.DRAFT, created_at=db.at, **_columns(said))
    db.add(row)
    db.flush()
    _write_items(db, row.id, items, late=False, after=0)
    db.changed(name_of(body_id, row.id), after=facts_of(row) | {"items": len(items)})
    return row.id


def update(db: Db, body_id: str, meeting_id: UUID, said: Said, *, etag: str, reader: Reader) -> None:
    """Replace what a meeting says beside its agenda; of a called one, those who come are told once."""
    meetings.check(said)
    row, seen = load_to_run(db, body_id, meeting_id, Step.CHANGE, etag, reader)
    before, facts = seen.said, facts_of(row)
    if meetings.moved(before, said) and db.value(_BEGUN, meeting=meeting_id):
        raise MeetingBegun("People were there already.", meeting=seen.name)
    if row.state == State.CALLED:
        hours = seen.ruling.notice_hours
        meetings.check_moved(before, said, now=db.at, hours=hours, late_reason=row.late_reason)
    for field, value in _columns(said).items():
        setattr(row, field, value)
    row.revision += 1
    db.flush()
    if row.state == State.CALLED and meetings.elsewhere(before, said):
        telling.moved(db, row, times=meetings.moved(before, said))
    db.changed(seen.name, before=facts, after=facts_of(row))


def update_agenda(db: Db, body_id: str, meeting_id: UUID, items: Sequence[Item], *, etag: str, reader: Reader) -> None:
    """Replace the agenda of a draft; add late items to that of a called meeting."""
    agenda.check(items)
    row, seen = load_to_run(db, body_id, meeting_id, Step.CHANGE, etag, reader)
    known = [one.item for one in queries.items(db, meeting_id)]
    agenda.check_known(items, known)
    if row.state == State.CALLED:
        new = agenda.late(items, known)
        _write_items(db, meeting_id, new, late=True, after=len(known))
    else:
        db.run(_REMOVE, meeting=meeting_id, ids=[one.id for one in items if one.id is not None])
        _write_items(db, meeting_id, items, late=False, after=0)
    row.revision += 1
    db.flush()
    db.changed(seen.name, before={"items": len(known)}, after={"items": len(items), "revision": row.revision})


def call(db: Db, body_id: str, meeting_id: UUID, *, late_reason: str, etag: str, reader: Reader) -> None:
    """Freeze the agenda and tell everybody with a part."""
    row, seen = load_to_run(db, body_id, meeting_id, Step.CALL, etag, reader)
    if not queries.items(db, meeting_id):
        raise AgendaEmpty("There is nothing on the agenda.", meeting=seen.name)
    hours = seen.ruling.notice_hours
    row.late_reason = meetings.check_notice(row.start_at, now=db.at, hours=hours, reason=late_reason)
    row.state, row.called_at = State.CALLED, db.at
    _step(db, row, seen, reason=row.late_reason)
    telling.called(db, row)


def cancel(db: Db, body_id: str, meeting_id: UUID, *, reason: str, etag: str, reader: Reader) -> None:
    """Say that a meeting does not take place, and why."""
    reason = text.reason(reason, most=meetings.LONGEST_REASON)
    row, seen = load_to_run(db, body_id, meeting_id, Step.CANCEL, etag, reader)
    row.state, row.cancel_reason = State.CANCELLED, reason
    _step(db, row, seen, reason=reason)
    if row.called_at is not None:
        telling.cancelled(db, row)


def answer(db: Db, body_id: str, meeting_id: UUID, *, comes: bool, reason: str, reader: Reader) -> None:
    """Note whether the caller comes; who stands for their seat is told that they do not."""
    seen = queries.one(db, body_id, meeting_id, reader)
    row = load(db, meeting_id)
    meetings.check_step(Step.ANSWER, seen.name, row.state)
    if reader.person is None or not seen.parts:
        raise NotOfTheBody("The caller has no part in the body.", body=f"bodies/{body_id}", person=str(reader.person))
    said = "" if comes else reason.strip() and text.reason(reason, most=meetings.LONGEST_REASON)
    db.run(_ANSWER, meeting=meeting_id, person=reader.person, comes=comes, reason=said, at=db.at)
    if not comes:
        asked = {"body": body_id, "person": reader.person, "day": seen.day, "today": reader.today}
        for alternate in db.values(_ALTERNATES, **asked):
            telling.alternate_asked(db, row, alternate)
    db.changed(seen.name, after={"person": f"people/{reader.person}", "comes": comes})


def hold(db: Db, body_id: str, meeting_id: UUID, *, etag: str, reader: Reader) -> None:
    """Note that a meeting took place."""
    row, seen = load_to_run(db, body_id, meeting_id, Step.HOLD, etag, reader)
    meetings.check_begun(row.start_at, name=seen.name, now=db.at)
    row.state, row.held_at = State.HELD, db.at
    _step(db, row, seen)
    telling.held(db, row)


def load(db: Db, meeting_id: UUID) -> MeetingRow:
    """Return a meeting, locked: what is done with one happens one after the other."""
    row = db.exec(
        select(MeetingRow)
        .where(MeetingRow.id == meeting_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"bodies/-/meetings/{meeting_id}")
    return row


def load_to_run(
    db: Db, body_id: str, meeting_id: UUID, step: Step, etag: str, reader: Reader
) -> tuple[MeetingRow, Meeting]:
    """Return a meeting, locked, for somebody who runs it, as they last read it, and as it is seen."""
    queries.one(db, body_id, meeting_id, reader)
    standing(db, body_id, reader).require_runs()
    row = load(db, meeting_id)
    meetings.check_step(step, name_of(body_id, meeting_id), row.state)
    check_etag(name_of(body_id, meeting_id), etag, row.revision)
    return row, queries.one(db, body_id, meeting_id, reader)


def facts_of(row: MeetingRow) -> dict[str, Any]:
    """Return what the audit trail keeps of a change."""
    return {
        "state": str(row.state),
        "title": row.title,
        "start_time": _moment(row.start_at),
        "end_time": _moment(row.end_at),
        "zone": row.zone,
        "place": row.place,
        "public": row.public,
        "revision": row.revision,
    }


def _moment(at: datetime) -> str:
    return at.isoformat()


def _step(db: Db, row: MeetingRow, seen: Meeting, *, reason: str = "") -> None:
    row.revision += 1
    db.flush()
    after = {"state": str(row.state), "revision": row.revision}
    db.changed(seen.name, before={"state": seen.state}, after=after, reason=reason)


def _columns(said: Said) -> dict[str, Any]:
    return {
        "title": said.title,
        "start_at": said.start,
        "end_at": said.end,
        "zone": said.zone,
        "place": said.place,
        "link": said.link,
        "public": said.public,
    }


def _write_items(db: Db, meeting_id: UUID, items: Sequence[Item], *, late: bool, after: int) -> None:
    """Write items in their order, in one statement; those that have an id keep it."""
    if not items:
        return
    db.run(
        _WRITE,
        meeting=meeting_id,
        after=after,
        late=late,
        ids=[one.id or uuid4() for one in items],
        titles=[one.title for one in items],
        kinds=[one.kind for one in items],
        presenters=[one.presenter for one in items],
        minutes=[one.minutes for one in items],
        decides=[one.decides for one in items],
    )
