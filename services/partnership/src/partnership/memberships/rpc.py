"""Memberships: unpack, call, pack."""

from uuid import UUID

from cadre.partnership.v1 import membership_service_pb2 as pb
from partnership.bodies.wire import body_id as body_of
from partnership.bodies.wire import day
from partnership.memberships import memberships, queries, wire
from partnership.visibility import Reader, Standing, reader_of, standing
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer

_DEFAULT, _MOST = 200, 500


def _shown(row: queries.Membership, there: Standing, reader: Reader) -> pb.Membership:
    concerned = there.runs or row.person_id == reader.person
    return wire.membership(row, reader.today, with_reason=concerned)


def _written(db: Db, body_id: str, membership_id: UUID, reader: Reader) -> pb.Membership:
    """Return a membership just after a write, by which the caller may have left the body themselves."""
    return wire.membership(queries.one(db, body_id, membership_id), reader.today, with_reason=True)


class MembershipServicer(Servicer):
    """Answers `cadre.partnership.v1.MembershipService`."""

    service = pb.DESCRIPTOR.services_by_name["MembershipService"]

    def ListMemberships(self, request: pb.ListMembershipsRequest, call: Call) -> pb.ListMembershipsResponse:
        body_id, reader = body_of(request.parent, "parent"), reader_of(call)
        on = day(request.day, "day") if request.day else reader.today
        page = self.page_of(request, default=_DEFAULT, most=_MOST)
        with self.read() as db:
            there = standing(db, body_id, reader)
            rows = queries.listed(db, body_id, on, page)
        shown, token = page.cut(rows, lambda row: [row.rank, row.place, row.membership.id])
        return pb.ListMembershipsResponse(
            memberships=[_shown(row.membership, there, reader._replace(today=on)) for row in shown],
            next_page_token=token,
        )

    def CreateMembership(self, request: pb.CreateMembershipRequest, call: Call) -> pb.Membership:
        body_id, given, reader = body_of(request.parent, "parent"), wire.given(request.membership), reader_of(call)
        with self.write(call, request) as db:
            membership_id = memberships.create(db, body_id, given, reader)
            return db.answer(_written(db, body_id, membership_id, reader))

    def EndMembership(self, request: pb.EndMembershipRequest, call: Call) -> pb.Membership:
        (body_id, membership_id), end = wire.membership_of(request.name), day(request.end_date, "end_date")
        reader = reader_of(call)
        with self.write(call, request) as db:
            memberships.end(db, body_id, membership_id, end, reason=request.reason, etag=request.etag, reader=reader)
            return db.answer(_written(db, body_id, membership_id, reader))

    def ListMyMemberships(self, _request: pb.ListMyMembershipsRequest, call: Call) -> pb.ListMyMembershipsResponse:
        reader = reader_of(call)
        with self.read() as db:
            rows = queries.mine(db, reader)
        return pb.ListMyMembershipsResponse(
            memberships=[wire.membership(row, reader.today, with_reason=True) for row in rows]
        )
