"""Figures that are counted in the database now and then, so that a scrape asks nobody.

Only the leading process of a service counts and shows them: a figure has one source, and two replicas
do not do the work twice. The others show nothing of it.
"""

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from servicekit.data.db import Database, Db
from servicekit.events.consumers import explain, is_outage

log = structlog.get_logger()

# Counting takes at most this part of the time, whatever there is to count: a count that takes a second waits at least
# 50 seconds for the next one.
_SHARE = 1 / 50
_LOOK_SECONDS = 0.5
_RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Figure:
    """One metric: its name with its unit, what it says, and its labels.

    A label's values come from a fixed set, a contract or reference data, never from who or what happens to be there
    (`docs/metrics.md` names the source of each). A name that ends with `_total` only ever grows.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def of(self, value: float, *labels: str) -> "Reading":
        """Return *value* as a reading of this figure under *labels*, in their order."""
        if len(labels) != len(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}")
        return Reading(self, labels, float(value))


@dataclass(frozen=True)
class Reading:
    """What a figure was when it was counted."""

    figure: Figure
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Measure:
    """*read* counts some figures together, *every* so often, by sets; what is not there counts 0 rather than absent.

    When counting turns out to be slow it is done less often (`_SHARE`).
    """

    name: str
    every: timedelta
    figures: Sequence[Figure]
    read: Callable[[Db], Iterable[Reading]]


class Measures(Collector):
    """Counts in a thread and on a connection of its own, so that no call ever waits for a figure.

    Args:
        url: of the database.
        measures: what to count.
        registry: where to show it.
        leads: whether this process is the one that counts.
        name: of the process, which the database shows beside the connection.
    """

    def __init__(
        self,
        url: str,
        measures: Sequence[Measure],
        registry: CollectorRegistry,
        *,
        leads: Callable[[], bool] = lambda: True,
        name: str = "cadre",
    ) -> None:
        self._measures = {measure.name: measure for measure in measures}
        self._leads = leads
        self._database = Database(url, pool_size=1, name=f"{name}-measures")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="measures", daemon=True)
        # Replaced, never changed: a scrape at the same time sees one or the other.
        self._readings: Mapping[str, Sequence[Reading]] = {}
        self._failures = Counter("cadre_measure_failures_total", "Counts that failed", ["measure"], registry=registry)
        self._at = Gauge(
            "cadre_measure_last_success_timestamp_seconds",
            "Unix time at which these figures were last counted",
            ["measure"],
            registry=registry,
        )
        self._seconds = Gauge(
            "cadre_measure_duration_seconds", "Time that the last count took", ["measure"], registry=registry
        )
        for measure in self._measures:
            self._failures.labels(measure)
        registry.register(self)

    @property
    def figures(self) -> Iterator[Figure]:
        """All that may be shown."""
        return (figure for measure in self._measures.values() for figure in measure.figures)

    def start(self) -> None:
        """Count from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the count under way and stop."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._database.dispose()

    def describe(self) -> Iterable[Metric]:
        """Name the figures, so that the registry need not count to know them."""
        return [_family(figure) for figure in self.figures]

    def collect(self) -> Iterable[Metric]:
        """Give what was counted last."""
        by_figure: dict[Figure, list[Reading]] = {}
        for readings in self._readings.values():
            for reading in readings:
                by_figure.setdefault(reading.figure, []).append(reading)
        for figure, readings in by_figure.items():
            family = _family(figure)
            for reading in readings:
                family.add_metric(reading.labels, reading.value)
            yield family

    def _loop(self) -> None:
        due = sorted((0.0, name) for name in self._measures)
        while due and not self._stop.is_set():
            at, name = due[0]
            if self._stop.wait(min(max(0.0, at - time.monotonic()), _LOOK_SECONDS)):
                return
            if not self._leads():
                self._forget()
                due = sorted((0.0, name) for name in self._measures)
                if self._stop.wait(_LOOK_SECONDS):
                    return
            elif at <= time.monotonic():
                heapq.heapreplace(due, (time.monotonic() + self._count(self._measures[name]), name))

    def _count(self, measure: Measure) -> float:
        """Count once; return after how many seconds to do so again."""
        started = time.monotonic()
        try:
            with self._database.read() as db:
                readings = list(measure.read(db))
        except Exception as error:
            self._failures.labels(measure.name).inc()
            # A figure that nobody could count is not shown: an old one would pass for true.
            self._readings = {name: kept for name, kept in self._readings.items() if name != measure.name}
            if is_outage(error):
                log.warning("measure_without_database", measure=measure.name, error=explain(error))
            else:
                log.exception("measure_failed", measure=measure.name)
            return _RETRY_SECONDS
        taken = time.monotonic() - started
        self._readings = {**self._readings, measure.name: readings}
        self._seconds.labels(measure.name).set(taken)
        self._at.labels(measure.name).set_to_current_time()
        return max(measure.every.total_seconds(), taken / _SHARE)

    def _forget(self) -> None:
        if self._readings:
            self._readings = {}
            for measure in self._measures:
                self._at.remove(measure)
                self._seconds.remove(measure)


def _family(figure: Figure) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if figure.name.endswith("_total") else GaugeMetricFamily
    return kind(figure.name, figure.help, labels=figure.labels)
