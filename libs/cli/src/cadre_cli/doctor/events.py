"""Whether the streams still hold what the services published: a disk that fails takes events away without a word."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import psycopg

from cadre_cli.backup import streams
from cadre_cli.backup.manifest import BackupError
from cadre_cli.doctor.finding import Finding
from cadre_cli.installation import STREAMS, Installation
from servicekit.data.outbox import OUTBOX_KEPT
from servicekit.events.relay import driver_url

# Compared as far back as the outbox certainly reaches. What is under way, and clocks that differ by a minute, count for
# nothing.
_COMPARED = OUTBOX_KEPT - timedelta(days=1)
_SLACK = timedelta(minutes=1)
_PUBLISHED = """
SELECT clock_timestamp() - %(compared)s,
  (SELECT count(*) FROM outbox
   WHERE published_at BETWEEN clock_timestamp() - %(compared)s + %(slack)s AND clock_timestamp() - %(slack)s)
"""


def kept(installation: Installation) -> Iterator[Finding]:
    """Compare each stream with the outbox of its service; a stream that nobody made yet has lost nothing.

    A server that does not answer is a finding of its own, and none here.
    """
    with contextlib.suppress(BackupError), streams.connect(installation.nats_url) as bus:
        if not bus.keeps_events():
            return
        for service, held in bus.held(STREAMS).items():
            with contextlib.suppress(psycopg.OperationalError, psycopg.errors.UndefinedTable):
                lost = _lost(installation.database_urls[service], bus, service)
                check = f"Stream of {service}"
                if lost > 0:
                    found = f"holds {lost} events fewer than it published in {_COMPARED.days} days"
                    yield Finding(check, found, "See docs/runbook/bus.md, A stream is damaged")
                else:
                    yield Finding(check, f"{held} events")


def _lost(url: str, bus: streams.Streams, service: str) -> int:
    with psycopg.connect(driver_url(url), connect_timeout=5) as connection:
        (row,) = connection.execute(_PUBLISHED, {"compared": _COMPARED, "slack": _SLACK}).fetchall()
    since, published = row
    return int(published) - bus.since(service, since)
