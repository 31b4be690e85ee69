"""From the outbox to the stream: one relay a service at a time, so that events keep their order.

The relay holds a session lock of the database on a connection of its own; whoever holds it leads: publishes, and
consumes. The others wait for the lock, which PostgreSQL frees when the leader's connection ends, however it ends.
"""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from prometheus_client import Counter

from servicekit.events.bus import Bus, Outgoing, Pause

log = structlog.get_logger()

CHANNEL = "outbox"

_TIMER_SECONDS = 0.5
# The first event after a pause goes at once; after a small batch the next ones may gather: under load a round for every
# few events, and a transaction for them in whoever hears them, take from the calls what these need.
_GATHER_SECONDS = 0.05
_BATCH_EVENTS = 500
_BATCH_BYTES = 8 * 1024 * 1024

_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('servicekit.relay', 0))"
# The lock's number, in the two halves by which the server shows it.
LED = """
WITH key AS (SELECT hashtextextended('servicekit.relay', 0) AS number)
SELECT EXISTS (
  SELECT FROM pg_locks, key
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = ((number >> 32) & 4294967295)::oid AND objid = (number & 4294967295)::oid
) AS led
"""
# By what is unpublished, never by a watermark: a lower number may commit later.
_NEXT = """
SELECT id, subject, payload, headers, at FROM (
  SELECT *, sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS bytes_before
  FROM (SELECT * FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT %s) AS oldest
) AS batch
WHERE bytes_before < %s
ORDER BY seq
"""
_MARK = "UPDATE outbox SET published_at = clock_timestamp() WHERE id = ANY(%s)"

_Row = tuple[UUID, str, bytes, dict[str, str], datetime]


def driver_url(database_url: str) -> str:
    """Return SQLAlchemy's URL of a database as the driver understands it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


class Relay:
    """Publishes what the outbox holds, for as long as this process leads.

    Args:
        database_url: of the service's database; the relay opens a connection of its own.
        bus: where to publish.
        published: counts events; a duplicate counts too, since it is in the stream.
    """

    def __init__(self, database_url: str, bus: Bus, published: Counter) -> None:
        # Set while this process holds the lock: the consumers work only then.
        self.leading = asyncio.Event()
        self._url = driver_url(database_url)
        self._bus = bus
        self._published = published
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        # So many events go one at a time: the stream holds some of them already, in another order.
        self._singly = 0
        self._stopping = False

    def wake(self) -> None:
        """Say that the outbox may hold something; from any thread."""
        if not self._wake.is_set():
            self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        """End after the round under way; cancelling alone is not enough, for the driver may swallow it."""
        self._stopping = True

    async def run(self) -> None:
        """Lead whenever nobody else does, until stopped and cancelled. What fails is tried again."""
        pause = Pause()
        while not self._stopping:
            try:
                async with await self._connect() as connection:
                    await self._wait_for_lock(connection)
                    log.info("relay_leads")
                    self.leading.set()
                    pause.reset()
                    while not self._stopping:
                        await self._round(connection, pause)
            except psycopg.Error as error:
                log.warning("relay_lost_database", error=type(error).__name__)
            except Exception:
                log.exception("relay_failed")
            finally:
                self.leading.clear()
            if not self._stopping:
                await pause.wait()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            application_name=f"{self._bus.service}-relay",
            # A leader whose machine is gone must not keep the lock. And a mark that is lost in a crash costs nothing:
            # the event is published again and known as a duplicate.
            options="-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
            " -c synchronous_commit=off -c timezone=UTC",
        )
        # The wake-up is that the socket can be read; without a handler psycopg would keep every notification.
        connection.add_notify_handler(lambda _: None)
        return connection

    async def _wait_for_lock(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        while not self._stopping:
            # Tried, not waited for: a statement that waits would hold back the cleaning of every table.
            row = await (await connection.execute(_TRY_LOCK)).fetchone()
            if row and row[0]:
                return
            await asyncio.sleep(_TIMER_SECONDS)

    async def _round(self, connection: psycopg.AsyncConnection[Any], pause: Pause) -> None:
        self._wake.clear()
        limit = 1 if self._singly else _BATCH_EVENTS
        rows: Sequence[_Row] = await (await connection.execute(_NEXT, [limit, _BATCH_BYTES], binary=True)).fetchall()
        if not rows:
            self._singly = 0
            await self._idle(connection)
            return
        link = await self._bus.link()
        events = [Outgoing(str(row[0]), row[1], row[2], row[3], row[4]) for row in rows]
        outcome = await link.publish(events)
        if outcome.count:
            await connection.execute(_MARK, [[row[0] for row in rows[: outcome.count]]])
            self._published.inc(outcome.count)
            pause.reset()
        self._singly = len(rows) if outcome.out_of_order else max(0, self._singly - 1)
        if outcome.error and not outcome.out_of_order:
            log.warning("relay_paused", error=outcome.error, event_id=events[outcome.count].id)
            await pause.wait()
        elif len(rows) < limit:
            await asyncio.sleep(_GATHER_SECONDS)

    async def _idle(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Wait for a wake-up from this process, a notification or the end of the connection, at most half a second."""
        descriptor = connection.fileno()
        self._loop.add_reader(descriptor, self._wake.set)
        try:
            # Not `wait_for`, which before Python 3.12 may swallow a cancellation.
            async with asyncio.timeout(_TIMER_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass
        finally:
            self._loop.remove_reader(descriptor)


class Notifier:
    """Tells the relay of commits: directly if it leads in this process, else by NOTIFY, many commits by one.

    NOTIFY is sent after the commit and by one thread on a connection of its own: inside the transactions it takes a
    lock that makes them commit one after the other. It is a hint: the relay's timer finds what it misses.
    """

    def __init__(self, database_url: str) -> None:
        self.relay: Relay | None = None
        self._url = driver_url(database_url)
        self._pending = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="notifier", daemon=True)

    def start(self) -> None:
        """Notify from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is pending and end."""
        self._stopping = True
        self._pending.set()
        self._thread.join()

    def notify(self) -> None:
        """Say that a commit left events. Costs the caller nothing to speak of."""
        if self.relay is not None and self.relay.leading.is_set():
            self.relay.wake()
        else:
            self._pending.set()

    def _loop(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while not self._stopping:
            self._pending.wait()
            self._pending.clear()
            try:
                if connection is None:
                    connection = psycopg.connect(self._url, autocommit=True, connect_timeout=5)
                connection.execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error:
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()
