"""Calls as rows: made for all connections by one statement where something is heard, claimed, and noted.

Each function is one transaction's work and set-based. Nothing is sent in here: `sending.py` does, between them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from notification.connections.rules.kinds import PING, READY
from notification.connections.rules.payload import Told
from notification.connections.rules.trying import Answer, Off, next_try, off
from servicekit.background import tasks
from servicekit.data.db import Db

TASK = "call-connections"
# A process that was killed leaves what it was calling; after this time another one calls, under the same ids.
_IN_HAND = timedelta(minutes=1)
# How long what became of a call is kept.
KEPT = timedelta(days=30)
# Agencies are looked at for letters that were issued within this time.
_LOOKED_AT = timedelta(days=366)

# Who is told: the state of everything, an agency of what concerns it; of what is about no agency, if it was given the
# letter. What happened before a connection was made is no news to it. One that is being switched off is waited for, and
# then left out; whoever switches one off waits for this, and then gives up what it made.
_TELL = """
INSERT INTO webhook
  (id, connection_id, kind, notice_id, version, agency_id, at, created_at, state, tries, next_try, status, milliseconds)
SELECT gen_random_uuid(), c.id, h.kind, h.notice_id, h.version,
  CASE WHEN c.agency_id = '' THEN h.agency_id ELSE c.agency_id END, h.at, %(at)s, 'WAITING', 0, %(at)s, 0, 0
FROM unnest(%(kinds)s::text[], %(notices)s::uuid[], %(versions)s::int[], %(agencies)s::text[], %(times)s::timestamptz[])
  AS h (kind, notice_id, version, agency_id, at)
JOIN connection AS c ON c.off = '' AND h.kind = ANY(c.kinds) AND c.created_at <= h.at AND (
  c.agency_id IN ('', h.agency_id) OR (h.agency_id = '' AND EXISTS (
    SELECT FROM delivery AS d
    WHERE d.notice_id = h.notice_id AND d.version = h.version AND d.agency_id = c.agency_id)))
ORDER BY c.id, h.at
FOR SHARE OF c
ON CONFLICT (connection_id, kind, notice_id, version, agency_id) WHERE kind <> 'ping' DO NOTHING
"""
_READY = """
INSERT INTO agency_ready (notice_id, agency_id, at)
SELECT n.id, d.agency_id, %(at)s
FROM notice AS n JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version
CROSS JOIN LATERAL (
  SELECT sum(listed) AS listed, sum(ready + on_leave) AS done, sum(ready) AS ready
  FROM readiness WHERE notice_id = n.id AND agency_id = d.agency_id
) AS f
WHERE n.state = 'PUBLISHED' AND n.published_at > %(since)s AND f.ready > 0 AND f.listed = f.done
  AND NOT EXISTS (SELECT FROM agency_ready AS known WHERE known.notice_id = n.id AND known.agency_id = d.agency_id)
ORDER BY n.id, d.agency_id
ON CONFLICT DO NOTHING
RETURNING notice_id, (SELECT version FROM notice WHERE notice.id = agency_ready.notice_id) AS version, agency_id
"""
# Whoever was ready before the moment of an amendment that asks anew.
_NOT_READY = """
DELETE FROM agency_ready AS known USING unnest(%(notices)s::uuid[], %(moments)s::timestamptz[]) AS asked (notice_id, at)
WHERE known.notice_id = asked.notice_id AND known.at < asked.at
"""
_PING = """
INSERT INTO webhook (id, connection_id, kind, version, at, created_at, state, tries, next_try, status, milliseconds)
VALUES (%(id)s, %(connection)s, %(kind)s, 0, %(at)s, %(at)s, 'WAITING', 0, %(at)s, 0, 0)
"""
# Of one that is off, a test alone.
_DUE = """
(c.off = '' OR w.kind = %(ping)s)
  AND ((w.state = 'WAITING' AND w.next_try <= %(at)s) OR (w.state = 'CALLING' AND w.claimed_at < %(forgotten)s))
"""
# Nothing of it is under way.
_FREE = """
NOT EXISTS (
  SELECT FROM webhook AS other
  WHERE other.connection_id = c.id AND other.state = 'CALLING' AND other.claimed_at >= %(forgotten)s)
