"""Reads of connections and of their calls."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from notification.connections.rules.payload import Told
from notification.connections.rules.which import Which
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_MOST = 50
# Of how long calls that were given up are counted.
_LATELY = timedelta(days=30)

_CONNECTIONS = """
SELECT c.id, c.agency_id, c.title, c.address, c.kinds, c.created_at, c.created_by, c.off, c.off_at, c.failing_since,
  CASE WHEN c.earlier_until > %(at)s THEN c.earlier_until END AS earlier_until, c.last_sent_at, w.waiting, w.given_up
FROM connection AS c CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE state IN ('WAITING', 'CALLING'))::int AS waiting,
    count(*) FILTER (WHERE state = 'GIVEN_UP' AND kind <> 'ping')::int AS given_up
  FROM webhook WHERE connection_id = c.id AND created_at > %(since)s
) AS w
WHERE c.agency_id = %(agency)s AND (%(id)s::uuid IS NULL OR c.id = %(id)s)
ORDER BY c.title, c.created_at, c.id
"""
_CALLS = """
SELECT w.id, w.connection_id, c.agency_id AS owner, w.kind, w.notice_id, w.version, w.agency_id, w.at, w.created_at,
  w.state, w.tries, w.next_try, w.tried_at, w.reason, w.status, w.milliseconds, w.answer
FROM webhook AS w JOIN connection AS c ON c.id = w.connection_id
WHERE w.connection_id = %(connection)s AND c.agency_id = %(agency)s AND (%(id)s::uuid IS NULL OR w.id = %(id)s)
ORDER BY w.created_at DESC, w.at DESC, w.id LIMIT %(limit)s
"""


class Connection(NamedTuple):
    """A connection, with how its calls stand."""

    id: UUID
    agency_id: str
    title: str
    address: str
    kinds: list[str]
    created_at: datetime
    created_by: UUID
    off: str
    off_at: datetime | None
    failing_since: datetime | None
    earlier_until: datetime | None
    last_sent_at: datetime | None
    waiting: int
    given_up: int


class Call(NamedTuple):
    """A call, and what became of it."""

    id: UUID
    connection_id: UUID
    owner: str
    kind: str
    notice_id: UUID | None
    version: int
    agency_id: str
    at: datetime
    created_at: datetime
    state: str
    tries: int
    next_try: datetime
    tried_at: datetime | None
    reason: str
    status: int
    milliseconds: int
    answer: str

    @property
    def told(self) -> Told:
        """What it tells."""
        return Told(self.id, self.kind, self.notice_id, self.version, self.agency_id, self.at)


def connections(db: Db, agency_id: str) -> list[Connection]:
    """Return the connections of an owner, A-Z."""
    return db.all(Connection, _CONNECTIONS, agency=agency_id, id=None, at=db.at, since=db.at - _LATELY)


def connection(db: Db, which: Which) -> Connection:
    """Return a connection; refuse one that its owner does not have."""
    found = db.maybe(Connection, _CONNECTIONS, agency=which.agency_id, id=which.id, at=db.at, since=db.at - _LATELY)
    if found is None:
        raise NotFound(which.name)
    return found


def calls(db: Db, which: Which) -> list[Call]:
    """Return the newest calls of a connection."""
    connection(db, which)
    return db.all(Call, _CALLS, agency=which.agency_id, connection=which.id, id=None, limit=_MOST)


def call(db: Db, which: Which, webhook_id: UUID) -> Call:
    """Return a call of a connection; refuse one that there is not."""
    found = db.maybe(Call, _CALLS, agency=which.agency_id, connection=which.id, id=webhook_id, limit=1)
    if found is None:
        raise NotFound(f"{which.name}/webhooks/{webhook_id}")
    return found
