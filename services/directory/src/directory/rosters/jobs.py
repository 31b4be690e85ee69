"""What becomes of roster files by time alone: left ones are taken up, old ones are forgotten."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from directory.rosters import imports
from servicekit.background import tasks
from servicekit.background.jobs import Job
from servicekit.data.db import Database

_SELF = "services/directory"
# What was wrong with a file shows names and addresses: it is kept as long as somebody mends the file.
KEEP_PROBLEMS = timedelta(days=30)
_ABANDONED = timedelta(days=1)


_WITHOUT_TASK = """
SELECT roster_import.id, roster_import.actor FROM roster_import
WHERE state = 'RUNNING' AND NOT EXISTS (
  SELECT FROM task WHERE task.kind = 'roster' AND task.key = roster_import.id::text)
"""
_OLD = (
    "DELETE FROM roster_error USING roster_import WHERE id = import_id AND completed_at < %(before)s",
    "DELETE FROM roster_name USING roster_import WHERE id = import_id AND completed_at < %(before)s",
)


class Waiting(NamedTuple):
    """An import that runs without a task."""

    id: UUID
    actor: str


def resume(database: Database, now: datetime) -> None:
    """Take up roster files that a process of the version before left: it knew no tasks."""
    with database.read() as db:
        waiting = db.all(Waiting, _WITHOUT_TASK)
    if not waiting:
        return
    with database.transaction(actor=_SELF, method="jobs/resume_rosters", at=now) as db:
        for found in waiting:
            tasks.defer(db, imports.TASK, str(found.id), actor=found.actor)
        db.changed("rosterImports/-", after={"taken_up": len(waiting)})


def forget(database: Database, now: datetime) -> None:
    """Remove the personal data of old imports: reported problems, and pieces of files that were never run."""
    with database.transaction(actor=_SELF, method="jobs/forget_rosters", at=now) as db:
        problems, named = (db.run(statement, before=now - KEEP_PROBLEMS) for statement in _OLD)
        pieces = db.run(
            "DELETE FROM roster_chunk USING roster_import"
            " WHERE id = import_id AND state IN ('RECEIVING', 'CHECKED') AND created_at < %(before)s",
            before=now - _ABANDONED,
        )
        db.changed(
            "rosterImports/-", after={"problems_removed": problems, "names_removed": named, "pieces_removed": pieces}
        )


JOBS = (
    Job("resume_rosters", timedelta(minutes=1), resume),
    Job("forget_rosters", timedelta(hours=6), forget),
)
