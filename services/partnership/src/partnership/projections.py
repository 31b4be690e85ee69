"""What others keep of bodies and of who is in them: told again, whole."""

from datetime import datetime
from typing import Any, NamedTuple

from partnership import events
from partnership.bodies.rules import ruling
from partnership.bodies.telling import tell_rules
from partnership.memberships import queries
from servicekit.background.jobs import Progress, Projection
from servicekit.data import outbox
from servicekit.data.db import Database

_BODIES = "SELECT id, code, rules, revision FROM body ORDER BY id"


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


PROJECTIONS = (Projection("body-copies", tell_bodies),)