"""
# The longest waiting call of each connection of which none is under way: one that hangs keeps back its own alone.
# Whoever changes calls of a connection locks its row first; so two processes never call one at a time.
_CLAIM = f"""
WITH next AS (
  SELECT w.id, c.id AS connection_id
  FROM connection AS c CROSS JOIN LATERAL (
    SELECT w.id, w.next_try FROM webhook AS w WHERE w.connection_id = c.id AND {_DUE}
    ORDER BY w.kind <> %(ping)s, w.next_try, w.at, w.id LIMIT 1
  ) AS w
  WHERE {_FREE}
  ORDER BY w.next_try, w.id LIMIT %(limit)s
  FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE webhook AS w SET state = 'CALLING', claimed_at = %(at)s, tries = w.tries + 1
FROM next JOIN connection AS c ON c.id = next.connection_id
WHERE w.id = next.id
RETURNING w.id, w.kind, w.notice_id, w.version, w.agency_id, w.at, w.tries, c.id AS connection_id,
  c.agency_id AS owner, c.address, c.secret_number, c.secret_sha256,
  CASE WHEN c.earlier_until > %(at)s THEN c.earlier_sha256 ELSE '' END AS earlier_sha256
"""  # noqa: S608 - made of constants
_ANY_DUE = f"""
SELECT EXISTS (SELECT FROM webhook AS w JOIN connection AS c ON c.id = w.connection_id WHERE {_DUE} AND {_FREE})
"""  # noqa: S608 - made of constants
_LOCK = "SELECT FROM connection WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
_NOTE = """
UPDATE webhook AS w SET state = given.state, next_try = coalesce(given.next_try, w.next_try), claimed_at = NULL,
  tried_at = %(at)s, reason = given.reason, status = given.status, milliseconds = given.milliseconds,
  answer = given.answer
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(next_tries)s::timestamptz[], %(reasons)s::text[],
    %(statuses)s::int[], %(milliseconds)s::int[], %(answers)s::text[])
  AS given (id, state, next_try, reason, status, milliseconds, answer)
WHERE w.id = given.id AND w.state = 'CALLING'
"""
_PUT_BACK = """
UPDATE webhook SET state = 'WAITING', claimed_at = NULL, tries = tries - 1 WHERE id = ANY(%(ids)s) AND state = 'CALLING'
"""
# Of a connection, how the last of its calls went. What an address answered that was changed meanwhile counts no more.
_FARED = """
UPDATE connection AS c SET
  failing_since = CASE WHEN given.failed THEN coalesce(c.failing_since, %(at)s) END,
  last_sent_at = CASE WHEN given.failed THEN c.last_sent_at ELSE %(at)s END
FROM unnest(%(ids)s::uuid[], %(failed)s::boolean[], %(addresses)s::text[]) AS given (id, failed, address)
WHERE c.id = given.id AND c.address = given.address
RETURNING c.id, c.failing_since, c.off
"""
_OFF = "UPDATE connection SET off = %(why)s, off_at = %(at)s WHERE id = %(id)s RETURNING agency_id, title, created_by"
_GIVE_UP = """
UPDATE webhook SET state = 'GIVEN_UP', reason = 'SWITCHED_OFF', claimed_at = NULL
WHERE connection_id = %(connection)s AND state IN ('WAITING', 'CALLING') AND kind <> %(ping)s
"""
_REPEAT = """
UPDATE webhook SET state = 'WAITING', tries = 0, next_try = %(at)s
WHERE connection_id = %(connection)s AND (%(ids)s::uuid[] = '{}' OR id = ANY(%(ids)s))
  AND created_at >= %(since)s AND kind <> %(ping)s AND state = ANY(%(states)s)
"""
_FORGET = "DELETE FROM webhook WHERE state IN ('SENT', 'GIVEN_UP') AND created_at < %(before)s"


class Heard(NamedTuple):
    """Something that happened to a letter; *agency_id* is '' where it is not about one."""

    kind: str
    notice_id: UUID
    version: int
    agency_id: str
    at: datetime


class Claimed(NamedTuple):
    """A call that is to be made now, by whoever claimed it; what is said of the connection is as of then."""

    id: UUID
    kind: str
    notice_id: UUID | None
    version: int
    agency_id: str
    at: datetime
    tries: int
    connection_id: UUID
    owner: str
    address: str
    secret_number: int
    secret_sha256: str
    # Empty if the secret before is not good any more.
    earlier_sha256: str

    @property
    def told(self) -> Told:
        """What it tells."""
        return Told(self.id, self.kind, self.notice_id, self.version, self.agency_id, self.at)


@dataclass(frozen=True)
class WentOff:
    """A connection that was switched off by what it answered, or did not."""

    id: UUID
    agency_id: str
    title: str
    created_by: UUID
    why: Off


class _Fared(NamedTuple):
    id: UUID
    failing_since: datetime | None
    off: str


class _Ready(NamedTuple):
    notice_id: UUID
    version: int
    agency_id: str


class _Of(NamedTuple):
    agency_id: str
    title: str
    created_by: UUID


def tell(db: Db, heard: Sequence[Heard], *, actor: str) -> None:
    """Have all connections told that it concerns, if the transaction commits. One statement, however many there are."""
    made = db.run(
        _TELL,
        kinds=[one.kind for one in heard],
        notices=[one.notice_id for one in heard],
        versions=[one.version for one in heard],
        agencies=[one.agency_id for one in heard],
        times=[one.at for one in heard],
        at=db.at,
    )
    if made:
        call_soon(db, actor=actor)


def not_ready(db: Db, asked: Mapping[UUID, datetime]) -> None:
    """Forget who was ready for letters before they were amended, each at its moment."""
    db.run(_NOT_READY, notices=list(asked), moments=list(asked.values()))


def find_ready(db: Db, *, actor: str) -> int:
    """Note which agencies are ready for a letter and were not before, and tell of it; return how many."""
    found = db.all(_Ready, _READY, at=db.at, since=db.at - _LOOKED_AT)
    tell(db, [Heard(READY, one.notice_id, one.version, one.agency_id, db.at) for one in found], actor=actor)
    return len(found)


def ping(db: Db, connection_id: UUID, *, actor: str) -> UUID:
    """Have a connection called for a test, and return the call's id."""
    made = uuid4()
    db.run(_PING, id=made, connection=connection_id, kind=PING, at=db.at)
    call_soon(db, actor=actor)
    return made


