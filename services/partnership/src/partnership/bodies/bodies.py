"""What is done with bodies: made, changed, given a seat, or a seat less."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from partnership.bodies import queries
from partnership.bodies.queries import name_of
from partnership.bodies.rules import bodies, ruling
from partnership.bodies.rules.bodies import CodeTaken, Constituency, Said, Seat, SeatTaken
from partnership.bodies.tables import BodyRow, ConstituencyRow, SeatRow
from partnership.bodies.telling import tell_rules
from servicekit import text
from servicekit.data.db import Db
from servicekit.refusals import AlreadyExists, InvalidField, NotFound

_UNIQUE_CODE = "uq_body_code"
# Whoever is there on the day or comes later, or goes on there.
_SEATED = """
SELECT person_id FROM membership
WHERE body_id = %(body)s AND seat_id = %(seat)s AND end_on IS DISTINCT FROM start_on
  AND (end_on IS NULL OR end_on > %(day)s OR (carries_over AND NOT EXISTS (
    SELECT FROM membership AS follower
    WHERE follower.body_id = membership.body_id AND follower.seat_id = membership.seat_id
      AND follower.part = membership.part AND follower.start_on BETWEEN membership.end_on AND %(day)s
      AND follower.end_on IS DISTINCT FROM follower.start_on
  )))
ORDER BY start_on, id LIMIT 1
"""


def create(db: Db, body_id: str, said: Said, seats: Sequence[Constituency]) -> None:
    """Make a body with its constituencies and seats."""
    bodies.check(said)
    bodies.check_seats(seats)
    if db.get(BodyRow, body_id) is not None:
        raise AlreadyExists(name_of(body_id), field="body_id")
    row = BodyRow(id=body_id, sort_key=text.identity(said.title), created_at=db.at, **_columns(said))
    db.add(row)
    _flush(db, said.code)
    for constituency in seats:
        db.add(ConstituencyRow(body_id=body_id, id=constituency.id, title=constituency.title))
    db.flush()
    db.add_all(SeatRow(body_id=body_id, constituency_id=one.id, **asdict(seat)) for one in seats for seat in one.seats)
    db.flush()
    _changed(db, row, said, before=None)


def update(db: Db, body_id: str, said: Said, *, etag: str, reason: str) -> None:
    """Replace what is said of a body and its rules."""
    bodies.check(said)
    reason = text.reason(reason, most=bodies.LONGEST_REASON)
    row = load(db, body_id)
    bodies.check_etag(name_of(body_id), etag, row.revision)
    before = _facts(row)
    for field, value in _columns(said).items():
        setattr(row, field, value)
    row.sort_key = text.identity(said.title)
    row.revision += 1
    _flush(db, said.code)
    _changed(db, row, said, before=before, reason=reason)


def create_seat(db: Db, body_id: str, constituency: Constituency, seat: Seat) -> None:
    """Add a seat, and its constituency where that is new."""
    bodies.check_seat("seat", seat)
    row = load(db, body_id)
    known = queries.constituencies(db, body_id)
    if any(one.id == seat.id for each in known for one in each.seats):
        raise AlreadyExists(f"{name_of(body_id)}/seats/{seat.id}", field="seat.id")
    if constituency.id not in {one.id for one in known}:
        bodies.check_title("constituency_title", constituency.title)
        db.add(ConstituencyRow(body_id=body_id, id=constituency.id, title=constituency.title))
        db.flush()
        known.append(replace(constituency, seats=()))
    with_it = [replace(one, seats=(*one.seats, *([seat] if one.id == constituency.id else []))) for one in known]
    bodies.check_seats(with_it)
    db.add(SeatRow(body_id=body_id, constituency_id=constituency.id, **asdict(seat)))
    row.revision += 1
    db.flush()
    after = {"seat": seat.id, "constituency": constituency.id, "voting": seat.voting, "revision": row.revision}
    db.changed(name_of(body_id), after=after)


def end_seat(db: Db, body_id: str, seat_id: str, day: date, *, reason: str) -> None:
    """Say from which day on there is no such seat; refuse it while somebody has it then."""
    reason = text.reason(reason, most=bodies.LONGEST_REASON)
    row = load(db, body_id)
    seat = db.get(SeatRow, (body_id, seat_id))
    if seat is None:
        raise NotFound(f"{name_of(body_id)}/seats/{seat_id}")
    if seat.end_on is not None and day > seat.end_on:
        raise InvalidField("end_date", day, f"must not lie after the day on which it ended, {seat.end_on}")
    if seated := db.values(_SEATED, body=body_id, seat=seat_id, day=day):
        raise SeatTaken(
            "Somebody has the seat then.",
            field="seat_id",
            seat=seat_id,
            person=f"people/{seated[0]}",
            day=day,
        )
    before, seat.end_on = seat.end_on, day
    row.revision += 1
    db.flush()
    db.changed(
        name_of(body_id),
        before={"seat": seat_id, "end_date": str(before or "")},
        after={"seat": seat_id, "end_date": str(day), "revision": row.revision},
        reason=reason,
    )


def load(db: Db, body_id: str) -> BodyRow:
    """Return a body, locked: changes of it and of who is in it happen one after the other."""
    row = db.exec(select(BodyRow).where(BodyRow.id == body_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(name_of(body_id))
    return row


def _columns(said: Said) -> dict[str, Any]:
    return {**{name: getattr(said, name) for name in Said.__dataclass_fields__}, "rules": ruling.kept(said.rules)}


def _facts(row: BodyRow) -> dict[str, Any]:
    """Return what the audit trail keeps of a change."""
    names = ("title", "code", "kind", "visibility", "newcomers_read_all", "open_meetings", "rules", "revision")
    return {name: getattr(row, name) for name in names}


def _changed(db: Db, row: BodyRow, said: Said, *, before: dict[str, Any] | None, reason: str = "") -> None:
    tell_rules(db, body_id=row.id, code=row.code, ruling=said.rules, version=row.revision)
    db.changed(name_of(row.id), before=before, after=_facts(row), reason=reason)


def _flush(db: Db, code: str) -> None:
    """Write the row; a code belongs to one body."""
    try:
        db.flush()
    except IntegrityError as error:
        if _UNIQUE_CODE not in str(error.orig):
            raise
        raise CodeTaken("Another body has it.", field="body.code", code=code) from error
