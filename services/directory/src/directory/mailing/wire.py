"""Contract ↔ domain: mailing lists."""

import uuid
from collections.abc import Iterable

from cadre.directory.v1 import mailing_list_service_pb2 as pb
from directory.mailing import rules
from directory.mailing.lists import Address
from servicekit import names
from servicekit.rpc.wire import timestamp

_MOST_FAULTS = 50


def agency_id(parent: str) -> str:
    """Return the id in `agencies/{id}`."""
    return names.slug_in("agencies/{agency}", parent, field="parent")


def address_name(name: str) -> tuple[str, uuid.UUID]:
    """Return agency and id in `agencies/{agency}/mailingAddresses/{address}`."""
    ids = names.parse("agencies/{agency}/mailingAddresses/{address}", name)
    return names.slug(ids["agency"], field="name"), names.as_uuid(ids["address"], field="name")


def address(row: Address) -> pb.MailingAddress:
    """Write an address of a list."""
    return pb.MailingAddress(
        name=f"agencies/{row.agency_id}/mailingAddresses/{row.id}",
        address=row.address,
        title=row.title,
        add_time=timestamp(row.added_at),
        remove_time=timestamp(row.removed_at),
    )


def read(found: rules.Read) -> pb.PreviewMailingAddressesResponse:
    """Write what a pasted list says."""
    return pb.PreviewMailingAddressesResponse(
        addresses=_pasted(found.addresses),
        folded=_pasted(found.folded),
        faults=[pb.PastedFault(line=one.line, value=one.value, rule=one.rule) for one in found.faults[:_MOST_FAULTS]],
        fault_count=len(found.faults),
    )


def added(found: rules.Read) -> pb.AddMailingAddressesResponse:
    """Write how many were added, and how many were there."""
    return pb.AddMailingAddressesResponse(added_count=len(found.addresses), folded_count=len(found.folded))


def _pasted(found: Iterable[rules.Pasted]) -> Iterable[pb.PastedAddress]:
    return [pb.PastedAddress(line=one.line, address=one.address, title=one.title) for one in found]
