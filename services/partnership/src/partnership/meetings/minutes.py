"""The notes of a meeting become minutes, and the minutes are approved: then nothing of it changes any more."""

from typing import NamedTuple
from uuid import UUID, uuid4

from partnership.meetings import papers, queries, telling
from partnership.meetings.meetings import load_to_run
from partnership.meetings.queries import Meeting
from partnership.meetings.rules import meetings, minutes
from partnership.meetings.rules.meetings import DigestChanged, State, Step
from partnership.meetings.rules.minutes import Noted, Room
from partnership.meetings.rules.papers import MINUTES
from partnership.meetings.tables import DocumentRow
from partnership.visibility import Reader, standing
from servicekit.data.db import Db

_TITLE = "SELECT title FROM body WHERE id = %(body)s"
_NEWEST = """
SELECT e.number, e.digest FROM document AS d JOIN edition AS e ON e.document_id = d.id
WHERE d.meeting_id = %(meeting)s AND d.kind = 'MINUTES' ORDER BY e.number DESC LIMIT 1
"""


class _Newest(NamedTuple):
    number: int
    digest: str


def publish(db: Db, body_id: str, meeting_id: UUID, *, etag: str, reader: Reader) -> None:
    """Put the notes out to the members, as the first edition of the minutes."""
    row, seen = load_to_run(db, body_id, meeting_id, Step.PUBLISH, etag, reader)
    written = minutes.text(db.value(_TITLE, body=body_id), seen.said, _room(db, seen), _noted(db, meeting_id))
    document = DocumentRow(id=uuid4(), meeting_id=meeting_id, kind=MINUTES, created_at=db.at)
    db.add(document)
    db.flush()
    title = f"Minutes: {seen.title}"[:200]
    papers.put(db, document.id, papers.New(document.id, MINUTES, title, written, "", public=False))
    row.state = State.NOTES_OUT
    row.revision += 1
    db.flush()
    telling.notes_out(db, row)
    after = {"state": State.NOTES_OUT, "minutes": str(document.id), "revision": row.revision}
    db.changed(seen.name, before={"state": seen.state}, after=after)


def approve(db: Db, body_id: str, meeting_id: UUID, *, digest: str, at: UUID, etag: str, reader: Reader) -> None:
    """Note that the body approved the minutes which have this digest, at a later meeting of it."""
    queries.one(db, body_id, meeting_id, reader)
    standing(db, body_id, reader).require_approves()
    row, seen = load_to_run(db, body_id, meeting_id, Step.APPROVE, etag, reader)
    other = queries.one(db, body_id, at, reader)
    meetings.check_approving(seen.name, seen.start_at, other=other.name, state=other.state, other_start=other.start_at)
    newest = db.one(_Newest, _NEWEST, meeting=meeting_id)
    if digest != newest.digest:
        raise DigestChanged("There is a newer edition of the minutes.", field="digest", digest=newest.digest)
    row.state, row.approved_edition = State.CLOSED, newest.number
    row.approver, row.approving_meeting_id = reader.person, at
    row.revision += 1
    db.flush()
    after = {"state": State.CLOSED, "digest": digest, "approving_meeting": other.name, "revision": row.revision}
    db.changed(seen.name, before={"state": seen.state}, after=after)


def _room(db: Db, seen: Meeting) -> Room:
    people = {one.person for one in queries.presence(db, seen.id)}
    there = [one for one in queries.people(db, seen.body_id, seen.day) if one.person_id in people]
    organizations = sorted({one.organization_id for one in there})
    return Room(len(people), organizations, len(queries.positions(db, seen.body_id, seen.day)))


def _noted(db: Db, meeting_id: UUID) -> list[Noted]:
    return [
        Noted(
            title=one.title,
            presenter=one.presenter,
            late=one.late,
            notes=one.notes,
            outcome=one.outcome,
            end=one.end_at,
            seats_present=one.seats_present,
            quorum=one.quorum,
        )
        for one in queries.items(db, meeting_id)
    ]
