"""What is done later or at length: deferred by the write that asks for it, and gone from the table once it is done.

A task is deferred in a transaction and so exactly if that commits. It is worked on in steps (`runner.py`), each a
transaction that says with its changes how far the task is, or that it is done. What fails is tried again, later each
time, and after its last try stays in the table, failed, until an operator has it tried again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from servicekit.data.db import Db

# Asked for again, it is done again from its beginning. A step in hand ends first, since it holds the row.
_DEFER = """
INSERT INTO task (id, kind, key, payload, actor, at, next_try)
SELECT gen_random_uuid(), %(kind)s, key, %(payload)s, %(actor)s, %(at)s,
  coalesce(%(due)s::timestamptz, clock_timestamp() + %(after)s * interval '1 second')
FROM unnest(%(keys)s::text[]) AS key ORDER BY key
ON CONFLICT (kind, key) DO UPDATE SET
  payload = excluded.payload, actor = excluded.actor, at = excluded.at, next_try = excluded.next_try,
  tries = 0, error = '', done = 0, total = 0
"""
_COLUMNS = "id, kind, key, payload, actor, at, next_try, last_start, tries, error, done, total"
_NEXT = f"""
UPDATE task SET last_start = clock_timestamp()
WHERE id = (
  SELECT id FROM task WHERE kind = %(kind)s AND next_try <= clock_timestamp()
  ORDER BY next_try, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608 - made of constants
_LOCK = "SELECT id FROM task WHERE id = %(id)s AND next_try IS NOT NULL FOR UPDATE SKIP LOCKED"
_PROGRESS = """
UPDATE task SET done = %(done)s, total = %(total)s, tries = 0, error = '' WHERE id = %(id)s
"""
# One that was asked for again since it was begun stays: what it was asked for then, no step may have seen.
_DONE = "DELETE FROM task WHERE id = %(id)s AND next_try <= last_start"
_FAILED = """
UPDATE task SET
  tries = tries + 1, error = %(error)s,
  next_try = CASE WHEN tries + 1 < %(most)s
    THEN clock_timestamp() + (%(pauses)s::float[])[tries + 1] * interval '1 second' END
WHERE id = %(id)s
RETURNING next_try IS NULL
"""
_AGAIN = f"""
UPDATE task SET tries = 0, next_try = clock_timestamp() WHERE id = %(id)s RETURNING {_COLUMNS}
"""  # noqa: S608 - made of constants
_LATER = "UPDATE task SET next_try = clock_timestamp() + %(seconds)s * interval '1 second' WHERE id = %(id)s"
# What has failed comes first.
_LIST = f"""
SELECT {_COLUMNS} FROM task
WHERE %(at)s::timestamptz IS NULL OR (next_try IS NOT NULL, at, id) > (%(waits)s, %(at)s::timestamptz, %(id)s::uuid)
ORDER BY next_try IS NOT NULL, at, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_COUNT = """
SELECT kind, count(next_try)::int AS waiting, (count(*) - count(next_try))::int AS failed,
  coalesce(extract(epoch FROM min(next_try) - clock_timestamp()), 'Infinity')::float AS seconds_left
FROM task GROUP BY kind
"""


class Task(NamedTuple):
    """Something to be done. `next_try` is None once the last try has failed; *tries* that failed follow each other."""

    id: UUID
    kind: str
    key: str
    payload: dict[str, Any]
    actor: str
    at: datetime
    next_try: datetime | None
    last_start: datetime | None
    tries: int
    error: str
    done: int
    total: int


class Count(NamedTuple):
    """How many tasks of a kind wait for their time or are worked on, how many have failed, and when the next is due."""

    kind: str
    waiting: int = 0
    failed: int = 0
    seconds_left: float = inf


def defer(
    db: Db,
    kind: str,
    key: str,
    *,
    actor: str,
    payload: Mapping[str, object] | None = None,
    at: datetime | None = None,
    after: float = 0,
) -> None:
    """Have a task done soon, in *after* seconds, or from *at* on, if the transaction commits.

    *actor* asked for it, and its steps say so.

    There is one task of a kind for a *key*, such as the id of what it is about: asked for again while it waits, it is
    done once. Its *payload* is for its steps alone, and no operator sees it.
    """
    _defer(db, kind, [key], actor=actor, payload=payload, due=at, after=after)


def defer_each(db: Db, kind: str, keys: Collection[str], *, actor: str) -> None:
    """Have a task done for each of *keys*, as `defer` does, in one statement."""
    if keys:
        _defer(db, kind, sorted(set(keys)), actor=actor, payload=None)


def _defer(
    db: Db,
    kind: str,
    keys: Sequence[str],
    *,
    actor: str,
    payload: Mapping[str, object] | None,
    due: datetime | None = None,
    after: float = 0,
) -> None:
    said = {"kind": kind, "keys": list(keys), "payload": Jsonb(dict(payload or {})), "actor": actor}
    db.run(_DEFER, **said, at=db.at, due=due, after=after)
    db.deferred = True


def claim(db: Db, kind: str) -> Task | None:
    """Return the task of *kind* that is due longest, and say that it is begun; none if none is, or nobody may."""
    return db.maybe(Task, _NEXT, kind=kind)


def lock(db: Db, task_id: UUID) -> bool:
    """Keep a task to this transaction; say whether it is there, and nobody else's."""
    return bool(db.values(_LOCK, id=task_id))


def progress(db: Db, task_id: UUID, done: int, total: int) -> None:
    """Note how far a task has come: failures before do not count any more."""
    db.run(_PROGRESS, id=task_id, done=done, total=total)


def done(db: Db, task_id: UUID) -> None:
    """End a task. If it was asked for again since it was begun, it is done again."""
    db.run(_DONE, id=task_id)


def failed(db: Db, task_id: UUID, error: str, *, pauses: tuple[float, ...]) -> bool:
    """Count a failure: it is tried again after the next of *pauses* (seconds); say if there is none any more."""
    return bool(db.value(_FAILED, id=task_id, error=error, most=len(pauses) + 1, pauses=list(pauses)))


def again(db: Db, task_id: UUID) -> Task | None:
    """Have a task tried now, with all of its tries, and return it; none if it is done, or never was."""
    db.deferred = True
    return db.maybe(Task, _AGAIN, id=task_id)


def later(db: Db, task_id: UUID, seconds: float) -> None:
    """Have a task tried some time later; nothing failed."""
    db.run(_LATER, id=task_id, seconds=seconds)


def listed(db: Db, *, after: Sequence[object] | None, limit: int) -> list[Task]:
    """Return tasks, what has failed first, then the oldest; *after* = whether the last one waits, its time and id."""
    waits, at, task_id = after or (None, None, None)
    return db.all(Task, _LIST, waits=waits, at=at, id=task_id, limit=limit)


def counts(db: Db) -> list[Count]:
    """Count the tasks by kind; a kind of which there are none is not named."""
    return db.all(Count, _COUNT)
