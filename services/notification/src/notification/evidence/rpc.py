"""What can be shown of a letter: unpack, call, pack."""

from cadre.notification.v1 import evidence_service_pb2 as pb
from notification.agencies import queries as agencies
from notification.deliveries import visibility
from notification.evidence import coverage, keeping, signatures, wire
from notification.evidence.making import store_of
from notification.letters import wire as letters
from notification.letters.queries import issued
from servicekit.calendar import pacific_date
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller
from servicekit.settings import Settings


class EvidenceServicer(Servicer):
    """Answers `cadre.notification.v1.EvidenceService`."""

    service = pb.DESCRIPTOR.services_by_name["EvidenceService"]

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self._store = store_of(settings)

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

    def GetCoverage(self, request: pb.GetCoverageRequest, call: Call) -> pb.Coverage:
        notice_id, agency_id = letters.notice_id(request.notice, "notice"), wire.agency_id(request.agency)
        with self.read() as db:
            return wire.coverage(coverage.of_agency(db, issued(db, notice_id), agency_id, pacific_date(call.now)))

    def GetStateCoverage(self, request: pb.GetStateCoverageRequest, call: Call) -> pb.StateCoverage:
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            state, *each = map(wire.coverage, coverage.of_state(db, notice, pacific_date(call.now)))
        return pb.StateCoverage(state=state, agencies=each)

    def CreateEvidencePacket(self, request: pb.CreateEvidencePacketRequest, call: Call) -> pb.EvidencePacket:
        notice_id, agency_id = letters.notice_id(request.parent, "parent"), wire.owner(call, request.agency)
        person_id = caller(call.principal)
        with self.write(call, request) as db:
            # An agency that does not have the letter has nothing to show of it.
            agencies.figures(db, issued(db, notice_id), agency_id, pacific_date(call.now))
            made = keeping.ask(db, notice_id, agency_id, person_id=person_id, actor=call.principal.name)
            return db.answer(wire.packet(made))

    def GetEvidencePacket(self, request: pb.GetEvidencePacketRequest, call: Call) -> pb.EvidencePacket:
        with self.read() as db:
            return wire.packet(keeping.own(db, *wire.packet_of(request.name), call.scope))

    def ListEvidencePackets(self, request: pb.ListEvidencePacketsRequest, call: Call) -> pb.ListEvidencePacketsResponse:
        page, agency_id = self.page_of(request), wire.owner(call, request.agency)
        with self.read() as db:
            rows = keeping.listed(db, letters.notice_id(request.parent, "parent"), agency_id, page)
        shown, token = page.cut(rows, lambda row: [row.asked_at, row.id])
        return pb.ListEvidencePacketsResponse(packets=map(wire.packet, shown), next_page_token=token)

    def GetEvidencePacketContent(
        self, request: pb.GetEvidencePacketContentRequest, call: Call
    ) -> pb.EvidencePacketContent:
        offset, limit = wire.extent(request)
        with self.read() as db:
            packet = keeping.kept(db, *wire.packet_of(request.name), call.scope)
        return pb.EvidencePacketContent(
            packet=wire.packet(packet), content=self._store.read(packet.sha256, offset, limit)
        )