def call_soon(db: Db, *, actor: str) -> None:
    """Have what is due called, if the transaction commits."""
    tasks.defer(db, TASK, "due", actor=actor)


def is_due(db: Db) -> bool:
    """Whether a call is to be made now that nobody has in hand."""
    return bool(db.value(_ANY_DUE, at=db.at, forgotten=db.at - _IN_HAND, ping=PING))


def claim(db: Db, *, most: int) -> list[Claimed]:
    """Take calls to be made now, one of each connection at most; those that wait longest first, a test before all."""
    return db.all(Claimed, _CLAIM, at=db.at, forgotten=db.at - _IN_HAND, limit=most, ping=PING)


def put_back(db: Db, calls: Collection[UUID]) -> None:
    """Let calls wait again that were claimed and not made to their end."""
    db.run(_PUT_BACK, ids=list(calls))


def note(db: Db, answers: Sequence[tuple[Claimed, Answer]]) -> list[WentOff]:
    """Note what came back, at most one of each connection; return which connections are off because of it."""
    db.run(_LOCK, ids=[one.connection_id for one, _ in answers])
    rows = []
    for one, answer in answers:
        again = None if answer.reason is None else next_try(one.tries, answer, db.at, once=one.kind == PING)
        state = "SENT" if answer.reason is None else "WAITING" if again else "GIVEN_UP"
        rows.append((one, answer, state, again))
    db.run(
        _NOTE,
        ids=[one.id for one, *_ in rows],
        states=[state for *_, state, _ in rows],
        next_tries=[again for *_, again in rows],
        reasons=[answer.reason or "" for _, answer, *_ in rows],
        statuses=[answer.status for _, answer, *_ in rows],
        milliseconds=[answer.milliseconds for _, answer, *_ in rows],
        answers=[answer.text for _, answer, *_ in rows],
        at=db.at,
    )
    # What a test shows is told to whoever made it.
    real = [(one, answer) for one, answer in answers if one.kind != PING]
    fared = db.all(
        _Fared,
        _FARED,
        ids=[one.connection_id for one, _ in real],
        failed=[answer.reason is not None for _, answer in real],
        addresses=[one.address for one, _ in real],
        at=db.at,
    )
    answered = {one.connection_id: answer for one, answer in real}
    went = []
    for row in fared:
        why = None if row.off or row.failing_since is None else off(answered[row.id], row.failing_since, db.at)
        if why is not None:
            went.append(switch_off(db, row.id, why))
    return went


def switch_off(db: Db, connection_id: UUID, why: Off) -> WentOff:
    """Switch a connection off: what waits for it is given up, and nothing is told to it any more."""
    of = db.one(_Of, _OFF, id=connection_id, why=why, at=db.at)
    db.run(_GIVE_UP, connection=connection_id, ping=PING)
    return WentOff(connection_id, *of, why)


def repeat(db: Db, connection_id: UUID, *, ids: Sequence[UUID], since: datetime, states: Sequence[str]) -> int:
    """Have calls of a connection made again that are in one of *states*: those of *ids*, or all since a moment."""
    return db.run(
        _REPEAT,
        connection=connection_id,
        ids=list(ids),
        since=max(since, db.at - KEPT),
        states=list(states),
        ping=PING,
        at=db.at,
    )


def forget(db: Db) -> int:
    """Delete what became of calls long ago; return of how many."""
    return db.run(_FORGET, before=db.at - KEPT)
