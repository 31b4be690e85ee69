"""Pages of evidence of a letter."""

from cadre.notification.v1 import evidence_service_pb2 as evidence_pb
from cadre_cli.access import request_id

from .common import ANALYST, BIG, BIG_COORDINATOR, COORDINATOR, LAKE, LETTER

ROWS = [
    ("/letters/{letter_id}/evidence", ANALYST, "/letters/{letter}/evidence"),
    ("/letters/{letter_id}/evidence", ANALYST, "/letters/{amended}/evidence?version=2"),
    (LETTER + "/evidence", COORDINATOR, LAKE + "/evidence"),
    (LETTER + "/evidence", BIG_COORDINATOR, BIG + "/evidence"),
    (
        "/letters/{letter_id}/evidence/packets/{packet_id}",
        ANALYST,
        "/letters/{letter}/evidence/packets/{state_evidence}",
    ),
    (LETTER + "/evidence/packets/{packet_id}", COORDINATOR, LAKE + "/evidence/packets/{lake_evidence}"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/agencies/{agency_id}/letters/{letter_id}/evidence/coverage.csv",
    "/agencies/{agency_id}/letters/{letter_id}/evidence/packets/{packet_id}/packet.zip",
    "/agencies/{agency_id}/letters/{letter_id}/evidence/signatures.csv",
    "/letters/{letter_id}/evidence/coverage.csv",
    "/letters/{letter_id}/evidence/packets/{packet_id}/packet.zip",
    "/letters/{letter_id}/evidence/signatures.csv",
}


def proven(cadre, notice, coordinator):
    """Packets of evidence: one of the state, one of an agency."""
    found = {}
    for key, agency, person in (("state", "", cadre.cast.analyst), ("lake", "agencies/lake", coordinator)):
        create = evidence_pb.CreateEvidencePacketRequest(
            parent=notice, agency=agency, request_id=request_id("sweep", "packet", key)
        )
        packet = cadre.access.ask(cadre.access.evidence.CreateEvidencePacket, create, person=person)
        found[f"{key}_evidence"] = packet.name.rpartition("/")[2]
    return found
