"""Packets of letters: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import packet_service_pb2 as pb
from notification.inbox import queries as inbox
from notification.letters import wire as letters
from notification.letters.rules.reading import Reader
from notification.packets import packets, queries, wire
from notification.packets.rules.packets import MOST, Which
from servicekit import text
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class PacketServicer(Servicer):
    """Answers `cadre.notification.v1.PacketService`."""

    service = pb.DESCRIPTOR.services_by_name["PacketService"]

    def CreatePacket(self, request: pb.CreatePacketRequest, call: Call) -> pb.Packet:
        agency_id, by = wire.owner(request.parent), caller(call.principal)
        notices = [letters.notice_id(one, "notices") for one in request.notices]
        with self.write(call, request) as db:
            which = packets.create(db, agency_id, title=text.line(request.title), notices=notices, by=by)
            return db.answer(_packet(db, which, agency_id))

    def ClosePacket(self, request: pb.ClosePacketRequest, call: Call) -> pb.Packet:
        which, by = wire.which(request.name), caller(call.principal)
        with self.write(call, request) as db:
            packets.close(db, which, by=by)
            return db.answer(_packet(db, which, which.agency_id))

    def ListPackets(self, request: pb.ListPacketsRequest, call: Call) -> pb.ListPacketsResponse:  # noqa: ARG002 - of the parent
        page, agency_id = self.page_of(request), wire.owner(request.parent)
        with self.read() as db:
            shown, token = page.cut(queries.packets(db, agency_id, page), lambda row: [row.created_at, row.id])
            of = queries.letters(db, [row.id for row in shown], agency_id)
        return pb.ListPacketsResponse(packets=[wire.packet(row, of) for row in shown], next_page_token=token)

    def GetPacket(self, request: pb.GetPacketRequest, call: Call) -> pb.Packet:  # noqa: ARG002 - of the parent
        agency_id, which = wire.owner(request.parent), wire.which(request.packet, field="packet")
        with self.read() as db:
            return _packet(db, which, agency_id)

    def ListPacketPeople(self, request: pb.ListPacketPeopleRequest, call: Call) -> pb.ListPacketPeopleResponse:  # noqa: ARG002 - of the parent
        page, which = self.page_of(request), wire.which(request.packet, field="packet")
        agency_id = wire.agency_id(request.parent)
        with self.read() as db:
            queries.packet(db, which, agency_id)
            rows = queries.people(db, which, agency_id, only_to_go=request.only_to_go, page=page)
        shown, token = page.cut(rows, lambda row: [row.person_id])
        return pb.ListPacketPeopleResponse(people=map(wire.packet_person, shown), next_page_token=token)

    def ListOwnPackets(self, request: pb.ListOwnPacketsRequest, call: Call) -> pb.ListOwnPacketsResponse:
        page, reader = self.page_of(request), letters.own_reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            shown, token = page.cut(queries.own(db, reader, page), lambda row: [row.created_at, row.id])
        return pb.ListOwnPacketsResponse(packets=map(wire.own, shown), next_page_token=token)

    def GetOwnPacket(self, request: pb.GetOwnPacketRequest, call: Call) -> pb.OwnPacket:
        which, reader = wire.which(request.name), letters.own_reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            return _own(db, which, reader, caller(call.principal))

    def ConfirmPacket(self, request: pb.ConfirmPacketRequest, call: Call) -> pb.OwnPacket:
        which, person_id = wire.which(request.name), caller(call.principal)
        reader = letters.own_reader(call.principal, pacific_date(call.now))
        steps = wire.steps(request, person_id, reader)
        with self.write(call, request) as db:
            packets.confirm(db, which, steps, reader)
            return db.answer(_own(db, which, reader, person_id))


def _packet(db: Db, which: Which, agency_id: str) -> pb.Packet:
    row = queries.packet(db, which, agency_id)
    return wire.packet(row, queries.letters(db, [row.id], agency_id))


def _own(db: Db, which: Which, reader: Reader, person_id: UUID) -> pb.OwnPacket:
    """Give a packet as the reader has it: its letters in its order."""
    row, order = queries.own_one(db, reader, which), queries.own_letters(db, reader, which)
    rows = inbox.inbox(db, reader, only_open=False, page=Page(MOST, None, 0, b""), notice_ids=order)
    found = {one.item_id: one for one in rows}
    return wire.own_whole(row, [found[one] for one in order if one in found], queries.signed(db, person_id, order))
