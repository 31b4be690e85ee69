"""Connections and their calls: unpack, call, pack."""

from cadre.notification.v1 import connection_service_pb2 as pb
from notification.connections import connections, queries, wire
from notification.connections.rules import keeping
from notification.connections.rules.which import Which
from notification.connections.secrets import Secrets
from servicekit.data.db import Database, Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller
from servicekit.settings import Settings


class ConnectionServicer(Servicer):
    """Answers `cadre.notification.v1.ConnectionService`."""

    service = pb.DESCRIPTOR.services_by_name["ConnectionService"]

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self._this_machine = settings.webhooks_to_this_machine
        self._secrets = Secrets(settings.keys_dir)

    def ListConnections(self, request: pb.ListConnectionsRequest, call: Call) -> pb.ListConnectionsResponse:
        agency_id, keeps = wire.owner(request.parent), _keeps(call, request.parent)
        with self.read() as db:
            found = queries.connections(db, agency_id)
        return pb.ListConnectionsResponse(connections=[wire.connection(one, whole=keeps) for one in found])

    def GetConnection(self, request: pb.GetConnectionRequest, call: Call) -> pb.Connection:
        which = wire.which(request.name)
        with self.read() as db:
            return wire.connection(queries.connection(db, which), whole=_keeps(call, request.name))

    def CreateConnection(self, request: pb.CreateConnectionRequest, call: Call) -> pb.ConnectionSecret:
        agency_id, by = wire.owner(request.parent), caller(call.principal)
        with self.write(call, request) as db:
            which, secret = connections.create(
                db, agency_id, wire.given(request.connection), self._secrets, by=by, this_machine=self._this_machine
            )
            return _secret(db, which, secret)

    def UpdateConnection(self, request: pb.UpdateConnectionRequest, call: Call) -> pb.Connection:
        which = wire.which(request.connection.name, field="connection.name")
        with self.write(call, request) as db:
            connections.update(db, which, wire.given(request.connection), this_machine=self._this_machine)
            return db.answer(_connection(db, which))

    def SwitchConnection(self, request: pb.SwitchConnectionRequest, call: Call) -> pb.Connection:
        which = wire.which(request.name)
        with self.write(call, request) as db:
            connections.switch(db, which, on=request.on)
            return db.answer(_connection(db, which))

    def RotateSecret(self, request: pb.RotateSecretRequest, call: Call) -> pb.ConnectionSecret:
        which = wire.which(request.name)
        with self.write(call, request) as db:
            return _secret(db, which, connections.rotate(db, which, self._secrets))

    def TestConnection(self, request: pb.TestConnectionRequest, call: Call) -> pb.Webhook:
        which = wire.which(request.name)
        with self.write(call, request) as db:
            made = connections.test(db, which, actor=call.principal.name)
            return db.answer(wire.webhook(queries.call(db, which, made)))

    def DeleteConnection(self, request: pb.DeleteConnectionRequest, call: Call) -> pb.DeleteConnectionResponse:
        which = wire.which(request.name)
        with self.write(call, request) as db:
            connections.delete(db, which)
            return db.answer(pb.DeleteConnectionResponse())

    def ListWebhooks(self, request: pb.ListWebhooksRequest, call: Call) -> pb.ListWebhooksResponse:
        which, keeps = wire.which(request.parent, field="parent"), _keeps(call, request.parent)
        with self.read() as db:
            found = queries.calls(db, which)
        return pb.ListWebhooksResponse(webhooks=[wire.webhook(one, whole=keeps) for one in found])

    def GetWebhook(self, request: pb.GetWebhookRequest, call: Call) -> pb.Webhook:
        which, webhook_id = wire.call_of(request.name)
        with self.read() as db:
            return wire.webhook(queries.call(db, which, webhook_id), whole=_keeps(call, request.name))

    def RepeatWebhooks(self, request: pb.RepeatWebhooksRequest, call: Call) -> pb.RepeatWebhooksResponse:
        which, since = wire.which(request.parent, field="parent"), wire.since(request)
        webhook_id = wire.call_of(request.webhook, field="webhook")[1] if request.webhook else None
        with self.write(call, request) as db:
            count = connections.repeat(db, which, webhook_id=webhook_id, since=since, actor=call.principal.name)
            return db.answer(pb.RepeatWebhooksResponse(repeated_count=count))


def _keeps(call: Call, name: str) -> bool:
    """Whether the caller keeps the connections of the owner that *name* begins with, and does not only see them."""
    owner, rights = name.partition("/connections")[0], call.principal.rights
    kept = rights.get("connections.manage", frozenset())
    return WHOLE in kept or keeping.keeps(owner, kept, rights.get("connections.read", ()))


def _connection(db: Db, which: Which) -> pb.Connection:
    return wire.connection(queries.connection(db, which))


def _secret(db: Db, which: Which, secret: str) -> pb.ConnectionSecret:
    """Say a secret, once: the answer that is remembered for a repeat of the request has none."""
    answer = db.answer(pb.ConnectionSecret(connection=_connection(db, which)))
    return pb.ConnectionSecret(connection=answer.connection, secret=secret)
