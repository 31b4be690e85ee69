"""Bodies: unpack, call, pack."""

from cadre.partnership.v1 import body_service_pb2 as pb
from partnership.bodies import bodies, queries, wire
from partnership.bodies.rules.bodies import Constituency
from partnership.visibility import reader_of
from servicekit import names, text
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer

_MOST = 100


def _whole(db: Db, body_id: str, call: Call) -> pb.Body:
    return wire.body(queries.one(db, body_id, reader_of(call)), queries.constituencies(db, body_id))


class BodyServicer(Servicer):
    """Answers `cadre.partnership.v1.BodyService`."""

    service = pb.DESCRIPTOR.services_by_name["BodyService"]

    def ListBodies(self, request: pb.ListBodiesRequest, call: Call) -> pb.ListBodiesResponse:
        page = self.page_of(request, most=_MOST)
        with self.read() as db:
            rows = queries.listed(db, reader_of(call), page, mine=request.mine)
        shown, token = page.cut(rows, lambda row: [row.sort_key, row.id])
        return pb.ListBodiesResponse(bodies=map(wire.summary, shown), next_page_token=token)

    def GetBody(self, request: pb.GetBodyRequest, call: Call) -> pb.Body:
        body_id = wire.body_id(request.name)
        with self.read() as db:
            return _whole(db, body_id, call)

    def CreateBody(self, request: pb.CreateBodyRequest, call: Call) -> pb.Body:
        body_id = names.slug(request.body_id, field="body_id")
        said, seats = wire.said(request.body), wire.constituencies(request.body)
        with self.write(call, request) as db:
            bodies.create(db, body_id, said, seats)
            return db.answer(_whole(db, body_id, call))

    def UpdateBody(self, request: pb.UpdateBodyRequest, call: Call) -> pb.Body:
        body_id, said = wire.body_id(request.body.name, "body.name"), wire.said(request.body)
        with self.write(call, request) as db:
            bodies.update(db, body_id, said, etag=request.body.etag, reason=request.reason)
            return db.answer(_whole(db, body_id, call))

    def CreateSeat(self, request: pb.CreateSeatRequest, call: Call) -> pb.Body:
        body_id, seat = wire.body_id(request.parent, "parent"), wire.seat(request.seat)
        constituency_id = names.slug(request.constituency_id, field="constituency_id")
        constituency = Constituency(constituency_id, text.line(request.constituency_title))
        with self.write(call, request) as db:
            bodies.create_seat(db, body_id, constituency, seat)
            return db.answer(_whole(db, body_id, call))

    def EndSeat(self, request: pb.EndSeatRequest, call: Call) -> pb.Body:
        body_id, seat_id = wire.body_id(request.parent, "parent"), names.slug(request.seat_id, field="seat_id")
        day = wire.day(request.end_date, "end_date")
        with self.write(call, request) as db:
            bodies.end_seat(db, body_id, seat_id, day, reason=request.reason)
            return db.answer(_whole(db, body_id, call))
