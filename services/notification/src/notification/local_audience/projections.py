"""What others keep of whom agencies ask too: it is told again, whole, as a new revision."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.local_audience import telling
from servicekit.background.jobs import Progress, Projection
from servicekit.data.db import Database

# Also of those that nobody widens any more: what was missed may have been just that.
_TOLD = """
SELECT audience_id, array_agg(agency_id ORDER BY agency_id) AS agencies
FROM local_audience_told GROUP BY audience_id ORDER BY audience_id
"""


class _Told(NamedTuple):
    audience_id: UUID
    agencies: list[str]


def tell_local_audiences(database: Database, now: datetime, progress: Progress) -> None:
    """The directory's copy of the units that agencies ask too, each audience in a transaction of its own."""
    with database.read(now) as db:
        known = db.all(_Told, _TOLD)
    progress.expect(len(known))
    for one in known:
        name = f"audiences/{one.audience_id}"
        with database.transaction(
            actor="services/notification", method="projections/local-audiences", resource=name, at=now
        ) as db:
            telling.tell(db, one.audience_id, one.agencies)
            db.changed(name, after={"told": one.agencies})
        progress.step()


PROJECTIONS = (Projection("local-audiences", tell_local_audiences),)
