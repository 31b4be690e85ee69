"""What notification can rebuild: its readiness figures."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import hold_people, recount
from servicekit.background.jobs import Progress, Projection
from servicekit.data.db import Database

# Figures of a letter that was withdrawn stay as they were on that day.
_NOTICES = "SELECT id, audience_id FROM notice WHERE state = 'PUBLISHED' ORDER BY id"
# Whoever moves a figure holds one of these first: a change of membership its audience, a person's step their row.
_HOLD_AUDIENCE = "SELECT FROM audience WHERE audience_id = %(audience)s FOR UPDATE"


class _Issued(NamedTuple):
    id: UUID
    audience_id: UUID


def recount_readiness(database: Database, now: datetime, progress: Progress) -> None:
    """The figures of readiness, recounted from the people of each letter that is out.

    Each letter is a transaction of its own: whoever reads or confirms it in the meantime waits for that one only.
    """
    with database.read(now) as db:
        notices = db.all(_Issued, _NOTICES)
    progress.expect(len(notices))
    for notice in notices:
        with database.transaction(
            actor="services/notification", method="projections/readiness", resource=f"notices/{notice.id}", at=now
        ) as db:
            db.run(_HOLD_AUDIENCE, audience=notice.audience_id)
            hold_people(db, notice.id)
            before, after = recount(db, notice.id)
            db.changed(f"notices/{notice.id}", before={"rows": before}, after={"rows": after})
        progress.step()


PROJECTIONS = (Projection("readiness", recount_readiness),)
