"""What governance does on a timer: a ballot closes at its hour."""

from datetime import datetime, timedelta

from curriculum.governance import ballots
from curriculum.governance.subjects import Subjects
from servicekit.background.jobs import Job, each_alone
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
    each_alone(
        database,
        due,
        lambda db, ballot: ballots.close_due(db, ballot, subjects),
        actor="services/curriculum",
        method="jobs/close-ballots",
        at=now,
        failure="ballots were not closed",
    )
