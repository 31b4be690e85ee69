"""One call: connect to an address that was looked at, send, and read what is answered, all within ten seconds.

A host is looked up once, what it leads to is checked, and that very number is connected to: whoever answers a second
question otherwise (DNS rebinding) is not asked one. TLS is checked against the name of the host. There are no proxies,
no redirects, no cookies, and what is answered is neither unpacked nor believed about its length.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpcore2
import structlog

from notification.connections.rules.addresses import AddressRefused, Place, is_public, place_of
from notification.connections.rules.trying import Answer, Reason, reason_of

log = structlog.get_logger()

PATIENCE_SECONDS = 10.0
# What was answered beside the status is only shown: nobody waits for it.
_REST_SECONDS = 1.0
MOST_READ = 64 * 1024
_MOST_KEPT = 500
_THIS_MACHINE, _LOOPBACK = "127.0.0.1", "127."

# Looks a host up: the numbers that it leads to.
Resolve = Callable[[str], Sequence[str]]


def resolve(host: str) -> list[str]:
    """Return the numbers of *host*, by the machine's own means."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Way:
    """How calls leave. *this_machine*: also to its own numbers, for demonstrations and tests."""

    this_machine: bool = False
    resolve: Resolve = resolve
    context: ssl.SSLContext = field(default_factory=httpcore2.default_ssl_context)
    patience_seconds: float = PATIENCE_SECONDS


class _NoHostError(Exception):
    """The host is not known."""


class _NotPublicError(Exception):
    """The host leads to where calls do not go."""


class _Checked(httpcore2.AsyncNetworkBackend):
    """Connects to the number that was checked, and to no other."""

    def __init__(self, way: Way, resolvers: ThreadPoolExecutor) -> None:
        self._way = way
        self._resolvers = resolvers
        self._below = httpcore2.AnyIOBackend()
        self._opened: list[httpcore2.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        numbers = await self._numbers(host)
        last = len(numbers) - 1
        for n, number in enumerate(numbers):
            try:
                stream = await self._below.connect_tcp(number, port, timeout, local_address, socket_options)
                self._opened.append(stream)
                return stream
            except httpcore2.ConnectError:
                if n == last:
                    raise
        raise _NoHostError

    async def close(self) -> None:
        """Close what is open still: whoever is left while they say nothing of TLS stays open otherwise."""
        for stream in self._opened:
            await stream.aclose()

    async def _numbers(self, host: str) -> Sequence[str]:
        if self._way.this_machine and host == _THIS_MACHINE:
            return [host]
        loop = asyncio.get_running_loop()
        try:
            numbers = await loop.run_in_executor(self._resolvers, self._way.resolve, host)
        except (OSError, UnicodeError) as error:
            raise _NoHostError from error
        if not numbers:
            raise _NoHostError
        # One that is not public among others is no accident.
        if not all(self._allowed(number) for number in numbers):
            raise _NotPublicError
        return numbers

    def _allowed(self, number: str) -> bool:
        return is_public(number) or (self._way.this_machine and number.startswith(_LOOPBACK))


class Caller:
    """Makes calls, in one loop. Each has a connection of its own."""

    def __init__(self, way: Way, resolvers: ThreadPoolExecutor) -> None:
        self._way = way
        self._resolvers = resolvers

    async def call(self, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send *body* and return what came back. Never raises what the other side may cause."""
        began = time.monotonic()
        reason, status, text = await self._try(address, headers, body)
        return Answer(reason, status, round((time.monotonic() - began) * 1000), text)

    async def _try(self, address: str, headers: Mapping[str, str], body: bytes) -> tuple[Reason | None, int, str]:
        backend = _Checked(self._way, self._resolvers)
        try:
            place = place_of(address, this_machine=self._way.this_machine)
            async with asyncio.timeout(self._way.patience_seconds) as deadline:
                status, text = await self._exchange(place, headers, body, deadline, backend)
                return reason_of(status), status, text
        except Exception as error:  # noqa: BLE001 - whatever a stranger causes must not stop the calls to others
            reason = _reason(error)
            if reason is None:
                log.warning("call_stumbled", error=type(error).__name__)
            return reason or Reason.BROKEN, 0, ""
        finally:
            await backend.close()

    async def _exchange(
        self, place: Place, headers: Mapping[str, str], body: bytes, deadline: asyncio.Timeout, backend: _Checked
    ) -> tuple[int, str]:
        async with httpcore2.AsyncHTTPConnection(
            httpcore2.Origin(place.scheme.encode(), place.host.encode(), place.port),
            ssl_context=self._way.context,
            network_backend=backend,
        ) as connection:
            url = httpcore2.URL(
                scheme=place.scheme.encode(), host=place.host.encode(), port=place.port, target=place.target.encode()
            )
            async with connection.stream("POST", url, headers=list(headers.items()), content=body) as response:
                # The status is known, and stands whatever comes behind it.
                deadline.reschedule(None)
                return response.status, await _beginning(response)


async def _beginning(response: httpcore2.Response) -> str:
    """Return the beginning of what was answered, as far as it comes soon and is text."""
    read = bytearray()
    try:
        async with asyncio.timeout(_REST_SECONDS):
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) >= MOST_READ:
                    break
    except (TimeoutError, httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        # It says less than it announced, or says it slowly: the status stands.
        pass
    text = bytes(read[: 4 * _MOST_KEPT]).decode(errors="replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:_MOST_KEPT].strip()


def _reason(error: Exception) -> Reason | None:
    """Return what an error of a call means; None if nobody thought of it."""
    match error:
        case TimeoutError() | httpcore2.TimeoutException():
            return Reason.TIMED_OUT
        case _NotPublicError() | AddressRefused():
            return Reason.NOT_PUBLIC
        case _NoHostError():
            return Reason.NO_HOST
        case httpcore2.ConnectError():
            return Reason.NO_TLS if _of_tls(error) else Reason.NOT_CONNECTED
        case httpcore2.NetworkError() | httpcore2.ProtocolError() | OSError():
            return Reason.BROKEN
    return None


def _of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
