"""One moment of all services: every database seen as it was when no write anywhere was under way.

Every write begins with its audit row and ends with its outbox rows. So a lock on these two tables in every database
lets the writes under way end and holds back new ones, for the few milliseconds in which all databases are given a
snapshot and the bus is asked how far it is. Then everybody goes on, and the dumps read from the snapshots at leisure.

What follows from it, for each stream: every event up to its last one was committed by its service before the moment;
every event that a consumer has acknowledged was handled before it. Reads are never held back.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import psycopg.errors

from cadre_cli.backup.databases import Connection, connect
from cadre_cli.backup.manifest import BackupError
from servicekit import clock

T = TypeVar("T")

# A long write is under way: rather than let others queue behind us, we give up and come back.
_LOCK_TIMEOUT = "500ms"
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.5
_HOLD = "LOCK TABLE audit, outbox IN SHARE MODE"


@dataclass(frozen=True)
class Snapshot:
    """A database at the moment; *connection* sees it, and *name* lets others see it as long as it is open."""

    name: str
    connection: Connection


@dataclass(frozen=True)
class Moment(Generic[T]):
    """All databases at one moment, and what *observe* saw then; writers waited *still_seconds* at most."""

    at: datetime
    snapshots: Mapping[str, Snapshot]
    observed: T
    still_seconds: float


@contextmanager
def moment(urls: Mapping[str, str], observe: Callable[[], T]) -> Iterator[Moment[T]]:
    """Give one moment of the databases at *urls*, for as long as the block runs.

    Raises:
        BackupError: for a minute, some write was always under way.
    """
    with ExitStack() as stack:
        connections = {name: stack.enter_context(connect(url)) for name, url in urls.items()}
        yield _patiently(urls, connections, observe)


def _patiently(urls: Mapping[str, str], connections: Mapping[str, Connection], observe: Callable[[], T]) -> Moment[T]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return _take(urls, connections, observe)
        except psycopg.errors.LockNotAvailable as error:
            if time.monotonic() > deadline:
                raise BackupError("A write has been under way for a minute. Try again when it is done.") from error
        for connection in connections.values():
            connection.rollback()
        time.sleep(_PAUSE_SECONDS)


def _take(urls: Mapping[str, str], connections: Mapping[str, Connection], observe: Callable[[], T]) -> Moment[T]:
    with ExitStack() as stack:
        # Connected before anybody is held back.
        holders = [stack.enter_context(connect(url)) for url in urls.values()]
        started = time.monotonic()
        for holder in holders:
            holder.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            holder.execute(_HOLD)
        snapshots = {name: Snapshot(_export(connection), connection) for name, connection in connections.items()}
        at, observed = clock.utc(), observe()
        for holder in holders:
            holder.rollback()
        return Moment(at, snapshots, observed, time.monotonic() - started)


def _export(connection: Connection) -> str:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    return str(row[0]) if row else ""
