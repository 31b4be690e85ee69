"""Connections that keep nobody waiting: slow senders, and those with one connection too many, are hung up on.

The server that we run on waits for ever for the rest of a request; a few thousand connections that send a sign now and
then would use up what answers everybody else. So the head of a request has to be there within seconds, and its body
must go on, and come to an end. The time in which we ourselves do not read is not counted.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True)
class Limits:
    """In seconds; and how many connections one process keeps open."""

    head: float = 15.0
    # Between two pieces of a body, and for the whole of it: 21 MB over a line of half a megabit.
    pause: float = 20.0
    body: float = 360.0
    connections: int = 1000


class Punctual(H11Protocol):
    """One connection."""

    def __init__(self, *args: Any, limits: Limits = Limits(), **values: Any) -> None:  # noqa: ANN401 - the server's own
        super().__init__(*args, **values)
        self._limits = limits
        self._waits_for: object = None
        # When what we wait for has to be there, and the next look at it.
        self._until = 0.0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or hang up if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        super().data_received(data)
        self._watch(came=True)

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self, *, came: bool = False) -> None:
        """Begin to wait for the head or the body of a request, or go on waiting; not while it is we who work."""
        state = self.conn.their_state
        waits_for = state if state in (h11.IDLE, h11.SEND_BODY) else None
        now = self.loop.time()
        if waits_for is not self._waits_for:
            self._stop()
            self._waits_for = waits_for
            self._until = now + (self._limits.head if waits_for is h11.IDLE else self._limits.body)
        if waits_for is None or self.transport.is_closing():
            return
        if self._look is None or came:
            self._stop()
            patience = self._limits.pause if waits_for is h11.SEND_BODY else self._until - now
            self._look = self.loop.call_later(max(0.0, min(patience, self._until - now)), self._too_slow)

    def _too_slow(self) -> None:
        self._look = None
        if self.flow.read_paused:
            self._until += self._limits.pause
            self._watch()
            return
        self.transport.abort()

    def _stop(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
