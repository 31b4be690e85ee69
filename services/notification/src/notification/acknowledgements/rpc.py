"""Who read and confirmed letters: unpack, call, pack."""

from cadre.notification.v1 import acknowledgement_service_pb2 as pb
from notification.acknowledgements import queries, recording, wire
from notification.letters import wire as letters
from notification.letters.queries import issued
from servicekit import names
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller

_MOST_SHOWN = 1_000


class AcknowledgementServicer(Servicer):
    """Answers `cadre.notification.v1.AcknowledgementService`."""

    service = pb.DESCRIPTOR.services_by_name["AcknowledgementService"]

    def ListOwnAcknowledgements(
        self, request: pb.ListOwnAcknowledgementsRequest, call: Call
    ) -> pb.ListAcknowledgementsResponse:
        page, notices = self.page_of(request), letters.notice_ids(request.notices)
        with self.read() as db:
            rows = queries.own(db, caller(call.principal), notices, page)
        shown, token = page.cut(rows, lambda row: [row.at, row.notice_id, row.kind, row.agency_id, row.version])
        return pb.ListAcknowledgementsResponse(acknowledgements=map(wire.acknowledgement, shown), next_page_token=token)

    def ListAcknowledgements(
        self, request: pb.ListAcknowledgementsRequest, call: Call
    ) -> pb.ListAcknowledgementsResponse:
        page = self.page_of(request, moving=("people",))
        agency_id = names.one("agencies/{agency}", request.parent, field="parent")
        people = names.uuids_in("people/{person}", request.people, field="people", most=_MOST_SHOWN)
        only = call.scope.part(request.parent, "units")
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            rows = queries.at_agency(db, notice.id, agency_id, page, people=people, only=only)
        shown, token = page.cut(rows, lambda row: [row.person_id, row.at, row.kind, row.version])
        return pb.ListAcknowledgementsResponse(acknowledgements=map(wire.acknowledgement, shown), next_page_token=token)

    def RecordConfirmation(self, request: pb.RecordConfirmationRequest, call: Call) -> pb.RecordConfirmationResponse:
        agency_id = names.one("agencies/{agency}", request.parent, field="parent")
        notice_id, by = letters.notice_id(request.notice, "notice"), caller(call.principal)
        people = names.uuids_in("people/{person}", request.people, field="people", most=recording.MOST)
        with self.write(call, request) as db:
            recorded = recording.record(
                db,
                notice_id=notice_id,
                agency_id=agency_id,
                people=people,
                only=call.scope.part(request.parent, "units"),
                by=by,
                reason=request.reason,
                text_sha256=request.text_sha256,
            )
            return db.answer(pb.RecordConfirmationResponse(recorded=recorded))
