"""The kit's pytest plugin: real servers, a fresh database per test, and a service that runs in the test's process.

PostgreSQL runs once per worker without fsync; each service's schema is migrated once into a template, and every test
gets a copy of it, which takes some 10 ms. NATS starts when a test needs the bus, fresh for that test.
"""

import gc
import importlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import grpc
import hypothesis
import psycopg
import pytest
from google.protobuf.descriptor import ServiceDescriptor
from psycopg import sql

from servicekit.app import Runtime, ServiceApp
from servicekit.clock import Clock, utc
from servicekit.data import migrations
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.rpc import keys
from servicekit.rpc.client import Channel
from servicekit.rpc.tokens import WHOLE, Signer
from servicekit.settings import Settings
from servicekit.testing.streams import make_streams
from servicekit.tree import back_ends

S = TypeVar("S")

ISSUER = "directory"
_ENOUGH_BYTES = 4 * 1024**3
_numbers = itertools.count()


def pytest_configure() -> None:
    """Let no property fail for being slow: timing decides no test."""
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")


@dataclass
class Running:
    """A service that runs in this process, with stubs for any caller."""

    runtime: Runtime
    signer: Signer
    _channels: list[Channel] = field(default_factory=list)

    def stub(
        self,
        stub_class: Callable[[grpc.Channel], S],
        *,
        caller: str = "services/test",
        rights: Mapping[str, Sequence[str]] | Sequence[str] = (),
    ) -> S:
        """Return a stub that calls as *caller*. *rights* maps a right to how far it reaches; a list = whole."""
        return self._channel(caller, rights).stub(stub_class)

    def stubs(
        self, *, caller: str = "services/test", rights: Mapping[str, Sequence[str]] | Sequence[str] = ()
    ) -> "Stubs":
        """Return one stub for all the contracts of the service: each of its methods, called as *caller*."""
        return Stubs(self._channel(caller, rights), [servicer.service for servicer in self.runtime.servicers])

    def _channel(self, caller: str, rights: Mapping[str, Sequence[str]] | Sequence[str]) -> Channel:
        reach = rights if isinstance(rights, Mapping) else dict.fromkeys(rights, (WHOLE,))
        held = {right: frozenset(scopes) for right, scopes in reach.items()}
        channel = Channel(f"127.0.0.1:{self.port}", lambda: self.signer.mint(caller, held, now=self.runtime.clock()))
        self._channels.append(channel)
        return channel

    @property
    def port(self) -> int:
        """Where it answers."""
        assert self.runtime.server is not None, f"role {self.runtime.role} answers no calls"
        return self.runtime.server.port

    def connect(self) -> psycopg.Connection:
        """Open a connection to its database as superuser, for looking and for breaking."""
        return psycopg.connect(self.runtime.settings.database_url.replace("+psycopg", ""), autocommit=True)

    def figures(self) -> dict[tuple[str, ...], float]:
        """Count what its measures count, now; by name and labels, each once."""
        with self.runtime.database.read() as db:
            readings = [reading for measure in self.runtime.app.measures for reading in measure.read(db)]
        counted = {(reading.figure.name, *reading.labels): reading.value for reading in readings}
        assert len(counted) == len(readings), "two readings of one figure under the same labels"
        return counted

    def close(self) -> None:
        """Stop it."""
        for channel in self._channels:
            channel.close()
        self.runtime.stop()


class Stubs:
    """All methods of a service's contracts. Those of one are made when the first is asked for: a test needs few."""

    def __init__(self, channel: Channel, contracts: Sequence[ServiceDescriptor]) -> None:
        self._channel = channel
        self._contracts = {method.name: contract for contract in contracts for method in contract.methods}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        contract = self._contracts.get(name)
        if contract is None:
            raise AttributeError(f"no contract has the method {name}")
        file = contract.file.name.removeprefix("cadre/").removesuffix(".proto").replace("/", ".")
        stub_class = getattr(importlib.import_module(f"cadre.{file}_pb2_grpc"), f"{contract.name}Stub")
        made: dict[str, Callable[..., Any]] = vars(self._channel.stub(stub_class))
        vars(self).update({each: call for each, call in made.items() if self._contracts[each] is contract})
        return made[name]


