"""What is called, once it is asked for; what is due again, and which agencies are ready, on a timer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from notification.connections import webhooks
from notification.connections.sending import Sender
from servicekit.background.jobs import Job
from servicekit.background.runner import Kind
from servicekit.data.db import Database
from servicekit.settings import Settings

_ACTOR = "services/notification"
# So much later than planned is a call tried again at most; and so late it is told that an agency is ready.
_AGAIN_EVERY, _READY_EVERY = timedelta(seconds=15), timedelta(minutes=2)


def call_again(database: Database, now: datetime) -> None:
    """Have calls made again whose time has come."""
    with database.read(now) as db:
        if not webhooks.is_due(db):
            return
    with database.transaction(actor=_ACTOR, method="jobs/call-again", at=now) as db:
        webhooks.call_soon(db, actor=_ACTOR)


def find_ready(database: Database, now: datetime) -> None:
    """Tell of agencies all of whose staff are ready for a letter, once for each."""
    with database.transaction(actor=_ACTOR, method="jobs/find-ready", at=now) as db:
        found = webhooks.find_ready(db, actor=_ACTOR)
        db.changed("agencyReady", after={"found": found})


def forget_calls(database: Database, now: datetime) -> None:
    """Delete what became of calls more than 30 days ago."""
    with database.transaction(actor=_ACTOR, method="jobs/forget-calls", at=now) as db:
        db.changed("webhooks", after={"deleted": webhooks.forget(db)})


JOBS = (
    Job("call-again", _AGAIN_EVERY, call_again),
    Job("find-ready", _READY_EVERY, find_ready),
    Job("forget-calls", timedelta(days=1), forget_calls),
)


def tasks(settings: Settings) -> Sequence[Kind]:
    """Return the tasks of a process with these settings."""
    return (Kind(webhooks.TASK, Sender(settings).run),)
