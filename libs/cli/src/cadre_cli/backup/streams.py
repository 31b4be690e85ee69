"""Streams: saved and brought back by the server's own snapshots, and cut where the moment of the backup was."""

import asyncio
import contextlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import api
from nats.js.client import JetStreamContext

from cadre_cli.backup.manifest import BackupError, ConsumerCopy, StreamCopy
from servicekit.events.bus import EVENT_ID

_SECONDS = 10.0
_CHUNK_BYTES = 128 * 1024
_SCANNED = 500
# Clocks of the bus and of the databases may differ by this much.
_CLOCKS = timedelta(hours=1)
_NO_CLUSTER = 10074


@dataclass(frozen=True)
class Position:
    """A stream at the moment: its last event, and each consumer's configuration and last event handled in order."""

    last: int
    consumers: dict[str, ConsumerCopy]


@dataclass(frozen=True)
class Trimmed:
    """What bringing a stream back to its moment did: the ids of events that stayed, how many had to go."""

    kept: frozenset[str]
    removed: int


class Streams:
    """The streams of a NATS server, asked by its operator. Not for several threads."""

    def __init__(self, runner: asyncio.Runner, client: Client) -> None:
        self._runner = runner
        self._client = client
        self._js: JetStreamContext = client.jetstream(timeout=_SECONDS)

    def keeps_events(self) -> bool:
        """Say whether the server has JetStream for us."""
        return self._runner.run(self._keeps_events())

    def positions(self, names: Collection[str]) -> dict[str, Position]:
        """Look how far every stream of *names* and its consumers are; streams that nobody made yet are left out."""
        return self._runner.run(self._positions(names))

    def save(self, name: str, file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        """Write the stream to *file*; return its configuration and state as the server tells them."""
        return self._runner.run(self._save(name, file))

    def held(self, names: Collection[str]) -> dict[str, int]:
        """Count the events of those streams of *names* that are there."""
        return self._runner.run(self._held(names))

    def since(self, name: str, at: datetime) -> int:
        """Count the events that the stream got since *at*."""
        return self._runner.run(self._since(name, at))

    def delete(self, name: str) -> None:
        """Delete the stream and its consumers."""
        self._runner.run(self._js.delete_stream(name))

    def restore(self, name: str, copy: StreamCopy, file: Path) -> None:
        """Bring the stream back from *file* as the server saved it, then its consumers to where they were."""
        self._runner.run(self._restore(name, copy, file))

    def trim(self, name: str, last: int, committed: Collection[str], since: datetime | None) -> Trimmed:
        """Remove the events after *last* that are not among *committed* (ids): they came after the moment.

        *since*: when the oldest event was committed of which the database does not know whether it was published;
        the ids of all events from then on are returned.
        """
        return self._runner.run(self._trim(name, last, frozenset(committed), since))

    async def _keeps_events(self) -> bool:
        try:
            await self._js.account_info()
        except (nats.js.errors.Error, nats.errors.Error):
            return False
        return True

    async def _positions(self, names: Collection[str]) -> dict[str, Position]:
        found = {}
        for name in names:
            try:
                info = await self._js.stream_info(name)
            except nats.js.errors.NotFoundError:
                continue
            consumers = {c.name: c for c in await self._js.consumers_info(name) if c.config and c.config.durable_name}
            found[name] = Position(info.state.last_seq, {key: _consumer(c) for key, c in consumers.items()})
        return found

    async def _save(self, name: str, file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        inbox = self._client.new_inbox()
        chunks = await self._client.subscribe(inbox)
        request = {"deliver_subject": inbox, "no_consumers": True, "jsck": True, "chunk_size": _CHUNK_BYTES}
        answer = await self._ask(f"$JS.API.STREAM.SNAPSHOT.{name}", request)
        with file.open("wb") as target:
            while (chunk := await chunks.next_msg(timeout=_SECONDS)).data:
                target.write(chunk.data)
                # The server sends so much at a time and then waits to hear that it arrived.
                if chunk.reply:
                    await self._client.publish(chunk.reply, b"")
        if (status := (chunk.headers or {}).get(api.Header.STATUS.value, "")) and not status.startswith("2"):
            raise BackupError(f"NATS broke off the copy of the stream {name}: {chunk.headers}")
        await chunks.unsubscribe()
        return answer["config"], answer["state"]

    async def _held(self, names: Collection[str]) -> dict[str, int]:
        found = {}
        for name in names:
            with contextlib.suppress(nats.js.errors.NotFoundError):
                found[name] = (await self._js.stream_info(name)).state.messages
        return found

    async def _since(self, name: str, at: datetime) -> int:
        config = api.ConsumerConfig(
            ack_policy=api.AckPolicy.NONE,
            inactive_threshold=_SECONDS,
            mem_storage=True,
            deliver_policy=api.DeliverPolicy.BY_START_TIME,
            opt_start_time=at,
        )
        info = await self._js.add_consumer(name, config)
        await self._js.delete_consumer(name, info.name)
        return info.num_pending or 0

    async def _restore(self, name: str, copy: StreamCopy, file: Path) -> None:
        request = {"config": copy.config, "state": copy.state}
        subject = f"$JS.API.STREAM.RESTORE.{name}"
        try:
            answer = await self._ask(subject, request)
        except nats.js.errors.APIError as error:
            if error.err_code != _NO_CLUSTER:
                raise
            # It comes from a cluster, and this is one server.
            answer = await self._ask(subject, request | {"config": copy.config | {"num_replicas": 1}})
        place = answer["deliver_subject"]
        with file.open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                _refused(await self._client.request(place, chunk, timeout=_SECONDS))
        _refused(await self._client.request(place, b"", timeout=60.0))
        for consumer, saved in copy.consumers.items():
            await self._js.add_consumer(name, api.ConsumerConfig.from_response(dict(saved.config)))
            if saved.handled:
                await self._js.reset_consumer(name, consumer, seq=saved.handled + 1)

    async def _trim(self, name: str, last: int, committed: frozenset[str], since: datetime | None) -> Trimmed:
        config = api.ConsumerConfig(
            ack_policy=api.AckPolicy.NONE,
            headers_only=True,
            inactive_threshold=_SECONDS,
            mem_storage=True,
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=last + 1,
        )
        if since is not None:
            config = config.evolve(
                deliver_policy=api.DeliverPolicy.BY_START_TIME, opt_start_seq=None, opt_start_time=since - _CLOCKS
            )
        kept, removed = set(), 0
        async for message in self._scan(name, config):
            identity = (message.headers or {}).get(EVENT_ID, "")
            sequence = message.metadata.sequence.stream
            if sequence > last and identity not in committed:
                await self._js.delete_msg(name, sequence)
                removed += 1
            else:
                kept.add(identity)
        return Trimmed(frozenset(kept), removed)

    async def _scan(self, name: str, config: api.ConsumerConfig) -> Any:  # noqa: ANN401 - an asynchronous generator
        info = await self._js.add_consumer(name, config)
        subscription = await self._js.pull_subscribe_bind(info.name, stream=name)
        left = info.num_pending or 0
        while left:
            for message in await subscription.fetch(min(left, _SCANNED), timeout=_SECONDS):
                yield message
                left -= 1
        await subscription.unsubscribe()
        await self._js.delete_consumer(name, info.name)

    async def _ask(self, subject: str, request: dict[str, Any]) -> dict[str, Any]:
        return _refused(await self._client.request(subject, json.dumps(request).encode(), timeout=_SECONDS))


@contextlib.contextmanager
def connect(url: str) -> Iterator[Streams]:
    """Connect to NATS as its operator.

    Raises:
        BackupError: it does not answer.
    """
    with asyncio.Runner() as runner:
        try:
            client = runner.run(_connect(url))
        except (nats.errors.Error, OSError, TimeoutError) as error:
            why = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise BackupError(f"NATS does not answer: {why}") from error
        try:
            yield Streams(runner, client)
        finally:
            runner.run(client.close())


async def _connect(url: str) -> Client:
    async def say_nothing(_: Exception) -> None:
        """Leave it to the caller: what fails is raised."""

    client = Client()
    try:
        # Tried once: a command says at once what is wrong.
        await client.connect(
            url,
            name="cadre",
            connect_timeout=2,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            error_cb=say_nothing,
        )
    except BaseException:
        await client.close()
        raise
    return client


def _consumer(info: api.ConsumerInfo) -> ConsumerCopy:
    handled = info.ack_floor.stream_seq if info.ack_floor else 0
    return ConsumerCopy(config=info.config.as_dict() if info.config else {}, handled=handled)


def _refused(answer: Msg) -> dict[str, Any]:
    """Give the answer; raise what the server refuses with."""
    said: dict[str, Any] = json.loads(answer.data) if answer.data else {}
    if error := said.get("error"):
        raise nats.js.errors.APIError.from_error(error)
    return said
