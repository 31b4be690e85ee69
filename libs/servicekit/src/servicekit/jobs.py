"""What a service does on a timer. One process at a time runs a job: an advisory lock says which."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import text

from servicekit.db import Database

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """*run(database, now)* every so often, and once soon after start. It must be safe to run twice."""

    name: str
    every: timedelta
    run: Callable[[Database, datetime], None]


class JobRunner:
    """Runs jobs in one thread, each at its time. A job that fails is logged, counted and tried at its next time."""

    def __init__(self, database: Database, jobs: Sequence[Job], registry: CollectorRegistry) -> None:
        self._database = database
        self._due = {job.name: (0.0, job) for job in jobs}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)
        self._failed = Counter("cadre_job_failures_total", "Runs that failed", ["job"], registry=registry)
        self._last = Gauge(
            "cadre_job_last_success_seconds", "Unix time of the last success", ["job"], registry=registry
        )

    def start(self) -> None:
        """Run what is due from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the job under way and stop."""
        self._stop.set()
        self._thread.join()

    def _loop(self) -> None:
        while self._due and not self._stop.is_set():
            at, job = min(self._due.values(), key=lambda entry: entry[0])
            if self._stop.wait(max(0.0, at - time.monotonic())):
                return
            self._due[job.name] = (time.monotonic() + job.every.total_seconds(), job)
            self._run(job)

    def _run(self, job: Job) -> None:
        try:
            with self._database.engine.connect() as connection:
                lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
                if connection.execute(lock, {"name": f"job:{job.name}"}).scalar_one():
                    job.run(self._database, datetime.now(UTC))
                    self._last.labels(job.name).set_to_current_time()
        except Exception:
            self._failed.labels(job.name).inc()
            log.exception("job_failed", job=job.name)