def pytest_collection_finish() -> None:
    """Leave what was collected out of the search for garbage: it stays to the end, and is a million things."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """A folder for the servers' data: in memory where there is enough, which copies a database ten times faster."""
    memory = Path("/dev/shm")  # noqa: S108 - looked at only; the folder below has a name of its own
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ENOUGH_BYTES
    with tempfile.TemporaryDirectory(prefix="cadre-", dir=memory if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_server(data_folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL for this worker, without fsync."""
    settings = {"shared_buffers": "128MB", "max_connections": "300"}
    with PostgresServer(data_folder / "pg", fsync=False, settings=settings) as server:
        yield server


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keys of the issuer, by which tests make a token for any caller. All share them: no test changes who is known."""
    folder = tmp_path_factory.mktemp("keys")
    keys.ensure_keys(
        folder,
        ISSUER,
        {"gateway": ["sign_ins.exchange"], "cli": [], "evaluation": [], "notification": ["contacts.read"]},
    )
    known = (folder / keys.PUBLIC_FILE).read_bytes()
    yield folder
    assert (folder / keys.PUBLIC_FILE).read_bytes() == known, "a test changed whom all others know"


@pytest.fixture(scope="session")
def migrated(postgres_server: PostgresServer) -> Callable[[ServiceApp], str]:
    """Give the name of the service's template database; the first call migrates it."""
    names: dict[str, str] = {}

    def template(app: ServiceApp) -> str:
        if app.name not in names:
            name = f"template_{app.name}"
            migrations.upgrade(postgres_server.ensure_database(name), app.migrations)
            names[app.name] = name
        return names[app.name]

    return template


@pytest.fixture
def new_database(
    postgres_server: PostgresServer, migrated: Callable[[ServiceApp], str]
) -> Iterator[Callable[[ServiceApp], str]]:
    """Give the URL of a fresh copy of the service's database. Copies are dropped after the test."""
    made: list[str] = []

    def make(app: ServiceApp) -> str:
        name = f"{app.name}_{os.getpid()}_{next(_numbers)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(migrated(app))
        )
        with psycopg.connect(_plain(postgres_server.url("postgres")), autocommit=True) as connection:
            connection.execute(create)
        made.append(name)
        return postgres_server.url(name)

    yield make
    _drop(postgres_server, made)


@pytest.fixture
def database_at(postgres_server: PostgresServer) -> Iterator[Callable[..., str]]:
    """Give the URL of a database with the schema that a service had at a revision: to be filled, then upgraded.

    *locale*: as `CREATE DATABASE` says it, for one that was made otherwise than ours are.
    """
    made: list[str] = []

    def make(app: ServiceApp, revision: str, locale: LiteralString = "") -> str:
        made.append(f"{app.name}_{revision}_{os.getpid()}_{next(_numbers)}")
        if locale:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8 " + locale)
            with postgres_server.connect() as connection:
                connection.execute(create.format(sql.Identifier(made[-1])))
        url = postgres_server.ensure_database(made[-1])
        migrations.upgrade(url, app.migrations, revision)
        return url

    yield make
    _drop(postgres_server, made)


@pytest.fixture
def nats_server(data_folder: Path) -> Iterator[NatsServer]:
    """A fresh NATS with JetStream for this test."""
    services = (*back_ends(), "kit")
    users = {name: [f"cadre.{name}.>"] for name in services}
    with NatsServer(data_folder / f"nats-{next(_numbers)}", users) as server:
        make_streams(server, services)
        yield server


@pytest.fixture
def launch(
    request: pytest.FixtureRequest,
    new_database: Callable[[ServiceApp], str],
    keys_dir: Path,
    tmp_path: Path,
) -> Callable[..., Running]:
    """Start a service in this process: `launch(APP)` answers RPCs, `launch(APP, role="all")` moves events too.

    With *tasks* it does its tasks as well, which needs no bus. Everything in it happens when *clock* says.
    """

    def start(
        app: ServiceApp, *, role: str = "serve", clock: Clock = utc, tasks: bool = False, **settings: object
    ) -> Running:
        nats_url = ""
        if role in ("work", "all"):
            server: NatsServer = request.getfixturevalue("nats_server")
            nats_url = server.url(app.name)
        values: dict[str, object] = {
            "service": app.name,
            "database_url": new_database(app),
            "nats_url": nats_url,
            "keys_dir": keys_dir,
            "files_dir": tmp_path / f"files-{next(_numbers)}",
            "threads": 10,
            "connections": 10,
        }
        runtime = Runtime(app, Settings(**(values | settings)), role, clock)  # type: ignore[arg-type]
        runtime.start()
        if tasks:
            runtime.tasks.start(leads=lambda: True)
        running = Running(runtime, Signer(keys_dir, ISSUER))
        # Before its bus, which was started above, not after it: a service that stops may have a last question.
        request.node.addfinalizer(running.close)
        return running

    return start


def _drop(server: PostgresServer, databases: Sequence[str]) -> None:
    with psycopg.connect(_plain(server.url("postgres")), autocommit=True) as connection:
        for name in databases:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")
