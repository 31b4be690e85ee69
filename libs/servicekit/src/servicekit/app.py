"""How a service starts, runs and stops.

`python -m <service> ROLE`: `serve` answers RPCs, `work` moves events, runs jobs and does tasks, `all` does both in one
process (the embedded default), `migrate` brings the schema up to date.
"""

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData

from servicekit import metrics, signals
from servicekit.background import figures
from servicekit.background.audits import Audit, Audits
from servicekit.background.jobs import Job, JobRunner, Projection
from servicekit.background.measures import Measure, Measures
from servicekit.background.runner import Kind, TaskRunner
from servicekit.clock import Clock, utc
from servicekit.data import revisions
from servicekit.data.db import Database
from servicekit.events.bus import BusError
from servicekit.events.consumers import Subscription
from servicekit.events.standing import DatabaseBehindBusError
from servicekit.events.worker import Worker
from servicekit.rpc.calls import Servicer
from servicekit.rpc.server import Server
from servicekit.rpc.tokens import Verifier
from servicekit.settings import Settings
from servicekit.watch import logs, tracing
from servicekit.watch.health import BUS_SECONDS, Health
from servicekit.watch.history import History, waiting_of
from servicekit.watch.operations import OperationsServicer, purge
from servicekit.watch.rates import Meter

log = structlog.get_logger()

ROLES = ("serve", "work", "all", "migrate")


class Listener(Protocol):
    """Takes what comes from elsewhere by a way of its own, in threads of its own, where the service works."""

    def start(self) -> None:
        """Listen from now on."""

    def stop(self) -> None:
        """Listen no more."""


@dataclass(frozen=True)
class ServiceApp:
    """What a service consists of: its composition root fills this in, and nothing else has to be told."""

    name: str
    metadata: MetaData
    migrations: Path
    servicers: Callable[[Settings, Database], Sequence[Servicer]]
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()
    # Jobs that need a setting, such as where a key is.
    make_jobs: Callable[[Settings], Sequence[Job]] = lambda _settings: ()
    projections: Sequence[Projection] = ()
    # What its writes defer: done where the service leads; and what of it needs a setting.
    tasks: Sequence[Kind] = ()
    make_tasks: Callable[[Settings], Sequence[Kind]] = lambda _settings: ()
    # What it takes by a way of its own, such as mail that comes back.
    make_listeners: Callable[[Settings, Database], Sequence[Listener]] = lambda _settings, _database: ()
    audits: Sequence[Audit] = ()
    # What it counts of its own field for operators, beside what every service counts of itself.
    measures: Sequence[Measure] = ()


@dataclass
class Runtime:
    """A running service. The order of start and stop stands here once, for production and for tests."""

    app: ServiceApp
    settings: Settings
    role: str = "all"
    clock: Clock = utc
    registry: CollectorRegistry = field(default_factory=metrics.new_registry)

    def start(self) -> None:
        """Check the schema, then start what the role needs. A service without its bus does not start."""
        self.database = Database(
            self.settings.database_url,
            pool_size=self.settings.connections,
            name=f"{self.app.name}-{self.role}",
            service=self.app.name,
            clock=self.clock,
        )
        with self.database.engine.connect() as connection:
            revisions.check(connection, self.app.migrations)
        self.worker = Worker(self.settings, self.database, self.app.subscriptions, self.registry)
        figures.PoolCollector(self.database, self.registry)
        audits = Audits(self.app.audits, self.worker.messages_since, self.worker.unheard)
        jobs = [*self.app.jobs, *self.app.make_jobs(self.settings), Job("purge", timedelta(hours=1), purge), audits.job]
        self.jobs = JobRunner(self.database, jobs, self.registry, self.app.projections)
        tasks = [*self.app.tasks, *self.app.make_tasks(self.settings)]
        self.tasks = TaskRunner(self.database, tasks, self.registry)
        self.history = History(self.registry, lambda: waiting_of(self.worker, timeout=BUS_SECONDS), self.clock)
        health = Health(
            self.settings,
            self.role,
            self.app.migrations,
            self.database,
            self.worker,
            [job.name for job in jobs],
            Meter(self.registry),
            self.history,
        )
        operations = OperationsServicer(health, jobs, self.app.projections, audits, wake=self.jobs.wake)
        self.server: Server | None = None
        if self.role in ("serve", "all"):
            self.servicers = [*self.app.servicers(self.settings, self.database), operations]
            self.server = Server(
                self.servicers,
                Verifier(self.settings.keys_dir),
                self.registry,
                port=self.settings.grpc_port,
                host=self.settings.listen_host,
                threads=self.settings.threads,
                clock=self.clock,
            )
        if self.role in ("work", "all"):
            self._require_past()
            self.worker.start()
            self.jobs.start()
            self.tasks.start(leads=lambda: self.worker.leads)
            self.listeners = self.app.make_listeners(self.settings, self.database)
            for listener in self.listeners:
                listener.start()
            self.measures = Measures(
                self.settings.database_url,
                [figures.DATABASE, audits.measure, *self.app.measures],
                self.registry,
                leads=lambda: self.worker.leads,
                name=self.app.name,
            )
            self.measures.start()
        else:
            # A database that was lost must not be filled by calls meanwhile; without the bus, calls are answered.
            with contextlib.suppress(BusError):
                self._require_past()
            self.worker.announce()
        if self.server is not None:
            for servicer in self.servicers:
                servicer.start()
            self.server.start()
        self.metrics_port, self._stop_metrics = metrics.serve(
            self.registry, self.settings.metrics_port, host=self.settings.listen_host
        )
        self.history.start()
        log.info("service_started", role=self.role, metrics_port=self.metrics_port)

    def _require_past(self) -> None:
        try:
            self.worker.require_past()
        except DatabaseBehindBusError as error:
            if self.settings.accept_loss:
                log.warning("loss_accepted", error=str(error))
                return
            self.worker.stop()
            self.database.dispose()
            raise

    def stop(self) -> None:
        """Take no more calls, finish what is under way but what takes long, then the worker, then the database."""
        if self.server is not None:
            self.server.stop()
        self.database.stopping.begin()
        self.history.stop()
        self.tasks.stop()
        if self.role in ("work", "all"):
            for listener in self.listeners:
                listener.stop()
            self.measures.stop()
            self.jobs.stop()
        self.worker.stop()
        self._stop_metrics()
        self.database.dispose()
        log.info("service_stopped", role=self.role)


def main(app: ServiceApp) -> None:
    """Run *app* in the role given on the command line until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog=f"python -m {app.name}")
    parser.add_argument("role", choices=ROLES)
    role = parser.parse_args().role
    settings = Settings(service=app.name)
    logs.configure(app.name, json=settings.log_json)
    if role == "migrate":
        from servicekit.data import migrations  # noqa: PLC0415 - Alembic takes a tenth of a start, and only this role uses it

        migrations.upgrade(settings.database_url, app.migrations)
        return
    stop_traces = tracing.export(settings.service, settings.otlp_endpoint)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    runtime = Runtime(app, settings, role)
    runtime.start()
    signals.wait(stop)
    runtime.stop()
    stop_traces()
