"""What can be told again of agencies."""

from datetime import date, datetime
from typing import NamedTuple

from directory import events
from servicekit.background.jobs import Progress, Projection
from servicekit.data import outbox
from servicekit.data.db import Database

_AGENCIES = "SELECT id, kind, until FROM agency ORDER BY id"


class _Agency(NamedTuple):
    id: str
    kind: str
    until: date | None


def tell_agencies(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of the list of agencies that other services keep."""
    progress.expect(1)
    with database.transaction(
        actor="services/directory", method="projections/agency-copies", resource="agencies/-", at=now
    ) as db:
        agencies = db.all(_Agency, _AGENCIES)
        for agency in agencies:
            outbox.emit(db, events.agency_listed(agency.id, agency.kind, agency.until))
        db.changed("agencies/-", after={"told": len(agencies)})
    progress.step()


PROJECTIONS = (Projection("agency-copies", tell_agencies),)
