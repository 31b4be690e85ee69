"""How much a process does a second, read from its own counters when somebody asks: for those without Prometheus."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

_SHORTEST_SECONDS = 1.0
# What a caller sees as the service's own failure, rather than as a refusal.
_FAULTS = ("INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED")
_COUNTERS = ("cadre_rpc_handled", "cadre_relay_published", "cadre_events_handled")


@dataclass(frozen=True)
class Totals:
    """Since the process started."""

    calls: float = 0.0
    failures: float = 0.0
    events_published: float = 0.0
    events_handled: float = 0.0


@dataclass(frozen=True)
class Rates:
    """A second, over the last *seconds*."""

    seconds: float
    calls: float
    failures: float
    events_published: float
    events_handled: float


class Meter:
    """Remembers what it read before; *clock* gives seconds. Whoever asks first is told the average since the start."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: deque[tuple[float, Totals]] = deque([(clock(), Totals())])

    def read(self) -> Rates:
        """Compare with the last time somebody asked, but over at least a second."""
        now, read = self._clock(), totals(self._registry)
        with self._lock:
            while len(self._seen) > 1 and (now - self._seen[1][0] >= _SHORTEST_SECONDS):
                self._seen.popleft()
            then, before = self._seen[0]
            self._seen.append((now, read))
        return _rates(max(now - then, 0.001), before, read)


def totals(registry: CollectorRegistry) -> Totals:
    """Read what the process counted since its start."""
    sums = dict.fromkeys((*_COUNTERS, "failures"), 0.0)
    for metric in registry.collect():
        if metric.name not in _COUNTERS:
            continue
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                sums[metric.name] += sample.value
                if sample.labels.get("code") in _FAULTS:
                    sums["failures"] += sample.value
    calls, published, handled = (sums[name] for name in _COUNTERS)
    return Totals(calls, sums["failures"], published, handled)


def _rates(seconds: float, before: Totals, after: Totals) -> Rates:
    differences = {name: (value - getattr(before, name)) / seconds for name, value in vars(after).items()}
    return Rates(seconds, **differences)
