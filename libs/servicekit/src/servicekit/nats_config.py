"""The configuration of a NATS server, from one source for every place that runs one: embedded, one machine, a cluster.

Each user may publish its own subjects and nobody else's; only the operator may lose a stream.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OPERATOR = "operator"
MAX_PAYLOAD_BYTES = 1_048_576

# What a client needs besides its own subjects: to make its stream and its consumers, to fetch, and to acknowledge.
_CLIENT_PUBLISH = ("$JS.API.>", "$JS.ACK.>", "$JS.FC.>", "_INBOX.>")
_CLIENT_SUBSCRIBE = ("_INBOX.>",)
# Losing a stream is the operator's decision.
_CLIENT_DENIED = (
    "$JS.API.STREAM.DELETE.>",
    "$JS.API.STREAM.PURGE.>",
    "$JS.API.STREAM.MSG.DELETE.>",
    "$JS.API.STREAM.RESTORE.>",
)


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
        users: by name, the subjects that each may publish besides what any JetStream client needs.
        readable: subjects that every user may subscribe to directly, besides the replies to its own requests.
        sync_interval: `always` flushes each message to the disk before it is acknowledged; tests may relax it.
        server_name: needed in a cluster, where each server has its own.
    """

    listen: str
    http: str
    store_dir: str
    passwords: Mapping[str, str]
    users: Mapping[str, Sequence[str]]
    readable: Sequence[str] = ()
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
        return {
            "user": name,
            "password": self.passwords[name],
            "permissions": {
                "publish": {"allow": [*self.users[name], *_CLIENT_PUBLISH], "deny": list(_CLIENT_DENIED)},
                "subscribe": {"allow": [*_CLIENT_SUBSCRIBE, *self.readable]},
            },
        }
