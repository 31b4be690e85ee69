"""What governance does on a timer: a ballot closes at its hour."""

from datetime import datetime, timedelta

from curriculum.governance import ballots
from curriculum.governance.subjects import Subjects
from servicekit.background.jobs import Job
from servicekit.data.db import Database

_EVERY = timedelta(seconds=30)


def jobs(subjects: Subjects) -> list[Job]:
    """Return what is done with ballots on these kinds of things."""

    def close_ballots(database: Database, now: datetime) -> None:
        """Count the votes of ballots whose hour has come, each in a transaction of its own."""
        close_due(database, now, subjects)

    return [Job("close-ballots", _EVERY, close_ballots)]


def close_due(database: Database, now: datetime, subjects: Subjects) -> None:
    """Count the votes of ballots whose hour has come. One that fails holds up no other.

    Raises:
        ExceptionGroup: some failed; they are tried again next time.
    """
    with database.read(now) as db:
        due = ballots.due(db)
    failed = []
    for ballot in due:
        try:
            with database.transaction(actor="services/curriculum", method="jobs/close-ballots", at=now) as db:
                ballots.close_due(db, ballot, subjects)
        except Exception as error:  # noqa: BLE001 - whatever stops one ballot must not stop the next
            failed.append(error)
    if failed:
        raise ExceptionGroup("ballots were not closed", failed)
