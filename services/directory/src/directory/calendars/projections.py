"""What can be told again of calendars."""

from datetime import datetime

from directory.calendars import calendars
from servicekit.background.jobs import Progress, Projection
from servicekit.data.db import Database


def tell_calendars(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of the state's calendar by which other services count due dates."""
    progress.expect(1)
    with database.transaction(
        actor="services/directory", method="projections/calendar-copies", resource="calendars/-", at=now
    ) as db:
        db.changed("calendars/-", after={"told": calendars.tell(db)})
    progress.step()


PROJECTIONS = (Projection("calendar-copies", tell_calendars),)
