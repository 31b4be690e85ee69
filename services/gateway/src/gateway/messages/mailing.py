"""Addresses of an agency that are no person's, to which its letters are mailed: kept by its training coordinator."""

import hashlib
import uuid

from fastapi import APIRouter

from cadre.directory.v1 import mailing_list_service_pb2 as pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/mailing-list")

_COLUMNS = ("Address", "Name", "Since", "What a mail server said against it")
_Row = tuple[pb.MailingAddress, message_pb.FailingAddress | None]


@router.get("")
def mailing_list(visit: Visitor, agency_id: str) -> Answer:
    """The list of an agency, and what was taken off lately."""
    return _show(visit, agency_id, Form())


@router.get("/addresses.csv")
def addresses_file(visit: Visitor, agency_id: str) -> Answer:
    """The addresses that are on the list of an agency, as a file."""
    found = _list(visit, agency_id)
    lines = [
        [one.address, one.title, sheets.moment(one.add_time), failing.why if failing else ""]
        for one, failing in _on_list(visit, agency_id, found)
    ]
    name = f"addresses-for-letters-{agency_id}-{visit.today.isoformat()}.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


@router.post("")
def add(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Add all that was pasted; where something in it is wrong, nothing is added and each fault is shown."""
    form.needs("pasted", "Give at least one address.")
    if form.errors:
        return _show(visit, agency_id, form)
    # As it was pasted: faults are named by its lines.
    parent, pasted = f"agencies/{agency_id}", form.values["pasted"][-1]
    try:
        read = visit.clients.mailing_lists.PreviewMailingAddresses(
            pb.PreviewMailingAddressesRequest(parent=parent, pasted=pasted)
        )
        if read.faults:
            form.errors["pasted"] = _sentence(read)
            return _show(visit, agency_id, form, read)
        ask = pb.AddMailingAddressesRequest(parent=parent, pasted=pasted, request_id=form.request_id)
        added = visit.clients.mailing_lists.AddMailingAddresses(ask)
    except Refused as error:
        form.refuse(error)
        return _show(visit, agency_id, form)
    done = "mailing-added-folded" if added.folded_count else "mailing-added"
    return visit.go(_path(agency_id), done=done, n=added.added_count, others=added.folded_count)


@router.post("/{address_id}")
def keep(visit: Visitor, agency_id: str, address_id: uuid.UUID, form: Sent) -> Answer:
    """Take an address off the list, or put it back."""
    kept = form.text("kept") == "yes"
    if form.errors:
        return _show(visit, agency_id, form)
    name = f"agencies/{agency_id}/mailingAddresses/{address_id}"
    try:
        visit.clients.mailing_lists.KeepMailingAddress(
            pb.KeepMailingAddressRequest(name=name, kept=kept, request_id=form.request_id)
        )
    except Refused as error:
        form.refuse(error)
        return _show(visit, agency_id, form)
    return visit.go(_path(agency_id), done="mailing-back" if kept else "mailing-off")


def _show(visit: Visit, agency_id: str, form: Form, read: pb.PreviewMailingAddressesResponse | None = None) -> Answer:
    found = _list(visit, agency_id)
    return visit.page(
        "messages/mailing_list.html",
        status=400 if form.errors else 200,
        form=form,
        agency=visit.agency(f"agencies/{agency_id}"),
        rows=_on_list(visit, agency_id, found),
        taken_off=[one for one in found.addresses if one.HasField("remove_time")],
        most=found.most,
        read=read,
    )


def _list(visit: Visit, agency_id: str) -> pb.ListMailingAddressesResponse:
    parent = f"agencies/{agency_id}"
    return visit.clients.mailing_lists.ListMailingAddresses(pb.ListMailingAddressesRequest(parent=parent))


def _on_list(visit: Visit, agency_id: str, found: pb.ListMailingAddressesResponse) -> list[_Row]:
    """Return the addresses that are on the list, each with what a mail server said against it, if one did."""
    failing = _failing(visit, f"agencies/{agency_id}") if found.addresses else {}
    on_list = [one for one in found.addresses if not one.HasField("remove_time")]
    return [(one, failing.get((_id(one), _hash(one.address)))) for one in on_list]


def _failing(visit: Visit, parent: str) -> dict[tuple[str, str], message_pb.FailingAddress]:
    """Return what mail servers said of addresses of the agency, by whose they are and by their hash."""
    ask = message_pb.ListFailingAddressesRequest(parent=parent)
    found = visit.clients.messages.ListFailingAddresses(ask).addresses
    return {(one.person.removeprefix("people/"), one.address_sha256): one for one in found}


def _sentence(read: pb.PreviewMailingAddressesResponse) -> str:
    whole = [fault.rule for fault in read.faults if not fault.line]
    if whole:
        return f"Nothing was saved. The list {whole[0]}."
    things = "1 thing is" if read.fault_count == 1 else f"{read.fault_count:,} things are"
    return f"Nothing was saved: {things} wrong, as the lines below say."


def _id(one: pb.MailingAddress) -> str:
    return one.name.rpartition("/")[2]


def _hash(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()


def _path(agency_id: str) -> str:
    return f"/agencies/{agency_id}/mailing-list"
