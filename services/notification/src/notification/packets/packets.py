"""What is done with packets of letters: one is made, confirmed in parts or as a whole, and closed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from notification.inbox.steps import Step, confirm_together
from notification.letters.rows import name_of
from notification.letters.rules.reading import Reader
from notification.packets import queries
from notification.packets.rules import packets
from notification.packets.rules.packets import PacketClosed, Which
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound

_CREATE = """
WITH made AS (
  INSERT INTO letter_packet (id, agency_id, title, created_by, created_at)
  VALUES (%(id)s, %(agency)s, %(title)s, %(by)s, %(at)s)
)
INSERT INTO packet_letter (packet_id, notice_id, position)
SELECT %(id)s, notice_id, n FROM unnest(%(notices)s::uuid[]) WITH ORDINALITY AS given (notice_id, n)
"""
# An agency sees letters that it has, or whose people are asked there.
_LETTERS = """
SELECT n.id, n.state, n.asks FROM notice AS n
WHERE n.id = ANY(%(notices)s) AND n.state IN ('PUBLISHED', 'WITHDRAWN') AND (%(agency)s = '' OR EXISTS (
  SELECT FROM delivery AS d WHERE d.notice_id = n.id AND d.agency_id = %(agency)s
) OR EXISTS (
  SELECT FROM audience_member AS m WHERE m.audience_id = n.audience_id AND m.agency_id = %(agency)s AND m.member
))
"""
_LOCK = "SELECT closed_at IS NOT NULL FROM letter_packet WHERE id = %(id)s AND agency_id = %(agency)s FOR UPDATE"
_CLOSE = "UPDATE letter_packet SET closed_at = %(at)s, closed_by = %(by)s WHERE id = %(id)s"
# It stays open until this commits.
_HOLD = "SELECT closed_at IS NOT NULL FROM letter_packet WHERE id = %(id)s AND agency_id = %(agency)s FOR SHARE"


class _Letter(NamedTuple):
    id: UUID
    state: str
    asks: str


def create(db: Db, agency_id: str, *, title: str, notices: Sequence[UUID], by: UUID) -> Which:
    """Make a packet of an agency, or of the state (''), of letters that hold and ask to be confirmed."""
    packets.check(title, notices)
    known = {row.id: row for row in db.all(_Letter, _LETTERS, notices=list(notices), agency=agency_id)}
    for one in notices:
        if one not in known:
            raise NotFound(name_of(one))
        packets.check_letter(name_of(one), known[one].state, known[one].asks)
    which = Which(agency_id, uuid4())
    db.run(_CREATE, id=which.id, agency=agency_id, title=title, by=by, at=db.at, notices=list(notices))
    db.changed(which.name, after={"letters": [name_of(one) for one in notices]})
    return which


def close(db: Db, which: Which, *, by: UUID) -> None:
    """Take a packet from everybody's list. Idempotent: the first time stays."""
    closed = _closed(db, _LOCK, which)
    db.changed(which.name, before={"closed": closed}, after={"closed": True})
    if not closed:
        db.run(_CLOSE, id=which.id, at=db.at, by=by)


def confirm(db: Db, which: Which, steps: Sequence[Step], reader: Reader) -> None:
    """Confirm letters of a packet for one person, each under its own statement: all of them, or none."""
    if not steps:
        raise InvalidField("confirmations", 0, "must name at least one letter")
    if len({step.notice_id for step in steps}) != len(steps):
        raise InvalidField("confirmations", len(steps), "must name each letter once")
    if _closed(db, _HOLD, which):
        raise PacketClosed("The packet is closed.", packet=which.name)
    theirs = set(queries.own_letters(db, reader, which))
    for step in steps:
        if step.notice_id not in theirs:
            raise NotFound(name_of(step.notice_id))
    items = confirm_together(db, steps, db.at)
    said = {
        name_of(item.notice.id): {
            "version": item.notice.version,
            "text_sha256": item.notice.text_sha256,
            "statement_sha256": item.agreed,
        }
        for item in items
    }
    db.changed(which.name, after={"kind": "CONFIRM", "channel": "PACKET", "letters": said})


def _closed(db: Db, sql: str, which: Which) -> bool:
    """Return whether the packet is closed, locked as *sql* does."""
    found: list[bool] = db.values(sql, id=which.id, agency=which.agency_id)
    if not found:
        raise NotFound(which.name)
    return found[0]
