"""What agencies add to letters: unpack, call, pack."""

from cadre.notification.v1 import supplement_service_pb2 as pb
from notification.deliveries import visibility
from notification.letters import wire as letters
from notification.supplements import queries, supplements, wire
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller
from servicekit.text import block


class SupplementServicer(Servicer):
    """Answers `cadre.notification.v1.SupplementService`."""

    service = pb.DESCRIPTOR.services_by_name["SupplementService"]

    def ListSupplements(self, request: pb.ListSupplementsRequest, call: Call) -> pb.ListSupplementsResponse:
        page, notice_id, reader = self.page_of(request), letters.notice_id(request.parent, "parent"), wire.reader(call)
        with self.read() as db:
            visibility.letter(db, notice_id, letters.own_reader(call.principal, pacific_date(call.now)))
            rows = queries.holding(db, notice_id, reader, page)
        shown, token = page.cut(rows, lambda row: [row.agency_id])
        return pb.ListSupplementsResponse(supplements=map(wire.supplement, shown), next_page_token=token)

    def ListSupplementVersions(
        self,
        request: pb.ListSupplementVersionsRequest,
        call: Call,  # noqa: ARG002 - as the agency
    ) -> pb.ListSupplementsResponse:
        page, agency_id = self.page_of(request), wire.agency_id(request.parent)
        notice_id = letters.notice_id(request.notice, "notice")
        with self.read() as db:
            rows = queries.versions(db, notice_id, agency_id, page)
        shown, token = page.cut(rows, lambda row: [row.number])
        return pb.ListSupplementsResponse(supplements=map(wire.supplement, shown), next_page_token=token)

    def WriteSupplement(self, request: pb.WriteSupplementRequest, call: Call) -> pb.Supplement:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        text, etag, by = block(request.text).strip(), request.etag, caller(call.principal)
        with self.write(call, request) as db:
            return db.answer(wire.supplement(supplements.write(db, notice_id, agency_id, text=text, etag=etag, by=by)))

    def WithdrawSupplement(self, request: pb.WithdrawSupplementRequest, call: Call) -> pb.Supplement:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        by = caller(call.principal)
        with self.write(call, request) as db:
            return db.answer(wire.supplement(supplements.withdraw(db, notice_id, agency_id, etag=request.etag, by=by)))
