"""What can be rebuilt of audiences: memberships, and the copies of them that others keep."""

from datetime import datetime

from directory import events, locks, membership
from servicekit.background.jobs import Progress, Projection
from servicekit.calendar import pacific_date
from servicekit.data import outbox
from servicekit.data.db import Database

_ACTOR = "services/directory"
_AUDIENCES = "SELECT id FROM audience ORDER BY id"
_RAISE = "UPDATE audience SET revision = revision + 1 WHERE id = %(audience)s RETURNING revision"
_RAISE_MEMBERS = """
UPDATE audience_member SET revision = %(revision)s WHERE audience_id = %(audience)s
RETURNING person_id::text, agency_id, units, member, on_leave, local
"""


def recompute_memberships(database: Database, now: datetime, progress: Progress) -> None:
    """Who is in which audience, recomputed from people, jobs, roles and leaves.

    Others are told what it changes, if anything does.
    """
    progress.expect(1)
    with database.transaction(actor=_ACTOR, method="projections/memberships", resource="audiences/-", at=now) as db:
        locks.hold(db)
        rows = membership.recompute(db, at=now)
        db.changed("audiences/-", after={"memberships_changed": rows})
    progress.step()


def tell_memberships(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of memberships that other services keep: every audience is told whole, as a new revision.

    Each audience is a transaction of its own, so that people can be changed in between.
    """
    with database.read(now) as db:
        audiences = db.values(_AUDIENCES)
    progress.expect(len(audiences))
    for audience in audiences:
        name = f"audiences/{audience}"
        with database.transaction(actor=_ACTOR, method="projections/audience-copies", resource=name, at=now) as db:
            locks.hold(db)
            revision = db.value(_RAISE, audience=audience)
            changes = db.all(events.Membership, _RAISE_MEMBERS, audience=audience, revision=revision)
            for message in events.members_changed(str(audience), revision, pacific_date(now), changes, whole=True):
                outbox.emit(db, message)
            db.changed(name, after={"revision": revision, "told": len(changes)})
        progress.step()


PROJECTIONS = (
    Projection("memberships", recompute_memberships),
    Projection("audience-copies", tell_memberships),
)
