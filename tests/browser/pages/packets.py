"""Pages of packets of letters."""

from cadre.notification.v1 import packet_service_pb2 as packet_pb
from cadre_cli.access import request_id

from .common import ANALYST, BIG_COORDINATOR, COORDINATOR, SPECIALIST

ROWS = [
    ("/packets/{owner}", COORDINATOR, "/packets/lake"),
    ("/packets/{owner}", ANALYST, "/packets/state"),
    ("/packets/{owner}", BIG_COORDINATOR, "/packets/los-angeles"),
    ("/packets/{owner}/new", COORDINATOR, "/packets/lake/new"),
    ("/packets/{owner}/new", ANALYST, "/packets/state/new"),
    ("/packets/{owner}/{of}/{packet_id}", COORDINATOR, "/packets/lake/lake/{packet}"),
    ("/packets/{owner}/{of}/{packet_id}", ANALYST, "/packets/state/state/{state_packet}"),
    ("/packets/{owner}/{of}/{packet_id}", BIG_COORDINATOR, "/packets/los-angeles/state/{state_packet}"),
    ("/packets/{owner}/{of}/{packet_id}/close", COORDINATOR, "/packets/lake/lake/{packet}/close"),
    ("/training/packets/{owner}/{packet_id}", SPECIALIST, "/training/packets/lake/{packet}"),
    ("/training/packets/{owner}/{packet_id}", SPECIALIST, "/training/packets/state/{state_packet}"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/packets/{owner}/{of}/{packet_id}/people.csv",
}


def packed(access, by_part, notices):
    """A packet of Lake, of which one letter is confirmed, and one of the state."""
    made = {}
    for name, parent, person in (
        ("packet", "agencies/lake", by_part["coordinator"]),
        ("state_packet", "state", by_part["analyst"]),
    ):
        create = packet_pb.CreatePacketRequest(
            parent=parent, title="Letters to confirm", notices=notices, request_id=request_id("sweep", name)
        )
        made[name] = access.ask(access.packets.CreatePacket, create, person=person).name.rpartition("/")[2]
    return made
