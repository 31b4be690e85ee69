"""What mailing lists need on a timer."""

from datetime import datetime, timedelta

from directory.mailing import lists
from servicekit.background.jobs import Job
from servicekit.data.db import Database


def forget_addresses(database: Database, now: datetime) -> None:
    """Forget addresses that were taken off a month ago. Mostly this is one look."""
    with database.read(now) as db:
        if not lists.some_are_old(db):
            return
    with database.transaction(actor="services/directory", method="jobs/forget_addresses", at=now) as db:
        db.changed("agencies/-/mailingAddresses/-", after={"forgotten": lists.forget(db)})


JOBS = (Job("forget_addresses", timedelta(hours=1), forget_addresses),)
