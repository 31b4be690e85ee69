"""Events from a stream to their handlers: one durable pull consumer for each producer that a service hears.

Whatever interrupts it (NATS, the database, another leader), it starts again the same way: bind again, and have all that
was delivered and not acknowledged delivered again at once and in order. The inbox drops what was handled already.
"""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

import nats.errors
import nats.js.errors
import structlog
from nats.aio.msg import Msg
from nats.js import api
from nats.js.client import JetStreamContext

from servicekit.events import standing
from servicekit.events.bus import Bus, Link, Pause, wait_for_stream
from servicekit.events.consumers import Envelope, Handling, Outage, Outcome

log = structlog.get_logger()

ACK_WAIT_SECONDS = 30.0
# Events that wait to be tried again count too: this many may wait before the stream is held up.
MAX_ACK_PENDING = 2000

_BATCH_EVENTS = 500
_TRANSACTION_BYTES = 4 * 1024 * 1024
_FETCH_SECONDS = 1.0
_EMPTY_FETCHES_BEFORE_A_LOOK = 10


def consumer_config(handling: Handling) -> api.ConsumerConfig:
    """Declare the consumer; the name is constant, so that a restart finds its place again."""
    return api.ConsumerConfig(
        name=handling.consumer,
        durable_name=handling.consumer,
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,  # past a limit the server would just stop delivering; we count failures and bury
        max_ack_pending=MAX_ACK_PENDING,
        filter_subjects=sorted(handling.subscriptions),
    )


class Consumer:
    """Brings the events of one stream to their handlers while *leading* is set."""

    def __init__(self, bus: Bus, leading: asyncio.Event, handling: Handling) -> None:
        self.name = handling.consumer
        self.stream = handling.stream
        # `time.monotonic()` of the last answer to a fetch, even if there was nothing.
        self.fetched = time.monotonic()
        self._bus = bus
        self._leading = leading
        self._handling = handling
        self._stopping = False

    async def run(self) -> None:
        """Consume until stopped and cancelled; what is under way goes on to the end of its transaction."""
        pause = Pause()
        while not self._stopping:
            try:
                await self._leading.wait()
                link = await self._bus.link()
                await self._consume(link, await self._bind(link.js), pause)
            except (Outage, nats.errors.Error, OSError, TimeoutError) as error:
                log.warning("consumer_paused", consumer=self.name, error=f"{type(error).__name__}: {error}")
                await pause.wait()
            except Exception:
                log.exception("consumer_failed", consumer=self.name)
                await pause.wait()

    def stop(self) -> None:
        """End after the transaction under way; cancelling alone is not enough, for the client may swallow it."""
        self._stopping = True

    async def info(self, js: JetStreamContext) -> api.ConsumerInfo:
        """Ask the server about this consumer."""
        info: api.ConsumerInfo = await js.consumer_info(self.stream, self.name)
        return info

    async def _bind(self, js: JetStreamContext) -> JetStreamContext.PullSubscription:
        """Make the consumer what it is declared to be, and take up what is not acknowledged.

        A subject that is new to it is delivered from the beginning of the stream, as a new consumer would get it. So is
        everything if it believes that all is done while the inbox misses what the stream holds: its place is damaged.
        """
        await wait_for_stream(js, self.stream)
        declared = consumer_config(self._handling)
        newest = await standing.newest_heard(js, [self._handling])
        with contextlib.suppress(nats.js.errors.NotFoundError):
            live = await self.info(js)
            if not set(declared.filter_subjects or ()) <= set(live.config.filter_subjects or ()):
                await js.reset_consumer(self.stream, self.name, seq=1)
            elif live.num_ack_pending:
                await js.reset_consumer(self.stream, self.name)
            elif not live.num_pending and await asyncio.to_thread(self._misses, newest):
                log.warning("consumer_was_deaf", consumer=self.name)
                await js.reset_consumer(self.stream, self.name, seq=1)
        await js.add_consumer(self.stream, declared)
        return await js.pull_subscribe_bind(self.name, stream=self.stream)

    def _misses(self, events: Sequence[standing.Event]) -> bool:
        with self._handling.database.read() as db:
            return bool(standing.unheard(db, events, before=standing.EVER))

    async def _consume(self, link: Link, subscription: JetStreamContext.PullSubscription, pause: Pause) -> None:
        empty = 0
        try:
            while self._leading.is_set() and not link.lost.is_set() and not self._stopping:
                messages = await self._fetch(subscription)
                self.fetched = time.monotonic()
                pause.reset()
                if messages:
                    empty = 0
                    await self._to_the_end(self._process(messages))
                    continue
                empty += 1
                if empty % _EMPTY_FETCHES_BEFORE_A_LOOK == 0 and await self._is_stuck(link.js):
                    log.warning("consumer_stuck", consumer=self.name)
                    return
        finally:
            with contextlib.suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        """Fetch the next events, none if none come for a while.

        In a task of its own: when the connection closes, the client cancels what waits for messages, and that must
        not be taken for our own end.
        """
        fetch = asyncio.create_task(subscription.fetch(_BATCH_EVENTS, timeout=_FETCH_SECONDS))
        try:
            await asyncio.wait({fetch})
        except asyncio.CancelledError:
            fetch.cancel()
            raise
        if fetch.cancelled():
            raise nats.errors.ConnectionClosedError
        try:
            return fetch.result()
        except TimeoutError:  # the client raises its own and the built-in one; its own is a subclass
            return []

    async def _is_stuck(self, js: JetStreamContext) -> bool:
        info = await self.info(js)
        return bool(info.num_pending) and (info.num_ack_pending or 0) < MAX_ACK_PENDING

    async def _to_the_end(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stopping = True
            with contextlib.suppress(Exception):  # whatever it was: these events are delivered again
                await task
            raise

    async def _process(self, messages: Sequence[Msg]) -> None:
        """Hand *messages* over in transactions of one subject each, and tell the server after each."""
        unsettled = list(messages)
        keeper = asyncio.create_task(self._keep(unsettled))
        try:
            for group in _groups(messages):
                if self._stopping:
                    return
                verdicts = await asyncio.to_thread(self._handling.deliver, [_envelope(message) for message in group])
                for message, verdict in zip(group, verdicts, strict=True):
                    if verdict.outcome is Outcome.RETRIED:
                        await message.nak(verdict.delay_seconds)
                    else:
                        await message.ack()
                del unsettled[: len(group)]
        finally:
            keeper.cancel()

    async def _keep(self, unsettled: Sequence[Msg]) -> None:
        """Tell the server that a long batch is still being worked on, so that it is not delivered once more."""
        while True:
            await asyncio.sleep(ACK_WAIT_SECONDS / 3)
            for message in unsettled:
                await message.in_progress()


def _groups(messages: Sequence[Msg]) -> Iterator[list[Msg]]:
    """Cut *messages* into runs of one subject, none so big that its transaction would be long."""
    group: list[Msg] = []
    size = 0
    for message in messages:
        if group and (message.subject != group[0].subject or size + len(message.data) > _TRANSACTION_BYTES):
            yield group
            group, size = [], 0
        group.append(message)
        size += len(message.data)
    if group:
        yield group


def _envelope(message: Msg) -> Envelope:
    place = message.metadata
    return Envelope(
        subject=message.subject,
        payload=message.data,
        headers=message.headers or {},
        place=f"{place.stream}/{place.sequence.stream}/{place.timestamp.isoformat()}",
    )
