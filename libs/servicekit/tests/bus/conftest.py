"""Two services without calls, for tests of the bus: one makes things, the other hears of it. Their contract is here.

The messages are made here, so that the kit's tests need no contract of a real service.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import nats
import psycopg
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from prometheus_client import CollectorRegistry

from cadre.options.v1 import options_pb2
from servicekit.data import outbox
from servicekit.data.db import Database
from servicekit.embedded.nats import NatsServer
from servicekit.events.consumers import Subscription
from servicekit.events.worker import Worker
from servicekit.settings import Settings
from servicekit.testing.looking import dicts
from servicekit.testing.streams import make_streams

MAKER, HEARER = "maker", "hearer"
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
# Fast enough for tests, and long enough that others overtake the event that waits.
RETRY_SECONDS = (0.1,)


def _contract() -> dict[str, type]:
    file = descriptor_pb2.FileDescriptorProto(name="maker_events.proto", package="maker_test", syntax="proto3")
    file.dependency.append("cadre/options/v1/options.proto")
    for name, subject in (("ThingMade", "cadre.maker.thing.made.v1"), ("ThingBroken", "cadre.maker.thing.broken.v1")):
        message = file.message_type.add(name=name)
        message.options.Extensions[options_pb2.subject] = subject
        message.field.add(name="key", number=1, type="TYPE_STRING", label="LABEL_OPTIONAL")
        message.field.add(name="number", number=2, type="TYPE_INT64", label="LABEL_OPTIONAL")
    described = descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(descriptor)
        for name, descriptor in described.message_types_by_name.items()
    }


CONTRACT = _contract()


def remember(db, events):
    """Write what was heard, in order: the handler of most tests."""
    values = [f"{event.message.key}{event.message.number}" for event in events]
    db.run("INSERT INTO thing (value) SELECT unnest(%(values)s::text[])", values=values)


def numbers(events) -> list[int]:
    """Return the numbers of the things that *events* tell of."""
    return [event.message.number for event in events]


@dataclass
class Station:
    """A service with a database and a worker, started or not."""

    service: str
    database: Database
    worker: Worker
    registry: CollectorRegistry

    def make(self, *numbers: int, key: str = "a", message: str = "ThingMade") -> None:
        """Commit one transaction that emits an event for each of *numbers*."""
        with self.database.transaction(actor="people/1", method="Make", resource="things/1", at=NOW) as db:
            for number in numbers:
                outbox.emit(db, CONTRACT[message](key=key, number=number))

    def heard(self) -> list[str]:
        """Return what `remember` wrote, in order."""
        return [row["value"] for row in self.rows("SELECT value FROM thing ORDER BY id")]

    def rows(self, sql: str, **params: object) -> list[dict[str, Any]]:
        """Query its database."""
        with self.database.read() as db:
            return dicts(db, sql, **params)

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection:
        """Open a connection for breaking things."""
        return psycopg.connect(self.database.url.replace("+psycopg", ""), autocommit=autocommit)

    def execute(self, sql: str, params: Sequence[object] = ()) -> None:
        """Run one statement outside the kit."""
        with self.connect() as connection:
            connection.execute(sql, params)

    def metric(self, name: str, **labels: str) -> float:
        """Read a metric."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def close(self) -> None:
        """Stop it."""
        self.worker.stop()
        self.database.dispose()


def station(url: str, nats_url: str, service: str, subscriptions: Sequence[Subscription] = ()) -> Station:
    """Compose a service; its worker is not started."""
    database, registry = Database(url, name=service), CollectorRegistry()
    settings = Settings(service=service, database_url=url, nats_url=nats_url)
    worker = Worker(settings, database, subscriptions, registry, retry_seconds=RETRY_SECONDS, measure_seconds=0.1)
    return Station(service, database, worker, registry)


@pytest.fixture
def nats_server(tmp_path):
    """A NATS of this test's own, where each of the two may publish its own events only."""
    users = {name: [f"cadre.{name}.>"] for name in (MAKER, HEARER)}
    with NatsServer(tmp_path / "nats", users) as server:
        make_streams(server, users)
        yield server


@pytest.fixture
def stations(new_database, kit_app, nats_server):
    """Compose services: `stations("maker")`; with a *url* a further process of the service that has it."""
    made = []

    def make(service, subscriptions=(), *, url=None):
        made.append(station(url or new_database(kit_app), nats_server.url(service), service, subscriptions))
        return made[-1]

    yield make
    for one in reversed(made):
        one.close()


@pytest.fixture
def maker(stations):
    """The service that makes things; its worker runs."""
    maker = stations(MAKER)
    maker.worker.start()
    return maker


@pytest.fixture
def hear(stations):
    """Start the service that hears: `hear(handler)` of things made, `hear({"ThingBroken": handler})` of others."""

    def start(handlers=remember, *, url=None):
        chosen = handlers if isinstance(handlers, dict) else {"ThingMade": handlers}
        subscriptions = [Subscription(CONTRACT[name], handler) for name, handler in chosen.items()]
        hearer = stations(HEARER, subscriptions, url=url)
        hearer.worker.start()
        return hearer

    return start


@pytest.fixture
def operator(nats_server):
    """Do something with JetStream as the operator: `operator(lambda js: js.stream_info("maker"))`."""

    def do(work):
        async def connected():
            client = await nats.connect(nats_server.url(), allow_reconnect=False)
            try:
                return await work(client.jetstream())
            finally:
                await client.close()

        return asyncio.run(connected())

    return do


@pytest.fixture
def contract():
    """The messages that the maker's contract has, by name."""
    return CONTRACT


@pytest.fixture
def emit():
    """Commit a transaction that makes a thing: `emit(database, number)`."""

    def commit(database, number):
        with database.transaction(actor="people/1", method="Make", resource="things/1") as db:
            outbox.emit(db, CONTRACT["ThingMade"](key="a", number=number))

    return commit
