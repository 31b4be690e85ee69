"""What can be shown of a letter: unpack, call, pack."""

from cadre.notification.v1 import evidence_service_pb2 as pb
from notification.deliveries import visibility
from notification.evidence import signatures, wire
from notification.letters import wire as letters
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer


class EvidenceServicer(Servicer):
    """Answers `cadre.notification.v1.EvidenceService`."""

    service = pb.DESCRIPTOR.services_by_name["EvidenceService"]

    def ListSignatures(self, request: pb.ListSignaturesRequest, call: Call) -> pb.ListSignaturesResponse:
        page, today = self.page_of(request), pacific_date(call.now)
        (notice_id, version), day = wire.version_of(request.parent), wire.day(request.date, today)
        with self.read() as db:
            visibility.letter(db, notice_id, letters.reader(call.principal, today))
            rows, total = signatures.at_agency(db, notice_id, version, wire.agency_id(request.agency), day, page)
        shown, token = page.cut(rows, lambda row: [row.person_id])
        return pb.ListSignaturesResponse(
            signatures=map(wire.signature, shown), next_page_token=token, total_count=total
        )

    def GetSignatureCounts(self, request: pb.GetSignatureCountsRequest, call: Call) -> pb.SignatureCounts:
        (notice_id, version), today = wire.version_of(request.parent), pacific_date(call.now)
        with self.read() as db:
            visibility.letter(db, notice_id, letters.reader(call.principal, today))
            rows, people = signatures.by_agency(db, notice_id, version, wire.day(request.date, today))
        return pb.SignatureCounts(agencies=map(wire.of_agency, rows), people=people)
