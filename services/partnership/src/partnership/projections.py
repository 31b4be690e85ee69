"""What others keep of bodies, of who is in them and of who was in a room: told again, whole."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from partnership import events
from partnership.bodies.rules import ruling
from partnership.bodies.telling import tell_rules
from partnership.meetings import queries as meetings
from partnership.meetings import telling
from partnership.memberships import queries
from servicekit.background.jobs import Progress, Projection
from servicekit.data import outbox
from servicekit.data.db import Database

_BODIES = "SELECT id, code, rules, revision FROM body ORDER BY id"


_MEETINGS = """
SELECT id, body_id FROM meeting
WHERE EXISTS (SELECT FROM agenda_item WHERE meeting_id = meeting.id AND end_at IS NOT NULL) ORDER BY start_at, id
"""


class _Meeting(NamedTuple):
    id: UUID
    body_id: str


class _Body(NamedTuple):
    id: str
    code: str
    rules: dict[str, Any]
    revision: int


def tell_bodies(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of rules and memberships that other services keep, each body in a transaction of its own."""
    with database.read(now) as db:
        known = db.all(_Body, _BODIES)
    progress.expect(len(known))
    for one in known:
        name = f"bodies/{one.id}"
        with database.transaction(
            actor="services/partnership", method="projections/body-copies", resource=name, at=now
        ) as db:
            tell_rules(db, body_id=one.id, code=one.code, ruling=ruling.read(one.rules), version=one.revision)
            memberships = queries.whole(db, one.id)
            for membership in memberships:
                outbox.emit(db, events.membership_started(membership))
            db.changed(name, after={"told": len(memberships)})
        progress.step()


def tell_presence(database: Database, now: datetime, progress: Progress) -> None:
    """What other services know of who was in the room as items ended, each meeting in a transaction of its own."""
    with database.read(now) as db:
        known = db.all(_Meeting, _MEETINGS)
    progress.expect(len(known))
    for one in known:
        name = meetings.name_of(one.body_id, one.id)
        with database.transaction(
            actor="services/partnership", method="projections/presence-copies", resource=name, at=now
        ) as db:
            # Held, so that no correction comes between and is told as the older one.
            db.value("SELECT id FROM meeting WHERE id = %(meeting)s FOR UPDATE", meeting=one.id)
            ended = [item for item in meetings.items(db, one.id) if item.end_at is not None]
            intervals = meetings.presence(db, one.id)
            for item in ended:
                telling.presence_again(db, one.id, one.body_id, item, intervals)
            db.changed(name, after={"told": len(ended)})
        progress.step()


PROJECTIONS = (Projection("body-copies", tell_bodies), Projection("presence-copies", tell_presence))
