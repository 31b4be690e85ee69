"""A packet of evidence of the demonstration's letter, for one agency: asked for, made, downloaded and checked."""

import tempfile
import time
from pathlib import Path

from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import Access, request_id
from servicekit.files import packets

_AGENCY = "agencies/lake"
_PIECE_BYTES = 1024 * 1024
_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


def verified(access: Access, lead: str, notice: notice_pb.Notice) -> int:
    """Have the packet of a letter made for who acts for Lake; say 1 if it is sound as anybody finds it, else 0."""
    request = pb.CreateEvidencePacketRequest(
        parent=notice.name, agency=_AGENCY, request_id=request_id(notice.name, "packet", _AGENCY)
    )
    name = access.ask(access.evidence.CreateEvidencePacket, request, person=lead).name
    packet = _made(access, lead, name)
    if packet.state != pb.EvidencePacket.READY:
        return 0
    with tempfile.TemporaryDirectory(prefix="cadre-packet-") as folder:
        path = Path(folder) / "packet.zip"
        with path.open("wb") as file:
            while file.tell() < packet.size_bytes:
                piece = pb.GetEvidencePacketContentRequest(name=name, offset=file.tell(), limit=_PIECE_BYTES)
                file.write(access.ask(access.evidence.GetEvidencePacketContent, piece, person=lead).content)
        checked = packets.check(path)
    return int(not checked.problems and checked.sha256 == packet.sha256)


def _made(access: Access, lead: str, name: str) -> pb.EvidencePacket:
    """Return a packet when it is made, or cannot be; after a minute, as it is then."""
    deadline = time.monotonic() + _SECONDS
    while True:
        packet = access.ask(access.evidence.GetEvidencePacket, pb.GetEvidencePacketRequest(name=name), person=lead)
        if packet.state != pb.EvidencePacket.RUNNING or time.monotonic() > deadline:
            return packet
        time.sleep(_PAUSE_SECONDS)
