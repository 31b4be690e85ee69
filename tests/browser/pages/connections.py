"""Pages of connections to other programs."""

from cadre.notification.v1 import connection_service_pb2 as connection_pb
from cadre_cli.access import request_id

from .common import ANALYST, COORDINATOR, OPERATOR

CONNECTION = "/connections/{owner}/{connection_id}"
ROWS = [
    ("/connections/{owner}", OPERATOR, "/connections/state"),
    ("/connections/{owner}", COORDINATOR, "/connections/lake"),
    ("/connections/{owner}", ANALYST, "/connections/state"),
    ("/connections/{owner}/guide", COORDINATOR, "/connections/lake/guide"),
    ("/connections/{owner}/new", COORDINATOR, "/connections/lake/new"),
    (CONNECTION, COORDINATOR, "/connections/lake/{connection}"),
    (CONNECTION + "/change", COORDINATOR, "/connections/lake/{connection}/change"),
    (CONNECTION + "/delete", COORDINATOR, "/connections/lake/{connection}/delete"),
    (CONNECTION + "/{call_id}", COORDINATOR, "/connections/lake/{connection}/{call}"),
]


def connected(access, coordinator):
    """A connection of which nothing is told, with a test that nobody answers."""
    given = connection_pb.Connection(
        title="Our intranet", address="https://hooks.example.com/cadre", kinds=["letter.withdrawn"]
    )
    create = connection_pb.CreateConnectionRequest(
        parent="agencies/lake", connection=given, request_id=request_id("sweep", "connection")
    )
    name = access.ask(access.connections.CreateConnection, create, person=coordinator).connection.name
    test = connection_pb.TestConnectionRequest(name=name, request_id=request_id("sweep", "call"))
    call = access.ask(access.connections.TestConnection, test, person=coordinator).name
    off = connection_pb.SwitchConnectionRequest(name=name, on=False, request_id=request_id("sweep", "off"))
    access.ask(access.connections.SwitchConnection, off, person=coordinator)
    return {"connection": name.rpartition("/")[2], "call": call.rpartition("/")[2]}
