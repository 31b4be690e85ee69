"""What notification does on a timer."""

from datetime import datetime, timedelta

from notification.notices import publication, searching
from servicekit.background.jobs import Job, each_alone
from servicekit.data.db import Database

# A letter for nine o'clock is out before anybody wonders.
_EVERY = timedelta(seconds=10)
# Something is there to do only after an upgrade.
_LOOK_EVERY = timedelta(minutes=1)


def issue_scheduled(database: Database, now: datetime) -> None:
    """Issue the notices whose time has come, each in a transaction of its own: one that fails holds up no other.

    Raises:
        ExceptionGroup: some failed; they are tried again next time.
    """
    with database.read() as db:
        due = publication.due_to_issue(db, now)
    each_alone(
        database,
        due,
        lambda db, notice_id: publication.issue_scheduled(db, notice_id=notice_id, at=now),
        actor="services/notification",
        method="jobs/issue-scheduled",
        at=now,
        failure="scheduled notices were not issued",
    )


JOBS = [
    Job("issue-scheduled", _EVERY, issue_scheduled),
    Job("keep-letters-findable", _LOOK_EVERY, searching.keep_anew, alone=True),
]
