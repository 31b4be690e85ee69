"""Earlier days of agencies: unpack, call, pack."""

from cadre.notification.v1 import local_date_service_pb2 as pb
from notification.letters import wire as letters
from notification.local_dates import local_dates, queries, wire
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class LocalDateServicer(Servicer):
    """Answers `cadre.notification.v1.LocalDateService`."""

    service = pb.DESCRIPTOR.services_by_name["LocalDateService"]

    def GetLocalDate(self, request: pb.GetLocalDateRequest, call: Call) -> pb.LocalDate:  # noqa: ARG002 - as the agency
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        with self.read() as db:
            return wire.local_date(queries.dates(db, notice_id, agency_id))

    def SetLocalDate(self, request: pb.SetLocalDateRequest, call: Call) -> pb.LocalDate:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        day, by = wire.day(request), caller(call.principal)
        with self.write(call, request) as db:
            local_dates.give(db, notice_id, agency_id, day, etag=request.etag, by=by)
            return db.answer(wire.local_date(queries.dates(db, notice_id, agency_id)))

    def ListLocalDates(
        self,
        request: pb.ListLocalDatesRequest,
        call: Call,  # noqa: ARG002 - for the whole state
    ) -> pb.ListLocalDatesResponse:
        page, notice_id = self.page_of(request), letters.notice_id(request.notice, "notice")
        with self.read() as db:
            rows = queries.of_letter(db, notice_id, page)
        shown, token = page.cut(rows, lambda row: [row.agency_id])
        return pb.ListLocalDatesResponse(local_dates=map(wire.local_date, shown), next_page_token=token)
