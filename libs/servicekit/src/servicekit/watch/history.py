"""What a process saw in each minute of its last hour, kept in its own memory: for those without Prometheus."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry

from servicekit.clock import Clock, utc
from servicekit.events.bus import BusError
from servicekit.events.consumers import explain, is_outage
from servicekit.events.worker import Worker
from servicekit.watch.rates import Totals, totals

log = structlog.get_logger()

MINUTES = 60
_MINUTE_SECONDS = 60.0


@dataclass(frozen=True)
class Waiting:
    """How long the oldest event has waited to be sent, and how many are to be sent or handled; None = not known."""

    oldest_seconds: float | None = None
    events: int | None = None


@dataclass(frozen=True)
class Minute:
    """Ended *at*. Calls and failures are a second."""

    at: datetime
    calls: float
    failures: float
    waiting: Waiting


def waiting_of(worker: Worker, *, timeout: float) -> Waiting:
    """Look at what waits of a service: any of its processes can, whichever sends and handles events."""
    outbox = worker.outbox()
    try:
        consumers = worker.bus(timeout=timeout).consumers
    except BusError:
        return Waiting(outbox.oldest_seconds)
    return Waiting(outbox.oldest_seconds, outbox.depth + sum(consumer.pending for consumer in consumers))


class History:
    """Reads the process's own counters each minute, in a thread, and forgets what is older than an hour.

    *look* says what waits, *count* what was done since the start, *clock* when a minute ended, *seconds* how long.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        look: Callable[[], Waiting],
        clock: Clock = utc,
        seconds: Callable[[], float] = time.monotonic,
        *,
        count: Callable[[CollectorRegistry], Totals] = totals,
    ) -> None:
        self._registry = registry
        self._look = look
        self._count = count
        self._clock = clock
        self._seconds = seconds
        self._kept: deque[Minute] = deque(maxlen=MINUTES)
        self._before = (seconds(), Totals())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="history", daemon=True)

    def start(self) -> None:
        """Remember from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is remembered stays."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def minutes(self) -> list[Minute]:
        """Give what is remembered, the earliest first."""
        return list(self._kept)

    def take(self) -> None:
        """End a minute: remember what happened since the one before."""
        try:
            waiting = self._look()
        except Exception as error:
            if is_outage(error):
                log.warning("history_without_database", error=explain(error))
            else:
                log.exception("history_failed")
            waiting = Waiting()
        now, done = self._seconds(), self._count(self._registry)
        (then, before), self._before = self._before, (now, done)
        passed = max(now - then, 0.001)
        calls, failures = (done.calls - before.calls) / passed, (done.failures - before.failures) / passed
        self._kept.append(Minute(self._clock(), calls, failures, waiting))

    def _loop(self) -> None:
        while not self._stop.wait(_MINUTE_SECONDS):
            self.take()
