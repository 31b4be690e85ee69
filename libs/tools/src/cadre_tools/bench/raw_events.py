"""The raw limit of events: the same messages through the bare client, to and from the same server."""

import asyncio
import json
import time
from collections.abc import Sequence

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import api

from servicekit.events.bus import Outgoing, message_headers, stream_config

_STREAM = "bare"
_SUBJECT = f"cadre.{_STREAM}.thing.made.v1"
# So many are under way at once, as many as the relay has.
_UNDER_WAY = 500
_FETCH_EVENTS = 500
_PATIENCE_SECONDS = 60.0


def publish(url: str, events: Sequence[Outgoing]) -> tuple[float, int]:
    """Publish *events*, pipelined, into a stream of their own; return the seconds until all are acknowledged.

    And how many messages the stream then holds.
    """
    return asyncio.run(_publish(url, events))


def pull(url: str, stream: str, count: int) -> float:
    """Fetch and acknowledge *count* messages of *stream*, and do nothing with them; return the seconds."""
    return asyncio.run(_pull(url, stream, count))


async def _publish(url: str, events: Sequence[Outgoing]) -> tuple[float, int]:
    client = await nats.connect(url, allow_reconnect=False)
    try:
        js = client.jetstream()
        await js.add_stream(stream_config(_STREAM))
        seconds = await _Pipeline(client).send(events)
        return seconds, (await js.stream_info(_STREAM)).state.messages
    finally:
        await client.close()


class _Pipeline:
    """Publishes without waiting for each answer, with this many under way."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._free = asyncio.Semaphore(_UNDER_WAY)
        self._inbox = client.new_inbox()
        self._errors: list[str] = []

    async def send(self, events: Sequence[Outgoing]) -> float:
        await self._client.subscribe(self._inbox, cb=self._on_answer)
        started = time.perf_counter()
        async with asyncio.timeout(_PATIENCE_SECONDS + len(events) / 100):
            for event in events:
                await self._free.acquire()
                headers = message_headers(_STREAM, event)
                await self._client.publish(_SUBJECT, event.payload, reply=self._inbox, headers=headers)
            for _ in range(_UNDER_WAY):
                await self._free.acquire()
        seconds = time.perf_counter() - started
        if self._errors:
            raise RuntimeError(self._errors[0])
        return seconds

    async def _on_answer(self, message: Msg) -> None:
        if message.headers or "error" in json.loads(message.data):
            self._errors.append(f"JetStream did not take an event: {message.data!r} {message.headers}")
        self._free.release()


async def _pull(url: str, stream: str, count: int) -> float:
    client = await nats.connect(url, allow_reconnect=False)
    try:
        js = client.jetstream()
        config = api.ConsumerConfig(
            name=_STREAM,
            durable_name=_STREAM,
            deliver_policy=api.DeliverPolicy.ALL,
            ack_policy=api.AckPolicy.EXPLICIT,
            max_ack_pending=4 * _FETCH_EVENTS,
        )
        await js.add_consumer(stream, config)
        subscription = await js.pull_subscribe_bind(_STREAM, stream=stream)
        started = time.perf_counter()
        fetched = 0
        while fetched < count:
            messages = await subscription.fetch(min(_FETCH_EVENTS, count - fetched), timeout=_PATIENCE_SECONDS)
            for message in messages:
                await message.ack()
            fetched += len(messages)
        await client.flush()
        return time.perf_counter() - started
    finally:
        await client.close()
