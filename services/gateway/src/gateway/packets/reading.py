"""A packet as its reader has it: each letter with its own words and its own tick, and one press for those ticked."""

from fastapi import APIRouter

from cadre.notification.v1 import packet_service_pb2 as pb
from gateway.letters import agreed, letters
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/training/packets/{owner}/{packet_id}")


@router.get("")
def packet(visit: Visitor, owner: str, packet_id: str) -> Answer:
    """The letters of a packet that the visitor has; nothing is read or confirmed by opening it."""
    return _page(visit, owner, packet_id, Form())


@router.post("")
def confirm(visit: Visitor, owner: str, packet_id: str, form: Sent) -> Answer:
    """Confirm the letters that are ticked, each under the words that stood beside it."""
    ticked = form.all("letters")
    if not ticked:
        form.errors.setdefault("letters", "Tick the letters that you confirm.")
    if not form.errors:
        request = pb.ConfirmPacketRequest(
            name=_name(owner, packet_id), confirmations=[_said(form, one) for one in ticked], request_id=form.request_id
        )
        try:
            visit.clients.packets.ConfirmPacket(request)
            return visit.go(f"/training/packets/{owner}/{packet_id}", done="packet-confirmed")
        except Refused as error:
            _refuse(form, error)
    return _page(visit, owner, packet_id, form)


def _said(form: Form, letter: str) -> pb.PacketConfirmation:
    """Return what was on the page of one letter, by its id."""
    return pb.PacketConfirmation(
        notice=f"notices/{letter}",
        text_sha256=form.text(f"text-{letter}"),
        statement_sha256=form.text(f"statement-{letter}"),
    )


def _refuse(form: Sent, error: Refused) -> None:
    """Say what was refused; the letter that changed is ticked no more, the others stay so."""
    form.refuse(error)
    changed = error.metadata.get("notice", "").removeprefix("notices/")
    form.values["letters"] = [one for one in form.all("letters") if one != changed]


def _page(visit: Visit, owner: str, packet_id: str, form: Form) -> Answer:
    found = visit.clients.packets.GetOwnPacket(pb.GetOwnPacketRequest(name=_name(owner, packet_id)))
    return visit.page(
        "packets/packet.html",
        status=400 if form.errors else 200,
        packet=found,
        base=f"/training/packets/{owner}/{packet_id}",
        agreed=agreed,
        letters=letters,
        form=form,
    )


def _name(owner: str, packet_id: str) -> str:
    return f"{'state' if owner == 'state' else f'agencies/{owner}'}/packets/{packet_id}"
