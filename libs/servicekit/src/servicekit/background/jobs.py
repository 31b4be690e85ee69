"""What a service does in the background: on a timer (jobs), or when an operator asks for it (projections rebuilt).

Any number of processes may work for a service; one at a time runs a job: an advisory lock says which, and the table
of `schedule.py` says when, for all of them together.
"""

import inspect
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import text

from servicekit import trace
from servicekit.background import schedule
from servicekit.background.lanes import Lane, until_due
from servicekit.data.db import Database, Db
from servicekit.events.consumers import explain

T = TypeVar("T")

log = structlog.get_logger()

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('job:' || :name, 0))")


@dataclass(frozen=True)
class Job:
    """*run(database, now)* every so often, and once soon after start. It must be safe to run twice.

    One that may take minutes runs *alone*, in a thread of its own, so that others need not wait for it. It takes at
    most *share* of the time: what takes long comes round less often than it would.
    """

    name: str
    every: timedelta
    run: Callable[[Database, datetime], None]
    alone: bool = False
    share: float = 1.0

    @property
    def description(self) -> str:
        """What it does, in the first sentence of its documentation."""
        return _first_line(self.run)


def each_alone(
    database: Database,
    things: Iterable[T],
    do: Callable[[Db, T], object],
    *,
    actor: str,
    method: str,
    at: datetime,
    failure: str,
) -> None:
    """Do something with each of *things* in a transaction of its own: one that fails holds up no other.

    Raises:
        ExceptionGroup: some failed, which *failure* says; they are tried again next time.
    """
    failed = []
    for thing in things:
        try:
            with database.transaction(actor=actor, method=method, at=at) as db:
                do(db, thing)
        except Exception as error:  # noqa: BLE001 - whatever stops one must not stop the next
            failed.append(error)
    if failed:
        raise ExceptionGroup(failure, failed)


class Progress:
    """Where a projection says how far it has come; the operator's page shows it."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._done = 0
        self._total = 0

    def expect(self, total: int) -> None:
        """Say how many steps there are."""
        self._total = total
        schedule.progress(self._database, self._name, self._done, self._total)

    def step(self, steps: int = 1) -> None:
        """Say that *more* are done."""
        self._done += steps
        schedule.progress(self._database, self._name, self._done, self._total)


@dataclass(frozen=True)
class Projection:
    """Something that can be rebuilt from the service's own rows, by *rebuild(database, now, progress)*.

    It runs while the service goes on working, in transactions of its own, and must be safe to run twice.
    """

    name: str
    rebuild: Callable[[Database, datetime, Progress], None]

    @property
    def description(self) -> str:
        """What is rebuilt, in the first sentence of its documentation."""
        return _first_line(self.rebuild)

    @property
    def entry(self) -> str:
        """Its line in the table of what runs in the background."""
        return f"rebuild/{self.name}"


@dataclass(frozen=True)
class _Work:
    """What a runner runs: a job, or a projection when it is asked for."""

    every_seconds: float | None
    run: Callable[[Database, datetime], None]
    share: float = 1.0


class JobMetrics:
    """By job, set from the table, so that each process of the service says the same. Times are Unix times."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, what: str) -> Gauge:
            return Gauge(f"cadre_job_{name}", what, ["job"], registry=registry)

        self.failed = Counter(
            "cadre_job_failures_total", "Runs that failed in this process", ["job"], registry=registry
        )
        self.last_run = gauge("last_run_seconds", "Unix time when the last run began")
        self.last_success = gauge("last_success_seconds", "Unix time when a run last ended well")
        self.next_run = gauge("next_run_seconds", "Unix time of the next run; 0 if none is planned")
        self.duration = gauge("duration_seconds", "How long the last run took")
        self.failing = gauge("failing", "1 if the last run failed")
        self.paused = gauge("paused", "1 if an operator keeps it from running")

    def show(self, entries: dict[str, schedule.Entry]) -> None:
        """Set the gauges."""
        for name, entry in entries.items():
            self.failed.labels(name)  # 0 from the start: the first failure is an increase
            if entry.last_start is not None:
                self.last_run.labels(name).set(entry.last_start.timestamp())
            if entry.last_success is not None:
                self.last_success.labels(name).set(entry.last_success.timestamp())
            planned = entry.next_run is not None and entry.paused_at is None
            self.next_run.labels(name).set(entry.next_run.timestamp() if entry.next_run and planned else 0)
            if entry.last_end is not None:
                self.duration.labels(name).set(entry.last_seconds)
            self.failing.labels(name).set(bool(entry.last_error))
            self.paused.labels(name).set(entry.paused_at is not None)


