"""The copies of who leads what that other services keep."""

from datetime import datetime

from directory.units import leads
from servicekit.background.jobs import Progress, Projection
from servicekit.data.db import Database


def tell_leads(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of who leads units that other services keep."""
    progress.expect(1)
    with database.transaction(
        actor="services/directory", method="projections/lead-copies", resource="unitLeads/-", at=now
    ) as db:
        db.changed("unitLeads/-", after={"told": leads.tell_all(db)})
    progress.step()


PROJECTIONS = (Projection("lead-copies", tell_leads),)
