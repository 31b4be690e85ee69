"""The part of a process that moves events: the bus, the relay and the consumers, in one event loop and one thread."""

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import nats.errors
import sqlalchemy.exc
import structlog
from nats.js import api
from prometheus_client import CollectorRegistry, Counter, Gauge

from servicekit.data.db import Database, count
from servicekit.events import standing
from servicekit.events.bus import Bus, BusError, Link
from servicekit.events.consumers import RETRY_SECONDS, Handling, HandlingMetrics, Subscription
from servicekit.events.fetching import Consumer
from servicekit.events.relay import LED, Notifier, Relay
from servicekit.settings import Settings

log = structlog.get_logger()

T = TypeVar("T")

_MEASURE_SECONDS = 5.0
_CALL_SECONDS = 5.0

_OUTBOX = """
SELECT count(*) AS depth, coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float AS oldest_seconds
FROM outbox WHERE published_at IS NULL
"""
_DEAD_LETTERS = "SELECT count(*) FROM dead_letter WHERE state = 'WAITING'"


@dataclass(frozen=True)
class ConsumerStatus:
    """One consumer as the server sees it: not yet delivered, delivered but not acknowledged, and its position."""

    name: str
    stream: str
    pending: int
    in_flight: int
    seconds_since_fetch: float
    position: int


@dataclass(frozen=True)
class BusStatus:
    """What stands in a service's stream, and how far its consumers are in the streams of others."""

    last_sequence: int
    messages: int
    consumers: tuple[ConsumerStatus, ...]


class OutboxStatus(NamedTuple):
    """Events that are committed and not published, and how many seconds the oldest has waited."""

    depth: int
    oldest_seconds: float


