"""Mailing lists: unpack, call, pack."""

from cadre.directory.v1 import mailing_list_service_pb2 as pb
from directory.mailing import lists, rules, wire
from servicekit.rpc.calls import Call, Servicer


class MailingListServicer(Servicer):
    """Answers `cadre.directory.v1.MailingListService`."""

    service = pb.DESCRIPTOR.services_by_name["MailingListService"]

    def ListMailingAddresses(
        self, request: pb.ListMailingAddressesRequest, call: Call
    ) -> pb.ListMailingAddressesResponse:
        agency_id = wire.agency_id(request.parent)
        with self.database.read(call.now) as db:
            found = lists.listed(db, agency_id)
        return pb.ListMailingAddressesResponse(addresses=map(wire.address, found), most=rules.MOST_ON_LIST)

    def PreviewMailingAddresses(
        self,
        request: pb.PreviewMailingAddressesRequest,
        call: Call,  # noqa: ARG002
    ) -> pb.PreviewMailingAddressesResponse:
        agency_id = wire.agency_id(request.parent)
        with self.read() as db:
            return wire.read(lists.read(db, agency_id, request.pasted))

    def AddMailingAddresses(self, request: pb.AddMailingAddressesRequest, call: Call) -> pb.AddMailingAddressesResponse:
        agency_id = wire.agency_id(request.parent)
        with self.write(call, request) as db:
            return db.answer(wire.added(lists.add(db, agency_id, request.pasted)))

    def KeepMailingAddress(self, request: pb.KeepMailingAddressRequest, call: Call) -> pb.MailingAddress:
        agency_id, address_id = wire.address_name(request.name)
        with self.write(call, request) as db:
            return db.answer(wire.address(lists.keep(db, agency_id, address_id, kept=request.kept)))
