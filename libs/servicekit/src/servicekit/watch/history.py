"""What a process did in each minute of its last hour, kept in its own memory: for those without Prometheus."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry

from servicekit.clock import Clock, utc
from servicekit.watch.rates import Totals, totals

MINUTES = 60
_MINUTE_SECONDS = 60.0


@dataclass(frozen=True)
class Minute:
    """Ended *at*. Calls and failures are a second; the lag is the mean of the events that were handled here.

    *lag_seconds* is None where none was handled, *waiting* where another process sends and handles events.
    """

    at: datetime
    calls: float
    failures: float
    lag_seconds: float | None
    waiting: int | None


@dataclass(frozen=True)
class _Reading:
    seconds: float
    done: Totals
    lag: float
    lagged: float


class History:
    """Reads the process's own counters each minute, in a thread, and forgets what is older than an hour.

    *clock* says when a minute ended, *seconds* how long it was.
    """

    def __init__(
        self, registry: CollectorRegistry, clock: Clock = utc, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._seconds = seconds
        self._kept: deque[Minute] = deque(maxlen=MINUTES)
        self._before = _Reading(seconds(), Totals(), 0.0, 0.0)
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
        sums: dict[str, float] = {}
        for metric in self._registry.collect():
            for sample in metric.samples if metric.name in _READ else ():
                sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
        now = _Reading(
            self._seconds(),
            totals(self._registry),
            sums.get("cadre_event_lag_seconds_sum", 0.0),
            sums.get("cadre_event_lag_seconds_count", 0.0),
        )
        before, self._before = self._before, now
        seconds = max(now.seconds - before.seconds, 0.001)
        handled = now.lagged - before.lagged
        waiting = sums.get("cadre_outbox_events", 0.0) + sums.get("cadre_consumer_pending_events", 0.0)
        self._kept.append(
            Minute(
                self._clock(),
                (now.done.calls - before.done.calls) / seconds,
                (now.done.failures - before.done.failures) / seconds,
                (now.lag - before.lag) / handled if handled else None,
                int(waiting) if sums.get("cadre_relay_leading") else None,
            )
        )

    def _loop(self) -> None:
        while not self._stop.wait(_MINUTE_SECONDS):
            self.take()


_READ = {"cadre_event_lag_seconds", "cadre_outbox_events", "cadre_consumer_pending_events", "cadre_relay_leading"}