class WorkerMetrics:
    """Gauges, which the worker sets on a timer: a scrape asks nobody."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.published = Counter("cadre_relay_published_total", "Events published", registry=registry)
        self.outbox_depth = Gauge("cadre_outbox_events", "Events committed and not published", registry=registry)
        self.outbox_oldest = Gauge("cadre_outbox_oldest_seconds", "Age of the oldest of them", registry=registry)
        self.leading = Gauge("cadre_relay_leading", "1 in the process that publishes and consumes", registry=registry)
        self.dead_letters = Gauge("cadre_dead_letters", "Dead letters that wait for a decision", registry=registry)
        self.stream_events = Gauge("cadre_stream_events", "Events kept in the service's stream", registry=registry)
        self.stream_bytes = Gauge("cadre_stream_size_bytes", "Size of the service's stream", registry=registry)
        self.pending = Gauge(
            "cadre_consumer_pending_events", "Events not yet delivered", ["consumer"], registry=registry
        )
        self.in_flight = Gauge(
            "cadre_consumer_in_flight_events", "Events delivered, not acknowledged", ["consumer"], registry=registry
        )
        self.since_fetch = Gauge(
            "cadre_consumer_since_fetch_seconds", "Since the server last answered", ["consumer"], registry=registry
        )


class Worker:
    """Publishes and consumes for a process that works; for one that only answers calls it `announce`s commits.

    The latter needs no bus: what it commits waits in the outbox. A process that works does not start without one.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        subscriptions: Sequence[Subscription],
        registry: CollectorRegistry,
        *,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        measure_seconds: float = _MEASURE_SECONDS,
    ) -> None:
        self.service = settings.service
        self.subscriptions = {subscription.subject: subscription for subscription in subscriptions}
        self.started_at = database.clock()
        if len(self.subscriptions) != len(subscriptions):
            raise ValueError("a message type is subscribed to twice")
        self._url = settings.nats_url
        self._replicas = settings.stream_replicas
        self._database = database
        self._metrics = WorkerMetrics(registry)
        self._measure_seconds = measure_seconds
        handling_metrics = HandlingMetrics(registry)
        by_stream = sorted(subscriptions, key=lambda subscription: subscription.stream)
        self._handlings = [
            Handling(self.service, database, list(group), handling_metrics, retry_seconds=retry_seconds)
            for _, group in groupby(by_stream, key=lambda subscription: subscription.stream)
        ]
        self._notifier: Notifier | None = None
        self._context = contextvars.copy_context()
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connecting = threading.Lock()
        self._bus: Bus | None = None
        self._relay: Relay | None = None
        self._consumers: list[Consumer] = []
        self._tasks: list[asyncio.Task[None]] = []

    # From other threads

    def announce(self) -> None:
        """Tell the process that publishes of this one's commits from now on."""
        self._notifier = Notifier(self._database.url)
        self._notifier.start()
        self._database.on_commit(self._notifier.notify)

    def start(self, timeout: float = 10.0) -> None:
        """Publish and consume from now on, whenever no other process of the service does.

        Raises:
            BusError: NATS cannot be reached.
        """
        self._connect(timeout)
        self.announce()
        self._call(self._begin(), timeout)

    def require_past(self, timeout: float = _CALL_SECONDS) -> None:
        """Compare the database with what the bus knows of it, before anything is done on either.

        Raises:
            BusError: NATS does not answer.
            DatabaseBehindBusError: the database is empty or older than what it is known to have done.
        """
        own, done = self._ask(self._past, timeout)
        with self._database.read() as db:
            standing.require_past(db, self.service, own, done)

    def unheard(self, timeout: float = _CALL_SECONDS) -> list[standing.Unheard]:
        """Return the newest events that should have been handled by now and were not: consumer, subject, time.

        Raises:
            BusError: NATS does not answer.
        """
        events = self._ask(self._newest_heard, timeout)
        with self._database.read() as db:
            return standing.unheard(db, events, before=db.at - standing.LATE)

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the transactions under way, acknowledge them, give up the lead and close the connection."""
        self._stopped = True
        if self._notifier is not None:
            self._notifier.stop()
        if self._thread is not None:
            try:
                self._call(self._close(timeout), timeout + 5.0)
            finally:
                self._end_loop()

    def anybody_leads(self) -> bool:
        """Whether some process of the service publishes and consumes: the lock that it holds says so."""
        with self._database.read() as db:
            return bool(db.value(LED))

    @property
    def leads(self) -> bool:
        """Whether this process is the one that publishes and consumes."""
        return self._relay is not None and self._relay.leading.is_set()

    def outbox(self) -> OutboxStatus:
        """Look at the outbox."""
        with self._database.read() as db:
            return db.one(OutboxStatus, _OUTBOX)

    def bus(self, timeout: float = _CALL_SECONDS) -> BusStatus:
        """Look at the service's stream and consumers.

        Raises:
            BusError: NATS does not answer.
        """
        return self._ask(self._bus_status, timeout)

    def consumer_configs(self, timeout: float = _CALL_SECONDS) -> dict[str, api.ConsumerConfig]:
        """Return the configuration that each consumer has on the server."""
        return self._ask(self._live_configs, timeout)

    def messages_since(self, at: datetime, timeout: float = _CALL_SECONDS) -> int:
        """Count the messages that came into the service's stream since *at*."""
        return self._ask(lambda: self._messages_since(at), timeout)

    def _connect(self, timeout: float) -> None:
        """Start the event loop and connect to the bus, once; a process that only answers calls does so when asked."""
        with self._connecting:
            if self._thread is not None:
                return
            if not self._url or self._stopped:
                raise BusError("the worker was stopped" if self._stopped else "CADRE_NATS_URL is not set")
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run_loop, args=(self._loop,), name="worker", daemon=True)
            self._thread.start()
            try:
                self._call(self._open(), timeout)
            except TimeoutError as error:
                self._end_loop()
                raise BusError(f"NATS does not answer within {timeout:g} s") from error
            except BaseException:
                self._end_loop()
                raise

    def _ask(self, question: Callable[[], Coroutine[Any, Any, T]], timeout: float) -> T:
        self._connect(timeout)
        try:
            return self._call(question(), timeout)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise BusError(f"NATS does not answer: {type(error).__name__}: {error}") from error

    def _call(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        if self._loop is None:
            work.close()
            raise BusError("the worker was stopped")
        # In the context of the composition root: a call that asks first must not leave its trace on all that follows.
        future = self._context.copy().run(asyncio.run_coroutine_threadsafe, work, self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    # In the worker's thread

    def _run_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        # Handlers are synchronous: one thread for each consumer, and one for the gauges.
        loop.set_default_executor(ThreadPoolExecutor(len(self._handlings) + 1, thread_name_prefix="handler"))
        loop.run_forever()
        # What was cancelled, such as a fetch, comes to its end: a task that is left would end with the garbage.
        if left := asyncio.all_tasks(loop):
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    def _end_loop(self) -> None:
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._thread = None
            self._loop = None

    async def _open(self) -> None:
        bus = Bus(self._url, self.service, replicas=self._replicas)
        await bus.open()
        self._bus = bus

    async def _begin(self) -> None:
        bus = self._require_bus()
        relay = self._relay = Relay(self._database.url, bus, self._metrics.published)
        if self._notifier is not None:
            self._notifier.relay = relay
        self._consumers = [Consumer(bus, relay.leading, handling) for handling in self._handlings]
        work = [relay.run(), *(consumer.run() for consumer in self._consumers), self._measure()]
        self._tasks = [asyncio.create_task(coroutine) for coroutine in work]

    async def _close(self, patience: float) -> None:
        for consumer in self._consumers:
            consumer.stop()
        if self._relay is not None:
            self._relay.stop()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            if late:
                log.warning("worker_stopped_late", tasks=len(late))
        if self._bus is not None:
            await self._bus.close()

    async def _measure(self) -> None:
        while True:
            try:
                await self._set_gauges()
            except (sqlalchemy.exc.SQLAlchemyError, nats.errors.Error, OSError, TimeoutError) as error:
                log.warning("gauges_not_measured", error=type(error).__name__)
            except Exception:
                log.exception("gauges_failed")
            await asyncio.sleep(self._measure_seconds)

    async def _set_gauges(self) -> None:
        self._metrics.leading.set(self.leads)
        for consumer in self._consumers:
            # A stand-by does not fetch, which is as it should be.
            seconds = time.monotonic() - consumer.fetched if self.leads else 0.0
            self._metrics.since_fetch.labels(consumer.name).set(seconds)
        outbox, dead_letters = await asyncio.to_thread(lambda: (self.outbox(), self.dead_letters()))
        self._metrics.outbox_depth.set(outbox.depth)
        self._metrics.outbox_oldest.set(outbox.oldest_seconds)
        self._metrics.dead_letters.set(dead_letters)
        link = await self._require_link()
        with contextlib.suppress(nats.js.errors.NotFoundError):  # it is made with the first lead
            stream = (await link.js.stream_info(self.service)).state
            self._metrics.stream_events.set(stream.messages)
            self._metrics.stream_bytes.set(stream.bytes)
        for status in await self._consumer_statuses(link):
            self._metrics.pending.labels(status.name).set(status.pending)
            self._metrics.in_flight.labels(status.name).set(status.in_flight)

    def dead_letters(self) -> int:
        """Count the dead letters that wait for a decision."""
        with self._database.read() as db:
            return count(db, _DEAD_LETTERS)

    async def _bus_status(self) -> BusStatus:
        link = await self._require_link()
        stream = await link.js.stream_info(self.service)
        return BusStatus(stream.state.last_seq, stream.state.messages, await self._consumer_statuses(link))

    async def _consumer_statuses(self, link: Link) -> tuple[ConsumerStatus, ...]:
        infos = await asyncio.gather(
            *(link.js.consumer_info(handling.stream, handling.consumer) for handling in self._handlings),
            return_exceptions=True,
        )
        fetched = {consumer.name: consumer.fetched for consumer in self._consumers} if self.leads else {}
        statuses = []
        for info in infos:
            if isinstance(info, nats.js.errors.NotFoundError):  # no worker of this service has run yet
                continue
            if isinstance(info, BaseException):
                raise info
            statuses.append(_status(info, fetched.get(info.name), self._database.clock()))
        return tuple(statuses)

    async def _live_configs(self) -> dict[str, api.ConsumerConfig]:
        link = await self._require_link()
        infos = [await link.js.consumer_info(handling.stream, handling.consumer) for handling in self._handlings]
        return {info.name: info.config for info in infos}

    async def _past(self) -> tuple[standing.Event | None, list[standing.Event]]:
        js = (await self._require_link()).js
        return await standing.newest_own(js, self.service), await standing.acknowledged(js, self._handlings)

    async def _newest_heard(self) -> list[standing.Event]:
        return await standing.newest_heard((await self._require_link()).js, self._handlings)

    async def _messages_since(self, at: datetime) -> int:
        return await (await self._require_link()).messages_since(at)

    async def _require_link(self) -> Link:
        async with asyncio.timeout(_CALL_SECONDS):
            return await self._require_bus().link()

    def _require_bus(self) -> Bus:
        if self._bus is None:
            raise BusError("the worker is not connected")
        return self._bus


def _status(info: api.ConsumerInfo, fetched: float | None, now: datetime) -> ConsumerStatus:
    """Sum up what the server says; without a consumer in this process it also says who fetches, or did last."""
    delivered = info.delivered
    if fetched is not None:
        seconds = time.monotonic() - fetched
    elif info.num_waiting or delivered is None or delivered.last_active is None:
        seconds = 0.0
    else:
        seconds = (now - delivered.last_active).total_seconds()
    return ConsumerStatus(
        info.name,
        info.stream_name,
        info.num_pending or 0,
        info.num_ack_pending or 0,
        max(0.0, seconds),
        delivered.stream_seq if delivered else 0,
    )
