"""A request for each method on evidence."""

from cadre.notification.v1 import evidence_service_pb2 as evidence_pb
from servicekit.testing.waiting import wait_until

from .common import HOME, fresh


def packing(w):
    return evidence_pb.CreateEvidencePacketRequest(parent=w.issued, agency=HOME, request_id=fresh())


def evidence_packet(w, *, ready=False):
    """A packet of the agency's evidence; one that can be had, if it must be."""
    held = {"evidence.pack": (HOME,)}
    packet = w.call(w.access.evidence.CreateEvidencePacket, packing(w), w.lead, held)

    def is_made():
        found = w.call(
            w.access.evidence.GetEvidencePacket, evidence_pb.GetEvidencePacketRequest(name=packet.name), w.lead, held
        )
        return found.state == evidence_pb.EvidencePacket.READY

    if ready:
        wait_until(is_made, lambda: "a packet that is made")
    return packet


REQUESTS = {
    "EvidenceService": {
        "ListSignatures": lambda w: evidence_pb.ListSignaturesRequest(parent=f"{w.issued}/versions/1", agency=HOME),
        "GetSignatureCounts": lambda w: evidence_pb.GetSignatureCountsRequest(parent=f"{w.issued}/versions/1"),
        "GetCoverage": lambda w: evidence_pb.GetCoverageRequest(notice=w.issued, agency=HOME),
        "GetStateCoverage": lambda w: evidence_pb.GetStateCoverageRequest(notice=w.issued),
        "CreateEvidencePacket": packing,
        "GetEvidencePacket": lambda w: evidence_pb.GetEvidencePacketRequest(name=evidence_packet(w).name),
        "ListEvidencePackets": lambda w: evidence_pb.ListEvidencePacketsRequest(parent=w.issued, agency=HOME),
        "GetEvidencePacketContent": lambda w: evidence_pb.GetEvidencePacketContentRequest(
            name=evidence_packet(w, ready=True).name, limit=1_000
        ),
    },
}
