"""What can be shown of a letter: who had confirmed which version by which day, and packets of all of it."""

from cadre.notification.v1 import evidence_service_pb2 as pb
from gateway.evidence import agency, packets, state
from gateway.web.area import Area
from gateway.web.disclosed import PROOF, exports, views

_AGENCY = "/agencies/{agency_id}/letters/{letter_id}/evidence"

AREA = Area(
    routers=(state.router, agency.router, packets.router),
    navigation=(),
    discloses={
        _AGENCY: views("who had confirmed", PROOF),
        f"{_AGENCY}/signatures.csv": exports("who had confirmed", PROOF),
        f"{_AGENCY}/packets/{{packet_id}}/packet.zip": exports("a packet of evidence, with names", PROOF),
    },
    adjectives={
        "packed": lambda packet: packet.state == pb.EvidencePacket.READY,
        "not_packed": lambda packet: packet.state == pb.EvidencePacket.FAILED,
        "dropped": lambda packet: packet.state == pb.EvidencePacket.DROPPED,
    },
)
