"""The database: one write is one transaction, with its audit row, its events and its remembered answer.

A write costs two statements of the kit's own. The first writes the audit row and looks up the request id; the last,
at commit, completes the audit row and writes events and answer. What fails in between leaves nothing.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

import psycopg
from google.protobuf.message import Message
from psycopg.rows import dict_row, scalar_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlmodel import Session

from servicekit.clock import Clock, utc
from servicekit.data.driver import CountingPool, PoolStatus, execute, made_as, was_spoken_to
from servicekit.refusals import Refusal, RequestIdReused
from servicekit.stopping import Stopping

M = TypeVar("M", bound=Message)
R = TypeVar("R")

# True while this thread has a write open: clients refuse to call then (no remote call inside a transaction).
writing: ContextVar[bool] = ContextVar("writing", default=False)

# No page waits that long, and nothing in the bench's run to a million people has a statement that does. What nobody
# waits for any more must not keep the others from their work.
STATEMENT_SECONDS = 60.0
# Connections beyond the pool's size, for the moments in which worker, jobs and calls all want one.
_OVERFLOW = 4
# Whoever gets no connection in this time hears so while their own call still waits for the answer.
_FREE_SECONDS = 5.0

_BEGIN = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource) VALUES (%(id)s, %(at)s, %(actor)s, %(method)s, %(resource)s)
  RETURNING id
)
SELECT set_config('cadre.audit', entry.id::text, true) AS entry, known.request_sha256, known.answer
FROM entry
LEFT JOIN idempotency AS known
  ON known.caller = %(actor)s AND known.method IN (%(method)s, %(formerly)s) AND known.request_id = %(request_id)s
LIMIT 1
"""
_FINISH = """
WITH completed AS (
  UPDATE audit SET resource = %(resource)s, reason = %(reason)s, before = %(before)s, after = %(after)s
  WHERE id = %(id)s
), remembered AS (
  INSERT INTO idempotency (caller, method, request_id, request_sha256, answer, at)
  SELECT %(actor)s, %(method)s, %(request_id)s, %(digest)s, %(answer)s, %(at)s
  WHERE %(request_id)s <> ''
)
"""
_FINISH_WITHOUT_EVENTS = f"{_FINISH} SELECT"
# What a person does makes one event: arrays would cost a quarter of the Python of such a write.
_FINISH_WITH_EVENT = f"""
{_FINISH}
INSERT INTO outbox (id, subject, payload, headers, at)
VALUES (%(event)s, %(subject)s, %(payload)b, %(headers)s, %(at)s)
"""  # noqa: S608 - constants only
# Payloads go in binary (%b): as text, ten events of a thousand people cost 13 ms of escaping.
_FINISH_WITH_EVENTS = f"""
{_FINISH}
INSERT INTO outbox (id, subject, payload, headers, at)
SELECT event.id, event.subject, event.payload, event.headers, %(at)s
FROM unnest(%(ids)s::uuid[], %(subjects)s::text[], %(payloads)b::bytea[], %(headers)s::jsonb[])
  WITH ORDINALITY AS event (id, subject, payload, headers, n)
ORDER BY event.n
"""  # noqa: S608 - constants only
_KNOWN = """
SELECT request_sha256, answer FROM idempotency
WHERE caller = %(actor)s AND method IN (%(method)s, %(formerly)s) AND request_id = %(request_id)s
LIMIT 1
"""


class _Begun(NamedTuple):
    """The audit entry of a write, and what its request was answered if it came before."""

    entry: str
    request_sha256: bytes
    answer: bytes | None


class Answered(NamedTuple):
    """What a request was answered, and the hash by which it is known again."""

    request_sha256: bytes
    answer: bytes


