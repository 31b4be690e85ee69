"""What becomes of an event in the service that hears it: handled once, tried again, or buried as a dead letter.

Inbox row and the handler's changes are one transaction, so an event that comes twice is handled once. Nothing here
knows NATS: `fetching.py` brings envelopes and carries out what is decided about them.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Generic
from uuid import UUID, uuid5

import psycopg
import sqlalchemy.exc
import structlog
from google.protobuf.message import DecodeError, Message
from prometheus_client import CollectorRegistry, Counter, Histogram
from psycopg.types.json import Jsonb
from typing_extensions import TypeVar

from servicekit import metrics, trace
from servicekit.data.db import Database, Db
from servicekit.data.driver import said
from servicekit.data.outbox import subject_of
from servicekit.events.bus import CE_TIME, EVENT_ID, stream_of
from servicekit.events.nats_config import consumer_of
from servicekit.refusals import Kind, Refusal

log = structlog.get_logger()

M = TypeVar("M", bound=Message, default=Any)

MOST_TRIES = 5
# Seconds to wait after the first, second, … failure.
RETRY_SECONDS = (1.0, 5.0, 30.0, 120.0)

_CONFLICT_TRIES = 3
_CONFLICTS = ("40001", "40P01")  # serialization failure, deadlock: the same statements succeed when run again
# Connection lost, too few resources, shut down, disk; and a server that became a read-only copy.
_OUTAGES = ("08", "53", "57P", "58", "25006")
_LONGEST_ERROR = 500
_DEAD_LETTERS = UUID("6f0a4c5e-9f0c-5d53-8f4e-2c1d6f1f5b0a")

_INBOX = """
INSERT INTO inbox (consumer, event_id) SELECT %(consumer)s, unnest(%(ids)s::uuid[])
ON CONFLICT DO NOTHING RETURNING event_id
"""
_COUNT_FAILURE = """
INSERT INTO handler_failure AS known (consumer, event_id, tries, error, at)
VALUES (%(consumer)s, %(event_id)s, 1, %(error)s, %(at)s)
ON CONFLICT (consumer, event_id)
DO UPDATE SET tries = known.tries + 1, error = excluded.error, at = excluded.at
RETURNING tries
"""
_BURY = """
INSERT INTO dead_letter (id, consumer, event_id, subject, payload, headers, tries, error, at)
VALUES (%(id)s, %(consumer)s, %(event_id)s, %(subject)s, %(payload)s, %(headers)s, %(tries)s, %(error)s, %(at)s)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Delivered(Generic[M]):
    """An event that arrived: *at* is when it became true for its producer."""

    id: UUID
    message: M
    at: datetime
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Subscription(Generic[M]):
    """A service hears events of *message_type*: *handler* gets them in order, several at a time, in one transaction.

    A handler raises `Refusal` for an event that can never be handled; any other error is tried again, and so is a
    refusal because others are at it (`Kind.BUSY`). Of an event that any service may tell, those of one *producer* are
    heard.
    """

    message_type: type[M]
    handler: Callable[[Db, list[Delivered[M]]], None]
    producer: str = ""

    @property
    def subject(self) -> str:
        """The subject that the contract gives to the message."""
        return subject_of(self.message_type.DESCRIPTOR, self.producer)

    @property
    def stream(self) -> str:
        """The stream, which is the producing service."""
        return stream_of(self.subject)

    def read(self, payload: bytes, headers: Mapping[str, str]) -> Delivered[M]:
        """Parse an event.

        Raises:
            MalformedEvent: its id, time or payload cannot be read.
        """
        try:
            event_id = UUID(headers.get(EVENT_ID, ""))
            at = datetime.fromisoformat(headers.get(CE_TIME, "")).astimezone(UTC)
            return Delivered(event_id, self.message_type.FromString(payload), at, headers)
        except (ValueError, DecodeError) as error:
            raise MalformedEvent(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Envelope:
    """A message as the stream gave it. *place* names its place in the stream, also over redeliveries."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]
    place: str


class Outcome(Enum):
    """What became of one delivery."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"
    RETRIED = "retried"
    BURIED = "buried"


@dataclass(frozen=True)
class Verdict:
    """What to tell the stream: acknowledge, or for `RETRIED` deliver again after *delay_seconds*."""

    outcome: Outcome
    delay_seconds: float = 0.0


class MalformedEvent(Exception):  # noqa: N818 - it is the event that is at fault
    """An event that cannot be read, now or ever."""


class Outage(Exception):  # noqa: N818 - names the state, which passes
    """The database does not work at present. Says nothing about the event, and uses up no try."""


class HandlingMetrics:
    """Deliveries by subject and outcome, and how long handlers take. Subjects are those subscribed to."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.handled = Counter(
            "cadre_events_handled_total", "Deliveries of events", ["subject", "outcome"], registry=registry
        )
        self.seconds = Histogram(
            "cadre_handler_seconds",
            "Time of one handler's transaction",
            ["subject"],
            buckets=metrics.SECONDS,
            registry=registry,
        )
        self.lag = Histogram(
            "cadre_event_lag_seconds",
            "From when an event became true at its producer until it was handled",
            ["subject"],
            buckets=metrics.LAG_SECONDS,
            registry=registry,
        )

    def begin(self, subject: str) -> None:
        """Show *subject* from the start: what counts from nothing to one is no increase to Prometheus."""
        for outcome in Outcome:
            self.handled.labels(subject, outcome.value)
        self.seconds.labels(subject)
        self.lag.labels(subject)


class Handling:
    """Handles the events of one stream in one service's database; called by one thread at a time."""

    def __init__(
        self,
        service: str,
        database: Database,
        subscriptions: Sequence[Subscription],
        measured: HandlingMetrics,
        *,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        (self.stream,) = {subscription.stream for subscription in subscriptions}
        self.consumer = consumer_of(service, self.stream)
        self.subscriptions = {subscription.subject: subscription for subscription in subscriptions}
        self._actor = f"services/{service}"
        self.database = database
        self._metrics = measured
        self._retry_seconds = retry_seconds
        for subject in self.subscriptions:
            measured.begin(subject)

    def deliver(self, envelopes: Sequence[Envelope]) -> list[Verdict]:
        """Handle *envelopes*, all of one subject: in one transaction, and one by one if that fails.

        Raises:
            Outage: the database does not work; what was not handled by then must be delivered again.
        """
        subscription = self.subscriptions[envelopes[0].subject]
        verdicts: dict[int, Verdict] = {}
        readable: dict[int, Delivered] = {}
        for n, envelope in enumerate(envelopes):
            try:
                readable[n] = subscription.read(envelope.payload, envelope.headers)
            except MalformedEvent as error:
                verdicts[n] = self._bury(envelope, str(error), tries=1)
        if len(readable) > 1:
            try:
                verdicts |= dict(zip(readable, self._handle(subscription, list(readable.values())), strict=True))
            except Exception as error:  # noqa: BLE001 - whatever a handler raises; one by one shows whose it is
                _raise_if_outage(error)
                log.warning("batch_failed", subject=subscription.subject, events=len(readable), error=explain(error))
        for n, event in readable.items():
            if n not in verdicts:
                verdicts[n] = self._single(subscription, envelopes[n], event)
        now = self.database.clock()
        for n, verdict in verdicts.items():
            self._metrics.handled.labels(subscription.subject, verdict.outcome.value).inc()
            if verdict.outcome is Outcome.HANDLED:
                self._metrics.lag.labels(subscription.subject).observe(max(0.0, (now - readable[n].at).total_seconds()))
        return [verdicts[n] for n in range(len(envelopes))]

    def _single(self, subscription: Subscription, envelope: Envelope, event: Delivered) -> Verdict:
        try:
            return self._handle(subscription, [event])[0]
        except Exception as error:
            if isinstance(error, Refusal) and error.kind is not Kind.BUSY:
                return self._bury(envelope, explain(error), tries=self._count_failure(event, error))
            _raise_if_outage(error)
            tries = self._count_failure(event, error)
            log.exception("handler_failed", subject=subscription.subject, event_id=str(event.id), tries=tries)
            if tries >= MOST_TRIES:
                return self._bury(envelope, explain(error), tries=tries)
            return Verdict(Outcome.RETRIED, self._retry_seconds[min(tries, len(self._retry_seconds)) - 1])

    def _handle(self, subscription: Subscription, events: list[Delivered]) -> list[Verdict]:
        """Run the handler on those of *events* that are new; a lost conflict with another transaction is repeated."""
        with self._metrics.seconds.labels(subscription.subject).time():
            for _ in range(_CONFLICT_TRIES - 1):
                try:
                    return self._transaction(subscription, events)
                except sqlalchemy.exc.DBAPIError as error:
                    if sqlstate_of(error) not in _CONFLICTS:
                        raise
            return self._transaction(subscription, events)

    def _transaction(self, subscription: Subscription, events: list[Delivered]) -> list[Verdict]:
        # One transaction for what many did: it belongs to the first one's trace, and is related to the others'.
        first = events[0].headers.get(trace.HEADER, "")
        with (
            trace.work(
                f"{self.consumer} {subscription.subject}", trace.Kind.CONSUMER, parent=first, links=_others(events)
            ) as work,
            structlog.contextvars.bound_contextvars(consumer=self.consumer, trace=trace.trace_id()),
        ):
            work.note("events", len(events))
            with self.database.transaction(
                actor=self._actor, method=subscription.subject, resource=f"events/{events[0].id}"
            ) as db:
                ids = [event.id for event in events]
                new = set(db.values(_INBOX, consumer=self.consumer, ids=ids))
                fresh = {event.id: event for event in events if event.id in new}
                if fresh:
                    subscription.handler(db, list(fresh.values()))
            log.info("events_handled", subject=subscription.subject, events=len(fresh), event_id=str(events[0].id))
        verdicts = []
        for event in events:
            verdicts.append(Verdict(Outcome.HANDLED if event.id in new else Outcome.DUPLICATE))
            new.discard(event.id)
        return verdicts

    def _count_failure(self, event: Delivered, error: Exception) -> int:
        """Remember that handling *event* failed, in a transaction of its own; return how often it did."""
        values = {
            "consumer": self.consumer,
            "event_id": event.id,
            "error": explain(error),
            "at": self.database.clock(),
        }
        return int(self._run(lambda: self._insert(_COUNT_FAILURE, values)))

    def _insert(self, sql: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - a column's value
        with self.database.engine.begin() as connection:
            return connection.exec_driver_sql(sql, values).scalar_one()

    def _bury(self, envelope: Envelope, error: str, *, tries: int) -> Verdict:
        """Lay the event aside as a dead letter, once however often it is delivered; it counts as seen from then on."""
        letter_id = uuid5(_DEAD_LETTERS, f"{self.consumer}/{envelope.place}")
        event_id = envelope.headers.get(EVENT_ID, "")

        def bury() -> None:
            with self.database.transaction(
                actor=self._actor, method=envelope.subject, resource=f"deadLetters/{letter_id}"
            ) as db:
                if (known := _uuid_or_none(event_id)) is not None:
                    db.run(_INBOX, consumer=self.consumer, ids=[known])
                db.run(
                    _BURY,
                    id=letter_id,
                    consumer=self.consumer,
                    event_id=event_id,
                    subject=envelope.subject,
                    payload=envelope.payload,
                    headers=Jsonb(dict(envelope.headers)),
                    tries=tries,
                    error=error,
                    at=db.at,
                )

        self._run(bury)
        log.error("event_buried", subject=envelope.subject, event_id=event_id, tries=tries, error=error)
        return Verdict(Outcome.BURIED)

    @staticmethod
    def _run(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the work returns
        try:
            return work()
        except Exception as error:
            _raise_if_outage(error)
            raise


def _others(events: Sequence[Delivered]) -> Iterator[str]:
    """Give the traces that *events* came of, but for the first one's. Looked for only where somebody records spans."""
    seen = {events[0].headers.get(trace.HEADER, "")[:35]}
    for event in events:
        for one in (event.headers.get(trace.HEADER, ""), *event.headers.get(trace.ALSO, "").split(",")):
            if trace.is_one(one) and one[:35] not in seen:
                seen.add(one[:35])
                yield one


def explain(error: Exception) -> str:
    """Say what went wrong and where, without the values that a statement was about: they may be personal."""
    text = f"{error.reason} {error.metadata}" if isinstance(error, Refusal) else said(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name})" if frames else ""
    return text[: _LONGEST_ERROR - len(place)] + place


def sqlstate_of(error: Exception) -> str:
    """Return PostgreSQL's code of *error*, empty if the server did not give one."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    return (cause.sqlstate or "") if isinstance(cause, psycopg.Error) else ""


def is_outage(error: Exception) -> bool:
    """Whether *error* says that the database does not work, rather than that a statement was wrong."""
    if isinstance(error, sqlalchemy.exc.TimeoutError):  # no connection became free
        return True
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        if error.connection_invalidated:
            return True
        cause: BaseException | None = error.orig
    else:
        cause = error
    if isinstance(cause, psycopg.InterfaceError):
        return True
    if isinstance(cause, psycopg.OperationalError):
        return cause.sqlstate is None or cause.sqlstate.startswith(_OUTAGES)
    return isinstance(cause, psycopg.Error) and (cause.sqlstate or "").startswith(_OUTAGES)


def _raise_if_outage(error: Exception) -> None:
    if is_outage(error):
        raise Outage(type(error).__name__) from error


def _uuid_or_none(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
