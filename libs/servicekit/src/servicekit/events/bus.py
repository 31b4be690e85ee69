"""The event bus: the connection to NATS, the stream of each service, and events as CloudEvents (binary mode).

A lost connection is never mended: a new one takes its place, and whoever used the old one starts again on the new.
So there is one way of recovery, and no client-side buffer that would send later events before earlier, lost ones.
"""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import api
from nats.js.client import JetStreamContext

from servicekit.events.nats_config import counter_of, inbox_of

log = structlog.get_logger()

STREAM_MAX_AGE = timedelta(days=30)
# JetStream forgets message ids after this; a relay that comes back later makes duplicates, which the inbox catches.
DUPLICATE_WINDOW = timedelta(minutes=5)

EVENT_ID = api.Header.MSG_ID.value
# Refuses an event whose predecessor in the batch was not stored: what is stored is always an unbroken prefix.
PREDECESSOR_ID = api.Header.EXPECTED_LAST_MSG_ID.value
CE_TIME = "ce-time"

_WRONG_LAST_MESSAGE = 10070
_ACK_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0


class BusError(Exception):
    """NATS cannot be reached, or did not do what was asked of it."""


class Pause:
    """How long to wait before trying again: doubles from 0.1 s to 5 s until `reset`."""

    def __init__(self) -> None:
        self._seconds = _FIRST_PAUSE_SECONDS

    def reset(self) -> None:
        """Start from the shortest again: it works."""
        self._seconds = _FIRST_PAUSE_SECONDS

    async def wait(self) -> None:
        """Wait, and longer next time."""
        await asyncio.sleep(self._seconds)
        self._seconds = min(2 * self._seconds, _LONGEST_PAUSE_SECONDS)


@dataclass(frozen=True)
class Outgoing:
    """An event as the outbox holds it; *at* is when its transaction made it true."""

    id: str
    subject: str
    payload: bytes
    headers: dict[str, str]
    at: datetime


@dataclass(frozen=True)
class Published:
    """The first *count* events of a batch are in the stream; *error* says what stopped the rest, if anything did.

    *out_of_order*: the next one was refused only because the stream holds a later one of the batch already.
    """

    count: int
    error: str = ""
    out_of_order: bool = False


def stream_config(service: str, replicas: int = 1) -> api.StreamConfig:
    """Declare the stream of *service*: all its events, on the disks of *replicas* servers, for 30 days."""
    return api.StreamConfig(
        name=service,
        subjects=[f"cadre.{service}.>"],
        storage=api.StorageType.FILE,
        retention=api.RetentionPolicy.LIMITS,
        discard=api.DiscardPolicy.OLD,
        max_age=STREAM_MAX_AGE.total_seconds(),
        max_msgs=-1,
        max_bytes=-1,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
    )


def stream_of(subject: str) -> str:
    """Name the stream, which is the service, that a subject belongs to."""
    return subject.split(".")[1]


async def ensure_stream(js: JetStreamContext, service: str, *, replicas: int = 1) -> None:
    """Create the stream of *service* where there is none, and bring an older one up to date: as its owner."""
    declared = stream_config(service, replicas)
    try:
        live = (await js.stream_info(service)).config
    except nats.js.errors.NotFoundError:
        await js.add_stream(declared)
        return
    wanted = {
        name: getattr(declared, name) for name in ("subjects", "max_age", "max_msgs", "max_bytes", "duplicate_window")
    }
    # What is not declared is the operator's, and so are more copies than are declared.
    if (live.num_replicas or 1) < replicas:
        wanted["num_replicas"] = replicas
    if any(getattr(live, name) != value for name, value in wanted.items()):
        await js.update_stream(live.evolve(**wanted))


async def wait_for_stream(js: JetStreamContext, service: str) -> None:
    """Wait until *service* has made its stream, which it does when it first runs: nobody else may."""
    while True:
        try:
            await js.stream_info(service)
        except nats.js.errors.NotFoundError:
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            return


def message_headers(service: str, event: Outgoing) -> dict[str, str]:
    """Return the headers of *event*: those it carries, its id for JetStream, and the CloudEvents attributes."""
    return {
        **event.headers,
        EVENT_ID: event.id,
        "ce-specversion": "1.0",
        "ce-id": event.id,
        "ce-source": f"services/{service}",
        "ce-type": event.subject,
        CE_TIME: event.at.astimezone(UTC).isoformat(),
    }


