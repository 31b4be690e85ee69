"""The contract of units: unpack, call, pack."""

from cadre.directory.v1 import unit_service_pb2 as pb
from directory.agencies import wire as agencies_wire
from directory.people import wire as people_wire
from directory.rules import spells
from directory.units import leads, queries, wire
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer


class UnitServicer(Servicer):
    """Answers `cadre.directory.v1.UnitService`."""

    service = pb.DESCRIPTOR.services_by_name["UnitService"]

    def ListUnits(self, request: pb.ListUnitsRequest, call: Call) -> pb.ListUnitsResponse:
        page, agency_id = self.page_of(request), agencies_wire.agency_id(request.parent, "parent")
        day = spells.day("day", request.day) if request.day else pacific_date(call.now)
        with self.read() as db:
            rows = queries.units(db, page, agency_id=agency_id, only=call.scope.part(request.parent, "units"), day=day)
        shown, token = page.cut(rows, lambda row: [row.title, row.id])
        return pb.ListUnitsResponse(units=[wire.unit(agency_id, row) for row in shown], next_page_token=token)

    def ListUnitLeads(self, request: pb.ListUnitLeadsRequest, call: Call) -> pb.ListUnitLeadsResponse:
        page, agency_id = self.page_of(request), agencies_wire.agency_id(request.parent, "parent")
        person_id = people_wire.person_id(request.person) if request.person else None
        with self.read() as db:
            rows = queries.leads(
                db,
                page,
                agency_id=agency_id,
                unit_id=request.unit,
                person_id=person_id,
                only=call.scope.part(request.parent, "units"),
            )
        shown, token = page.cut(rows, lambda row: [row.start_date, row.id])
        return pb.ListUnitLeadsResponse(leads=map(wire.unit_lead, shown), next_page_token=token)

    def CreateUnitLead(self, request: pb.CreateUnitLeadRequest, call: Call) -> pb.UnitLead:
        lead = wire.lead(request.lead, request.parent)
        replaces = wire.lead_id(request.replaces, "replaces") if request.replaces else None
        with self.write(call, request) as db:
            row = leads.begin(db, lead, replaces=replaces)
            return db.answer(wire.unit_lead(queries.lead(db, row.id)))

    def EndUnitLead(self, request: pb.EndUnitLeadRequest, call: Call) -> pb.UnitLead:
        agency_id, lead_id = agencies_wire.agency_id(request.parent, "parent"), wire.lead_id(request.name)
        end = spells.day("end_date", request.end_date)
        with self.write(call, request) as db:
            row = leads.end(db, lead_id=lead_id, agency_id=agency_id, end=end)
            return db.answer(wire.unit_lead(queries.lead(db, row.id)))