class Replayed(Exception):  # noqa: N818 - not an error: the answer was given before
    """The same request was answered before: *answer* is what the caller was told then, serialized."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("answered before")
        self.answer = answer


class PendingEvent:
    """An event that its transaction will leave in the outbox."""

    __slots__ = ("headers", "id", "payload", "subject")

    def __init__(self, subject: str, payload: bytes, headers: dict[str, str]) -> None:
        self.id = uuid.uuid4()
        self.subject = subject
        self.payload = payload
        self.headers = headers


class Db(Session):
    """One session; in a write, also its audit entry, its events and its answer."""

    at: datetime
    events: list[PendingEvent]

    def __init__(self, bind: Connection, at: datetime, service: str = "") -> None:
        super().__init__(bind, expire_on_commit=False, autoflush=True)
        self._connection = bind
        self.at = at
        self.service = service
        self.events = []
        self.resource = ""
        self.reason = ""
        self.before: dict[str, Any] | None = None
        self.after: dict[str, Any] | None = None
        self.reply: bytes | None = None
        self.deferred = False

    def changed(
        self,
        resource: str,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Complete the audit entry: what was changed, from what, to what, and why. Ids and values, never names."""
        self.resource, self.before, self.after, self.reason = resource, before, after, reason

    def answer(self, message: M) -> M:
        """Remember *message* as the answer to this request and return it."""
        self.reply = message.SerializeToString(deterministic=True)
        return message

    def all(self, row: type[R], sql: str, /, **params: object) -> list[R]:
        """Run one SQL statement with `%(name)s` parameters on the driver; its rows as *row*s.

        A *row* is a NamedTuple that stands beside the statement and has its columns as fields, in their order, some
        of them perhaps as rows of their own: TypeError if it has not. An SQLModel on which a table is built serves
        too, where a statement reads its whole row. For statements with a budget: neither the ORM nor the SQL compiler
        has a part in it.
        """
        return execute(self._connection, sql, params, made_as(row)).fetchall()

    def one(self, row: type[R], sql: str, /, **params: object) -> R:
        """Run a statement that gives exactly one row, such as a count: ValueError if it does not."""
        (found,) = self.all(row, sql, **params)
        return found

    def maybe(self, row: type[R], sql: str, /, **params: object) -> R | None:
        """Run a statement that gives one row or none: ValueError if it gives more."""
        rows: Sequence[R | None] = self.all(row, sql, **params) or [None]
        (found,) = rows
        return found

    def values(self, sql: str, /, **params: object) -> list[Any]:
        """Run a statement that gives one column; what stands in it, row by row."""
        return execute(self._connection, sql, params, scalar_row).fetchall()

    def value(self, sql: str, /, **params: object) -> Any:  # noqa: ANN401 - what a column holds
        """Run a statement that gives exactly one row of one column; what stands in it: ValueError if it does not."""
        (found,) = self.values(sql, **params)
        return found

    def run(self, sql: str, /, **params: object) -> int:
        """Run one SQL statement with `%(name)s` parameters on the driver; the number of rows it changed."""
        return execute(self._connection, sql, params, dict_row).rowcount


