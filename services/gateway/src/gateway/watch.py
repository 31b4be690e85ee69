"""What operators see of the pages, beside the time that each takes (`web.every_page.Everything`)."""

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge

from servicekit.background.figures import DATABASE, PoolCollector
from servicekit.background.measures import Figure, Measure, Measures, Reading
from servicekit.clock import Clock
from servicekit.data.db import Database, Db, count
from servicekit.settings import Settings
from servicekit.watch.history import History, Waiting
from servicekit.watch.rates import Totals

SIGNED_IN = Figure("cadre_signed_in_people", "People who opened a page within the last fifteen minutes")

_SIGNED_IN = """
SELECT count(DISTINCT person) AS people FROM sign_in JOIN sign_in_activity USING (cookie_sha256)
WHERE ended_at IS NULL AND seen_at > %(since)s
"""


def _read(db: Db) -> Iterable[Reading]:
    yield SIGNED_IN.of(count(db, _SIGNED_IN, since=db.at - timedelta(minutes=15)))


MEASURES = (Measure("sign_ins", timedelta(seconds=30), (SIGNED_IN,), _read),)


def watch(settings: Settings, database: Database, registry: CollectorRegistry) -> Measures:
    """Show the connections and the disk; what is counted now and then is to be started and stopped."""
    PoolCollector(database, registry)
    if settings.state_file is not None:
        _show_disk(settings.state_file.parent, registry)
    return Measures(settings.database_url, [DATABASE, *MEASURES], registry, name=settings.service)


def _show_disk(folder: Path, registry: CollectorRegistry) -> None:
    """Show the disk that *folder* is on: where one machine runs everything, databases and events are there too."""
    size = Gauge("cadre_disk_size_bytes", "Size of the disk that holds Cadre's data", registry=registry)
    size.set_function(lambda: shutil.disk_usage(folder).total)
    free = Gauge("cadre_disk_free_bytes", "Free space on the disk that holds Cadre's data", registry=registry)
    free.set_function(lambda: shutil.disk_usage(folder).free)


def remember(registry: CollectorRegistry, clock: Clock) -> History:
    """Make the memory of the last hour: of pages, and of those that failed. Nothing waits here to be sent."""
    return History(registry, Waiting, clock, count=_pages)


def _pages(registry: CollectorRegistry) -> Totals:
    samples = [
        sample
        for metric in registry.collect()
        if metric.name == "cadre_page_seconds"
        for sample in metric.samples
        if sample.name.endswith("_count")
    ]
    failed = (sample.value for sample in samples if sample.labels["status"].startswith("5"))
    return Totals(calls=sum(sample.value for sample in samples), failures=sum(failed))