class JobRunner:
    """Runs jobs in one thread, projections in another, and each job that runs alone in its own, each at its time.

    What fails is logged, counted, kept as its last error, and tried at its next time.
    """

    def __init__(
        self,
        database: Database,
        jobs: Sequence[Job],
        registry: CollectorRegistry,
        projections: Sequence[Projection] = (),
    ) -> None:
        metrics = JobMetrics(registry)
        # A projection may take minutes, which jobs must not wait for.
        lanes = {
            "jobs": {job.name: _timed(job) for job in jobs if not job.alone},
            "projections": {one.entry: _rebuilding(one) for one in projections},
            **{job.name: {job.name: _timed(job)} for job in jobs if job.alone},
        }
        self._lanes = [_Lane(database, works, metrics, name) for name, works in lanes.items() if works]
        self._lookout = _Lookout(database, self._lanes, metrics)

    def start(self) -> None:
        """Run what is due from now on."""
        for lane in (*self._lanes, self._lookout):
            lane.start()

    def wake(self) -> None:
        """Say that something was made due."""
        self._lookout.wake()

    def stop(self) -> None:
        """Finish what is under way and stop."""
        for lane in (*self._lanes, self._lookout):
            lane.request_stop()
        for lane in (*self._lanes, self._lookout):
            lane.join()


class _Lookout(Lane):
    """The thread that sees what is due, for all others."""

    def __init__(self, database: Database, lanes: Sequence["_Lane"], metrics: JobMetrics) -> None:
        super().__init__("due-jobs")
        self._database = database
        self._lanes = lanes
        self._works = {name: work for lane in lanes for name, work in lane.works.items()}
        self._metrics = metrics
        self._registered = False

    def look(self) -> float:
        """Wake those for whom something is due; return in how many seconds something is."""
        if not self._registered:
            schedule.register(self._database, {name: work.every_seconds for name, work in self._works.items()})
            self._registered = True
        with self._database.read() as db:
            entries = schedule.entries(db, self._works)
        for lane in self._lanes:
            if any(name in lane.works and entry.may_run for name, entry in entries.items()):
                lane.wake()
        self._metrics.show(entries)
        return until_due(entry.seconds_left for entry in entries.values() if entry.paused_at is None)


class _Lane(Lane):
    """One thread that runs its entries of the table one after the other."""

    def __init__(self, database: Database, works: dict[str, _Work], metrics: JobMetrics, name: str) -> None:
        super().__init__(name)
        self._database = database
        self.works = works
        self._metrics = metrics

    def look(self) -> None:
        """Run what is due."""
        with self._database.read() as db:
            entries = schedule.entries(db, self.works)
        for name, entry in entries.items():
            if entry.may_run and not self.stopping:
                self._run(name, self.works[name])

    def _run(self, name: str, work: _Work) -> None:
        with self._database.engine.connect() as connection:
            held = connection.execute(_LOCK, {"name": name}).scalar_one()
            if not held or not schedule.claim(self._database, name):
                return  # another process runs it, or just did
            error, began = "", time.monotonic()
            with trace.work(f"job {name}"), structlog.contextvars.bound_contextvars(job=name):
                try:
                    work.run(self._database, self._database.clock())
                except Exception as failure:
                    error = explain(failure)
                    self._metrics.failed.labels(name).inc()
                    log.exception("job_failed")
            rest = (time.monotonic() - began) * (1 / work.share - 1)
            schedule.end(self._database, name, error, rest_seconds=rest)


def _timed(job: Job) -> _Work:
    return _Work(job.every.total_seconds(), job.run, job.share)


def _rebuilding(projection: Projection) -> _Work:
    def run(database: Database, now: datetime) -> None:
        projection.rebuild(database, now, Progress(database, projection.entry))
        log.info("projection_rebuilt")

    return _Work(None, run)


def _first_line(work: Callable[..., None]) -> str:
    return (inspect.getdoc(work) or "").partition("\n")[0]
