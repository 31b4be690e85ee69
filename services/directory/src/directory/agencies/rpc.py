"""Agencies and reference data."""

from cadre.directory.v1 import agency_service_pb2 as pb
from directory.agencies import queries, reference, wire
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer


class AgencyServicer(Servicer):
    """Answers `cadre.directory.v1.AgencyService`."""

    service = pb.DESCRIPTOR.services_by_name["AgencyService"]

    def ListAgencies(self, request: pb.ListAgenciesRequest, call: Call) -> pb.ListAgenciesResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = queries.agencies(db, page, day=pacific_date(call.now))
        shown, token = page.cut(rows, lambda row: [row.sort_key, row.id])
        return pb.ListAgenciesResponse(agencies=map(wire.agency, shown), next_page_token=token)

    def GetAgency(self, request: pb.GetAgencyRequest, call: Call) -> pb.Agency:
        agency_id = wire.agency_id(request.name)
        with self.read() as db:
            return wire.agency(queries.agency(db, agency_id, day=pacific_date(call.now)))

    def ImportReference(self, request: pb.ImportReferenceRequest, call: Call) -> pb.ImportReferenceResponse:
        rows = wire.reference_rows(request)
        with self.write(call, request) as db:
            changed = reference.take_in(db, **rows, at=call.now)
            return db.answer(pb.ImportReferenceResponse(agencies_changed=changed))

    def ListVocabulary(self, request: pb.ListVocabularyRequest, call: Call) -> pb.Vocabulary:  # noqa: ARG002
        with self.read() as db:
            return wire.vocabulary(queries.work_units(db), queries.job_classes(db), queries.regions(db))
