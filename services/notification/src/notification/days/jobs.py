"""What is kept of each day, on a timer."""

from datetime import datetime, timedelta

from notification.days import keeping
from notification.days.rules import ending
from servicekit.background.jobs import Job
from servicekit.calendar import pacific_date
from servicekit.data.db import Database

# Often enough to find the end of a day; mostly there is nothing to do.
_EVERY = timedelta(minutes=1)
_JOB = "jobs/keep-readiness-days"


def keep_readiness_days(database: Database, now: datetime) -> None:
    """Keep how ready people were as the day ended, and of days that were missed what is known of them.

    Each letter of which days were missed is a transaction of its own: one that fails holds up no other. Those whose
    figures stand are one together.

    Raises:
        ExceptionGroup: some failed; they are tried again next time.
    """
    day, yesterday = ending(now), pacific_date(now) - timedelta(days=1)
    with database.read(now) as db:
        missed = keeping.missed(db, yesterday)
    failed = []
    for letter in missed:
        try:
            with database.transaction(actor="services/notification", method=_JOB, at=now) as db:
                keeping.recount(db, letter)
        except Exception as error:  # noqa: BLE001 - whatever stops one letter must not stop the next
            failed.append(error)
    with database.read(now) as db:
        stands = keeping.stands(db, day, now)
    if stands:
        with database.transaction(actor="services/notification", method=_JOB, at=now) as db:
            keeping.keep_standing(db, day, now)
    if failed:
        raise ExceptionGroup("days of letters were not kept", failed)


JOBS = [Job("keep-readiness-days", _EVERY, keep_readiness_days, alone=True)]
