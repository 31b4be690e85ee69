"""What units need on a timer."""

from datetime import datetime, timedelta

from directory.units import leads
from servicekit.background.jobs import Job
from servicekit.calendar import pacific_date
from servicekit.data.db import Database


def end_leads(database: Database, now: datetime) -> None:
    """End what people led until their job, or their work in the unit, ended. Mostly this is one look."""
    day = pacific_date(now)
    with database.read(now) as db:
        if not db.value(leads.SOME_GONE, day=day):
            return
    with database.transaction(actor="services/directory", method="jobs/end_leads", at=now) as db:
        db.changed("unitLeads/-", after={"day": day.isoformat(), "ended": leads.end_gone(db, day=day)})


JOBS = (Job("end_leads", timedelta(minutes=1), end_leads),)