class Link:
    """One connection to NATS, good until *lost* is set."""

    def __init__(self, client: Client, service: str, lost: asyncio.Event, replicas: int) -> None:
        self.client = client
        self.js: JetStreamContext = client.jetstream()
        self.lost = lost
        self._service = service
        self._replicas = replicas
        self._inbox = client.new_inbox()
        self._batch: _Batch | None = None
        self._batches = 0

    async def open(self) -> None:
        """Make the service's stream and listen for the answers to what is published."""
        await ensure_stream(self.js, self._service, replicas=self._replicas)
        await self.client.subscribe(f"{self._inbox}.*.*", cb=self._on_answer)

    async def publish(self, events: Sequence[Outgoing]) -> Published:
        """Publish *events* in order, many under way at once, and wait for the answer to each.

        Each names its predecessor, so what is stored is a prefix of the batch even if the server refuses one.
        """
        self._batches += 1
        batch = self._batch = _Batch(self._batches, len(events))
        before = ""
        try:
            for n, event in enumerate(events):
                headers = message_headers(self._service, event)
                if before:
                    headers[PREDECESSOR_ID] = before
                before = event.id
                reply = f"{self._inbox}.{batch.number}.{n}"
                await self.client.publish(event.subject, event.payload, reply=reply, headers=headers)
        except (nats.errors.Error, OSError) as error:
            batch.fail(n, f"{type(error).__name__}: {error}")
        await self._answers(batch)
        return batch.outcome()

    async def _answers(self, batch: "_Batch") -> None:
        lost = asyncio.create_task(self.lost.wait())
        answered = asyncio.create_task(batch.complete.wait())
        try:
            while not batch.complete.is_set() and not self.lost.is_set():
                before = batch.waiting
                await asyncio.wait({lost, answered}, timeout=_ACK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if batch.waiting == before:
                    return
        finally:
            lost.cancel()
            answered.cancel()

    async def _on_answer(self, message: Msg) -> None:
        number, n = message.subject.rsplit(".", 2)[1:]
        if self._batch is not None and self._batch.number == int(number):
            self._batch.answer(int(n), message)

    async def messages_since(self, at: datetime) -> int:
        """Count what the service's stream holds since *at*, by the place where a consumer would begin there."""
        config = api.ConsumerConfig(
            name=counter_of(self._service),
            deliver_policy=api.DeliverPolicy.BY_START_TIME,
            opt_start_time=at,
            ack_policy=api.AckPolicy.NONE,
            inactive_threshold=5.0,
            mem_storage=True,
        )
        info = await self.js.add_consumer(self._service, config)
        await self.js.delete_consumer(self._service, info.name)
        return info.num_pending or 0


class _Batch:
    """The answers to one batch. An event counts as stored only if all before it are."""

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.complete = asyncio.Event()
        self.waiting = size
        self._stored = [False] * size
        self._errors: dict[int, str] = {}
        self._out_of_order: set[int] = set()

    def answer(self, n: int, message: Msg) -> None:
        """Take the server's answer to event *n*; a duplicate is an event that was published before."""
        status = (message.headers or {}).get(api.Header.STATUS.value)
        error = {"description": f"status {status}"} if status else json.loads(message.data).get("error")
        if error:
            self._errors[n] = f"{error['description']} (code {error.get('err_code')})"
            if error.get("err_code") == _WRONG_LAST_MESSAGE:
                self._out_of_order.add(n)
        else:
            self._stored[n] = True
        self.waiting -= 1
        if not self.waiting:
            self.complete.set()

    def fail(self, n: int, error: str) -> None:
        """Note that event *n* and those after it could not be sent."""
        self._errors[n] = error
        self.waiting -= len(self._stored) - n
        if not self.waiting:
            self.complete.set()

    def outcome(self) -> Published:
        """Say how far the batch got."""
        count = self._stored.index(False) if False in self._stored else len(self._stored)
        error = "" if count == len(self._stored) else self._errors.get(count, "no answer from NATS")
        return Published(count, error, count in self._out_of_order)


class Bus:
    """Keeps a `Link` to NATS for as long as the process lives. Belongs to one event loop.

    *replicas* is how many servers of a cluster keep a copy of each event.
    """

    def __init__(self, url: str, service: str, *, replicas: int = 1) -> None:
        self.service = service
        self.replicas = replicas
        self._url = url
        self._link: Link | None = None
        self._up = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect for the first time.

        Raises:
            BusError: NATS cannot be reached; a service without its bus does not start.
        """
        try:
            self._take(await self._connect())
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise BusError(f"NATS cannot be reached: {type(error).__name__}: {error}") from error
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Send what is under way and close the connection."""
        if self._keeper is not None:
            self._keeper.cancel()
        if self._link is not None:
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await self._link.client.flush(timeout=2)
            await self._link.client.close()

    async def link(self) -> Link:
        """Return the connection, waiting for one if there is none."""
        while self._link is None or self._link.lost.is_set():
            await self._up.wait()
        return self._link

    async def _keep(self) -> None:
        pause = Pause()
        while self._link is not None:
            await self._link.lost.wait()
            log.warning("bus_lost")
            while not self._up.is_set():
                try:
                    self._take(await self._connect())
                except Exception as error:  # noqa: BLE001 - whatever it is, without a connection nothing works
                    log.warning("bus_still_lost", error=f"{type(error).__name__}: {error}")
                    await pause.wait()
            pause.reset()
            log.info("bus_regained")

    def _take(self, link: Link) -> None:
        self._link = link
        if not link.lost.is_set():
            self._up.set()

    async def _connect(self) -> Link:
        lost = asyncio.Event()

        async def on_closed() -> None:
            lost.set()
            self._up.clear()

        async def on_error(error: Exception) -> None:
            log.warning("bus_error", error=f"{type(error).__name__}: {error}")

        client = await nats.connect(
            self._url,
            name=self.service,
            inbox_prefix=inbox_of(self.service),
            allow_reconnect=False,
            max_reconnect_attempts=1,  # a second server of a cluster may be up; then we pause, not the client
            reconnect_time_wait=0,
            connect_timeout=2,
            ping_interval=10,
            closed_cb=on_closed,
            error_cb=on_error,
        )
        link = Link(client, self.service, lost, self.replicas)
        try:
            await link.open()
        except BaseException:
            await client.close()
            raise
        return link
