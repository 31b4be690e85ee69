"""The table of what runs in the background: when each thing ran, when it runs next, and whether somebody paused it.

Times are the database's, since its processes may run on machines whose clocks differ.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from servicekit.data.db import Database, Db

_COLUMNS = (
    "name, every_seconds, next_run, last_start, last_end, last_success, runs, failures, last_error,"
    " paused_at, paused_by, pause_reason, requested_by, done, total"
)
# Held by the process that runs it, so it is free as soon as that process is gone, however it went.
_HELD = """
EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32 | objid::bigint) = hashtextextended('job:' || {name}, 0)
)
"""
_LIST = f"""
SELECT {_COLUMNS}, {_HELD.format(name="name")} AS running, next_run <= clock_timestamp() AS due,
  coalesce(extract(epoch FROM next_run - clock_timestamp()), 'Infinity')::float AS seconds_left
FROM background_job WHERE name = ANY(%(names)s) ORDER BY name
"""  # noqa: S608 - made of constants
# A timer starts over with every process, so that what waited for a start runs soon after; and what was cut off runs
# again, also where it has no timer.
_REGISTER = f"""
INSERT INTO background_job AS known (name, every_seconds, next_run)
SELECT name, every, CASE WHEN every IS NOT NULL THEN clock_timestamp() END
FROM unnest(%(names)s::text[], %(everies)s::float[]) AS given (name, every)
ON CONFLICT (name) DO UPDATE SET
  every_seconds = excluded.every_seconds,
  next_run = CASE
    WHEN excluded.every_seconds IS NOT NULL THEN excluded.next_run
    WHEN known.last_start IS NOT NULL AND known.last_end IS NULL AND NOT {_HELD.format(name="known.name")}
      THEN clock_timestamp()
    ELSE known.next_run
  END
"""  # noqa: S608 - made of constants
_CLAIM = """
UPDATE background_job SET
  last_start = now(), last_end = NULL, runs = runs + 1, done = 0, total = 0,
  next_run = now() + every_seconds * interval '1 second'
WHERE name = %(name)s AND paused_at IS NULL AND next_run <= now()
RETURNING name
"""
_END = """
UPDATE background_job SET
  last_end = clock_timestamp(), last_error = %(error)s,
  failures = failures + CASE WHEN %(error)s = '' THEN 0 ELSE 1 END,
  last_success = CASE WHEN %(error)s = '' THEN clock_timestamp() ELSE last_success END,
  next_run = CASE
    WHEN next_run > clock_timestamp() THEN greatest(next_run, clock_timestamp() + %(rest)s * interval '1 second')
    ELSE next_run
  END
WHERE name = %(name)s
"""
_PROGRESS = "UPDATE background_job SET done = %(done)s, total = %(total)s WHERE name = %(name)s"
_LOAD = f"""
SELECT {_COLUMNS}, {_HELD.format(name="name")} AS running, next_run <= clock_timestamp() AS due, 0.0 AS seconds_left
FROM background_job WHERE name = %(name)s
"""  # noqa: S608 - made of constants
_ENTER = """
INSERT INTO background_job (name, every_seconds) VALUES (%(name)s, %(every)s) ON CONFLICT DO NOTHING
"""
_LOCK = "SELECT name FROM background_job WHERE name = %(name)s FOR UPDATE"
_REQUEST = """
UPDATE background_job SET next_run = clock_timestamp(), requested_by = %(actor)s WHERE name = %(name)s
"""
_PAUSE = """
UPDATE background_job SET paused_at = clock_timestamp(), paused_by = %(actor)s, pause_reason = %(reason)s
WHERE name = %(name)s
"""
# What was missed in the meantime is made up for at once.
_RESUME = """
UPDATE background_job SET paused_at = NULL, paused_by = '', pause_reason = '',
  next_run = CASE WHEN every_seconds IS NOT NULL THEN clock_timestamp() END
WHERE name = %(name)s
"""


class Entry(NamedTuple):
    """One line of the table; *done* of *total* steps are those of the run under way, or of the last one."""

    name: str
    every_seconds: float | None
    next_run: datetime | None
    last_start: datetime | None
    last_end: datetime | None
    last_success: datetime | None
    runs: int
    failures: int
    last_error: str
    paused_at: datetime | None
    paused_by: str
    pause_reason: str
    requested_by: str
    done: int
    total: int
    running: bool
    due: bool
    seconds_left: float

    @property
    def may_run(self) -> bool:
        """Whether it is due, and nobody paused it."""
        return self.due and self.paused_at is None

    @property
    def last_seconds(self) -> float:
        """How long the last run took; 0 while one is under way or none has ended."""
        if self.last_start is None or self.last_end is None:
            return 0.0
        return (self.last_end - self.last_start).total_seconds()


def register(database: Database, every_seconds: Mapping[str, float | None]) -> None:
    """Enter what this process would run, each with the seconds of its timer, and make it due."""
    with database.read() as db:
        db.run(_REGISTER, names=list(every_seconds), everies=list(every_seconds.values()))


def entries(db: Db, names: Collection[str]) -> dict[str, Entry]:
    """Return the lines of *names*, as far as there are any yet."""
    return {entry.name: entry for entry in db.all(Entry, _LIST, names=list(names))}


def claim(database: Database, name: str) -> bool:
    """Begin a run if one is due; say whether it was. The caller holds the lock of *name*."""
    with database.read() as db:
        return bool(db.run(_CLAIM, name=name))


def end(database: Database, name: str, error: str, *, rest_seconds: float = 0.0) -> None:
    """Note that the run is over; *error* is empty if it went well. Its timer waits at least *rest_seconds* more."""
    with database.read() as db:
        db.run(_END, name=name, error=error, rest=rest_seconds)


def progress(database: Database, name: str, done: int, total: int) -> None:
    """Note how far the run has come."""
    with database.read() as db:
        db.run(_PROGRESS, name=name, done=done, total=total)


def load(db: Db, name: str, every_seconds: float | None) -> Entry:
    """Return the line of *name*, locked until the transaction ends; make it where no process ever worked yet."""
    db.run(_ENTER, name=name, every=every_seconds)
    db.run(_LOCK, name=name)
    return db.one(Entry, _LOAD, name=name)


def request(db: Db, name: str, actor: str) -> None:
    """Make *name* due now."""
    db.run(_REQUEST, name=name, actor=actor)


def pause(db: Db, name: str, actor: str, reason: str) -> None:
    """Keep *name* from running."""
    db.run(_PAUSE, name=name, actor=actor, reason=reason)


def resume(db: Db, name: str) -> None:
    """Let *name* run again, and at once if it has a timer."""
    db.run(_RESUME, name=name)
