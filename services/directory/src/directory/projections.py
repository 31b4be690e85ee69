"""What the directory can rebuild: its own memberships, and the copies that others keep of what it owns."""

from datetime import date, datetime
from typing import NamedTuple

from directory import calendars, events, membership
from servicekit.background.jobs import Progress, Projection
from servicekit.calendar import pacific_date
from servicekit.data import outbox
from servicekit.data.db import Database

_ACTOR = "services/directory"
_AUDIENCES = "SELECT id FROM audience ORDER BY id"
_AGENCIES = "SELECT id, kind, until FROM agency ORDER BY id"
_RAISE = "UPDATE audience SET revision = revision + 1 WHERE id = %(audience)s RETURNING revision"
_RAISE_MEMBERS = """
UPDATE audience_member SET revision = %(revision)s WHERE audience_id = %(audience)s
RETURNING person_id::text, agency_id, units, member, on_leave
"""


class _Agency(NamedTuple):
    id: str
    kind: str
    until: date | None


def recompute_memberships(database: Database, now: datetime, progress: Progress) -> None:
    """Who is in which audience, recomputed from people, jobs, roles and leaves.

    Others are told what it changes, if anything does.
    """
    progress.expect(1)
    with database.transaction(actor=_ACTOR, method="projections/memberships", resource="audiences/-", at=now) as db:
        membership.hold(db)
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
            membership.hold(db)
            revision = db.value(_RAISE, audience=audience)
            changes = db.all(events.Membership, _RAISE_MEMBERS, audience=audience, revision=revision)
            for message in events.members_changed(str(audience), revision, pacific_date(now), changes, whole=True):
                outbox.emit(db, message)
            db.changed(name, after={"revision": revision, "told": len(changes)})
        progress.step()


def tell_agencies(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of the list of agencies that other services keep."""
    progress.expect(1)
    with database.transaction(actor=_ACTOR, method="projections/agency-copies", resource="agencies/-", at=now) as db:
        agencies = db.all(_Agency, _AGENCIES)
        for agency in agencies:
            outbox.emit(db, events.agency_listed(agency.id, agency.kind, agency.until))
        db.changed("agencies/-", after={"told": len(agencies)})
    progress.step()


def tell_calendars(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of the state's calendar by which other services count due dates."""
    progress.expect(1)
    with database.transaction(actor=_ACTOR, method="projections/calendar-copies", resource="calendars/-", at=now) as db:
        db.changed("calendars/-", after={"told": calendars.tell(db)})
    progress.step()


PROJECTIONS = (
    Projection("memberships", recompute_memberships),
    Projection("audience-copies", tell_memberships),
    Projection("agency-copies", tell_agencies),
    Projection("calendar-copies", tell_calendars),
)