class Database:
    """The database of one service. A statement that takes longer than *statement_seconds* is ended.

    What is written is written at the moment that *clock* says, and so the clock of a process comes in here. Its
    events say whose it is: *service*.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 16,
        name: str = "cadre",
        service: str = "",
        statement_seconds: float = STATEMENT_SECONDS,
        clock: Clock = utc,
    ) -> None:
        self.url = url
        self.service = service
        self.clock = clock
        self.stopping = Stopping()
        self.engine = create_engine(
            url,
            poolclass=CountingPool,
            pool_size=pool_size,
            max_overflow=_OVERFLOW,
            pool_timeout=_FREE_SECONDS,
            # The connection used last is used next: its statements are prepared and planned, others' are not yet.
            pool_use_lifo=True,
            # Every use ends its own transaction; a rollback more at each return would cost a third of a small read.
            pool_reset_on_return=None,
            # Values of statements may be personal: errors that are logged do not repeat them.
            hide_parameters=True,
            # Compiling a statement takes longer than any of ours runs.
            connect_args={
                "application_name": name,
                "options": "-c timezone=UTC -c lock_timeout=10s -c jit=off"
                f" -c statement_timeout={round(statement_seconds * 1000)}ms",
            },
        )
        event.listen(self.engine, "checkout", self._open_anew_if_lost)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._after_commit: list[Callable[[], None]] = []
        self._after_defer: list[Callable[[], None]] = []

    def _open_anew_if_lost(self, driver: DBAPIConnection, *_: object) -> None:
        """Have the pool reopen, before its use, a connection that the server ended while nobody used it.

        Looking costs a microsecond, since a server says nothing to an idle connection. If it did, it is asked, which
        costs a round trip: mostly it was its last word.
        """
        connection = cast("psycopg.Connection[Any]", driver)
        try:
            if connection.closed or (was_spoken_to(connection) and not self.engine.dialect.do_ping(driver)):
                raise DisconnectionError("ended while it was idle")
        except psycopg.Error as error:
            raise DisconnectionError(str(error)) from error

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call *callback* after each commit that left events in the outbox."""
        self._after_commit.append(callback)

    def on_defer(self, callback: Callable[[], None]) -> None:
        """Call *callback* after each commit that left a task to be done."""
        self._after_defer.append(callback)

    def ping(self) -> None:
        """Raise if the database does not answer."""
        with self._reader.connect() as connection:
            connection.execute(text("SELECT 1"))

    def pool(self) -> PoolStatus:
        """Say how busy the connections are. Asks nobody."""
        pool = cast("CountingPool", self.engine.pool)
        return PoolStatus(
            in_use=pool.checkedout(),
            idle=pool.checkedin(),
            most=pool.size() + _OVERFLOW,
            waiting=pool.waiting,
            timeouts=pool.timeouts,
        )

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self, at: datetime | None = None) -> Iterator[Db]:
        """Give a session for queries; each statement sees what is committed when it starts."""
        with self._reader.connect() as connection, Db(connection, at or self.clock(), self.service) as db:
            yield db

    @contextmanager
    def transaction(
        self,
        *,
        actor: str,
        method: str,
        formerly: str = "",
        resource: str = "",
        at: datetime | None = None,
        request_id: str = "",
        request: Message | None = None,
    ) -> Iterator[Db]:
        """One write: everything inside is committed together with audit row, events and answer, or nothing is.

        With a *request_id* the same request is done once: `Replayed` carries the first answer to later ones, also to
        one that ran at the same time and lost. Another request under the same id is refused. *formerly* is the name
        that *method* had when an earlier release may have answered it.
        """
        moment = at or self.clock()
        digest = b"" if request is None else digest_of(request)
        entry = {
            "id": uuid.uuid4(),
            "at": moment,
            "actor": actor,
            "method": method,
            "formerly": formerly,
            "request_id": request_id,
        }
        try:
            with self.together(moment) as db:
                db.resource = resource
                known = db.one(_Begun, _BEGIN, **entry, resource=resource)
                if known.answer is not None:
                    raise replay(Answered(known.request_sha256, known.answer), digest)
                yield db
                db.flush()
                self._finish(db, entry, digest)
        except (Refusal, IntegrityError) as error:
            # A twin of this request may have won in the meantime, and be the very reason why this one fails.
            if request_id and (answered := self._answered(entry)):
                raise replay(answered, digest) from error
            raise

    @contextmanager
    def together(self, at: datetime | None = None) -> Iterator[Db]:
        """One transaction, whose audit rows, events and answers are for whoever uses it to write."""
        token = writing.set(True)
        try:
            with (
                self.engine.connect() as connection,
                connection.begin(),
                Db(connection, at or self.clock(), self.service) as db,
            ):
                yield db
        finally:
            writing.reset(token)
        for callback in (*(self._after_commit if db.events else ()), *(self._after_defer if db.deferred else ())):
            callback()

    def _finish(self, db: Db, entry: dict[str, Any], digest: bytes) -> None:
        if entry["request_id"] and db.reply is None:
            raise RuntimeError(f"{entry['method']} did not say its answer: return db.answer(...)")
        completed = {
            **entry,
            "resource": db.resource,
            "reason": db.reason,
            "before": None if db.before is None else Jsonb(db.before),
            "after": None if db.after is None else Jsonb(db.after),
            "digest": digest,
            "answer": db.reply or b"",
        }
        match db.events:
            case []:
                db.run(_FINISH_WITHOUT_EVENTS, **completed)
            case [event]:
                db.run(
                    _FINISH_WITH_EVENT,
                    **completed,
                    event=event.id,
                    subject=event.subject,
                    payload=event.payload,
                    headers=Jsonb(event.headers),
                )
            case events:
                db.run(
                    _FINISH_WITH_EVENTS,
                    **completed,
                    ids=[event.id for event in events],
                    subjects=[event.subject for event in events],
                    payloads=[event.payload for event in events],
                    headers=[Jsonb(event.headers) for event in events],
                )

    def _answered(self, entry: dict[str, Any]) -> Answered | None:
        with self._reader.connect() as connection:
            return execute(connection, _KNOWN, entry, made_as(Answered)).fetchone()


def digest_of(request: Message) -> bytes:
    """Return what tells *request* from another one under the same id."""
    return hashlib.sha256(request.SerializeToString(deterministic=True)).digest()


def replay(first: Answered, now: bytes) -> Exception:
    """Tell a repeat of the same request from another request under its id, which has the digest *now*."""
    if first.request_sha256 != now:
        return RequestIdReused("This request_id came with another request before.", field="request_id")
    return Replayed(first.answer)


def count(db: Db, sql: str, /, **params: object) -> int:
    """Run a statement whose one row holds one number."""
    return cast("int", db.value(sql, **params))
