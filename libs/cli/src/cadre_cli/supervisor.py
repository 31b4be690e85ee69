"""``cadre up``: everything that Cadre is, running, from one folder, as long as this process lives."""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from cadre_cli import processes as table
from cadre_cli import schema
from cadre_cli.children import Server, Service
from cadre_cli.keeper import Keeper, Status, Watch
from cadre_cli.processes import NATS, POSTGRES, Answer, Ports, Process, Site
from cadre_cli.state_file import StateFile
from servicekit import clock, signals
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import FolderLock, GuardedProcess, free_port, make_private, port_is_free, tail

DEFAULT_PORT = 8000
_LOG_LIMIT_BYTES = 20 * 1024 * 1024
_MIGRATE_SECONDS = 120.0
_OLD_PORT_PATIENCE_SECONDS = 3.0

OnChange = Callable[[str, Status], None]


class SupervisorError(RuntimeError):
    """Cadre could not be started; says why and how to mend it."""


class Supervisor:
    """Starts, watches and stops the servers and services of one data folder.

    Everything it starts dies with it, also when it is killed.

    Args:
        data_dir: holds the data of both servers, keys, logs, and ``state.json`` which says what runs.
        port: of the gateway; 0 takes a free one.
        demo: whether the services offer personas and other help for a demonstration.
        processes: what to run besides the servers.
        fsync: off risks the data when the machine fails: for tests only.
        on_change: told each new status of each process, one at a time, from other threads.
        postgres_url: a server to use rather than an embedded one; its account must be able to create databases.
        nats_url: likewise, for all services.
        watch: how a service that runs is watched, so that one that hangs is restarted.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = DEFAULT_PORT,
        *,
        demo: bool = False,
        processes: Sequence[Process] = table.PROCESSES,
        fsync: bool = True,
        on_change: OnChange | None = None,
        postgres_url: str | None = None,
        nats_url: str | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.state_file = self.data_dir / "state.json"
        self._state_file = StateFile(self.state_file)
        self._port = port
        self._demo = demo
        self._processes = processes
        self._fsync = fsync
        self._on_change = on_change
        self._postgres_url = postgres_url
        self._nats_url = nats_url
        self._watch = watch
        self._lock = FolderLock(self.data_dir / "lock")
        self._recording = threading.Lock()
        self._interruptible = False
        self._interrupted = threading.Event()
        self._started_at = clock.utc()
        self._ports: dict[str, Ports] = {}
        self._keepers: dict[str, Keeper] = {}
        self._postgres: PostgresServer | None = None
        self._nats: NatsServer | None = None
        self._site: Site | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Starting

    def start(self) -> None:
        """Start the servers, make the databases current, and start the services; does not wait until they answer.

        Raises:
            SupervisorError: Cadre already runs in this folder, a port is taken, a server or a migration failed.
        """
        if not self._lock.acquire():
            url = read_state(self.data_dir).get("gateway_url", "")
            message = (
                f"Cadre already runs in {self.data_dir} (process {self._lock.holder}, {url}). "
                "Stop it, or choose another folder with --data-dir."
            )
            raise SupervisorError(message)
        try:
            self._rotate_logs()
            self._choose_ports()
            self._start_servers()
            self._site = self._describe_site()
            table.ensure_keys(self._site)
            self._start_services(self._site)
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait until every process answers.

        Raises:
            SupervisorError: one did not within *timeout* seconds; shows the end of its log.
        """
        deadline = time.monotonic() + timeout
        late = [k for k in self._keepers.values() if not k.wait_ready(max(0.0, deadline - time.monotonic()))]
        if late:
            reports = (f"{keeper.name} {keeper.status.problem}\n{tail(self.log(keeper.name))}" for keeper in late)
            message = f"Not ready within {timeout:g} s: " + "\n".join(reports)
            raise SupervisorError(message)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Leave this block quietly on SIGTERM or SIGINT, stopping everything; a second signal ends it at once.

        Inside, the signal is a KeyboardInterrupt.
        """
        if self._interruptible:
            yield
            return

        def on_signal(number: int, _: FrameType | None) -> None:
            if self._interrupted.is_set():
                os._exit(128 + number)  # the kernel ends our children with us
            self._interrupted.set()
            raise KeyboardInterrupt

        before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        self._interruptible = True
        try:
            yield
        except KeyboardInterrupt:
            self.stop()
        finally:
            self._interruptible = False
            for number, handler in before.items():
                signal.signal(number, handler)

    def run_forever(self) -> None:
        """Wait for SIGTERM or SIGINT, then stop everything in good order."""
        with self.interruptible():
            signals.wait(self._interrupted)
            self.stop()  # the exception of a signal is lost where it meets a finalizer

    def stop(self) -> None:
        """Stop everything, what needs others first; afterwards nothing of it runs."""
        for layer in reversed(self._layers()):
            keepers = [self._keepers[name] for name in layer if name in self._keepers]
            for keeper in keepers:
                keeper.request_stop()
            for keeper in keepers:
                keeper.join()
        self._state_file.close()
        self._lock.release()

    # Asking

    @property
    def gateway_url(self) -> str:
        """Where the pages are."""
        web = next((process for process in self._processes if process.answer is Answer.HTTP), None)
        return f"http://127.0.0.1:{self._ports[web.name].serve}" if web and web.name in self._ports else ""

    @property
    def site(self) -> Site:
        """Where everything is; known once the servers run."""
        if self._site is None:
            message = "The supervisor has not been started."
            raise SupervisorError(message)
        return self._site

    def pids(self) -> dict[str, int]:
        """Give the process id of everything that runs, by name."""
        statuses = {name: keeper.status for name, keeper in self._keepers.items()}
        return {name: status.pid for name, status in statuses.items() if status.pid}

    def status(self, name: str) -> Status:
        """Give the status of one process."""
        return self._keepers[name].status

    def log(self, name: str) -> Path:
        """Give the log file of one process."""
        return self.data_dir / "log" / f"{name}.log"

    def nats_operator_url(self) -> str:
        """Give the NATS URL of the account that may do everything."""
        return self._nats.url() if self._nats else self._nats_url or ""

    # The steps of starting

    def _rotate_logs(self) -> None:
        make_private(self.data_dir)
        make_private(self.data_dir / "log")
        for log in (self.data_dir / "log").glob("*.log"):
            if log.stat().st_size > _LOG_LIMIT_BYTES:
                log.replace(log.with_suffix(".log.1"))

    def _choose_ports(self) -> None:
        """Take the ports of the last start as far as they are free, and fresh ones for the rest."""
        before = {row["name"]: row for row in read_state(self.data_dir).get("processes", [])}
        taken: list[int] = []

        def choose(wanted: int | None) -> int:
            # After kill -9 of the last supervisor its children may need a moment to give up their ports.
            if not wanted or not _becomes_free(wanted):
                wanted = free_port(avoid=taken)
            taken.append(wanted)
            return wanted

        for process in self._processes:
            if process.answer is Answer.HTTP and self._port:
                if not _becomes_free(self._port):
                    message = f"Port {self._port} is taken by another program. Choose another one with --port."
                    raise SupervisorError(message)
                taken.append(self._port)
        embedded = [name for name, url in ((POSTGRES, self._postgres_url), (NATS, self._nats_url)) if not url]
        for name in [*embedded, *(process.name for process in self._processes)]:
            row = before.get(name, {})
            fixed = self._port if any(p.name == name and p.answer is Answer.HTTP for p in self._processes) else 0
            self._ports[name] = Ports(
                serve=fixed or choose(row.get("port")),
                metrics=0 if name == POSTGRES else choose(row.get("metrics_port")),
            )

    def _start_servers(self) -> None:
        if not self._postgres_url:
            self._postgres = PostgresServer(
                self.data_dir / POSTGRES, self._ports[POSTGRES].serve, fsync=self._fsync, log=self.log(POSTGRES)
            )
            self._keep(POSTGRES, Server(self._postgres))
        if not self._nats_url:
            self._nats = NatsServer(
                self.data_dir / NATS,
                {process.name: process.publishes for process in self._processes},
                self._ports[NATS].serve,
                monitoring_port=self._ports[NATS].metrics,
                sync_interval="always" if self._fsync else "2m",
                log=self.log(NATS),
            )
            self._keep(NATS, Server(self._nats))
        for keeper in list(self._keepers.values()):
            if not keeper.wait_ready(90.0, patient=False):
                message = f"{keeper.name}: {keeper.status.problem or 'does not answer.'}"
                raise SupervisorError(message)

    def _describe_site(self) -> Site:
        with ThreadPoolExecutor(len(self._processes) or 1) as pool:
            named = [process.name for process in self._processes if process.database]
            urls = dict(zip(named, pool.map(self._ensure_database, named), strict=True))
        return Site(
            data_dir=self.data_dir,
            ports=self._ports,
            database_urls=urls,
            nats_urls={p.name: self._nats.url(p.name) if self._nats else self._nats_url or "" for p in self._processes},
            demo=self._demo,
        )

    def _ensure_database(self, name: str) -> str:
        if self._postgres:
            return self._postgres.ensure_database(name, owner=name)
        try:
            return ensure_external_database(self._postgres_url or "", name)
        except psycopg.Error as error:
            message = f"The database {name} cannot be made on the server of CADRE_POSTGRES_URL: {error}"
            raise SupervisorError(message) from error

    def _start_services(self, site: Site) -> None:
        def prepare(process: Process) -> None:
            environment = table.environment(process, self._processes, site)
            if process.migrate and not schema.is_current(process.name, site.database_urls[process.name]):
                self._migrate(process, environment)
            port = self._ports[process.name].serve
            self._keep(process.name, Service(process, port, environment, self.log(process.name)))

        with ThreadPoolExecutor(len(self._processes) or 1) as pool:
            list(pool.map(prepare, self._processes))

    def _migrate(self, process: Process, environment: Mapping[str, str]) -> None:
        log = self.log(process.name)
        migration = GuardedProcess(process.migrate, log=log, env=environment)
        ended = migration.wait(_MIGRATE_SECONDS)
        migration.stop()
        if not ended or migration.poll() != 0:
            message = f"The database of {process.name} could not be migrated. The end of {log}:\n{tail(log)}"
            raise SupervisorError(message)

    def _keep(self, name: str, child: Server | Service) -> None:
        self._keepers[name] = Keeper(name, child, self._record, self._watch)
        self._keepers[name].start()

    # Telling

    def _record(self, name: str, status: Status) -> None:
        """Write what runs now, and pass the change on."""
        with self._recording:
            self._state_file.put(
                {
                    "pid": os.getpid(),
                    "started_at": self._started_at.isoformat(),
                    "gateway_url": self.gateway_url,
                    "demo": self._demo,
                    "processes": [self._row(name, keeper.status) for name, keeper in list(self._keepers.items())],
                }
            )
            if self._on_change:
                self._on_change(name, status)

    def _row(self, name: str, status: Status) -> dict[str, Any]:
        return {
            "name": name,
            "pid": status.pid,
            "started_at": status.started_at.isoformat() if status.started_at else None,
            "restarts": status.restarts,
            "port": self._ports[name].serve,
            "metrics_port": self._ports[name].metrics or None,
            "state": status.state,
            "problem": status.problem,
        }

    def _layers(self) -> list[list[str]]:
        """Sort what runs so that each layer needs only those before it."""
        needs = {process.name: set(process.needs) for process in self._processes}
        waiting = [*table.SERVERS, *needs]
        layers: list[list[str]] = []
        while waiting:
            layer = [name for name in waiting if not needs.get(name, set()) & set(waiting)] or waiting
            layers.append(layer)
            waiting = [name for name in waiting if name not in layer]
        return layers


def read_state(data_dir: Path) -> dict[str, Any]:
    """Read what the last ``cadre up`` on this folder wrote about itself; empty if there was none."""
    try:
        state: dict[str, Any] = json.loads((data_dir / "state.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return state


def running_ports(data_dir: Path) -> dict[str, int]:
    """Give the port of each process that runs under the supervisor of this folder."""
    return {row["name"]: row["port"] for row in read_state(data_dir).get("processes", []) if row["pid"]}


def ensure_external_database(server_url: str, name: str) -> str:
    """Create the database *name* on a server of the user's own if it is not there, and return its URL."""
    _, netloc, _, query, _ = urlsplit(server_url)
    with psycopg.connect(
        urlunsplit(("postgresql", netloc, "/postgres", query, "")), autocommit=True, connect_timeout=10
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(
                    sql.SQL(
                        "CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8 LOCALE_PROVIDER builtin "
                        "BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                    ).format(sql.Identifier(name))
                )
    return urlunsplit(("postgresql+psycopg", netloc, f"/{name}", query, ""))


def _becomes_free(port: int) -> bool:
    deadline = time.monotonic() + _OLD_PORT_PATIENCE_SECONDS
    while not port_is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
