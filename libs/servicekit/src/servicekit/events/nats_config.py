"""The configuration of a NATS server, from one source for every place that runs one: embedded, one machine, a cluster.

Each user may publish its own subjects, manage its own stream, use its own consumers of each stream, and read the
answers to its own requests; nothing of anybody else's. Only the operator may lose a stream or a consumer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

OPERATOR = "operator"
MAX_PAYLOAD_BYTES = 1_048_576
# What users of a consumer ask it: to be as declared, how it stands, the next events, to begin again.
_USES_OF_A_CONSUMER = ("CREATE", "INFO", "MSG.NEXT", "RESET")


def inbox_of(user: str) -> str:
    """Name the subjects under which the answers to a user's requests come, which no other user may hear."""
    return f"_INBOX.{user}"


def consumer_of(service: str, stream: str) -> str:
    """Name the consumer by which *service* hears *stream*; constant, so that a restart finds its place again."""
    return f"{service}-{stream}"


def counter_of(service: str) -> str:
    """Name the consumer by which *service* counts its own stream; it lives for the moment of counting."""
    return f"{service}-count"


@dataclass(frozen=True)
class Cluster:
    """Several servers as one: *routes* are the URLs of all of them, with the password that they know each other by."""

    name: str
    listen: str
    user: str
    password: str
    routes: Sequence[str]


@dataclass(frozen=True)
class NatsConfig:
    """What one server is told.

    Args:
        listen: address and port for clients.
        http: address and port of the server's own pages.
        store_dir: where JetStream keeps the streams.
        passwords: of each user, the operator among them.
        users: by name, the subjects that each may publish besides what it needs of JetStream. One that publishes has a
            stream of its name; one that publishes none has no part in the bus.
        sync_interval: `always` flushes each message to the disk before it is acknowledged; tests may relax it.
        server_name: needed in a cluster, where each server has its own.
    """

    listen: str
    http: str
    store_dir: str
    passwords: Mapping[str, str]
    users: Mapping[str, Sequence[str]]
    sync_interval: str = "always"
    server_name: str = ""
    cluster: Cluster | None = None

    def text(self) -> str:
        """Write it down; the server's format takes JSON as it is."""
        said: dict[str, object] = {
            "listen": self.listen,
            "http": self.http,
            "jetstream": {"store_dir": self.store_dir, "sync_interval": self.sync_interval},
            "authorization": {"users": [self._operator(), *(self._user(name) for name in self.users)]},
            "max_payload": MAX_PAYLOAD_BYTES,
        }
        if self.server_name:
            said["server_name"] = self.server_name
        if self.cluster:
            said["cluster"] = {
                "name": self.cluster.name,
                "listen": self.cluster.listen,
                "authorization": {"user": self.cluster.user, "password": self.cluster.password},
                "routes": list(self.cluster.routes),
            }
        return json.dumps(said, indent=2)

    def _operator(self) -> dict[str, object]:
        return {"user": OPERATOR, "password": self.passwords[OPERATOR]}

    def _user(self, name: str) -> dict[str, object]:
        allowed = [*self.users[name], *self._of_jetstream(name)]
        return {
            "user": name,
            "password": self.passwords[name],
            "permissions": {
                # An empty list would allow everything.
                "publish": {"allow": allowed} if allowed else {"deny": [">"]},
                "subscribe": {"allow": [f"{inbox_of(name)}.>"]},
            },
        }

    def _of_jetstream(self, name: str) -> Iterator[str]:
        """Give the subjects of JetStream's own that a user may publish to: each names the stream, most the consumer."""
        if not self.users[name]:
            return
        # What any stream holds: to know whether it was heard.
        yield "$JS.API.STREAM.INFO.*"
        yield "$JS.API.STREAM.MSG.GET.*"
        yield f"$JS.API.STREAM.CREATE.{name}"
        yield f"$JS.API.STREAM.UPDATE.{name}"
        yield f"$JS.API.CONSUMER.CREATE.{name}.{counter_of(name)}"
        yield f"$JS.API.CONSUMER.DELETE.{name}.{counter_of(name)}"
        for stream in (other for other, subjects in self.users.items() if subjects):
            consumer = consumer_of(name, stream)
            yield from (f"$JS.API.CONSUMER.{use}.{stream}.{consumer}" for use in _USES_OF_A_CONSUMER)
            # Of one subject, which is named too.
            yield f"$JS.API.CONSUMER.CREATE.{stream}.{consumer}.>"
            yield f"$JS.ACK.{stream}.{consumer}.>"
