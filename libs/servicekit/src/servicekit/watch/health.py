"""How a service is, in the terms of an operator: what it does, how it stands, and what is wrong with it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog

from cadre.operations.v1 import operations_service_pb2 as pb
from servicekit.background import schedule, tasks
from servicekit.data import revisions
from servicekit.data.db import Database
from servicekit.events.bus import BusError
from servicekit.events.standing import Unheard
from servicekit.events.worker import ConsumerStatus, Worker
from servicekit.settings import Settings
from servicekit.watch.history import History
from servicekit.watch.rates import Meter

log = structlog.get_logger()

# What takes longer than this does not mend itself: a round of the relay is half a second, a fetch a few.
_STUCK_SECONDS = 60.0
# A job waits for others of its service, which take minutes at most.
_OVERDUE_SECONDS = 300.0
# As many events wait after some ten seconds of standstill at full speed.
_BEHIND_EVENTS = 10_000
# Twice that, to connect and to ask, is less than whoever asks for a status waits: a bus that hangs must not look like a
# service that does.
BUS_SECONDS = 0.8


@dataclass(frozen=True)
class Health:
    """Looks at one process of a service. *jobs* names its timers; *meter* and *history* read its counters."""

    settings: Settings
    role: str
    folder: Path
    database: Database
    worker: Worker
    jobs: Collection[str]
    meter: Meter
    history: History

    def look(self) -> pb.Status:
        """Say how the service is now. It answers without the bus too: then the rest is needed most."""
        outbox = self.worker.outbox()
        pool = self.database.pool()
        with self.database.read() as db:
            revision = db.values("SELECT version_num FROM alembic_version")
            entries, counts = schedule.entries(db, self.jobs), tasks.counts(db)
        status = pb.Status(
            service=self.worker.service,
            schema_revision=revision[0] if revision else "",
            schema_head=revisions.head(self.folder),
            software_version=self.settings.software_version or _package_version(self.settings.service),
            role=self.role,
            leads=self.worker.leads,
            outbox_depth=outbox.depth,
            outbox_oldest_age_seconds=outbox.oldest_seconds,
            dead_letters=self.worker.dead_letters(),
            pool=pb.Pool(**vars(pool)),
            rates=pb.Rates(**vars(self.meter.read())),
        )
        status.start_time.FromDatetime(self.worker.started_at)
        status.minutes.extend(remembered(self.history))
        consumers: Collection[ConsumerStatus] = ()
        unheard: Collection[Unheard] = ()
        try:
            consumers = self.worker.bus(timeout=BUS_SECONDS).consumers
            unheard = self.worker.unheard(timeout=BUS_SECONDS)
        except BusError as error:
            log.warning("status_without_bus", error=str(error))
            status.faults.add(reason="BUS_UNREACHABLE", metadata={"error": str(error)})
        for consumer in consumers:
            status.consumers.add(
                name=consumer.name,
                stream=consumer.stream,
                pending=consumer.pending,
                in_flight=consumer.in_flight,
                seconds_since_fetch=consumer.seconds_since_fetch,
            )
        if not status.leads and not self.worker.anybody_leads():
            status.faults.add(reason="NOBODY_LEADS")
        status.faults.extend(_faults(status, entries, counts))
        for event in unheard:
            since = f"{event.at:%Y-%m-%d %H:%M:%S} UTC"
            missed = {"consumer": event.consumer, "subject": event.subject, "since": since}
            status.faults.add(reason="CONSUMER_DEAF", metadata=missed)
        return status


def remembered(history: History) -> Iterator[pb.Minute]:
    """Say what a process remembers of its last hour as the contract does."""
    for minute in history.minutes():
        waiting = minute.waiting
        made = pb.Minute(
            calls=minute.calls,
            failures=minute.failures,
            oldest_seconds=waiting.oldest_seconds,
            waiting=waiting.events,
        )
        made.end_time.FromDatetime(minute.at)
        yield made


def _faults(status: pb.Status, entries: dict[str, schedule.Entry], counts: Sequence[tasks.Count]) -> Iterator[pb.Fault]:
    if status.schema_revision != status.schema_head:
        known = {"schema": status.schema_revision, "software": status.schema_head}
        yield pb.Fault(reason="SCHEMA_DIFFERS", metadata=known)
    if status.outbox_oldest_age_seconds > _STUCK_SECONDS:
        waits = {"events": str(status.outbox_depth), "seconds": f"{status.outbox_oldest_age_seconds:.0f}"}
        yield pb.Fault(reason="OUTBOX_STUCK", metadata=waits)
    for consumer in status.consumers:
        fetched_long_ago = consumer.pending and consumer.seconds_since_fetch > _STUCK_SECONDS
        if fetched_long_ago or consumer.pending > _BEHIND_EVENTS:
            late = {"consumer": consumer.name, "events": str(consumer.pending)}
            yield pb.Fault(reason="CONSUMER_BEHIND", metadata=late)
    if status.dead_letters:
        yield pb.Fault(reason="DEAD_LETTERS_WAIT", metadata={"letters": str(status.dead_letters)})
    for count in counts:
        if count.failed:
            yield pb.Fault(reason="TASKS_FAILED", metadata={"kind": count.kind, "tasks": str(count.failed)})
    yield from _faults_of_jobs(entries)
    if status.pool.waiting:
        yield pb.Fault(reason="CONNECTIONS_USED_UP", metadata={"waiting": str(status.pool.waiting)})


def _faults_of_jobs(entries: dict[str, schedule.Entry]) -> Iterator[pb.Fault]:
    for name, entry in entries.items():
        if entry.paused_at is not None:
            yield pb.Fault(reason="JOB_PAUSED", metadata={"job": name, "reason": entry.pause_reason})
            continue
        if entry.last_error:
            yield pb.Fault(reason="JOB_FAILED", metadata={"job": name, "error": entry.last_error})
        if not entry.running and entry.seconds_left < -_OVERDUE_SECONDS:
            late = {"job": name, "minutes": f"{-entry.seconds_left / 60:.0f}"}
            yield pb.Fault(reason="JOB_OVERDUE", metadata=late)


def _package_version(service: str) -> str:
    try:
        return version(f"cadre-{service}")
    except PackageNotFoundError:  # a service of a test
        return ""
