"""What must be zero, counted by looking at the rows: by a job for operators and their metrics, and on request.

Counting reads whole tables. The job does it in a thread of its own, one audit and one snapshot after the other, and
leaves what it found in the table `audit_finding`, so that a page shows it without counting.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from servicekit.background.jobs import Job
from servicekit.background.measures import Figure, Measure, Reading
from servicekit.data.db import Database, Db, count
from servicekit.data.outbox import OUTBOX_KEPT
from servicekit.events.bus import BusError
from servicekit.events.consumers import explain, is_outage

log = structlog.get_logger()

ROWS = Figure("cadre_audit_rows", "What an audit found that ought not to be there", ("audit",))

_EVERY = timedelta(minutes=10)
# How often the metrics look at what the job found.
_LOOK = timedelta(seconds=5)
# However much there is to count, counting takes at most this part of the time.
_SHARE = 1 / 50
# How far back a stream is compared: within what the outbox still holds. Two clocks may differ by a minute.
_COMPARED = OUTBOX_KEPT - timedelta(days=1)
_CLOCKS = timedelta(minutes=1)
_PUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL OR published_at >= %(since)s"
_KEEP = """
INSERT INTO audit_finding (name, count, at, seconds)
VALUES (%(name)s, %(count)s, %(at)s, %(seconds)s)
ON CONFLICT (name) DO UPDATE SET count = excluded.count, at = excluded.at, seconds = excluded.seconds
"""
_KEPT = "SELECT name, count AS found, at, seconds FROM audit_finding WHERE name = ANY(%(names)s)"


@dataclass(frozen=True)
class Audit:
    """Something that must be zero, `<noun>.<what>`, counted by looking at the rows."""

    name: str
    description: str
    count: Callable[[Db], int]


class _Kept(NamedTuple):
    name: str
    found: int
    at: datetime
    seconds: float


@dataclass(frozen=True)
class Finding:
    """What an audit found, when it began to count, and for how many seconds; *at* is None if it never counted.

    *error* says why it could not be counted: then the count says nothing.
    """

    audit: Audit
    count: int = 0
    at: datetime | None = None
    seconds: float = 0.0
    error: str = ""


class AuditsFailed(Exception):  # noqa: N818 - the others were counted
    """Some audits could not be counted: names them, and says why."""


def _count(sql: str) -> Callable[[Db], int]:
    return lambda db: count(db, sql, now=db.at)


KIT_AUDITS = (
    Audit(
        "outbox.unpublished",
        "Events that were committed more than a minute ago and are not published.",
        _count("SELECT count(*) FROM outbox WHERE published_at IS NULL AND at < %(now)s - interval '1 minute'"),
    ),
    Audit(
        "dead_letters.waiting",
        "Events that could not be handled and wait for a decision.",
        _count("SELECT count(*) FROM dead_letter WHERE state = 'WAITING'"),
    ),
    Audit(
        "inbox.duplicates",
        "Events that a consumer counts as handled more than once.",
        _count("SELECT count(*) - count(DISTINCT (consumer, event_id)) FROM inbox"),
    ),
)


class Audits:
    """All audits of one service: the kit's, its *own*, and its stream against its outbox.

    *messages_since* counts the messages that the service's stream got since a moment, *unheard* names what its
    consumers should have handled; both raise `BusError`.
    """

    def __init__(
        self,
        own: Sequence[Audit],
        messages_since: Callable[[datetime], int],
        unheard: Callable[[], Sequence[object]],
    ) -> None:
        self._messages_since = messages_since
        of_consumers = Audit(
            "events.unheard",
            "Subjects whose newest event is in the stream for minutes and was not even tried here.",
            lambda _db: len(unheard()),
        )
        of_stream = Audit(
            "events.duplicates",
            f"Messages of the last {_COMPARED.days} days in the service's stream beyond the events it published then.",
            self._duplicate_events,
        )
        self._audits = (*KIT_AUDITS, *own, of_stream, of_consumers)

    @property
    def job(self) -> Job:
        """What counts them for operators."""
        return Job("audits", _EVERY, self.keep, alone=True, share=_SHARE)

    @property
    def measure(self) -> Measure:
        """What shows to the metrics what the job found."""
        return Measure("audits", _LOOK, (ROWS,), self._read)

    def keep(self, database: Database, now: datetime) -> None:  # noqa: ARG002 - a job's form
        """Count what must be zero, and keep what was found for the operator's page and for the metrics.

        One that fails keeps no other from being counted; it keeps what it found before, and fails the job by its name.
        """
        failed = []
        for audit in self._audits:
            # A snapshot each: none is open longer than it must, which would keep VACUUM from its work.
            with database.read() as db:
                finding = _find(audit, db)
                if finding is not None and finding.error:
                    failed.append(f"{audit.name}: {finding.error}")
                elif finding is not None:
                    db.run(_KEEP, name=audit.name, count=finding.count, at=finding.at, seconds=finding.seconds)
        if failed:
            raise AuditsFailed("; ".join(failed))

    def count(self, db: Db) -> list[Finding]:
        """Count each now; what cannot be counted without the bus is left out rather than called zero.

        One that fails says so, and the others are counted all the same.
        """
        return [finding for audit in self._audits if (finding := _find(audit, db))]

    def kept(self, db: Db) -> list[Finding]:
        """Give what the job found the last time."""
        kept = {one.name: one for one in db.all(_Kept, _KEPT, names=[audit.name for audit in self._audits])}
        return [
            Finding(audit, found.found, found.at, found.seconds) if (found := kept.get(audit.name)) else Finding(audit)
            for audit in self._audits
        ]

    def _read(self, db: Db) -> Iterable[Reading]:
        return [ROWS.of(one.count, one.audit.name) for one in self.kept(db) if one.at is not None]

    def _duplicate_events(self, db: Db) -> int:
        """Compare the stream with the outbox. Unpublished events and a minute more are granted, so it never cries wolf.

        A relay that was killed between publishing and marking, and came back later than JetStream remembers message
        ids, makes such duplicates. They are harmless, for the inbox knows them; many would say that relays die often.
        """
        since = db.at - _COMPARED
        return max(0, self._messages_since(since) - count(db, _PUBLISHED, since=since - _CLOCKS))


def _find(audit: Audit, db: Db) -> Finding | None:
    """Count, or say why not; None if the bus would have to be asked and does not answer."""
    began = time.monotonic()
    try:
        return Finding(audit, audit.count(db), db.at, time.monotonic() - began)
    except BusError as error:
        log.warning("audit_without_bus", audit=audit.name, error=str(error))
        return None
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("audit_failed", audit=audit.name)
        return Finding(audit, error=explain(error))
