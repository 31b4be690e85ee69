"""Two services of the measurement's own, out of the kit: one makes things, the other counts them. Nothing else.

What they cost is what the kit costs: no rule of the field, no other service, no call takes part.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from cadre.options.v1 import options_pb2
from cadre_tools.bench.raw import connect
from cadre_tools.bench.stage import wait_until
from servicekit.data import outbox
from servicekit.data.db import Database, Db
from servicekit.data.migrations import create_kit_tables, needs_audit
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.events.consumers import Delivered, Subscription
from servicekit.events.worker import Worker
from servicekit.settings import Settings

MAKER, COUNTER = "maker", "counter"
SUBJECT = f"cadre.{MAKER}.thing.made.v1"
# So many rows of the rollup are changed in turn.
_KEYS = 200
_WITHOUT_FSYNC = "2m"

_TALLY = """
INSERT INTO tally (key, count) SELECT * FROM unnest(%(keys)s::text[], %(counts)s::bigint[])
ON CONFLICT (key) DO UPDATE SET count = tally.count + excluded.count
"""
_COUNTED = "SELECT coalesce(sum(count), 0)::bigint FROM tally"
_WAITING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


def _thing_made() -> type[Message]:
    """Make the contract of the only event here, so that no real service's is borrowed."""
    file = descriptor_pb2.FileDescriptorProto(name="measured_events.proto", package="cadre.measured", syntax="proto3")
    file.dependency.append("cadre/options/v1/options.proto")
    options_pb2.DESCRIPTOR  # noqa: B018 - loads what the new file depends on
    message = file.message_type.add(name="ThingMade")
    message.options.Extensions[options_pb2.subject] = SUBJECT
    message.field.add(name="key", number=1, type="TYPE_STRING", label="LABEL_OPTIONAL")
    message.field.add(name="number", number=2, type="TYPE_INT64", label="LABEL_OPTIONAL")
    described = descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(described.message_types_by_name["ThingMade"])


ThingMade = _thing_made()


def tally(db: Db, events: list[Delivered[Message]]) -> None:
    """Count the things by their keys: a rollup as the services keep theirs, one statement in the order of its keys."""
    counts = sorted(Counter(getattr(event.message, "key") for event in events).items())  # noqa: B009 - made above
    db.run(_TALLY, keys=[key for key, _ in counts], counts=[count for _, count in counts])


class Eyes:
    """Looks at a service's database on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)

    def waiting(self) -> int:
        """Count what is committed and not published."""
        return self._number(_WAITING)

    def counted(self) -> int:
        """Count what was handled."""
        return self._number(_COUNTED)

    def _number(self, query: LiteralString) -> int:
        [(number,)] = self.connection.execute(query).fetchall()
        return int(number)


@dataclass(frozen=True)
class Station:
    """A service with a database and a worker that is not started yet."""

    url: str
    database: Database
    worker: Worker
    eyes: Eyes

    def make(self, first: int, count: int) -> None:
        """Commit one transaction that emits *count* events."""
        with self.database.transaction(actor="services/bench", method="Make", resource="things/-") as db:
            for number in range(first, first + count):
                outbox.emit(db, ThingMade(key=f"key-{number % _KEYS:03}", number=number))


@dataclass(frozen=True)
class Ground:
    """The servers of one measurement, and the two services on them."""

    maker: Station
    counter: Station
    nats: NatsServer

    @property
    def database_urls(self) -> list[str]:
        """Where both keep their rows."""
        return [self.maker.url, self.counter.url]


@contextmanager
def open_ground(folder: Path, *, fsync: bool = True) -> Iterator[Ground]:
    """Start servers in *folder* and compose both services; afterwards nothing of it runs."""
    users = {name: [f"cadre.{name}.>"] for name in (MAKER, COUNTER)}
    sync = "always" if fsync else _WITHOUT_FSYNC
    with (
        PostgresServer(folder / "postgres", fsync=fsync) as postgres,
        NatsServer(folder / "nats", users, sync_interval=sync) as nats,
    ):
        maker = _compose(postgres, nats, MAKER, [])
        counter = _compose(postgres, nats, COUNTER, [Subscription(ThingMade, tally)])
        try:
            yield Ground(maker, counter, nats)
        finally:
            for station in (counter, maker):
                station.worker.stop()
                station.database.dispose()
                station.eyes.connection.close()


def start(station: Station) -> None:
    """Have it publish and consume, and wait until it leads."""
    station.worker.start()
    wait_until(lambda: station.worker.leads, f"{station.worker.service} does not lead")


def _compose(postgres: PostgresServer, nats: NatsServer, service: str, subscriptions: list[Subscription]) -> Station:
    url = postgres.ensure_database(service)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        create_kit_tables(operations)
        operations.execute("CREATE TABLE tally (key text PRIMARY KEY, count bigint NOT NULL) WITH (fillfactor = 50)")
        needs_audit(operations, "tally")
    engine.dispose()
    database = Database(url, name=service)
    settings = Settings(service=service, database_url=url, nats_url=nats.url(service))
    return Station(url, database, Worker(settings, database, subscriptions, CollectorRegistry()), Eyes(url))
