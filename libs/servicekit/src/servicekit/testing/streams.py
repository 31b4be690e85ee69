"""The streams of services that a test does not run: each service makes its own, and nobody else may."""

import asyncio
from collections.abc import Iterable

import nats

from servicekit.embedded.nats import NatsServer
from servicekit.events.bus import ensure_stream


def make_streams(server: NatsServer, services: Iterable[str]) -> None:
    """Make the stream of each of *services*, as if it had run before."""

    async def make() -> None:
        async with await nats.connect(server.url(), allow_reconnect=False) as client:
            for service in services:
                await ensure_stream(client.jetstream(), service)

    asyncio.run(make())
