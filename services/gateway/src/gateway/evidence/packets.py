"""Packets of evidence: asked for by one button, made in the background while a page shows how far, then downloaded."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from fastapi.responses import StreamingResponse

from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import csv_files, letters
from gateway.web import clients, disclosed
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter()

_STATE, _AGENCY = "/letters/{letter_id}/evidence", "/agencies/{agency_id}/letters/{letter_id}/evidence"
# What goes in one call of the service.
_PIECE_BYTES = 1024 * 1024
# So many are listed; older ones were dropped long ago.
_LISTED = 10
MEDIA_TYPE = "application/zip"
# What a packet is at, as the page says it; the state's has no names.
STEPS = {
    pb.EvidencePacket.WAITING: "Waiting for its turn",
    pb.EvidencePacket.NAMES: "Asking what our people are called",
    pb.EvidencePacket.TEXTS: "The versions of the letter, and their files",
    pb.EvidencePacket.PEOPLE: "Staff and agencies, and how they stand",
    pb.EvidencePacket.CONFIRMATIONS: "Confirmations",
    pb.EvidencePacket.MESSAGES: "Reminders and other messages",
    pb.EvidencePacket.QUESTIONS: "Questions and clarifications",
    pb.EvidencePacket.SUMMARY: "The summary on paper (PDF)",
    pb.EvidencePacket.CHECKING: "Checking every file and every number",
    pb.EvidencePacket.KEEPING: "Putting it where it can be had",
}
CAUSES = {
    "STORE_FULL": "There is no room for it. Whoever operates Cadre can make some; then ask for it again.",
    "ERROR": "This was an error of Cadre, which is in its log. Ask for it again; if it comes to this again, tell who"
    " operates Cadre.",
}


def shown(visit: Visit, letter: notice_pb.Notice, agency: str = "") -> dict[str, Any]:
    """Return what the page of evidence shows of packets: the last ones, and a form that asks for another one."""
    request = pb.ListEvidencePacketsRequest(parent=letter.name, agency=agency, page_size=_LISTED)
    found = visit.clients.evidence.ListEvidencePackets(request).packets
    return {
        "packets": found,
        "askers": visit.names([one.asker for one in found]),
        "form": Form(),
        "causes": CAUSES,
    }


@router.post(_STATE + "/packets")
def ask_for_state(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Have the state's packet made."""
    return _ask(visit, f"/letters/{letter_id}/evidence", letter_id, "", form.request_id)


@router.post(_AGENCY + "/packets")
def ask_for_agency(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Have the agency's packet made, with names."""
    base = f"/agencies/{agency_id}/letters/{letter_id}/evidence"
    return _ask(visit, base, letter_id, f"agencies/{agency_id}", form.request_id)


@router.get(_STATE + "/packets/{packet_id}")
def of_state(visit: Visitor, letter_id: str, packet_id: str) -> Answer:
    """How far the state's packet is, and where to have it."""
    return _page(visit, f"/letters/{letter_id}/evidence", letter_id, packet_id, "")


@router.get(_AGENCY + "/packets/{packet_id}")
def of_agency(visit: Visitor, agency_id: str, letter_id: str, packet_id: str) -> Answer:
    """How far the agency's packet is, and where to have it."""
    base = f"/agencies/{agency_id}/letters/{letter_id}/evidence"
    return _page(visit, base, letter_id, packet_id, f"agencies/{agency_id}")


@router.get(_STATE + "/packets/{packet_id}/packet.zip")
def file_of_state(visit: Visitor, letter_id: str, packet_id: str) -> Answer:
    """The state's packet."""
    return _download(visit, letter_id, packet_id, "")


@router.get(_AGENCY + "/packets/{packet_id}/packet.zip")
def file_of_agency(visit: Visitor, agency_id: str, letter_id: str, packet_id: str) -> Answer:
    """The agency's packet."""
    return _download(visit, letter_id, packet_id, f"agencies/{agency_id}")


def _ask(visit: Visit, base: str, letter_id: str, agency: str, request_id: str) -> Answer:
    request = pb.CreateEvidencePacketRequest(parent=f"notices/{letter_id}", agency=agency, request_id=request_id)
    made = visit.clients.evidence.CreateEvidencePacket(request)
    return visit.go(f"{base}/packets/{made.name.rpartition('/')[2]}")


def _page(visit: Visit, base: str, letter_id: str, packet_id: str, agency: str) -> Answer:
    letter, packet = visit.letter(letter_id), _packet(visit, letter_id, packet_id, agency)
    return visit.page(
        "evidence/packet.html",
        letter=letter,
        letters=letters,
        base=base,
        packet=packet,
        agency=visit.agency(agency) if agency else None,
        steps=[(step, said) for step, said in STEPS.items() if agency or step != pb.EvidencePacket.NAMES],
        askers=visit.names([packet.asker]),
        causes=CAUSES,
        form=Form(),
    )


def _packet(visit: Visit, letter_id: str, packet_id: str, agency: str) -> pb.EvidencePacket:
    packet = visit.clients.evidence.GetEvidencePacket(
        pb.GetEvidencePacketRequest(name=f"notices/{letter_id}/packets/{packet_id}")
    )
    if packet.agency != agency:
        raise HTTPException(404)
    return packet


def _download(visit: Visit, letter_id: str, packet_id: str, agency: str) -> Answer:
    letter, packet = visit.letter(letter_id), _packet(visit, letter_id, packet_id, agency)
    if packet.state != pb.EvidencePacket.READY:
        raise HTTPException(404)
    _disclosed(visit, packet)
    what = f"evidence-{agency.removeprefix('agencies/') or 'state'}"
    filename = csv_files.name(letter, what, visit.today).removesuffix(".csv") + ".zip"
    # Named as any download; its bytes follow as they are taken.
    headers = dict(visit.download(b"", filename, MEDIA_TYPE).headers) | {"content-length": str(packet.size_bytes)}
    return StreamingResponse(_pieces(visit, packet), headers=headers, media_type=MEDIA_TYPE)


def _disclosed(visit: Visit, packet: pb.EvidencePacket) -> None:
    """Record that a packet leaves Cadre with names of an agency's people: this is the one place where it does."""
    if packet.agency:
        asked = pb.GetCoverageRequest(notice=packet.name.partition("/packets/")[0], agency=packet.agency)
        people = visit.clients.evidence.GetCoverage(asked).expected
        disclosed.record(visit, people=max(1, people))


def _pieces(visit: Visit, packet: pb.EvidencePacket) -> Iterator[bytes]:
    """Read the file by pieces, as its reader takes them: on behalf of the visitor, also when that takes long."""
    sign_in, tokens = visit.sign_in, visit.gateway.tokens
    first = 0
    while sign_in is not None and first < packet.size_bytes:
        token, _ = tokens.of(sign_in.digest, sign_in.person)
        with clients.acting_as(lambda token=token: token):  # type: ignore[misc]
            try:
                part = visit.clients.evidence.GetEvidencePacketContent(
                    pb.GetEvidencePacketContentRequest(name=packet.name, offset=first, limit=_PIECE_BYTES)
                )
            except Refused:
                # Dropped meanwhile: what came is too short, and the browser says so.
                return
        if not part.content:
            return
        first += len(part.content)
        yield part.content
