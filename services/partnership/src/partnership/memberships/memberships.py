"""What is done with memberships: a part is given, and a membership is given its end. Nothing else ever changes."""

from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlmodel import select

from partnership import events
from partnership.bodies import bodies
from partnership.bodies.rules.bodies import SeatEnded, SeatTaken, check_etag
from partnership.memberships import queries
from partnership.memberships.queries import name_of
from partnership.memberships.rules import parts
from partnership.memberships.rules.parts import Given, PartHeld, PartTaken
from partnership.memberships.tables import MembershipRow
from partnership.visibility import Reader, standing
from servicekit import text
from servicekit.data import outbox
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_HAS_SEATS = "SELECT EXISTS (SELECT FROM seat WHERE body_id = %(body)s)"
_SEAT_END = "SELECT end_on FROM seat WHERE body_id = %(body)s AND id = %(seat)s"
# The first that cannot be held beside it: by the same person, in the same seat, or of which there is one in the body.
_BESIDE = """
SELECT id, person_id, seat_id FROM membership
WHERE body_id = %(body)s AND id <> %(id)s AND part = %(part)s
  AND daterange(start_on, end_on) && daterange(%(start)s, %(end)s)
  AND (person_id = %(person)s OR seat_id = %(seat)s OR part = ANY(%(alone)s))
ORDER BY person_id <> %(person)s, start_on, id LIMIT 1
"""


class _Beside(NamedTuple):
    id: UUID
    person_id: UUID
    seat_id: str | None


def create(db: Db, body_id: str, given: Given, reader: Reader) -> UUID:
    """Give somebody a part."""
    standing(db, body_id, reader).require_runs()
    parts.check_giver(reader.person, given.person)
    bodies.load(db, body_id)
    parts.check(given, has_seats=db.value(_HAS_SEATS, body=body_id))
    row = MembershipRow(
        id=uuid4(),
        body_id=body_id,
        person_id=given.person,
        organization_id=given.organization,
        part=given.part,
        seat_id=given.seat,
        start_on=given.start,
        end_on=given.end,
        carries_over=given.carries_over,
        created_at=db.at,
    )
    _check_free(db, row)
    db.add(row)
    db.flush()
    _tell_started(db, body_id, row.id)
    db.changed(name_of(body_id, row.id), after=_facts(row))
    return row.id


def end(db: Db, body_id: str, membership_id: UUID, day: date, *, reason: str, etag: str, reader: Reader) -> None:
    """Give a membership its end, or another one than it was given before. It goes on after it no more."""
    there, name = standing(db, body_id, reader), name_of(body_id, membership_id)
    bodies.load(db, body_id)
    row = db.exec(
        select(MembershipRow).where(MembershipRow.id == membership_id, MembershipRow.body_id == body_id)
    ).one_or_none()
    if row is None:
        raise NotFound(name)
    if row.person_id != reader.person:
        there.require_runs()
    reason = text.reason(reason, most=parts.LONGEST_REASON)
    check_etag(name, etag, row.version)
    parts.check_end(day, start=row.start_on)
    if row.person_id == reader.person:
        last = None if row.carries_over else row.end_on
        parts.check_own_end(day, person=row.person_id, last=last, today=reader.today)
    before = _facts(row)
    row.end_on, row.end_reason, row.carries_over = day, reason, False
    row.version += 1
    with db.no_autoflush:
        _check_free(db, row)
    db.flush()
    outbox.emit(
        db,
        events.membership_ended(
            membership_id=row.id, body_id=body_id, person_id=row.person_id, end_on=day, version=row.version
        ),
    )
    db.changed(name, before=before, after=_facts(row), reason=reason)


def _check_free(db: Db, row: MembershipRow) -> None:
    """Refuse what stands against other memberships of its days, or against the end of its seat. The body is locked."""
    if row.seat_id is not None:
        _check_seat(db, row)
    beside = db.maybe(
        _Beside,
        _BESIDE,
        body=row.body_id,
        id=row.id,
        part=row.part,
        start=row.start_on,
        end=row.end_on,
        person=row.person_id,
        seat=row.seat_id,
        alone=sorted(parts.ALONE),
    )
    if beside is None:
        return
    said = {"membership": name_of(row.body_id, beside.id), "person": f"people/{beside.person_id}", "part": row.part}
    if beside.person_id == row.person_id:
        raise PartHeld("The person has this part then.", field="membership.part", **said)
    if beside.seat_id is not None:
        raise SeatTaken("Somebody has the seat then.", field="membership.seat", seat=beside.seat_id, **said)
    raise PartTaken("Somebody else has this part then.", field="membership.part", **said)


def _check_seat(db: Db, row: MembershipRow) -> None:
    ends: list[date | None] = db.values(_SEAT_END, body=row.body_id, seat=row.seat_id)
    if not ends:
        raise NotFound(f"bodies/{row.body_id}/seats/{row.seat_id}")
    (ended,) = ends
    if ended is not None and row.end_on != row.start_on and (row.end_on is None or row.end_on > ended):
        raise SeatEnded("There is no such seat then.", field="membership.seat", seat=row.seat_id, end_date=ended)


def _tell_started(db: Db, body_id: str, membership_id: UUID) -> None:
    for one in queries.whole(db, body_id, membership_id):
        outbox.emit(db, events.membership_started(one))


def _facts(row: MembershipRow) -> dict[str, object]:
    """Return what the audit trail keeps of a change."""
    return {
        "person": f"people/{row.person_id}",
        "organization": row.organization_id,
        "part": row.part,
        "seat": row.seat_id or "",
        "start_date": str(row.start_on),
        "end_date": str(row.end_on or ""),
        "carries_over": row.carries_over,
        "version": row.version,
    }
