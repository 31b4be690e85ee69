"""Addresses that do not work: whose mail came back or was refused for good, for who can mend it."""

import hashlib

from fastapi import APIRouter

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import message_service_pb2 as pb
from gateway.web.visit import Answer, Visitor

router = APIRouter(prefix="/agencies/{agency_id}/addresses")


@router.get("")
def addresses(visit: Visitor, agency_id: str) -> Answer:
    """People of the agency to whose address no mail goes; one that was mended since is no more among them."""
    parent = f"agencies/{agency_id}"
    found = visit.clients.messages.ListFailingAddresses(pb.ListFailingAddressesRequest(parent=parent)).addresses
    people = visit.people([one.person for one in found])
    return visit.page(
        "messages/addresses.html",
        agency=visit.agency(parent),
        rows=[(people[one.person], one) for one in found if one.person in people and _is_of(people[one.person], one)],
    )


def _is_of(person: person_pb.Person, failing: pb.FailingAddress) -> bool:
    """Whether the address that does not work is still the person's."""
    return hashlib.sha256(person.email.casefold().encode()).hexdigest() == failing.address_sha256
