"""Whether a database and the bus tell of the same past, asked of the events themselves and not of the bus's counters.

A database that was lost and made again, or brought back older, knows less than its stream and than what its consumers
acknowledged: it must not go on as if nothing had been. And whatever a consumer says of itself, the newest event of each
subject that its service hears is handled soon, or it will never be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import nats.js.errors
from nats.js import api
from nats.js.client import JetStreamContext

from servicekit.data.db import Db
from servicekit.data.outbox import OUTBOX_KEPT
from servicekit.events.bus import EVENT_ID, STREAM_MAX_AGE
from servicekit.events.consumers import Handling

# A lost mark of the outbox, and two clocks, are granted.
_CLOCKS = timedelta(days=1)
# What is not handled after so long is not under way any more.
LATE = timedelta(minutes=2)
EVER = datetime.max.replace(tzinfo=UTC)

_PAST = """
SELECT EXISTS (SELECT FROM audit) AS any_write, EXISTS (SELECT FROM outbox WHERE id = %(event)s::uuid) AS published
"""
_UNKNOWN = """
SELECT given.consumer, given.subject, given.at
FROM unnest(%(consumers)s::text[], %(subjects)s::text[], %(events)s::uuid[], %(ats)s::timestamptz[])
  AS given (consumer, subject, event_id, at)
WHERE given.at > %(since)s AND given.at < %(before)s
  AND NOT EXISTS (SELECT FROM inbox WHERE inbox.consumer = given.consumer AND inbox.event_id = given.event_id)
  AND NOT EXISTS (
    SELECT FROM handler_failure AS failure
    WHERE failure.consumer = given.consumer AND failure.event_id = given.event_id
  )
  AND NOT EXISTS (
    SELECT FROM dead_letter AS letter
    WHERE letter.consumer = given.consumer AND letter.event_id = given.event_id::text
  )
"""


class DatabaseBehindBusError(RuntimeError):
    """The database is empty, or older than what the bus knows it to have done: it has to be restored."""

    def __init__(self, service: str, what: str) -> None:
        super().__init__(
            f"The database of {service} is empty or older than the bus: {what}. Starting on it would lose what is"
            " missing for ever. Bring the last backup back: docs/runbook/backup.md, 'A database is empty beside a full"
            " stream'."
        )


class Unheard(NamedTuple):
    """An event that a consumer should have handled, and did not even try."""

    consumer: str
    subject: str
    at: datetime


class _Past(NamedTuple):
    any_write: bool
    published: bool


@dataclass(frozen=True)
class Event:
    """An event in a stream, as one *consumer* is concerned with it; '' for the stream's owner."""

    consumer: str
    subject: str
    id: UUID
    at: datetime


async def newest_own(js: JetStreamContext, service: str) -> Event | None:
    """Return the newest event that *service* published, as far as its stream still holds it."""
    return await _event(js, service, subject=f"cadre.{service}.>")


async def acknowledged(js: JetStreamContext, handlings: Iterable[Handling]) -> list[Event]:
    """Return the last event up to which each consumer acknowledged everything, as far as the stream still holds it."""
    found = []
    for handling in handlings:
        try:
            floor = (await js.consumer_info(handling.stream, handling.consumer)).ack_floor
        except nats.js.errors.NotFoundError:
            continue
        if floor is not None and floor.stream_seq:
            found.append(await _event(js, handling.stream, consumer=handling.consumer, seq=floor.stream_seq))
    return [event for event in found if event is not None]


async def newest_heard(js: JetStreamContext, handlings: Iterable[Handling]) -> list[Event]:
    """Return the newest event of each subject that each consumer hears."""
    found = [
        await _event(js, handling.stream, consumer=handling.consumer, subject=subject)
        for handling in handlings
        for subject in handling.subscriptions
    ]
    return [event for event in found if event is not None]


def require_past(db: Db, service: str, own: Event | None, done: Sequence[Event]) -> None:
    """Refuse a database that does not know what the bus knows of it.

    Raises:
        DatabaseBehindBusError: an event of its own is unknown to it, or one that it acknowledged.
    """
    if own is not None and own.at > db.at - STREAM_MAX_AGE:
        past = db.one(_Past, _PAST, event=own.id)
        kept = db.at - OUTBOX_KEPT + _CLOCKS
        if not past.any_write or (own.at > kept and not past.published):
            raise DatabaseBehindBusError(service, f"its stream holds {_named(own)}, of which it knows nothing")
    for event in done:
        if unheard(db, [event], before=EVER):
            what = f"{event.consumer} acknowledged {_named(event)}, which it never handled"
            raise DatabaseBehindBusError(service, what)


def unheard(db: Db, events: Sequence[Event], *, before: datetime) -> list[Unheard]:
    """Return those of *events*, by consumer, subject and time, that came *before* and were not even tried."""
    return db.all(
        Unheard,
        _UNKNOWN,
        # Older than a stream keeps events: another clock, by which the inbox may have been cleared.
        since=db.at - STREAM_MAX_AGE,
        consumers=[event.consumer for event in events],
        subjects=[event.subject for event in events],
        events=[event.id for event in events],
        ats=[event.at for event in events],
        before=before,
    )


def _named(event: Event) -> str:
    return f"the event {event.id} ({event.subject}) of {event.at:%Y-%m-%d %H:%M:%S} UTC"


async def _event(
    js: JetStreamContext, stream: str, *, consumer: str = "", subject: str | None = None, seq: int | None = None
) -> Event | None:
    """Look an event up; None if there is none, or none of ours: what has no id of an event no consumer could handle."""
    try:
        message: api.RawStreamMsg = await js.get_msg(stream, seq, subject=subject)
        identity = UUID((message.headers or {}).get(EVENT_ID, ""))
    except (nats.js.errors.NotFoundError, ValueError):
        return None
    return Event(consumer, message.subject or "", identity, message.time or EVER)
