"""What notification does on a timer."""

from datetime import datetime, timedelta

from notification.notices import publication, searching
from servicekit.background.jobs import Job
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
    failed = []
    for notice_id in due:
        try:
            with database.transaction(actor="services/notification", method="jobs/issue-scheduled", at=now) as db:
                publication.issue_scheduled(db, notice_id=notice_id, at=now)
        except Exception as error:  # noqa: BLE001 - whatever stops one notice must not stop the next
            failed.append(error)
    if failed:
        raise ExceptionGroup("scheduled notices were not issued", failed)


JOBS = [
    Job("issue-scheduled", _EVERY, issue_scheduled),
    Job("keep-letters-findable", _LOOK_EVERY, searching.keep_anew, alone=True),
]
